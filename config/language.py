"""What a person reads, in the language they read. Message ids are English.

``say`` looks a message up in ``locale/<language>/LC_MESSAGES/hotline.po`` and fills in
its values; a message that has no translation is said in English. ``use`` sets the
language of the process: Chinese unless the settings say otherwise. ``speaking`` sets another for what is done within
it (a request of a page that is read in English).

What ``say`` gives back is a ``Sentence``: a text that remembers its message and values, so that ``again`` can say it in
the language of whoever reads it, in another task or after it was kept (``packed``, ``unpacked``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = ("zh", "en")

_language = "zh"
_here: ContextVar[str] = ContextVar("hotline_language", default="")
"""Of this task; '' the process's."""


class Sentence(str):
    """A text of the catalogue, filled in; ``key`` is its message, ``values`` what it was filled with."""

    __slots__ = ("key", "values")
    key: str
    values: Mapping[str, object]

    def __new__(cls, text: str, key: str, values: Mapping[str, object]) -> Sentence:
        made = super().__new__(cls, text)
        made.key, made.values = key, values
        return made

    def __reduce__(self) -> tuple[type[Sentence], tuple[str, str, Mapping[str, object]]]:
        return Sentence, (str(self), self.key, self.values)


def use(language: str) -> None:
    """``zh`` or ``en``."""
    global _language
    _language = language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """``say`` speaks this language within; one that there is not: the process's."""
    token = _here.set(language if language in LANGUAGES else "")
    try:
        yield
    finally:
        _here.reset(token)


def spoken() -> str:
    """The language ``say`` speaks here and now."""
    return _here.get() or _language


def say(message: str, /, **values: object) -> str:
    """The message in the language in use, with ``{name}`` filled in from ``values``: a ``Sentence``."""
    language = spoken()
    known = catalogue(language).get(message) if language != "en" else None
    text = (known or message).format(**values) if values else known or message
    return Sentence(text, message, values)


def sentence(message: str, /, **values: object) -> Sentence:
    """The message as it is, in English, to be said to whoever reads it by ``again``: of a rule that does not know them."""
    return Sentence(message.format(**values) if values else message, message, values)


def listed(words: Sequence[str]) -> str:
    """Words that are messages, one after the other; '' of none."""
    if not words:
        return ""
    last = sentence(words[-1])
    for word in reversed(words[:-1]):
        last = sentence("{first}, {more}", first=sentence(word), more=last)
    return last


def again(text: str) -> str:
    """A sentence in the language in use here, with the sentences in it; any other text as it is."""
    if not isinstance(text, Sentence):
        return text
    values = {name: again(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return say(text.key, **values)


def packed(text: str) -> str:
    """A sentence as JSON, to be kept: ``{"key", "values"}``; '' for a text that is none."""
    return json.dumps(_plain(text), ensure_ascii=False, separators=(",", ":")) if isinstance(text, Sentence) else ""


def _plain(value: object) -> Any:
    if isinstance(value, Sentence):
        return {"key": value.key, "values": {name: _plain(one) for name, one in value.values.items()}}
    return value if isinstance(value, str | int | float) else str(value)


def unpacked(kept: str, text: str) -> str:
    """The sentence that was kept, in the language in use; ``text`` where nothing, or nothing that can be said, was."""
    if not kept:
        return text
    try:
        return _said(json.loads(kept))
    except (ValueError, LookupError, TypeError, AttributeError):
        return text


def _said(read: Any) -> str:
    values = {name: _said(one) if isinstance(one, dict) else one for name, one in read["values"].items()}
    return say(str(read["key"]), **values)


def preferred(accepts: str) -> str:
    """Of an ``Accept-Language`` header the language that is wanted most and spoken here; '' none."""
    best, weight = "", 0.0
    for part in accepts.split(",")[:20]:
        tag, _semicolon, quality = part.partition(";")
        name = tag.strip().lower().partition("-")[0]
        try:
            wanted = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            continue
        if name in LANGUAGES and wanted > weight:
            best, weight = name, wanted
    return best


@cache
def catalogue(language: str) -> dict[str, str]:
    """English → the other language; empty when there is no such catalogue."""
    path = LOCALE / language / "LC_MESSAGES" / "hotline.po"
    if not path.exists():
        return {}
    with open(path, "rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}

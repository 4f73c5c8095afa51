"""JSON as it may come in: read strictly, or refused with the place where it is wrong. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from config.language import say as _

MOST_DEPTH = 20


class BadBody(Exception):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def parse(body: bytes) -> dict[str, Any]:
    """An object of JSON without NaN, names that stand twice, and characters no database keeps. Raises ``BadBody``."""
    try:
        found = json.loads(body, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        raise BadBody("body", _("is nested too deeply")) from None
    except ValueError as fault:
        raise BadBody("body", _("is no JSON: {fault}", fault=fault)) from None
    if not isinstance(found, dict):
        raise BadBody("body", _("must be an object"))
    for field, text in _texts(found, "", 0):
        if "\0" in text or not _encodes(text):
            raise BadBody(field or "body", _("holds a character that is none (U+0000 or half a pair)"))
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadBody(twice[:100], _("stands twice"))
    return made


def _no_constant(name: str) -> Any:
    raise BadBody("body", _("{name} is no number", name=name))


def _texts(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Path and text of every string, names too."""
    if depth > MOST_DEPTH:
        raise BadBody(path[:100], _("is nested too deeply"))
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield path, name
            yield from _texts(inner, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _texts(inner, f"{path}.{place}", depth + 1)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

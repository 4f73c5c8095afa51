"""What a person reads, in the centre's language. Message ids are English.

``say`` looks a message up in ``locale/<language>/LC_MESSAGES/hotline.po`` and fills in
its values; a message that has no translation is said in English. ``use`` sets the
language of the process: Chinese unless the settings say otherwise.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"

_language = "zh"


def use(language: str) -> None:
    """``zh`` or ``en``."""
    global _language
    _language = language


def say(message: str, /, **values: object) -> str:
    """The message in the language in use, with ``{name}`` filled in from ``values``."""
    known = catalogue(_language).get(message) if _language != "en" else None
    return (known or message).format(**values) if values else known or message


@cache
def catalogue(language: str) -> dict[str, str]:
    """English → the other language; empty when there is no such catalogue."""
    path = LOCALE / language / "LC_MESSAGES" / "hotline.po"
    if not path.exists():
        return {}
    with open(path, "rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}

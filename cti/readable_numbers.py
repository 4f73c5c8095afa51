"""What a trunk says of a caller, made readable. Pure.

pjsip decodes ``%0a`` and the like in the user part of a URI, and Asterisk hands the letters on as
they are. A number is read as far as it is one; what else was sent is kept in escapes.
"""

from __future__ import annotations

from .cel_rows import printable

LONGEST = 200


def readable(written: str) -> tuple[str, str]:
    """The number, and all that was sent where that holds letters nobody can see, else ''."""
    if written.isprintable():
        return written, ""
    pieces = "".join(letter if letter.isprintable() else "\n" for letter in written).split("\n")
    return next(filter(None, pieces), ""), printable(written)[:LONGEST]


def shown(written: str) -> str:
    """A name or a dialled number without letters that nobody can see."""
    if written.isprintable():
        return written
    return "".join(letter if letter.isprintable() else " " for letter in written).strip()

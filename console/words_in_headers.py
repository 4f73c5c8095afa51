"""What a person says or searches for, in headers: a URL stands in logs, histories and error messages; a header does not.

Values are percent-encoded UTF-8 (``encodeURIComponent``); what cannot be seen goes, as in any pasted text. The same word behind a ``?`` is refused, not passed over:
whoever searched by a number would else be shown everybody. A test holds every route against this.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import unquote_to_bytes

from fastapi import Depends, Header, Request
from pydantic import ValidationError

from bridge.errors import Problem
from bridge.pasted_text import cleaned
from bridge.problem_texts import problems_of
from config.language import say as _

from .contract.places import MatterIn
from .error_answers import invalid

HEADERS = {
    "reason": "X-Hotline-Reason",
    "purpose": "X-Hotline-Purpose",
    "caller": "X-Hotline-Number",
    "number": "X-Hotline-Number",
    "q": "X-Hotline-Search",
}
"""Word of a query that is refused → the header that says it."""
POINT, MATTER, FILE_NAME = "X-Hotline-Point", "X-Hotline-Matter", "X-Hotline-File"
"""Where a citizen's matter is, and what of it is typed: no more in an address than a number is."""
WORDS_MOST, NUMBER_MOST, SEARCH_MOST, PLACE_MOST, MATTER_MOST = 200, 64, 40, 80, 900
_ENCODED = 9
"""Bytes of a letter when it is encoded, at most, but for rare ones."""


def refuse_in_url(request: Request) -> None:
    """For every route."""
    found = [name for name in HEADERS if name in request.query_params]
    if found:
        raise invalid([Problem(name, _("say it in the header {header}, not in the address", header=HEADERS[name]))
                       for name in found])  # fmt: skip


def decoded(raw: str, field: str, most: int) -> str:
    """Raises 422."""
    try:
        text = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise invalid([Problem(field, _("must be percent-encoded UTF-8"))]) from None
    if len(text) > most:
        raise invalid([Problem(field, _("at most {most} characters", most=most))])
    return cleaned(text, lines=False)


def _header(name: str, most: int, why: str) -> object:
    return Header(alias=HEADERS[name], max_length=most * _ENCODED, pattern=r"^[\x20-\x7e]*$",
                  description=f"{why}; percent-encoded UTF-8")  # fmt: skip


def _reason(
    raw: Annotated[str, _header("reason", WORDS_MOST, "why confidential parts are wanted; audited")] = "",
) -> str:
    return decoded(raw, "reason", WORDS_MOST)


def _purpose(raw: Annotated[str, _header("purpose", WORDS_MOST, "why, for the audit log")] = "") -> str:
    return decoded(raw, "purpose", WORDS_MOST)


def _number(
    raw: Annotated[str, _header("number", NUMBER_MOST, "a citizen's number, in whatever spelling")] = "",
) -> str:
    return decoded(raw, "number", NUMBER_MOST)


def _search(raw: Annotated[str, _header("q", SEARCH_MOST, "code, name, pinyin or initials; '': all")] = "") -> str:
    return decoded(raw, "q", SEARCH_MOST)


def _words(raw: Annotated[str, _header("q", PLACE_MOST, "words of title, content, place or unit")] = "") -> str:
    return decoded(raw, "q", PLACE_MOST)


def _file_name(
    raw: Annotated[str, Header(alias=FILE_NAME, max_length=WORDS_MOST * _ENCODED, pattern=r"^[\x20-\x7e]*$",
                               description="what the file is called; percent-encoded UTF-8")] = "",
) -> str:  # fmt: skip
    return decoded(raw, "name", WORDS_MOST)


def _place(raw: Annotated[str, _header("q", PLACE_MOST, "what was typed or said of the place")] = "") -> str:
    return decoded(raw, "q", PLACE_MOST)


def _point(
    raw: Annotated[str, Header(alias=POINT, max_length=80, pattern=r"^[\x20-\x7e]*$",
                               description="longitude,latitude,system: 118.09,24.48,WGS84")] = "",
) -> tuple[float, float, str]:  # fmt: skip
    parts = [part.strip() for part in raw.split(",")]
    try:
        lng, lat = float(parts[0]), float(parts[1])
    except (ValueError, IndexError):
        raise invalid([Problem("point", _("say longitude,latitude,system: 118.09,24.48,WGS84"))]) from None
    return lng, lat, parts[2] if len(parts) > 2 else ""


def _matter(
    raw: Annotated[str, Header(alias=MATTER, max_length=MATTER_MOST * _ENCODED, pattern=r"^[\x20-\x7e]*$",
                               description="what is known of the matter: MatterIn as JSON; percent-encoded UTF-8")] = "",
) -> MatterIn:  # fmt: skip
    text = decoded(raw, "matter", MATTER_MOST)
    try:
        return MatterIn.model_validate_json(text or "{}")
    except ValidationError as fault:
        problems = problems_of(fault.errors(include_url=False), MatterIn)
        whole = "''"  # what is said of no field in it is said of the header
        raise invalid([replace(one, field="matter") if one.field == whole else one for one in problems]) from None


Reason = Annotated[str, Depends(_reason)]
Purpose = Annotated[str, Depends(_purpose)]
Number = Annotated[str, Depends(_number)]
Search = Annotated[str, Depends(_search)]
WordsSought = Annotated[str, Depends(_words)]
FileName = Annotated[str, Depends(_file_name)]
PlaceTyped = Annotated[str, Depends(_place)]
PointGiven = Annotated[tuple[float, float, str], Depends(_point)]
MatterTyped = Annotated[MatterIn, Depends(_matter)]

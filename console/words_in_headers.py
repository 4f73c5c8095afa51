"""What a person says or searches for, in headers: a URL stands in logs, histories and error messages; a header does not.

Values are percent-encoded UTF-8 (``encodeURIComponent``); what cannot be seen goes, as in any pasted text. The same word behind a ``?`` is refused, not passed over:
whoever searched by a number would else be shown everybody. A test holds every route against this.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote_to_bytes

from fastapi import Depends, Header, Request

from bridge.errors import Problem
from bridge.pasted_text import cleaned
from config.language import say as _

from .error_answers import invalid

HEADERS = {
    "reason": "X-Hotline-Reason",
    "purpose": "X-Hotline-Purpose",
    "caller": "X-Hotline-Number",
    "number": "X-Hotline-Number",
    "q": "X-Hotline-Search",
}
"""Word of a query that is refused → the header that says it."""
WORDS_MOST, NUMBER_MOST, SEARCH_MOST = 200, 64, 40
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


Reason = Annotated[str, Depends(_reason)]
Purpose = Annotated[str, Depends(_purpose)]
Number = Annotated[str, Depends(_number)]
Search = Annotated[str, Depends(_search)]

"""A citizen asks what became of their case: a form, and the seven steps. No script, no cookie, nothing typed in an address.

Number unknown and code wrong are one answer; how often one may be wrong is ``accounts/query_code_limits.py``'s, by the asker's address.
"""

from __future__ import annotations

from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from accounts.cookie import address_of
from accounts.password_attempts import place
from accounts.query_code_limits import Wait
from config.language import LANGUAGES
from config.language import say as _

from ..contract import ProgressOut
from ..database import Away
from ..progress_query import Inquiries, Mistyped, NoSuchCase
from . import progress_html

MOST_TYPED = 40


class ProgressPage:
    def __init__(self, inquiries: Inquiries, zone: ZoneInfo) -> None:
        self._inquiries, self._zone = inquiries, zone

    async def form(self, request: Request) -> Response:
        return HTMLResponse(progress_html.page(_chosen(request)))

    async def ask(self, request: Request) -> Response:
        lang, (number, code) = _chosen(request), _typed(await request.body())
        if not (number and code):
            return _again(lang, 422, number, _("Type both: the case number and the query code."))
        peer = request.client.host if request.client else ""
        try:
            found = await self._inquiries.ask(number, code, place(address_of(dict(request.scope["headers"]), peer)))
        except Away:
            message = _("This cannot be looked up at the moment. Try again in a few minutes, or call 12319.")
            return _again(lang, 503, number, message)
        match found:
            case Mistyped():
                message = _("This is no case number: a digit is wrong, missing or swapped. Type it again.")
                return _again(lang, 422, number, message)
            case NoSuchCase():
                message = _("Number and query code do not belong together. Look at both again.")
                return _again(lang, 404, number, message)
            case Wait(_scope, seconds):
                minutes = -(-seconds // 60)
                message = _("Too many wrong tries. Try again in {minutes} minutes, or call 12319.", minutes=minutes)
                return _again(lang, 429, number, message, {"Retry-After": str(seconds)})
            case ProgressOut():
                return HTMLResponse(progress_html.page(lang, told=progress_html.result(found, self._zone)))


def _typed(raw: bytes) -> tuple[str, str]:
    """Number and code; '' where nothing was typed, or more than either can be."""
    try:
        given = parse_qs(raw.decode("utf-8", "replace"), max_num_fields=8)
    except ValueError:
        given = {}
    number, code = (given.get(name, [""])[0].strip() for name in ("number", "code"))
    return number if len(number) <= MOST_TYPED else "", code if len(code) <= MOST_TYPED else ""


def _again(lang: str, status: int, number: str, wrong: str, headers: dict[str, str] | None = None) -> Response:
    return HTMLResponse(progress_html.page(lang, number, wrong), status, headers)


def _chosen(request: Request) -> str:
    """The language chosen on the page; '' none was."""
    said = request.query_params.get("lang", "")
    return said if said in LANGUAGES else ""

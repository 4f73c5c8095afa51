"""One recording, heard in the browser: whole or in parts, after the audit log knows who listens and why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from bridge.errors import Problem
from config.language import say as _
from console.access import Right
from console.answers import Failed, answer, invalid
from console.books import NotHere
from console.contract.rest import CallPath, ErrorOut
from console.door import Asking
from console.listening import TYPES, Listenings, span
from console.owning import their_call
from console.plugs import Library, Plugged
from cti.ids import CallId

router = APIRouter(prefix="/api/calls", tags=["desk"])

_SOUND: dict[str, Any] = {"content": {kind.partition(";")[0]: {} for kind in TYPES.values()}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: _SOUND,
    206: {**_SOUND, "description": "the bytes asked for"},
    416: {"model": ErrorOut, "description": "no such bytes"},
}
_Purpose = Annotated[
    str, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", description="why, for the audit log")
]
_WHY = {
    "raw": (409, "the recording is not ready yet; try again in a moment"),
    "damaged": (409, "the recording is damaged and cannot be played"),
    "failed": (404, "there is no recording of this call"),
    "none": (404, "there is no recording of this call"),
    "dropped": (404, "the recording was deleted"),
}


@router.get("/{call}/recording", response_class=Response, responses=_ANSWERS)
async def listen(
    call: CallPath,
    request: Request,
    plugs: Plugged,
    books: Library,
    who: Asking,
    purpose: _Purpose,
    asked: Annotated[str, Header(alias="Range", max_length=200)] = "",
) -> Response:
    """Own calls; others' with the right ``recordings_all``. One audit row a listening, however often it seeks."""
    if not (why := purpose.strip()):
        raise invalid([Problem("purpose", _("say why, in a few words"))])
    row = await their_call(plugs, books, who, call, Right.RECORDINGS_ALL)
    try:
        sound = await books.tapes.open(CallId(call))
    except NotHere as fault:
        why_not = "raw" if fault.why == "none" and row.ended_at is None else fault.why  # it still goes on
        status, sentence = _WHY[why_not]
        raise Failed(status, _(sentence), error=f"recording_{why_not}") from fault
    wanted = span(asked, sound.size)
    if wanted is None:
        message = _("the recording has {size} bytes", size=sound.size)
        return answer(416, "range", message, headers={"Content-Range": f"bytes */{sound.size}"})
    now, listenings = plugs.clock(), _listenings(request)
    if listenings.fresh(who.session or who.account, call, why, now):
        await plugs.audit.append(now, who.account, "listened", call=call, detail={"purpose": why})
        listenings.audited(who.session or who.account, call, why, now)
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(wanted.size), "Content-Disposition": "inline"}
    if wanted.partial:
        headers["Content-Range"] = f"bytes {wanted.first}-{wanted.last}/{sound.size}"
    pieces: AsyncIterator[bytes] = sound.read(wanted.first, wanted.last)
    return StreamingResponse(pieces, 206 if wanted.partial else 200, headers, TYPES[sound.format])


def _listenings(request: Request) -> Listenings:
    state = request.app.state
    if not hasattr(state, "listenings"):
        state.listenings = Listenings()
    found: Listenings = state.listenings
    return found

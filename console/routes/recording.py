"""A call's recordings: which there are, and one of them heard in the browser, after the audit log knows who listens and why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from agents.callbacks import Kind
from config.language import say as _
from console import stated_reason
from console.access import Right
from console.authorization import Asking, Who, refused
from console.byte_ranges import TYPES, Playbacks, span
from console.call_ownership import their_call
from console.contract.desk import ListenIn, ListenOut, RecordingPartOut, WaveformOut
from console.contract.rest import CallPath, ErrorOut
from console.error_answers import Failed, answer
from console.ledger_ports import Books, NotHere
from console.ports import CallRow
from console.services import Library, Plugged, Services, reading
from console.visibility import Part, Sees, Whose, secrecy, sees
from console.words_in_headers import Purpose
from cti.ids import CallId
from recordings.ids import MOST_PART, RecordingId

router = APIRouter(prefix="/api/calls", tags=["desk"])

_SOUND: dict[str, Any] = {"content": {kind.partition(";")[0]: {} for kind in TYPES.values()}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: _SOUND,
    206: {**_SOUND, "description": "the bytes asked for"},
    416: {"model": ErrorOut, "description": "no such bytes"},
}
_Part = Annotated[int, Query(alias="part", ge=1, le=MOST_PART, description="which recording of the call")]
_WHY = {
    "raw": (409, "the recording is not ready yet; try again in a moment"),
    "damaged": (409, "the recording is damaged and cannot be played"),
    "failed": (404, "there is no recording of this call"),
    "none": (404, "there is no recording of this call"),
    "dropped": (404, "the recording was deleted"),
}


@router.get("/{call}/recordings")
async def recordings(call: CallPath, plugs: Plugged, books: Library, who: Asking) -> list[RecordingPartOut]:
    """Every recording of the call, in the order they began; own calls, others' with the right ``recordings_all``.

    A recording's existence is told to whoever may see the call; its sound by ``listen`` alone.
    """
    if not await _left_to(books, who, call):
        await their_call(plugs, books, who, call, Right.RECORDINGS_ALL)
    found = await books.tapes.parts(CallId(call))
    held = bool(found) and await books.tapes.held(CallId(call))
    return [
        RecordingPartOut(
            part=one.part, state=one.state, seconds=one.seconds, format=one.format, faults=" ".join(one.faults),
            started_at=one.started_at, kept_until=one.kept_until, held=held, dropped_at=one.dropped_at,
            dropped_why=one.dropped_why,
        )
        for one in found
    ]  # fmt: skip


@router.post("/{call}/recording")
async def say_purpose(
    call: CallPath, body: ListenIn, request: Request, plugs: Plugged, books: Library, who: Asking
) -> ListenOut:
    """Why it is listened to, before a player asks for the sound. Nothing is heard yet, so nothing is audited yet."""
    why = stated_reason.worded(body.purpose, "purpose")
    await _may_hear(plugs, books, who, call, why)
    until = _listenings(request).say(
        who.session or who.account, str(RecordingId(CallId(call), body.part)), why, plugs.clock()
    )
    return ListenOut(call=call, part=body.part, until=until)


@router.get("/{call}/recording", response_class=Response, responses=_ANSWERS)
async def listen(
    call: CallPath,
    request: Request,
    plugs: Plugged,
    books: Library,
    who: Asking,
    purpose: Purpose,
    number: _Part = 1,
    asked: Annotated[str, Header(alias="Range", max_length=200)] = "",
) -> Response:
    """Own calls; others' with the right ``recordings_all``. One audit row a listening, however often it seeks.

    The purpose is said in the header, or was said before by POST: a player of the browser sends no header of ours.
    """
    ident, listenings = RecordingId(CallId(call), number), _listenings(request)
    listener, now = who.session or who.account, plugs.clock()
    why = stated_reason.worded(purpose or listenings.said(listener, str(ident), now), "purpose")
    row = await _may_hear(plugs, books, who, call, why)
    try:
        sound = await books.tapes.open(ident)
    except NotHere as fault:
        why_not = "raw" if fault.why == "none" and row.ended_at is None else fault.why  # it still goes on
        status, sentence = _WHY[why_not]
        raise Failed(status, _(sentence), error=f"recording_{why_not}") from fault
    wanted = span(asked, sound.size)
    if wanted is None:
        message = _("the recording has {size} bytes", size=sound.size)
        return answer(416, "range", message, headers={"Content-Range": f"bytes */{sound.size}"})
    await _note(request, plugs, who, ident, why)
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(wanted.size), "Content-Disposition": "inline"}
    if wanted.partial:
        headers["Content-Range"] = f"bytes {wanted.first}-{wanted.last}/{sound.size}"
    pieces: AsyncIterator[bytes] = sound.read(wanted.first, wanted.last)
    return StreamingResponse(pieces, 206 if wanted.partial else 200, headers, TYPES[sound.format])


@router.get("/{call}/recording/waveform")
async def waveform(
    call: CallPath, request: Request, plugs: Plugged, books: Library, who: Asking, purpose: Purpose, number: _Part = 1
) -> WaveformOut:
    """How loud each side was, for a player to draw: told to who may hear it, for the purpose that was said; one listening with it."""
    ident = RecordingId(CallId(call), number)
    said = _listenings(request).said(who.session or who.account, str(ident), plugs.clock())
    why = stated_reason.worded(purpose or said, "purpose")
    await _may_hear(plugs, books, who, call, why)
    try:
        drawn = WaveformOut.model_validate_json(await books.tapes.waveform(ident))
    except (NotHere, ValidationError) as fault:  # cut short, it is as if there were none
        why_not = fault.why if isinstance(fault, NotHere) else "none"
        status, sentence = _WHY[why_not]
        raise Failed(status, _(sentence), error=f"recording_{why_not}") from fault
    await _note(request, plugs, who, ident, why)
    return drawn


async def _may_hear(plugs: Services, books: Books, who: Who, call: str, why: str) -> CallRow:
    left = await plugs.calls.get(CallId(call)) if await _left_to(books, who, call) else None
    row = left or await their_call(plugs, books, who, call, Right.RECORDINGS_ALL)
    mine = not who.may(Right.RECORDINGS_ALL) or who.owns(row)
    whose = Whose.MINE if mine else Whose.OTHERS
    if sees(who, Part.RECORDING, whose, secrecy(row), why) is not Sees.WHOLE:
        raise refused(_("this citizen asked for secrecy: your role does not hear them"))
    return row


async def _left_to(books: Books, who: Who, call: str) -> bool:
    """A message was left in this call, and they are the agent who is to call back: they must know what it says."""
    if not who.session:
        return False
    task = await books.callback_list.get(call)
    return task is not None and task.kind is Kind.VOICEMAIL and task.owner == who.account


async def _note(request: Request, plugs: Services, who: Who, ident: RecordingId, why: str) -> None:
    """One row a listening, before the first of it is given."""
    listenings, listener, now = _listenings(request), who.session or who.account, plugs.clock()
    if listenings.fresh(listener, str(ident), why, now):
        reading(plugs, who)
        detail = {"purpose": why, "part": str(ident.part)}
        await plugs.audit.append(now, who.account, "listened", call=ident.call, detail=detail)
        listenings.audited(listener, str(ident), why, now)


def _listenings(request: Request) -> Playbacks:
    state = request.app.state
    if not hasattr(state, "listenings"):
        state.listenings = Playbacks()
    found: Playbacks = state.listenings
    return found

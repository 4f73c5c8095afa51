"""The screen pop: all that is known about who calls, in one answer, before the first ring ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter

from agents.caller import Kind, Party, party, variants
from console import masking
from console.access import Right
from console.books import Books, PastRow
from console.contract.desk import PastCallOut, PopOut, RecordingOut
from console.contract.rest import CallOut, CallPath, TicketOut
from console.contract.stream import PartyOut
from console.door import Who, needs
from console.owning import their_call
from console.plugs import Library, Plugged
from console.ports import CallRow

router = APIRouter(prefix="/api/calls", tags=["desk"])

LATELY = timedelta(days=30)
MOST = 20


@router.get("/{call}/pop")
async def pop(
    call: CallPath, plugs: Plugged, books: Library, who: Annotated[Who, needs(Right.SEAT, Right.CALLS_ALL)]
) -> PopOut:
    """Of the own call; supervisors: of any."""
    row = await their_call(plugs, books, who, call, Right.CALLS_ALL)
    told = party(citizens_number(row), books.centre.area_code)
    story = await books.callers.story(_searched(row, told, books), plugs.clock() - LATELY, but=row.call, most=MOST)
    plain = masking.sees_number(who, row)
    return PopOut(
        call=_call(row, plain),
        party=PartyOut(number=told.number if plain else masking.number(told.number), area=told.area,
                       carrier=told.carrier, kind=told.kind),
        line_name=books.centre.lines.get(row.line, row.line),
        partner_name=partner_name(books, row.partner),
        earlier=[_earlier(one, plain) for one in story.calls],
        tickets=[TicketOut.of(push) if plain else masking.masked_ticket(TicketOut.of(push)) for push in story.tickets],
        open_tickets=story.open_tickets,
        calls_30_days=story.calls_since,
        callback_open=story.callback_open,
    )  # fmt: skip


def citizens_number(row: CallRow) -> str:
    """Whom it is about: who called, whom the partner named, or whom we dialled."""
    return row.dialled if row.direction == "outbound" else row.origin or row.caller


def partner_name(books: Books, partner: str) -> str:
    """As the phone book calls that number; else the word of the settings."""
    return next((entry.name for entry in books.centre.phonebook if entry.number == partner), partner)


def _searched(row: CallRow, told: Party, books: Books) -> tuple[str, ...]:
    """A partner's own number stands for all citizens it ever handed over: nobody's story."""
    if row.partner and told.kind in (Kind.SHORT, Kind.SERVICE):
        return ()
    return variants(citizens_number(row), books.centre.area_code)


def _earlier(row: PastRow, plain: bool) -> PastCallOut:
    tape = row.tapes[0] if row.tapes else None
    recording = None
    if tape is not None:
        faults = " ".join(tape.faults)
        recording = RecordingOut(state=tape.state, seconds=tape.seconds, format=tape.format, faults=faults)
    return PastCallOut(call=_call(row, plain), ticket_ids=[one.ticket for one in row.tickets], recording=recording)


def _call(row: CallRow, plain: bool) -> CallOut:
    shape = CallOut.model_validate(row)
    return shape if plain else masking.masked(shape)

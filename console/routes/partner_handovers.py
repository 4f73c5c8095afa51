"""A call is handed over to a partner: 110, 12345 (联动移交)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path

from bridge.errors import Problem
from bridge.partner_handover import HandoverEnd
from bridge.ports import Push
from config.language import say as _
from console import visibility
from console.access import Right
from console.authorization import Asking, OwnSeat
from console.call_ownership import their_call
from console.contract.partner_handovers import AcceptedIn, HandOverIn, HandoverOut, PartnerOut, RefusedIn
from console.contract.rest import CallPath
from console.error_answers import Failed, done_or_fail, invalid, not_found
from console.partner_handovers import Handovers
from console.ports import CallRow
from console.routes.pop import citizens_number
from console.services import Library, Plugged, Services, within
from console.shown_handovers import handover_out, partner_of
from cti.ids import CallId, SeatId
from ledger.partner_handovers import Row

router = APIRouter(prefix="/api", tags=["telephone"])


@router.get("/partners")
async def partners(plugs: Plugged, who: Asking) -> list[PartnerOut]:
    """To whom calls can be handed over, in the settings' order."""
    return [PartnerOut.model_validate(one) for one in (plugs.handovers.partners.values() if plugs.handovers else ())]


HandoverPath = Annotated[str, Path(pattern=r"^[0-9A-Z]{1,26}$")]


@router.post("/seats/{seat}/handover", status_code=202)
async def hand_over(seat: OwnSeat, body: HandOverIn, plugs: Plugged, who: Asking) -> HandoverOut:
    """The ticket goes first, then the partner's desk is dialled; the citizen hears music until it has answered. Audited.

    Complete it with ``accept`` or ``refuse``; ``transfer/conference`` joins all three before. When the partner is busy, declines or does
    not answer, the citizen is back by itself.
    """
    handovers = _handovers(plugs)
    partner = handovers.partners.get(body.partner)
    if partner is None:
        known = tuple(handovers.partners)
        raise invalid((Problem("partner", _("there is no partner {partner!r}", partner=body.partner), known),))
    row = await _own_call(plugs, seat)
    if who.session:  # each rings the partner's desk and is told to its program, also when nothing comes of it
        within(plugs.acts, f"handover {who.account}")
    push = await _ticket(plugs, row, body.ticket)
    now, agent = plugs.clock(), str(who.agent) or row.agent
    number = "" if getattr(row, "hidden", False) else citizens_number(row)
    asked, said = await handovers.ask(
        plugs.desk, row, push, partner, body.summary, seat=seat, agent=agent, number=number, now=now
    )
    done_or_fail(said)
    await plugs.audit.append(
        now, who.account, "handed_over", call=row.call, detail={"partner": partner.id, "handover": asked.id}
    )
    rows = await _rows(plugs, handovers, row.call)
    found = next((one for one in rows if one.id == asked.id), None)
    if found is None:  # the ledger is away: the telephone goes on
        found = Row(
            asked.id, row.call, partner.id, seat, agent, push.ticket.id if push else "", asked.summary, now, "", None, None,
            None, "", "", "", "",
        )  # fmt: skip
    return handover_out(found, handovers, words=True)


@router.post("/seats/{seat}/handover/{handover}/accept")
async def accept(seat: OwnSeat, handover: HandoverPath, body: AcceptedIn, plugs: Plugged, who: Asking) -> HandoverOut:
    """The partner has taken it, with its own number: the agent leaves, citizen and partner go on talking. Said once more
    afterwards it corrects the number."""
    handovers, row, one = await _own_handover(plugs, seat, handover)
    partner = partner_of(handovers, one.partner)
    if one.how in ("", HandoverEnd.NOT_TAKEN):
        done_or_fail(await handovers.accepted(plugs.desk, row, SeatId(seat), partner))
    return await _ended(plugs, handovers, one, HandoverEnd.ACCEPTED, by=who.account, reference=body.reference)


@router.post("/seats/{seat}/handover/{handover}/refuse")
async def refuse(seat: OwnSeat, handover: HandoverPath, body: RefusedIn, plugs: Plugged, who: Asking) -> HandoverOut:
    """The partner does not take it: the citizen is the agent's again, the partner's message is taken back."""
    handovers, row, one = await _own_handover(plugs, seat, handover)
    if not one.how:
        done_or_fail(await handovers.refused(plugs.desk, row, SeatId(seat), partner_of(handovers, one.partner)))
    return await _ended(plugs, handovers, one, HandoverEnd.REFUSED, by=who.account, note=body.reason)


@router.get("/calls/{call}/handovers")
async def of_call(call: CallPath, plugs: Plugged, books: Library, who: Asking) -> list[HandoverOut]:
    """Of the own call, or any for whoever sees all; oldest first."""
    row = await their_call(plugs, books, who, call, Right.CALLS_ALL)
    handovers = plugs.handovers
    if handovers is None:
        return []
    mine = not who.may(Right.CALLS_ALL) or who.owns(row)
    return [
        handover_out(one, handovers, words=visibility.partner_words(who, row, one.agent, mine=mine))
        for one in await handovers.book.of_call(call)
    ]


def _handovers(plugs: Services) -> Handovers:
    if plugs.handovers is None:
        raise Failed(503, _("the ledger cannot be reached now; nothing was written, try again"))
    return plugs.handovers


async def _own_call(plugs: Services, seat: str) -> CallRow:
    """What is talked in at this seat now."""
    call = next((one.call for one in plugs.desk.seats() if one.seat == seat), None)
    row = await plugs.calls.get(CallId(call)) if call else None
    if row is None:
        raise Failed(409, _("seat {seat} is not in a call", seat=seat), error="no_call")
    return row


async def _ticket(plugs: Services, row: CallRow, wanted: str | None) -> Push | None:
    """The one that is asked for, which must be of this call; else its newest. None: there is none, or nobody can tell now."""
    try:
        filed = await plugs.intake.book.of_call(row.call)
    except plugs.absent:
        return None
    if wanted is None:
        return filed[-1] if filed else None
    found = next((one for one in filed if one.ticket.id == wanted), None)
    if found is None:
        raise invalid((Problem("ticket", _("is no ticket of this call")),))
    return found


async def _rows(plugs: Services, handovers: Handovers, call: str) -> Sequence[Row]:
    try:
        return await handovers.book.of_call(call)
    except plugs.absent:
        return ()


async def _own_handover(plugs: Services, seat: str, handover: str) -> tuple[Handovers, CallRow | None, Row]:
    """One of the call at this seat, or of the one it wraps up."""
    handovers = _handovers(plugs)
    call = next((one.call for one in plugs.desk.seats() if one.seat == seat), None)
    rows = await handovers.book.of_call(call) if call else ()
    one = next((row for row in rows if row.id == handover and row.seat == seat), None)
    if one is None or call is None:
        raise not_found("handover", handover[:40])
    return handovers, await plugs.calls.get(CallId(call)), one


async def _ended(
    plugs: Services, handovers: Handovers, one: Row, how: HandoverEnd, *, by: str, note: str = "", reference: str = ""
) -> HandoverOut:
    done = await handovers.book.end(one.id, how, plugs.clock(), by=by, note=note, reference=reference)
    handovers.wake()
    rows = await handovers.book.of_call(one.call)
    found = next((row for row in rows if row.id == one.id), one)
    if not done:
        message = _("this hand-over has ended already, otherwise")
        raise Failed(409, message, error="ended")
    return handover_out(found, handovers, words=True)

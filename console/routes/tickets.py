"""Tickets: file one about a call (during it or after), file one without a call, read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from bridge.forms import TicketIn
from bridge.intake import Source
from bridge.pasted_text import cleaned
from bridge.ports import Filed, KeyTaken, Push
from bridge.ticket import CallFacts, TicketId
from config.language import say as _
from console import visibility
from console.access import Right
from console.audited_ticket_views import tell_tickets
from console.authorization import Asking, Who, needs, open_to, refused
from console.call_ownership import must_be_theirs, their_call
from console.contract.rest import CallPath, CaseStepOut, Most, TicketOut, TicketPath
from console.error_answers import Failed, invalid, not_found
from console.partner_handovers import EVERYWHERE, partners_of
from console.ports import CallRow
from console.services import Library, Plugged, Services, within
from console.words_in_headers import Reason
from cti.ids import CallId

from .body import Raw, documented
from .calls import Filer, author, call_row

router = APIRouter(prefix="/api", tags=["tickets"])

_Agent = Annotated[str, Query(pattern=r"^[0-9A-Za-z_-]{0,20}$", description="who files; else who talked")]
_Seat = Annotated[str, Query(pattern=r"^([0-9]{2,20})?$")]
_Part = Annotated[int, Query(ge=1, le=20, description="which matter of the call, when it brought several")]
_Key = Annotated[str, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9_.:-]{8,64}$")]
_AGAIN: dict[int | str, dict[str, Any]] = {
    200: {"model": TicketOut, "description": "the same had been filed before; this is it"}
}


@router.post("/calls/{call}/tickets", status_code=201, responses=_AGAIN, openapi_extra=documented(TicketIn))
async def file_about_call(
    call: CallPath, raw: Raw, plugs: Plugged, books: Library, who: Filer, response: Response,
    part: _Part = 1, agent: _Agent = "", seat: _Seat = "",
) -> TicketOut:  # fmt: skip
    """One ticket a matter: the same ticket again gives the first one back, another one under this part is a conflict."""
    row = await call_row(plugs, who, call)
    await must_be_theirs(plugs, books, who, row, Right.CALLS_ALL)
    source = Source(facts_of(row), *author(who, row, agent, seat), part, channel=_channel(row))
    return visibility.ticket(who, _filed(await plugs.intake.file(raw, source), response))


@router.post("/tickets", status_code=201, responses=_AGAIN, openapi_extra=documented(TicketIn))
async def file_alone(
    raw: Raw, plugs: Plugged, who: Annotated[Who, needs(Right.FILE, Right.HAND_IN)], response: Response, key: _Key,
    agent: _Agent = "", seat: _Seat = "",
) -> TicketOut:  # fmt: skip
    """Without a call (letter, WeChat, an agent's own observation). The key makes a repeated request harmless. With a partner's number that
    has a ticket already it is a supplement of that: 200, the ticket without what was said in it. So for persons, and for a partner's own
    program (``hotline token new --partner``). A program names no partner's number and channel but its own partner's: 403 ``not_that_partner``."""
    if who.session:
        within(plugs.acts, f"ticket {who.account}")
    if who.program:
        _as_itself(plugs, who, raw)
        await _within_its_own(plugs, who, raw)
    filer = author(who, None, agent, seat)
    channel = f"partner_{who.partner}" if who.partner in EVERYWHERE else "phone"
    source = Source(None, *filer, key=f"key:{filer[0] or who.account}:{key}", channel=channel, joins=_joins(who))
    push = _filed(await plugs.intake.file(raw, source), response)
    mine = push.ticket.agent in (who.account, filer[0]) or who.may(Right.TICKETS_ALL)
    return visibility.ticket(who, push) if mine else visibility.same_matter(who, push)


@router.get("/calls/{call}/tickets")
async def of_call(call: CallPath, plugs: Plugged, books: Library, who: Asking, reason: Reason) -> list[TicketOut]:
    """Of an own call, or whoever sees all tickets. ``reason``: shows a supervisor confidential ones; audited."""
    mine = not who.may(Right.TICKETS_ALL)
    if mine:
        await their_call(plugs, books, who, call, Right.TICKETS_ALL)
    pushes = await plugs.intake.book.of_call(CallId(call))
    return await tell_tickets(plugs, who, pushes, reason, mine=mine)


@router.get("/tickets")
async def recent(
    plugs: Plugged,
    who: Annotated[Who, needs(Right.TICKETS_ALL)],
    before: Annotated[str, Query(pattern=r"^([0-9A-HJKMNP-TV-Z]{26})?$")] = "",
    most: Most = 100,
) -> list[TicketOut]:
    """Newest first. An agent's own: ``/api/my/tickets``."""
    pushes = await plugs.intake.book.recent(most, TicketId(before) if before else None)
    await plugs.bulk.count(plugs.audit, plugs.clock(), who, "tickets", pushes)
    return [visibility.ticket(who, push) for push in pushes]


@router.get("/tickets/{ticket}")
async def get_ticket(
    ticket: TicketPath,
    plugs: Plugged,
    books: Library,
    who: Annotated[Who, open_to(Right.TICKETS_ALL, Right.HAND_IN)],
    reason: Reason,
) -> TicketOut:
    """One's own, one of an own call, or any for whoever sees all. ``reason``: shows a supervisor a confidential one."""
    push = await plugs.intake.book.find(TicketId(ticket))
    mine = not who.may(Right.TICKETS_ALL) and (push is None or push.ticket.agent != who.account)
    if mine:
        if push is None or push.ticket.call is None:
            raise refused(_("this is not your ticket"))  # nor is told whether there is one
        await their_call(plugs, books, who, push.ticket.call, Right.TICKETS_ALL)
    if push is None:
        raise not_found("ticket", ticket)
    (told,) = await tell_tickets(plugs, who, [push], reason, mine=mine)
    steps = [CaseStepOut.of(step) for step in await plugs.intake.book.case_history(push.ticket.id)]
    theirs = who.program and visibility.whose_ticket(who, push, mine=mine) is not visibility.Whose.FILED
    if theirs or "content" in told.withheld:  # the case store may say there what the citizen said
        steps = [step.model_copy(update={"note": ""}) for step in steps]
    return told.model_copy(update={"case_history": steps})


def facts_of(row: CallRow) -> CallFacts:
    """What is known of the call now, as the ticket keeps it."""
    return CallFacts(
        call=row.call, line=row.line, trunk=row.trunk, ani=row.origin or row.caller,
        ani_trust="partner" if row.origin else "network" if row.caller else "",
        dnis=row.dialled, partner=row.partner, reference=row.reference, received_at=row.arrived_at,
        queue_entered_at=row.queued_at, answered_at=row.answered_at, ended_at=row.ended_at,
        notice_played_at=row.notice_at, seat=row.seat, recordings=tuple(row.recordings),
    )  # fmt: skip


def _channel(row: CallRow) -> str:
    return f"partner_{row.partner}" if row.partner in ("110", "12345") else "phone"


def _joins(who: Who) -> bool:
    """Whether what they file may become part of another's case, which tells that there is one."""
    return not who.program or bool(who.partner)


def _as_itself(plugs: Services, who: Who, raw: Mapping[str, Any]) -> None:
    """A program files as nobody but itself, or as the one partner it is bound to."""
    named = raw.get("external_ids")
    partners = partners_of(plugs)
    names = named if isinstance(named, dict) else ()
    said = {
        cleaned(str(name), lines=False) for name in names
    } & partners  # as the form reads it, whatever cannot be seen in it
    channel = cleaned(str(raw.get("channel", "")), lines=False)
    if channel.startswith("partner_"):
        said.add(channel.removeprefix("partner_"))
    for other in sorted(said - {who.partner}):
        if who.partner:
            why = _("this program files as {partner}, not as {other}", partner=who.partner, other=other)
        else:
            why = _(
                "this program is bound to no partner and does not file as {other}: hotline token new --partner",
                other=other,
            )
        raise Failed(403, why, error="not_that_partner")


async def _within_its_own(plugs: Services, who: Who, raw: Mapping[str, Any]) -> None:
    """A program's matter goes on within no case but one that it filed: the answer would tell which cases there are."""
    into = raw.get("merged_into")
    if not isinstance(into, str) or not (named := cleaned(into, lines=False)):
        return
    found = await plugs.tickets.matters.book.of_case(named) if plugs.tickets else None
    if found is None or found.ticket.agent != who.account:
        raise Failed(403, _("this program filed no such case"), error="not_its_case")


def _filed(answer: Filed | KeyTaken | tuple[object, ...], response: Response) -> Push:
    if isinstance(answer, tuple):
        raise invalid(answer)  # type: ignore[arg-type]
    if isinstance(answer, KeyTaken):
        message = _("another ticket was filed for this already: {ticket}", ticket=answer.by)
        raise Failed(409, message, error="already_filed")
    response.status_code = 201 if answer.new else 200
    response.headers["Location"] = f"/api/tickets/{answer.push.ticket.id}"
    return answer.push

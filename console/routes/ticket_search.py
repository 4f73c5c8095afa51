"""The ticket centre's looking: search, as a file too, all that hangs on a ticket, how far the cases of a call's citizen are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime

from accounts.audit_row_limit import Pace
from agents.callback_list_rows import Wanted
from agents.callbacks import BY_WORD
from bridge.case_store_messages import MessageKind
from bridge.pasted_text import OneLine
from bridge.ports import Push
from bridge.ticket import TicketId
from bridge.ticket_acts import unfit
from config.language import say as _
from console import exported_rows, exports, visibility
from console.access import Right
from console.audited_ticket_views import tell_tickets
from console.authorization import Who, needs, refused
from console.call_ownership import at_their_seat, is_theirs, their_call
from console.caller_history_access import LATELY, may_tell, whose_story
from console.contract.partner_handovers import HandoverOut, MatterOut
from console.contract.rest import CallOut, CallPath, CaseStepOut, Most, TicketOut, TicketPath
from console.contract.tickets import (
    FileOut,
    MassEventOut,
    ProgressOut,
    TicketsFoundOut,
    TicketStoryOut,
)
from console.error_answers import Failed, not_found
from console.ledger_ports import Books, TicketCentre
from console.ports import CallRow
from console.services import Library, Plugged, Services, TicketDesk, reading
from console.shown_handovers import handover_out, matter_out
from console.time_parameters import utc
from console.visibility import Standing, Whose
from console.words_in_headers import Number, Reason, WordsSought
from cti.ids import CallId
from cti.numbers import mask
from ledger.ticket_search import STATES, FoundTickets, Sought

from .pop import citizens_number, searched_number

router = APIRouter(prefix="/api", tags=["ticket centre"])

LOOKUPS_A_MINUTE = 60
"""Of one person, by a case's number: more often than anybody is told one."""
SHOWN = 20
_Word = Annotated[str, Query(pattern=r"^[0-9a-z_]{0,40}$")]
_Code = Annotated[str, Query(pattern=r"^[0-9]{0,6}$", description="a catalogue's code")]
_Name = Annotated[str, Query(pattern=r"^[0-9A-Za-z_-]{0,20}$")]
_Case = Annotated[str, Query(pattern=r"^[0-9A-Za-z_.:/-]{0,64}$", description="a case's number, or a ticket's id")]
_After = Annotated[str, Query(pattern=r"^([0-9A-HJKMNP-TV-Z]{26})?$", description="``next`` of the page before")]
Seeker = Annotated[Who, needs(Right.FILE, Right.TICKETS_ALL)]


def asked(
    number: Number, words: WordsSought, case: _Case = "", code: _Code = "", kind: _Word = "",
    unit: Annotated[str, OneLine, Query(max_length=60, description="a unit's whole name")] = "",
    state: Annotated[str, Query(pattern=f"^({'|'.join(STATES)})?$")] = "", agent: _Name = "",
    since: AwareDatetime | None = None, until: AwareDatetime | None = None,
) -> Sought:  # fmt: skip
    """What is searched for; number and words are said in headers."""
    return Sought(case, number, words, code, kind, unit.strip(), state, agent, utc("since", since), utc("until", until))


Asked = Annotated[Sought, Depends(asked)]


@router.get("/tickets/search")
async def search(
    plugs: Plugged, desk: TicketDesk, who: Seeker, wanted: Asked, after: _After = "", most: Most = 50
) -> TicketsFoundOut:
    """Newest first: an agent among those they filed, who sees all tickets among all."""
    await _may_search(plugs, who, wanted)
    found = await _page(plugs, desk, who, replace(wanted, after=after, most=most))
    return TicketsFoundOut(tickets=_shown(who, found.pushes), next=found.after, back_to=found.back_to)


@router.get("/tickets/search/csv", response_class=Response, responses=exports.answers("TicketOut"))
async def search_file(
    plugs: Plugged, books: Library, desk: TicketDesk, who: Seeker, wanted: Asked, form: exports.Form = "csv"
) -> Response:
    """The same as a file for a spreadsheet, as the list shows it; audited."""
    await _may_search(plugs, who, wanted)
    names = ("case", "code", "kind", "unit", "state", "agent")
    detail = {name: str(getattr(wanted, name)) for name in names if getattr(wanted, name)}
    detail |= {name: at.isoformat() for name in ("since", "until") if (at := getattr(wanted, name)) is not None}
    detail |= {"number": mask(wanted.number)} if wanted.number else {}
    detail |= {"words": mask(wanted.words)} if wanted.words else {}  # a number is a word, too
    reading(plugs, who)
    await plugs.audit.append(plugs.clock(), who.account, "tickets_exported", detail=detail)
    rows = (exported_rows.ticket_row(row) async for row in _every(plugs, desk, who, wanted))
    return exports.file(form, "tickets", exported_rows.ticket_heads(), rows, books.centre.zone)


async def _every(plugs: Services, desk: TicketCentre, who: Who, wanted: Sought) -> AsyncIterator[TicketOut]:
    count, after = 0, ""
    while True:
        found = await _page(plugs, desk, who, replace(wanted, after=after, most=exports.PAGE))
        for row in _shown(who, found.pushes):
            if count == exports.MOST:
                raise exports.RowsLeft
            count += 1
            yield row
        after = found.after
        if not after:
            return


async def _page(plugs: Services, desk: TicketCentre, who: Who, wanted: Sought) -> FoundTickets:
    if not who.may(Right.TICKETS_ALL):
        wanted = replace(wanted, agent=who.account)
    all_numbers = visibility.sees_all_numbers(who)
    found = await desk.search.find(replace(wanted, confidential=all_numbers))
    await plugs.bulk.count(plugs.audit, plugs.clock(), who, "tickets", found.pushes)
    return found


def _shown(who: Who, pushes: Sequence[Push]) -> list[TicketOut]:
    return [visibility.ticket(who, push) for push in pushes if visibility.shows_ticket(who, push)]


async def _may_search(plugs: Services, who: Who, wanted: Sought) -> None:
    """A number that the list masks could be found by trying."""
    if not wanted.number or visibility.sees_all_numbers(who):
        return
    if who.may(Right.TICKETS_ALL):
        raise refused(_("your role may not search by a citizen's number"))
    now = plugs.clock()
    if not plugs.searches.may(who.account, now):
        raise Failed(429, _("too many searches by number in a minute: wait a moment"))
    await plugs.audit.append(now, who.account, "own_tickets_searched", detail={"number": mask(wanted.number)})


# -- one ticket ------------------------------------------------------------------------------


@router.get("/tickets/{ticket}/story")
async def story(
    ticket: TicketPath, request: Request, plugs: Plugged, books: Library, desk: TicketDesk, reason: Reason,
    who: Annotated[Who, needs(Right.FILE, Right.TICKETS_ALL, persons=True)],
) -> TicketStoryOut:  # fmt: skip
    """All that hangs on it: what was said when, versions, calls, files, what goes on within it. ``reason``: shows a supervisor
    a confidential one; audited."""
    push, mine = await seen_ticket(plugs, books, who, ticket)
    (told,) = await tell_tickets(plugs, who, [push], reason, mine=mine)
    why = reason if reason and not told.withheld else ""
    steps = [CaseStepOut.of(step) for step in await plugs.intake.book.case_history(push.ticket.id)]
    if "content" in told.withheld:
        steps = [step.model_copy(update={"note": ""}) for step in steps]
    found = await desk.matters.book.story(push.ticket.id)
    if found is None:
        raise not_found("ticket", ticket)
    whose = visibility.whose_ticket(who, push, mine=mine)
    others = [*found.merged, *([found.parent] if found.parent else [])]
    await _beside_told(request, plugs, who, ticket, others)
    standings = {one.push.ticket.id: one for one in await standing(desk, [push, *others])}
    own = visibility.progress(who, standings[push.ticket.id], whose)
    if own is None:
        raise refused(_("this is not your ticket"))
    merged = [visibility.progress(who, standings[one.ticket.id], beside(who, one)) for one in found.merged]
    parent = (
        visibility.progress(who, standings[found.parent.ticket.id], beside(who, found.parent)) if found.parent else None
    )
    files = [FileOut.model_validate(one) for one in found.files] if "content" not in told.withheld else []
    return TicketStoryOut(
        ticket=told.model_copy(update={"case_history": steps}), progress=own,
        said=[visibility.said(who, push, one, mine=mine, reason=why) for one in found.said],
        versions=visibility.versions(who, push, found.versions, mine=mine, reason=why),
        calls=await _calls(plugs, who, push, [one.call for one in found.calls], mine=mine),
        files=files, merged=[one for one in merged if one], parent=parent,
        events=[MassEventOut.model_validate(one) for one in await desk.events.of_ticket(push.ticket.id)],
        handovers=await _handed_over(plugs, push, withheld=bool(told.withheld)),
        partners=await _at_partners(plugs, push, withheld=bool(told.withheld)),
        may=_may(who, push, mine=mine),
    )  # fmt: skip


async def _handed_over(plugs: Services, push: Push, *, withheld: bool) -> list[HandoverOut]:
    handovers = plugs.handovers
    if handovers is None:
        return []
    rows = await handovers.book.of_ticket(push.ticket.id)
    return [handover_out(one, handovers, words=not withheld) for one in rows]


async def _at_partners(plugs: Services, push: Push, *, withheld: bool) -> list[MatterOut]:
    handovers = plugs.handovers
    if handovers is None or handovers.matters is None:
        return []
    rows = await handovers.matters.of_tickets([push.ticket.id])
    shown = [matter_out(one, handovers) for one in rows if one.number or one.state]
    return [one.model_copy(update={"note": ""}) for one in shown] if withheld else shown


async def _beside_told(request: Request, plugs: Services, who: Who, ticket: str, others: Sequence[Push]) -> None:
    """Others' cases that stand beside an agent's own are looked up by their numbers, since anybody may merge into a number they know:
    paced with those, and in the audit log first. Raises 429."""
    now = plugs.clock()
    strange = [one for one in others if beside(who, one) is Whose.LIVE]
    if not strange or not _fresh(request, who.account, ticket, " ".join(one.ticket.id for one in strange), now):
        return
    looked_up(request, who, now)
    detail = {"ticket": ticket, "cases": str(len(strange)), "case": strange[-1].case_number or strange[-1].ticket.id}
    await plugs.audit.append(now, who.account, "progress_shown", detail=detail)


def looked_up(request: Request, who: Who, now: datetime) -> None:
    """By a case's number, by who does not see all. Raises 429 for more in a minute than anybody is told."""
    if not who.may(Right.TICKETS_ALL) and not _lookups(request).may(who.account, now):
        raise Failed(429, _("too many questions at once: wait a moment"))


def beside(who: Who, push: Push) -> Whose:
    """Of a ticket that goes on with one they are shown: an agent is shown another's as on a call, a confidential one withheld."""
    whose = visibility.whose_ticket(who, push)
    return Whose.LIVE if whose is Whose.OTHERS and not who.may(Right.TICKETS_ALL) else whose


async def seen_ticket(plugs: Services, books: Books, who: Who, ticket: str) -> tuple[Push, bool]:
    """The ticket, and whether it is of a call they had a part in, or one that they call its citizen about. 403 where it is another's, 404 for who sees all."""
    push = await plugs.intake.book.find(TicketId(ticket))
    if who.may(Right.TICKETS_ALL):
        if push is None:
            raise not_found("ticket", ticket)
        return push, False
    if push is not None and push.ticket.agent == who.account:
        return push, False
    if push is not None and await _owes_word(books, who, ticket):
        return push, True
    row = await plugs.calls.get(push.ticket.call) if push is not None and push.ticket.call else None
    if push is None or row is None or not await is_theirs(plugs, books, who, row):
        raise refused(_("this is not your ticket"))
    return push, True


async def _owes_word(books: Books, who: Who, ticket: str) -> bool:
    """They have the call-back that tells its result, or asks for what it lacks."""
    if not who.session:
        return False
    held = await books.callback_list.page(Wanted(owner=who.account, ticket=ticket))
    return any(one.kind in BY_WORD for one in held)


def _may(who: Who, push: Push, *, mine: bool) -> list[str]:
    """By state and role; where the content is withheld nobody corrects it unseen."""
    if not who.may(Right.FILE):
        return []
    said = [str(kind) for kind in MessageKind if kind not in _NOT_HERE and unfit(kind, push) is None]
    whole = not visibility.ticket(who, push, mine=mine).withheld
    return [*said, *(["correct"] if whole and unfit(MessageKind.SUPPLEMENT, push) is None else [])]


_NOT_HERE = (MessageKind.FILE, MessageKind.REPLY, MessageKind.REOPEN)


async def _calls(plugs: Services, who: Who, push: Push, tied: Sequence[CallId], *, mine: bool) -> list[CallOut]:
    wanted = list(dict.fromkeys([*([push.ticket.call] if push.ticket.call else []), *tied]))[:SHOWN]
    known = await plugs.calls.some(wanted)
    rows = [known[call] for call in wanted if call in known]
    return [
        visibility.call(who, row, mine=mine) for row in rows if mine or who.owns(row) or visibility.sees_all_calls(who)
    ]


async def standing(desk: TicketCentre, pushes: Sequence[Push]) -> list[Standing]:
    """Each with the one its case goes on within, and what was said of that, counted."""
    above: dict[str, Push] = {}  # tickets that were merged into the same case have the same one
    for push in pushes:
        if (into := push.ticket.merged_into) and into not in above:
            above[into] = await desk.matters.book.root(push)
    roots = {push.ticket.id: above.get(push.ticket.merged_into, push) for push in pushes}
    counted = await desk.matters.book.counted(list({root.ticket.id for root in roots.values()}))
    return [Standing(push, root := roots[push.ticket.id], counted[root.ticket.id]) for push in pushes]


# -- how far is my matter? ---------------------------------------------------------------------


@router.get("/calls/{call}/progress")
async def progress_of_call(
    call: CallPath, request: Request, plugs: Plugged, books: Library, desk: TicketDesk,
    who: Annotated[Who, needs(Right.FILE, Right.TICKETS_ALL, persons=True)], case: _Case = "",
) -> list[ProgressOut]:  # fmt: skip
    """The cases of this call's citizen, the open ones first; ``case``: the one whose number they say. Audited."""
    row = await their_call(plugs, books, who, call, Right.TICKETS_ALL)
    now = plugs.clock()
    if case and not _lookups(request).may(who.account, now):
        raise Failed(429, _("too many questions at once: wait a moment"))
    live = on_the_line(plugs, who, row)
    if case and not live and not who.may(Right.TICKETS_ALL):
        raise refused(_("a case is asked for by its number only while its citizen is on the line"))
    pushes = [found] if case and (found := await desk.matters.book.of_case(case)) else []
    if not case:
        pushes = list(await _theirs(plugs, books, who, row, now, mine=live))
    whose = Whose.LIVE if live else Whose.OTHERS if who.may(Right.TICKETS_ALL) else Whose.MINE
    told = [visibility.progress(who, one, whose) for one in await standing(desk, pushes)]
    shown = sorted((one for one in told if one), key=lambda one: (one.open, one.filed_at), reverse=True)
    if shown and _fresh(request, who.account, row.call, case, now):
        detail = {"cases": str(len(shown))} | ({"case": case} if case else {})
        await plugs.audit.append(now, who.account, "progress_shown", call=row.call, detail=detail)
    return shown


def on_the_line(plugs: Services, who: Who, row: CallRow) -> bool:
    """The call is the one they have now: it lives, or wants its outcome."""
    return visibility.whose_call(who, row) is Whose.LIVE or at_their_seat(plugs, who, row.call)


async def _theirs(
    plugs: Services, books: Books, who: Who, row: CallRow, now: datetime, *, mine: bool
) -> Sequence[Push]:
    """Tickets of the citizen's number, where their story may be told."""
    number = searched_number(row, books)
    if not number or not citizens_number(row):
        return ()
    whose = await whose_story(books, who, row, number, now, mine=mine)
    if not may_tell(who, row, whose):
        return ()
    found = await books.callers.story(number, now - LATELY, but=row.call, most=SHOWN)
    return [push for push in found.tickets if push.ticket.call != row.call]


class _Shown:
    """Questions by a case's number are paced; which showings the log knows of. Forgotten by a restart."""

    def __init__(self) -> None:
        self.lookups = Pace(LOOKUPS_A_MINUTE, 100_000)
        self.told = Pace(1, 100_000)
        """One row a minute of a person, call and case."""


def _shown_of(request: Request) -> _Shown:
    state = request.app.state
    if not hasattr(state, "progress_shown"):
        state.progress_shown = _Shown()
    found: _Shown = state.progress_shown
    return found


def _lookups(request: Request) -> Pace:
    return _shown_of(request).lookups


def _fresh(request: Request, account: str, call: str, case: str, now: datetime) -> bool:
    return _shown_of(request).told.may(f"{account} {call} {case}", now)

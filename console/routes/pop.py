"""The screen pop: all that is known about who calls, in one answer, before the first ring ends."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from agents.callback_list_rows import Wanted
from agents.callbacks import BY_WORD
from agents.number_area_and_carrier import Kind, Party, party
from bridge.ticket import TicketId
from console import visibility
from console.access import Right
from console.authorization import Who, needs
from console.call_ownership import at_their_seat, their_call
from console.caller_history_access import LATELY, CallerStories, is_empty, may_tell, whose_story
from console.contract.callbacks import ReplyOwedOut
from console.contract.desk import PassedOut, PastCallOut, PopOut, RecordingOut
from console.contract.partner_handovers import HandoverOut
from console.contract.rest import CallPath, TicketOut
from console.contract.stream import PartyOut
from console.ledger_ports import Books
from console.ports import CallRow
from console.services import Library, Plugged
from console.shown_handovers import handover_out
from console.visibility import Sees, Whose
from cti.ids import CallId
from cti.numbers import NumberKind, home, mask
from ledger.callers import Story
from ledger.history import PastCall, Tape

router = APIRouter(prefix="/api/calls", tags=["desk"])

MOST = 20


@router.get("/{call}/pop")
async def pop(
    call: CallPath, request: Request, plugs: Plugged, books: Library,
    who: Annotated[Who, needs(Right.SEAT, Right.CALLS_ALL, persons=True)],
) -> PopOut:  # fmt: skip
    """Of the own call; supervisors: of any. The citizen's story where ``caller_history_access.py`` lets it be told; audited before."""
    row = await their_call(plugs, books, who, call, Right.CALLS_ALL)
    if who.may(Right.CALLS_ALL):
        await plugs.bulk.one(plugs.audit, plugs.clock(), who, "calls", row.call)
    told = party(citizens_number(row), books.centre.area_code)
    mine = not who.may(Right.CALLS_ALL)  # it has been found to be theirs
    number = visibility.number_of(who, row, mine=mine)
    searched = searched_number(row, books)
    story, why_not = await _story(request, plugs, books, who, row, searched)
    shown = visibility.call(who, row, mine=mine)
    return PopOut(
        call=shown,
        party=_party(told, number),
        line_name=books.centre.lines.get(row.line, row.line),
        partner_name=partner_name(books, row.partner),
        earlier=await _earlier(plugs, who, story) if story else [],
        tickets=[visibility.ticket(who, push) for push in story.tickets] if story else [],
        partner_ticket=await _of_work_order(request, plugs, who, row),
        open_tickets=story.open_tickets if story else 0,
        calls_30_days=story.calls_since if story else 0,
        callback_open=bool(story and story.callback_open),
        replies=await _owed(books, who, searched) if story and story.callback_open else [],
        went_through=[PassedOut.model_validate(one) for one in await books.callers.went_through(row.call)],
        story_withheld=why_not,
    )  # fmt: skip


async def _story(
    request: Request, plugs: Plugged, books: Books, who: Who, row: CallRow, searched: str
) -> tuple[Story | None, str]:
    """The story, or why it is not told; in the audit log before it is."""
    now, stories = plugs.clock(), _stories(request)
    mine = not who.may(Right.CALLS_ALL) or who.owns(row)
    whose = await whose_story(books, who, row, searched, now, mine=mine)
    if not may_tell(who, row, whose):
        return None, "not_owed" if whose is Whose.STRANGER else "anonymous"
    story = await books.callers.story(searched, now - LATELY, but=row.call, most=MOST)
    if is_empty(story):
        return story, ""
    key, dialled = who.account, row.direction != "inbound"
    if stories.fresh(key, row.call, now):
        if not stories.room(key, now, dialled=dialled):
            await plugs.refusals.tell(
                plugs.audit, plugs.absent, now, who.account, "stories_refused", "", {"call": row.call}
            )
            return None, "too_many"
        told = {"number": mask(citizens_number(row)), "how": whose.value}
        counts = {"calls": str(len(story.calls)), "tickets": str(len(story.tickets))}
        await plugs.audit.append(now, who.account, "story_shown", call=row.call, detail=told | counts)
        stories.told(key, row.call, now, dialled=dialled)
    return story, ""


async def _owed(books: Library, who: Who, number: str) -> list[ReplyOwedOut]:
    """To whoever has the citizen on the line, whoever has the call-back. What a confidential case is about: to its owner
    and to who filed it."""
    rows = [
        row
        for kind in sorted(BY_WORD)
        for row in await books.callback_list.page(Wanted(kind=kind, number=number, most=MOST))
    ]
    shown = [(row, ReplyOwedOut.model_validate(row)) for row in rows if not row.anonymous]
    return [
        one.model_copy(update={"title": "", "script": ""})
        if row.confidential and who.account not in (row.owner, row.prefers)
        else one
        for row, one in shown
    ]


def _stories(request: Request) -> CallerStories:
    state = request.app.state
    if not hasattr(state, "stories"):
        state.stories = CallerStories()
    found: CallerStories = state.stories
    return found


def _party(told: Party, number: Sees) -> PartyOut:
    if number is Sees.NOT:
        return PartyOut(number="", area="", carrier="", kind=Kind.HIDDEN)
    plain = told.number if number is Sees.WHOLE else mask(told.number)
    return PartyOut(number=plain, area=told.area, carrier=told.carrier, kind=told.kind)


def citizens_number(row: CallRow) -> str:
    """Whom it is about: who called, whom the partner named, or whom we dialled."""
    return row.dialled if row.direction == "outbound" else row.origin or row.caller


def partner_name(books: Books, partner: str) -> str:
    """As the phone book calls that number; else the word of the settings."""
    number = home().read(partner).national
    found = (entry.name for entry in books.centre.phonebook if number and home().read(entry.number).national == number)
    return next(found, partner)


def searched_number(row: CallRow, books: Books) -> str:
    """The national form by which the ledger has the number; '' where it is nobody's: withheld, a placeholder, or a
    partner's own, which stands for all citizens it ever handed over."""
    number = books.centre.numbers.read(citizens_number(row))
    if not number.somebody or (row.partner and number.kind is NumberKind.SERVICE):
        return ""
    return home().read(number.written).national


async def _earlier(plugs: Plugged, who: Who, story: Story) -> list[PastCallOut]:
    handovers = plugs.handovers
    given: dict[str, list[HandoverOut]] = {}
    rows = {row.call: row for row in story.calls}
    if handovers is not None:
        for one in await handovers.book.of_calls(list(rows)):
            words = visibility.partner_words(who, rows[CallId(one.call)], one.agent, mine=not who.may(Right.CALLS_ALL))
            given.setdefault(one.call, []).append(handover_out(one, handovers, words=words))
    return [_past(who, row, given.get(row.call, [])) for row in story.calls]


def _past(who: Who, row: PastCall, handovers: list[HandoverOut]) -> PastCallOut:
    shown = visibility.call(who, row, mine=True)  # of a story that is told to them
    return PastCallOut(call=shown, ticket_ids=[one.ticket for one in row.tickets], handovers=handovers,
                       recordings=[recording_out(tape) for tape in row.tapes])  # fmt: skip


async def _of_work_order(request: Request, plugs: Plugged, who: Who, row: CallRow) -> TicketOut | None:
    """The partner speaks of a matter that has a ticket: what is said now belongs to that, whoever filed it, and whether or not the
    citizen's story may be told; audited once a showing."""
    matters = plugs.handovers.matters if plugs.handovers is not None else None
    if matters is None or not row.partner or not row.reference:
        return None
    known = await matters.of_number(row.partner, row.reference)
    if known is None or not known.ticket:
        return None
    push = await plugs.intake.book.find(TicketId(known.ticket))
    if push is None or push.ticket.call == row.call:
        return None
    told = visibility.of_work_order(
        who, push, live=visibility.whose_call(who, row) is Whose.LIVE or at_their_seat(plugs, who, row.call)
    )
    now, stories, showing = plugs.clock(), _stories(request), f"{row.call}/order"
    if told is not None and stories.fresh(who.account, showing, now):
        detail = {"partner": row.partner, "ticket": push.ticket.id}
        await plugs.audit.append(now, who.account, "progress_shown", call=row.call, detail=detail)
        stories.told(who.account, showing, now, dialled=False)
    return told


def recording_out(tape: Tape) -> RecordingOut:
    faults = " ".join(tape.faults)
    return RecordingOut(part=tape.part, state=tape.state, seconds=tape.seconds, format=tape.format, faults=faults)

"""My day, my calls, my tickets; the one-key numbers; and the day of whoever sits at a seat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from config.language import say as _
from console import day_bounds, exports, transfer_directory, visibility
from console.access import Right
from console.authorization import Asking, Who, needs
from console.contract.desk import MyDayOut, NumberOut, TargetOut
from console.contract.rest import CallOut, Most, SeatPath, TicketOut
from console.contract.wall import SeatDayOut
from console.error_answers import Failed, not_found
from console.ports import SeatRow
from console.services import Library, Plugged, Services
from console.words_in_headers import Search
from cti.numbers import mask
from ledger.agent_day import AgentDay
from ledger.call_list import Filter
from ledger.history import PastCall

from .calls import Asked, exported, must_be_known

router = APIRouter(prefix="/api", tags=["desk"])

Sitter = Annotated[Who, needs(Right.SEAT)]
_Call = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,100}$", description="the last call of the page before")]
_Ticket = Annotated[str, Query(pattern=r"^([0-9A-HJKMNP-TV-Z]{26})?$", description="the last of the page before")]


@router.get("/my/day")
async def my_day(plugs: Plugged, books: Library, who: Sitter) -> MyDayOut:
    """Since midnight by the centre's clock, from the ledger: what goes on this moment may come a second later."""
    now = plugs.clock()
    day = await books.agents.day(who.account, *day_bounds.today(now, books.centre.zone), now)
    open_calls = [visibility.call(who, row, mine=True) for row in day.without_outcome]
    names = [name for name in MyDayOut.model_fields if name != "without_outcome"]
    return MyDayOut(**{name: getattr(day, name) for name in names}, without_outcome=open_calls)


@router.get("/my/calls")
async def my_calls(
    plugs: Plugged, books: Library, who: Sitter, wanted: Asked, after: _Call = "", most: Most = 100
) -> list[CallOut]:
    """Calls I talked in, newest first; by any number, so often as people type one, and audited: the list masks it."""
    await _may_search(plugs, who, wanted)
    await must_be_known(plugs, wanted)
    rows = await books.agents.calls(who.account, after, most, wanted)
    return [visibility.call(who, row, mine=True) for row in rows]


@router.get("/my/calls/csv", response_class=Response, responses=exports.answers("CallOut"))
async def my_calls_file(
    plugs: Plugged, books: Library, who: Sitter, wanted: Asked, form: exports.Form = "csv"
) -> Response:
    """The same as a file for a spreadsheet, numbers as the list shows them; audited."""

    await _may_search(plugs, who, wanted)
    await must_be_known(plugs, wanted)

    async def page(last: PastCall | None) -> Sequence[PastCall]:
        return await books.agents.calls(who.account, last.call if last else "", exports.PAGE, wanted)

    shown = (visibility.call(who, row, mine=True) async for row in exports.paged(page))
    return await exported(plugs, books, who, wanted, shown, form)


@router.get("/my/tickets")
async def my_tickets(books: Library, who: Sitter, before: _Ticket = "", most: Most = 100) -> list[TicketOut]:
    """Tickets I filed, newest first."""
    pushes = await books.agents.tickets(who.account, before, most)
    return [visibility.ticket(who, push) for push in pushes]


@router.get("/phonebook")
async def phonebook(books: Library, who: Asking) -> list[NumberOut]:
    """One-key numbers of the settings, in their order."""
    return [NumberOut(key=e.key, name=e.name, number=e.number, group=e.group) for e in books.centre.phonebook]


@router.get("/directory")
async def directory(plugs: Plugged, books: Library, who: Sitter, wanted: Search) -> list[TargetOut]:
    """Colleagues, queues, the phonebook and empty seats by what is typed: number, name, pinyin, initials, skill. Best first;
    nothing typed: who is there, then queues and numbers."""
    centre, desk = books.centre, plugs.desk
    found = transfer_directory.search(
        wanted, who.seat, desk.seats(), plugs.board.queues(), centre.people, centre.phonebook
    )
    return [TargetOut.model_validate(one) for one in found]


@router.get("/seats/{seat}/day")
async def seat_day(
    seat: SeatPath, plugs: Plugged, books: Library, who: Annotated[Who, needs(Right.SUPERVISE)]
) -> SeatDayOut:
    """What whoever sits there now did today, wherever they sat; zeros at an empty seat."""
    row, now = _seat(plugs, seat), plugs.clock()
    day = await books.agents.day(row.agent, *day_bounds.today(now, books.centre.zone), now)
    return SeatDayOut(
        seat=seat, agent=row.agent, agent_name=row.agent_name, answered=day.answered, missed=day.missed,
        talk_seconds_mean=day.talk_seconds_mean, wrap_up_seconds=day.wrap_up_seconds,
        ready_seconds=day.ready_seconds, paused_seconds=day.paused_seconds, states=_states(day),
    )  # fmt: skip


async def _may_search(plugs: Services, who: Who, wanted: Filter) -> None:
    """A number that the list masks could be found by trying."""
    if not wanted.caller or visibility.sees_all_numbers(who):
        return
    now = plugs.clock()
    if not plugs.searches.may(who.account, now):
        raise Failed(429, _("too many searches by number in a minute: wait a moment"))
    await plugs.audit.append(now, who.account, "own_calls_searched", detail={"number": mask(wanted.caller)})


def _seat(plugs: Services, seat: str) -> SeatRow:
    row = next((row for row in plugs.desk.seats() if row.seat == seat), None)
    if row is None:
        raise not_found("seat", seat)
    return row


def _states(day: AgentDay) -> list[tuple[datetime, str, str]]:
    return [(one.since, one.state, one.reason) for one in day.states]

"""Places offered while an address is typed, what lies at a point, and what of a matter was filed before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request

from accounts.audit_row_limit import Pace
from accounts.thread_lanes import Full
from bridge import repeat
from bridge.errors import Problem
from bridge.gazetteer.coordinates import CoordinateFault, point
from bridge.repeat import Matter
from bridge.ticket import Place, Subject
from config.language import say as _
from console import visibility
from console.access import Right
from console.authorization import Who, needs
from console.call_ownership import at_their_seat, their_call
from console.caller_history_access import ONE_SHOWING, may_tell, whose_story
from console.contract.places import DivisionOut, MatterIn, OutlineOut, PlaceOut, PlacesOut, RepeatOut, SpotOut
from console.contract.rest import CallPath
from console.error_answers import Failed, invalid
from console.ledger_ports import Books, RepeatBook
from console.place_search import NotOpen, PlaceSearch
from console.ports import CallRow
from console.services import Library, Plugged, Services
from console.words_in_headers import MatterTyped, PlaceTyped, PointGiven

from .pop import searched_number

router = APIRouter(prefix="/api", tags=["places"])

Filer = Annotated[Who, needs(Right.FILE, Right.HAND_IN)]
MOST_SHOWN = 10
LOOKUPS_A_MINUTE = 120
"""Of one person: faster than anybody types, too slow to go through a city."""
_REMEMBERED = 20_000


@router.get("/places")
async def search_places(
    plugs: Plugged, who: Filer, wanted: PlaceTyped, most: Annotated[int, Query(ge=1, le=50)] = 10
) -> PlacesOut:
    """Best first: names, parts of names, pinyin, initials, slips and accents, whole sentences."""
    places = _places(plugs)
    try:
        found = await places.find(who.account, wanted, most) if wanted else ()
    except Full:
        raise _too_many() from None
    except NotOpen:
        raise _away() from None
    return PlacesOut(places=[PlaceOut.model_validate(one) for one in found], names=places.names)


@router.get("/places/at")
async def place_at(plugs: Plugged, who: Filer, at: PointGiven) -> SpotOut:
    """Cell, community, street and district of a point; 422 without the name of its coordinate system."""
    lng, lat, crs = at
    try:
        here = point(lng, lat, crs)
    except CoordinateFault as fault:
        raise invalid([Problem(fault.field, str(fault))]) from None
    try:
        return SpotOut.model_validate(await _places(plugs).at(who.account, here))
    except Full:
        raise _too_many() from None
    except NotOpen:
        raise _away() from None


@router.get("/places/outlines")
async def outlines(plugs: Plugged, who: Filer) -> list[OutlineOut]:
    """Districts and streets as lines, for the map of the form."""
    try:
        return [OutlineOut.model_validate(one) for one in await _places(plugs).outlines(who.account)]
    except Full:
        raise _too_many() from None
    except NotOpen:
        raise _away() from None


@router.get("/places/divisions")
async def divisions(plugs: Plugged, who: Filer) -> list[DivisionOut]:
    """Districts, streets and communities, to choose from."""
    try:
        return [DivisionOut.model_validate(one) for one in await _places(plugs).areas(who.account)]
    except Full:
        raise _too_many() from None
    except NotOpen:
        raise _away() from None


@router.get("/calls/{call}/repeats")
async def repeats_of_call(
    call: CallPath, request: Request, plugs: Plugged, books: Library, typed: MatterTyped,
    who: Annotated[Who, needs(Right.FILE, Right.TICKETS_ALL, persons=True)],
) -> list[RepeatOut]:  # fmt: skip
    """Earlier tickets that may be of this call's matter, the likeliest first; of the call one has now, or for who sees all tickets."""
    row = await their_call(plugs, books, who, call, Right.TICKETS_ALL)
    book = _repeats(books)
    now, stories = plugs.clock(), _shown_of(request)
    if not stories.lookups.may(who.account, now):
        raise _too_many()
    live = visibility.whose_call(who, row) is visibility.Whose.LIVE or at_their_seat(plugs, who, row.call)
    matter = _matter(typed, await _caller(books, who, row, plugs, mine=live))
    found = await book.find(matter, now - timedelta(days=repeat.DAYS), but=row.call, most=MOST_SHOWN)
    shown = [told for one in found if (told := visibility.repeat(who, one, live=live)) is not None]
    if fresh := stories.fresh(who.account, row.call, [one.id for one in shown], now):
        await plugs.bulk.count(plugs.audit, now, who, "repeats", fresh)
        detail = {"tickets": str(len(fresh)), "first": fresh[0]}
        await plugs.audit.append(now, who.account, "repeats_shown", call=row.call, detail=detail)
        stories.told(who.account, row.call, fresh, now)
    return shown


async def _caller(books: Books, who: Who, row: CallRow, plugs: Services, *, mine: bool) -> str:
    """The citizen's number where their story may be told, else ''."""
    number = searched_number(row, books)
    if not number:
        return ""
    whose = await whose_story(books, who, row, number, plugs.clock(), mine=mine)
    return number if may_tell(who, row, whose) else ""


def _matter(typed: MatterIn, caller: str) -> Matter:
    place = Place(
        typed.address, typed.address_std, typed.lng, typed.lat, typed.crs, typed.accuracy, typed.grid_code
    )  # fmt: skip
    subject = Subject(typed.scheme, "", typed.code, typed.code_kind, typed.part_id)
    return repeat.matter_of(subject if typed.code or typed.part_id else None, place, caller)


class _Shown:
    """Which tickets were shown to whom for which call lately; forgotten by a restart, which costs one more row."""

    def __init__(self) -> None:
        self.lookups = Pace(LOOKUPS_A_MINUTE, 100_000)
        self._at: OrderedDict[tuple[str, str, str], datetime] = OrderedDict()

    def fresh(self, account: str, call: str, tickets: Sequence[str], now: datetime) -> list[str]:
        """Those that the log does not know of yet."""
        return [one for one in tickets if (at := self._at.get((account, call, one))) is None or now - at >= ONE_SHOWING]

    def told(self, account: str, call: str, tickets: Sequence[str], now: datetime) -> None:
        for one in tickets:
            self._at[account, call, one] = now
            self._at.move_to_end((account, call, one))
        while len(self._at) > _REMEMBERED:
            self._at.popitem(last=False)


def _shown_of(request: Request) -> _Shown:
    state = request.app.state
    if not hasattr(state, "repeats_shown"):
        state.repeats_shown = _Shown()
    found: _Shown = state.repeats_shown
    return found


def _places(plugs: Services) -> PlaceSearch:
    if plugs.places is None:
        raise _away()
    return plugs.places


def _repeats(books: Books) -> RepeatBook:
    if books.repeats is None:
        raise Failed(503, _("the ledger cannot be reached now; nothing was written, try again"))
    return books.repeats


def _away() -> Failed:
    return Failed(503, _("the gazetteer is not open (yet): type the address by hand"))


def _too_many() -> Failed:
    return Failed(429, _("too many questions at once: wait a moment"))

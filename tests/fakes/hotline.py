"""A house around the REST door: desk, calls, board and vitals in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from accounts.sessions import Sessions
from agents import commands
from agents.commands import Accepted, Refused, Why
from bridge import catalogue, ticket_choices
from bridge import ticket_acts as bridge_matters
from bridge.intake import Intake
from config.sections.access import Access
from console.accounts import Accounts
from console.authorization import Who
from console.guard import Guard
from console.ledger_ports import TicketCentre
from console.ports import Vital
from console.program_tokens import Programs
from console.server import routes_of
from console.services import Services
from cti.ids import CallId, SeatId
from cti.numbers import Numbers
from ledger.call_list import Filter
from tests.fakes import centre
from tests.fakes.accounts import MemoryAccounts, MemoryAudit, MemoryChanges, MemoryPrograms, MemorySessions
from tests.fakes.book import MemoryBook
from tests.fakes.books import Shelf

TOKEN = "0123456789abcdef0123456789abcdef"
NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
ORIGIN = "https://127.0.0.1:8443"
ACCESS = Access()
CALL = CallId("xm1-1790000000.1")


@dataclass(frozen=True)
class Seat:
    seat: SeatId
    state: str = "ready"
    device: str = "desk"
    since: datetime | None = NOON
    agent: str = "1001"
    agent_name: str = "陈晓岚"
    reason: str = ""
    call: CallId | None = None
    reachable: bool | None = True
    queues: Mapping[str, int] = field(default_factory=lambda: {"mandarin": 1})
    other_device: str | None = None


@dataclass(frozen=True)
class Call:
    call: CallId
    direction: str = "inbound"
    state: str = "talking"
    line: str = "citizen"
    trunk: str = "telecom"
    caller: str = "13800000001"
    caller_name: str = "王小明"
    dialled: str = "12319"
    partner: str = ""
    reference: str = ""
    origin: str = ""
    queue: str = "mandarin"
    seat: str = "8001"
    agent: str = "1001"
    arrived_at: datetime | None = NOON
    notice_at: datetime | None = NOON
    queued_at: datetime | None = NOON
    answered_at: datetime | None = NOON
    ended_at: datetime | None = None
    outcome: str = ""
    reason: str = ""
    recordings: Sequence[str] = ()
    anonymous: bool = False
    confidential: bool = False


@dataclass(frozen=True)
class Queue:
    queue: str = "mandarin"
    name: str = "普通话"
    waiting: int = 2
    longest_wait_seconds: float = 7.5
    members: int = 3
    ready: int = 1


@dataclass(frozen=True)
class Trunk:
    trunk: str = "telecom"
    name: str = "中国电信"
    reach: str = "reachable"
    calls: int = 1


@dataclass(frozen=True)
class Line:
    line: str = "citizen"
    name: str = "12319 直拨"
    calls: int = 1
    capacity: int = 60
    healthy: bool | None = None


@dataclass
class FakeHotline:
    book: MemoryBook = field(default_factory=MemoryBook)
    known: dict[CallId, Call] = field(default_factory=lambda: {CALL: Call(CALL)})
    asked: list[commands.Request] = field(default_factory=list)
    refusal: Refused | None = None
    up: bool = True
    heard: list[object] = field(default_factory=list)
    wakes: int = 0
    looked_up: int = 0
    """How often calls were asked for by their names."""
    wanted: list[Filter] = field(default_factory=list)
    shelf: Shelf = field(default_factory=Shelf)
    people: MemoryAccounts = field(default_factory=MemoryAccounts)
    changes: MemoryChanges = field(default_factory=MemoryChanges)
    programs: MemoryPrograms = field(default_factory=MemoryPrograms)
    kept: MemorySessions = field(init=False)
    log: MemoryAudit = field(default_factory=MemoryAudit)
    now: datetime | None = None
    """The door's clock, when a test holds it."""
    matters: centre.Matters = field(init=False)
    search: centre.Search = field(init=False)
    events: centre.Events = field(default_factory=centre.Events)
    files: centre.Files = field(default_factory=centre.Files)
    sitting: dict[str, str] = field(default_factory=lambda: {"8001": "1001", "8002": "1001"})
    """Seat → who sits there."""

    def __post_init__(self) -> None:
        self.kept = MemorySessions(self.people)
        self.matters, self.search = centre.Matters(self.book), centre.Search(self.book)

    def door_programs(self) -> Programs:
        self._door_programs = Programs(self.programs, self.log, self.clock)
        return self._door_programs

    def forget_programs(self) -> None:
        """A test put one into the book behind the door's back."""
        self._door_programs._rows = None

    # -- desk
    def seats(self) -> Sequence[Seat]:
        return [Seat(SeatId("8001"), "talking", call=CALL), Seat(SeatId("8002"))]

    def agent_at(self, seat: SeatId) -> str:
        return self.sitting.get(seat, "")

    async def ask(self, request: commands.Request) -> Accepted | Refused:
        self.asked.append(request)
        seat = getattr(request, "seat", None)
        if seat not in ("8001", "8002"):
            return Refused(Why.UNKNOWN_SEAT, f"there is no seat {seat!r}")
        return self.refusal or Accepted()

    # -- calls
    def calls_now(self) -> Sequence[Call]:
        return list(self.known.values())

    async def past(self, wanted: Filter) -> Sequence[Call]:
        self.wanted.append(wanted)
        return list(self.known.values())

    async def get(self, call: CallId) -> Call | None:
        self.looked_up += 1
        return self.known.get(call)

    async def some(self, calls: Collection[CallId]) -> Mapping[CallId, Call]:
        self.looked_up += 1
        return {call: self.known[call] for call in calls if call in self.known}

    # -- board, vitals
    def live(self) -> bool:
        return self.up

    def as_of(self) -> datetime | None:
        return NOON

    def queues(self) -> Sequence[Queue]:
        return [Queue()]

    def trunks(self) -> Sequence[Trunk]:
        return [Trunk()]

    def lines(self) -> Sequence[Line]:
        return [Line()]

    async def look(self) -> Sequence[Vital]:
        return [Vital("ledger", True), Vital("disk", True, "12 GB")]

    def wake(self) -> None:
        self.wakes += 1

    def clock(self) -> datetime:
        return self.now or datetime.now(UTC)


class _Calls:
    def __init__(self, fake: FakeHotline) -> None:
        self._house = fake
        self.past, self.get, self.some, self.live = fake.past, fake.get, fake.some, fake.calls_now


@cache
def _shipped() -> tuple[ticket_choices.Choices, catalogue.Catalogue]:
    """Read once a process: they take as long as a request."""
    return ticket_choices.load(), catalogue.load()


def services(fake: FakeHotline) -> Services:
    intake = Intake(fake.book, *_shipped(), Numbers("0592"), fake.heard.append, fake.wake)
    return Services(
        desk=fake, calls=_Calls(fake), board=fake, vitals=fake, intake=intake, token=TOKEN,
        pause_reasons=("小休", "就餐"), patience=0.0, books=fake.shelf.books(), audit=fake.log, clock=fake.clock,
        accounts=Accounts(fake.people, fake.changes, fake.log, ACCESS, fake.clock, {"1001": ("陈晓岚", "agent")}),
        programs=fake.door_programs(),
        sessions=Sessions(fake.kept, ACCESS, fake.clock), origins=frozenset({ORIGIN}),
        tickets=TicketCentre(fake.search, bridge_matters.Matters(fake.matters, intake), fake.events, fake.files),
    )  # fmt: skip


@cache
def _routes() -> FastAPI:
    return routes_of(services(FakeHotline()))


def door(given: Services) -> ASGIApp:
    """``make_app``, but quick: the routes are built once a process, and look behind the door at each request."""
    return Guard(_behind(given), given)


def inside(given: Services, who: Who) -> ASGIApp:
    """The routes without the guard, as this person meets them."""
    routes = _behind(given)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await routes({**scope, "state": {**scope.get("state", {}), "who": who}}, receive, send)

    return app


def _behind(given: Services) -> FastAPI:
    routes = _routes()
    routes.state.services = given
    for kept in ("listenings", "stories", "repeats_shown", "progress_shown"):  # who was shown what, of the test before
        if hasattr(routes.state, kept):
            delattr(routes.state, kept)
    return routes

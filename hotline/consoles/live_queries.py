"""What the console asks of the live house: seats, calls, queues, trunks, lines, vitals.

Adapters between the rooms' own state and the console's Protocols; they read, count and
never change anything. Times leave here as aware UTC datetimes.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agents.commands import Accepted, CallSeat, DialOut, Refused, Request
from agents.own_reasons import AgentId
from agents.presence import Presence
from agents.seat_service import SeatService
from bridge.events import TicketFiled
from config.file_places import Places
from config.language import say as _
from config.settings import Settings
from console.ports import CallRow, Vital
from cti.asterisk_connection import Switchboard
from cti.board import Board as LiveBoard
from cti.call import Call, Leg
from cti.equipment_events import Reach
from cti.events import Direction
from cti.ids import CallId, QueueId, SeatId
from cti.line_watch import LineWatch
from hotline.alarms.files_and_disk import FilesAndDisk
from hotline.books.cel_to_ledger import BookReader
from ledger.call_list import Filter
from ledger.history import History

from .live_participants import LiveParticipants, Part

DIAL_SECONDS = 10.0
"""A seat's phone rings by then, or the wish to dial came to nothing."""


def moment(at: float | None) -> datetime | None:
    return datetime.fromtimestamp(at, UTC) if at else None


@dataclass(frozen=True, slots=True)
class Seat:
    seat: SeatId
    device: str
    state: str
    since: datetime | None
    agent: str
    agent_name: str
    reason: str
    call: CallId | None
    reachable: bool | None
    queues: Mapping[str, int]
    wrap_until: datetime | None
    help_since: datetime | None
    other_device: str | None
    other_reachable: bool | None


class Desk:
    """``console.ports.Desk`` over the floor."""

    def __init__(self, floor: SeatService, board: LiveBoard, settings: Settings) -> None:
        self._floor, self._board = floor, board
        self._devices = {seat.id: seat.devices for seat in settings.seat}
        self._dialling: dict[SeatId, tuple[str, float]] = {}

    def seats(self) -> Sequence[Seat]:
        return [self.row(seat) for seat in self._floor.desk.seats]

    def agent_at(self, seat: SeatId) -> str:
        state = self._floor.desk.seats.get(seat)
        return state.agent if state else ""

    def row(self, seat: SeatId) -> Seat:
        state = self._floor.desk.seats[seat]
        person = self._floor.desk.roster.people.get(state.agent)
        device, roster = self._floor.desk.device(seat), self._floor.desk.roster
        other = next((one for one in self._devices[seat] if one is not device), None)
        since = (state.rested or state.since) if state.presence is Presence.PAUSED else state.since
        return Seat(
            seat, str(device), str(state.presence), moment(since), state.agent,
            person.name if person else "", state.reason, state.call or None,
            self._reachable(roster.endpoint(seat, device)),
            {str(queue): level for queue, level in person.skills.items()} if person else {},
            moment(state.wrap_until) if state.presence is Presence.WRAP_UP else None, moment(state.help_since),
            str(other) if other else None, None if other is None else self._reachable(roster.endpoint(seat, other)),
        )  # fmt: skip

    def _reachable(self, endpoint: str) -> bool | None:
        reach = self._board.phones.get(endpoint, Reach.UNKNOWN)
        return None if reach is Reach.UNKNOWN else reach is Reach.REACHABLE

    async def ask(self, request: Request) -> Accepted | Refused:
        if isinstance(request, DialOut | CallSeat):
            number = request.number if isinstance(request, DialOut) else request.to
            self._dialling[request.seat] = (number, time.monotonic())
        said = await self._floor.ask(request)
        if isinstance(request, DialOut | CallSeat) and isinstance(said, Refused):
            self._dialling.pop(request.seat, None)
        return said

    def dialling(self, seat: SeatId) -> str:
        """What this seat asked to be connected with a moment ago, said once: Asterisk tells it only to that phone."""
        number, at = self._dialling.pop(seat, ("", 0.0))
        return number if time.monotonic() - at < DIAL_SECONDS else ""


SECRET_MOST = 10_000
"""More calls do not go on at once."""
_OPEN = (False, False)


@dataclass(frozen=True, slots=True)
class LiveCall:
    call: CallId
    direction: str
    state: str
    line: str
    trunk: str
    caller: str
    caller_name: str
    dialled: str
    partner: str
    reference: str
    origin: str
    queue: str
    seat: str
    agent: str
    arrived_at: datetime | None
    queued_at: datetime | None
    answered_at: datetime | None
    notice_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    reason: str = ""
    recordings: Sequence[str] = field(default=())
    participants: Sequence[Part] = field(default=())
    diverted: str = ""
    hidden: bool = False
    anonymous: bool = False
    confidential: bool = False


class Calls:
    """``console.ports.Calls``: alive from the board, else from the ledger."""

    def __init__(
        self, board: LiveBoard, floor: SeatService, history: History, desk: Desk, participants: LiveParticipants
    ) -> None:
        self._board, self._floor, self._history, self._desk = board, floor, history, desk
        self._participants = participants
        self._dialled: dict[CallId, str] = {}
        self._secret: dict[CallId, tuple[bool, bool]] = {}
        """Calls whose citizen asked for secrecy in a ticket filed already: anonymous, confidential."""

    async def open(self) -> None:
        """What was asked for before this daemon's start, of calls that still go on."""
        for call, anonymous, confidential in await self._history.secret():
            self._secret[call] = (anonymous, confidential)

    def hear(self, event: TicketFiled) -> None:
        """Before the stream does."""
        if event.call and (event.anonymous or event.confidential):
            anonymous, confidential = self._secret.get(event.call, (False, False))
            self._secret[event.call] = (anonymous or event.anonymous, confidential or event.confidential)
            while len(self._secret) > SECRET_MOST:
                del self._secret[next(iter(self._secret))]

    def live(self) -> Sequence[CallRow]:
        return [self._row(call) for call in self._board.calls.values()]

    def alive(self, call: CallId) -> CallRow | None:
        found = self._board.calls.get(call)
        return self._row(found) if found is not None else None

    async def past(self, wanted: Filter) -> Sequence[CallRow]:
        return await self._history.past(wanted)

    async def get(self, call: CallId) -> CallRow | None:
        alive = self._board.calls.get(call)
        return self._row(alive) if alive is not None else await self._history.get(call)

    async def some(self, calls: Collection[CallId]) -> Mapping[CallId, CallRow]:
        alive: dict[CallId, CallRow] = {
            call: self._row(known) for call in calls if (known := self._board.calls.get(call)) is not None
        }
        return alive | dict(await self._history.some([call for call in calls if call not in alive]))

    def _row(self, call: Call) -> LiveCall:
        seats = [leg for leg in call.legs.values() if leg.seat]
        now = next((leg for leg in seats if leg.talking), seats[0] if seats else None)
        sitting = self._floor.desk.seats.get(SeatId(now.endpoint)) if now else None
        dialled = call.dialled or self._asked_for(call, seats)
        return LiveCall(
            call.id, str(call.direction), _state(call), call.line, call.trunk, call.caller, call.caller_name, dialled,
            call.partner, call.reference, call.origin, call.queue, now.endpoint if now else "",
            sitting.agent if sitting else "", moment(call.arrived), moment(call.queued_at),
            moment(min((leg.up for leg in seats if leg.up), default=None)),
            participants=self._participants.of(call), diverted=call.diverted, hidden=call.hidden,
            anonymous=self._secret.get(call.id, _OPEN)[0], confidential=self._secret.get(call.id, _OPEN)[1],
        )  # fmt: skip

    def _asked_for(self, call: Call, seats: Sequence[Leg]) -> str:
        """What the seat at whose wish this call was made asked for; '' when it was nobody's wish."""
        if call.direction is not Direction.OUTBOUND or not seats or not seats[0].first:
            return ""
        if call.id not in self._dialled:
            self._dialled = {known: number for known, number in self._dialled.items() if known in self._board.calls}
            self._dialled[call.id] = self._desk.dialling(SeatId(seats[0].endpoint))
        return self._dialled[call.id]


def _state(call: Call) -> str:
    legs = call.legs.values()
    if any(leg.held for leg in legs):
        return "holding"
    if any(leg.talking for leg in legs):
        return "talking"
    if any(leg.offer_open for leg in legs):
        return "ringing"
    return "queued" if call.queue else "arrived"


@dataclass(frozen=True, slots=True)
class Queue:
    queue: str
    name: str
    waiting: int
    longest_wait_seconds: float
    members: int
    ready: int


@dataclass(frozen=True, slots=True)
class Trunk:
    trunk: str
    name: str
    reach: str
    calls: int


@dataclass(frozen=True, slots=True)
class Line:
    line: str
    name: str
    calls: int
    capacity: int
    healthy: bool | None


class Picture:
    """``console.ports.Board``."""

    def __init__(self, switchboard: Switchboard, floor: SeatService, watch: LineWatch, settings: Settings) -> None:
        self._switchboard, self._floor, self._watch, self._settings = switchboard, floor, watch, settings

    @property
    def _board(self) -> LiveBoard:
        return self._switchboard.fold.board

    def live(self) -> bool:
        return self._switchboard.live

    def as_of(self) -> datetime | None:
        return moment(self._switchboard.events.heard_at)

    def queues(self) -> Sequence[Queue]:
        now = datetime.now(UTC).timestamp()
        out = []
        for queue in self._settings.queue:
            waiting = self._board.waiting(QueueId(queue.id))
            longest = max((now - (call.queued_at or now) for call in waiting), default=0.0)
            sitting = [s for s in self._floor.desk.seats.values() if self._serves(s.agent, queue.id)]
            ready = sum(1 for s in sitting if s.presence is Presence.READY)
            out.append(Queue(queue.id, queue.name, len(waiting), round(longest, 1), len(sitting), ready))
        return out

    def _serves(self, agent: str, queue: str) -> bool:
        person = self._floor.desk.roster.people.get(AgentId(agent))
        return person is not None and QueueId(queue) in person.skills

    def trunks(self) -> Sequence[Trunk]:
        legs = self._board.legs.values()
        return [
            Trunk(
                t.id,
                t.name,
                str(self._board.phones.get(t.id, Reach.UNKNOWN)),
                sum(leg.endpoint == t.id for leg in legs),
            )
            for t in self._settings.trunk
        ]

    def lines(self) -> Sequence[Line]:
        calls = [call.line for call in self._board.calls.values() if call.direction is Direction.INBOUND]
        return [
            Line(line.id, line.name, calls.count(line.id), line.capacity, self._healthy(line.id))  # type: ignore[arg-type]
            for line in self._settings.line
        ]

    def line(self, ident: str, calls: int) -> Line | None:
        """One line, its calls counted by whoever asks."""
        found = next((line for line in self._settings.line if line.id == ident), None)
        return Line(ident, found.name, calls, found.capacity, self._healthy(ident)) if found else None

    def _healthy(self, line: str) -> bool | None:
        checked = next((result for known, result in self._watch.latest.items() if known == line), None)
        return checked.ok if checked is not None else None


class Vitals:
    """``console.ports.Vitals``."""

    def __init__(
        self, switchboard: Switchboard, books: BookReader, places: Places, settings: Settings, belongings: FilesAndDisk,
        more: Callable[[], Sequence[Vital]] = tuple,
    ) -> None:  # fmt: skip
        self._switchboard, self._books, self._places, self._settings = switchboard, books, places, settings
        self._belongings, self._more = belongings, more

    async def look(self) -> Sequence[Vital]:
        return self.now()

    def now(self) -> Sequence[Vital]:
        free, where = self._least_free()
        reader = self._books.book.reader
        links = {"events": self._switchboard.events, "actions": self._switchboard.actions}
        away = [name for name, link in links.items() if not link.up]
        more = {vital.name: vital for vital in self._more()}
        ledger = more.pop("ledger", Vital("ledger", True))
        if ledger.ok and self._belongings.ledger:
            ledger = Vital("ledger", False, self._belongings.ledger)
        if ledger.ok and self._books.behind:
            ledger = Vital("ledger", False, _("rows wait in Asterisk's files"))
        return [
            Vital(
                "ami", not away, _("no connection to Asterisk's AMI for {names}", names=", ".join(away)) if away else ""
            ),
            Vital("board", self._switchboard.live, f"lag {self._switchboard.lag:.3f} s"),
            Vital("book", reader.skipped == 0, f"{reader.skipped} rows unreadable" if reader.skipped else ""),
            ledger,
            Vital("files", not self._belongings.gone, "; ".join(self._belongings.gone.values())),
            Vital("disk", free >= self._settings.recording.min_free_mb, f"{free} MB free{where}"),
            *more.values(),
        ]

    def _least_free(self) -> tuple[int, str]:
        """MB, and where when that is another disk than the daemon's own: shelf and spool may lie elsewhere."""
        rooms = [(self._places.var, ""), *((path, f" ({path})") for path in (self._places.shelf, self._places.spool))]
        found = [(shutil.disk_usage(path).free // (1 << 20), where) for path, where in rooms if path.is_dir()]
        return min(found, key=lambda one: one[0])

"""What the seat's page and the wallboard ask of the ledger and the shelf, and the centre's own names.

Rows are the ledger's own; the Protocols are what is asked of its classes here, and of what tests put in their place.
Reading methods are one quick transaction each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from accounts.file_scanner import FileScanner
from agents.callback_list_rows import TaskRow, Wanted
from agents.callbacks import Denied, GivenUp, Moved, Result
from bridge.ports import Push
from bridge.repeat import Matter
from bridge.ticket import TicketId
from bridge.ticket_acts import Matters
from cti.ids import CallId
from cti.numbers import Numbers
from ledger.agent_day import AgentDay
from ledger.call_list import Filter
from ledger.callers import Story
from ledger.drafts import Draft
from ledger.history import PastCall, Tape
from ledger.mass_events import MassEvent
from ledger.repeats import Repeat
from ledger.replies import Reply
from ledger.ticket_search import FoundTickets, Sought
from ledger.wall import Day
from ledger.went_through import Passed
from recordings.ids import RecordingId

from .knowledge import Knowledge
from .report_names import ReportName
from .spreadsheet import Table
from .templates import Templates


class CallerBook(Protocol):
    """``ledger.callers.Callers``."""

    async def story(self, number: str, since: datetime, but: str = "", most: int = 20) -> Story:
        """Of one number, in its national form; ``but``: the call it is asked for."""
        ...

    async def went_through(self, call: CallId) -> Sequence[Passed]:
        """What the caller of this call heard and pressed so far."""
        ...

    async def owed(self, number: str, agent: str, since: datetime) -> bool:
        """A call-back is open, or this agent answered a call of the number since then."""
        ...


class NotificationList(Protocol):
    """``ledger.notifications.NotificationShelf``."""

    async def of_ticket(self, ticket: str) -> Sequence[Any]: ...
    async def again(self, ticket: str, name: str, now: datetime) -> bool | None: ...


class CallbackList(Protocol):
    """``ledger.callback_list.CallbackList``."""

    async def page(self, wanted: Wanted) -> Sequence[TaskRow]: ...
    async def get(self, task: str) -> TaskRow | None: ...


class CallbackBook(Protocol):
    """``ledger.callbacks.CallbackBook``: each wish one transaction; None: there is no such task."""

    async def take(self, task: str, agent: str, at: datetime) -> Moved | Denied | None: ...
    async def assign(self, task: str, agent: str, at: datetime) -> Moved | Denied | None: ...
    async def give_back(self, task: str, agent: str, at: datetime, *, chief: bool = False) -> Moved | Denied | None: ...
    async def give_up(
        self, task: str, agent: str, reason: GivenUp, note: str, at: datetime, *, chief: bool = False
    ) -> Moved | Denied | None: ...
    async def say(self, task: str, agent: str, result: Result, note: str, at: datetime) -> Moved | Denied | None: ...
    async def reply(self, task: str, reply: Reply, *, chief: bool = False) -> Moved | Denied | None: ...


class Drafts(Protocol):
    """``ledger.drafts.DraftBook``."""

    async def write(self, call: str, agent: str, version: int, at: datetime, fields: Mapping[str, Any]) -> Draft | None:
        """None: kept. Else the one that stands, which is newer."""
        ...

    async def get(self, call: str, agent: str) -> Draft | None: ...
    async def drop(self, call: str, agent: str) -> bool:
        """False: there was none."""
        ...

    async def of_agent(self, agent: str, most: int = 100) -> Sequence[Draft]:
        """Newest first."""
        ...


class AgentBook(Protocol):
    """``ledger.agent_day.AgentBook``."""

    async def day(self, agent: str, since: datetime, until: datetime, now: datetime) -> AgentDay: ...
    async def calls(
        self, agent: str, after: str = "", most: int = 100, wanted: Filter | None = None
    ) -> Sequence[PastCall]:
        """Newest first; ``after``: the call a page ended with; ``wanted``: of them those that it asks for."""
        ...

    async def tickets(self, agent: str, before: str = "", most: int = 100) -> Sequence[Push]:
        """Newest first; ``before``: the ticket a page ended with."""
        ...

    async def talked(self, agent: str, call: str) -> bool:
        """Did this agent talk in this call?"""
        ...


class WallBook(Protocol):
    """``ledger.wall.Wall``; a period is half-open, by when calls arrived or tickets were filed."""

    @property
    def sets(self) -> Sequence[str]:
        """Names of ``ledger.kpi.SETS``."""
        ...

    async def day(self, since: datetime, until: datetime) -> Day: ...
    async def calls(
        self, since: datetime, until: datetime, of: str, line: str = "", queue: str = "", most: int = 100
    ) -> Sequence[PastCall]:
        """The calls of one set, newest first."""
        ...

    async def tickets(
        self, since: datetime, until: datetime, kind: str = "", code: str = "", code_kind: str = "", most: int = 100, *,
        scheme: str = "", version: str = "",
    ) -> Sequence[Push]:  # fmt: skip
        """Newest first; ``code_kind``: event | part."""
        ...


class Reports(Protocol):
    """``hotline.report_tables.ReportTables``."""

    async def table(
        self, name: ReportName, since: datetime | None, until: datetime | None, line: str = "", *,
        masked: bool = False, agents: bool = True,
    ) -> Table:  # fmt: skip
        """``masked``: no whole telephone number; ``agents``: what concerns one agent, too."""
        ...


class Sound(Protocol):
    """One recording out of its seal; ``recordings.listening.Sound`` off the loop."""

    @property
    def size(self) -> int:
        """Bytes of the plain sound."""
        ...

    @property
    def format(self) -> str: ...
    def read(self, first: int, last: int) -> AsyncIterator[bytes]:
        """These bytes, both included, each piece proven before it is given out."""
        ...


class NotHere(Exception):
    """No sound can be given; ``why``: raw (not shelved yet), none, failed, dropped, damaged."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}")
        self.why, self.detail = why, detail


class RecordingSource(Protocol):
    async def parts(self, call: CallId) -> Sequence[Tape]:
        """Every recording of this call, in order."""
        ...

    async def held(self, call: CallId) -> bool:
        """Somebody forbade that they are deleted."""
        ...

    async def open(self, ident: RecordingId) -> Sound:
        """Ready to be read, its first piece proven. Raises ``NotHere``."""
        ...

    async def waveform(self, ident: RecordingId) -> bytes:
        """JSON of ``console.contract.desk.WaveformOut``. Raises ``NotHere``."""
        ...


class RepeatBook(Protocol):
    """``ledger.repeats.Repeats``."""

    async def find(self, matter: Matter, since: datetime, but: str = "", most: int = 10) -> Sequence[Repeat]: ...


class SearchBook(Protocol):
    """``ledger.ticket_search.TicketSearch``."""

    async def find(self, sought: Sought) -> FoundTickets: ...


class MassEventBook(Protocol):
    """``ledger.mass_events.MassEvents``; its docstrings say what each method promises."""

    async def open(self, event: MassEvent) -> bool: ...
    async def close(self, event: str, by: str, at: datetime) -> MassEvent | None: ...
    async def running(self, now: datetime) -> Sequence[MassEvent]: ...
    async def of_ticket(self, ticket: TicketId) -> Sequence[MassEvent]: ...


class FileStore(Protocol):
    """Where files of tickets lie, by their SHA-256."""

    async def put(self, sha256: str, data: bytes) -> None:
        """Durable when it returns; the same again is nothing new. Raises OSError-like ``NotKept``."""
        ...

    async def get(self, sha256: str) -> bytes | None:
        """None: it is not there, or is not what it was."""
        ...


class NotKept(Exception):
    """A file could not be put away now."""


@dataclass(frozen=True, slots=True)
class TicketCentre:
    """What the ticket centre asks."""

    search: SearchBook
    matters: Matters
    events: MassEventBook
    files: FileStore
    scanner: FileScanner | None = None
    """None: this site has none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A one-key number."""

    key: str
    name: str
    number: str
    group: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """Who may sit at a seat."""

    id: str
    name: str
    skills: Mapping[str, int]
    """Queue → level."""


@dataclass(frozen=True, slots=True)
class Targets:
    service_level_15s: float = 0.8
    connect_rate_24h: float = 0.95
    waiting_most: int = 10
    wait_seconds_most: int = 60


@dataclass(frozen=True, slots=True)
class Centre:
    """What the settings say that pages show."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    area_code: str = "0592"
    numbers: Numbers = field(default_factory=lambda: Numbers("0592"))
    """How the centre reads numbers: its lines' and its partners' own are nobody's."""
    lines: Mapping[str, str] = field(default_factory=dict)
    """Id → name, in the settings' order; queues and trunks likewise."""
    queues: Mapping[str, str] = field(default_factory=dict)
    trunks: Mapping[str, str] = field(default_factory=dict)
    phonebook: Sequence[Entry] = ()
    people: Sequence[Colleague] = ()
    targets: Targets = field(default_factory=Targets)


@dataclass(frozen=True, slots=True)
class Books:
    callers: CallerBook
    drafts: Drafts
    agents: AgentBook
    wall: WallBook
    tapes: RecordingSource
    callbacks: CallbackBook
    callback_list: CallbackList
    centre: Centre = field(default_factory=Centre)
    repeats: RepeatBook | None = None
    templates: Templates | None = None
    notifications: NotificationList | None = None
    """None: no text messages are set up."""
    reports: Reports | None = None
    knowledge: Knowledge | None = None

"""What the seat's page and the wallboard ask of the ledger and the shelf, and the centre's own names.

``hotline/app.py`` plugs in the ledger's classes; the structural Protocols are met by any
value with these attributes. Reading methods are one quick transaction each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bridge.ports import Push
from cti.ids import CallId

from .ports import CallRow


class TapeRow(Protocol):
    """``ledger.history.Tape``."""

    @property
    def state(self) -> str:
        """raw, shelved, failed."""
        ...

    @property
    def seconds(self) -> float | None: ...
    @property
    def format(self) -> str: ...
    @property
    def faults(self) -> Sequence[str]: ...


class FiledRow(Protocol):
    @property
    def ticket(self) -> str: ...


class PastRow(CallRow, Protocol):
    @property
    def tapes(self) -> Sequence[TapeRow]: ...
    @property
    def tickets(self) -> Sequence[FiledRow]: ...


class StoryRow(Protocol):
    @property
    def calls(self) -> Sequence[PastRow]: ...
    @property
    def tickets(self) -> Sequence[Push]: ...
    @property
    def open_tickets(self) -> int: ...
    @property
    def calls_since(self) -> int: ...
    @property
    def callback_open(self) -> bool: ...


class CallerBook(Protocol):
    """``ledger.callers.Callers``."""

    async def story(self, numbers: Sequence[str], since: datetime, but: str = "", most: int = 20) -> StoryRow:
        """Of one number in all ways of writing it; ``but``: the call it is asked for."""
        ...


class DraftRow(Protocol):
    @property
    def call(self) -> str: ...
    @property
    def agent(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...


class Drafts(Protocol):
    """``ledger.drafts.DraftBook``."""

    async def write(
        self, call: str, agent: str, version: int, at: datetime, fields: Mapping[str, Any]
    ) -> DraftRow | None:
        """None: kept. Else the one that stands, which is newer."""
        ...

    async def get(self, call: str, agent: str) -> DraftRow | None: ...
    async def drop(self, call: str, agent: str) -> bool:
        """False: there was none."""
        ...

    async def of_agent(self, agent: str, most: int = 100) -> Sequence[DraftRow]:
        """Newest first."""
        ...


class StateRow(Protocol):
    @property
    def state(self) -> str: ...
    @property
    def since(self) -> datetime: ...
    @property
    def reason(self) -> str: ...


class AgentDayRow(Protocol):
    """``ledger.agentday.AgentDay``."""

    @property
    def answered(self) -> int: ...
    @property
    def missed(self) -> int: ...
    @property
    def talk_seconds(self) -> float: ...
    @property
    def talk_seconds_mean(self) -> float | None: ...
    @property
    def held_seconds(self) -> float: ...
    @property
    def wrap_up_seconds(self) -> float: ...
    @property
    def ready_seconds(self) -> float: ...
    @property
    def paused_seconds(self) -> float: ...
    @property
    def tickets(self) -> int: ...
    @property
    def direct(self) -> int: ...
    @property
    def signed_in_at(self) -> datetime | None: ...
    @property
    def states(self) -> Sequence[StateRow]: ...
    @property
    def without_outcome(self) -> Sequence[PastRow]: ...


class AgentBook(Protocol):
    """``ledger.agentday.AgentBook``."""

    async def day(self, agent: str, since: datetime, until: datetime, now: datetime) -> AgentDayRow: ...
    async def calls(self, agent: str, after: str = "", most: int = 100) -> Sequence[PastRow]:
        """Newest first; ``after``: the call a page ended with."""
        ...

    async def tickets(self, agent: str, before: str = "", most: int = 100) -> Sequence[Push]:
        """Newest first; ``before``: the ticket a page ended with."""
        ...

    async def talked(self, agent: str, call: str) -> bool:
        """Did this agent talk in this call?"""
        ...


class TallyRow(Protocol):
    @property
    def offered(self) -> int: ...
    @property
    def answered(self) -> int: ...
    @property
    def unanswered(self) -> int: ...
    @property
    def abandoned(self) -> int: ...
    @property
    def requests(self) -> int: ...
    @property
    def answered_15s(self) -> int: ...
    @property
    def uncertain(self) -> int: ...
    @property
    def service_level_15s(self) -> float | None: ...
    @property
    def connect_rate(self) -> float | None: ...
    @property
    def wait_seconds_mean(self) -> float | None: ...
    @property
    def talk_seconds_mean(self) -> float | None: ...


class CountedRow(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def scheme(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def count(self) -> int: ...


class DayRow(Protocol):
    """``ledger.wall.Day``."""

    @property
    def all(self) -> TallyRow: ...
    @property
    def by_line(self) -> Mapping[str, TallyRow]: ...
    @property
    def by_queue(self) -> Mapping[str, TallyRow]: ...
    @property
    def curve(self) -> Sequence[tuple[datetime, TallyRow]]: ...
    @property
    def week_before(self) -> Sequence[tuple[datetime, TallyRow]]: ...
    @property
    def kinds(self) -> Sequence[CountedRow]: ...
    @property
    def codes(self) -> Sequence[CountedRow]: ...
    @property
    def blind(self) -> Sequence[tuple[datetime, datetime | None, str]]: ...


class WallBook(Protocol):
    """``ledger.wall.Wall``; a period is half-open, by when calls arrived or tickets were filed."""

    @property
    def sets(self) -> Sequence[str]:
        """Names of ``ledger.kpi.SETS``."""
        ...

    async def day(self, since: datetime, until: datetime) -> DayRow: ...
    async def calls(
        self, since: datetime, until: datetime, of: str, line: str = "", queue: str = "", most: int = 100
    ) -> Sequence[PastRow]:
        """The calls of one set, newest first."""
        ...

    async def tickets(
        self, since: datetime, until: datetime, kind: str = "", code: str = "", code_kind: str = "", most: int = 100
    ) -> Sequence[Push]:
        """Newest first; ``code_kind``: event | part."""
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


class Tapes(Protocol):
    async def open(self, call: CallId) -> Sound:
        """Ready to be read, its first piece proven. Raises ``NotHere``."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A one-key number."""

    key: str
    name: str
    number: str
    group: str


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
    lines: Mapping[str, str] = field(default_factory=dict)
    """Id → name, in the settings' order; queues likewise."""
    queues: Mapping[str, str] = field(default_factory=dict)
    phonebook: Sequence[Entry] = ()
    targets: Targets = field(default_factory=Targets)


@dataclass(frozen=True, slots=True)
class Books:
    callers: CallerBook
    drafts: Drafts
    agents: AgentBook
    wall: WallBook
    tapes: Tapes
    centre: Centre = field(default_factory=Centre)

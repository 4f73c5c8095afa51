"""What the door needs from the rooms around it: desk, calls, board, roster, vitals.

``hotline/app.py`` plugs them in. The ticket book is ``bridge.ports.TicketBook``. Rows that only the ledger makes are its
own classes; a row that the board makes too (``CallRow`` …) is met by any value with these attributes. Reading methods
answer from memory or from one quick query.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from agents.commands import Accepted, Refused, Request
from bridge.nuisance import End, Grade
from config.sections.switches import Nuisance as NuisanceRules
from cti.ids import CallId, SeatId
from cti.numbers import PhoneNumber
from ledger.account_changes_to_confirm import AccountChange
from ledger.accounts import Account
from ledger.alarms import AlarmRow
from ledger.audit_log import Entry
from ledger.call_list import Filter
from ledger.notices import Notice
from ledger.nuisance import Appeal, Decision, NuisanceBook
from ledger.program_tokens import Program
from ledger.switches import Switching

from .contract.stream import VitalsOut
from .live_state import Kind


class SeatRow(Protocol):
    @property
    def seat(self) -> SeatId: ...
    @property
    def device(self) -> str: ...
    @property
    def other_device(self) -> str | None: ...
    @property
    def state(self) -> str:
        """logged_out, ready, ringing, dialling, talking, holding, watching, wrap_up, paused."""
        ...

    @property
    def since(self) -> datetime | None: ...
    @property
    def agent(self) -> str: ...
    @property
    def agent_name(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def call(self) -> CallId | None: ...
    @property
    def reachable(self) -> bool | None:
        """The phone answers OPTIONS; None: not known."""
        ...

    @property
    def queues(self) -> Mapping[str, int]:
        """Queue → skill level, while logged in."""
        ...


class Desk(Protocol):
    """Seats and their telephone verbs (``agents/seat_service.py``)."""

    def seats(self) -> Sequence[SeatRow]: ...

    def agent_at(self, seat: SeatId) -> str:
        """Who sits there now; '' nobody, or no such seat."""
        ...

    async def ask(self, request: Request) -> Accepted | Refused:
        """Exactly one answer, before the command's own deadline; never raises."""
        ...


class CallRow(Protocol):
    """One call, live or past. Times are aware UTC; '' and None: not (yet) so."""

    @property
    def call(self) -> CallId: ...
    @property
    def direction(self) -> str: ...
    @property
    def state(self) -> str:
        """arrived, queued, ringing, talking, holding, ended."""
        ...

    @property
    def line(self) -> str: ...
    @property
    def trunk(self) -> str: ...
    @property
    def caller(self) -> str: ...
    @property
    def caller_name(self) -> str: ...
    @property
    def dialled(self) -> str: ...
    @property
    def partner(self) -> str: ...
    @property
    def reference(self) -> str: ...
    @property
    def origin(self) -> str: ...
    @property
    def queue(self) -> str: ...
    @property
    def seat(self) -> str: ...
    @property
    def agent(self) -> str: ...
    @property
    def arrived_at(self) -> datetime | None: ...
    @property
    def notice_at(self) -> datetime | None: ...
    @property
    def queued_at(self) -> datetime | None: ...
    @property
    def answered_at(self) -> datetime | None:
        """A seat talked to the caller for the first time."""
        ...

    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def outcome(self) -> str:
        """'' while open, else one of bridge.disposition.CallOutcome."""
        ...

    @property
    def reason(self) -> str:
        """Refusal code, or why it was lost."""
        ...

    @property
    def recordings(self) -> Sequence[str]: ...
    @property
    def anonymous(self) -> bool:
        """A ticket of it says so; ``confidential`` likewise."""
        ...

    @property
    def confidential(self) -> bool: ...


class Calls(Protocol):
    """Live calls from the board, past ones from the ledger."""

    def live(self) -> Sequence[CallRow]: ...
    async def past(self, wanted: Filter) -> Sequence[CallRow]:
        """Newest first."""
        ...

    async def get(self, call: CallId) -> CallRow | None:
        """From the board while it lives, else from the ledger."""
        ...

    async def some(self, calls: Collection[CallId]) -> Mapping[CallId, CallRow]:
        """As ``get``, of many at once; one that nobody knows is not among them."""
        ...


class QueueRow(Protocol):
    @property
    def queue(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def waiting(self) -> int: ...
    @property
    def longest_wait_seconds(self) -> float: ...
    @property
    def members(self) -> int: ...
    @property
    def ready(self) -> int: ...


class TrunkRow(Protocol):
    @property
    def trunk(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def reach(self) -> str: ...
    @property
    def calls(self) -> int: ...


class LineRow(Protocol):
    @property
    def line(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def calls(self) -> int: ...
    @property
    def capacity(self) -> int: ...
    @property
    def healthy(self) -> bool | None:
        """The last synthetic call heard the notice; None: not checked yet."""
        ...


class Board(Protocol):
    """The live picture of queues, trunks and lines."""

    def live(self) -> bool:
        """False: the link to Asterisk is down and the picture may be old."""
        ...

    def as_of(self) -> datetime | None: ...
    def queues(self) -> Sequence[QueueRow]: ...
    def trunks(self) -> Sequence[TrunkRow]: ...
    def lines(self) -> Sequence[LineRow]: ...


@dataclass(frozen=True, slots=True)
class Vital:
    """One thing the daemon needs, and how it is."""

    name: str
    """'asterisk', 'ami', 'ledger', 'book', 'casestore', 'recordings', 'disk' …"""
    ok: bool
    said: str = ""


class Vitals(Protocol):
    async def look(self) -> Sequence[Vital]:
        """Cheap; called at every /api/health."""
        ...


# -- who is at the door -------------------------------------------------------------------


class Audit(Protocol):
    """``ledger.audit_log.AuditLog``."""

    async def append(
        self, at: datetime, actor: str, action: str, *, call: str = "", detail: Mapping[str, str] | None = None
    ) -> int:
        """Durable when it returns; the row's number."""
        ...

    async def page(
        self, most: int, before: int | None = None, *, actor: str = "", action: str = "", call: str = ""
    ) -> tuple[Sequence[Entry], bool]:
        """Newest first, and whether each of these rows still follows from the one before it."""
        ...


class AccountBook(Protocol):
    """``ledger.accounts.AccountShelf``; its docstrings say what each method promises."""

    async def get(self, account: str) -> Account | None: ...
    async def every(self) -> Sequence[Account]: ...
    async def put(
        self, account: str, name: str, role: str, at: datetime, *, locked: bool, password_hash: str | None,
        must_change: bool = False,
    ) -> bool: ...  # fmt: skip
    async def former(self, account: str) -> Sequence[str]: ...
    async def unbind(self, account: str) -> None: ...
    async def hashed(self, account: str, password_hash: str, at: datetime | None = None) -> None: ...
    async def bound(self, account: str, subject: str) -> bool: ...


class ChangeBook(Protocol):
    """``ledger.account_changes_to_confirm.ChangeShelf``; its docstrings say what each method promises."""

    async def ask(
        self, account: str, wanted: Mapping[str, Any], password_hash: str, by: str, at: datetime, expires_at: datetime
    ) -> AccountChange: ...
    async def waiting(self) -> Sequence[AccountChange]: ...
    async def settle(self, ident: int, at: datetime, by: str, how: str) -> bool: ...


class ProgramBook(Protocol):
    """``ledger.program_tokens.ProgramShelf``; its docstrings say what each method promises."""

    async def every(self) -> Sequence[Program]: ...
    async def add(
        self,
        name: str,
        scopes: Sequence[str],
        token_sha256: str,
        at: datetime,
        by: str,
        expires_at: datetime,
        partner: str = "",
    ) -> bool: ...
    async def rotate(
        self,
        name: str,
        token_sha256: str,
        expires_at: datetime,
        former_until: datetime | None,
        partner: str | None = None,
    ) -> bool: ...
    async def revoke(self, name: str, at: datetime, by: str) -> bool: ...
    async def counted(self, name: str, used: int, used_at: datetime | None, refused: int) -> None: ...


class PhoneKey(Protocol):
    """Short-lived SIP credentials of a browser seat."""

    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def uri(self) -> str: ...
    @property
    def register_seconds(self) -> int: ...


class Phones(Protocol):
    """Keys of browser phones, made anew. What takes them back hears of seats and sessions that ended by itself."""

    async def issue(self, seat: SeatId, session: str) -> PhoneKey:
        """A new key for this session's page; the one before it goes on working for a registration that stands."""
        ...


# -- the live stream ------------------------------------------------------------------------


class Live(Protocol):
    """Single rows of the live picture; each is asked for only when something touched it."""

    def ids(self) -> Mapping[Kind, Iterable[str]]:
        """Every row there is now, by kind."""
        ...

    def row(self, kind: Kind, ident: str) -> object | None:
        """A value with the attributes of that kind's shape (not for calls); None: there is none."""
        ...

    def call(self, call: CallId) -> CallRow | None: ...
    def seats_in(self, call: CallId) -> frozenset[str]:
        """Seats whose phones have, or had, a part in this live call."""
        ...

    def where(self, account: str) -> str:
        """The seat this account sits at; '' none."""
        ...

    def waiting(self) -> Iterable[str]:
        """Queues in which somebody waits."""
        ...

    def vitals(self) -> VitalsOut: ...

    async def refresh(self, *, figures: bool) -> None:
        """Figures and whatever else comes from slow places; asked every few seconds, raises nothing."""
        ...


class Alarms(Protocol):
    """``hotline.alarms.alarm_service``."""

    async def acknowledge(self, ident: int, by: str, note: str) -> AlarmRow | None:
        """Durable when it returns; None: no such alarm is open."""
        ...

    async def history(self, since: datetime | None, until: datetime | None, most: int) -> Sequence[AlarmRow]:
        """The newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Switchable:
    """A line or a mode of the settings."""

    kind: str
    """``hours`` or ``mode``."""
    target: str
    name: str
    districts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """How a line or mode stands, as ``contract.switches.SwitchOut`` shows it."""

    kind: str
    target: str
    name: str
    state: str
    until: datetime | None = None
    district: str = ""
    event: str = ""
    event_title: str = ""
    said_at: datetime | None = None
    by: str = ""
    by_name: str = ""
    seat: str = ""
    reason: str = ""


class Switches(Protocol):
    """``hotline.books.switches``."""

    def switchable(self) -> Sequence[Switchable]: ...
    def rows(self) -> Sequence[SwitchRow]:
        """How each of them stands."""
        ...

    async def history(self, most: int) -> Sequence[Switching]:
        """The newest first."""
        ...

    async def switch(self, wanted: Switching, event_title: str = "") -> bool:
        """Durable when it returns. False: Asterisk hears of it at its next connection."""
        ...


class Nuisance(Protocol):
    """``hotline.books.nuisance``."""

    @property
    def book(self) -> NuisanceBook: ...
    @property
    def rules(self) -> NuisanceRules | None:
        """Of the settings; None: nothing is decided here."""
        ...

    @property
    def grades(self) -> Sequence[Grade]: ...
    def read(self, written: str) -> PhoneNumber: ...
    def may_be_graded(self, number: PhoneNumber) -> bool: ...
    async def reported_danger(self, number: str) -> bool: ...
    async def decide(self, decision: Decision) -> tuple[Decision, bool] | None:
        """As it stands, and whether Asterisk has it; None: somebody else was first."""
        ...

    async def end(self, decision: str, how: End, by: str, why: str) -> tuple[Decision, bool] | None: ...
    async def decide_appeal(self, appeal: str, *, upheld: bool, by: str, answer: str) -> tuple[Appeal, bool] | None: ...


class NoticeBook(Protocol):
    """``ledger.notices``."""

    async def add(
        self, at: datetime, by: str, by_name: str, text: str, *, urgent: bool, seats: Sequence[str]
    ) -> Notice:
        """Durable when it returns."""
        ...

    async def heard(self, ident: int, count: int) -> Notice:
        """So many consoles got it at once."""
        ...

    async def since(self, at: datetime) -> Sequence[Notice]:
        """The newest first."""
        ...

"""What the door needs from the rooms around it: desk, calls, board, roster, vitals.

``hotline/app.py`` plugs them in. The ticket book is ``bridge.ports.TicketBook``. The
structural Protocols (``CallRow`` …) are met by any value with these attributes, so that
the ledger and the board need not know this room. Reading methods answer from memory or
from one quick query.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agents.commands import Accepted, Refused, Request
from cti.ids import CallId, SeatId

from .contract.stream import VitalsOut
from .picture import Kind


class SeatRow(Protocol):
    @property
    def seat(self) -> SeatId: ...
    @property
    def device(self) -> str: ...
    @property
    def state(self) -> str:
        """logged_out, ready, ringing, talking, holding, wrap_up, paused."""
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
    """Seats and their telephone verbs (``agents/floor.py``)."""

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


@dataclass(frozen=True, slots=True)
class CallFilter:
    since: datetime | None = None
    until: datetime | None = None
    line: str = ""
    seat: str = ""
    caller: str = ""
    outcome: str = ""
    after: str = ""
    """The ``CallId`` the page before ended with."""
    most: int = 100


class Calls(Protocol):
    """Live calls from the board, past ones from the ledger."""

    def live(self) -> Sequence[CallRow]: ...
    async def past(self, wanted: CallFilter) -> Sequence[CallRow]:
        """Newest first."""
        ...

    async def get(self, call: CallId) -> CallRow | None:
        """From the board while it lives, else from the ledger."""
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


class AuditRow(Protocol):
    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def call(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def hash(self) -> str: ...


class Audit(Protocol):
    """``ledger.auditlog.AuditLog``."""

    async def append(
        self, at: datetime, actor: str, action: str, *, call: str = "", detail: Mapping[str, str] | None = None
    ) -> int:
        """Durable when it returns; the row's number."""
        ...

    async def page(
        self, most: int, before: int | None = None, *, actor: str = "", action: str = "", call: str = ""
    ) -> tuple[Sequence[AuditRow], bool]:
        """Newest first, and whether each of these rows still follows from the one before it."""
        ...


class AccountRow(Protocol):
    @property
    def account(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def password_hash(self) -> str: ...
    @property
    def has_password(self) -> bool: ...
    @property
    def locked(self) -> bool: ...
    @property
    def changed_at(self) -> datetime: ...
    @property
    def locked_until(self) -> datetime | None: ...


class AccountBook(Protocol):
    """``ledger.accounts.AccountShelf``; its docstrings say what each method promises."""

    async def get(self, account: str) -> AccountRow | None: ...
    async def every(self) -> Sequence[AccountRow]: ...
    async def put(
        self, account: str, name: str, role: str, at: datetime, *, locked: bool, password_hash: str | None
    ) -> bool: ...
    async def hashed(self, account: str, password_hash: str, at: datetime | None = None) -> None: ...
    async def failed(self, account: str, at: datetime, tries: int, rest_seconds: int) -> bool: ...
    async def succeeded(self, account: str) -> None: ...


class SessionRow(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def made_at(self) -> datetime: ...
    @property
    def seen_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def address(self) -> str: ...
    @property
    def browser(self) -> str: ...
    @property
    def seat(self) -> str: ...
    @property
    def locked(self) -> bool: ...


class SessionBook(Protocol):
    """``ledger.sessions.SessionShelf``; its docstrings say what each method promises."""

    async def open(
        self, ident: str, secret_sha256: str, account: str, at: datetime, expires_at: datetime,
        *, address: str, browser: str,
    ) -> None: ...  # fmt: skip
    async def find(self, secret_sha256: str, now: datetime) -> SessionRow | None: ...
    async def get(self, ident: str, now: datetime) -> SessionRow | None: ...
    async def live(self, now: datetime, account: str = "") -> Sequence[SessionRow]: ...
    async def overdue(self, now: datetime) -> Sequence[SessionRow]: ...
    async def seen(self, ident: str, at: datetime) -> None: ...
    async def lock(self, ident: str, locked: bool) -> None: ...
    async def sit(self, ident: str, seat: str) -> None: ...
    async def end(self, ident: str, at: datetime, why: str) -> bool: ...


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
    """Keys of browser phones, made anew and taken back."""

    async def issue(self, seat: SeatId) -> PhoneKey:
        """A new key; the one before it goes on working for a registration that stands."""
        ...

    async def revoke(self, seat: SeatId) -> None:
        """Nobody registers there with an old key any more. A call that stands goes on."""
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


class AlarmRow(Protocol):
    """``AlarmOut``'s fields."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def call(self) -> str: ...


class Alarms(Protocol):
    """``hotline.watchman``."""

    async def acknowledge(self, ident: int, by: str, note: str) -> AlarmRow | None:
        """Durable when it returns; None: no such alarm is open."""
        ...

    async def history(self, since: datetime | None, until: datetime | None, most: int) -> Sequence[AlarmRow]:
        """The newest first."""
        ...


class NoticeRow(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def by(self) -> str: ...
    @property
    def by_name(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def urgent(self) -> bool: ...
    @property
    def seats(self) -> Sequence[str]:
        """Empty: everybody."""
        ...

    @property
    def heard(self) -> int: ...


class NoticeBook(Protocol):
    """``ledger.notices``."""

    async def add(
        self, at: datetime, by: str, by_name: str, text: str, *, urgent: bool, seats: Sequence[str]
    ) -> NoticeRow:
        """Durable when it returns."""
        ...

    async def heard(self, ident: int, count: int) -> NoticeRow:
        """So many consoles got it at once."""
        ...

    async def since(self, at: datetime) -> Sequence[NoticeRow]:
        """The newest first."""
        ...

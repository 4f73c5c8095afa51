"""Everything the routes use, in one value made by ``hotline/app.py`` and found by ``services_of``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, cast

from fastapi import Depends, Request
from prometheus_client.core import Metric

from accounts.audit_row_limit import Pace
from accounts.sessions import Sessions
from bridge.case_callbacks import CaseCallbacks
from bridge.intake import Intake
from config.language import say as _
from config.settings import Centre
from ledger.audit_log import Entry

from .accounts import Accounts
from .authorization import Who
from .bulk_reads import BulkReads
from .error_answers import Failed
from .files_sent import FilesSent
from .ledger_ports import Books, TicketCentre
from .notices import Notices
from .oidc import Provider
from .partner_handovers import Handovers
from .place_search import PlaceSearch
from .ports import Alarms, Audit, Board, Calls, Desk, Nuisance, Phones, Switches, Vitals
from .program_tokens import Programs
from .rate_limit import Shares
from .refused_requests import Refusals
from .shown_settings import ShownSetting
from .stream.hub import Hub

TAKES_A_MINUTE = 6
"""Nobody calls so many people in a minute."""
SEARCHES_A_MINUTE = 20
"""By number among the own calls: more often than anybody types one, too seldom to find a masked one by trying."""
KEYS_A_SECOND, KEYS_AT_ONCE = 20 / 60, 10
"""Keys of one session's telephone, each a command to Asterisk: as many as the edge lets handshakes of it through."""


STATES_A_SECOND, STATES_AT_ONCE = 20.0, 1000
"""What another program says of cases or shared matters: each costs the ledger's one writer about two milliseconds."""
READINGS_A_SECOND, READINGS_AT_ONCE = 1.0, 60
"""Readings of one person that are each a row of the audit log: a file, a recording by another purpose, confidential parts, an export."""
ACTS_A_SECOND, ACTS_AT_ONCE = 0.5, 30
"""Tickets without a call, notices to all, seats taken: each more often than anybody needs."""


def _now() -> datetime:
    return datetime.now(UTC)


class NoAudit:
    """Keeps nothing: for tests and for OpenAPI alone."""

    async def append(
        self, at: datetime, actor: str, action: str, *, call: str = "", detail: Mapping[str, str] | None = None
    ) -> int:
        return 0

    async def page(
        self, most: int, before: int | None = None, *, actor: str = "", action: str = "", call: str = ""
    ) -> tuple[Sequence[Entry], bool]:
        return (), True


@dataclass(frozen=True, slots=True)
class Services:
    desk: Desk
    calls: Calls
    board: Board
    vitals: Vitals
    intake: Intake
    """With it the ticket book, choices and catalogue."""
    token: str
    accounts: Accounts
    sessions: Sessions
    programs: Programs
    origins: frozenset[str]
    """What browsers may send as Origin."""
    centre: Centre = field(default_factory=lambda: Centre(name="12319"))
    wrap_up_seconds: int = 30
    demo: bool = False
    case_callbacks: CaseCallbacks | None = None
    """None: the case store calls nothing back."""
    oidc: Provider | None = None
    """None: passwords only."""
    outbound_notice: str = ""
    """The sentence that an agent says to whom he calls; '': he need not."""
    pause_reasons: tuple[str, ...] = ()
    """``settings.seats.pause_reasons``: named when an unknown one is given."""
    more_metrics: Callable[[], Sequence[tuple[str, Callable[[], Iterable[Metric]]]]] = tuple
    """Sources of what the rest of the daemon counts (``metrics.Source``); may be none."""
    clock: Callable[[], datetime] = _now
    absent: tuple[type[Exception], ...] = ()
    """What the book raises when its database is not there: answered 503, try again."""
    wrong: tuple[type[Exception], ...] = ()
    """Of these, what only a person can mend (its words name the cure): answered 500, trying again changes nothing."""
    patience: float = 3.0
    """Seconds to wait for a call that just left the board and is not in the ledger yet."""
    audit: Audit = field(default_factory=NoAudit)
    phones: Phones | None = None
    """Keys of browser phones; None: not to be had (503)."""
    stream: Hub | None = None
    """The consoles that are connected; None: there is no live stream."""
    books: Books | None = None
    """The ledger behind seats' pages and wallboard; None: not to be had (503)."""
    refusals: Refusals = field(default_factory=Refusals)
    bulk: BulkReads = field(default_factory=BulkReads)
    takes: Pace = field(default_factory=lambda: Pace(TAKES_A_MINUTE, 100_000))
    """Call-backs that show a masked number to whoever takes them."""
    searches: Pace = field(default_factory=lambda: Pace(SEARCHES_A_MINUTE, 100_000))
    """By number, of people whose own calls show them masked."""
    phone_keys: Shares = field(default_factory=lambda: Shares(KEYS_A_SECOND, KEYS_AT_ONCE))
    states: Shares = field(default_factory=lambda: Shares(STATES_A_SECOND, STATES_AT_ONCE))
    """By partner, or by the case store's program: counted by states, because one request holds two hundred."""
    readings: Shares = field(default_factory=lambda: Shares(READINGS_A_SECOND, READINGS_AT_ONCE))
    acts: Shares = field(default_factory=lambda: Shares(ACTS_A_SECOND, ACTS_AT_ONCE))
    files_sent: FilesSent = field(default_factory=FilesSent)
    """Of one person, each kind by itself: what costs others, or is a durable row each time."""
    alarms: Alarms | None = None
    notices: Notices | None = None
    switches: Switches | None = None
    settings: Sequence[ShownSetting] = ()
    """As they are in force, for operators."""
    """None: nothing is switched here (503)."""
    nuisance: Nuisance | None = None
    """None: no number is graded here (503)."""
    tickets: TicketCentre | None = None
    """What becomes of tickets after they were filed; None: not to be had (503)."""
    handovers: Handovers | None = None
    """To partners; None: not to be had."""
    places: PlaceSearch | None = None
    """The gazetteer; None: no place is offered (503)."""

    async def backlog(self) -> tuple[int | None, int | None]:
        """Tickets on their way, tickets refused; None while the ledger is away: health and metrics go on without it."""
        try:
            return await self.intake.book.backlog()
        except self.absent:
            return None, None


def within(shares: Shares, spender: str, cost: int = 1) -> None:
    """Raise 429 when this spender has used up their share."""
    if wait := shares.take(spender, time.monotonic(), cost):
        message = _("more was asked for in a moment than anybody can do: wait a moment")
        raise Failed(429, message, headers={"Retry-After": str(wait)})


def reading(plugs: Services, who: Who) -> None:
    """Before a reading is audited. Raise 429 when this person has read so much lately."""
    if who.session:
        within(plugs.readings, who.account)


def services_of(request: Request) -> Services:
    return cast(Services, request.app.state.services)


def books_of(request: Request) -> Books:
    """Raises 503 where a daemon (or a test) has none."""
    books = services_of(request).books
    if books is None:
        raise Failed(503, _("the ledger cannot be reached now; nothing was written, try again"))
    return books


def tickets_of(request: Request) -> TicketCentre:
    """Raises 503 where a daemon (or a test) has none."""
    tickets = services_of(request).tickets
    if tickets is None:
        raise Failed(503, _("the ledger cannot be reached now; nothing was written, try again"))
    return tickets


Plugged = Annotated[Services, Depends(services_of)]
Library = Annotated[Books, Depends(books_of)]
TicketDesk = Annotated[TicketCentre, Depends(tickets_of)]

"""Everything the routes use, in one value made by ``hotline/app.py`` and found by ``plugs_of``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from bridge.intake import Intake
from config.language import say as _
from config.settings import Centre

from .accounts import Accounts
from .answers import Failed
from .books import Books
from .notices import Notices
from .oidc import Provider
from .ports import Alarms, Audit, AuditRow, Board, Calls, Desk, Phones, Vitals
from .sessions import Sessions
from .stream.hub import Hub


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
    ) -> tuple[Sequence[AuditRow], bool]:
        return (), True


@dataclass(frozen=True, slots=True)
class Plugs:
    desk: Desk
    calls: Calls
    board: Board
    vitals: Vitals
    intake: Intake
    """With it the ticket book, choices and catalogue."""
    token: str
    accounts: Accounts
    sessions: Sessions
    origins: frozenset[str]
    """What browsers may send as Origin."""
    centre: Centre = field(default_factory=lambda: Centre(name="12319"))
    wrap_up_seconds: int = 30
    demo: bool = False
    oidc: Provider | None = None
    """None: passwords only."""
    pause_reasons: tuple[str, ...] = ()
    """``settings.seats.pause_reasons``: named when an unknown one is given."""
    more_metrics: Callable[[], bytes] = bytes
    """What the rest of the daemon counts, in Prometheus' text form; may be empty."""
    clock: Callable[[], datetime] = _now
    absent: tuple[type[Exception], ...] = ()
    """What the book raises when its database is not there: answered 503, try again."""
    patience: float = 3.0
    """Seconds to wait for a call that just left the board and is not in the ledger yet."""
    audit: Audit = field(default_factory=NoAudit)
    phones: Phones | None = None
    """Keys of browser phones; None: not to be had (503)."""
    stream: Hub | None = None
    """The consoles that are connected; None: there is no live stream."""
    books: Books | None = None
    """The ledger behind seats' pages and wallboard; None: not to be had (503)."""
    alarms: Alarms | None = None
    notices: Notices | None = None


def plugs_of(request: Request) -> Plugs:
    return cast(Plugs, request.app.state.plugs)


def books_of(request: Request) -> Books:
    """Raises 503 where a daemon (or a test) has none."""
    books = plugs_of(request).books
    if books is None:
        raise Failed(503, _("the ledger cannot be reached now; nothing was written, try again"))
    return books


Plugged = Annotated[Plugs, Depends(plugs_of)]
Library = Annotated[Books, Depends(books_of)]

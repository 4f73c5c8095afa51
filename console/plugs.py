"""Everything the routes use, in one value made by ``hotline/app.py`` and found by ``plugs_of``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from bridge.intake import Intake

from .ports import Board, Calls, Desk, Vitals


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Plugs:
    desk: Desk
    calls: Calls
    board: Board
    vitals: Vitals
    intake: Intake
    """With it the ticket book, choices and catalogue."""
    token: str
    pause_reasons: tuple[str, ...] = ()
    """``settings.seats.pause_reasons``: named when an unknown one is given."""
    more_metrics: Callable[[], bytes] = bytes
    """What the rest of the daemon counts, in Prometheus' text form; may be empty."""
    clock: Callable[[], datetime] = _now
    absent: tuple[type[Exception], ...] = ()
    """What the book raises when its database is not there: answered 503, try again."""
    patience: float = 3.0
    """Seconds to wait for a call that just left the board and is not in the ledger yet."""


def plugs_of(request: Request) -> Plugs:
    return cast(Plugs, request.app.state.plugs)


Plugged = Annotated[Plugs, Depends(plugs_of)]

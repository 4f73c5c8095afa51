"""The live picture in one piece, the daemon's health, and its numbers."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Response

from console import metrics, visibility
from console.access import Right
from console.authorization import Who, needs, open_to
from console.contract.rest import (
    BoardOut,
    HealthOut,
    LineOut,
    QueueOut,
    SeatOut,
    TrunkOut,
    VitalOut,
)
from console.services import Plugged

router = APIRouter(tags=["board"])


@router.get("/api/board")
async def board(plugs: Plugged, who: Annotated[Who, open_to(Right.WALL, Right.SCREEN)]) -> BoardOut:
    """Calls, seats, queues, trunks and lines as they are now; ``live`` false: as they were.

    Of calls only the own ones, unless the role sees all.
    """
    picture = plugs.board
    return BoardOut(
        live=picture.live(),
        as_of=picture.as_of(),
        calls=visibility.calls(who, plugs.calls.live()),
        seats=[SeatOut.model_validate(row) for row in plugs.desk.seats()],
        queues=[QueueOut.model_validate(row) for row in picture.queues()],
        trunks=[TrunkOut.model_validate(row) for row in picture.trunks()],
        lines=[LineOut.model_validate(row) for row in picture.lines()],
    )


CALLERS = frozenset({"ami", "board", "sip", "asterisk"})
"""Vitals without which callers are not served, or nobody sees them."""


@router.get("/api/health", responses={503: {"model": HealthOut}}, dependencies=[needs(Right.HEALTH)])
async def health(plugs: Plugged, response: Response, of: Literal["all", "calls"] = "all") -> HealthOut:
    """200 when everything the daemon needs is there, 503 when something is not; the same body either way.

    ``of=calls``: 503 only when callers are not served; a ledger that is away is 200 then, with ``state`` ``degraded``.
    """
    vitals = await plugs.vitals.look()
    waiting, poisoned = await plugs.backlog()
    served = plugs.board.live() and all(vital.ok for vital in vitals if vital.name in CALLERS)
    ok = served and all(vital.ok for vital in vitals)
    response.status_code = 200 if ok or (served and of == "calls") else 503
    return HealthOut(
        ok=ok,
        state="ok" if ok else "degraded" if served else "broken",
        live=plugs.board.live(),
        vitals=[VitalOut.model_validate(vital) for vital in vitals],
        backlog=waiting,
        dead_letters=poisoned,
    )


@router.get(
    "/metrics",
    dependencies=[needs(Right.HEALTH)],
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
async def prometheus(plugs: Plugged) -> Response:
    return Response(await metrics.text(plugs), media_type="text/plain; version=0.0.4; charset=utf-8")

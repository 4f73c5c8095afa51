"""Supervisors: hear a seat, speak into it, take its call, change its state; move who waits.

The desk decides, and tells the house what was done to whom and why (``Supervised``): that
is what the audit log keeps. Whoever comes with the installation's token says for whom.
"""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request

from agents import commands
from agents.own_reasons import AgentId
from bridge.errors import Problem
from config.language import say as _
from console.access import Right
from console.authorization import Who, needs
from console.contract.rest import CallPath, DoneOut, SeatPath
from console.contract.wall import MoveIn, SeatForceIn, TakeOverIn, WatchIn
from console.error_answers import done_or_fail, invalid
from console.services import Plugged
from cti.commands import Listening
from cti.ids import CallId, QueueId, SeatId

log = structlog.get_logger("console")

router = APIRouter(prefix="/api", tags=["supervision"])

Supervisor = Annotated[Who, needs(Right.SUPERVISE)]
By = Annotated[
    str, Query(pattern=r"^[0-9A-Za-z_-]{0,20}$", description="the supervisor; with the installation's token only")
]


async def _acts(plugs: Plugged, who: Supervisor, request: Request, by: By = "") -> AgentId:
    """Whose word it is: the session's, whatever was asked for; only the token names one itself, which is audited: somebody else typed it."""
    if not who.token:
        return who.agent
    if not by:
        raise invalid([Problem("by", _("say which supervisor acts: ?by=…"))])
    try:
        detail = {"supervisor": by, "method": request.method, "path": request.url.path[:200]}
        await plugs.audit.append(plugs.clock(), who.account, "acted_for", detail=detail)
    except plugs.absent as gone:
        log.warning("it was not audited who acted for a supervisor", supervisor=by, fault=str(gone))
    return AgentId(by)


Acting = Annotated[AgentId, Depends(_acts)]


@router.post("/seats/{seat}/watch")
async def watch(seat: SeatPath, body: WatchIn, plugs: Plugged, by: Acting) -> DoneOut:
    """Rings the supervisor's own seat, then it hears this one; again with another mode: the mode changes."""
    request = commands.Watch(SeatId(seat), Listening(body.mode), by, body.reason)
    return done_or_fail(await plugs.desk.ask(request))


@router.delete("/seats/{seat}/watch")
async def unwatch(seat: SeatPath, plugs: Plugged, by: Acting) -> DoneOut:
    return done_or_fail(await plugs.desk.ask(commands.Unwatch(SeatId(seat), by)))


@router.post("/seats/{seat}/take-over")
async def take_over(seat: SeatPath, body: TakeOverIn, plugs: Plugged, by: Acting) -> DoneOut:
    """The citizen comes to the supervisor's own seat; this one is done with the call."""
    return done_or_fail(await plugs.desk.ask(commands.TakeOver(SeatId(seat), by, body.reason)))


@router.post("/seats/{seat}/force")
async def force(seat: SeatPath, body: SeatForceIn, plugs: Plugged, by: Acting) -> DoneOut:
    """It never cuts a citizen off: in a call it becomes what shall be after it (``detail`` says after_call)."""
    request = commands.ForceSeat(SeatId(seat), commands.Force(body.force), by, body.reason)
    return done_or_fail(await plugs.desk.ask(request))


@router.post("/calls/{call}/move")
async def move(call: CallPath, body: MoveIn, plugs: Plugged, by: Acting) -> DoneOut:
    """Only a caller who waits; ``urgent``: before all others."""
    request = commands.MoveCall(CallId(call), QueueId(body.queue), by, urgent=body.urgent, reason=body.reason)
    return done_or_fail(await plugs.desk.ask(request))

"""Calls, live and past, and how a call ends without a ticket."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from bridge.ports import NotDisposed
from config.language import say as _
from console.answers import Failed, invalid, not_found
from console.contract.rest import CallOut, CallPath, DisposedOut, DispositionIn, Most
from console.moments import utc
from console.plugs import Plugged, Plugs
from console.ports import CallFilter, CallRow
from cti.ids import CallId

router = APIRouter(prefix="/api/calls", tags=["calls"])

_Name = Annotated[str, Query(pattern=r"^[0-9A-Za-z_+*#-]{0,40}$")]
_Page = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,100}$", description="the last call of the page before")]


@router.get("")
async def past_calls(
    plugs: Plugged,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    line: _Name = "",
    seat: _Name = "",
    caller: _Name = "",
    outcome: Annotated[str, Query(pattern="^(ticket|direct|refused|missed|nuisance|lost)?$")] = "",
    after: _Page = "",
    most: Most = 100,
) -> list[CallOut]:
    """From the ledger, newest first."""
    wanted = CallFilter(utc("since", since), utc("until", until), line, seat, caller, outcome, after, most)
    return [CallOut.model_validate(row) for row in await plugs.calls.past(wanted)]


@router.get("/live")
async def live_calls(plugs: Plugged) -> list[CallOut]:
    """From the board: what goes on now."""
    return [CallOut.model_validate(row) for row in plugs.calls.live()]


@router.get("/{call}")
async def get_call(call: CallPath, plugs: Plugged) -> CallOut:
    row = await plugs.calls.get(CallId(call))
    if row is None:
        raise not_found("call", call)
    return CallOut.model_validate(row)


@router.post("/{call}/disposition")
async def dispose(call: CallPath, body: DispositionIn, plugs: Plugged) -> DisposedOut:
    """Answered on the spot, refused with a code, or nuisance. A filed ticket is never taken back by it."""
    row = await call_row(plugs, call)
    raw = body.model_dump(exclude={"agent", "seat"})
    agent, seat = body.agent or row.agent, body.seat or row.seat
    answer = await plugs.intake.dispose(CallId(call), raw, agent, seat)
    if isinstance(answer, tuple):
        raise invalid(answer)
    if isinstance(answer, NotDisposed):
        raise Failed(409, _("this call has ended as {outcome} already", outcome=answer.standing.value))
    return DisposedOut(outcome=answer.outcome, replaced=answer.replaced)


async def call_row(plugs: Plugs, call: str) -> CallRow:
    """The call, with patience: one that ended a moment ago may not have reached the ledger yet."""
    deadline = asyncio.get_running_loop().time() + plugs.patience
    while (row := await plugs.calls.get(CallId(call))) is None:
        if asyncio.get_running_loop().time() >= deadline:
            raise not_found("call", call)
        await asyncio.sleep(0.1)
    return row

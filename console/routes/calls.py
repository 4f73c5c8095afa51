"""Calls, live and past, and how a call ends without a ticket."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from bridge.ports import NotDisposed
from config.language import say as _
from console import masking
from console.access import Right
from console.answers import Failed, invalid, not_found
from console.contract.rest import CallOut, CallPath, DisposedOut, DispositionIn, Most
from console.door import Asking, Who, needs
from console.moments import utc
from console.owning import must_be_theirs, their_call
from console.plugs import Library, Plugged, Plugs
from console.ports import CallFilter, CallRow
from cti.ids import CallId

router = APIRouter(prefix="/api/calls", tags=["calls"])

Filer = Annotated[Who, needs(Right.FILE)]
_Name = Annotated[str, Query(pattern=r"^[0-9A-Za-z_+*#-]{0,40}$")]
_Page = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,100}$", description="the last call of the page before")]


@router.get("")
async def past_calls(
    plugs: Plugged,
    who: Annotated[Who, needs(Right.CALLS_ALL)],
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    line: _Name = "",
    seat: _Name = "",
    caller: _Name = "",
    outcome: Annotated[str, Query(pattern="^(ticket|direct|refused|missed|nuisance|lost)?$")] = "",
    after: _Page = "",
    most: Most = 100,
) -> list[CallOut]:
    """From the ledger, newest first. An agent's own: ``/api/my/calls``."""
    wanted = CallFilter(utc("since", since), utc("until", until), line, seat, caller, outcome, after, most)
    return masking.visible(who, await plugs.calls.past(wanted))


@router.get("/live")
async def live_calls(plugs: Plugged, who: Asking) -> list[CallOut]:
    """From the board: what goes on now; only the own ones, unless the role sees all."""
    return masking.visible(who, plugs.calls.live())


@router.get("/{call}")
async def get_call(call: CallPath, plugs: Plugged, books: Library, who: Asking) -> CallOut:
    row = await their_call(plugs, books, who, call, Right.CALLS_ALL)
    return masking.shown(who, row, CallOut.model_validate(row))


@router.post("/{call}/disposition")
async def dispose(call: CallPath, body: DispositionIn, plugs: Plugged, books: Library, who: Filer) -> DisposedOut:
    """Answered on the spot, refused with a code, or nuisance. A filed ticket is never taken back by it.

    ``agent`` and ``seat`` are heard from the installation's token only: a session says who it is.
    """
    row = await call_row(plugs, call)
    await must_be_theirs(plugs, books, who, row, Right.CALLS_ALL)
    raw = body.model_dump(exclude={"agent", "seat"})
    agent, seat = author(who, row, body.agent or "", body.seat or "")
    answer = await plugs.intake.dispose(CallId(call), raw, agent, seat)
    if isinstance(answer, tuple):
        raise invalid(answer)
    if isinstance(answer, NotDisposed):
        raise Failed(409, _("this call has ended as {outcome} already", outcome=answer.standing.value))
    return DisposedOut(outcome=answer.outcome, replaced=answer.replaced)


def author(who: Who, row: CallRow | None, agent: str, seat: str) -> tuple[str, str]:
    """Whose ticket or disposition it is: the session's, whatever was said; the token's as it says, else who talked."""
    if not who.token:
        return who.account, who.seat or (row.seat if row else "")
    return agent or (row.agent if row else ""), seat or (row.seat if row else "")


async def call_row(plugs: Plugs, call: str) -> CallRow:
    """The call, with patience: one that ended a moment ago may not have reached the ledger yet."""
    deadline = asyncio.get_running_loop().time() + plugs.patience
    while (row := await plugs.calls.get(CallId(call))) is None:
        if asyncio.get_running_loop().time() >= deadline:
            raise not_found("call", call)
        await asyncio.sleep(0.1)
    return row

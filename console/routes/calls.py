"""Calls, live and past, and how a call ends without a ticket."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from bridge.ports import NotDisposed
from config.language import say as _
from console import stated_reason, visibility
from console.access import Right
from console.authorization import Asking, Who, needs, open_to, refused
from console.contract.rest import CallOut, CallPath, DisposedOut, DispositionIn, Most
from console.error_answers import Failed, invalid
from console.own_calls import must_be_theirs, no_call, their_call
from console.ports import CallRow
from console.services import Library, Plugged, Services
from console.time_parameters import utc
from console.words_in_headers import Number, Reason
from cti.ids import CallId
from ledger.call_list import Filter

router = APIRouter(prefix="/api/calls", tags=["calls"])

Filer = Annotated[Who, needs(Right.FILE)]
_Name = Annotated[str, Query(pattern=r"^[0-9A-Za-z_+*#-]{0,40}$")]
_Page = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,100}$", description="the last call of the page before")]


@router.get("")
async def past_calls(
    plugs: Plugged,
    who: Annotated[Who, needs(Right.CALLS_ALL)],
    caller: Number,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    line: _Name = "",
    seat: _Name = "",
    outcome: Annotated[str, Query(pattern="^(ticket|direct|refused|missed|nuisance|lost)?$")] = "",
    after: _Page = "",
    most: Most = 100,
) -> list[CallOut]:
    """From the ledger, newest first. An agent's own: ``/api/my/calls``."""
    if caller and not visibility.sees_all_numbers(who):
        raise refused(_("your role may not search by a citizen's number"))
    wanted = Filter(utc("since", since), utc("until", until), line, seat, caller, outcome, after, most)
    rows = await plugs.calls.past(wanted)
    await plugs.bulk.count(plugs.audit, plugs.clock(), who, "calls", rows)
    return visibility.calls(who, rows)


@router.get("/live")
async def live_calls(plugs: Plugged, who: Asking) -> list[CallOut]:
    """From the board: what goes on now; only the own ones, unless the role sees all."""
    return visibility.calls(who, plugs.calls.live())


@router.get("/{call}")
async def get_call(
    call: CallPath,
    plugs: Plugged,
    books: Library,
    who: Annotated[Who, open_to(Right.CALLS_ALL)],
    reason: Reason,
) -> CallOut:
    """``reason``: shows a supervisor the number of a confidential one; audited."""
    row = await their_call(plugs, books, who, call, Right.CALLS_ALL)
    plain, why = visibility.call(who, row), stated_reason.maybe(reason)
    shown = visibility.call(who, row, reason=why)
    if shown != plain:
        await plugs.audit.append(plugs.clock(), who.account, "confidential_shown", call=call, detail={"reason": why})
    return shown


@router.post("/{call}/disposition")
async def dispose(call: CallPath, body: DispositionIn, plugs: Plugged, books: Library, who: Filer) -> DisposedOut:
    """Answered on the spot, refused with a code, or nuisance. A filed ticket is never taken back by it.

    ``agent`` and ``seat`` are heard from the installation's token only: a session says who it is.
    """
    row = await call_row(plugs, who, call)
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


async def call_row(plugs: Services, who: Who, call: str) -> CallRow:
    """The call, with patience: one that ended a moment ago may not have reached the ledger yet."""
    deadline = asyncio.get_running_loop().time() + plugs.patience
    while (row := await plugs.calls.get(CallId(call))) is None:
        if asyncio.get_running_loop().time() >= deadline:
            raise no_call(who, call, Right.CALLS_ALL)
        await asyncio.sleep(0.1)
    return row

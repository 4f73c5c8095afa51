"""Calls, live and past, and how a call ends without a ticket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime

from bridge.errors import Problem
from bridge.ports import NotDisposed
from config.language import say as _
from console import exported_rows, exports, spreadsheet, stated_reason, visibility
from console.access import Right
from console.authorization import Asking, Who, needs, open_to, refused
from console.call_ownership import must_be_theirs, no_call, their_call
from console.contract.rest import CallOut, CallPath, DisposedOut, DispositionIn, Most
from console.error_answers import Failed, invalid
from console.ledger_ports import Books
from console.ports import CallRow
from console.services import Library, Plugged, Services, reading
from console.time_parameters import utc
from console.words_in_headers import Number, Reason
from cti.ids import CallId
from cti.numbers import mask
from ledger.call_list import Filter

router = APIRouter(prefix="/api/calls", tags=["calls"])

Filer = Annotated[Who, needs(Right.FILE)]
_Name = Annotated[str, Query(pattern=r"^[0-9A-Za-z_+*#-]{0,40}$")]
_Page = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,100}$", description="the last call of the page before")]


def asked(
    caller: Number,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    line: _Name = "",
    seat: _Name = "",
    outcome: Annotated[str, Query(pattern="^(ticket|direct|refused|missed|nuisance|lost|pending)?$")] = "",
    case: Annotated[str, Query(pattern=r"^[0-9A-Za-z-]{0,40}$", description="a case's number")] = "",
    recorded: Annotated[bool, Query(description="only calls of which there is sound")] = False,
) -> Filter:
    """Which calls. The number is said in a header, in whatever spelling; whoever was called by us is found by it, too."""
    return Filter(
        utc("since", since),
        utc("until", until),
        line,
        seat,
        caller,
        outcome,
        outgoing=True,
        case=case,
        recorded=recorded,
    )


Asked = Annotated[Filter, Depends(asked)]
Watcher = Annotated[Who, needs(Right.CALLS_ALL)]


@router.get("")
async def past_calls(plugs: Plugged, who: Watcher, wanted: Asked, after: _Page = "", most: Most = 100) -> list[CallOut]:
    """From the ledger, newest first. An agent's own: ``/api/my/calls``."""
    _may_search(who, wanted)
    await must_be_known(plugs, wanted)
    rows = await plugs.calls.past(replace(wanted, after=after, most=most))
    await plugs.bulk.count(plugs.audit, plugs.clock(), who, "calls", rows)
    return visibility.calls(who, rows)


@router.get("/csv", response_class=Response, responses=exports.answers("CallOut"))
async def calls_file(
    plugs: Plugged, books: Library, who: Watcher, wanted: Asked, form: exports.Form = "csv"
) -> Response:
    """The same as a file for a spreadsheet, numbers as the list shows them; audited."""
    _may_search(who, wanted)
    await must_be_known(plugs, wanted)

    async def page(last: CallRow | None) -> Sequence[CallRow]:
        after = last.call if last is not None else ""
        rows = await plugs.calls.past(replace(wanted, after=after, most=exports.PAGE))
        await plugs.bulk.count(plugs.audit, plugs.clock(), who, "calls", rows)
        return rows

    shown = (shape async for row in exports.paged(page) for shape in visibility.calls(who, [row]))
    return await exported(plugs, books, who, wanted, shown, form)


async def must_be_known(plugs: Services, wanted: Filter) -> None:
    """422 for a line or seat that neither the settings nor the ledger know: nothing could be found by it, which is not that nobody called."""
    lines = tuple(plugs.books.centre.lines) if plugs.books is not None else ()
    seats = tuple(str(row.seat) for row in plugs.desk.seats())
    wrong = [
        Problem(field, _("there is no {field} {said}", field=_(field), said=name), allowed)
        for field, name, allowed, of_it in (
            ("line", wanted.line, lines, Filter(line=wanted.line, most=1)),
            ("seat", wanted.seat, seats, Filter(seat=wanted.seat, most=1)),
        )
        if name and name not in allowed and not await plugs.calls.past(of_it)
    ]
    if wrong:
        raise invalid(wrong)


async def exported(
    plugs: Services, books: Books, who: Who, wanted: Filter, shown: AsyncIterator[CallOut], form: spreadsheet.Form
) -> Response:
    """Calls as a file, after the audit log knows which were asked for."""
    moments = {"since": wanted.since, "until": wanted.until}
    detail = {name: at.isoformat() for name, at in moments.items() if at is not None}
    detail |= {
        name: str(getattr(wanted, name)) for name in ("line", "seat", "outcome", "case") if getattr(wanted, name)
    }
    detail |= {"number": mask(wanted.caller)} if wanted.caller else {}
    reading(plugs, who)
    await plugs.audit.append(plugs.clock(), who.account, "calls_exported", detail=detail)
    lines, queues = books.centre.lines, books.centre.queues

    def row(call: CallOut) -> Sequence[object]:
        return exported_rows.call_row(call, lambda one: lines.get(one, one), lambda one: queues.get(one, one))

    rows = (row(call) async for call in shown)
    return exports.file(form, "calls", exported_rows.call_heads(), rows, books.centre.zone)


def _may_search(who: Who, wanted: Filter) -> None:
    if wanted.caller and not visibility.sees_all_numbers(who):
        raise refused(_("your role may not search by a citizen's number"))


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
    if who.may(Right.CALLS_ALL):
        await plugs.bulk.one(plugs.audit, plugs.clock(), who, "calls", row.call)
    plain, why = visibility.call(who, row), stated_reason.maybe(reason)
    shown = visibility.call(who, row, reason=why)
    if shown != plain:
        reading(plugs, who)
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

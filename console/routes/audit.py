"""The audit log, read. Nothing here, nor anywhere, changes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from console import exported_rows, exports
from console.access import Right
from console.authorization import Who, needs
from console.contract.access import AuditOut, AuditPageOut
from console.contract.rest import Most
from console.services import Plugged, reading
from ledger.audit_log import Entry

router = APIRouter(prefix="/api/audit", tags=["audit"])

_Actor = Annotated[str, Query(pattern=r"^(program:|shell:)?[0-9A-Za-z_.-]{0,40}$")]
_Call = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,80}$")]
_Word = Annotated[str, Query(pattern=r"^[0-9A-Za-z_-]{0,40}$")]


@router.get("", dependencies=[needs(Right.AUDIT)])
async def read_audit(
    plugs: Plugged,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="the last number of the page before")] = None,
    most: Most = 100,
    actor: _Actor = "",
    action: _Word = "",
    call: _Call = "",
) -> AuditPageOut:
    """Newest first. ``unbroken``: every row shown has its own hash and follows from the one before it."""
    rows, unbroken = await plugs.audit.page(most, before, actor=actor, action=action, call=call)
    names = {one.account: one.name for one in await plugs.accounts.every()} if rows else {}
    shown = [
        AuditOut.model_validate(row, from_attributes=True).model_copy(update={"actor_name": names.get(row.actor, "")})
        for row in rows
    ]
    return AuditPageOut(rows=shown, unbroken=unbroken)


@router.get("/csv", response_class=Response, responses=exports.PLAIN)
async def audit_file(
    plugs: Plugged, who: Annotated[Who, needs(Right.AUDIT)], actor: _Actor = "", action: _Word = "", call: _Call = "",
    form: exports.Form = "csv",
) -> Response:  # fmt: skip
    """The same as a file for a spreadsheet; that it was taken is a row of the log itself."""

    async def page(last: Entry | None) -> Sequence[Entry]:
        rows, _unbroken = await plugs.audit.page(
            exports.PAGE, last.seq if last else None, actor=actor, action=action, call=call
        )
        return rows

    detail = {name: word for name, word in (("actor", actor), ("action", action), ("call", call)) if word}
    reading(plugs, who)
    await plugs.audit.append(plugs.clock(), who.account, "audit_exported", detail=detail)
    zone = plugs.books.centre.zone if plugs.books is not None else ZoneInfo("UTC")
    rows = (exported_rows.audit_row(row) async for row in exports.paged(page))
    return exports.file(form, "audit", exported_rows.audit_heads(), rows, zone)

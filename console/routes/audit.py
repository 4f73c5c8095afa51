"""The audit log, read. Nothing here, nor anywhere, changes it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from console.access import Right
from console.authorization import needs
from console.contract.access import AuditOut, AuditPageOut
from console.contract.rest import Most
from console.services import Plugged

router = APIRouter(prefix="/api/audit", tags=["audit"])

_Actor = Annotated[str, Query(pattern=r"^(program:|shell:)?[0-9A-Za-z_.-]{0,40}$")]
_Word = Annotated[str, Query(pattern=r"^[0-9A-Za-z_-]{0,40}$")]


@router.get("", dependencies=[needs(Right.AUDIT)])
async def read_audit(
    plugs: Plugged,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="the last number of the page before")] = None,
    most: Most = 100,
    actor: _Actor = "",
    action: _Word = "",
    call: Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,80}$")] = "",
) -> AuditPageOut:
    """Newest first. ``unbroken``: every row shown has its own hash and follows from the one before it."""
    rows, unbroken = await plugs.audit.page(most, before, actor=actor, action=action, call=call)
    return AuditPageOut(rows=[AuditOut.model_validate(row, from_attributes=True) for row in rows], unbroken=unbroken)

"""Alarms: their history, and that somebody has seen one. What stands now is in the stream."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime

from console.access import Right
from console.authorization import Who, needs
from console.contract.rest import Most
from console.contract.stream import AlarmOut
from console.contract.wall import AcknowledgeIn
from console.error_answers import not_found
from console.services import Plugged
from console.time_parameters import utc

router = APIRouter(prefix="/api/alarms", tags=["alarms"])
AlarmPath = Annotated[int, Path(ge=1, le=9_007_199_254_740_991)]


@router.get("")
async def list_alarms(
    plugs: Plugged,
    _who: Annotated[Who, needs(Right.ALARMS)],
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    most: Most = 100,
) -> list[AlarmOut]:
    """The newest first."""
    rows = await plugs.alarms.history(utc("since", since), utc("until", until), most) if plugs.alarms else ()
    return [AlarmOut.model_validate(row, from_attributes=True) for row in rows]


@router.post("/{ident}/acknowledge")
async def acknowledge(
    ident: AlarmPath, body: AcknowledgeIn, plugs: Plugged, who: Annotated[Who, needs(Right.ALARMS)]
) -> AlarmOut:
    """Seen; written with who and when. Acknowledged before: it stays as it was."""
    row = await plugs.alarms.acknowledge(ident, who.account, body.note) if plugs.alarms else None
    if row is None:
        raise not_found("alarm", str(ident))
    detail = {"alarm": str(ident), "kind": row.kind, "subject": row.subject, "note": body.note}
    await plugs.audit.append(plugs.clock(), who.account, "alarm_acknowledged", call=row.call, detail=detail)
    return AlarmOut.model_validate(row, from_attributes=True)

"""A supervisor's word to the consoles, now and for who comes within the hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime

from config.language import say as _
from console.access import Right
from console.authorization import Asking, Who, needs
from console.contract.wall import NoticeIn, NoticeOut
from console.error_answers import Failed
from console.notices import Notices
from console.services import Plugged, Services, within
from console.time_parameters import utc

router = APIRouter(prefix="/api/notices", tags=["notices"])


@router.post("")
async def send(body: NoticeIn, plugs: Plugged, who: Annotated[Who, needs(Right.BROADCAST)]) -> NoticeOut:
    """To every console, or to those at ``seats``; ``heard`` says how many have it already."""
    if who.session:
        within(plugs.acts, f"notice {who.account}")
    notice = await notices_of(plugs).send(who, body.text, plugs.clock(), urgent=body.urgent, seats=body.seats)
    return NoticeOut.model_validate(notice, from_attributes=True)


@router.get("")
async def list_notices(plugs: Plugged, who: Asking, since: AwareDatetime | None = None) -> list[NoticeOut]:
    """The newest first; without ``since`` those of the last day. Notices for other seats are shown to who may send them."""
    rows = await notices_of(plugs).since(utc("since", since) or plugs.clock() - timedelta(days=1))
    mine = [row for row in rows if who.may(Right.BROADCAST) or not row.seats or who.seat in row.seats]
    return [NoticeOut.model_validate(row, from_attributes=True) for row in mine]


def notices_of(plugs: Services) -> Notices:
    if plugs.notices is None:
        raise Failed(503, _("there are no consoles here"))
    return plugs.notices

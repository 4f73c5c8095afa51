"""Dead letters: tickets the case store keeps calling wrong; look, fix, send again.

Shown whole to whoever may mend them: a number the store refuses cannot be mended masked.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from bridge.ticket import TicketId
from console.access import Right
from console.answers import invalid, not_found
from console.contract.rest import Most, TicketOut, TicketPatch, TicketPath
from console.door import Who, needs
from console.plugs import Plugged

from .body import Raw, documented

router = APIRouter(prefix="/api/dead-letters", tags=["dead letters"])


@router.get("", dependencies=[needs(Right.DEAD_LETTERS)])
async def list_dead_letters(plugs: Plugged, most: Most = 100) -> list[TicketOut]:
    """Oldest first."""
    return [TicketOut.of(push) for push in await plugs.intake.book.dead_letters(most)]


@router.post("/{ticket}/replay", openapi_extra=documented(TicketPatch, required=False))
async def replay(
    ticket: TicketPath, raw: Raw, plugs: Plugged, who: Annotated[Who, needs(Right.DEAD_LETTERS)]
) -> TicketOut:
    """Send it again, with the fields given in the body changed; without a body, as it is."""
    answer = await plugs.intake.replay(TicketId(ticket), raw)
    if isinstance(answer, tuple):
        raise invalid(answer)
    if answer is None:
        raise not_found("ticket", ticket)
    detail = {"ticket": ticket, "fields": ",".join(sorted(raw))[:200]}
    await plugs.audit.append(
        plugs.clock(), who.account, "ticket_replayed", call=answer.ticket.call or "", detail=detail
    )
    return TicketOut.of(answer)

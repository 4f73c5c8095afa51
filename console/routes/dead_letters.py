"""Dead letters: tickets the case store keeps calling wrong; look, fix, send again."""

from __future__ import annotations

from fastapi import APIRouter

from bridge.ticket import TicketId
from console.answers import invalid, not_found
from console.contract.rest import Most, TicketOut, TicketPatch, TicketPath
from console.plugs import Plugged

from .body import Raw, documented

router = APIRouter(prefix="/api/dead-letters", tags=["dead letters"])


@router.get("")
async def list_dead_letters(plugs: Plugged, most: Most = 100) -> list[TicketOut]:
    """Oldest first."""
    return [TicketOut.of(push) for push in await plugs.intake.book.dead_letters(most)]


@router.post("/{ticket}/replay", openapi_extra=documented(TicketPatch, required=False))
async def replay(ticket: TicketPath, raw: Raw, plugs: Plugged) -> TicketOut:
    """Send it again, with the fields given in the body changed; without a body, as it is."""
    answer = await plugs.intake.replay(TicketId(ticket), raw)
    if isinstance(answer, tuple):
        raise invalid(answer)
    if answer is None:
        raise not_found("ticket", ticket)
    return TicketOut.of(answer)

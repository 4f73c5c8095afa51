"""Dead letters: tickets the case store keeps calling wrong; look, fix, send again.

Shown whole to whoever may mend them: a number the store refuses cannot be mended masked. Confidential
ones want a reason of a supervisor, as everywhere.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from bridge.case_store_messages import MessageId
from console import visibility
from console.access import Right
from console.audited_ticket_views import tell_tickets
from console.authorization import Who, needs
from console.contract.rest import Most, TicketOut, TicketPatch, TicketPath
from console.error_answers import invalid, not_found
from console.services import Plugged
from console.words_in_headers import Reason

from .body import Raw, documented

router = APIRouter(prefix="/api/dead-letters", tags=["dead letters"])


Mender = Annotated[Who, needs(Right.DEAD_LETTERS)]


@router.get("")
async def list_dead_letters(plugs: Plugged, who: Mender, reason: Reason, most: Most = 100) -> list[TicketOut]:
    """Oldest first."""
    pushes = await plugs.intake.book.dead_letters(most)
    return await tell_tickets(plugs, who, pushes, reason, refused=True)


@router.post("/{ticket}/replay", openapi_extra=documented(TicketPatch, required=False))
async def replay(ticket: TicketPath, raw: Raw, plugs: Plugged, who: Mender) -> TicketOut:
    """Send it again, with the fields given in the body changed; without a body, as it is."""
    answer = await plugs.intake.replay(MessageId(ticket), raw)
    if isinstance(answer, tuple):
        raise invalid(answer)
    if answer is None:
        raise not_found("ticket", ticket)
    detail = {"ticket": ticket, "fields": ",".join(sorted(raw))[:200]}
    await plugs.audit.append(
        plugs.clock(), who.account, "ticket_replayed", call=answer.ticket.call or "", detail=detail
    )
    return visibility.ticket(who, answer, refused=True)

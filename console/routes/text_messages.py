"""The text message a citizen gets about their ticket: which there were, and the receipt once more (再发一次)."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Annotated

from fastapi import APIRouter

from bridge.notifications.rules import Kind
from bridge.ticket import TicketId
from config.language import say as _
from console.access import Right
from console.authorization import Who, needs, refused
from console.call_ownership import their_call
from console.contract.rest import TextMessageOut, TicketPath
from console.error_answers import Failed, not_found
from console.services import Library, Plugged, Services, within
from cti.numbers import mask

router = APIRouter(prefix="/api/tickets", tags=["tickets"])

RECEIPTS_A_DAY = 5
"""Of one ticket: each rings a citizen's telephone and costs the city."""
DAY = timedelta(hours=24)
Reader = Annotated[Who, needs(Right.SEAT, Right.TICKETS_ALL, persons=True)]
Sender = Annotated[Who, needs(Right.SEAT, Right.SUPERVISE, persons=True)]


@router.get("/{ticket}/text-messages")
async def text_messages(ticket: TicketPath, plugs: Plugged, books: Library, who: Reader) -> list[TextMessageOut]:
    """Oldest first, numbers masked. Of one's own ticket, one of an own call, or any for whoever sees all."""
    await _theirs(plugs, books, who, ticket)
    rows = await books.notifications.of_ticket(ticket) if books.notifications else []
    return [
        TextMessageOut(
            kind=row.kind, made_at=row.made_at, state=row.state, sent_at=row.sent_at, number=mask(row.target)
        )
        for row in rows
    ]


@router.post("/{ticket}/text-messages", status_code=202)
async def send_again(ticket: TicketPath, plugs: Plugged, books: Library, who: Sender) -> list[TextMessageOut]:
    """The receipt once more, at most once a minute and five a day, the first one among them; audited. 409 when nobody may be
    sent one."""
    await _theirs(plugs, books, who, ticket)
    if who.session:
        within(plugs.acts, f"text {who.account}")
    now = plugs.clock()
    sent = await books.notifications.of_ticket(ticket) if books.notifications else []
    if sum(row.kind == Kind.RECEIPT and now - row.made_at < DAY for row in sent) >= RECEIPTS_A_DAY:
        message = _(
            "the citizen has been sent {most} receipts within a day: read the number out instead", most=RECEIPTS_A_DAY
        )
        raise Failed(409, message, error="often")
    minute = now.astimezone(UTC).strftime("%Y%m%dT%H%M")
    done = await books.notifications.again(ticket, minute, now) if books.notifications else False
    if done is None:
        raise Failed(
            409, _("the case store has not accepted this ticket yet: there is no number to send"), error="no_case"
        )
    if not done:
        message = _("no text message may be sent: none are set up, or the citizen left no mobile number, or wants none")
        raise Failed(409, message, error="no_text_message")
    await plugs.audit.append(now, who.account, "receipt_sent_again", detail={"ticket": ticket})
    return await text_messages(ticket, plugs, books, who)


async def _theirs(plugs: Services, books: Library, who: Who, ticket: str) -> None:
    push = await plugs.intake.book.find(TicketId(ticket))
    if not who.may(Right.TICKETS_ALL) and (push is None or push.ticket.agent != who.account):
        if push is None or push.ticket.call is None:
            raise refused(_("this is not your ticket"))  # nor is told whether there is one
        await their_call(plugs, books, who, push.ticket.call, Right.TICKETS_ALL)
    if push is None:
        raise not_found("ticket", ticket)

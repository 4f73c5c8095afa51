"""Tickets on their way to a person: each as they may see it, and audited first where a reason opened more of it."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.ports import Push

from . import stated_reason, visibility
from .access import Right
from .authorization import Who
from .contract.rest import TicketOut
from .services import Services, reading


async def tell_tickets(
    plugs: Services, who: Who, pushes: Sequence[Push], reason: str = "", *, mine: bool = False, refused: bool = False
) -> list[TicketOut]:
    """``mine``: of a call they had a part in; ``refused``: asked for among the dead letters. Raises 422 for an empty reason."""
    why = stated_reason.maybe(reason)
    if refused or who.may(Right.TICKETS_ALL):
        for push in pushes:
            await plugs.bulk.one(plugs.audit, plugs.clock(), who, "tickets", push.ticket.id)
    plain = [visibility.ticket(who, push, mine=mine, refused=refused) for push in pushes]
    if not why:
        return plain
    shown = [visibility.ticket(who, push, mine=mine, refused=refused, reason=why) for push in pushes]
    if any(before.withheld != after.withheld for before, after in zip(plain, shown, strict=True)):
        reading(plugs, who)
    for before, after in zip(plain, shown, strict=True):
        if before.withheld != after.withheld:
            detail = {"ticket": after.id, "reason": why}
            await plugs.audit.append(
                plugs.clock(), who.account, "confidential_shown", call=after.call or "", detail=detail
            )
    return shown

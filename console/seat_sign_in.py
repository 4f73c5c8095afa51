"""Sitting down and getting up with a session, and what ends with it.

Used by the session and account routes and by the tick that ends sessions whose time is over.
The desk decides who sits where; a session only remembers where it took a seat. No call is ever
cut off here: who talks leaves the seat when the call is over.
"""

from __future__ import annotations

import asyncio

import structlog

from accounts.session import Session
from agents import commands
from agents.commands import Refused
from agents.own_reasons import AgentId, OwnReason
from agents.presence import Presence
from agents.seat_state import Then
from cti.ids import SeatId

from .error_answers import done_or_fail
from .ports import Desk
from .services import Services

log = structlog.get_logger("console")

TICK_SECONDS = 20.0


async def take(plugs: Services, row: Session, seat: str, *, ready: bool) -> None:
    """签入. Taking the seat one sits at already (a reloaded page, a second tab) is agreed to. Raises Failed."""
    asked = commands.LogIn(AgentId(row.account), SeatId(seat), ready, proof=True)
    done_or_fail(await plugs.desk.ask(asked))
    await plugs.sessions.sit(row.id, seat)
    await plugs.audit.append(plugs.clock(), row.account, "seat_taken", detail={"seat": seat, "session": row.id})


async def leave(plugs: Services, row: Session) -> str:
    """签出; '' or 'after_call'. Another session of the same account, attended at the same seat, keeps it there."""
    seat = seat_of(plugs.desk, row)
    if not seat or any(one.seat == seat and one.id != row.id for one in await plugs.sessions.attended(row.account)):
        await plugs.sessions.sit(row.id, "")
        return ""
    answer = await plugs.desk.ask(commands.LogOut(SeatId(seat)))
    if isinstance(answer, Refused):
        later = await plugs.desk.ask(commands.AfterCall(SeatId(seat), Then.LOG_OUT))
        if isinstance(later, Refused):
            log.warning("a seat was not left", seat=seat, account=row.account, why=str(answer.why), then=str(later.why))
            return ""
    after = isinstance(answer, Refused)
    if not after:
        await plugs.sessions.sit(row.id, "")
    detail = {"seat": seat, "session": row.id} | ({"after": "call"} if after else {})
    await plugs.audit.append(plugs.clock(), row.account, "seat_left", detail=detail)
    return "after_call" if after else ""


async def end(plugs: Services, row: Session, by: str, why: str) -> str:
    """Sign out: the seat is left ('' or 'after_call'), the session is over, its stream is told."""
    left = await leave(plugs, row)
    if await plugs.sessions.end(row, why):
        await plugs.audit.append(plugs.clock(), by, why, detail={"session": row.id, "account": row.account})
    return left


async def end_all(plugs: Services, account: str, by: str, why: str, keep: str = "") -> None:
    """Every session of an account but ``keep``."""
    for row in await plugs.sessions.live(account):
        if row.id != keep:
            await end(plugs, row, by, why)


async def rest(plugs: Services, row: Session) -> None:
    """示忙（离席）: the screen locked itself, so nobody is at this session's seat; one that rests already stays as it is."""
    seat = seat_of(plugs.desk, row)
    if not seat or any(one.seat == seat and one.id != row.id for one in await plugs.sessions.attended(row.account)):
        return
    state = next((one.state for one in plugs.desk.seats() if one.seat == seat), "")
    if state in (Presence.READY, Presence.WRAP_UP):
        answer = await plugs.desk.ask(commands.Pause(SeatId(seat), OwnReason.AWAY))
    elif state == Presence.RINGING:
        answer = await plugs.desk.ask(commands.AfterCall(SeatId(seat), Then.PAUSE, OwnReason.AWAY))
    else:
        return
    if isinstance(answer, Refused):
        log.warning("a seat nobody is at was not paused", seat=seat, why=str(answer.why))


def seat_of(desk: Desk, row: Session) -> str:
    """Where this session's account sits now, if it took a seat; the desk may have sent it away since."""
    return row.seat if row.seat and desk.agent_at(SeatId(row.seat)) == row.account else ""


async def tick(plugs: Services) -> None:
    """Forever: sessions whose time is over end, and leave their seats; those nobody is at are locked."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        try:
            for row in await plugs.sessions.overdue():
                await end(plugs, row, row.account, "expired")
            for row in await plugs.sessions.forsaken():
                await rest(plugs, row)
                await plugs.sessions.lock(row.id)  # a stream that stands alone asks nothing, and would show on and on
        except plugs.absent as gone:
            log.warning("sessions could not be looked at", fault=str(gone))

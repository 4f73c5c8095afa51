"""Whose call it is, beyond what the call's own row tells: asked by the routes an agent may use for own calls only.

``Who.owns`` knows the agent a call is at, or was answered by. A call also is one's own while
it rings or is consulted at the own seat, and for good once one talked in it.
"""

from __future__ import annotations

from config.language import say as _
from cti.ids import CallId

from .access import Right
from .authorization import Who, refused
from .error_answers import Failed, not_found
from .ledger_ports import Books
from .ports import CallRow
from .services import Services


async def their_call(plugs: Services, books: Books, who: Who, call: str, right: Right) -> CallRow:
    """The call. 403 when it is another's and they have not ``right``, or when there is none: which calls there are is
    told to who may see them all (404)."""
    row = await plugs.calls.get(CallId(call))
    if row is None:
        raise no_call(who, call, right)
    await must_be_theirs(plugs, books, who, row, right)
    return row


def no_call(who: Who, call: str, right: Right) -> Failed:
    return not_found("call", call) if who.may(right) else refused(_("this is not your call"))


async def must_be_theirs(plugs: Services, books: Books, who: Who, row: CallRow, right: Right) -> None:
    """403 when it is another's and they have not ``right``."""
    if not who.may(right) and not await is_theirs(plugs, books, who, row):
        raise refused(_("this is not your call"))


async def is_theirs(plugs: Services, books: Books, who: Who, row: CallRow) -> bool:
    """They talk in it, it rings at their seat, or they talked in it."""
    if who.owns(row) or at_their_seat(plugs, who, row.call):
        return True
    return await books.agents.talked(who.account, row.call)


def at_their_seat(plugs: Services, who: Who, call: str) -> bool:
    """It rings, is talked in or wrapped up there now."""
    return bool(who.seat) and any(row.seat == who.seat and row.call == call for row in plugs.desk.seats())

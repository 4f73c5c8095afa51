"""Whose call it is, beyond what the call's own row tells: asked by the routes an agent may use for own calls only.

``Who.owns`` knows the agent a call is at, or was answered by. A call also is one's own while
it rings or is consulted at the own seat, and for good once one talked in it.
"""

from __future__ import annotations

from config.language import say as _
from cti.ids import CallId

from .access import Right
from .answers import not_found
from .books import Books
from .door import Who, refused
from .plugs import Plugs
from .ports import CallRow


async def their_call(plugs: Plugs, books: Books, who: Who, call: str, right: Right) -> CallRow:
    """404 without such a call, 403 when it is another's and they have not ``right``."""
    row = await plugs.calls.get(CallId(call))
    if row is None:
        raise not_found("call", call)
    await must_be_theirs(plugs, books, who, row, right)
    return row


async def must_be_theirs(plugs: Plugs, books: Books, who: Who, row: CallRow, right: Right) -> None:
    """403 when it is another's and they have not ``right``."""
    if who.may(right) or who.owns(row) or _at_their_seat(plugs, who, row.call):
        return
    if not await books.agents.talked(who.account, row.call):
        raise refused(_("this is not your call"))


def _at_their_seat(plugs: Plugs, who: Who, call: str) -> bool:
    return bool(who.seat) and any(row.seat == who.seat and row.call == call for row in plugs.desk.seats())

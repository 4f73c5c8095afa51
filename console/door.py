"""Who asks, and may they: what every route takes from here.

``guard.py`` finds out who it is before a byte of the body is read and leaves a ``Who`` in
the request's state. A route names its right, ``who: Annotated[Who, needs(Right.WALL)]``,
or takes ``who: Asking`` when anybody signed in may ask. An agent's own things are told
by ``own_seat`` and ``Who.owns``. Refusals are answered 403 and audited by the guard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from agents.ids import AgentId
from config.language import say as _
from cti.ids import SeatId

from .access import ALL, RIGHTS, Right, Role
from .answers import Failed
from .contract.rest import SeatPath
from .ports import CallRow, SessionRow

TOKEN_ACTOR = "operator"  # noqa: S105 - a name
"""How the audit log and the tickets call whoever came with the installation's token; no account may be named so."""


@dataclass(frozen=True, slots=True)
class Who:
    account: str
    name: str
    role: Role
    rights: frozenset[Right]
    session: str = ""
    """The session's id (not its secret); '' with the installation's token."""
    seat: SeatId = SeatId("")  # noqa: RUF009 - a NewType is its value
    """Where this account sits *now*, by the desk's word; '' nowhere."""
    locked: bool = False

    @property
    def agent(self) -> AgentId:
        """Who acts, for the desk's ``by`` and a ticket's agent; '' with the token, which then names one itself."""
        return AgentId(self.account if self.session else "")

    @property
    def token(self) -> bool:
        """Came with the installation's token: command line, demo, tests."""
        return not self.session

    def may(self, right: Right) -> bool:
        return right in self.rights

    def owns(self, row: CallRow) -> bool:
        """This call is (or was last) the own one: told by the agent, since others sat at the same seat before."""
        return bool(self.session) and row.agent == self.account


BEARER = Who(TOKEN_ACTOR, TOKEN_ACTOR, Role.OPERATOR, ALL)


def who_of(row: SessionRow, seat: str) -> Who:
    """Of a session; ``seat``: where it sits now."""
    role = Role(row.role)
    return Who(row.account, row.name, role, RIGHTS[role], row.id, SeatId(seat), row.locked)


def who_asks(connection: HTTPConnection) -> Who:
    """Of a request or a WebSocket."""
    who = getattr(connection.state, "who", None)
    if not isinstance(who, Who):
        raise Failed(401, _("sign in first"))
    return who


def session_of(connection: HTTPConnection) -> SessionRow:
    """Of routes about the own session: the token has none."""
    row: SessionRow | None = getattr(connection.state, "session", None)
    if row is None:
        raise refused(_("the installation's token has no session"))
    return row


Asking = Annotated[Who, Depends(who_asks)]


Signed = Annotated[SessionRow, Depends(session_of)]


def needs(*rights: Right) -> Any:
    """A dependency that gives the ``Who`` if they have one of ``rights``."""

    async def allowed(who: Asking) -> Who:
        demand(who, *rights)
        return who

    return Depends(allowed)


def demand(who: Who, *rights: Right) -> None:
    """Raise 403 unless they have one of ``rights``."""
    if not any(who.may(right) for right in rights):
        raise refused(_("your role may not do this"))


def own_seat(who: Who, seat: str) -> None:
    """403 unless it is the seat they sit at (the token acts for any).

    Supervisors have no way round it: what they do to others' seats (force, watch, take over)
    are routes of their own, with a reason, audited.
    """
    if not who.token and (not who.seat or who.seat != seat):
        raise refused(_("you do not sit at seat {seat}", seat=seat))


def _own(seat: SeatPath, who: Asking) -> str:
    own_seat(who, seat)
    return seat


OwnSeat = Annotated[str, Depends(_own)]
"""The ``{seat}`` of a path, when it is the own one."""


def refused(message: str) -> Failed:
    return Failed(403, message)

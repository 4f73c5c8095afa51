"""Who asks, and may they: what every route takes from here.

``guard.py`` finds out who it is before a byte of the body is read and leaves a ``Who`` in
the request's state. A route names its right, ``who: Annotated[Who, needs(Right.WALL)]``,
or takes ``who: Asking`` when anybody signed in may ask: that is persons and the installation's token, never a program
with a token of its own, unless the route says by which right (``open_to``). An agent's own things are told
by ``own_seat`` and ``Who.owns``. Refusals are answered 403 and audited by the guard.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from accounts.session import Session
from agents.own_reasons import AgentId
from config.language import say as _
from cti.ids import SeatId

from .access import ALL, RIGHTS, SCOPES, Right, Role, Scope
from .contract.rest import SeatPath
from .error_answers import Failed
from .ports import CallRow

TOKEN_ACTOR = "operator"  # noqa: S105 - a name
"""How the audit log and the tickets call whoever came with the installation's token; no account may be named so."""


@dataclass(frozen=True, slots=True)
class Who:
    account: str
    name: str
    role: Role | None
    """None: a program with a token of its own."""
    rights: frozenset[Right]
    session: str = ""
    """The session's id (not its secret); '' with the installation's token."""
    seat: SeatId = SeatId("")  # noqa: RUF009 - a NewType is its value
    """Where this account sits *now*, by the desk's word; '' nowhere."""
    locked: bool = False
    partner: str = ""
    """Of a program: the partner (110, 12345 …) as which it files and speaks; '' as nobody but itself."""

    @property
    def agent(self) -> AgentId:
        """Who acts, for the desk's ``by`` and a ticket's agent; '' with the token, which then names one itself."""
        return AgentId(self.account if self.session else "")

    @property
    def token(self) -> bool:
        """Came with the installation's token: command line, demo, tests."""
        return not self.session and not self.program

    @property
    def program(self) -> bool:
        """Came with a token of its own: it has its scopes' rights, no seat and nothing that is its own but what it filed."""
        return self.role is None

    def may(self, right: Right) -> bool:
        return right in self.rights

    def owns(self, row: CallRow) -> bool:
        """This call is (or was last) the own one: told by the agent, since others sat at the same seat before."""
        return bool(self.session) and row.agent == self.account


BEARER = Who(TOKEN_ACTOR, TOKEN_ACTOR, Role.OPERATOR, ALL)
PROGRAM = "program:"
"""Before a program's name, wherever an actor stands: no account's id has a colon."""


def who_of_program(name: str, scopes: Iterable[str], partner: str = "") -> Who:
    """A scope of an older version that is none any more gives nothing."""
    known = [SCOPES[Scope(scope)] for scope in scopes if scope in list(Scope)]
    return Who(f"{PROGRAM}{name}", name, None, frozenset().union(*known), partner=partner)


def who_of(row: Session, seat: str) -> Who:
    """Of a session; ``seat``: where it sits now."""
    role = Role(row.role)
    return Who(row.account, row.name, role, RIGHTS[role], row.id, SeatId(seat), row.locked)


def who_asks(connection: HTTPConnection) -> Who:
    """Of a request or a WebSocket."""
    who = getattr(connection.state, "who", None)
    if not isinstance(who, Who):
        raise Failed(401, _("sign in first"))
    return who


def session_of(connection: HTTPConnection) -> Session:
    """Of routes about the own session: the token has none."""
    row: Session | None = getattr(connection.state, "session", None)
    if row is None:
        raise refused(_("the installation's token has no session"))
    return row


def _person(who: Annotated[Who, Depends(who_asks)]) -> Who:
    if who.program:
        raise _out_of_scope()
    return who


Anybody = Annotated[Who, Depends(who_asks)]
"""Programs too: only for a route that asks for a right by itself."""
Asking = Annotated[Who, Depends(_person)]
"""A person, or the installation's token."""


Signed = Annotated[Session, Depends(session_of)]


def needs(*rights: Right, persons: bool = False) -> Any:
    """A dependency that gives the ``Who`` if they have one of ``rights``; ``persons``: and are no program with its own token."""

    async def allowed(who: Anybody) -> Who:
        demand(who, *rights)
        return _person(who) if persons else who

    return Depends(allowed)


def open_to(*rights: Right) -> Any:
    """A dependency that gives the ``Who``: any person (the route itself tells whose is whose), a program with one of ``rights``."""

    async def allowed(who: Anybody) -> Who:
        if who.program:
            demand(who, *rights)
        return who

    return Depends(allowed)


def demand(who: Who, *rights: Right) -> None:
    """Raise 403 unless they have one of ``rights``."""
    if not any(who.may(right) for right in rights):
        if who.program:
            raise _out_of_scope()
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


def _out_of_scope() -> Failed:
    return Failed(403, _("this token's scopes do not open this"), error="scope")


def refused(message: str) -> Failed:
    return Failed(403, message)

"""Programs with tokens of their own. For operators, and the command line (``hotline token``)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from bridge.errors import Problem
from config.language import say as _
from console.access import Right, Scope
from console.authorization import Who, needs, refused
from console.contract.access import ProgramIn, ProgramOut, ProgramTokenOut, RotateIn
from console.contract.rest import DoneOut
from console.error_answers import Failed, invalid, not_found
from console.partner_handovers import partners_of
from console.program_tokens import beyond
from console.proof import must_have_proved
from console.services import Plugged, Services
from ledger.program_tokens import Program

router = APIRouter(prefix="/api/programs", tags=["programs"])

Giver = Annotated[Who, needs(Right.ACCOUNTS)]
_Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,29}$")]


@router.get("", dependencies=[needs(Right.ACCOUNTS)])
async def list_programs(plugs: Plugged) -> list[ProgramOut]:
    """By name, with what was counted; revoked ones too."""
    return [ProgramOut.model_validate(row) for row in await plugs.programs.every()]


@router.post("", status_code=201)
async def make_program(body: ProgramIn, plugs: Plugged, who: Giver) -> ProgramTokenOut:
    """Its token is in this answer and nowhere else. A session gives no scope beyond its own rights."""
    must_have_proved(plugs, who)
    scopes = [Scope(scope) for scope in body.scopes]
    _within(who, scopes)
    _partner(plugs, body.partner)
    made = await plugs.programs.make(who.account, body.name, scopes, body.days, body.partner)
    if made is None:
        raise Failed(409, _("there is a program {name} already: rotate its token", name=body.name))
    return _told(*made)


@router.post("/{name}/rotate")
async def rotate_token(name: _Name, body: RotateIn, plugs: Plugged, who: Giver) -> ProgramTokenOut:
    """Another token for the same scopes."""
    must_have_proved(plugs, who)
    scopes = await plugs.programs.scopes_of(name)
    _within(who, [scope for scope in Scope if scope in scopes])
    _partner(plugs, body.partner or "")
    made = await plugs.programs.rotate(who.account, name, body.days, body.keep_hours, body.partner)
    if made is None:
        raise not_found("program", name)
    return _told(*made)


@router.delete("/{name}")
async def revoke_token(name: _Name, plugs: Plugged, who: Giver) -> DoneOut:
    """At the next request it is nobody. The row stays, for the audit log names it."""
    must_have_proved(plugs, who)
    if not await plugs.programs.revoke(who.account, name):
        raise not_found("program", name)
    return DoneOut()


def _within(who: Who, scopes: list[Scope]) -> None:
    if over := beyond(scopes, who.rights):
        words = " ".join(over)
        raise refused(_("your role may not give {scopes}: at the machine, by hotline token", scopes=words))


def _partner(plugs: Services, partner: str) -> None:
    """Of the settings, so that a slip of the pen binds nobody to a partner that is none."""
    known = partners_of(plugs)
    if partner and partner not in known:
        raise invalid([Problem("partner", _("there is no such partner in the settings"), tuple(sorted(known)))])


def _told(token: str, row: Program) -> ProgramTokenOut:
    return ProgramTokenOut(token=token, program=ProgramOut.model_validate(row))

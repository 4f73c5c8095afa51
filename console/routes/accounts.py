"""Accounts: who may sign in and as what, and the changes that wait for a second person. For operators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from bridge.errors import Problem
from config.language import say as _
from console import seat_sign_in
from console.access import Right
from console.accounts import Done
from console.authorization import Who, needs
from console.contract.access import AccountIn, AccountOut, ChangeOut, ConfirmIn
from console.contract.rest import DoneOut
from console.error_answers import invalid
from console.proof import must_have_proved
from console.services import Plugged, Services
from ledger.account_changes_to_confirm import AccountChange

from .session import proved

router = APIRouter(prefix="/api/accounts", tags=["accounts"])
changes = APIRouter(prefix="/api/account-changes", tags=["accounts"])

_Account = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,20}$")]
_Change = Annotated[int, Path(ge=1, le=2**53)]
Keeper = Annotated[Who, needs(Right.ACCOUNTS)]


@router.get("", dependencies=[needs(Right.ACCOUNTS)])
async def list_accounts(plugs: Plugged) -> list[AccountOut]:
    return [AccountOut.model_validate(row) for row in await plugs.accounts.every()]


@router.put(
    "/{account}", responses={202: {"model": ChangeOut, "description": "another person has to confirm it first"}}
)
async def put_account(
    account: _Account, body: AccountIn, plugs: Plugged, who: Keeper, request: Request, response: Response
) -> AccountOut | ChangeOut:
    """Make or change one: what is absent stays. Another role, another password or a lock ends its sessions at once.

    What changes who may do what wants the own password again (428). What gives a role over others, or a way into an
    account that has one, wants another person's confirmation: 202, and nothing is changed yet.
    """
    if not who.token and await plugs.accounts.rights_change(account, body):
        if body.proof:
            await proved(plugs, who.account, who.session, body.proof, request, "proof")
            plugs.sessions.prove(who.session)
        must_have_proved(plugs, who)
    done = await plugs.accounts.put(who.account, account, body)
    if isinstance(done, Done):
        return await _done(plugs, done)
    response.status_code = 202
    return _change(who, done)


@changes.get("")
async def list_changes(plugs: Plugged, who: Keeper) -> list[ChangeOut]:
    """Those that wait for a second person, the oldest first."""
    return [_change(who, change) for change in await plugs.accounts.waiting()]


@changes.post("/{change}/confirm")
async def confirm_change(change: _Change, body: ConfirmIn, plugs: Plugged, who: Keeper, request: Request) -> AccountOut:
    """By another account than asked for it, and than it is about. With the installation's token that account says its password."""
    by = who.account
    if who.token:
        if not body.account or not body.proof:
            raise invalid([Problem("account", _("say which account confirms, and its password"))])
        by = body.account
    if body.proof:
        await proved(plugs, by, who.session, body.proof, request, "proof")
        if who.session:
            plugs.sessions.prove(who.session)
    must_have_proved(plugs, who)
    return await _done(plugs, await plugs.accounts.confirm(by, change))


@changes.delete("/{change}")
async def decline_change(change: _Change, plugs: Plugged, who: Keeper) -> DoneOut:
    """Nothing comes of it. Who asked for it takes it back so."""
    await plugs.accounts.decline(who.account, change)
    return DoneOut()


async def _done(plugs: Services, done: Done) -> AccountOut:
    for session in await plugs.sessions.unended(done.account.account) if done.ends else ():
        await seat_sign_in.end(plugs, session, done.by, done.ends)
    return AccountOut.model_validate(done.account)


def _change(who: Who, change: AccountChange) -> ChangeOut:
    wanted = change.wanted
    return ChangeOut(
        id=change.id, account=change.account, name=wanted.get("name"), role=wanted.get("role"),
        locked=wanted.get("locked"), password=bool(change.password_hash), unbind=bool(wanted.get("unbind")),
        asked_by=change.asked_by, asked_at=change.asked_at, expires_at=change.expires_at,
        mine=who.account in (change.asked_by, change.account),
    )  # fmt: skip

"""Accounts: who may sign in and as what. For operators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from console import seating
from console.access import Right
from console.contract.access import AccountIn, AccountOut
from console.door import Who, needs
from console.plugs import Plugged

router = APIRouter(prefix="/api/accounts", tags=["accounts"])

_Account = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,20}$")]


@router.get("", dependencies=[needs(Right.ACCOUNTS)])
async def list_accounts(plugs: Plugged) -> list[AccountOut]:
    return [AccountOut.model_validate(row) for row in await plugs.accounts.every()]


@router.put("/{account}")
async def put_account(
    account: _Account, body: AccountIn, plugs: Plugged, who: Annotated[Who, needs(Right.ACCOUNTS)]
) -> AccountOut:
    """Make or change one. Another role, another password or a lock ends its sessions at once."""
    sessions = await plugs.sessions.live(account)
    row, why = await plugs.accounts.put(who.account, account, body)
    for session in sessions if why else ():
        await seating.end(plugs, session, who.account, why)
    return AccountOut.model_validate(row)

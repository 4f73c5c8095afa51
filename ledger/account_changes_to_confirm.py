"""Changes of accounts that one person asked for and another has to confirm. Implements ``console.ports.ChangeBook``.

Kept when they are settled, without the password's hash: who asked, who answered and how. Every method is one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from . import tables as t
from .store import Store

_C = t.account_changes.c


@dataclass(frozen=True, slots=True)
class AccountChange:
    id: int
    account: str
    wanted: Mapping[str, Any]
    """The fields asked for: of name, role, locked, must_change, unbind those that were given."""
    password_hash: str
    """'': no password was asked for."""
    asked_by: str
    asked_at: datetime
    expires_at: datetime


class ChangeShelf:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def ask(
        self, account: str, wanted: Mapping[str, Any], password_hash: str, by: str, at: datetime, expires_at: datetime
    ) -> AccountChange:
        """It waits now; whatever waited for the same account is replaced by it."""
        async with self._store.writing() as db:
            former = sa.update(t.account_changes).where(_C.account_id == account, _C.settled_at.is_(None))
            await db.execute(former.values(settled_at=at, settled_by=by, settled_how="replaced", password_hash=""))
            values = {
                "account_id": account, "wanted": json.dumps(dict(wanted), ensure_ascii=False),
                "password_hash": password_hash, "asked_by": by, "asked_at": at, "expires_at": expires_at,
            }  # fmt: skip
            done = await db.execute(sa.insert(t.account_changes).values(**values))
            ident = int(next(iter(done.inserted_primary_key or ())))
        return AccountChange(ident, account, dict(wanted), password_hash, by, at, expires_at)

    async def waiting(self) -> Sequence[AccountChange]:
        """The oldest first; those whose time is over too, until they are settled."""
        async with self._store.reading() as db:
            wanted = sa.select(t.account_changes).where(_C.settled_at.is_(None)).order_by(_C.change_id)
            rows = (await db.execute(wanted)).all()
        return [
            AccountChange(
                row.change_id, row.account_id, json.loads(row.wanted), row.password_hash, row.asked_by, row.asked_at,
                row.expires_at,
            )
            for row in rows
        ]  # fmt: skip

    async def settle(self, ident: int, at: datetime, by: str, how: str) -> bool:
        """False: it was settled before, by whomever."""
        ending = sa.update(t.account_changes).where(_C.change_id == ident, _C.settled_at.is_(None))
        values = {"settled_at": at, "settled_by": by, "settled_how": how, "password_hash": ""}
        async with self._store.writing() as db:
            return bool((await db.execute(ending.values(**values))).rowcount)

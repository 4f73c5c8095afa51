"""Accounts: who may sign in, and as what. Implements ``console.ports.AccountBook``.

Knows no password, only its hash, and no rule. Every method is one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from . import tables as t
from .store import Store

_A = t.accounts.c
FORMER = 5
"""Passwords of one account that are not taken again: the standing one and four before it."""


@dataclass(frozen=True, slots=True)
class Account:
    account: str
    name: str
    role: str
    password_hash: str
    """'' while no password was given."""
    locked: bool
    """By a person, until a person unlocks it."""
    changed_at: datetime
    must_change: bool = False
    """The password is somebody else's choice."""

    @property
    def has_password(self) -> bool:
        return bool(self.password_hash)


class AccountShelf:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, account: str) -> Account | None:
        async with self._store.reading() as db:
            row = (await db.execute(sa.select(t.accounts).where(_A.account_id == account))).first()
        return _account(row) if row else None

    async def every(self) -> Sequence[Account]:
        async with self._store.reading() as db:
            rows = (await db.execute(sa.select(t.accounts).order_by(_A.account_id))).all()
        return [_account(row) for row in rows]

    async def introduce(self, people: Sequence[tuple[str, str, str]], at: datetime) -> list[tuple[str, str, str]]:
        """The agents of the settings, (id, name, role): new ones are made, known ones get name and role anew.

        Gives those known ones that have another role now, as (id, role before, role).
        """
        changed = []
        async with self._store.writing() as db:
            known = {row.account_id: row for row in (await db.execute(sa.select(t.accounts))).all()}
            for account, name, role in people:
                row = known.get(account)
                if row is None:
                    values = {"account_id": account, "name": name, "role": role, "changed_at": at}
                    await db.execute(sa.insert(t.accounts).values(**values))
                elif (row.name, row.role) != (name, role):
                    change = sa.update(t.accounts).where(_A.account_id == account)
                    await db.execute(change.values(name=name, role=role, changed_at=at))
                    changed += [(account, row.role, role)] if row.role != role else []
        return changed

    async def put(
        self, account: str, name: str, role: str, at: datetime, *, locked: bool, password_hash: str | None,
        must_change: bool = False,
    ) -> bool:  # fmt: skip
        """Make or change; no hash: the password stays. ``must_change``: of a new password. True: it is new."""
        values: dict[str, Any] = {"name": name, "role": role, "locked": locked, "changed_at": at}
        if password_hash is not None:
            values |= {"password_hash": password_hash, "must_change": must_change}
        async with self._store.writing() as db:
            if password_hash is not None:
                values |= await _former(db, account)
            done = await db.execute(sa.update(t.accounts).where(_A.account_id == account).values(**values))
            if done.rowcount:
                return False
            await db.execute(sa.insert(t.accounts).values(account_id=account, **values))
        return True

    async def hashed(self, account: str, password_hash: str, at: datetime | None = None) -> None:
        """A new hash; ``at``: of a new password (none: the old one's, with newer parameters)."""
        values: dict[str, Any] = {"password_hash": password_hash}
        async with self._store.writing() as db:
            if at is not None:
                values |= {"changed_at": at, "must_change": False} | await _former(db, account)
            await db.execute(sa.update(t.accounts).where(_A.account_id == account).values(**values))

    async def former(self, account: str) -> Sequence[str]:
        """Hashes of the password and of those before it, at most ``FORMER`` in all."""
        async with self._store.reading() as db:
            row = (
                await db.execute(sa.select(_A.password_hash, _A.former_hashes).where(_A.account_id == account))
            ).first()
        return [one for one in (row.password_hash, *_list(row.former_hashes)) if one][:FORMER] if row else []

    async def bound(self, account: str, subject: str) -> bool:
        """Is this account that person of the identity provider? Unbound ones are bound now, if nobody else has it."""
        async with self._store.writing() as db:
            rows = (await db.execute(sa.select(_A.account_id).where(_A.subject == subject))).scalars().all()
            if rows:
                return list(rows) == [account]
            mine = sa.update(t.accounts).where(_A.account_id == account, _A.subject == "")
            return bool((await db.execute(mine.values(subject=subject))).rowcount)

    async def unbind(self, account: str) -> None:
        async with self._store.writing() as db:
            await db.execute(sa.update(t.accounts).where(_A.account_id == account).values(subject=""))


async def _former(db: AsyncConnection, account: str) -> dict[str, Any]:
    """The standing hash becomes the first of the former ones."""
    row = (await db.execute(sa.select(_A.password_hash, _A.former_hashes).where(_A.account_id == account))).first()
    if row is None or not row.password_hash:
        return {}
    return {"former_hashes": json.dumps([row.password_hash, *_list(row.former_hashes)][: FORMER - 1])}


def _list(text: str) -> list[str]:
    return list(json.loads(text)) if text else []


def _account(row: sa.Row[Any]) -> Account:
    return Account(
        row.account_id, row.name, row.role, row.password_hash, bool(row.locked), row.changed_at, bool(row.must_change)
    )

"""Accounts: who may sign in, as what, and how often they lately failed. Implements ``console.ports.AccountBook``.

Knows no password, only its hash, and no rule: how many failures are too many is passed in.
Every method is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from . import tables as t
from .store import Store

_A = t.accounts.c


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
    locked_until: datetime | None
    """Rests after too many wrong passwords."""

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

    async def introduce(self, people: Sequence[tuple[str, str, str]], at: datetime) -> None:
        """The agents of the settings, (id, name, role): new ones are made, known ones get name and role anew."""
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

    async def put(
        self, account: str, name: str, role: str, at: datetime, *, locked: bool, password_hash: str | None
    ) -> bool:
        """Make or change; no hash: the password stays. Any such change ends a rest. True: it is new."""
        values: dict[str, Any] = {
            "name": name, "role": role, "locked": locked, "changed_at": at, "failures": 0, "locked_until": None,
        }  # fmt: skip
        if password_hash is not None:
            values["password_hash"] = password_hash
        async with self._store.writing() as db:
            done = await db.execute(sa.update(t.accounts).where(_A.account_id == account).values(**values))
            if done.rowcount:
                return False
            await db.execute(sa.insert(t.accounts).values(account_id=account, **values))
        return True

    async def hashed(self, account: str, password_hash: str, at: datetime | None = None) -> None:
        """A new hash; ``at``: of a new password (none: the old one's, with newer parameters)."""
        values: dict[str, Any] = {"password_hash": password_hash} | ({"changed_at": at} if at else {})
        async with self._store.writing() as db:
            await db.execute(sa.update(t.accounts).where(_A.account_id == account).values(**values))

    async def failed(self, account: str, at: datetime, tries: int, rest_seconds: int) -> bool:
        """One more wrong password; True when it is one too many, and the account rests from now."""
        async with self._store.writing() as db:
            mine = t.accounts.update().where(_A.account_id == account)
            counted = (await db.execute(mine.values(failures=_A.failures + 1).returning(_A.failures))).scalar()
            if counted is None or counted < tries:
                return False
            await db.execute(mine.values(failures=0, locked_until=at + timedelta(seconds=rest_seconds)))
        return True

    async def succeeded(self, account: str) -> None:
        """Failures are forgotten."""
        async with self._store.writing() as db:
            mine = sa.update(t.accounts).where(
                _A.account_id == account, sa.or_(_A.failures > 0, _A.locked_until.isnot(None))
            )
            await db.execute(mine.values(failures=0, locked_until=None))


def _account(row: sa.Row[Any]) -> Account:
    return Account(
        row.account_id, row.name, row.role, row.password_hash, bool(row.locked), row.changed_at, row.locked_until
    )

"""Sessions: who is signed in, where from, at which seat. Implements ``accounts.session.SessionBook``.

They outlive the daemon (a restart signs nobody out). The cookie's secret is never here,
only its SHA-256. A session lives until it is ended, its time is over or its account is
locked; what ``find`` gives lives. Every method is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from accounts.session import Session

from . import tables as t
from .store import Store

_S, _A = t.sessions.c, t.accounts.c
_JOINED = sa.select(*_S, _A.name, _A.role, _A.must_change).select_from(
    t.sessions.join(t.accounts, _S.account_id == _A.account_id)
)


class SessionShelf:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def open(
        self, ident: str, secret_sha256: str, account: str, at: datetime, expires_at: datetime,
        *, address: str, browser: str, how: str = "password",
    ) -> None:  # fmt: skip
        row = {
            "session_id": ident, "secret_sha256": secret_sha256, "account_id": account, "made_at": at, "seen_at": at,
            "expires_at": expires_at, "address": address[:64], "browser": browser[:200], "how": how,
        }  # fmt: skip
        async with self._store.writing() as db:
            await db.execute(sa.insert(t.sessions).values(**row))

    async def find(self, secret_sha256: str, now: datetime) -> Session | None:
        found = await self._read(_alive(now).where(_S.secret_sha256 == secret_sha256))
        return found[0] if found else None

    async def get(self, ident: str, now: datetime) -> Session | None:
        found = await self._read(_alive(now).where(_S.session_id == ident))
        return found[0] if found else None

    async def live(self, now: datetime, account: str = "") -> Sequence[Session]:
        """All, or those of one account; newest first."""
        wanted = _alive(now).where(_S.account_id == account) if account else _alive(now)
        return await self._read(wanted.order_by(_S.made_at.desc(), _S.session_id))

    async def before(self, account: str, at: datetime) -> Session | None:
        """The newest one of this account that began before ``at``, over or not."""
        earlier = _JOINED.where(_S.account_id == account, _S.made_at < at).order_by(_S.made_at.desc()).limit(1)
        found = await self._read(earlier)
        return found[0] if found else None

    async def unended(self, account: str) -> Sequence[Session]:
        """Those that nobody has ended yet, though its account is locked by now or their time is over."""
        return await self._read(_JOINED.where(_S.ended_at.is_(None), _S.account_id == account))

    async def seen(self, ident: str, at: datetime) -> None:
        await self._set(ident, seen_at=at)

    async def lock(self, ident: str, locked: bool) -> None:
        await self._set(ident, locked=locked)

    async def sit(self, ident: str, seat: str) -> None:
        """'': nowhere."""
        await self._set(ident, seat=seat)

    async def end(self, ident: str, at: datetime, why: str) -> bool:
        """False: it had ended before."""
        ending = sa.update(t.sessions).where(_S.session_id == ident, _S.ended_at.is_(None))
        async with self._store.writing() as db:
            return bool((await db.execute(ending.values(ended_at=at, ended_why=why))).rowcount)

    async def overdue(self, now: datetime) -> Sequence[Session]:
        """Those whose time is over (or whose account is locked) and that nobody has ended yet."""
        late = sa.or_(_S.expires_at <= now, _A.locked.is_(sa.true()))
        return await self._read(_JOINED.where(_S.ended_at.is_(None), late))

    async def _read(self, statement: sa.Select[Any]) -> list[Session]:
        async with self._store.reading() as db:
            return [_session(row) for row in (await db.execute(statement)).all()]

    async def _set(self, ident: str, **values: Any) -> None:
        async with self._store.writing() as db:
            await db.execute(sa.update(t.sessions).where(_S.session_id == ident).values(**values))


def _alive(now: datetime) -> sa.Select[Any]:
    return _JOINED.where(_S.ended_at.is_(None), _S.expires_at > now, _A.locked.is_(sa.false()))


def _session(row: sa.Row[Any]) -> Session:
    return Session(
        row.session_id, row.account_id, row.name, row.role, row.made_at, row.seen_at, row.expires_at,
        row.address, row.browser, row.seat, bool(row.locked), row.how, bool(row.must_change),
    )  # fmt: skip

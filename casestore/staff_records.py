"""Staff's accounts, sessions and audit log in the case store's own database: what ``accounts`` is kept in here. Knows no rule.

Every method is one transaction and raises ``Away``. Moments are kept as text, ISO 8601 in UTC.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from accounts.session import Session

from .database import Database
from .staff_tables import staff_accounts, staff_audit, staff_sessions

_A, _S = staff_accounts.c, staff_sessions.c
FORMER = 5
"""Passwords of one account that are not taken again: the standing one and four before it."""
AUDIT_MOST = 200_000
"""Rows kept, the newest; what a stranger can bring about is written at a pace (``accounts.audit_row_limit``)."""
SESSIONS_KEPT = timedelta(days=30)
"""After their end by time; older ones go when somebody signs in."""


@dataclass(frozen=True, slots=True)
class StaffAccount:
    account: str
    name: str
    role: str
    unit: str
    """Of a unit's roles; '' else."""
    password_hash: str
    locked: bool
    must_change: bool
    """The password is somebody else's choice."""
    changed_at: datetime


class StaffAccounts:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, account: str) -> StaffAccount | None:
        def read(db: sa.Connection) -> StaffAccount | None:
            row = db.execute(sa.select(staff_accounts).where(_A.account == account)).one_or_none()
            return None if row is None else _account(row)

        return await self._db.read(read)

    async def every(self) -> list[StaffAccount]:
        return await self._db.read(
            lambda db: [_account(row) for row in db.execute(sa.select(staff_accounts).order_by(_A.account))]
        )

    async def put(
        self, account: str, name: str, role: str, unit: str, at: datetime, *, locked: bool, password_hash: str | None,
        must_change: bool = False,
    ) -> bool:  # fmt: skip
        """Make or change; no hash: the password stays. True: it is new."""

        def write(db: sa.Connection) -> bool:
            values: dict[str, Any] = {"name": name, "role": role, "unit": unit, "locked": locked}
            if password_hash is not None:
                values |= {"password_hash": password_hash, "must_change": must_change, "changed_at": _text(at)}
                values |= _former(db, account)
            if db.execute(sa.update(staff_accounts).where(_A.account == account).values(**values)).rowcount:
                return False
            blank = {"password_hash": "", "must_change": False, "changed_at": _text(at), "former_hashes": "[]"}
            db.execute(sa.insert(staff_accounts).values(**blank | values | {"account": account}))
            return True

        return await self._db.write(write)

    async def hashed(self, account: str, password_hash: str, at: datetime | None = None) -> None:
        """A new hash; ``at``: of a new password (none: the old one's, with newer parameters)."""

        def write(db: sa.Connection) -> None:
            values: dict[str, Any] = {"password_hash": password_hash}
            if at is not None:
                values |= {"changed_at": _text(at), "must_change": False} | _former(db, account)
            db.execute(sa.update(staff_accounts).where(_A.account == account).values(**values))

        await self._db.write(write)

    async def former(self, account: str) -> Sequence[str]:
        """Hashes of the password and of those before it."""

        def read(db: sa.Connection) -> Sequence[str]:
            row = db.execute(sa.select(_A.password_hash, _A.former_hashes).where(_A.account == account)).one_or_none()
            return [] if row is None else [one for one in (row.password_hash, *json.loads(row.former_hashes)) if one]

        return await self._db.read(read)


def _former(db: sa.Connection, account: str) -> dict[str, Any]:
    """The standing hash becomes the first of the former ones."""
    row = db.execute(sa.select(_A.password_hash, _A.former_hashes).where(_A.account == account)).one_or_none()
    if row is None or not row.password_hash:
        return {}
    return {"former_hashes": json.dumps([row.password_hash, *json.loads(row.former_hashes)][: FORMER - 1])}


class StaffSessions:
    """What ``accounts.sessions`` keeps its sessions in."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def open(
        self, ident: str, secret_sha256: str, account: str, at: datetime, expires_at: datetime,
        *, address: str, browser: str, how: str = "password",
    ) -> None:  # fmt: skip
        row = {
            "id": ident, "secret_sha256": secret_sha256, "account": account, "made_at": _text(at), "seen_at": _text(at),
            "expires_at": _text(expires_at), "address": address[:64], "browser": browser[:200], "how": how, "locked": False,
            "ended_at": "", "why": "",
        }  # fmt: skip
        old = sa.delete(staff_sessions).where(_S.expires_at <= _text(at - SESSIONS_KEPT))

        def write(db: sa.Connection) -> None:
            db.execute(old)
            db.execute(sa.insert(staff_sessions).values(**row))

        await self._db.write(write)

    async def find(self, secret_sha256: str, now: datetime) -> Session | None:
        return await self._one(_S.secret_sha256 == secret_sha256, *_lives(now))

    async def get(self, ident: str, now: datetime) -> Session | None:
        return await self._one(_S.id == ident, *_lives(now))

    async def live(self, now: datetime, account: str = "") -> Sequence[Session]:
        return await self._many(*_lives(now), *([_S.account == account] if account else []))

    async def before(self, account: str, at: datetime) -> Session | None:
        return next(iter(await self._many(_S.account == account, _S.made_at < _text(at), most=1)), None)

    async def unended(self, account: str) -> Sequence[Session]:
        return await self._many(_S.account == account, _S.ended_at == "")

    async def overdue(self, now: datetime) -> Sequence[Session]:
        return await self._many(_S.ended_at == "", _S.expires_at <= _text(now))

    async def seen(self, ident: str, at: datetime) -> None:
        await self._change(ident, seen_at=_text(at))

    async def lock(self, ident: str, locked: bool) -> None:
        await self._change(ident, locked=locked)

    async def sit(self, ident: str, seat: str) -> None:
        """There are no seats here."""

    async def end(self, ident: str, at: datetime, why: str) -> bool:
        wanted = sa.update(staff_sessions).where(_S.id == ident, _S.ended_at == "")
        done = wanted.values(ended_at=_text(at), why=why)
        return await self._db.write(lambda db: bool(db.execute(done).rowcount))

    async def _change(self, ident: str, **values: Any) -> None:
        wanted = sa.update(staff_sessions).where(_S.id == ident).values(**values)
        await self._db.write(lambda db: db.execute(wanted) and None)

    async def _one(self, *where: sa.ColumnElement[bool]) -> Session | None:
        return next(iter(await self._many(*where, most=1)), None)

    async def _many(self, *where: sa.ColumnElement[bool], most: int = 500) -> Sequence[Session]:
        wanted = (
            sa.select(staff_sessions, _A.name, _A.role, _A.must_change)
            .join_from(staff_sessions, staff_accounts, _S.account == _A.account)
            .where(*where).order_by(_S.made_at.desc()).limit(most)
        )  # fmt: skip
        return await self._db.read(lambda db: [_session(row) for row in db.execute(wanted)])


def _lives(now: datetime) -> list[sa.ColumnElement[bool]]:
    return [_S.ended_at == "", _S.expires_at > _text(now), _A.locked.is_(False)]


class StaffAudit:
    """What was done at the door: signed in, failed, accounts made and changed. The newest ``AUDIT_MOST``."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def append(self, at: datetime, actor: str, action: str, *, detail: Mapping[str, str]) -> None:
        row = {
            "at": _text(at),
            "actor": actor[:120],
            "action": action,
            "detail": json.dumps(dict(detail), ensure_ascii=False),
        }

        def write(db: sa.Connection) -> None:
            newest = db.execute(sa.insert(staff_audit).values(**row).returning(staff_audit.c.id)).scalar_one()
            db.execute(sa.delete(staff_audit).where(staff_audit.c.id <= newest - AUDIT_MOST))

        await self._db.write(write)

    async def newest(self, most: int) -> list[dict[str, Any]]:
        wanted = sa.select(staff_audit).order_by(staff_audit.c.id.desc()).limit(most)
        return await self._db.read(
            lambda db: [{"at": row.at, "actor": row.actor, "action": row.action, "detail": json.loads(row.detail)}
                        for row in db.execute(wanted)]
        )  # fmt: skip


def _account(row: Row[Any]) -> StaffAccount:
    return StaffAccount(
        row.account, row.name, row.role, row.unit, row.password_hash, bool(row.locked), bool(row.must_change),
        _at(row.changed_at),
    )  # fmt: skip


def _session(row: Row[Any]) -> Session:
    return Session(
        row.id, row.account, row.name, row.role, _at(row.made_at), _at(row.seen_at), _at(row.expires_at), row.address,
        row.browser, "", bool(row.locked), row.how, bool(row.must_change),
    )  # fmt: skip


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)

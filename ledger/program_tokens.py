"""Programs with tokens of their own. Implements ``console.ports.ProgramBook``.

Knows no token, only its SHA-256, and no rule. Every method is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from . import tables as t
from .store import Store

_P = t.programs.c


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    made_by: str
    expires_at: datetime
    token_sha256: str
    former_sha256: str = ""
    """Of the token before the last rotation; good until ``former_until``."""
    former_until: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str = ""
    used: int = 0
    used_at: datetime | None = None
    refused: int = 0
    partner: str = ""
    """110, 12345 …: as whom it files and speaks; '' as nobody but itself."""


class ProgramShelf:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def every(self) -> Sequence[Program]:
        """By name, revoked ones too."""
        async with self._store.reading() as db:
            rows = (await db.execute(sa.select(t.programs).order_by(_P.name))).all()
        return [_program(row) for row in rows]

    async def add(
        self,
        name: str,
        scopes: Sequence[str],
        token_sha256: str,
        at: datetime,
        by: str,
        expires_at: datetime,
        partner: str = "",
    ) -> bool:
        """False: there is one of this name that is not revoked. A revoked one's name may be taken again."""
        values = {
            "scopes": " ".join(scopes), "token_sha256": token_sha256, "made_at": at, "made_by": by,
            "expires_at": expires_at, "former_sha256": "", "former_until": None, "revoked_at": None, "revoked_by": "",
            "used": 0, "used_at": None, "refused": 0, "partner": partner,
        }  # fmt: skip
        async with self._store.writing() as db:
            revoked = (await db.execute(sa.select(_P.revoked_at).where(_P.name == name))).first()
            if revoked is None:
                await db.execute(sa.insert(t.programs).values(name=name, **values))
                return True
            if revoked.revoked_at is None:
                return False
            await db.execute(sa.update(t.programs).where(_P.name == name).values(**values))
        return True

    async def rotate(
        self,
        name: str,
        token_sha256: str,
        expires_at: datetime,
        former_until: datetime | None,
        partner: str | None = None,
    ) -> bool:
        """A new token; ``former_until``: how long the one before goes on, None: it is over; ``partner``: None as it was.
        False: no such program."""
        async with self._store.writing() as db:
            standing = sa.select(_P.token_sha256, _P.expires_at).where(_P.name == name, _P.revoked_at.is_(None))
            row = (await db.execute(standing)).first()
            if row is None:
                return False
            if former_until is not None:  # never longer than it was good for itself
                former_until = min(former_until, row.expires_at)
            values = {
                "token_sha256": token_sha256, "expires_at": expires_at, "former_until": former_until,
                "former_sha256": row.token_sha256 if former_until is not None else "",
            }  # fmt: skip
            if partner is not None:
                values["partner"] = partner
            await db.execute(sa.update(t.programs).where(_P.name == name).values(**values))
        return True

    async def revoke(self, name: str, at: datetime, by: str) -> bool:
        """False: no such program, or it was revoked before."""
        ending = sa.update(t.programs).where(_P.name == name, _P.revoked_at.is_(None))
        async with self._store.writing() as db:
            return bool((await db.execute(ending.values(revoked_at=at, revoked_by=by))).rowcount)

    async def counted(self, name: str, used: int, used_at: datetime | None, refused: int) -> None:
        """So many more uses and refusals; ``used_at``: the last use, None: as it was."""
        values: dict[str, Any] = {"used": _P.used + used, "refused": _P.refused + refused}
        if used_at is not None:
            values["used_at"] = used_at
        async with self._store.writing() as db:
            await db.execute(sa.update(t.programs).where(_P.name == name).values(**values))


def _program(row: sa.Row[Any]) -> Program:
    return Program(
        row.name, tuple(row.scopes.split()), row.made_at, row.made_by, row.expires_at, row.token_sha256,
        row.former_sha256, row.former_until, row.revoked_at, row.revoked_by, row.used, row.used_at, row.refused,
        row.partner,
    )  # fmt: skip

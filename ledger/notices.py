"""Supervisors' notices to the consoles, kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from . import tables as t
from .store import Store

_C = t.notices.c


@dataclass(frozen=True, slots=True)
class Notice:
    id: int
    at: datetime
    by: str
    by_name: str
    text: str
    urgent: bool
    seats: tuple[str, ...]
    """(): everybody."""
    heard: int = 0


class NoticeBook:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(
        self, at: datetime, by: str, by_name: str, text: str, *, urgent: bool, seats: Sequence[str]
    ) -> Notice:
        """Durable when it returns."""
        row = {"at": at, "by": by, "by_name": by_name, "text": text, "urgent": urgent, "seats": list(seats)}
        async with self._store.writing() as db:
            ident = (await db.execute(sa.insert(t.notices).values(row).returning(_C.notice_id))).scalar_one()
        return Notice(int(ident), at, by, by_name, text, urgent, tuple(seats))

    async def heard(self, ident: int, count: int) -> Notice:
        """So many consoles got it at once."""
        async with self._store.writing() as db:
            change = sa.update(t.notices).where(_C.notice_id == ident).values(heard=count)
            return _notice((await db.execute(change.returning(t.notices))).one())

    async def since(self, at: datetime, most: int = 200) -> list[Notice]:
        """The newest first."""
        wanted = sa.select(t.notices).where(_C.at >= at).order_by(_C.at.desc(), _C.notice_id.desc()).limit(most)
        async with self._store.reading() as db:
            rows = (await db.execute(wanted)).all()
        return [_notice(row) for row in rows]


def _notice(r: Any) -> Notice:
    return Notice(r.notice_id, r.at, r.by, r.by_name, r.text, r.urgent, tuple(r.seats), r.heard)

"""Knowledge cards as the centre keeps them, each version a row that stays; and who read which in which call (``bridge/knowledge.py``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bridge.knowledge import Card, CardRead
from cti.ids import CallId

from . import tables as t
from .store import Store

_C, _R = t.knowledge_cards.c, t.knowledge_reads.c
_WORDS = (
    "title", "text", "keywords", "checklist", "scheme", "code_kind", "code", "code_name", "source", "valid_from",
    "valid_until", "retired",
)  # fmt: skip


class VersionTaken(Exception):
    """Somebody wrote this version of the card in the same moment: read it again."""


class KnowledgeBook:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def written(self, since: datetime | None) -> Sequence[Card]:
        """Versions written at this moment and later; None: all there are."""
        wanted = sa.select(t.knowledge_cards).order_by(_C.changed_at)
        if since is not None:
            wanted = wanted.where(_C.changed_at >= since)
        async with self._store.reading() as db:
            return [_card(row) for row in (await db.execute(wanted)).all()]

    async def add(self, cards: Sequence[Card], at: datetime, by: str) -> list[Card]:
        """All or none of them; durable when it returns. Raises VersionTaken."""
        rows = [
            {"card_id": one.id, "version": one.version, **{name: getattr(one, name) for name in _WORDS},
             "changed_at": at, "changed_by": by[:40]}
            for one in cards
        ]  # fmt: skip
        try:
            async with self._store.writing() as db:
                if rows:
                    await db.execute(sa.insert(t.knowledge_cards), rows)
        except IntegrityError:
            raise VersionTaken from None
        return [replace(one, sample=False, changed_at=at, changed_by=by[:40]) for one in cards]

    async def note_read(self, call: CallId, read: CardRead) -> None:
        """Once a version, call and agent: the first time counts."""
        row = {"call_id": call, "card_id": read.card, "version": read.version, "agent": read.agent, "at": read.at}
        async with self._store.writing() as db:
            await db.execute(self._store.insert(t.knowledge_reads).values(row).on_conflict_do_nothing())

    async def reads(self, call: CallId) -> Sequence[CardRead]:
        wanted = sa.select(t.knowledge_reads).where(_R.call_id == call).order_by(_R.at)
        async with self._store.reading() as db:
            found = (await db.execute(wanted)).all()
        return [CardRead(row.at, row.card_id, row.version, row.agent) for row in found]


def _card(r: Any) -> Card:
    words = {name: getattr(r, name) for name in _WORDS}
    return Card(r.card_id, r.version, **words, changed_at=r.changed_at, changed_by=r.changed_by)

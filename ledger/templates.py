"""What is said, and first words of tickets, as supervisors keep them (``bridge/templates.py``)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge.templates import MOST_ROWS, Kind, Template

from . import tables as t
from .store import Store

_C = t.templates.c
_WORDS = ("title", "text", "scheme", "code_kind", "code", "code_name", "retired")


class TemplateBook:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self) -> list[Template]:
        """Retired ones too, the oldest first."""
        wanted = sa.select(t.templates).order_by(_C.template_id).limit(MOST_ROWS)
        async with self._store.reading() as db:
            return [_template(row) for row in (await db.execute(wanted)).all()]

    async def put(self, said: Template, at: datetime, by: str) -> Template:
        """In place of the one with this id, or new; durable when it returns."""
        words = {name: getattr(said, name) for name in _WORDS}
        row = {"template_id": said.id, "kind": str(said.kind), **words, "changed_at": at, "changed_by": by}
        async with self._store.writing() as db:
            known = (await db.execute(sa.update(t.templates).where(_C.template_id == said.id).values(row))).rowcount
            if not known:
                await db.execute(sa.insert(t.templates).values(row))
        return replace(said, sample=False, changed_at=at, changed_by=by)


def _template(r: Any) -> Template:
    return Template(
        r.template_id, Kind(r.kind), **{name: getattr(r, name) for name in _WORDS}, changed_at=r.changed_at,
        changed_by=r.changed_by,
    )  # fmt: skip

"""Alarms as the ledger keeps them: raised, cleared, acknowledged; what stands, and the history.

Written by ``hotline/alarms/alarm_service.py`` in the order in which they were decided; ids are given there,
so that an alarm can be shown before the ledger has it. Telling the same twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from config.language import LANGUAGES, packed, speaking, unpacked

from . import tables as t
from .store import Store

_C = t.alarms.c
UNSEEN = timedelta(days=7)
"""How long a cleared alarm waits to be acknowledged before it is history alone."""
MOST = 500


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """The fields of ``console.contract.stream.AlarmOut``, and the note."""

    id: int
    at: datetime
    kind: str
    severity: str
    subject: str
    detail: str
    call: str = ""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    cleared_at: datetime | None = None
    note: str = ""
    said: str = ""
    """The detail as it is kept to be said in another language (``config.language.packed``); '' it is not known."""

    @property
    def texts(self) -> dict[str, str]:
        """Language → the detail in it; empty where it can be said in no other."""
        kept = self.said or packed(self.detail)
        found = {}
        for language in LANGUAGES if kept else ():
            with speaking(language):
                found[language] = str(unpacked(kept, self.detail))
        return found


class AlarmBook:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, row: AlarmRow) -> None:
        """This alarm as it is now; what an older row said of it is overwritten."""
        values = {
            "alarm_id": row.id, "at": row.at, "kind": row.kind, "severity": row.severity, "subject": row.subject[:80],
            "call_id": row.call, "detail": str(row.detail), "cleared_at": row.cleared_at,
            "acknowledged_at": row.acknowledged_at, "acknowledged_by": row.acknowledged_by, "note": row.note,
            "said": row.said or packed(row.detail),
        }  # fmt: skip
        async with self._store.writing() as db:
            await db.execute(self._store.upsert(t.alarms, list(values)).values(values))

    async def open(self, now: datetime) -> list[AlarmRow]:
        """Standing, or not acknowledged and young enough; the oldest first. Too many: those that stand before all others."""
        unseen = sa.and_(_C.acknowledged_at.is_(None), _C.at > now - UNSEEN)
        wanted = sa.select(t.alarms).where(sa.or_(_C.cleared_at.is_(None), unseen))
        rows = await self._read(wanted.order_by(_C.cleared_at.is_not(None), _C.at.desc()).limit(MOST))
        return sorted(rows, key=lambda row: (row.at, row.id))

    async def history(self, since: datetime | None, until: datetime | None, most: int) -> list[AlarmRow]:
        """The newest first."""
        wanted = sa.select(t.alarms).order_by(_C.at.desc(), _C.alarm_id.desc()).limit(max(1, min(most, MOST)))
        if since is not None:
            wanted = wanted.where(_C.at >= since)
        if until is not None:
            wanted = wanted.where(_C.at < until)
        return await self._read(wanted)

    async def _read(self, wanted: sa.Select[tuple[object]]) -> list[AlarmRow]:
        async with self._store.reading() as db:
            rows: Sequence[sa.Row[tuple[object]]] = (await db.execute(wanted)).all()
        return [
            AlarmRow(
                r.alarm_id,
                r.at,
                r.kind,
                r.severity,
                r.subject,
                r.detail,
                r.call_id,
                r.acknowledged_by,
                r.acknowledged_at,
                r.cleared_at,
                r.note,
                r.said,
            )
            for r in rows
        ]

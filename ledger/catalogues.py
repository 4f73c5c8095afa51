"""Editions of the city's catalogue: added, activated, withdrawn; never changed, never deleted. Each method is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bridge.catalogues.edition import CodeKey, Edition, EditionCode, EditionUnits
from bridge.catalogues.filing_conditions import Condition
from config.work_time import Reading, TimeLimit, Unit

from . import tables as t
from .store import Store

_E = t.catalogue_editions.c
_PRIMARY, _AUTHORITY = "primary", "authority"


@dataclass(frozen=True, slots=True)
class EditionRow:
    """What is known of an edition besides its rows."""

    id: int
    scheme: str
    version: str
    name: str
    valid_from: date
    reading: Reading
    source: str
    sha256: str
    imported_at: datetime
    imported_by: str
    activated_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def state(self) -> str:
        """'imported', 'active' or 'withdrawn'."""
        if self.activated_at is None:
            return "imported"
        return "active" if self.withdrawn_at is None else "withdrawn"


class EditionTaken(Exception):
    """There is an edition of this scheme and version already: another one needs another version."""


class CatalogueTable:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, edition: Edition, at: datetime, by: str, source: str, sha256: str) -> int:
        """Its id. Raises EditionTaken."""
        head = {
            "scheme": edition.scheme, "version": edition.version, "name": edition.name[:200],
            "valid_from": edition.valid_from, "work_day": str(edition.reading), "source": source[:300], "sha256": sha256,
            "imported_at": at, "imported_by": by[:40],
        }  # fmt: skip
        try:
            async with self._store.writing() as db:
                ident = (
                    await db.execute(sa.insert(t.catalogue_editions).values(head).returning(_E.edition_id))
                ).scalar_one()
                for table, rows in (
                    (t.catalogue_codes, _codes(edition)),
                    (t.catalogue_conditions, _conditions(edition)),
                    (t.catalogue_units, _units(edition)),
                ):
                    if rows:
                        await db.execute(sa.insert(table), [{"edition_id": ident, **row} for row in rows])
        except IntegrityError:
            raise EditionTaken(f"{edition.scheme} {edition.version}") from None
        return int(ident)

    async def activate(self, scheme: str, version: str, at: datetime, by: str) -> EditionRow | None:
        """From its date on; again after it was withdrawn. None: there is no such edition."""
        values = {"activated_at": at, "activated_by": by[:40], "withdrawn_at": None, "withdrawn_by": ""}
        return await self._change(sa.and_(_E.scheme == scheme, _E.version == version), values)

    async def withdraw(self, scheme: str, version: str, at: datetime, by: str) -> EditionRow | None:
        """Offered no more; None: there is no such active edition."""
        active = sa.and_(_E.activated_at.is_not(None), _E.withdrawn_at.is_(None))
        return await self._change(
            sa.and_(_E.scheme == scheme, _E.version == version, active), {"withdrawn_at": at, "withdrawn_by": by[:40]}
        )

    async def rows(self) -> list[EditionRow]:
        """All of them, the first imported first."""
        async with self._store.reading() as db:
            return [_row(row) for row in await db.execute(sa.select(t.catalogue_editions).order_by(_E.edition_id))]

    async def load(self, row: EditionRow) -> Edition:
        """The whole edition."""
        async with self._store.reading() as db:
            codes, conditions, units = [
                (await db.execute(sa.select(table).where(table.c.edition_id == row.id).order_by(*order))).all()
                for table, order in (
                    (t.catalogue_codes, (t.catalogue_codes.c.place,)),
                    (t.catalogue_conditions, (t.catalogue_conditions.c.number,)),
                    (t.catalogue_units, (t.catalogue_units.c.number,)),
                )
            ]
        held: dict[CodeKey, list[Condition]] = {}
        for one in conditions:
            held.setdefault((one.kind, one.code), []).append(_condition(one))
        named: dict[CodeKey, dict[str, list[str]]] = {}
        for one in units:
            named.setdefault((one.kind, one.code), {}).setdefault(one.role, []).append(one.name)
        return Edition(
            row.scheme, row.version, row.valid_from, row.reading,
            tuple(EditionCode(one.kind, one.code, one.name, one.major, one.major_name) for one in codes),
            {key: tuple(ones) for key, ones in held.items()},
            {
                key: EditionUnits(tuple(of.get(_PRIMARY, ())), tuple(of.get(_AUTHORITY, ()))) for key, of in named.items()
            },
            row.name,
        )  # fmt: skip

    async def _change(self, which: sa.ColumnElement[bool], values: dict[str, Any]) -> EditionRow | None:
        async with self._store.writing() as db:
            change = sa.update(t.catalogue_editions).where(which).values(values).returning(t.catalogue_editions)
            row = (await db.execute(change)).first()
            return _row(row) if row is not None else None


def _codes(edition: Edition) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind,
            "code": one.code,
            "place": n,
            "name": one.name,
            "major": one.major,
            "major_name": one.major_name,
        }
        for n, one in enumerate(edition.codes)
    ]


def _conditions(edition: Edition) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind, "code": code, "number": one.number, "filing": one.text, "closing": one.close,
            "limit_value": one.limit.value, "limit_unit": str(one.limit.unit), "limit_text": one.limit_text[:80],
            "stage": one.stage,
        }
        for (kind, code), ones in edition.conditions.items() for one in ones
    ]  # fmt: skip


def _units(edition: Edition) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "code": code, "role": role, "number": n, "name": name[:100]}
        for (kind, code), units in edition.units.items()
        for role, names in ((_PRIMARY, units.primary), (_AUTHORITY, units.authority))
        for n, name in enumerate(names, 1)
    ]


def _condition(r: Any) -> Condition:
    return Condition(r.number, r.filing, r.closing, TimeLimit(r.limit_value, Unit(r.limit_unit)), r.limit_text, r.stage)


def _row(r: Any) -> EditionRow:
    return EditionRow(
        r.edition_id, r.scheme, r.version, r.name, r.valid_from, Reading(r.work_day), r.source, r.sha256, r.imported_at,
        r.imported_by, r.activated_at, r.withdrawn_at,
    )  # fmt: skip


def active(rows: Sequence[EditionRow]) -> list[EditionRow]:
    """Those that may be in force, the last activated last."""
    return sorted(
        (row for row in rows if row.state == "active" and row.activated_at), key=lambda row: (row.activated_at, row.id)
    )

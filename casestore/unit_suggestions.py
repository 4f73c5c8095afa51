"""Which unit a case may go to, each with the reason: a ruling, the directory's word at filing, and who dealt with the like. Never a guess.

Over ``database.py``; nothing found is an empty list, and the dispatcher decides.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from config.language import sentence

from .database import Database
from .tables import cases

_C = cases.c
Confidence = Literal["ruled", "high", "middle", "low"]
LOOKED_AT = 1000
"""The newest cases a unit has handled, so many."""
LIKE_LEAST, OFTEN = 2, 5
"""One case of the kind is no custom."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What makes two cases alike: the code, and the district or street."""

    code: str
    area: str


@dataclass(frozen=True, slots=True)
class Suggested:
    unit: str
    reason: str
    """A sentence of the catalogue: said in the language of whoever asks, which a thread does not know."""
    confidence: Confidence


class UnitSuggestions:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def of(self, number: str) -> list[Suggested] | None:
        """The likeliest first; None: there is no such case. Raises ``Away``."""
        return await self._db.read(lambda db: _of(db, number))


def _of(db: sa.Connection, number: str) -> list[Suggested] | None:
    case = db.execute(sa.select(_C.ticket, _C.bound).where(_C.number == number)).one_or_none()
    if case is None:
        return None
    ticket: dict[str, Any] = json.loads(case.ticket)
    found: dict[str, Suggested] = {}

    def add(unit: Any, reason: str, confidence: Confidence) -> None:
        if isinstance(unit, str) and unit:
            found.setdefault(unit, Suggested(unit, reason, confidence))

    add(case.bound, sentence("the centre has ruled that it is this unit's"), "ruled")
    add(ticket.get("unit_confirmed"), sentence("the seat confirmed this unit when the case was filed"), "high")
    add(ticket.get("unit_suggested"), sentence("the directory names it for this code and place"), "middle")
    kind = kind_of(ticket)
    if kind is not None:
        for unit, count in _those_who_had(db, kind, number):
            reason = sentence(
                "it has dealt with {count} cases of code {code} in {area}",
                count=count,
                code=kind.code,
                area=kind.area or "—",
            )
            add(unit, reason, "middle" if count >= OFTEN else "low")
    return list(found.values())


def kind_of(ticket: dict[str, Any]) -> _Kind | None:
    """None: it has no code, and is like no other."""
    subject, place = ticket.get("subject") or {}, ticket.get("place") or {}
    if not isinstance(subject, dict) or not isinstance(place, dict) or not subject.get("code"):
        return None
    area = [str(one) for one in place.get("area") or ()]
    return _Kind(
        f"{subject.get('scheme', '')} {subject.get('kind', '')} {subject['code']}".strip(), " ".join(area[1:3])
    )


def _those_who_had(db: sa.Connection, kind: _Kind, number: str) -> list[tuple[str, int]]:
    wanted = (
        sa.select(_C.unit, _C.ticket).where(_C.handled_at != "", _C.unit != "", _C.number != number)
        .order_by(_C.number.desc()).limit(LOOKED_AT)
    )  # fmt: skip
    counted = Counter(row.unit for row in db.execute(wanted) if kind_of(json.loads(row.ticket)) == kind)
    return [(unit, count) for unit, count in counted.most_common(3) if count >= LIKE_LEAST]

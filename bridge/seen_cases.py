"""What a case store that only shows how its cases are now has shown: what changed since, in the order in which it was seen.

Such a store has neither a history nor a sequence: the driver asks for all, and this keeps of each case what was told last.
Lives in memory; after a start everything is told again, which changes nothing in a ledger that knows it.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from bridge.case_state import CaseState
from bridge.drivers import CaseEvent, Heard

log = structlog.get_logger("hearing")


@dataclass(frozen=True, slots=True)
class Shown:
    """A case as its store shows it."""

    key: str
    """Of the message that filed it."""
    number: str
    state: CaseState
    updated: datetime | None
    """None: it does not say."""
    word: str = ""
    unit: str = ""
    note: str = ""


class SeenCases:
    def __init__(self) -> None:
        self._boot = secrets.token_hex(6)
        self._last = 0
        self._told: OrderedDict[str, tuple[int, CaseEvent]] = OrderedDict()
        """Key → place and what was told of it, in the order of the places."""

    def number(self, key: str) -> str | None:
        found = self._told.get(key)
        return found[1].case_number if found else None

    def keys(self) -> list[str]:
        return list(self._told)

    def take(self, rows: Iterable[Shown], now: datetime) -> None:
        """In the store's order of making them: of two cases with one key the first counts."""
        for row in rows:
            event = self._event(row, now)
            if event is not None:
                self._last += 1
                self._told[row.key] = (self._last, event)
                self._told.move_to_end(row.key)

    def after(self, mark: str, most: int) -> Heard:
        """From the beginning where the mark is none of this life's."""
        boot, _colon, place = mark.partition(":")
        known = boot == self._boot and place.isascii() and place.isdigit() and len(place) < 19
        since = int(place) if known else 0
        if since > self._last:
            since = 0
        told: list[tuple[int, CaseEvent]] = []
        for one in reversed(self._told.values()):
            if one[0] <= since:
                break
            told.append(one)
        told.reverse()
        now = told[:most]
        here = now[-1][0] if now else since
        return Heard(tuple(event for _at, event in now), f"{self._boot}:{here}", len(told) > most)

    def _event(self, row: Shown, now: datetime) -> CaseEvent | None:
        found = self._told.get(row.key)
        sequence = int((row.updated or now).timestamp() * 1000)
        new = CaseEvent(
            row.key, row.number, max(sequence, 1), row.state, (row.updated or now).astimezone(UTC), row.word[:80], row.unit[:200], row.note[:2000]
        )  # fmt: skip
        if found is None:
            return new
        old = found[1]
        if old.case_number != row.number:
            log.warning(
                "two cases of one matter in the case store", key=row.key, first=old.case_number, other=row.number
            )
            return None
        same = (old.state, old.word, old.unit, old.note) == (new.state, new.word, new.unit, new.note)
        if same or (row.updated is not None and new.sequence < old.sequence):
            return None
        return replace(new, sequence=max(new.sequence, old.sequence + 1))

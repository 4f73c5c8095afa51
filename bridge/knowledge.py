"""Knowledge cards (知识卡): what an agent tells who asks, and what he is told all at once (一次性告知), version by version. Pure.

A version is never changed nor deleted: tickets and calls cite ``CARD:VERSION``, and what was told last year must be readable next year.
The centre's own are rows of the ledger (``ledger/knowledge.py``); the samples that come with us are the first version of their card,
so that the centre's own word on it is the second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from .shipped_tables import rows

MOST_CARDS = 5_000
MOST_VERSIONS = 999
"""Of one card."""
SAMPLES_FROM = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Card:
    """One version of a card."""

    id: str
    version: int
    title: str
    text: str
    """The answer."""
    keywords: str = ""
    """What citizens call it, with blanks or 、 between."""
    checklist: str = ""
    """What who asks is told all at once: papers, counters, hours; one a line."""
    scheme: str = ""
    code_kind: str = ""
    code: str = ""
    code_name: str = ""
    source: str = ""
    """The rule or office it is taken from."""
    valid_from: date = SAMPLES_FROM
    valid_until: date | None = None
    """Its last day."""
    retired: bool = False
    sample: bool = False
    changed_at: datetime | None = None
    changed_by: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.keywords.replace("、", " ").split())

    @property
    def key(self) -> str:
        """As it is cited."""
        return f"{self.id}:{self.version}"


@dataclass(frozen=True, slots=True)
class CardRead:
    """Somebody read a card in a call."""

    at: datetime
    card: str
    version: int
    agent: str


@cache
def samples() -> tuple[Card, ...]:
    return tuple(
        Card(
            row["id"], 1, row["title"], row["text"], row["keywords"], row["checklist"].replace("|", "\n"), row["scheme"],
            row["code_kind"], row["code"], row["code_name"], row["source"], sample=True,
        )
        for row in rows("knowledge-sample.csv")
    )  # fmt: skip


def by_card(own: Iterable[Card]) -> dict[str, list[Card]]:
    """Each card's versions, newest first; the samples with them."""
    found: defaultdict[str, list[Card]] = defaultdict(list)
    for one in (*own, *samples()):
        found[one.id].append(one)
    for versions in found.values():
        versions.sort(key=lambda one: one.version, reverse=True)
    return dict(found)


def standing(versions: Sequence[Card], day: date) -> Card | None:
    """Of one card's versions, newest first: the one in force on a day. The newest that has begun counts; retired or over, none does."""
    begun = next((one for one in versions if one.valid_from <= day), None)
    if begun is None or begun.retired or (begun.valid_until is not None and begun.valid_until < day):
        return None
    return begun

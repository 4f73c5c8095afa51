"""What is said to citizens (话术), and first words of a ticket's content by its code: the samples that come with us, and finding one
as one types. Pure.

The centre's own are rows of the ledger (``ledger/templates.py``). A row with a sample's id stands in its place; a retired row
hides it. So nothing is written until a supervisor changes something, and what is a sample says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from .offered_texts import best
from .shipped_tables import rows

PLACE = "{地点}"
"""Stands in a text of content for the ticket's address."""
MOST_ROWS = 2_000
"""Kept by a centre: far more than anybody can remember."""


class Kind(StrEnum):
    SPOKEN = "spoken"  # 话术: said to the citizen
    CONTENT = "content"  # first words of 诉求内容


@dataclass(frozen=True, slots=True)
class Template:
    id: str
    kind: Kind
    title: str
    text: str
    scheme: str = ""
    code_kind: str = ""
    code: str = ""
    code_name: str = ""
    """Of content: the code it is offered for; '' whatever the code."""
    sample: bool = False
    """Came with us, and nobody has looked at it yet."""
    retired: bool = False
    changed_at: datetime | None = None
    changed_by: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        return ()


@cache
def samples() -> tuple[Template, ...]:
    return tuple(
        Template(
            row["id"], Kind(row["kind"]), row["title"], row["text"], row["scheme"], row["code_kind"], row["code"],
            row["code_name"], sample=True,
        )
        for row in rows("templates-sample.csv")
    )  # fmt: skip


def standing(own: Sequence[Template]) -> list[Template]:
    """What is offered: the centre's own, then the samples that nobody replaced or retired."""
    known = {one.id for one in own}
    return [*(one for one in own if not one.retired), *(one for one in samples() if one.id not in known)]


def found(
    offered: Iterable[Template], typed: str, kind: str = "", code: tuple[str, str, str] = ("", "", ""), most: int = 30
) -> list[Template]:
    """Best first: those of this code (scheme, kind, code) before others (``offered_texts.best``)."""
    return best((one for one in offered if not kind or one.kind == kind), typed, code, most)

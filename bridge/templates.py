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

from .shipped_tables import rows
from .typed_names import folded, rank

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
    """Best first: those of this code (scheme, kind, code) before others, by title, its initials and pinyin, then by the text.

    Nothing typed: those of the code, and those of none; what belongs to another code is found by its name alone.
    """
    wanted = folded(typed)
    ranked: list[tuple[int, int, int, Template]] = []
    for place, one in enumerate(offered):
        if kind and one.kind != kind:
            continue
        of_code = 0 if one.code and (one.scheme, one.code_kind, one.code) == code else 1
        if not wanted:
            if one.code and of_code:
                continue
            named = 0
        else:
            ranks = (rank(wanted, "", one.title), rank(wanted, one.code, one.code_name))
            known = [each for each in ranks if each is not None]
            if not known and wanted not in folded(one.text):
                continue
            named = min(known, default=99)
        ranked.append((of_code if not wanted else 0, named, place, one))
    return [one for *_order, one in sorted(ranked, key=lambda row: row[:3])[:most]]

"""Filing conditions of a code: a limit hangs on a condition, and most codes have several.

The shipped ones are other cities' (sample) and say so. Codes that have none of their own get those of their match in the other
national table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bridge.cases.limit_texts import read_limit
from bridge.shipped_tables import rows
from config.work_time import Reading, TimeLimit, Unit

from .crosswalk import VERSIONS, Key, crosswalk

HANDLE = "handle"


@dataclass(frozen=True, slots=True)
class Condition:
    """立案条件 of one code, with what it takes to close it (结案条件)."""

    number: int
    """From 1, in the table's order."""
    text: str
    """'': the code has one limit, whatever the case."""
    close: str
    limit: TimeLimit
    limit_text: str
    """As it was written; '' where only value and unit were."""
    stage: str = HANDLE
    """What is to be done by then (``limit_texts.STAGES``)."""
    sample: bool = False
    """Of another city."""
    source: str = ""
    reading: Reading | None = None
    """What its working days mean; None: as the settings say."""


def chosen(conditions: Sequence[Condition], text: str = "") -> Condition | None:
    """The one that was named, else the first that is about handling the matter, else the first; None: there is none such."""
    if text:
        return next((one for one in conditions if one.text == text), None)
    return next((one for one in conditions if one.stage == HANDLE), conditions[0] if conditions else None)


@cache
def shipped() -> Mapping[Key, tuple[Condition, ...]]:
    """Of both national tables."""
    found: dict[Key, list[Condition]] = {}
    for row in rows("limits-sample.csv"):
        key = (row["scheme"], VERSIONS[row["scheme"]], row["kind"], row["code"])
        mine = found.setdefault(key, [])
        if mine and mine[0].source != row["source"]:  # of one city a code: two would contradict one another
            continue
        limit, stage = TimeLimit(int(row["limit_value"]), Unit(row["limit_unit"])), row["stage"]
        if row["limit_text"]:
            said = read_limit(row["limit_text"])
            limit, stage = said.limit, said.stage
        mine.append(
            Condition(
                len(mine) + 1, row["condition"], row["close_condition"], limit, row["limit_text"].strip(), stage,
                sample=True, source=row["source"],
            )
        )  # fmt: skip
    made = {key: tuple(ones) for key, ones in found.items()}
    for key, match in crosswalk().items():
        if key not in made and match in found:
            made[key] = tuple(replace(one, source=f"{one.source} ({' '.join(match)})") for one in found[match])
    return made

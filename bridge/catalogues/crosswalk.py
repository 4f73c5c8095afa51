"""One national table's codes in the other, by meaning: the same digits mean different things in the two.

0401 is a road that caves in by CJ/T 214 and a hawker by GB/T 30428.2: whatever goes by digits names scheme, version, kind and code.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bridge.shipped_tables import rows

Key = tuple[str, str, str, str]
"""Scheme, version, kind, code."""

OLD, NEW = "CJ/T 214", "GB/T 30428.2"
VERSIONS = {OLD: "2007", NEW: "2013"}
"""Of the tables that are shipped."""
TABLES = {OLD: "codes.csv", NEW: "codes-gbt30428.csv"}


@cache
def crosswalk() -> Mapping[Key, Key]:
    """Both ways: events by the table made by hand, parts and the rest by the same name."""
    pairs: list[tuple[Key, Key]] = []
    for row in rows("codes-crosswalk.csv"):
        if row["to_code"]:
            pairs.append((_key(OLD, "event", row["from_code"]), _key(NEW, "event", row["to_code"])))
    matched = {key for pair in pairs for key in pair}
    names: dict[tuple[str, str], Key] = {}
    for scheme in (OLD, NEW):
        for row in rows(TABLES[scheme]):
            key = _key(scheme, row["kind"], row["code"])
            other = names.get((row["kind"], row["name"])) if scheme == NEW else None
            if scheme == OLD:
                names[row["kind"], row["name"]] = key
            elif other is not None and not {key, other} & matched:
                pairs.append((other, key))
    return dict(pairs) | {new: old for old, new in reversed(pairs)}


def _key(scheme: str, kind: str, code: str) -> Key:
    return scheme, VERSIONS[scheme], kind, code

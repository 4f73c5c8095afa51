"""Settings that went: for one version they are still read, do nothing, and are told of. Pure.

A file that was written for the version before starts as it is; ``hotline check`` and the daemon's log name the line
that can be struck out. An entry goes from here with the next version, and is then refused as unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .language import say as _

RETIRED: Mapping[tuple[str, str], str] = {
    ("centre", "city_code"): "0.2",
    ("recording", "retention_months"): "0.2",  # was never in force; [retention] recordings_months is
}
"""Section and field → the version from which on it is refused."""


def without(raw: Mapping[str, Any]) -> dict[str, Any]:
    """``raw`` without them; nothing of ``raw`` itself changes."""
    kept = dict(raw)
    for section, field in _found(raw):
        kept[section] = {name: value for name, value in kept[section].items() if name != field}
    return kept


def remarks(raw: Mapping[str, Any]) -> list[str]:
    """A sentence for each that stands in the file."""
    return [
        _("{field} does nothing any more, and is refused from version {version} on: strike it out",
          field=f"{section}.{field}", version=RETIRED[section, field])
        for section, field in _found(raw)
    ]  # fmt: skip


def _found(raw: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (section, field)
        for section, field in RETIRED
        if isinstance(raw.get(section), Mapping) and field in raw[section]
    ]

"""What a gazetteer holds, and what is offered of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .coordinates import Point


@dataclass(frozen=True, slots=True)
class PlaceName:
    """One place as a file tells it."""

    name: str
    type: str = ""
    """road, residential, school …: a word of the file's."""
    district: str = ""
    street: str = ""
    community: str = ""
    """Names; '' not told."""
    point: Point | None = None
    accuracy: str = ""
    """'A' 0.5 m, 'B' 1 m, 'C' 10 m, 'D' worse; '' not told."""
    aliases: tuple[str, ...] = ()
    source: str = ""
    """Whose it is, as it must be said beside it: '© OpenStreetMap contributors, ODbL'."""
    sample: bool = False
    """Made up or unchecked: good for a demo, wrong for a city."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be meant, with all that a ticket wants to know of it."""

    name: str
    type: str
    alias: str
    """By which other name it was found; '' by its own."""
    district: str
    street: str
    community: str
    division: str
    """12 digits of the finest of these that is known, zeros at its end; '' none."""
    grid_code: str
    lng: float | None
    lat: float | None
    crs: str
    accuracy: str
    source: str
    sample: bool
    score: float = 0.0
    """0 to 100: how well it fits what was typed."""
    crossing: str = ""
    """The other road, where a crossing of two was asked for."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What is known of a point."""

    grid_code: str
    sample: bool
    division: str
    area: Sequence[str]
    """District, street, community: as many as are known."""
    lng: float
    lat: float
    """In WGS-84, as maps are drawn."""
    odd: str
    """'' | 'swapped' | 'outside', as ``coordinates.oddness`` has it."""

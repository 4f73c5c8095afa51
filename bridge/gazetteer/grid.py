"""单元网格: the ground in cells, and in which one a point lies. Pure; microseconds a point, without a library.

Cells are polygons in WGS-84; a cell with holes or in several pieces is a list of rings, and a point is inside when a ray
from it crosses an odd number of edges of all of them. Cells lie in buckets about as wide as themselves.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .coordinates import Bounds, Crs, Point, convert

Ring = tuple[float, ...]
"""lng, lat, lng, lat … of one line round; the last point need not be the first again."""
_MOST_BUCKETS = 64
"""Of one cell: a cell far larger than the others (an island, the sea) is looked at from a list of its own."""


@dataclass(frozen=True, slots=True)
class Cell:
    code: str
    """14 or 15 digits: 12 of the community (or 9 of the street), then its number there."""
    rings: tuple[Ring, ...]
    sample: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        lngs = [value for ring in self.rings for value in ring[0::2]]
        lats = [value for ring in self.rings for value in ring[1::2]]
        return min(lngs), min(lats), max(lngs), max(lats)

    def hold(self, lng: float, lat: float) -> bool:
        inside = False
        for ring in self.rings:
            x1, y1 = ring[-2], ring[-1]
            for x2, y2 in zip(ring[0::2], ring[1::2], strict=True):
                if (y1 > lat) != (y2 > lat) and lng < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
                    inside = not inside
                x1, y1 = x2, y2
        return inside


@dataclass(frozen=True, slots=True)
class Outline:
    """Of a division, to be drawn: nothing is decided by it."""

    code: str
    name: str
    level: str
    rings: tuple[Ring, ...]
    """Of WGS-84."""
    sample: bool = False


class Grid:
    def __init__(self, cells: Iterable[Cell]) -> None:
        self.cells: Sequence[Cell] = tuple(cells)
        boxes = [cell.box for cell in self.cells]
        widths = [max(east - west, north - south) for west, south, east, north in boxes]
        self._size = max(statistics.median(widths), 1e-5) if widths else 1.0
        self._buckets: dict[tuple[int, int], list[int]] = {}
        self._large: list[int] = []
        for place, (west, south, east, north) in enumerate(boxes):
            columns = range(self._slot(west), self._slot(east) + 1)
            rows = range(self._slot(south), self._slot(north) + 1)
            if len(columns) * len(rows) > _MOST_BUCKETS:
                self._large.append(place)
                continue
            for column in columns:
                for row in rows:
                    self._buckets.setdefault((column, row), []).append(place)
        self.bounds = _bounds(boxes)

    def __len__(self) -> int:
        return len(self.cells)

    def _slot(self, degrees: float) -> int:
        return int(degrees // self._size)

    def at(self, point: Point) -> Cell | None:
        """The cell a point of any system lies in; of cells that overlap the first."""
        here = convert(point, Crs.WGS84)
        near = self._buckets.get((self._slot(here.lng), self._slot(here.lat)), ())
        places = (*near, *self._large)
        return next((self.cells[one] for one in places if self.cells[one].hold(here.lng, here.lat)), None)


_MARGIN = 0.02
"""Degrees round the outermost cells: about two kilometres."""


def _bounds(boxes: Sequence[tuple[float, float, float, float]]) -> Bounds | None:
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return Bounds(min(west) - _MARGIN, min(south) - _MARGIN, max(east) + _MARGIN, max(north) + _MARGIN)

"""A point and its cell: against a plain look at every cell, with holes, in every coordinate system."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from bridge.gazetteer.coordinates import Crs, Point, convert
from bridge.gazetteer.grid import Cell, Grid


def square(code: str, west: float, south: float, side: float) -> Cell:
    return Cell(code, ((west, south, west + side, south, west + side, south + side, west, south + side),))


@given(st.lists(st.tuples(st.floats(118, 118.2), st.floats(24.4, 24.6), st.floats(0.001, 0.15)), min_size=1, max_size=12),
       st.tuples(st.floats(117.9, 118.4), st.floats(24.3, 24.8)))  # fmt: skip
def test_buckets_lose_no_cell(boxes: list[tuple[float, float, float]], at: tuple[float, float]) -> None:
    """Of any sizes side by side: what is found is what a look at each of them finds."""
    cells = [square(f"{n:015}", *box) for n, box in enumerate(boxes)]
    holding = {cell.code for cell in cells if cell.hold(*at)}
    found = Grid(cells).at(Point(*at, Crs.WGS84))
    assert (found is None) == (not holding)
    assert found is None or found.code in holding


def test_every_shipped_cell_is_found_by_its_middle(grid: Grid) -> None:
    draw = random.Random(1)
    for cell in draw.sample(list(grid.cells), 300):
        west, south, east, north = cell.box
        found = grid.at(Point((west + east) / 2, (south + north) / 2, Crs.WGS84))
        assert found is not None
        assert found.code == cell.code


def test_the_same_cell_from_any_system(grid: Grid) -> None:
    """A pair of a map service taken for one of the state's would lie half a kilometre further."""
    cell = grid.cells[len(grid.cells) // 2]
    west, south, east, north = cell.box
    middle = Point((west + east) / 2, (south + north) / 2, Crs.WGS84)
    for crs in Crs:
        assert grid.at(convert(middle, crs)) == cell
    shown = convert(middle, Crs.GCJ02)
    assert grid.at(Point(shown.lng, shown.lat, Crs.WGS84)) != cell


def test_a_hole_is_outside() -> None:
    ring = Cell("1" * 15, (square("", 0, 0, 3).rings[0], square("", 1, 1, 1).rings[0]))
    assert ring.hold(0.5, 0.5)
    assert not ring.hold(1.5, 1.5)


def test_nothing_is_known_of_the_sea(grid: Grid) -> None:
    assert grid.at(Point(119.5, 24.5, Crs.WGS84)) is None
    assert Grid(()).at(Point(118.1, 24.5, Crs.WGS84)) is None
    assert Grid(()).bounds is None

"""Coordinate systems: there and back to a ten-millionth of a metre, known pairs, and what is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.gazetteer.coordinates import (
    Bounds,
    CoordinateFault,
    Crs,
    Point,
    convert,
    crs_named,
    metres,
    oddness,
    point,
)

XIAMEN = Bounds(117.88, 24.38, 118.45, 24.91)
EXACT = 1e-7
"""Metres."""
anywhere = st.tuples(st.floats(73.7, 134.6), st.floats(18.2, 53.4))
in_city = st.tuples(st.floats(XIAMEN.west, XIAMEN.east), st.floats(XIAMEN.south, XIAMEN.north))
systems = st.sampled_from(list(Crs))


@given(anywhere, systems, systems)
def test_there_and_back(pair: tuple[float, float], one: Crs, other: Crs) -> None:
    """From any system into any other and back, anywhere in the country."""
    at = Point(*pair, one)
    back = convert(convert(at, other), one)
    assert back.crs is one
    assert metres(at, back) < 10 * EXACT  # beside 105° E and 35° N the formula has roots whose slope has no bound


@given(in_city)
def test_by_way_of_a_third_system(pair: tuple[float, float]) -> None:
    """WGS-84 → BD-09 is the same at once and over GCJ-02."""
    at = Point(*pair, Crs.WGS84)
    at_once, over = convert(at, Crs.BD09), convert(convert(at, Crs.GCJ02), Crs.BD09)
    assert metres(at_once, over) < EXACT


@given(in_city)
def test_map_services_are_half_a_kilometre_off(pair: tuple[float, float]) -> None:
    """Said of Xiamen: 570 to 586 m, to the south-east. Whoever forgets to convert is found by this."""
    here = Point(*pair, Crs.WGS84)
    shown = convert(here, Crs.GCJ02)
    moved = metres(here, Point(shown.lng, shown.lat, Crs.WGS84))
    assert 560 < moved < 596
    assert shown.lng > here.lng
    assert shown.lat < here.lat


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [
        ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
        ((118.09, 24.48), (118.0948, 24.4773)),
    ],
)
def test_known_pairs(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    """Beijing's as the public formula's other makers print it; Xiamen's to a fifth of the shift."""
    found = convert(Point(*wgs, Crs.WGS84), Crs.GCJ02)
    close = 1e-9 if len(str(gcj[0])) > 10 else 1e-3
    assert (found.lng, found.lat) == pytest.approx(gcj, abs=close)


def test_a_known_pair_of_baidu() -> None:
    found = convert(Point(116.404, 39.915, Crs.GCJ02), Crs.BD09)
    assert (found.lng, found.lat) == pytest.approx((116.41036949371029, 39.92133699351022), abs=1e-9)


def test_abroad_nothing_is_shifted() -> None:
    at = Point(2.35, 48.85, Crs.WGS84)
    assert convert(at, Crs.GCJ02) == Point(2.35, 48.85, Crs.GCJ02)


def test_the_states_own_system_is_taken_as_equal() -> None:
    """The numbers stay, the name says which it was."""
    assert convert(Point(118.1, 24.5, Crs.CGCS2000), Crs.WGS84) == Point(118.1, 24.5, Crs.WGS84)


@pytest.mark.parametrize(
    ("said", "crs"),
    [
        ("WGS-84", Crs.WGS84), ("wgs84", Crs.WGS84), ("EPSG:4326", Crs.WGS84), ("urn:ogc:def:crs:OGC:1.3:CRS84", Crs.WGS84),
        ("GCJ-02", Crs.GCJ02), ("gcj02", Crs.GCJ02), ("BD-09", Crs.BD09), ("EPSG:4490", Crs.CGCS2000),
    ],
)  # fmt: skip
def test_names_of_systems(said: str, crs: Crs) -> None:
    assert crs_named(said) is crs


@pytest.mark.parametrize(
    ("lng", "lat", "crs", "field"),
    [
        (118.1, 24.5, "", "crs"), (118.1, 24.5, "mercator", "crs"), (math.nan, 24.5, "WGS84", "lng"),
        (118.1, math.inf, "WGS84", "lat"), (181.0, 24.5, "WGS84", "lng"), (24.5, 118.1, "WGS84", "lat"),
    ],
)  # fmt: skip
def test_what_is_refused(lng: float, lat: float, crs: str, field: str) -> None:
    """Above all a pair without the name of its system."""
    with pytest.raises(CoordinateFault) as fault:
        point(lng, lat, crs)
    assert fault.value.field == field


@pytest.mark.parametrize(
    ("lng", "lat", "said"),
    [(118.1, 24.5, ""), (24.5, 118.1, "swapped"), (119.3, 26.08, "outside"), (24.5, 24.5, "outside")],
)
def test_what_looks_odd(lng: float, lat: float, said: str) -> None:
    """Fuzhou is outside; a swapped pair is told as such, for there the mistake is known."""
    assert oddness(Point(lng, lat, Crs.WGS84), XIAMEN) == said
    assert oddness(Point(lng, lat, Crs.WGS84), None) == ""


def test_a_point_at_the_edge_is_judged_where_it_lies() -> None:
    """In GCJ-02 it seems to lie 504 m further east."""
    edge = convert(Point(XIAMEN.east - 0.001, 24.5, Crs.WGS84), Crs.GCJ02)
    assert edge.lng > XIAMEN.east
    assert oddness(edge, XIAMEN) == ""

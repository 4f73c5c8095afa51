"""Longitude and latitude under the names of the systems they are measured in, and from one into another. Pure.

WGS-84 is what satellites and OpenStreetMap say, CGCS2000 what the state's maps say, GCJ-02 what Chinese map services show
(570 to 586 m off in Xiamen), BD-09 what Baidu shows. A pair without the name of its system is no place: nobody guesses it.

GCJ-02 and BD-09 have a formula one way only. The way back is iterated until it repeats (1e-7 m and better); the quick
inverse of most libraries is 1 to 2 m wrong, too much for a manhole. CGCS2000 and WGS-84 differ by about a metre, by an
amount that no public table says: the numbers are taken as equal, the name stays what it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from config.language import say as _

MOST_ROUNDS = 30
_STILL = 1e-12
"""Degrees; a ten-thousandth of a millimetre."""
_AXIS, _FLATNESS = 6378245.0, 0.00669342162296594323
"""Of the Krasovsky ellipsoid, which the formula of GCJ-02 is made with; metres, squared eccentricity."""
EARTH = 6371008.8
"""Mean radius in metres."""
CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north: outside of it GCJ-02 is WGS-84."""


class Crs(StrEnum):
    """Coordinate reference systems; the words of ``data/choices.toml``."""

    CGCS2000 = "CGCS2000"
    WGS84 = "WGS84"
    GCJ02 = "GCJ02"
    BD09 = "BD09"


class CoordinateFault(ValueError):
    """No place on earth can be meant; ``str`` is one sentence with the cure."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Point:
    lng: float
    lat: float
    """Degrees in ``crs``."""
    crs: Crs


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box in degrees of WGS-84."""

    west: float
    south: float
    east: float
    north: float

    def hold(self, lng: float, lat: float) -> bool:
        return self.west <= lng <= self.east and self.south <= lat <= self.north


def crs_named(said: str) -> Crs:
    """The system meant by a word of a file or form: 'WGS-84', 'EPSG:4326', 'gcj02', '百度'… Raises CoordinateFault."""
    plain = "".join(sign for sign in said.upper() if sign.isalnum())
    found = _NAMES.get(plain)
    if found is None:
        allowed = ", ".join(Crs)
        if not plain:
            text = _(
                "coordinates without the name of their system are refused. Cure: say crs, one of {allowed}",
                allowed=allowed,
            )
            raise CoordinateFault("crs", text)
        raise CoordinateFault(
            "crs", _("{said} is no system we know. Cure: say one of {allowed}", said=repr(said), allowed=allowed)
        )
    return found


_NAMES = {
    **{str(crs): crs for crs in Crs},
    "WGS": Crs.WGS84, "WGS1984": Crs.WGS84, "EPSG4326": Crs.WGS84, "4326": Crs.WGS84, "GPS": Crs.WGS84,
    "CRS84": Crs.WGS84, "OGC13CRS84": Crs.WGS84, "URNOGCDEFCRSOGC13CRS84": Crs.WGS84, "URNOGCDEFCRSEPSG4326": Crs.WGS84,
    "CGCS": Crs.CGCS2000, "EPSG4490": Crs.CGCS2000, "4490": Crs.CGCS2000, "URNOGCDEFCRSEPSG4490": Crs.CGCS2000,
    "GCJ": Crs.GCJ02, "AMAP": Crs.GCJ02, "BD": Crs.BD09, "BD09LL": Crs.BD09, "BAIDU": Crs.BD09,
}  # fmt: skip


def point(lng: float, lat: float, crs: str) -> Point:
    """A pair as it was given. Raises CoordinateFault: no system, not finite, not on earth."""
    for field, value, most in (("lng", lng, 180.0), ("lat", lat, 90.0)):
        if not (math.isfinite(value) and -most <= value <= most):
            text = _("{field} {value} is no place on earth", field=field, value=value)
            if field == "lat" and math.isfinite(value) and abs(value) <= 180:
                text += _(": are longitude and latitude swapped?")
            raise CoordinateFault(field, text)
    return Point(lng, lat, crs_named(crs))


def oddness(at: Point, city: Bounds | None) -> str:
    """What a person should look at: '' | 'swapped' | 'outside' the city. No error: a city's own places may lie beyond it."""
    if city is None:
        return ""
    here = convert(at, Crs.WGS84)
    if city.hold(here.lng, here.lat):
        return ""
    swapped = -90 <= at.lng <= 90 and city.hold(at.lat, at.lng)
    return "swapped" if swapped else "outside"


def convert(at: Point, to: Crs) -> Point:
    """The same place in another system."""
    if at.crs == to or {at.crs, to} <= _EQUAL:
        return Point(at.lng, at.lat, to)
    lng, lat = at.lng, at.lat
    if at.crs is Crs.BD09:
        lng, lat = _inverse(_to_bd, lng, lat)
    if at.crs in _EQUAL:
        lng, lat = _to_gcj(lng, lat)
    # now it is GCJ-02
    if to is Crs.BD09:
        lng, lat = _to_bd(lng, lat)
    elif to in _EQUAL:
        lng, lat = _inverse(_to_gcj, lng, lat)
    return Point(lng, lat, to)


def metres(one: Point, other: Point) -> float:
    """Along the ground, to a few parts in a thousand."""
    other = convert(other, one.crs)
    up, side = math.radians(other.lat - one.lat), math.radians(other.lng - one.lng)
    middle = math.cos(math.radians((one.lat + other.lat) / 2))
    return EARTH * math.hypot(up, side * middle)


_EQUAL = frozenset({Crs.WGS84, Crs.CGCS2000})
Formula = Callable[[float, float], tuple[float, float]]


def _inverse(formula: Formula, lng: float, lat: float) -> tuple[float, float]:
    """Where ``formula`` leads to this pair: what is off is taken away, a hundredth of it is off the next time."""
    x, y = lng, lat
    for _round in range(MOST_ROUNDS):
        to_x, to_y = formula(x, y)
        off_x, off_y = to_x - lng, to_y - lat
        x, y = x - off_x, y - off_y
        if abs(off_x) < _STILL and abs(off_y) < _STILL:
            break
    return x, y


def _to_gcj(lng: float, lat: float) -> tuple[float, float]:
    west, south, east, north = CHINA
    if not (west <= lng <= east and south <= lat <= north):
        return lng, lat
    x, y = lng - 105.0, lat - 35.0
    root, product = math.sqrt(abs(x)), x * y
    waves = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    up = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * product + 0.2 * root + waves
    up += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    up += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    side = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * product + 0.1 * root + waves
    side += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    side += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    angle = math.radians(lat)
    curve = 1.0 - _FLATNESS * math.sin(angle) ** 2
    up = math.degrees(up / (_AXIS * (1.0 - _FLATNESS) / (curve * math.sqrt(curve))))
    side = math.degrees(side / (_AXIS / math.sqrt(curve) * math.cos(angle)))
    return lng + side, lat + up


_BD_TURNS = math.pi * 3000.0 / 180.0


def _to_bd(lng: float, lat: float) -> tuple[float, float]:
    far = math.hypot(lng, lat) + 0.00002 * math.sin(lat * _BD_TURNS)
    angle = math.atan2(lat, lng) + 0.000003 * math.cos(lng * _BD_TURNS)
    return far * math.cos(angle) + 0.0065, far * math.sin(angle) + 0.006

"""A city's own files → entries: place names and cells as CSV or GeoJSON, divisions as CSV. Keeps nothing.

What a file is follows from its columns: ``grid_code`` → cells, ``code`` and ``level`` → divisions, else names. Whatever cannot be
meant is refused with its line and the cure (``config.files.FileRefused``); what can be read and looks odd is a remark.
Coordinates without the name of their system are refused: GCJ-02 taken for WGS-84 sends a crew half a kilometre off.
"""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from config.files import FileRefused, Table, parse_table, read_text
from config.language import say as _

from .coordinates import CoordinateFault, Crs, Point, convert, crs_named, point
from .divisions import LEVELS, Division, fits, level_of, plain
from .entries import PlaceName
from .grid import Cell, Outline, Ring

MOST_NAMES = 2_000_000
MOST_NAME = 80
"""Characters of one name."""
_ACCURACIES = ("", "A", "B", "C", "D")
_BETWEEN = str.maketrans({"、": "|", ";": "|", "；": "|"})
"""What stands between aliases."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What one file brought; of the four one."""

    file: str
    names: Sequence[PlaceName] = ()
    cells: Sequence[Cell] = ()
    divisions: Sequence[Division] = ()
    outlines: Sequence[Outline] = ()
    remarks: tuple[str, ...] = ()
    attribution: str = ""

    @property
    def kind(self) -> str:
        found = (("cells", self.cells), ("divisions", self.divisions), ("outlines", self.outlines))
        return next((kind for kind, rows in found if rows), "names")


@dataclass(slots=True)
class _Reading:
    """Remarks of a file, the same kind said once with its count and first line."""

    file: str
    _counts: Counter[str] = field(default_factory=Counter)
    _first: dict[str, str] = field(default_factory=dict)

    def remark(self, said: str, where: str) -> None:
        self._counts[said] += 1
        self._first.setdefault(said, where)

    def told(self, more: Iterable[str] = ()) -> tuple[str, ...]:
        own = (
            f"{self.file}: {self._first[said]}: {said}" + (_(" (and {more} more)", more=count - 1) if count > 1 else "")
            for said, count in self._counts.items()
        )
        return (*more, *own)


def read(path: Path, *, crs: str = "", attribution: str = "") -> Brought:
    """``crs``: of coordinates whose file does not say it; ``attribution``: what must be said beside them. Raises FileRefused."""
    if path.suffix.casefold() in (".geojson", ".json"):
        return _geojson(read_text(path).text, str(path), crs, attribution)
    found = read_text(path)
    brought = parse(found.text, str(path), crs=crs, attribution=attribution)
    return replace(brought, remarks=(found.remark, *brought.remarks)) if found.remark else brought


def shipped(name: str, data: bytes) -> Brought:
    """One of ours, packed or not."""
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8")
    plain_name = name.removesuffix(".gz")
    return _geojson(text, name, "", "") if plain_name.endswith(".geojson") else parse(text, name)


def parse(text: str, file: str, *, crs: str = "", attribution: str = "") -> Brought:
    """A CSV text. Raises FileRefused."""
    heading = {cell.strip().casefold().strip('"\ufeff') for cell in _first_line(text)}
    if "grid_code" in heading:
        return _cells(parse_table(text, file, ("grid_code", "west", "south", "east", "north")), file, crs)
    if {"code", "level"} <= heading:
        return _divisions(parse_table(text, file, ("code", "level", "name", "parent")), file)
    return _names(parse_table(text, file, ("name",)), file, crs, attribution)


def _first_line(text: str) -> Sequence[str]:
    line = next((line for line in text.split("\n") if line.strip()), "")
    for delimiter in (",", ";", "\t", "，", "|"):
        if delimiter in line:
            return line.split(delimiter)
    return [line]


# -- names -------------------------------------------------------------------------------------


def _names(table: Table, file: str, crs: str, attribution: str) -> Brought:
    reading, found = _Reading(file), list[PlaceName]()
    known = (
        "name",
        "type",
        "district",
        "street",
        "community",
        "lng",
        "lat",
        "crs",
        "accuracy",
        "aliases",
        "source",
        "sample",
    )
    for column in table.rows[0].cells if table.rows else ():
        if column not in known and (near := get_close_matches(column, known, n=1)):
            reading.remark(_("column {column} is not read: is {near} meant?", column=column, near=near[0]), _("line 1"))
    for row in table.rows:
        where, cells = _("line {line}", line=row.line), row.cells
        try:
            found.append(_name(cells, crs, attribution))
        except CoordinateFault as fault:
            raise FileRefused(file, where, f"{fault.field}: {fault}") from None
    return Brought(file, names=_once(found, reading), remarks=reading.told(table.remarks), attribution=attribution)


def _name(cells: Mapping[str, str], crs: str, attribution: str) -> PlaceName:
    """Raises CoordinateFault, whose field is any column."""
    name = cells["name"]
    if not name or len(name) > MOST_NAME:
        raise CoordinateFault("name", _("must be given, at most {most} characters", most=MOST_NAME))
    accuracy = cells.get("accuracy", "").upper()
    if accuracy not in _ACCURACIES:
        raise CoordinateFault("accuracy", _("{said}: A, B, C or D is wanted", said=repr(accuracy)))
    aliases = tuple(one.strip() for one in cells.get("aliases", "").translate(_BETWEEN).split("|") if one.strip())
    return PlaceName(
        name, cells.get("type", "")[:40], cells.get("district", ""), cells.get("street", ""),
        cells.get("community", ""), _point(cells, crs), accuracy, aliases[:20],
        attribution or cells.get("source", "")[:200], _yes(cells.get("sample", "")),
    )  # fmt: skip


def _point(cells: Mapping[str, str], crs: str) -> Point | None:
    lng, lat = cells.get("lng", ""), cells.get("lat", "")
    if not lng and not lat:
        return None
    return point(_degrees("lng", lng), _degrees("lat", lat), cells.get("crs", "") or crs)


def _degrees(column: str, written: str) -> float:
    try:
        return float(written)
    except ValueError:
        text = (
            _("{said} is no number of degrees", said=repr(written)) if written else _("one of lng and lat is missing")
        )
        raise CoordinateFault(column, text) from None


def _yes(written: str) -> bool:
    return written.casefold() in ("1", "true", "yes", "y", "是")


def _once(names: Sequence[PlaceName], reading: _Reading) -> Sequence[PlaceName]:
    """Of the same name, type and place names around it one: OpenStreetMap has a road in many pieces."""
    kept: dict[tuple[str, str, str, str, str], list[PlaceName]] = {}
    for one in names:
        kept.setdefault((one.name, one.type, one.district, one.street, one.community), []).append(one)
    found: list[PlaceName] = []
    for same in kept.values():
        placed = [one for one in same if one.point is not None]
        chosen = placed[len(placed) // 2] if placed else same[0]
        aliases = tuple(dict.fromkeys(alias for one in same for alias in one.aliases))
        found.append(replace(chosen, aliases=aliases))
        if len(same) > 1:
            reading.remark(_("stands several times and is taken once"), same[0].name)
    return found


# -- divisions ---------------------------------------------------------------------------------

_LEVELS = {"town": "street", "township": "street", "village": "community"}
"""Words of other tables for our levels; farms and zones are "other", and are what their digits say."""


def _divisions(table: Table, file: str) -> Brought:
    found: dict[str, Division] = {}
    for row in table.rows:
        where, cells = _("line {line}", line=row.line), row.cells
        code = plain(cells["code"])
        level = level_of(code) if cells["level"] == "other" else _LEVELS.get(cells["level"], cells["level"])
        if level not in LEVELS:
            raise FileRefused(file, where, _("level {said}: one of {allowed} is wanted", said=repr(cells["level"]),
                                             allowed=", ".join(LEVELS)))  # fmt: skip
        made = Division(
            code, level, cells["name"], cells.get("short_name", "") or cells["name"], plain(cells["parent"]),
            _day(cells.get("valid_from", ""), file, where), _day(cells.get("valid_to", ""), file, where),
            plain(cells.get("became", "")),
            tuple(one for one in cells.get("aliases", "").translate(_BETWEEN).split("|") if one),
        )  # fmt: skip
        if not made.name or not fits(made):
            text = _("{code} is no code of a {level}: 6 digits name a city or district, 9 a street, 12 a community",
                     code=repr(cells["code"]), level=made.level)  # fmt: skip
            raise FileRefused(file, where, text)
        if code in found:
            raise FileRefused(file, where, _("code {code} stands twice", code=code))
        found[code] = made
    for made in found.values():
        if made.level != "city" and made.parent not in found:
            raise FileRefused(file, "", _("{code} {name}: there is no row of its parent {parent}", code=made.code,
                                          name=made.name, parent=made.parent))  # fmt: skip
    return Brought(file, divisions=tuple(found.values()), remarks=table.remarks)


def _day(written: str, file: str, where: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise FileRefused(file, where, _("{said} is no day: 2026-11-29 is wanted", said=repr(written))) from None


# -- cells -------------------------------------------------------------------------------------


def _cells(table: Table, file: str, crs: str) -> Brought:
    found: list[Cell] = []
    for row in table.rows:
        where, cells = _("line {line}", line=row.line), row.cells
        try:
            system = cells.get("crs", "") or crs
            west, south, east, north = (_degrees(name, cells[name]) for name in ("west", "south", "east", "north"))
            if not (west < east and south < north):
                raise CoordinateFault("west", _("west must be less than east, south less than north"))
            corners = [(west, south), (east, south), (east, north), (west, north)]
            ring = _ring(corners, system)
            found.append(Cell(_cell_code(cells["grid_code"]), (ring,), _yes(cells.get("sample", ""))))
        except CoordinateFault as fault:
            raise FileRefused(file, where, f"{fault.field}: {fault}") from None
    return Brought(file, cells=found, remarks=table.remarks)


def _cell_code(written: str) -> str:
    if not (written.isascii() and written.isdigit() and 14 <= len(written) <= 15):
        raise CoordinateFault("grid_code", _("{said}: 14 or 15 digits are wanted", said=repr(written)))
    return written


def _ring(corners: Iterable[Sequence[float]], crs: str) -> Ring:
    """In WGS-84, whatever it came in. Raises CoordinateFault."""
    flat: list[float] = []
    for corner in corners:
        here = convert(point(float(corner[0]), float(corner[1]), crs), Crs.WGS84)
        flat += (round(here.lng, 7), round(here.lat, 7))
    if len(flat) < 6:
        raise CoordinateFault("geometry", _("a polygon has at least three corners"))
    return tuple(flat)


# -- GeoJSON -----------------------------------------------------------------------------------

_OSM = "© OpenStreetMap contributors, ODbL 1.0"
_TYPES = (
    ("highway", "", "road"), ("bridge", "", "bridge"), ("railway", "", "metro"), ("station", "", "metro"), ("amenity", "school", "school"),
    ("amenity", "kindergarten", "school"), ("amenity", "university", "school"), ("amenity", "college", "school"),
    ("amenity", "hospital", "hospital"), ("amenity", "clinic", "hospital"), ("leisure", "park", "park"),
    ("landuse", "residential", "residential"), ("building", "apartments", "residential"), ("building", "residential", "residential"),
    ("place", "", "residential"), ("tourism", "", "landmark"), ("amenity", "", "landmark"), ("shop", "", "landmark"), ("building", "", "landmark"),
)  # fmt: skip
"""Tag and value of OpenStreetMap ('' any) → type."""


def _geojson(text: str, file: str, crs: str, attribution: str) -> Brought:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise FileRefused(file, "", _("is no JSON: {fault}", fault=str(fault)[:120])) from None
    if (
        not isinstance(told, dict)
        or told.get("type") != "FeatureCollection"
        or not isinstance(told.get("features"), list)
    ):
        raise FileRefused(file, "", _("is no FeatureCollection of GeoJSON"))
    system = _system(told) or crs
    osm = "openstreetmap" in json.dumps({k: v for k, v in told.items() if k != "features"}).casefold() or any(
        str(one.get("id", "")).startswith(("way/", "node/", "relation/"))
        for one in told["features"][:50]
        if isinstance(one, dict)
    )
    said = next(
        (told[name] for name in ("attribution", "copyright", "license", "source") if isinstance(told.get(name), str)),
        "",
    )
    own = attribution or (_OSM if osm else said)
    sample = bool(told.get("sample") or told.get("synthetic"))
    reading, names, cells, outlines = _Reading(file), list[PlaceName](), list[Cell](), list[Outline]()
    for number, feature in enumerate(told["features"], 1):
        where = _("feature {number}", number=number)
        try:
            properties, geometry = _parts(feature)
            if code := str(properties.get("grid_code") or ""):
                cells.append(Cell(_cell_code(code), tuple(_rings(geometry, system)), sample))
                continue
            if (code := plain(str(properties.get("code") or ""))) and properties.get("level") in LEVELS:
                outlines.append(_outline(code, properties, geometry, system, sample))
                continue
            name = str(properties.get("name:zh") or properties.get("name") or "").strip()
            if not name:
                reading.remark(_("has no name and is left out"), where)
                continue
            names.append(_feature(name[:MOST_NAME], properties, geometry, system, own, sample))
        except CoordinateFault as fault:
            raise FileRefused(file, where, f"{fault.field}: {fault}") from None
    if sum(map(bool, (cells, names, outlines))) > 1:
        raise FileRefused(file, "", _("holds cells, outlines and names: make a file of each"))
    return Brought(file, _once(names, reading), cells, outlines=outlines, remarks=reading.told(), attribution=own)


def _system(told: Mapping[str, Any]) -> str:
    """What the file says of itself, in our word or in the one of old GeoJSON."""
    named = told.get("crs")
    if isinstance(named, dict):
        named = (named.get("properties") or {}).get("name", "")
    return str(named or "")


def _parts(feature: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
        raise CoordinateFault("geometry", _("is missing"))
    return feature.get("properties") or {}, feature["geometry"]


def _feature(
    name: str, told: Mapping[str, Any], geometry: Mapping[str, Any], crs: str, source: str, sample: bool
) -> PlaceName:
    others = [
        str(told[tag]) for tag in ("alt_name", "old_name", "short_name", "official_name", "loc_name") if told.get(tag)
    ]
    aliases = [one.strip() for text in others for one in text.replace(";", "|").split("|") if one.strip()]
    aliases += [part for part in str(told.get("aliases") or "").translate(_BETWEEN).split("|") if part]
    kind = str(
        told.get("type")
        or next((word for tag, value, word in _TYPES if told.get(tag) and value in ("", told[tag])), "")
    )
    area = [str(told.get(tag) or told.get(f"addr:{tag}") or "") for tag in ("district", "street_office", "community")]
    at = _middle(geometry)
    accuracy = str(told.get("accuracy") or ("C" if geometry.get("type") == "Point" else "D"))
    return PlaceName(
        name, kind[:40], area[0], area[1], area[2], point(*at, crs), accuracy if accuracy in _ACCURACIES else "D",
        tuple(dict.fromkeys(aliases))[:20], source, sample,
    )  # fmt: skip


def _outline(code: str, told: Mapping[str, Any], geometry: Mapping[str, Any], crs: str, sample: bool) -> Outline:
    if level_of(code) != told["level"]:
        raise CoordinateFault("code", _("{said}: its digits are not those of its level", said=repr(code)))
    made_up = sample or bool(told.get("sample") or told.get("synthetic"))
    return Outline(
        code, str(told.get("name") or "")[:MOST_NAME], str(told["level"]), tuple(_rings(geometry, crs)), made_up
    )


def _middle(geometry: Mapping[str, Any]) -> tuple[float, float]:
    """Of a line its middle corner, which lies on it; of a polygon the middle of its corners."""
    pairs = list(_pairs(geometry.get("coordinates")))
    if not pairs:
        raise CoordinateFault("geometry", _("has no coordinates"))
    if geometry.get("type") in ("LineString", "MultiLineString"):
        return pairs[len(pairs) // 2]
    return math.fsum(x for x, _y in pairs) / len(pairs), math.fsum(y for _x, y in pairs) / len(pairs)


def _pairs(told: Any, depth: int = 0) -> Iterator[tuple[float, float]]:
    if not isinstance(told, list) or depth > 5:
        raise CoordinateFault("geometry", _("has coordinates that are none"))
    if len(told) >= 2 and all(isinstance(one, int | float) and not isinstance(one, bool) for one in told[:2]):
        yield float(told[0]), float(told[1])
        return
    for one in told:
        yield from _pairs(one, depth + 1)


def _rings(geometry: Mapping[str, Any], crs: str) -> Iterator[Ring]:
    match geometry.get("type"):
        case "Polygon":
            polygons = [geometry.get("coordinates")]
        case "MultiPolygon":
            polygons = geometry.get("coordinates") or []
        case _other:
            raise CoordinateFault("geometry", _("a cell is a Polygon or a MultiPolygon"))
    for polygon in polygons:
        for ring in polygon or ():
            yield _ring(list(_pairs(ring)), crs_named(crs))

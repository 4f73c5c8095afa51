"""The gazetteer on disk: what was imported, and the index made of it. Built beside, renamed when whole, never changed.

``ROOT/current`` names the folder in use; a folder holds the entries as they were imported (so that one kind can be replaced
alone), the index, and ``made.json``, written last. A running daemon keeps what it has open: the files it maps live on
until it lets them go. Without an import the shipped names, divisions and sample cells are compiled at the first start.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from config.language import say as _

from . import importing
from .coordinates import Crs, Point
from .divisions import Division, Divisions, full
from .entries import Candidate, PlaceName
from .grid import Cell, Grid, Outline
from .importing import Brought

FORMAT = 1
SHIPPED = ("divisions.csv", "grid-sample.csv.gz", "outlines-sample.geojson.gz", "places.csv")
_KEPT = 2
"""Folders: the one in use, and the one a daemon may still have open."""
NAMES, CELLS, DIVISIONS = "names.jsonl.gz", "cells.json.gz", "divisions.json.gz"
OUTLINES, MADE, INDEX = "outlines.json.gz", "made.json", "index"


class GazetteerFault(Exception):
    """What lies there cannot be used: ``str`` is one sentence with the cure."""


class GazetteerOld(GazetteerFault):
    """Its index is of another version of this program or its library: it can be compiled anew from what it holds."""


@dataclass(frozen=True, slots=True)
class Content:
    """All that a gazetteer is made of."""

    names: Sequence[PlaceName]
    cells: Sequence[Cell]
    divisions: Sequence[Division]
    outlines: Sequence[Outline] = ()
    sources: tuple[dict[str, str], ...] = ()
    """Of each file: kind, file, sha256, attribution."""

    def with_brought(self, brought: Sequence[tuple[Brought, str]]) -> Content:
        """Each kind that the files (with their SHA-256) bring replaces what there was of that kind."""
        kinds = {one.kind for one, _sha in brought}
        told = [row for row in self.sources if row["kind"] not in kinds]
        told += [
            {"kind": one.kind, "file": Path(one.file).name, "sha256": sha, "attribution": one.attribution}
            for one, sha in brought
        ]
        names = [row for one, _sha in brought for row in one.names]
        cells = [row for one, _sha in brought for row in one.cells]
        divisions = [row for one, _sha in brought for row in one.divisions]
        outlines = [row for one, _sha in brought for row in one.outlines]
        return Content(
            names if "names" in kinds else self.names, cells if "cells" in kinds else self.cells,
            divisions if "divisions" in kinds else self.divisions,
            outlines if "outlines" in kinds else self.outlines, tuple(told),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Located:
    """A name with the divisions and the cell it lies in."""

    candidate: Candidate
    aliases: tuple[str, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What ``made.json`` says."""

    folder: Path
    names: int
    cells: int
    divisions: int
    samples: int
    """Names and cells that are made up or unchecked."""
    placed: int
    """Names with coordinates."""
    made_at: datetime
    sources: tuple[dict[str, str], ...]
    remarks: tuple[str, ...]


def shipped() -> Content:
    """What comes with us: real names and codes, sample cells."""
    empty = Content((), (), ())
    data = files("bridge.gazetteer").joinpath("data")
    brought = []
    for name in SHIPPED:
        raw = data.joinpath(name).read_bytes()
        brought.append((importing.shipped(name, raw), hashlib.sha256(raw).hexdigest()))
    return empty.with_brought(brought)


def locate(one: PlaceName, grid: Grid, divisions: Divisions) -> Located:
    """What the point says counts where it agrees with the names; else the names do, and a person is told."""
    named = divisions.resolve(one.district, one.street, one.community)
    cell = grid.at(one.point) if one.point is not None else None
    around = divisions.of_cell(cell.code) if cell is not None else None
    remark = ""
    if cell is not None and around is not None and named is not None and not around.code.startswith(named.code):
        remark = _("its point lies in {around}, its row says {named}: the row counts, it gets no cell",
                   around=around.name, named=named.name)  # fmt: skip
        cell = None
    elif one.district and named is None:
        remark = _("{district} is no district of the divisions", district=one.district)
    found = around if cell is not None and around is not None else named
    over = {row.level: row.name for row in divisions.chain(found.code)} if found is not None else {}
    return Located(
        Candidate(
            one.name, one.type, "", over.get("district", one.district), over.get("street", one.street),
            over.get("community", one.community), full(found.code) if found is not None else "",
            cell.code if cell is not None else "",
            one.point.lng if one.point else None, one.point.lat if one.point else None,
            str(one.point.crs) if one.point else "", one.accuracy, one.source,
            one.sample or (cell is not None and cell.sample),
        ),
        one.aliases, remark,
    )  # fmt: skip


def build(folder: Path, content: Content, *, now: datetime | None = None) -> Made:
    """Compile into an empty folder; ``made.json`` comes last. Takes seconds for 200,000 names: never on the loop."""
    from .search import write_index  # the library is loaded by who searches or imports

    grid, divisions = Grid(content.cells), Divisions(content.divisions)
    located = [locate(one, grid, divisions) for one in content.names]
    remarks: dict[str, tuple[str, int]] = {}
    for one in located:
        if one.remark:
            name, count = remarks.get(one.remark, (one.candidate.name, 0))
            remarks[one.remark] = (name, count + 1)
    write_index(folder / INDEX, located)
    _write_lines(folder / NAMES, (_name_row(one) for one in content.names))
    _write(folder / CELLS, [[cell.code, cell.rings, cell.sample] for cell in content.cells])
    outlines = [[one.code, one.name, one.level, one.rings, one.sample] for one in content.outlines]
    _write(folder / OUTLINES, outlines)
    _write(folder / DIVISIONS, [_division_row(one) for one in content.divisions])
    told = {
        "format": FORMAT, "index": index_version(), "names": len(content.names), "cells": len(content.cells), "divisions": len(content.divisions),
        "samples": sum(one.sample for one in content.names) + sum(cell.sample for cell in content.cells),
        "placed": sum(one.point is not None for one in content.names),
        "made_at": (now or datetime.now(UTC)).isoformat(), "sources": content.sources,
        "remarks": [f"{name}: {said}" + (_(" (and {more} more)", more=count - 1) if count > 1 else "")
                    for said, (name, count) in remarks.items()][:50],
    }  # fmt: skip
    with open(folder / MADE, "w", encoding="utf-8") as file:
        json.dump(told, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return made(folder)


def made(folder: Path) -> Made:
    """Raises GazetteerFault: not whole, or of another version of this program."""
    cure = _("Cure: hotline places import the city's files again")
    try:
        told = json.loads((folder / MADE).read_text("utf-8"))
        if told["format"] != FORMAT or told["index"] != index_version():
            raise GazetteerOld(_("{folder} was made by another version. {cure}", folder=folder, cure=cure))
        return Made(
            folder, told["names"], told["cells"], told["divisions"], told["samples"], told["placed"],
            datetime.fromisoformat(told["made_at"]), tuple(told["sources"]), tuple(told["remarks"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise GazetteerFault(
            _("{folder} is not whole ({fault}). {cure}", folder=folder, fault=fault, cure=cure)
        ) from None


class Gazetteers:
    """Those below one root: imported ones and, where there is none, the shipped one."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def _pointer(self) -> Path:
        return self.root / "current"

    def imported(self) -> Made | None:
        """None: nothing was imported. Raises GazetteerFault: what was cannot be used."""
        folder = self._used()
        return made(folder) if folder is not None else None

    def _used(self) -> Path | None:
        try:
            name = self._pointer.read_text("utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as fault:
            raise GazetteerFault(f"{self._pointer}: {fault}") from None
        if not name or "/" in name or name.startswith("."):
            raise GazetteerFault(_("{file} names no folder beside it", file=self._pointer))
        return self.root / name

    def ready(self) -> Made:
        """The one in use, the shipped one compiled where it is not there yet. Raises GazetteerFault, OSError."""
        try:
            found = self.imported()
        except GazetteerOld:
            used = self._used()
            assert used is not None
            return self.put(load(used))
        return found if found is not None else self.shipped()

    def shipped(self) -> Made:
        """Compiled once for each state of the shipped files; raises OSError."""
        content = shipped()
        name = f"shipped-{FORMAT}-{index_version()}-{_digest(content)}"
        try:
            return made(self.root / name)
        except GazetteerFault:
            with self._alone():
                shutil.rmtree(self.root / name, ignore_errors=True)
                found = self._place(name, lambda folder: build(folder, content))
                for old in self.root.glob("shipped-*"):
                    if old.name != name:
                        shutil.rmtree(old, ignore_errors=True)
                return found

    def put(self, content: Content) -> Made:
        """The one in use from the next start or reload on."""
        now = datetime.now(UTC)
        with self._alone():
            name = f"{now:%Y%m%dT%H%M%S}-{_digest(content)}"
            shutil.rmtree(self.root / name, ignore_errors=True)  # the same files twice in a second
            found = self._place(name, lambda folder: build(folder, content, now=now))
            beside = self._pointer.with_suffix(".new")
            beside.write_text(name + "\n", "utf-8")
            os.replace(beside, self._pointer)
            self._sweep()
        return found

    def _place(self, name: str, build_in: Callable[[Path], Made]) -> Made:
        beside = self.root / f".new-{name}"
        shutil.rmtree(beside, ignore_errors=True)
        (beside / INDEX).mkdir(parents=True)
        try:
            found = build_in(beside)
            os.rename(beside, self.root / name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return replace(found, folder=self.root / name)

    def _sweep(self) -> None:
        for left in self.root.glob(".new-*"):
            shutil.rmtree(left, ignore_errors=True)
        for old in sorted(self.root.glob("2*-*"))[:-_KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One import at a time; waits for the other."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.root / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def index_version() -> str:
    """An index is read by the version of the library that wrote it."""
    return version("tantivy")


def load(folder: Path) -> Content:
    """What a compiled gazetteer was made of. Raises GazetteerFault."""
    with _whole(folder):
        with gzip.open(folder / NAMES, "rt", encoding="utf-8") as lines:
            names = [_name_of(json.loads(line)) for line in lines]
        sources = tuple(json.loads((folder / MADE).read_text("utf-8"))["sources"])
        return Content(names, cells_of(folder), divisions_of(folder), outlines_of(folder), sources)


@contextmanager
def _whole(folder: Path) -> Iterator[None]:
    """Whatever a missing, cut or flipped byte brings about is a GazetteerFault."""
    try:
        yield
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as fault:
        raise GazetteerFault(_("{folder} is not whole ({fault})", folder=folder, fault=fault)) from None


def cells_of(folder: Path) -> Sequence[Cell]:
    """Raises GazetteerFault."""
    with _whole(folder):
        return [Cell(code, tuple(map(tuple, rings)), sample) for code, rings, sample in _read(folder / CELLS)]


def outlines_of(folder: Path) -> Sequence[Outline]:
    """Raises GazetteerFault."""
    with _whole(folder):
        return [
            Outline(code, name, level, tuple(map(tuple, rings)), sample)
            for code, name, level, rings, sample in _read(folder / OUTLINES)
        ]


def divisions_of(folder: Path) -> Sequence[Division]:
    """Raises GazetteerFault."""
    with _whole(folder):
        return [_division_of(row) for row in _read(folder / DIVISIONS)]


def _digest(content: Content) -> str:
    told = json.dumps(sorted(row["sha256"] for row in content.sources))
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def _write(path: Path, value: Any) -> None:
    with gzip.GzipFile(path, "wb", compresslevel=6, mtime=0) as file:
        file.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _write_lines(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    with gzip.GzipFile(path, "wb", compresslevel=6, mtime=0) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def _read(path: Path) -> Any:
    with gzip.open(path, "rb") as file:
        return json.loads(file.read())


def _name_row(one: PlaceName) -> dict[str, Any]:
    return {name: value for name, value in asdict(one).items() if value}


def _name_of(row: dict[str, Any]) -> PlaceName:
    at = row.pop("point", None)
    found = PlaceName(**{**row, "aliases": tuple(row.get("aliases", ()))})
    return found if at is None else replace(found, point=Point(at["lng"], at["lat"], Crs(at["crs"])))


def _division_row(one: Division) -> dict[str, Any]:
    row = {name: value for name, value in asdict(one).items() if value}
    return row | {name: row[name].isoformat() for name in ("valid_from", "valid_to") if name in row}


def _division_of(row: dict[str, Any]) -> Division:
    told = row | {name: date.fromisoformat(row[name]) for name in ("valid_from", "valid_to") if name in row}
    return Division(**told | {"aliases": tuple(row.get("aliases", ()))})

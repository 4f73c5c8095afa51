"""The gazetteer on disk: put in place whole or not at all, one kind replaced alone, what disagrees is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.gazetteer import compiled
from bridge.gazetteer.compiled import Content, GazetteerFault, GazetteerOld, Gazetteers
from bridge.gazetteer.coordinates import Crs, Point
from bridge.gazetteer.divisions import Divisions
from bridge.gazetteer.entries import PlaceName
from bridge.gazetteer.grid import Cell, Grid
from bridge.gazetteer.importing import Brought
from bridge.gazetteer.search import Gazetteer, write_index

WEST, SOUTH, EAST, NORTH = 118.11685, 24.50438, 118.11981, 24.50709
CELL = Cell("350203011003001", ((WEST, SOUTH, EAST, SOUTH, EAST, NORTH, WEST, NORTH),), sample=True)
"""One of those that are shipped."""
MIDDLE = Point((CELL.box[0] + CELL.box[2]) / 2, (CELL.box[1] + CELL.box[3]) / 2, Crs.WGS84)


Small = Callable[..., Content]


@pytest.fixture
def small(shipped: Content) -> Small:
    def content(*names: PlaceName) -> Content:
        told = {"kind": "names", "file": "a", "sha256": names[0].name, "attribution": ""}
        return Content(names, [CELL], shipped.divisions, (), (told,))

    return content


def test_what_is_shipped(shipped: Content) -> None:
    assert (len(shipped.names), len(shipped.cells), len(shipped.divisions)) == (1054, 19582, 616)
    assert all(one.sample for one in shipped.names)
    assert all(cell.sample for cell in shipped.cells)
    assert CELL in shipped.cells
    assert {one.level for one in shipped.outlines} == {"district", "street"}


def test_a_point_that_agrees_gives_cell_and_codes(shipped: Content) -> None:
    divisions = Divisions(shipped.divisions)
    one = compiled.locate(
        PlaceName("某处", "road", "思明区", point=MIDDLE, accuracy="C"), Grid([CELL]), divisions
    ).candidate
    assert (one.grid_code, one.division) == (CELL.code, CELL.code[:12])
    community = divisions.get(CELL.code[:12])
    assert community is not None
    assert (one.district, one.community, one.crs) == ("思明区", community.name, "WGS84")


def test_a_point_in_another_district_is_not_believed(shipped: Content) -> None:
    """The row's word counts, it gets no cell, and it is told."""
    found = compiled.locate(
        PlaceName("某处", "road", "集美区", point=MIDDLE), Grid([CELL]), Divisions(shipped.divisions)
    )
    assert (found.candidate.district, found.candidate.grid_code, found.candidate.community) == ("集美区", "", "")
    assert found.candidate.division == "350211000000"
    assert found.remark


def test_there_and_back(tmp_path: Path, shipped: Content, small: Small) -> None:
    """What was compiled can be compiled again, so that one kind of file is enough the next time."""
    shelf = Gazetteers(tmp_path / "gazetteer")
    names = (PlaceName("湖滨南路", "road", "思明区", point=MIDDLE, accuracy="C", aliases=("滨南",), source="民政局"),)
    made = shelf.put(small(*names))
    found = compiled.load(made.folder)
    assert tuple(found.names) == names
    assert found.cells == [CELL]
    assert list(found.divisions) == list(shipped.divisions)
    again = shelf.put(found.with_brought([(Brought("b.csv", [PlaceName("中山公园")]), "x")]))
    assert (again.names, again.cells) == (1, 1)
    assert shelf.ready() == again


def test_nothing_half_made_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: Small) -> None:
    """A compile that dies leaves what was in use, and nothing else behind."""
    shelf = Gazetteers(tmp_path)
    before = shelf.put(small(PlaceName("湖滨南路")))

    def dies(*_: object, **__: object) -> None:
        raise OSError("disk is full")

    monkeypatch.setattr(compiled, "_write", dies)
    with pytest.raises(OSError, match="disk is full"):
        shelf.put(small(PlaceName("中山公园")))
    assert shelf.ready() == before
    assert not list(tmp_path.glob(".new*"))


def test_an_open_gazetteer_outlives_two_others(tmp_path: Path, small: Small) -> None:
    """The files it maps are its own although the folder is gone; only the newest folders stay."""
    shelf = Gazetteers(tmp_path)
    book = Gazetteer(shelf.put(small(PlaceName("湖滨南路"))))
    for name in ("中山公园", "厦禾路", "莲坂"):
        shelf.put(small(PlaceName(name)))
    assert len(list(tmp_path.glob("2*"))) <= 2
    assert book.find("湖滨南路")[0].name == "湖滨南路"


def test_one_of_another_version_is_compiled_anew(tmp_path: Path, small: Small) -> None:
    """From the names it holds: an update of the library takes no city's gazetteer away."""
    shelf = Gazetteers(tmp_path)
    old = shelf.put(small(PlaceName("湖滨南路")))
    text = (old.folder / "made.json").read_text("utf-8")
    (old.folder / "made.json").write_text(text.replace(compiled.index_version(), "0.1"), "utf-8")
    with pytest.raises(GazetteerOld):
        shelf.imported()
    new = shelf.ready()
    assert new == shelf.imported()
    assert Gazetteer(new).find("湖滨南路")[0].name == "湖滨南路"


@pytest.mark.parametrize("harm", ["pointer", "made", "names", "outside"])
def test_what_is_damaged_is_said(tmp_path: Path, harm: str, small: Small) -> None:
    shelf = Gazetteers(tmp_path)
    made = shelf.put(small(PlaceName("湖滨南路")))
    match harm:
        case "pointer":
            (tmp_path / "current").write_text("")
        case "outside":
            (tmp_path / "current").write_text("../elsewhere")
        case "made":
            (made.folder / "made.json").write_text("{")
        case _other:
            text = (made.folder / "made.json").read_text("utf-8")
            (made.folder / "made.json").write_text(text.replace('"format": 1', '"format": 99'), "utf-8")
            (made.folder / "names.jsonl.gz").write_bytes(b"x")
    with pytest.raises(GazetteerFault):
        shelf.ready()


def test_the_shipped_one_is_compiled_once(tmp_path: Path) -> None:
    shelf = Gazetteers(tmp_path)
    first = shelf.ready()
    stamp = (first.folder / "made.json").stat().st_mtime_ns
    assert shelf.ready() == first
    assert (first.folder / "made.json").stat().st_mtime_ns == stamp
    assert shelf.imported() is None


def test_a_disk_that_takes_no_index_is_the_disks_fault(tmp_path: Path) -> None:
    """Not a damaged gazetteer: whoever opens it tries again later."""
    place = tmp_path / "index"
    place.write_text("no folder")
    with pytest.raises(OSError, match="index"):
        write_index(place, [])

"""Places found as people type and say them, in what is shipped and among made-up names."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.gazetteer import compiled
from bridge.gazetteer.compiled import Content, Gazetteers
from bridge.gazetteer.coordinates import Crs, Point
from bridge.gazetteer.entries import PlaceName
from bridge.gazetteer.search import MOST_SAID, Gazetteer
from hotline.bench.place import generate


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    """What is shipped."""
    return Gazetteer(Gazetteers(tmp_path_factory.mktemp("gazetteer")).ready())


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("湖滨南路", "湖滨南路"), ("hubinnanlu", "湖滨南路"), ("hu bin nan lu", "湖滨南路"), ("hbnl", "湖滨南路"), ("HuBin NanLu", "湖滨南路"),
        ("胡宾南路", "湖滨南路"), ("湖滨男路", "湖滨南路"), ("湖滨路南", "湖滨南路"), ("hubinanlu", "湖滨南路"), ("fubinlanlu", "湖滨南路"),
        ("湖滨nan路", "湖滨南路"), ("我在湖滨南路旁边，井盖坏了", "湖滨南路"), ("厦门市思明区湖滨南路对面", "湖滨南路"), ("xiahelu", "厦禾路"),
        ("xhl", "厦禾路"), ("湖滨南路388号", "湖滨南路"),
    ],
)  # fmt: skip
def test_a_name_is_found(book: Gazetteer, said: str, name: str) -> None:
    """By signs, pinyin, initials; with wrong, missing and swapped signs, slips and accents, within a sentence."""
    assert name in [one.name for one in book.find(said)][:5], said


def test_what_is_exact_comes_first(book: Gazetteer) -> None:
    for name in ("湖滨南路", "湖滨北路", "厦禾路", "中山公园"):
        best = book.find(name)[0]
        assert best.name == name
        assert best.score >= 99


def test_a_candidate_says_where_it_is(book: Gazetteer) -> None:
    """District, street and community with their 12 digits, the cell with its 15, and that all of it is a sample."""
    one = book.find("湖滨南路")[0]
    assert one.district == "思明区"
    assert len(one.division) == 12
    assert one.division.startswith("350203")
    assert one.sample
    if one.grid_code:
        assert len(one.grid_code) == 15
        assert one.grid_code.startswith(one.division)
        assert one.street
        assert one.community
    assert any(found.grid_code for found in book.find("路", 50) + book.find("公园", 50))  # type: ignore[operator]


def test_both_roads_of_a_crossing(book: Gazetteer) -> None:
    found = book.find("湖滨南路和湖滨东路交叉口")
    pairs = {(one.name, one.crossing) for one in found}
    assert ("湖滨南路", "湖滨东路") in pairs
    assert ("湖滨东路", "湖滨南路") in pairs


def test_the_district_that_was_said_counts(tmp_path: Path) -> None:
    shipped = compiled.shipped()
    names = [PlaceName("龙山路", "road", district) for district in ("思明区", "集美区", "同安区")]
    (tmp_path / "x" / "index").mkdir(parents=True)
    book = Gazetteer(compiled.build(tmp_path / "x", Content(names, (), shipped.divisions)))
    for district in ("思明区", "集美区", "同安区"):
        assert book.find(f"{district}龙山路")[0].district == district
    assert {one.district for one in book.find("龙山路")} == {"思明区", "集美区", "同安区"}


def test_an_alias_finds_its_place_once(tmp_path: Path) -> None:
    names = [
        PlaceName("厦门站", "metro", "思明区", aliases=("梧村火车站", "火车站")),
        PlaceName("厦门北站", "metro", "集美区"),
    ]
    (tmp_path / "x" / "index").mkdir(parents=True)
    book = Gazetteer(compiled.build(tmp_path / "x", Content(names, (), ())))
    found = book.find("梧村火车站")
    assert (found[0].name, found[0].alias) == ("厦门站", "梧村火车站")
    assert len([one for one in found if one.name == "厦门站"]) == 1


@pytest.mark.parametrize(
    "said", ["", " ", "！？", "\x00", "😀😀", "x" * 500, "(" * 80, "湖" * 300, "a:b^2 AND *", "%_'\""]
)
def test_nonsense_is_answered(book: Gazetteer, said: str) -> None:
    """Nothing of it is a query's syntax, and no length is looked at beyond the limit."""
    assert len(book.find(said)) <= 10
    assert MOST_SAID == 80


def test_a_point(book: Gazetteer) -> None:
    cell = book.grid.cells[100]
    west, south, east, north = cell.box
    here = book.at(Point((west + east) / 2, (south + north) / 2, Crs.WGS84))
    assert (here.grid_code, here.division, here.odd, here.sample) == (cell.code, cell.code[:12], "", True)
    assert len(here.area) == 3
    far = book.at(Point(119.3, 26.1, Crs.WGS84))
    assert (far.grid_code, far.area, far.odd) == ("", (), "outside")


@pytest.mark.slow
def test_recall_among_made_up_names(tmp_path: Path) -> None:
    """The bench, small: each of its fourteen kinds of query finds most of its names."""
    names = generate.names(3000)
    assert len({(one.name, one.district) for one in names}) == 3000
    assert generate.names(50) == names[:50]
    (tmp_path / "x" / "index").mkdir(parents=True)
    book = Gazetteer(compiled.build(tmp_path / "x", Content(names, (), compiled.shipped().divisions)))
    found: dict[str, list[bool]] = {}
    for query in generate.queries(names, 20):
        found.setdefault(query.kind, []).append(any(one.name == query.name for one in book.find(query.text)))
    assert len(found) == 14
    assert {kind: sum(hits) for kind, hits in found.items() if sum(hits) < 18} == {}

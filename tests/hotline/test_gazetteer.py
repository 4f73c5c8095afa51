"""Which gazetteer the console gets: the city's own, the shipped one where there is none or it is damaged."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.gazetteer import compiled
from bridge.gazetteer.compiled import Content, GazetteerFault, Gazetteers
from bridge.gazetteer.entries import PlaceName
from config.file_places import Places
from hotline.consoles.gazetteer import opened
from tests import shipped_gazetteer


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """As after a start: the shipped one is compiled already."""
    made = Places(tmp_path)
    shipped_gazetteer.lay(made.gazetteer)
    return made


def test_the_shipped_one_without_an_import(tmp_path: Path) -> None:
    """At a first start, which compiles it."""
    assert opened(Places(tmp_path)).find("hbnl", 3)


def test_the_citys_own_and_what_is_used_when_it_is_damaged(places: Places) -> None:
    """A damaged index and a damaged description both: places are offered all the same."""
    made = Gazetteers(places.gazetteer).put(Content([PlaceName("试验路")], (), ()))
    assert [one.name for one in opened(places).find("试验路")] == ["试验路"]
    for file in [*(made.folder / "index").iterdir()]:
        file.unlink()  # not emptied where it lies: the one that is open has it mapped, and would end this process
        file.write_bytes(b"")
    assert opened(places).find("湖滨南路")[0].name == "湖滨南路"
    (made.folder / "made.json").write_text("{")
    assert opened(places).find("湖滨南路")[0].name == "湖滨南路"


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def _flipped(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    file.write_bytes(bytes(raw))


@pytest.mark.parametrize("harm", [_cut, _flipped, Path.unlink])
def test_a_damaged_file_of_it_is_said_and_the_shipped_one_is_used(places: Places, harm: Callable[[Path], None]) -> None:
    made = Gazetteers(places.gazetteer).put(Content([PlaceName("试验路")], (), compiled.shipped().divisions))
    harm(made.folder / compiled.DIVISIONS)
    with pytest.raises(GazetteerFault):
        compiled.load(made.folder)
    assert opened(places).find("湖滨南路")[0].name == "湖滨南路"


def test_one_of_another_version_is_not_compiled_within_the_daemon(places: Places) -> None:
    """The shipped one meanwhile; the city's own lies there as it was until a verb compiles it."""
    shelf = Gazetteers(places.gazetteer)
    made = shelf.put(Content([PlaceName("试验路")], (), ()))
    file = made.folder / "made.json"
    file.write_text(file.read_text("utf-8").replace(compiled.index_version(), "0.1"), "utf-8")
    assert opened(places).find("湖滨南路")[0].name == "湖滨南路"
    assert (shelf.root / "current").read_text("utf-8").strip() == made.folder.name
    shelf.ready()
    assert [one.name for one in opened(places).find("试验路")] == ["试验路"]
    shutil.rmtree(shelf.root)

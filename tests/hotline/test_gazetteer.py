"""Which gazetteer the console gets: the city's own, the shipped one where there is none or it is damaged."""

from __future__ import annotations

from pathlib import Path

from bridge.gazetteer.compiled import Content, Gazetteers
from bridge.gazetteer.entries import PlaceName
from config.file_places import Places
from hotline.consoles.gazetteer import opened


def test_the_shipped_one_without_an_import(tmp_path: Path) -> None:
    assert opened(Places(tmp_path)).find("hbnl", 3)


def test_the_citys_own_and_what_is_used_when_it_is_damaged(tmp_path: Path) -> None:
    """A damaged index and a damaged description both: places are offered all the same."""
    places = Places(tmp_path)
    made = Gazetteers(places.gazetteer).put(Content([PlaceName("试验路")], (), ()))
    assert [one.name for one in opened(places).find("试验路")] == ["试验路"]
    for file in (made.folder / "index").iterdir():
        file.write_bytes(b"")
    assert opened(places).find("湖滨南路")[0].name == "湖滨南路"
    (made.folder / "made.json").write_text("{")
    assert opened(places).find("湖滨南路")[0].name == "湖滨南路"

"""What is said around a name goes, the name stays."""

from __future__ import annotations

import pytest

from bridge.gazetteer.divisions import Divisions
from bridge.gazetteer.phrases import asked


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("湖滨南路旁边", "湖滨南路"), ("我在湖滨南路门口", "湖滨南路"), ("厦门市思明区湖滨南路的对面", "湖滨南路"), ("就在中山公园那里", "中山公园"),
        ("厦门大学", "厦门大学"), ("旁边", "旁边"), ("在", "在"), ("湖滨南路 388 号 附近", "湖滨南路388号"),
    ],
)  # fmt: skip
def test_the_name_is_left(said: str, name: str, divisions: Divisions) -> None:
    """Of 厦门大学 too, which begins as the city does, and of what is nothing but such a word."""
    assert asked(said, divisions).text == name


def test_the_district_is_known(divisions: Divisions) -> None:
    found = asked("思明区湖滨南路", divisions)
    assert found.within is not None
    assert found.within.name == "思明区"
    assert asked("思明区", divisions).within is None


@pytest.mark.parametrize(
    ("said", "roads"),
    [
        ("湖滨南路和湖滨东路交叉口", ("湖滨南路", "湖滨东路")), ("嘉禾路与吕岭路的路口旁边", ("嘉禾路", "吕岭路")), ("湖滨南路", None),
        ("和平码头路口", None),
    ],
)  # fmt: skip
def test_crossings(said: str, roads: tuple[str, str] | None, divisions: Divisions) -> None:
    """和 begins names, too."""
    assert asked(said, divisions).crossing == roads

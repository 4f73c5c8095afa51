"""Limits hang on filing conditions; the shipped ones are other cities' and say so."""

from __future__ import annotations

from bridge import catalogue
from bridge.catalogues.crosswalk import NEW
from bridge.catalogues.filing_conditions import chosen, shipped
from config.work_time import TimeLimit, Unit

CODES = catalogue.load()


def test_most_codes_have_several() -> None:
    ours = {key: ones for key, ones in shipped().items() if key[0] == NEW}
    assert len(ours) > 180
    assert sum(len(ones) > 1 for ones in ours.values()) >= 114
    assert {one.sample for ones in shipped().values() for one in ones} == {True}


def test_a_manhole_cover() -> None:
    cover = CODES.get(NEW, "2013", "0101", "part")
    assert cover is not None
    found = CODES.conditions(cover)
    assert [one.limit for one in found] == [
        TimeLimit(2, Unit.URGENT_WORK_HOUR), TimeLimit(4, Unit.WORK_HOUR), TimeLimit(2, Unit.WORK_DAY), TimeLimit(5, Unit.WORK_DAY)
    ]  # fmt: skip
    assert chosen(found) is found[0]
    assert chosen(found, found[2].text) is found[2]
    assert chosen(found, "x") is None
    assert chosen(()) is None


def test_a_code_without_its_own_has_those_of_its_match() -> None:
    wall = CODES.get("CJ/T 214", "2007", "0401", "event")
    assert wall is not None
    assert "GB/T 30428.2 2013 event 0505" in CODES.conditions(wall)[0].source


def test_the_first_that_is_about_handling_is_meant() -> None:
    """停工 within 4 hours comes first in that table, and settles nothing."""
    build = CODES.get("CJ/T 214", "2007", "0101", "event")
    assert build is not None
    found = chosen(CODES.conditions(build))
    assert found is not None
    assert found.text == "拆除"

"""Divisions by code and name: names that stand twice, old codes, what is below what."""

from __future__ import annotations

import pytest

from bridge.gazetteer.divisions import Division, Divisions, full, level_of, plain


def test_the_shipped_ones_are_whole(divisions: Divisions) -> None:
    """Each has its parent, and every community leads up to the city over four levels."""
    assert len(divisions) == 616
    assert {level_of(row.code) for row in divisions.rows} == {"city", "district", "street", "community"}
    for row in divisions.of_level("community"):
        assert [one.level for one in divisions.chain(row.code)] == ["city", "district", "street", "community"], row


def test_names_are_no_keys(divisions: Divisions) -> None:
    """何厝 is a community of two streets: without the street nobody knows which."""
    twice = [row for row in divisions.of_level("community") if len(divisions.named("community", row.name)) > 1]
    assert len({row.name for row in twice}) >= 10
    one = twice[0]
    street = divisions.at("street", one.code)
    district = divisions.at("district", one.code)
    assert street is not None
    assert district is not None
    assert divisions.resolve(district.name, street.name, one.name) == one
    assert divisions.resolve(district.name, street.name, "没有这个社区") == street
    assert (
        divisions.resolve("没有这个区", street.name) is None or divisions.resolve("没有这个区", street.name) == street
    )


@pytest.mark.parametrize(
    ("code", "short"),
    [("350203000000", "350203"), ("350203012000", "350203012"), ("350203012005", "350203012005"), ("350200", "350200")],
)
def test_zeros_say_nothing(code: str, short: str, divisions: Divisions) -> None:
    assert plain(code) == short
    assert len(full(short)) == 12
    assert divisions.get(code) is not None


def test_an_old_code_leads_to_what_it_became() -> None:
    """And a circle of them ends somewhere."""
    rows = [
        Division("350213", "district", "翔安区", "翔安", "350200"),
        Division("350213100", "street", "新店镇", "新店镇", "350213", became="350213004"),
        Division("350213004", "street", "新店街道", "新店", "350213", aliases=("新店镇街道",)),
        Division("350213005", "street", "甲", "甲", "350213", became="350213006"),
        Division("350213006", "street", "乙", "乙", "350213", became="350213005"),
    ]
    some = Divisions(rows)
    assert some.current("350213100") == rows[2]
    assert some.resolve("翔安", "新店镇街道") == rows[2]
    assert some.current("350213005") in rows[3:]
    assert some.current("999999") is None


def test_of_a_cell_as_much_as_is_known() -> None:
    some = Divisions([Division("350203", "district", "思明区", "思明", "350200")])
    found = some.of_cell("350203012005001")
    assert found is not None
    assert found.code == "350203"
    assert some.of_cell("999999012005001") is None

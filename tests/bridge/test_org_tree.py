"""The tree of units, and what a place's names lead to in it."""

from __future__ import annotations

from bridge.catalogues.org_tree import divisions, org_tree


def test_a_place_is_named_by_what_it_lies_in() -> None:
    assert divisions().of_area(("思明区", "筼筜街道")) == ("350203", "350203009")
    assert divisions().of_area(("筼筜街道",)) == ("350203", "350203009")
    assert divisions().of_area(("思明区", "金山街道")) == ("350203", "")
    assert divisions().of_area(("",)) == ("", "")


def test_the_tree_of_units_has_four_levels() -> None:
    tree = org_tree()
    office = tree.street_office("350203009")
    assert office is not None
    community = tree.below(office.id)[0]
    assert [unit.level for unit in tree.path(community.id)] == ["city", "district", "street", "community"]
    assert {unit.sample for unit in tree.units.values()} == {True}

"""The catalogue over two national tables: one is offered, both are known."""

from __future__ import annotations

from pathlib import Path

from bridge import catalogue
from bridge.catalogues.crosswalk import NEW, OLD


def test_one_table_is_offered_and_the_other_known() -> None:
    for offered, other in ((OLD, NEW), (NEW, OLD)):
        codes = catalogue.load(offered=offered)
        assert codes.schemes[0][0] == offered
        assert {code.scheme for code in codes.search("", most=500)} == {offered}
        assert other in {scheme for scheme, _version in codes.schemes}


def test_the_operators_own_rows_are_offered_beside_either(tmp_path: Path) -> None:
    own = tmp_path / "codes.csv"
    own.write_text(
        "scheme,version,kind,major,major_name,code,name,confidence\nXM,1,event,21,扩展,2101,榕树气根,\n", "utf-8"
    )
    for offered in (OLD, NEW):
        assert catalogue.load(own, offered).search("榕树")[0].scheme == "XM"


def test_a_code_that_nobody_gave_anything_has_nothing(tmp_path: Path) -> None:
    own = tmp_path / "codes.csv"
    own.write_text(
        "scheme,version,kind,major,major_name,code,name,confidence\nXM,1,event,21,扩展,2101,榕树气根,\n", "utf-8"
    )
    codes = catalogue.load(own)
    (code,) = codes.search("2101")
    assert codes.conditions(code) == ()
    assert codes.unit(code) is None

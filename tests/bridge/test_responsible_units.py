"""Who is responsible: by code, place and time, with a stated confidence."""

from __future__ import annotations

from datetime import date

import pytest

from bridge import catalogue
from bridge.catalogues.responsible_units import Confidence, directory, in_words

CODES = catalogue.load()
TODAY = date(2026, 11, 29)
RUBBISH = ("CJ/T 214", "2007", "event", "0102")


def test_by_district() -> None:
    found = directory().of(RUBBISH, ("思明区", "筼筜街道"), TODAY)
    assert found is not None
    assert (found.unit, found.confidence, found.rule) == ("hw-350203", Confidence.PLACE, "place_first")
    assert "思明区" in found.primary
    assert found.secondary
    assert "筼筜" in found.secondary[0]
    assert found.sample


def test_without_a_place_it_is_a_kind_of_unit() -> None:
    found = directory().of(RUBBISH, (), TODAY)
    assert found is not None
    assert (found.primary, found.unit, found.confidence) == ("环卫", "", Confidence.ROLE)


def test_before_it_was_valid_nobody_is() -> None:
    assert directory().of(RUBBISH, ("思明区",), date(2025, 12, 31)) is None
    assert directory().of(("x", "1", "event", "0102"), ("思明区",), TODAY) is None


def test_every_shipped_code_of_the_first_table_has_somebody_in_every_district() -> None:
    for code in CODES.search("", most=500):
        for district in ("思明区", "海沧区", "湖里区", "集美区", "同安区", "翔安区"):
            assert CODES.unit(code, (district,), TODAY), (code.code, district)


@pytest.mark.parametrize(
    ("words", "sure"),
    [
        (("市政维护中心",), Confidence.NAMED),
        (("属地行政执法部门",), Confidence.ROLE),
        (("各产权单位",), Confidence.UNKNOWN),
        (("城管", "环卫"), Confidence.SEVERAL),
    ],
)
def test_units_in_the_words_of_a_city(words: tuple[str, ...], sure: Confidence) -> None:
    found = in_words(words)
    assert found is not None
    assert found.confidence is sure


def test_no_words_name_nobody() -> None:
    assert in_words(()) is None

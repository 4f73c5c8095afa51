"""Editions side by side: which is in force, how two differ, and what a catalogue offers by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bridge import catalogue
from bridge.catalogues.edition import Edition, EditionCode, EditionUnits, diff, in_force
from bridge.catalogues.filing_conditions import Condition
from config.work_time import Reading, TimeLimit, Unit

FIRST = Edition(
    "GB/T 30428.2", "2026.1", date(2026, 1, 1), Reading.COUNTED,
    (EditionCode("event", "0401", "无照经营游商", "04", "街面秩序"), EditionCode("part", "0101", "上水井盖", "01", "公用设施")),
    {("event", "0401"): (Condition(1, "占道", "离开", TimeLimit(2, Unit.WORK_HOUR), "2小时"),)},
    {("event", "0401"): EditionUnits(("属地行政执法部门",), ("城管局",))}, "本市 2026",
)  # fmt: skip
SECOND = replace(
    FIRST, version="2026.2", valid_from=date(2026, 12, 1), reading=Reading.ELAPSED,
    codes=(EditionCode("event", "0401", "无照游商", "04", "街面秩序"), EditionCode("event", "0476", "共享单车", "04", "街面秩序")),
    conditions={("event", "0401"): (Condition(1, "占道", "离开", TimeLimit(1, Unit.WORK_DAY), "1天"),)},
    units={("event", "0401"): EditionUnits(("城管中队",), ("城管局",))},
)  # fmt: skip


def test_the_latest_that_is_valid_is_in_force() -> None:
    both = [FIRST, SECOND]
    assert in_force(both, date(2025, 12, 31)) is None
    assert in_force(both, date(2026, 11, 30)) is FIRST
    assert in_force(both, date(2026, 12, 1)) is SECOND
    again = replace(FIRST, version="2026.3")
    assert in_force([FIRST, again], date(2026, 6, 1)) is again


def test_how_two_differ() -> None:
    assert [(one.what, one.key[1]) for one in diff(FIRST, SECOND)] == [
        ("renamed", "0401"), ("limit", "0401"), ("units", "0401"), ("added", "0476"), ("removed", "0101")
    ]  # fmt: skip
    assert diff(FIRST, FIRST) == []


def test_a_catalogue_offers_what_is_in_force_and_knows_the_rest() -> None:
    codes = catalogue.load()
    codes.renew([FIRST, SECOND], date(2026, 11, 30))
    assert [code.name for code in codes.search("0401")] == ["无照经营游商"]
    assert codes.schemes[0] == ("GB/T 30428.2", "2026.1")
    assert len(codes) == 2
    codes.renew([FIRST, SECOND], date(2026, 12, 1))
    assert [code.name for code in codes.search("0401")] == ["无照游商"]
    before, now = (codes.get("GB/T 30428.2", version, "0401", "event") for version in ("2026.1", "2026.2"))
    assert before is not None
    assert now is not None
    assert (before.name, now.name) == ("无照经营游商", "无照游商")
    assert codes.conditions(now)[0].reading is Reading.ELAPSED
    unit = codes.unit(before)
    assert unit is not None
    assert (unit.primary, unit.secondary) == ("属地行政执法部门", ("城管局",))
    assert codes.get("CJ/T 214", "2007", "0401", "event")


def test_taken_back_it_is_offered_no_more_and_still_known() -> None:
    codes = catalogue.load()
    codes.renew([], date(2026, 12, 1), [SECOND])
    assert len(codes) == 139
    assert codes.in_force is None
    assert codes.get("GB/T 30428.2", "2026.2", "0476", "event")


def test_citizens_words_find_an_editions_codes_by_their_names() -> None:
    codes = catalogue.load()
    codes.renew([FIRST], date(2026, 11, 30))
    assert codes.search("摆摊")[0].code == "0401"

"""How names sound: the city's own readings, accents folded, signs that are no Chinese kept."""

from __future__ import annotations

import pytest

from bridge.gazetteer.sounds import folded, initials, key, syllables


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("厦禾路", "xia he lu"), ("曾厝垵", "zeng cuo an"), ("大厦", "da sha"), ("SM广场", "sm guang chang"),
        ("湖滨南路388号", "hu bin nan lu 388 hao"), ("T4航站楼", "t4 hang zhan lou"),
    ],
)  # fmt: skip
def test_readings(name: str, said: str) -> None:
    """A general dictionary says sha he and ceng cuo an."""
    assert " ".join(syllables(key(name))) == said


def test_a_local_word_behind_other_signs() -> None:
    """Runs of letters are one syllable: the places of those behind them move."""
    assert syllables(key("BRT厦禾路站"))[:3] == ["brt", "xia", "he"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zhang", "zan"),
        ("chi", "ci"),
        ("shui", "sui"),
        ("nan", "lan"),
        ("ren", "len"),
        ("fei", "hei"),
        ("lv", "lu"),
        ("lyu", "lü"),
        ("xing", "xin"),
    ],
)
def test_accents_are_one(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("hu", "du"), ("bin", "pin"), ("xia", "jia")])
def test_what_stays_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(("name", "first"), [("湖滨南路", "hbnl"), ("SM广场", "smgc"), ("湖滨南路388号", "hbnl388h")])
def test_initials(name: str, first: str) -> None:
    assert initials(key(name), syllables(key(name))) == first


def test_a_key_has_no_marks() -> None:
    assert key("　ＳＭ 广场（二期）·") == "sm广场二期"

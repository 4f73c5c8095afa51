"""The walker: what a caller meets, step by step, and that every walk ends."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.journey.graph import of_settings
from config.read import parse
from cti.ids import Instant
from hotline.lab.hotline_instance import shipped
from ivr.walker import (
    Circumstances,
    Endless,
    Happened,
    Heard,
    Keys,
    LetGo,
    Noticed,
    Passed,
    Queued,
    TurnedAway,
    Walker,
    facts,
)
from tests.config.journeys import everything

XIAMEN = ZoneInfo("Asia/Shanghai")
SETTINGS = parse(everything(shipped()))
WALKERS = {line: Walker.of(SETTINGS, graph) for line, graph in of_settings(SETTINGS).items()}


def at(day: str) -> Instant:
    return Instant(datetime.fromisoformat(day).replace(tzinfo=XIAMEN).timestamp())


def pressing(*answers: str) -> Keys:
    left = iter(answers)
    return lambda _prompt, _most: next(left, "")


MONDAY, NIGHT, HOLIDAY = at("2026-11-23 09:00"), at("2026-11-23 03:00"), at("2026-10-01 09:00")


def walked(line: str, **met: object) -> list[Happened]:
    return list(WALKERS[line].walk(Circumstances(**{"at": MONDAY, **met})))  # type: ignore[arg-type]


def test_a_partner_hears_his_notice_and_a_person() -> None:
    """No menu unless one is configured, at any hour."""
    assert walked("partner", at=NIGHT) == [Noticed("notice", "partner"), Heard("partner"), Queued("queue", "mandarin")]


def test_a_menu_comes_after_the_notice_and_is_no_trap() -> None:
    """A key chooses; a wrong key or none says it again; after three times a person all the same."""
    assert walked("menu", keys=pressing("2")) == [
        Noticed("notice", "welcome"), Heard("welcome"), Heard("menu"), Passed("menu", "2"), Queued("key_2", "minnan"),
    ]  # fmt: skip
    trapped = walked("menu", keys=pressing("7", "", "#"))
    assert facts(trapped) == [
        ("NOTICE", "welcome|dialplan"), ("STEP", "menu|7"), ("STEP", "menu|silence"), ("STEP", "menu|#"),
        ("STEP", "menu|otherwise"), ("QUEUE", "mandarin"),
    ]  # fmt: skip
    assert trapped.count(Heard("menu")) == 3


@pytest.mark.parametrize("when", [NIGHT, HOLIDAY], ids=["night", "holiday"])
def test_outside_its_hours_a_line_is_closed(when: Instant) -> None:
    """Booked before it is said: who hangs up meanwhile is owed the same."""
    assert walked("office", at=when) == [
        Passed("hours", "closed"), Noticed("closed", "closed"), TurnedAway("closed", "closed"), Heard("closed"),
        LetGo("closed"),
    ]  # fmt: skip
    assert walked("office", at=MONDAY)[0] == Passed("hours", "open")


def test_while_a_line_is_closed_its_callers_come_to_the_seat_on_duty() -> None:
    """Where nobody sits there, to the end of a closed line; while it is open nobody is asked."""
    assert walked("duty", at=NIGHT, seated=frozenset({"minnan"})) == [
        Passed("hours", "closed"), Passed("closed", "somebody"), Noticed("closed_notice", "welcome"), Heard("welcome"),
        Queued("closed_duty", "minnan"),
    ]  # fmt: skip
    assert walked("duty", at=NIGHT, seated=frozenset({"mandarin"}))[:4] == [
        Passed("hours", "closed"), Passed("closed", "nobody"), Noticed("closed_end", "voicemail_closed"),
        TurnedAway("closed_end", "closed"),
    ]  # fmt: skip
    assert walked("duty", at=MONDAY, seated=frozenset({"minnan"}))[-1] == Queued("queue", "mandarin")


def ways(line: str, **met: object) -> dict[str, str]:
    return {one.step: one.way for one in walked(line, **met) if isinstance(one, Passed)}


def test_branches_go_by_what_is_so() -> None:
    """Mode, stored value, queue and advice each lead their way; without an answer the journey's own."""
    assert ways("citizen")["storm"] == "off"
    assert ways("citizen", modes=frozenset({"typhoon"})) | {"choice": ""} == {
        "storm": "on", "warned": "next", "office": "open", "district": "otherwise", "crowd": "few", "long": "otherwise",
        "choice": "",
    }  # fmt: skip
    assert ways("citizen", stored={"district": "siming"})["district"] == "siming"
    assert ways("citizen", stored={"district": "huli"})["district"] == "otherwise"
    assert "long" not in ways("citizen", waiting={"mandarin": 5})
    assert ways("citizen", waiting={"mandarin": 4, "minnan": 9})["crowd"] == "few"
    assert ways("citizen", keys=pressing("5"), seated=frozenset({"minnan"}))["sits"] == "somebody"
    assert ways("citizen", keys=pressing("5"), seated=frozenset({"mandarin"}))["sits"] == "nobody"
    assert ways("citizen", advice={"wait": "long"})["long"] == "long"
    assert ways("citizen", advice={"wait": "short"})["long"] == "otherwise", "no way for it"


def test_a_number_is_asked_until_it_is_long_enough() -> None:
    """``#`` ends it and is no part of it; too few digits are asked for again."""
    assert ways("citizen", keys=pressing("2", "12", "123#", "1234#5"))["number"] == "next"
    assert ways("citizen", keys=pressing("2", "", "1", "##"))["number"] == "otherwise"
    assert walked("citizen", keys=pressing("2", "1234567"))[-1] == Queued("other", "minnan")


_KEYS = st.lists(st.text("0123456789*#", max_size=8), max_size=6)


@given(
    st.sampled_from(sorted(WALKERS)), _KEYS, st.floats(1.7e9, 1.9e9), st.booleans(),
    st.sampled_from(["", "siming", "huli"]), st.integers(0, 9), st.sampled_from(["", "minnan"]),
    st.sampled_from(["", "long", "short"]),
)  # fmt: skip
def test_every_walk_ends(
    line: str, keys: list[str], when: float, storm: bool, district: str, waiting: int, seated: str, advice: str
) -> None:
    """Whatever a caller presses and whatever is so, he comes to a person or is let go, and that once."""
    met = Circumstances(
        Instant(when), pressing(*keys), frozenset({"typhoon"} if storm else ()), {"district": district},
        {"mandarin": waiting}, frozenset({seated}), {"wait": advice} if advice else {},
    )  # fmt: skip
    walk = list(WALKERS[line].walk(met))
    assert isinstance(walk[-1], Queued | LetGo)
    assert not any(isinstance(one, Queued | LetGo) for one in walk[:-1])


def test_a_caller_who_presses_for_ever_is_no_endless_loop() -> None:
    """A walk is bounded, as a call is by Asterisk."""
    with pytest.raises(Endless):
        list(WALKERS["citizen"].walk(Circumstances(MONDAY, lambda _prompt, _most: "*")))

"""How whom a seat calls learns of the recording: what each of the three settings renders, and what it needs."""

from __future__ import annotations

import re
from typing import Any

import pytest

from config.read import SettingsError, parse
from hotline.consoles.build import _to_say
from hotline.lab.hotline_instance import shipped

from .test_render import rendered


def answered(**recording: Any) -> str:
    """What is done on the called leg before anybody hears anybody."""
    table = shipped()
    table["recording"] |= recording
    text = rendered(parse(table))["extensions.conf"]
    (found,) = re.findall(r"^\[outbound-answered\]\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    return str(found)


def order(steps: str, *words: str) -> list[bool]:
    places = [steps.find(word) for word in words]
    return [place >= 0 for place in places] if places == sorted(places) else []


def test_a_prompt_is_played_within_the_recording() -> None:
    """Recorded first, so that the recording holds the notice; its proof before it, taken back where it was not heard."""
    assert order(
        answered(), "MixMonitor", "NOTICE,outbound|dialplan", "Playback(hotline/outbound)", "UNPLAYED,outbound"
    ) == [True] * 4  # fmt: skip


def test_an_urgent_number_waits_for_no_prompt() -> None:
    steps = answered()
    assert order(steps, '"${ARG1}"="urgent"', "Playback", "NOTICE,outbound|agent") == [True] * 3
    text = rendered(parse(shipped()))["extensions.conf"]
    assert "U(outbound-answered${HOTLINE_URGENT})" in text
    assert "HOTLINE_URGENT=^urgent" in text


def test_the_agent_says_it() -> None:
    steps = answered(outbound_notice="agent")
    assert order(steps, "MixMonitor", "NOTICE,outbound|agent") == [True, True]
    assert "Playback" not in steps


@pytest.mark.parametrize("recording", [{"outbound_notice": "off"}, {"enabled": False}])
def test_not_told_is_not_recorded(recording: dict[str, Any]) -> None:
    steps = answered(**recording)
    assert "MixMonitor" not in steps
    assert "NOTICE" not in steps
    assert "Playback" not in steps


@pytest.mark.parametrize(
    ("notice", "enabled", "shown"),
    [("play", True, False), ("agent", True, True), ("agent", False, False), ("off", True, False)],
)
def test_the_page_has_the_sentence_where_the_agent_says_it(notice: str, enabled: bool, shown: bool) -> None:
    table = shipped()
    table["recording"] |= {"outbound_notice": notice, "enabled": enabled}
    assert _to_say(parse(table)) == (table["prompts"]["outbound"] if shown else "")


def test_its_text_is_needed_where_somebody_is_told() -> None:
    table = shipped()
    del table["prompts"]["outbound"]
    for notice in ("play", "agent"):
        table["recording"]["outbound_notice"] = notice
        with pytest.raises(SettingsError, match=r"prompts\.outbound"):
            parse(table)
    table["recording"]["outbound_notice"] = "off"
    assert parse(table).recording.outbound is False
    table["recording"] |= {"outbound_notice": "play", "enabled": False}
    assert parse(table).recording.outbound is False


def test_every_answered_leg_is_listened_to() -> None:
    """The citizen's, the seat's from the queue, by transfer, by another seat or after a reload, the seat's that dials, and whom it calls."""
    text = rendered(parse(shipped()))["extensions.conf"]
    for place in ("line-citizen", "met", "world", "outbound-answered", "listened-to"):
        (steps,) = re.findall(rf"^\[{place}\]\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
        assert "hangup_handler_push)=sound-of-leg" in steps, place
    for place in ("between", "given", "rejoin"):
        (steps,) = re.findall(rf"^\[{place}\]\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
        assert "U(listened-to)" in steps, place

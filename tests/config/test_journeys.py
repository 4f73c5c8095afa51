"""Journeys: what the settings make of them, what is refused with its field, and that the dialplan is the same graph."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import Day, WorkCalendar
from config.journey import faults, proof
from config.journey.graph import Graph, of_line, of_settings
from config.journey.steps import KINDS, HangUp, Hours, Menu, Notice, Queue
from config.read import SettingsError, parse
from config.render import dialplan
from hotline.lab.hotline_instance import shipped

from .journeys import EVERYTHING, HELPED, Table, everything


def line(**said: Any) -> Graph:
    table = shipped()
    table.pop("mode")  # it has steps of its own in each line
    table["line"][0] |= said
    settings = parse(table)
    return of_line(settings, settings.line[0])


def test_the_older_settings_make_the_journeys_they_made() -> None:
    """The notice and the queue; a menu behind the notice; closed outside the hours. Each line with its own words."""
    assert {name: step for name, step in line().steps.items() if not name.startswith("_")} == {
        "notice": Notice(kind="notice", prompt="welcome", next="queue"),
        "queue": Queue(kind="queue", queue="mandarin"),
    }
    assert line(notice="partner", queue="minnan").steps["notice"] == Notice(
        kind="notice", prompt="partner", next="queue"
    )
    menu = line(menu={"2": "minnan", "#": "emergency"})
    assert menu.steps["notice"] == Notice(kind="notice", prompt="welcome", next="menu")
    assert menu.steps["menu"] == Menu(kind="menu", keys={"2": "key_2", "#": "key_hash"}, otherwise="queue")
    assert menu.steps["key_hash"] == Queue(kind="queue", queue="emergency")
    office = line(hours="Mon-Fri 08:00-12:00")
    assert office.start == "hours"
    assert office.steps["hours"] == Hours(kind="hours", hours="Mon-Fri 08:00-12:00", open="notice", closed="closed")
    assert office.steps["closed"] == HangUp(kind="hang_up", prompt="closed", refused="closed")


def test_a_journey_of_its_own_takes_from_the_line_what_it_leaves_out() -> None:
    """Notice, queue and hours of a journey that several lines may have are each line's own."""
    settings = parse(everything(shipped()))
    graph = of_settings(settings)["citizen"]
    assert (graph.name, graph.start) == ("everything", "storm")
    assert list(graph.steps) == list(EVERYTHING)
    assert graph.steps["notice"] == Notice(kind="notice", prompt="welcome", next="district")
    assert graph.steps["people"] == Queue(kind="queue", queue="mandarin")


def storm(table: Table) -> dict[str, Any]:
    steps: dict[str, Any] = table["journey"]["everything"]
    return steps


@pytest.mark.parametrize(
    ("field", "change", "hint"),
    [
        ("line.citizen.journey", lambda t: t["line"][0].update(journey="everythin"), "everything"),
        ("line.citizen.menu", lambda t: t["line"][0].update(menu={"1": "minnan"}), "journey.everything"),
        ("journey.everything.warned.prompt", lambda t: storm(t)["warned"].update(prompt="sory"), "sorry"),
        ("journey.everything.other.queue", lambda t: storm(t)["other"].update(queue="minan"), "minnan"),
        ("journey.everything.crowd.queue", lambda t: storm(t)["crowd"].update(queue="nobody"), "mandarin"),
        ("journey.everything.warned.next", lambda t: storm(t)["warned"].update(next="ofice"), "office"),
        ("journey.everything.choice.keys.1", lambda t: storm(t)["choice"]["keys"].update({"1": "nowhere"}), "people"),
        ("journey.everything.choice.otherwise", lambda t: storm(t)["choice"].update(otherwise="nowhere"), "people"),
        (
            "journey.everything.district.values.siming",
            lambda t: storm(t)["district"]["values"].update(siming="nowhere"),
            "people",
        ),
        ("journey.everything.office.hours", lambda t: storm(t)["office"].update(hours="Mon-Fri 9-5"), "HH:MM"),
        ("journey.everything.long.ask", lambda t: storm(t)["long"].update(ask="wai"), "wait"),
        (
            "journey.everything.long.answers.medium",
            lambda t: storm(t)["long"]["answers"].update(medium="choice"),
            "long",
        ),
        ("journey.everything.number.least", lambda t: storm(t)["number"].update(least=9), "6"),
        ("journey.everything.storm.kind", lambda t: storm(t)["storm"].update(kind="moda"), "mode"),
        ("journey.everything.storm", lambda t: storm(t)["storm"].pop("kind"), "hang_up"),
        ("journey.everything.storm.of", lambda t: storm(t)["storm"].update(of="office"), "off"),
        ("journey.everything.storm.on", lambda t: storm(t)["storm"].pop("on"), ""),
        ("journey.everything.choice.times", lambda t: storm(t)["choice"].update(times=0), "1"),
        ("journey.everything.choice.keys", lambda t: storm(t)["choice"].update(keys={}), ""),
        ("journey.empty", lambda t: t["journey"].update(empty={}), ""),
        # rounds: through one step, through branches, through a menu that nobody answers
        ("journey.everything.warned.next", lambda t: storm(t)["warned"].update(next="warned"), "hang_up"),
        ("journey.everything.crowd.many", lambda t: storm(t)["crowd"].update(many="crowd"), "hang_up"),
        ("journey.everything.choice.otherwise", lambda t: storm(t)["choice"].update(otherwise="choice"), "hang_up"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(field: str, change: Callable[[Table], object], hint: str) -> None:
    """Nothing half-starts: the file is refused, and the message says what was meant or what would do."""
    table = everything(shipped())
    parse(table)
    change(table)
    with pytest.raises(SettingsError) as told:
        parse(table)
    problems = [one for one in told.value.problems if one.field == field]
    assert problems, str(told.value)
    assert hint in str(problems[0])


def test_a_round_only_a_caller_can_go_on_is_none() -> None:
    """A key may lead back: whoever presses it wants to."""
    table = everything(shipped())
    storm(table)["choice"]["keys"]["9"] = "storm"
    assert parse(table)


def test_a_step_nobody_comes_to_is_found() -> None:
    """It refuses nothing; ``hotline check`` tells."""
    table = everything(shipped())
    storm(table)["storm"]["on"] = "office"
    assert faults.unreachable(parse(table).journey["everything"]) == ("warned",)
    assert faults.unreachable(parse(everything(shipped())).journey["everything"]) == ()


_NAMES = st.sampled_from("abcdef")
_WAYS = st.dictionaries(_NAMES, st.dictionaries(st.sampled_from("xyz"), _NAMES, max_size=3), min_size=1)


@given(_WAYS)
def test_a_round_is_found_when_there_is_one(ways: dict[str, dict[str, str]]) -> None:
    """As by walking every way from everywhere, longer than there are steps; and what is found is one."""

    def longest(step: str, left: int) -> bool:
        """Can one go on from here for ``left`` steps?"""
        return left == 0 or any(longest(to, left - 1) for to in ways.get(step, {}).values() if to in ways)

    found = proof.endless(ways)
    assert (found is not None) == any(longest(step, len(ways)) for step in ways)
    if found is not None:
        for one, to in zip(found, (*found[1:], found[0]), strict=True):
            assert to in ways[one].values()


def context_of(rendered: str, name: str) -> dict[str, str]:
    """Extension → its steps."""
    (body,) = re.findall(rf"\[{name}\]\n((?:.+\n)*)", rendered)
    return dict(re.findall(r"exten => ([^,]+),1,((?:.+\n)(?: same => .+\n)*)", body))


@pytest.mark.parametrize("which", ["citizen", "office", "menu", "partner"])
def test_the_dialplan_is_the_graph(which: str) -> None:
    """A step is an extension; it leads to exactly the steps its ways lead to, by labels that are there; nothing falls through."""
    settings = parse(everything(shipped()))
    graph = of_settings(settings)[which]
    extensions = context_of(dialplan.render(settings)["extensions.conf"], f"journey-{which}")
    assert set(extensions) == {*(f"{step.kind}_{name}" for name, step in graph.steps.items()), "T", "i"}
    for name, step in graph.steps.items():
        body = extensions[f"{step.kind}_{name}"]
        there = set(re.findall(r"[?(]([a-z0-9_]+),1\)", body)) - {"s"}
        assert there == {f"{graph.steps[to].kind}_{to}" for to in step.ways().values()}, name
        labels = set(re.findall(r"same => n\(([a-z0-9_]+)\)", body))
        for wanted in re.findall(r"Goto(?:If)?(?:Time)?\([^\n]*[?(]([a-z0-9_]+)\)$", body, re.MULTILINE):
            assert wanted in labels, (name, wanted)
        last = body.strip().splitlines()[-1]
        assert re.search(r"(Goto|Hangup)\(", last), (name, last)
        if isinstance(step, Queue):
            assert f"Goto(queues,{step.queue},1)" in body


def test_every_kind_of_step_is_rendered() -> None:
    """The journeys of the tests have them all."""
    assert {step["kind"] for step in (*EVERYTHING.values(), *HELPED.values())} == set(KINDS)  # type: ignore[index]


def test_every_way_of_every_kind_of_step_stays_within_its_mode() -> None:
    """A mode whose line has a journey with each kind of step: whoever is in it comes to no step outside of it, and to none that is not there."""
    table = everything(shipped())
    for journey, line in (("everything", "citizen"), ("helped", "partner")):
        table.setdefault("mode", [{"id": "flood", "name": "内涝", "line": {}}])[0]["line"][line] = {
            "journey": journey,
            "priority": 1,
        }
    table["journey"]["everything"].pop("storm")  # it asks for a mode that is not there
    table["mode"][0]["id"] = "flood"
    for line, graph in of_settings(parse(table)).items():
        inside = {name: step for name, step in graph.steps.items() if name.startswith("_in_flood_")}
        assert inside, line
        for name, step in inside.items():
            assert set(step.ways().values()) <= set(inside), (line, name)


def test_the_manuals_journey_can_be_copied() -> None:
    """What docs/operating.md shows is taken as it stands, and every step of it is met."""
    manual = (Path(__file__).resolve().parents[2] / "docs/operating.md").read_text("utf-8")
    (shown,) = re.findall(r"```toml\n(\[journey\.storm\]\n.*?)```", manual, re.DOTALL)
    table = shipped()
    table["prompts"]["typhoon"] = "台风"
    table["line"][0]["journey"] = "storm"
    settings = parse(table | tomllib.loads(shown))
    assert faults.unreachable(settings.journey["storm"]) == ()


def test_only_an_advice_asks_the_daemon() -> None:
    """A line without one makes no FastAGI trip at all; one with an advice makes one, under its deadline."""
    rendered = dialplan.render(parse(shipped()))["extensions.conf"]
    assert "AGI(" not in rendered
    rendered = dialplan.render(parse(everything(shipped())))["extensions.conf"]
    (body,) = [body for body in context_of(rendered, "journey-citizen").values() if "AGI(" in body]
    assert body.index("TIMEOUT(absolute)=1.0") < body.index("/advice,wait,citizen,mandarin,") < body.index("(back)")


def test_asterisk_knows_the_holidays() -> None:
    """Of the newest years and of the operator's own, as the calendar says."""
    table = everything(shipped())
    table["calendar"] = {"holidays": [date(2031, 9, 9)], "workdays": [date(2026, 1, 1), date(2026, 12, 5)]}
    rendered = dialplan.render(parse(table))["extensions.conf"]
    told = dict(re.findall(r"^(HOTLINE_(?:HOLIDAYS|MADE_UP)_[0-9]{4}) = -([0-9-]*)-$", rendered, re.MULTILINE))
    calendar = WorkCalendar.of(table["calendar"]["holidays"], table["calendar"]["workdays"])
    assert told["HOTLINE_HOLIDAYS_2031"] == "0909"
    for name, kind in (("HOTLINE_HOLIDAYS_2026", Day.HOLIDAY), ("HOTLINE_MADE_UP_2026", Day.MADE_UP)):
        days = {date(2026, int(day[:2]), int(day[2:])) for day in told[name].split("-")}
        assert all(calendar.day(day) is kind for day in days)
    assert "0101" not in told["HOTLINE_HOLIDAYS_2026"], "worked, says the operator"
    assert "1001" in told["HOTLINE_HOLIDAYS_2026"]
    assert "1205" in told["HOTLINE_MADE_UP_2026"]
    assert max(len(days) for days in told.values()) < 4000, "a variable of Asterisk's holds 4095 bytes"

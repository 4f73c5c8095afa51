"""The bus: who hears what, in which order, and what a listener that fails does to the others (nothing)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog

from hotline.bus import Bus


@dataclass(frozen=True)
class Rang:
    name: str


class Louder(Rang):
    pass


@dataclass(frozen=True)
class Ended:
    name: str


def test_each_hears_the_kinds_it_asked_for_and_no_others() -> None:
    bus = Bus()
    heard: list[Any] = []
    bus.listen((Rang, Ended), heard.append)
    bus.publish(Rang("1"))
    bus.publish(Louder("2"))
    bus.publish(Ended("3"))
    assert heard == [Rang("1"), Ended("3")]


def test_what_is_told_while_telling_comes_after_everybody_heard_the_first() -> None:
    bus = Bus()
    heard: list[Any] = []

    def answers(event: Rang) -> None:
        heard.append(("first", event))
        if event.name == "1":
            bus.publish(Ended("of 1"))

    bus.listen(Rang, answers)
    bus.listen(Ended, lambda event: heard.append(("ended", event)))
    bus.listen(Rang, lambda event: heard.append(("second", event)))
    bus.publish(Rang("1"))
    assert heard == [("first", Rang("1")), ("second", Rang("1")), ("ended", Ended("of 1"))]


def test_a_listener_that_fails_is_logged_with_the_event_and_keeps_nobody_from_hearing() -> None:
    bus = Bus()
    heard: list[Any] = []

    def broken(_event: Rang) -> None:
        raise KeyError("mine")

    bus.listen(Rang, broken)
    bus.listen(Rang, heard.append)
    with structlog.testing.capture_logs() as logs:
        bus.publish(Rang("1"))
        bus.publish(Rang("2"))
    assert heard == [Rang("1"), Rang("2")]
    assert [(one["log_level"], one["event_kind"], one["heard"]) for one in logs] == [
        ("error", "Rang", Rang("1")), ("error", "Rang", Rang("2")),
    ]  # fmt: skip

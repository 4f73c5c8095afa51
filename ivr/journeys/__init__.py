"""Caller journeys, one a file, and which of them a call begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from config.settings import Line
from cti.ids import CallId, Instant, LineId
from ivr.hours import Opening
from ivr.steps import Journey

from .closed import closed
from .menu import menu
from .welcome import welcome


@dataclass(frozen=True, slots=True)
class Arrival:
    """A caller at the door of a line."""

    call: CallId
    line: LineId
    at: Instant
    caller: str
    dialled: str


JourneyFactory = Callable[[Arrival], Journey]


def of_line(line: Line, opening: Opening) -> JourneyFactory:
    """The journeys of one line: closed outside its hours, its menu when it has one, else the welcome."""

    def begin(arrival: Arrival) -> Journey:
        if not opening.open_at(arrival.at):
            return closed()
        if line.menu:
            return menu(notice=line.notice, keys=line.menu, queue=line.queue)
        return welcome(notice=line.notice, queue=line.queue)

    return begin

"""The journey of one line as a graph: the one thing that the renderer and the walker read. Pure.

A line that names a journey of ``[journey]`` gets that one, what it leaves out filled in from the
line; any other gets the one its own ``hours``, ``notice`` and ``menu`` make, as they always did:
closed outside the hours, the notice, the menu where there is one, the queue. Before either stands what
switches change (``switched.py``): the modes, and a line that keeps no hours closed by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import switched
from .steps import AboutAQueue, Hours, Menu, Notice, Queue, Step

if TYPE_CHECKING:
    from ..sections.telephone import Line
    from ..settings import Settings


@dataclass(frozen=True)
class Graph:
    name: str
    """Of the journey; a line's own is called as the line."""
    line: str
    queue: str
    """The line's own."""
    steps: Mapping[str, Step]
    """In the order of the file; each is complete, and each way leads to one of them."""
    start: str
    """Its first step."""


def of_line(settings: Settings, line: Line) -> Graph:
    steps, start = _steps(settings, line)
    begin: dict[str, str] = {}
    of_modes: dict[str, Step] = {}
    modes = [mode for mode in settings.mode if switched.applies(mode, line)]
    for mode in modes:
        here = switched.in_mode(line, mode)
        own, own_start = _steps(settings, here)
        of_modes |= switched.changed(own, here, line.notice, mode)
        begin[mode.id] = switched.named(mode, own_start)
    asked, first = switched.chosen([mode.id for mode in modes], start, begin)
    name = line.id if line.journey is None else line.journey
    return Graph(name, line.id, line.queue, {**asked, **steps, **of_modes}, first)


def _steps(settings: Settings, line: Line) -> tuple[dict[str, Step], str]:
    """Of the line as it is here, each complete, and the first."""
    found = _own(line) if line.journey is None else dict(settings.journey[line.journey])
    steps, start = switched.with_opening(found, next(iter(found)), line)
    return {ident: _whole(step, line) for ident, step in steps.items()}, start


def of_settings(settings: Settings) -> dict[str, Graph]:
    """Line → its journey."""
    return {line.id: of_line(settings, line) for line in settings.line}


def of_journey(settings: Settings, name: str) -> Graph:
    """The journey of the line ``name``, or the one of ``[journey]``, as the first line that has it goes through it.

    Raises KeyError when there is neither.
    """
    line = next((line for line in settings.line if line.id == name), None)
    if line is None:
        settings.journey[name]
        having = next((line for line in settings.line if line.journey == name), settings.line[0])
        line = having.model_copy(update={"journey": name})
    return of_line(settings, line)


def _own(line: Line) -> dict[str, Step]:
    """What the line's own settings say."""
    steps: dict[str, Step] = {}
    if line.hours.strip().lower() != "always":
        steps["hours"] = Hours(kind="hours", open="notice", closed="closed")
    steps["notice"] = Notice(kind="notice", next="menu" if line.menu else "queue")
    if line.menu:
        keys = {key: f"key_{_KEYS.get(key, key)}" for key in line.menu}
        steps["menu"] = Menu(kind="menu", keys=keys, otherwise="queue")
        steps |= {keys[key]: Queue(kind="queue", queue=queue) for key, queue in line.menu.items()}
    steps["queue"] = Queue(kind="queue")
    if "hours" in steps:
        steps |= switched.closed(line, "closed")
    return steps


_KEYS = {"*": "star", "#": "hash"}


def _whole(step: Step, line: Line) -> Step:
    match step:
        case Notice(prompt=None):
            return step.model_copy(update={"prompt": line.notice})
        case Hours(hours=None):
            return step.model_copy(update={"hours": line.hours})
        case _ if isinstance(step, AboutAQueue) and step.queue is None:
            return step.model_copy(update={"queue": line.queue})
        case _:
            return step

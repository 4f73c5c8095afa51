"""While a mode is on that puts a line's callers first, nobody who is given an ordinary priority goes before them all."""

from __future__ import annotations

import re

from config.read import parse
from hotline.lab.hotline_instance import shipped

from .test_render import rendered


def test_who_is_moved_or_held_stands_among_those_of_the_mode() -> None:
    """A supervisor's move to the end, the queue of nuisance callers, and every journey outside the mode."""
    table = shipped()
    table["nuisance"]["queue"] = "minnan"
    dialplan = rendered(parse(table))["extensions.conf"]
    moved = re.findall(r"QUEUEEXIT,\w+\|WITHDRAW\)\n same => n,(.+)\n same => n,Goto\(\$\{HOTLINE_MOVE\},1\)", dialplan)
    assert set(moved) == {'ExecIf($["${QUEUE_PRIO}"="0"]?Gosub(behind,${HOTLINE_MOVE},1(0)))'}
    (way,) = re.findall(r"^\[nuisance\]\n((?:.+\n)*)", dialplan, re.MULTILINE)
    held = re.findall(r"Set\(QUEUE_PRIO=0\)\n same => n,(.+)", way)
    assert held
    assert all(step.startswith("Gosub(behind,") for step in held)
    (queues,) = re.findall(r"^\[behind\]\n((?:.+\n)*)", dialplan, re.MULTILINE)
    assert set(re.findall(r"^exten => (\w+),1", queues, re.MULTILINE)) >= {"mandarin", "minnan", "emergency"}


def test_without_such_a_mode_nothing_is_asked() -> None:
    table = shipped()
    table["mode"] = []
    assert "behind" not in rendered(parse(table))["extensions.conf"]

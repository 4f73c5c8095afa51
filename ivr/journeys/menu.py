"""The journey of a line with a one-level menu: the operator's choice, and never a trap.

A wrong key or none repeats the menu twice; then the caller gets a person all the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from ivr.steps import Ask, Enqueue, Greet, Journey

TIMES = 3
"""How often the menu is read at most."""


def menu(*, notice: str, keys: Mapping[str, str], queue: str, prompt: str = "menu") -> Journey:
    """``keys``: key → queue; ``queue``: where those go who choose nothing."""
    yield Enqueue(queue)
    yield Greet(notice)
    for _ in range(TIMES):
        key = yield Ask(prompt)
        if key in keys:
            yield Enqueue(keys[key])
            return

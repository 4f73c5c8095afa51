"""The journey of a line outside its hours: say so, promise the call back, and let go."""

from __future__ import annotations

from ivr.steps import Close, Greet, Journey


def closed(*, prompt: str = "closed") -> Journey:
    yield Greet(prompt)
    yield Close()

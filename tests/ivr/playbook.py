"""A dialogue read as a script: what must be said to Asterisk, what it answers, how it ends.

    play(journey) << "EXEC MSet …" >> reply() << "STREAM FILE …" >> reply() << End.DONE

``<<`` is what the dialogue says next (text of the line, or its end), ``>>`` what it hears.
"""

from __future__ import annotations

from ivr.agi import Reply
from ivr.dialogue import Dialogue, Line
from ivr.events import End
from ivr.steps import Journey


class Sounds:
    """Every prompt lasts 4 s."""

    def seconds(self, prompt: str) -> float:
        return 4.0


class Play:
    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self.dialogue = Dialogue(journey, Sounds())
        self.said: list[str] = []
        self._now = self.dialogue.begin()

    def __lshift__(self, expected: str | End) -> Play:
        now = self._now.text.decode().removesuffix("\n") if isinstance(self._now, Line) else self._now
        assert now == expected, "\n".join(["so far:", *self.said, f"wanted: {expected}", f"got:    {now}"])
        self.said.append(str(now))
        return self

    def __rshift__(self, reply: Reply) -> Play:
        assert isinstance(self._now, Line), "the dialogue is over"
        self.said.append(f"    {reply}")
        self._now = self.dialogue.hear(reply)
        return self

    @property
    def over(self) -> bool:
        return isinstance(self._now, End)

    @property
    def end(self) -> End:
        assert isinstance(self._now, End)
        return self._now


def reply(result: str = "0", *, endpos: int | None = None, code: int = 200) -> Reply:
    return Reply(code, result, endpos=endpos)


PLAYED = Reply(200, "0", endpos=32_000)
GONE = Reply(200, "-1", endpos=8_000)
"""What Asterisk answers when the caller hangs up under a command."""
DEAD = Reply(511)
"""What it answers to a command for a channel already dead."""


def key(pressed: str) -> Reply:
    return Reply(200, str(ord(pressed)), endpos=32_000)

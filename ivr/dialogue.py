"""Runs one journey with one caller, sans-I/O: steps in, AGI commands out, replies in.

Used by ``server.py``, one ``Dialogue`` a connection. Knows no socket and no clock.
Four rules make a dead daemon harmless and a living one cheap:

- what the caller hears last is the dialplan's to say: it is named in the last command, together
  with where to go then, and nobody hears a notice cut short because the daemon died in it
  (docs/decisions/0008);
- every other step that makes the caller wait first re-arms the deadline of the channel to
  its own expected length and a margin; past it Asterisk goes on without us;
- what the dialplan must know (greeted, queue, action) is said together with that
  deadline, in one command, *before* the caller hears anything;
- one command, one line, one write; the next only after the reply.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from .agi import Reply, command
from .events import End
from .ports import Sounds
from .steps import Ask, Close, Enqueue, Greet, Journey, Note, Say

MARGIN = 2.5
"""Seconds a step may take beyond what it should: a caller whose daemon froze hears nothing for under 3 s."""
ANY_KEY = "0123456789*#"
_KEYS = {str(ord(key)): key for key in ANY_KEY}
"""Asterisk answers with the key's ASCII code."""
FOLDER = "hotline/"
"""Where the prompts lie under Asterisk's sounds."""


@dataclass(frozen=True, slots=True)
class Line:
    """A command to write, in one piece."""

    text: bytes
    patience: float
    """Seconds after which an answer can no longer be hoped for."""


class CallerGone(Exception):
    """A reply said that the channel is dead: leaves the script where it stands."""


_Exchange = Generator[Line, Reply, str]


class Dialogue:
    """``begin`` once, then ``hear`` each reply: the next line to write, or how it ended."""

    def __init__(self, journey: Journey, sounds: Sounds) -> None:
        self._journey = journey
        self._sounds = sounds
        self._pending: dict[str, str] = {}
        """Channel variables to be set with the next command."""
        self._script = self._run()
        self.trips = 0
        self.silent: list[str] = []
        """Prompts that Asterisk could not play."""

    def begin(self) -> Line | End:
        return self._step(None)

    def hear(self, reply: Reply) -> Line | End:
        return self._step(reply)

    def leave(self) -> None:
        """The caller or the connection is gone: nothing more will be said."""
        self._script.close()
        self._journey.close()

    def _step(self, reply: Reply | None) -> Line | End:
        try:
            line = next(self._script) if reply is None else self._script.send(reply)
        except StopIteration:
            return End.DONE
        except CallerGone:
            self._journey.close()
            return End.HUNG_UP
        self.trips += 1
        return line

    def _run(self) -> Generator[Line, Reply, None]:
        answer = ""
        held: Greet | Say | None = None
        while True:
            try:
                step = self._journey.send(answer) if answer else next(self._journey)
            except StopIteration:
                break
            answer = ""
            if isinstance(step, Enqueue):
                self._pending |= {"HOTLINE_QUEUE": step.queue, "HOTLINE_ACTION": "queue"}
                continue
            if isinstance(step, Close):
                self._pending |= {"HOTLINE_ACTION": "closed"}
                continue
            if held is not None:  # it was not the last
                yield from self._tell(held)
                held = None
            match step:
                case Greet() | Say():
                    held = step
                case Ask():
                    answer = yield from self._ask(step)
                case Note(name, fields):
                    yield from self._note(name, fields)
        if held is not None:
            self._pending["HOTLINE_GREET" if isinstance(held, Greet) else "HOTLINE_SAY"] = held.prompt
        if self._pending:
            yield from self._set(self._pending, 0.0)

    def _tell(self, step: Greet | Say) -> Generator[Line, Reply, None]:
        if isinstance(step, Greet):
            self._pending["HOTLINE_GREETED"] = step.prompt
        yield from self._arm(self._sounds.seconds(step.prompt))
        if isinstance(step, Greet):
            yield from self._note("NOTICE", (step.prompt, "journey"))
        yield from self._play(step.prompt)

    def _arm(self, expected: float) -> Generator[Line, Reply, None]:
        """Re-arm the channel's deadline, and set what is pending with it."""
        yield from self._set({"TIMEOUT(absolute)": f"{expected + MARGIN:.1f}", **self._pending}, 0.0)
        self._pending = {}

    def _set(self, variables: dict[str, str], expected: float) -> Generator[Line, Reply, None]:
        pairs = ",".join(f"{name}={value}" for name, value in variables.items())
        yield from self._say(expected, "EXEC", "MSet", pairs)

    def _note(self, name: str, fields: tuple[str, ...]) -> Generator[Line, Reply, None]:
        yield from self._say(0.0, "EXEC", "CELGenUserEvent", f"{name},{'|'.join(fields)}")

    def _play(self, prompt: str) -> Generator[Line, Reply, None]:
        reply = yield from self._say(self._sounds.seconds(prompt), "STREAM", "FILE", FOLDER + prompt, "")
        if not reply.endpos:
            self.silent.append(prompt)

    def _ask(self, ask: Ask) -> _Exchange:
        expected = self._sounds.seconds(ask.prompt) + ask.seconds * ask.digits
        yield from self._arm(expected)
        file, wait = FOLDER + ask.prompt, str(round(ask.seconds * 1000))
        if ask.digits == 1:
            reply = yield from self._say(expected, "GET", "OPTION", file, ANY_KEY, wait)
            return _KEYS.get(reply.result, "")
        reply = yield from self._say(expected, "GET", "DATA", file, wait, str(ask.digits))
        return reply.result if set(reply.result) <= set(ANY_KEY) else ""

    def _say(self, expected: float, *words: str) -> Generator[Line, Reply, Reply]:
        reply = yield Line(command(*words), expected + 2 * MARGIN)
        if reply.code == 511 or reply.result == "-1":
            raise CallerGone
        return reply

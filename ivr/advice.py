"""What the daemon is asked by a caller's journey, and who answers: one question, one word back.

``steps.ADVICE`` in ``config/journey`` says which questions there are and which answers; an adviser
here knows the answer of this moment, at once and without I/O, or has none (''), and the journey
goes its own way. What a caller who helps himself asks (``self_service.py``) is looked up; the dialplan's deadline stands over it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cti.events import CallLeftQueue, CallQueued, QueueExit
from cti.ids import CallId, Instant, LineId, QueueId


@dataclass(frozen=True, slots=True)
class Question:
    ask: str
    call: CallId
    line: LineId
    queue: QueueId
    digits: str
    """What the caller keyed in at a ``digits`` step before; ''."""
    at: Instant
    code: str = ""
    """The query code he keyed in behind them; in no log."""
    caller: str = ""
    """His number as the dialplan has it; '' withheld."""


Adviser = Callable[[Question], str | Awaitable[str]]
"""The answer: letters a-z, digits, _ and &; '' when there is none. One that has to look it up gives it later."""

REMEMBERED_SECONDS = 900.0
"""A wait that was over longer ago tells nothing of the next one."""


class Waits:
    """``wait``: is the wait for this queue ``short`` or ``long``: what the first in it has waited by now, or the last who was answered."""

    def __init__(self, long_seconds: float) -> None:
        self._long = long_seconds
        self._since: dict[QueueId, dict[CallId, Instant]] = {}
        self._last: dict[QueueId, tuple[Instant, float]] = {}
        """Queue → when its last caller was answered, and after how many seconds."""

    def hear(self, event: CallQueued | CallLeftQueue) -> None:
        waiting = self._since.setdefault(event.queue, {})
        if isinstance(event, CallQueued):
            waiting[event.call] = event.at
            return
        since = waiting.pop(event.call, None)
        if since is not None and event.result is QueueExit.ANSWERED:
            self._last[event.queue] = (event.at, event.at - since)

    def seconds(self, queue: QueueId, now: Instant) -> float:
        """How long one who comes now will about wait."""
        first = next(iter(self._since.get(queue, {}).values()), now)
        when, waited = self._last.get(queue, (Instant(0.0), 0.0))
        return max(now - first, waited if now - when < REMEMBERED_SECONDS else 0.0)

    def answer(self, question: Question) -> str:
        return "long" if self.seconds(question.queue, question.at) >= self._long else "short"

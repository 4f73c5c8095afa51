"""Calls of a seat that the dialplan let not out: told to whoever sits there, and from a number on an alarm. Pure; kept by ``desk.py``.

Counted by seat: a phone that dials on and on, or a page that somebody else speaks for, is found out by its own refusals.
The seat is told the number it dialled; an alarm, which operators read and which is kept, only its masked form.
"""

from __future__ import annotations

from collections import deque

from cti.events import DialRefused
from cti.ids import Instant, SeatId
from cti.numbers import mask

from .events import Alarm, SeatAlarm, SeatWarned, Warned
from .own_reasons import AgentId

SECONDS = 60.0
QUIET_SECONDS = 600.0
"""Between two alarms of one seat."""


class Refusals:
    def __init__(self, most: int = 5) -> None:
        """``most``: so many refusals of one seat within ``SECONDS`` are an alarm."""
        self._most = most
        self._lately: dict[SeatId, deque[Instant]] = {}
        self._alarmed: dict[SeatId, Instant] = {}

    def told(self, event: DialRefused, agent: AgentId, now: Instant) -> list[SeatWarned | SeatAlarm]:
        """What follows from this one."""
        found: list[SeatWarned | SeatAlarm] = []
        if agent:
            found.append(SeatWarned(event.seat, event.at, Warned.DIAL, f"{event.reason}: {event.number}"))
        lately = self._lately.setdefault(event.seat, deque(maxlen=self._most))
        lately.append(now)
        if len(lately) < self._most or now - lately[0] > SECONDS:
            return found
        if now - self._alarmed.get(event.seat, Instant(float("-inf"))) > QUIET_SECONDS:
            self._alarmed[event.seat] = now
            detail = f"{event.reason}: {mask(event.number)}"
            found.append(SeatAlarm(event.seat, event.at, Alarm.DIAL, detail))
        return found

"""Who may answer: the people and seats of ``hotline.toml``, and which queues a person serves.

Made once from the settings; read by ``desk.py`` and the console. Who sits where now is
not here: that changes by the minute and belongs to the desk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from config.sections.seats import SECOND, Device, Role
from config.settings import Settings
from cti.ids import QueueId, SeatId
from cti.numbers import Numbers, home, of_settings

from .own_reasons import AgentId

_DIGITS = re.compile(r"[0-9]{2,32}")


@dataclass(frozen=True, slots=True)
class Person:
    id: AgentId
    name: str
    role: Role
    skills: Mapping[QueueId, int]
    """Queue → level, 1 (served first) to 9."""
    reserve: Mapping[QueueId, int] = field(default_factory=dict)
    """As ``skills``, of queues served only while a mode calls the reserve in."""

    @property
    def penalties(self) -> dict[QueueId, int]:
        """Queue → app_queue penalty: members of a lower one are asked first."""
        return {queue: level - 1 for queue, level in (*self.skills.items(), *self.reserve.items())}


def _levels(of: Mapping[str, int]) -> dict[QueueId, int]:
    return {QueueId(queue): level for queue, level in of.items()}


@dataclass(frozen=True, slots=True)
class Rules:
    """The centre's rules for seats, out of the settings."""

    wrap_up_seconds: float
    missed_before_pause: int
    pause_reasons: tuple[str, ...]
    outbound: tuple[re.Pattern[str], ...] = ()
    outbound_per_minute: int = 30
    """Of each seat."""
    urgent: frozenset[str] = frozenset()
    """Numbers that no pace holds up."""
    refused_dials: int = 5
    """Of one seat within a minute: from so many on an alarm."""
    wrap_up_extend_seconds: float = 60
    wrap_up_most_seconds: float = 300
    """From its beginning on, however often it is extended."""
    filing_ends_wrap_up: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    people: Mapping[AgentId, Person]
    seats: frozenset[SeatId]
    rules: Rules
    browsers: frozenset[SeatId] = frozenset()
    """Seats whose telephone is a page, or may be."""
    queues: frozenset[QueueId] = frozenset()
    numbers: Numbers = field(default_factory=home)
    two: Mapping[SeatId, Device] = field(default_factory=dict)
    """Seats with two devices, and which of them rings after signing in."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Roster:
        people = [Person(AgentId(a.id), a.name, a.role, _levels(a.skills), _levels(a.reserve)) for a in settings.agent]
        rules = Rules(
            settings.seats.wrap_up_seconds,
            settings.seats.missed_before_pause,
            settings.seats.pause_reasons,
            tuple(re.compile(pattern) for pattern in settings.limits.outbound),
            settings.limits.outbound_per_minute,
            frozenset(settings.urgent_numbers),
            settings.limits.refused_dials_alarm,
            settings.seats.wrap_up_extend_seconds,
            settings.seats.wrap_up_most_seconds,
            settings.seats.filing_ends_wrap_up,
        )
        browsers = frozenset(SeatId(seat.id) for seat in settings.seat if seat.has(Device.BROWSER))
        two = {SeatId(seat.id): seat.device for seat in settings.seat if seat.second_device is not None}
        seats = frozenset(SeatId(seat.id) for seat in settings.seat)
        queues = frozenset(QueueId(queue.id) for queue in settings.queue)
        return cls({p.id: p for p in people}, seats, rules, browsers, queues, of_settings(settings), two)

    def endpoints(self, seat: SeatId) -> tuple[str, ...]:
        """All telephones of this seat, as Asterisk names them."""
        return (seat, seat + SECOND) if seat in self.two else (seat,)

    def device(self, seat: SeatId, chosen: str) -> Device:
        """Which device rings at this seat, where its agent has ``chosen`` so; '' nothing was chosen."""
        if seat in self.two:
            return Device(chosen) if chosen else self.two[seat]
        return Device.BROWSER if seat in self.browsers else Device.DESK

    def endpoint(self, seat: SeatId, device: Device) -> str:
        """The telephone at which this device of the seat is rung."""
        return seat + SECOND if device is Device.DESK and seat in self.two else seat

    def may_supervise(self, agent: AgentId) -> bool:
        person = self.people.get(agent)
        return person is not None and person.role is Role.SUPERVISOR

    def may_sit(self, agent: AgentId) -> bool:
        """Agents take calls, and supervisors when they must; auditors and operators never."""
        person = self.people.get(agent)
        return person is not None and person.role in (Role.AGENT, Role.SUPERVISOR)

    def seat_meant(self, text: str) -> SeatId | None:
        """The seat whose extension this is."""
        seat = SeatId(self.numbers.read(text).national)
        return seat if seat in self.seats else None

    def dialled(self, text: str) -> str | None:
        """What is dialled for a number as somebody typed or pasted it, when ``[limits] outbound`` lets it out; '' when it
        does not; None: there is no number in it.

        The national form, in which the dialplan holds it against the same rules (``config/render/national_numbers.py``); digits
        that only the rules know as they were written (a carrier's own prefix) stay as they are.
        """
        number = self.numbers.to_dial(text)
        if number is None:
            return None
        forms = [number.dialled, number.written.strip()]
        return next((form for form in forms if _DIGITS.fullmatch(form) and self._lets_out(form)), "")

    def _lets_out(self, digits: str) -> bool:
        return any(pattern.search(digits) for pattern in self.rules.outbound)

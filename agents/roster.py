"""Who may answer: the people and seats of ``hotline.toml``, and which queues a person serves.

Made once from the settings; read by ``desk.py`` and the console. Who sits where now is
not here: that changes by the minute and belongs to the desk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from config.settings import Device, Role, Settings
from cti.ids import QueueId, SeatId

from .ids import AgentId


@dataclass(frozen=True, slots=True)
class Person:
    id: AgentId
    name: str
    role: Role
    skills: Mapping[QueueId, int]
    """Queue → level, 1 (served first) to 9."""

    @property
    def penalties(self) -> dict[QueueId, int]:
        """Queue → app_queue penalty: members of a lower one are asked first."""
        return {queue: level - 1 for queue, level in self.skills.items()}


@dataclass(frozen=True, slots=True)
class Rules:
    """The centre's rules for seats, out of the settings."""

    wrap_up_seconds: float
    missed_before_pause: int
    pause_reasons: tuple[str, ...]
    outbound: tuple[re.Pattern[str], ...] = ()
    outbound_per_minute: int = 30


@dataclass(frozen=True, slots=True)
class Roster:
    people: Mapping[AgentId, Person]
    seats: frozenset[SeatId]
    rules: Rules
    browsers: frozenset[SeatId] = frozenset()
    """Seats whose telephone is a page."""
    queues: frozenset[QueueId] = frozenset()

    @classmethod
    def from_settings(cls, settings: Settings) -> Roster:
        people = [
            Person(AgentId(a.id), a.name, a.role, {QueueId(queue): level for queue, level in a.skills.items()})
            for a in settings.agent
        ]
        rules = Rules(
            settings.seats.wrap_up_seconds,
            settings.seats.missed_before_pause,
            settings.seats.pause_reasons,
            tuple(re.compile(pattern) for pattern in settings.limits.outbound),
            settings.limits.outbound_per_minute,
        )
        browsers = frozenset(SeatId(seat.id) for seat in settings.seat if seat.device is Device.BROWSER)
        seats = frozenset(SeatId(seat.id) for seat in settings.seat)
        queues = frozenset(QueueId(queue.id) for queue in settings.queue)
        return cls({p.id: p for p in people}, seats, rules, browsers, queues)

    def may_supervise(self, agent: AgentId) -> bool:
        person = self.people.get(agent)
        return person is not None and person.role is Role.SUPERVISOR

    def may_sit(self, agent: AgentId) -> bool:
        """Agents take calls, and supervisors when they must; auditors and operators never."""
        person = self.people.get(agent)
        return person is not None and person.role in (Role.AGENT, Role.SUPERVISOR)

    def may_dial(self, number: str) -> bool:
        """Whether the allow-list of ``[limits] outbound`` lets a seat call this number."""
        return any(pattern.search(number) for pattern in self.rules.outbound)

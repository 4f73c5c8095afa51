"""Seats, their telephones, and the agents who sit there."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import (
    Field,
)

from ..names import Name
from .values import Extension, Plain, Section


class Device(StrEnum):
    BROWSER = "browser"
    DESK = "desk"


SECOND = "-desk"
"""Behind a seat's id: the endpoint of the desk phone of a seat that has a browser's phone, too (decision 0044)."""


class Seat(Section):
    id: Extension
    device: Device = Device.DESK
    """Rings after signing in."""
    second_device: Device | None = None
    """Rings in its place once its agent has chosen so."""

    @property
    def devices(self) -> tuple[Device, ...]:
        """The first rings after signing in."""
        return (self.device,) if self.second_device is None else (self.device, self.second_device)

    def has(self, device: Device) -> bool:
        return device in self.devices

    def endpoint(self, device: Device) -> str:
        """The name under which this device of the seat registers, and that its channels bear."""
        return self.id + (SECOND if device is Device.DESK and self.has(Device.BROWSER) else "")


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class Agent(Section):
    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,20}$")]
    name: Plain
    role: Role = Role.AGENT
    skills: dict[Name, Annotated[int, Field(ge=1, le=9)]] = {}
    """Queue → level; 1 is served first."""
    reserve: dict[Name, Annotated[int, Field(ge=1, le=9)]] = {}
    """Queue → level, as a skill, but only while a mode calls the reserve in."""


class Unattended(StrEnum):
    """What a telephone may dial at whose seat nobody is logged in."""

    NOTHING = "nothing"
    INTERNAL = "internal"  # other seats
    URGENT = "urgent"  # and the urgent numbers
    ALL = "all"  # whatever its agents may: booked to the seat, by nobody's name


class Seats(Section):
    wrap_up_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    wrap_up_extend_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    """By so much an agent makes a wrap-up that runs longer, once for each time of asking."""
    wrap_up_most_seconds: Annotated[int, Field(ge=0, le=14400)] = 300
    """So long a wrap-up is at most, however often it is extended; what is less than wrap_up_seconds allows no extending."""
    filing_ends_wrap_up: bool = False
    """A ticket or result that is filed ends the wrap-up at once; else the agent does, or its time."""
    missed_before_pause: Annotated[int, Field(ge=1, le=20)] = 3
    pause_reasons: tuple[Plain, ...] = ("小休", "就餐", "会议", "培训", "其他")
    unattended_may_dial: Unattended = Unattended.URGENT

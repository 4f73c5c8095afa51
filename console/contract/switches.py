"""Switches: a line open or closed out of turn, a mode on or off."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from bridge.forms import Body
from config.time_range import Moment

from .shapes import Name, Sentence, View


class SwitchIn(Body):
    """POST /api/switches."""

    kind: Literal["hours", "mode"]
    target: Name = Field(description="of hours a line, of mode a mode")
    state: Literal["open", "closed", "clock", "on", "off"] = Field(
        description="of hours open, closed or clock (by its hours again); of mode on or off"
    )
    until: Moment | None = Field(
        default=None,
        description="of open and closed: then the line keeps its hours again; none: until it is taken back",
    )
    district: Annotated[str, Field(pattern=r"^[a-z0-9_]{0,31}$")] = Field(
        default="", description="of a mode that has districts: whose prompt is said after the notice"
    )
    event: Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{0,80}$")] = Field(
        default="", description="of a mode: the open mass event that it is about"
    )
    reason: Sentence


class SwitchOut(View):
    """How one line or mode stands; ``clock`` and ``off`` are as usual."""

    kind: Literal["hours", "mode"]
    target: str
    name: str
    state: str
    until: datetime | None
    district: str
    event: str = Field(description="the mass event of the ticket centre; '' none")
    event_title: str
    said_at: datetime | None = Field(description="when it was switched; none: never")
    by: str = Field(description="an account; '' at a telephone where nobody sat")
    by_name: str
    seat: str = Field(description="by whose telephone; '' none")
    reason: str


class SwitchedOut(BaseModel):
    switch: SwitchOut
    in_force: bool = Field(description="Asterisk has it by now; else at its next connection")


class SwitchableOut(View):
    """What may be switched, with its districts."""

    kind: Literal["hours", "mode"]
    target: str
    name: str
    districts: list[str]


class SwitchingOut(View):
    """One act of the past, also of a telephone that was not let in (kind pin)."""

    kind: str
    target: str
    state: str
    at: datetime
    until: datetime | None
    district: str
    event: str
    by: str
    seat: str
    reason: str


class SwitchesOut(BaseModel):
    switches: list[SwitchOut]
    switchable: list[SwitchableOut]
    history: list[SwitchingOut] = Field(description="the newest first")

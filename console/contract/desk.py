"""What a seat's page asks for beside the stream: the caller's story, drafts, my own work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from .rest import CallOut, TicketOut
from .shapes import Body, View
from .stream import PartyOut


class RecordingOut(View):
    """How a call's recording is; heard at GET /api/calls/{call}/recording?purpose=…"""

    state: str = Field(description="raw | shelved | failed")
    seconds: float | None
    format: str
    faults: str


class PastCallOut(BaseModel):
    """One earlier call of the same number."""

    call: CallOut
    ticket_ids: list[str]
    recording: RecordingOut | None


class PopOut(BaseModel):
    """GET /api/calls/{call}/pop: all that is known about who calls."""

    call: CallOut
    party: PartyOut
    line_name: str
    partner_name: str
    earlier: list[PastCallOut] = Field(description="newest first, at most 20")
    tickets: list[TicketOut] = Field(description="of the same number, open ones first, then newest first, at most 20")
    open_tickets: int = Field(description="of them, neither answered on the spot nor merged into another")
    calls_30_days: int = Field(description="the others, without this one")
    callback_open: bool = Field(description="we owe this number a call")


class DraftIn(Body):
    """PUT /api/calls/{call}/draft. ``version`` grows; an older one than stands is refused (409, the standing one wins)."""

    version: int = Field(ge=1, le=2_000_000_000)
    fields: dict[str, Any] = Field(description="the form as it stands, complete or not; at most 16 kB as JSON")


class DraftOut(BaseModel):
    call: str
    agent: str
    version: int = Field(description="0: nothing was written yet")
    at: datetime
    fields: dict[str, Any]


class MyDayOut(BaseModel):
    """GET /api/my/day: since midnight in the centre's time zone, from the ledger; me only."""

    answered: int
    missed: int
    talk_seconds: float
    talk_seconds_mean: float | None
    held_seconds: float
    wrap_up_seconds: float
    ready_seconds: float
    paused_seconds: float
    tickets: int
    direct: int
    signed_in_at: datetime | None
    without_outcome: list[CallOut] = Field(description="my calls that still want a ticket or another outcome")


class NumberOut(BaseModel):
    """One-key numbers: 12345, 110, units. GET /api/phonebook."""

    key: str
    name: str
    number: str
    group: str = Field(description="linkage | unit")

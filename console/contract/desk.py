"""What a seat's page asks for beside the stream: the caller's story, drafts, my own work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from bridge.forms import Body
from recordings.ids import MOST_PART

from .callbacks import ReplyOwedOut
from .partner_handovers import HandoverOut
from .rest import CallOut, TicketOut
from .shapes import View
from .stream import PartyOut


class RecordingOut(View):
    """How one recording of a call is; heard at GET /api/calls/{call}/recording?part=… after its purpose was said."""

    part: int = Field(description="counted from 1 in the order they began")
    state: str = Field(description="raw | shelved | failed | dropped")
    seconds: float | None
    format: str
    faults: str


class RecordingPartOut(RecordingOut):
    """The same with what is told of how long it is kept."""

    started_at: datetime | None
    kept_until: datetime | None = Field(description="null: not decided yet")
    held: bool = Field(description="somebody forbade that it is deleted")
    dropped_at: datetime | None = Field(description="its sound was deleted on purpose")
    dropped_why: str


class ListenIn(Body):
    """POST /api/calls/{call}/recording: why it is listened to; the sound is asked for after it."""

    purpose: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", description="for the audit log")
    part: int = Field(default=1, ge=1, le=MOST_PART, description="which recording of the call")


class ListenOut(BaseModel):
    call: str
    part: int
    until: datetime = Field(description="so long the purpose holds, for this session")


class WaveformOut(BaseModel):
    """The peaks of a recording; channel 0 is the citizen, 1 what the citizen heard."""

    step_ms: int
    seconds: float
    channels: list[list[int]] = Field(description="a peak a step, 0 to 127, for each channel")


class PastCallOut(BaseModel):
    """One earlier call of the same number."""

    call: CallOut
    ticket_ids: list[str]
    recordings: list[RecordingOut] = Field(description="in the order they began")
    handovers: list[HandoverOut] = Field(default=[], description="to partners, oldest first")


class PassedOut(View):
    """One thing that a caller went through before he was answered."""

    at: datetime
    what: str = Field(
        description="notice, queue (he came to it), told (his place), offered (a call-back), kept (his place, by a key), up (it came up), "
        "progress, mass_event (by keys, with a result), key (of a menu: the result)"
    )
    queue: str
    place: int = Field(description="1: the next; 0: none was told")
    minutes: int | None = Field(description="he was told to wait; none: no time was told")
    result: str = Field(
        description="by keys: told, wrong, refused, silent, unanswered; offered, joined; of a menu the key"
    )


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
    partner_ticket: TicketOut | None = Field(
        default=None,
        description="the ticket that the work order belongs to with which a partner hands over this call: the same matter",
    )
    callback_open: bool = Field(description="we owe this number a call")
    replies: list[ReplyOwedOut] = Field(
        default=[], description="results to tell this citizen now, cases of theirs that wait for more, at most 20"
    )
    went_through: list[PassedOut] = Field(
        default=[], description="what this caller heard and pressed so far, as far as it is written; in its order"
    )
    story_withheld: str = Field(
        default="",
        description="why nothing is told of earlier calls: not_owed (we dialled), anonymous, too_many; '': it is told",
    )


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


class TargetOut(View):
    """GET /api/directory: to whom a citizen may be given, or who may be asked."""

    kind: str = Field(description="agent | queue | number | seat (where nobody sits)")
    id: str
    name: str
    seat: str = Field(description="where the agent sits; '' nowhere")
    state: str = Field(description="of the seat, as the live picture has it; logged_out: the agent sits nowhere")
    number: str
    group: str = Field(description="of a number: linkage | unit")
    skills: list[str] = Field(description="names of the queues an agent serves, the best served first")
    waiting: int
    ready: int
    signed_in: int = Field(description="of a queue: who serves it at another seat; 0: nobody can be given to it")


class NumberOut(BaseModel):
    """One-key numbers: 12345, 110, units. GET /api/phonebook."""

    key: str
    name: str
    number: str
    group: str = Field(description="linkage | unit")

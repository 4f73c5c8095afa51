"""The live stream, ``/stream``: JSON text frames, one object each, told apart by ``t``.

The client says ``hello`` first. The server answers with one ``snapshot`` (or, when the
client could resume, the missed deltas), then numbered deltas: ``seq`` grows by one with each
frame that has it; a gap means the client must say ``hello`` again. Who may see what is
settled by role before a frame is made: an agent's picture holds every seat, queue and
line, but of calls only those of the own seat.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bridge.case_state import CaseState
from bridge.delivery_state import DeliveryState
from cti.events import DialResult, DialWay

from .rest import CallOut, LineOut, QueueOut, SeatOut, TrunkOut
from .shapes import CallIdText
from .switches import SwitchOut


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")


# -- client → server -------------------------------------------------------------------


class Hello(_Said):
    t: Literal["hello"] = "hello"
    instance: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{8,64}$")]
    """Made by the page when it was loaded: a reload makes another."""
    epoch: str = Field(default="", max_length=40, description="of the last snapshot; '': none")
    seq: int = Field(default=0, ge=0, description="the last one heard")


class PhoneSays(_Said):
    """The softphone's proof that it can ring and speak; every 5 s and whenever it changes."""

    t: Literal["phone"] = "phone"
    registered: bool
    audio: bool = Field(description="the page may play sound (a person touched it)")
    microphone: bool = Field(description="permission given and a device there")
    visible: bool
    call: CallIdText | Literal[""] = Field(default="", description="the call it holds media for")
    leg: bool = Field(default=False, description="it holds a SIP session, whatever it is")
    rtt_ms: int | None = Field(default=None, ge=0, le=60_000)
    loss_percent: float | None = Field(default=None, ge=0, le=100)
    jitter_ms: int | None = Field(default=None, ge=0, le=60_000)


class PongBack(_Said):
    """Answer to ``ping``."""

    t: Literal["pong"] = "pong"
    n: int = Field(ge=0)


ClientSays = Annotated[Hello | PhoneSays | PongBack, Field(discriminator="t")]

# -- server → client --------------------------------------------------------------------


class PartyOut(BaseModel):
    """Who calls, as far as the number tells; numbers are masked where the role demands it."""

    number: str
    area: str = Field(description="厦门, 福建泉州…; '' unknown")
    carrier: str
    kind: str = Field(description="mobile | landline | service | short | hidden | unknown")


class AlarmOut(BaseModel):
    id: int
    at: datetime
    kind: str = Field(description="queue_threshold, blind, trunk_down, line_down, backlog, seat_phone, missed …")
    severity: Literal["critical", "warning"]
    subject: str
    detail: str = Field(description="a sentence in the centre's language")
    texts: dict[str, str] = Field(
        default={}, description="zh, en → the same in it; empty: it is known in one language alone"
    )
    call: str = ""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    cleared_at: datetime | None = None


class FiguresOut(BaseModel):
    """Today so far, for one queue or one line (``of``): counts, the two rates, and their targets."""

    of: Literal["all", "queue", "line"]
    id: str
    offered: int
    answered: int
    abandoned: int
    requests: int
    answered_15s: int
    service_level_15s: float | None
    connect_rate_24h: float | None
    wait_seconds_mean: float | None
    talk_seconds_mean: float | None
    uncertain: int = Field(description="calls in intervals that could not be back-filled")


class TargetsOut(BaseModel):
    service_level_15s: float
    connect_rate_24h: float
    waiting_most: int
    wait_seconds_most: int


class VitalsOut(BaseModel):
    """The house at a glance."""

    live: bool
    as_of: datetime | None
    blind_since: datetime | None
    backlog: int = Field(description="tickets on their way to the case store")
    dead_letters: int
    callbacks_open: int
    callbacks_due: int = Field(description="of these, those whose time has come")
    places_kept: int = Field(description="callers who hung up and are called when their place in the queue comes up")


class Snapshot(BaseModel):
    t: Literal["snapshot"] = "snapshot"
    epoch: str
    seq: int
    at: datetime
    vitals: VitalsOut
    seats: list[SeatOut]
    calls: list[CallOut]
    queues: list[QueueOut]
    lines: list[LineOut]
    trunks: list[TrunkOut]
    switches: list[SwitchOut]
    alarms: list[AlarmOut] = Field(description="standing or not acknowledged; supervisors only")
    figures: list[FiguresOut]
    targets: TargetsOut


class Delta(BaseModel):
    """Rows that changed, whole; ``gone``: calls that are over."""

    t: Literal["delta"] = "delta"
    seq: int
    at: datetime
    vitals: VitalsOut | None = None
    seats: list[SeatOut] = []
    calls: list[CallOut] = []
    gone: list[str] = []
    queues: list[QueueOut] = []
    lines: list[LineOut] = []
    trunks: list[TrunkOut] = []
    switches: list[SwitchOut] = []
    alarms: list[AlarmOut] = []
    figures: list[FiguresOut] = []


class Pop(BaseModel):
    """Your seat rings (or dials): sent at once, before any delta. Not numbered."""

    t: Literal["pop"] = "pop"
    at: datetime
    seat: str
    call: CallOut
    party: PartyOut
    rejoin: bool = Field(
        default=False, description="your own call again after the page was loaded anew: answer by yourself"
    )


class NoticeSaid(BaseModel):
    """A supervisor's broadcast."""

    t: Literal["notice"] = "notice"
    id: int
    at: datetime
    by: str
    by_name: str
    text: str
    urgent: bool


class SeatWarned(BaseModel):
    """Something about your own seat that you should see now."""

    t: Literal["warned"] = "warned"
    at: datetime
    what: Literal["phone", "forced", "taken_over", "watched", "paused", "missed", "dial", "rejoin", "owed"]
    detail: str
    by_name: str = Field(default="", description="the supervisor who did it")


class DialEnded(BaseModel):
    """Whom your seat called in, called, or gave its citizen to: reached, or why not."""

    t: Literal["dialled"] = "dialled"
    at: datetime
    call: str
    way: DialWay
    to: str = Field(description="a seat or a number as it was dialled; '' unknown")
    result: DialResult = Field(description="never cancelled: that is told to nobody")


class OfferOver(BaseModel):
    """What rang at your seat rings no more, and you did not answer it."""

    t: Literal["offer_over"] = "offer_over"
    at: datetime
    call: str
    result: Literal["missed", "refused", "unable", "withdrawn"]
    queue: bool = Field(description="a citizen of a queue, not a transfer or a consultation")


class TicketMoved(BaseModel):
    """One of your tickets got its case number, or was refused, or its case moved."""

    t: Literal["ticket"] = "ticket"
    at: datetime
    id: str
    call: str
    state: DeliveryState
    case_number: str
    query_code: str
    error: str
    case_state: CaseState | None


class CallbackMoved(BaseModel):
    id: str
    state: str
    owner: str
    tries: int
    due_at: datetime


class CallbacksMoved(BaseModel):
    """Call-backs were made, taken, tried or ended: a list that shows them, or might, asks for them anew."""

    t: Literal["callbacks"] = "callbacks"
    at: datetime
    moved: list[CallbackMoved]
    more: bool = Field(description="others moved too: ask for the whole list")


class Ping(BaseModel):
    t: Literal["ping"] = "ping"
    n: int


class Bye(BaseModel):
    """The last frame; then the socket closes with 4000 + a number of its own."""

    t: Literal["bye"] = "bye"
    why: Literal["signed_out", "expired", "slow", "another_tab", "bad_frame", "too_many", "going_down"]
    again: bool = Field(description="connect again by yourself")


ServerSays = Annotated[
    Snapshot
    | Delta
    | Pop
    | NoticeSaid
    | SeatWarned
    | DialEnded
    | OfferOver
    | TicketMoved
    | CallbacksMoved
    | Ping
    | Bye,
    Field(discriminator="t"),
]


class StreamMessages(BaseModel):
    """Only to carry both unions into OpenAPI's components."""

    client: ClientSays
    server: ServerSays

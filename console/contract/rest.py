"""What goes over the wire: the shapes of requests and responses, as OpenAPI shows them.

What is handed in (a ticket, how a call ends) is ``bridge.forms``: those models are the check as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, computed_field

from bridge import forms
from bridge.case_state import CaseState
from bridge.case_store_messages import MessageKind
from bridge.delivery_state import DeliveryState
from bridge.forms import Body
from bridge.pasted_text import OneLine
from bridge.ports import CaseStep, Push
from bridge.ticket_json import plain
from cti.numbers import mask

from .shapes import AgentText, Dialled, SeatText, View, Word

CallPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,100}$", description="CallId")]
SeatPath = Annotated[str, Path(pattern=r"^[0-9]{2,20}$")]
TicketPath = Annotated[str, Path(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
Most = Annotated[int, Query(ge=1, le=500)]


# -- errors ------------------------------------------------------------------------


class ProblemOut(BaseModel):
    field: str
    message: str
    allowed: list[str] = []


class ErrorOut(BaseModel):
    """Every answer that is not 2xx."""

    error: str = Field(description="a short stable word", examples=["invalid"])
    field: str = Field(default="", description="the field at fault, if there is one")
    message: str = Field(description="for a person, in the centre's language")
    allowed: list[str] = []
    problems: list[ProblemOut] = Field(default=[], description="all problems, when there are several")


# -- seats ---------------------------------------------------------------------------


class LoginIn(Body):
    agent: AgentText
    ready: bool = Field(default=False, description="false: paused (reason login) until ready")


class PauseIn(Body):
    reason: Word


class TransferIn(Body):
    to: Dialled
    kind: Annotated[str, Field(pattern="^(blind|attended)$")] = "blind"


class TransferToQueueIn(Body):
    queue: Word


class CallSeatIn(Body):
    to: SeatText


class DialIn(Body):
    number: Dialled


class KeysIn(Body):
    """Telephone keys, as if pressed at the seat's phone."""

    keys: Annotated[str, Field(pattern=r"^[0-9A-D*#]{1,32}$")]


class DropIn(Body):
    """One party of the own call."""

    leg: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$", description="of its ParticipantOut")]


class AfterCallIn(Body):
    then: Annotated[str, Field(pattern="^(pause|log_out|ready)?$", description="'': take it back")]
    reason: Annotated[str, OneLine] = Field(default="", max_length=60, description="wanted for a pause")


class UseDeviceIn(Body):
    device: Literal["browser", "desk"]


class DoneOut(BaseModel):
    done: bool = True
    detail: str = Field(default="", description="'after_call': agreed for when the call is over")


class CaseEventsTakenOut(BaseModel):
    """A callback was taken: what it says is in the ledger."""

    events: int
    repeated: bool = Field(description="a callback with this webhook-id had been taken before")


class SeatOut(View):
    seat: str
    device: str = Field(description="browser | desk: the one that rings")
    state: str
    since: datetime | None = Field(
        description="of the state; of a pause since it began, whatever was rung or dialled in vain meanwhile"
    )
    agent: str
    agent_name: str
    reason: str
    call: str | None
    reachable: bool | None
    queues: Mapping[str, int]
    wrap_until: datetime | None = Field(default=None, description="end of the running wrap-up")
    help_since: datetime | None = Field(default=None, description="since when its agent asks for a supervisor")
    other_device: str | None = Field(
        default=None, description="of a seat with two devices the one that does not ring: POST /api/seats/{seat}/device"
    )
    other_reachable: bool | None = Field(default=None, description="as ``reachable``, of that one")


# -- calls -------------------------------------------------------------------------------


class ParticipantOut(View):
    """One party of a live call."""

    leg: str = Field(description="names the party in this call: POST /api/seats/{seat}/drop")
    role: str = Field(description="citizen | agent (a seat that has the call) | consulted (called in by ``by``)")
    seat: str = Field(description="'' when it is no seat")
    name: str = Field(description="of the agent there, or of the number in the phone book; '' unknown")
    number: str = Field(description="'' of a seat, or withheld")
    state: str = Field(description="ringing | waiting | talking | held (hears music) | failed (could not be reached)")
    group: int = Field(description="parties with the same number hear each other; 0: hears none of them")
    since: datetime = Field(description="since when it is in this state")
    by: str = Field(description="the seat that called it in; '' nobody did")
    reason: str = Field(
        description="of one that failed: busy, no_answer, declined, wrong_number, unreachable, not_allowed"
    )


class CallOut(View):
    call: str
    direction: str
    state: str
    line: str
    trunk: str
    caller: str
    caller_name: str
    dialled: str
    partner: str
    reference: str
    origin: str
    diverted: str = Field(default="", description="who forwarded the call to us (Diversion)")
    hidden: bool = Field(default=False, description="the caller asked the network for privacy")
    queue: str
    seat: str
    agent: str
    agent_name: str = Field(default="", description="of a call that is over")
    arrived_at: datetime | None
    notice_at: datetime | None
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: str
    reason: str
    recordings: list[str]
    participants: list[ParticipantOut] = Field(
        default=[], description="of a live call, in the order in which they came"
    )
    anonymous: bool = Field(default=False, description="whom it was is nobody's: the number is left out for everybody")
    cases: list[str] = Field(default=[], description="numbers of the cases that came of it, once it is over")
    confidential: bool = Field(
        default=False, description="GET /api/calls/{call} with a reason shows a supervisor the number"
    )

    @computed_field(description="the caller as a screen that a whole room reads shows it: 138****0001")  # type: ignore[prop-decorator]
    @property
    def caller_masked(self) -> str:
        return mask(self.origin or self.caller)


class DispositionIn(forms.DispositionIn):
    """How a call ends without a ticket; ``agent`` and ``seat`` are heard from the installation's token only."""

    agent: AgentText | None = None
    seat: SeatText | None = None


class DisposedOut(BaseModel):
    outcome: str
    replaced: str | None


# -- board --------------------------------------------------------------------------------


class QueueOut(View):
    queue: str
    name: str
    waiting: int
    longest_wait_seconds: float
    members: int
    ready: int


class TrunkOut(View):
    trunk: str
    name: str
    reach: str
    calls: int


class LineOut(View):
    line: str
    name: str
    calls: int
    capacity: int
    healthy: bool | None


class BoardOut(BaseModel):
    live: bool
    as_of: datetime | None
    calls: list[CallOut]
    seats: list[SeatOut]
    queues: list[QueueOut]
    trunks: list[TrunkOut]
    lines: list[LineOut]


# -- codes, choices, health -----------------------------------------------------------------


class ConditionOut(BaseModel):
    """A filing condition of a code: the limit hangs on it."""

    text: str = Field(description="'': the code has one limit, whatever the case")
    close: str = Field(description="what it takes to close the case")
    value: int
    unit: str = Field(description="limit_unit of GET /api/choices")
    stage: str = Field(description="what is to be done by then: handle, stop, penalty or removal")
    sample: bool = Field(description="of another city, until this city's own catalogue is in force")
    chosen: bool = Field(description="meant where a ticket names none")


class UnitOut(BaseModel):
    """Who is responsible (派单目录)."""

    primary: str
    secondary: list[str]
    rule: str = Field(description="owner_first, place_first or ''")
    confidence: str = Field(description="place, named, role, several or unknown; only the first two name one unit")
    sample: bool


class CodeOut(View):
    scheme: str
    version: str
    kind: str
    code: str
    name: str
    major: str
    major_name: str
    confidence: str
    conditions: list[ConditionOut] = Field(default=[], description="in the catalogue's order")
    responsible: UnitOut | None = Field(default=None, description="null: nobody is known")


class ChoiceOut(View):
    key: str
    zh: str
    en: str


class VitalOut(View):
    name: str
    ok: bool
    said: str


class HealthOut(BaseModel):
    ok: bool = Field(description="everything is well")
    state: Literal["ok", "degraded", "broken"] = Field(
        description="degraded: callers are served, something else is away (the ledger, the edge…) | broken: callers are not, or nobody sees them"
    )
    live: bool
    vitals: list[VitalOut]
    backlog: int | None = Field(description="tickets on their way to the case store; null: the ledger is away")
    dead_letters: int | None


# -- tickets -----------------------------------------------------------------------------------


class TicketPatch(BaseModel):
    """Fields of a ticket to change before it is sent again; none: as it is."""

    model_config = ConfigDict(extra="allow")


class TextMessageOut(BaseModel):
    """One text message to a citizen about their ticket."""

    kind: str = Field(description="receipt | progress")
    made_at: datetime
    state: str = Field(description="waiting | sent | unsure (nobody knows whether it arrived) | failed")
    sent_at: datetime | None
    number: str = Field(description="masked")


class CaseStepOut(BaseModel):
    """One line of what became of a case."""

    sequence: int = Field(description="the case store's own count of the case's changes; 0: its receipt")
    state: CaseState
    at: datetime
    heard_at: datetime
    word: str = Field(description="the case store's own for the state")
    unit: str
    note: str
    late: bool = Field(description="it moved nothing: a later one had been heard before")

    @classmethod
    def of(cls, step: CaseStep) -> CaseStepOut:
        return cls(
            sequence=step.sequence, state=step.state, at=step.at, heard_at=step.heard_at, word=step.word, unit=step.unit,
            note=step.note, late=step.late,
        )  # fmt: skip


class PromisedLimit(View):
    value: int
    unit: str


class PromiseOut(View):
    """The date the citizen is told, with what it was reckoned from."""

    by: datetime
    due: datetime = Field(description="when the limit is over for the unit, by the catalogue's reading")
    provisional: bool = Field(description="a year on the way has no announced holidays yet")
    condition: str
    limit: PromisedLimit
    basis: str = Field(description="catalogue, sample (another city's limits) or agent")
    catalogue: str


class TicketOut(BaseModel):
    """A ticket, its way to the case store, and what became of its case there."""

    id: str
    call: str | None
    message: str = Field(description="what is on its way: the ticket itself (its id), or a later message about it")
    kind: MessageKind
    state: DeliveryState = Field(description="of the delivery; what the case store made of it is case_state")
    filed_at: datetime
    tries: int
    refusals: int
    next_try: datetime
    error: str
    case_number: str
    query_code: str
    delivered_at: datetime | None
    case_state: CaseState | None = Field(description="null: no case is known yet")
    case_since: datetime | None = Field(description="when the case became so, by the case store's clock")
    unit: str = Field(default="", description="who has the case, by the case store; else who was meant to")
    word: str = Field(default="", description="the case store's own for the case's state")
    case_history: list[CaseStepOut] = Field(default=[], description="only where one ticket is asked for")
    promise: PromiseOut | None = Field(default=None, description="null: no limit is known")
    ticket: dict[str, Any]
    payload: dict[str, Any] = Field(default={}, description="of a dead letter that files nothing: what it says")
    withheld: list[str] = Field(
        default=[], description="what this person is not shown: content, person, number; a supervisor says a reason"
    )

    @classmethod
    def of(cls, push: Push) -> TicketOut:
        return cls(
            id=push.ticket.id, call=push.ticket.call, message=push.id, kind=push.kind, state=push.state,
            case_state=push.case_state, case_since=push.case_since, filed_at=push.ticket.filed_at,
            tries=push.tries, refusals=push.refusals, next_try=push.next_try, error=push.error,
            case_number=push.case_number, query_code=push.query_code, delivered_at=push.delivered_at,
            unit=push.case_unit or push.ticket.unit_confirmed or push.ticket.unit_suggested, word=push.case_word,
            ticket=plain(push.ticket), promise=PromiseOut.model_validate(push.ticket.promise) if push.ticket.promise else None,
        )  # fmt: skip

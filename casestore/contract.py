"""What goes over the wire: pydantic models, which are the validation and the OpenAPI at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from config.time_range import Moment
from config.work_time import Unit

from .states import Command, EventKind, Role, State, Step, TaskKind

Key = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(max_length=80)]
Text = Annotated[str, Field(max_length=4_000)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LimitIn(BaseModel):
    """A time limit: ``value`` of these units."""

    model_config = ConfigDict(extra="ignore")

    value: Annotated[int, Field(ge=1, le=1_000)]
    unit: Unit


class TicketIn(BaseModel):
    """What this store needs of a ticket; whatever else it says is kept as it came."""

    model_config = ConfigDict(extra="allow")

    id: Annotated[str, Field(min_length=1, max_length=64)]
    filed_at: Moment
    kind: Annotated[str, Field(min_length=1, max_length=40)]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    content: Annotated[str, Field(max_length=20_000)] = ""


class PayloadIn(BaseModel):
    """What a message says beside the matter it is of; which of it must be said, its kind decides."""

    model_config = ConfigDict(extra="allow")

    text: Text = ""
    reason: Text = ""
    at: Moment | None = None
    by: Annotated[str, Field(max_length=120)] = ""
    call: Annotated[str, Field(max_length=200)] = ""
    answer: Literal["", "solved", "unsolved", "unreached", "refused"] = ""
    satisfied: Annotated[int, Field(ge=1, le=5)] | None = None
    into: Annotated[str, Field(max_length=40)] = ""


MessageKind = Literal[
    "file", "supplement", "urge", "plus_one", "reply", "return", "withdraw", "reopen", "merge", "unmerge"
]


class MessageIn(_In):
    """One message of a citizen's matter. The same ``key`` again is answered as the first time and changes nothing."""

    id: Key
    stream: Key = Field(description="the matter: the key of the message that filed it")
    kind: MessageKind
    key: Key
    ticket: TicketIn | None = Field(default=None, description="of kind 'file' alone")
    payload: PayloadIn | None = Field(default=None, description="of all other kinds")


class ReceiptOut(BaseModel):
    number: str
    query_code: str
    state: State
    step: Step
    accepted_at: AwareDatetime
    new: bool = Field(description="false: a message with this key had been taken before")


class CaseOut(BaseModel):
    number: str
    key: str
    query_code: str
    state: State
    step: Step
    kind: str
    title: str
    accepted_at: AwareDatetime


class EventOut(BaseModel):
    """A row of a case's history. (number, turn) names it; turns of a case grow by one."""

    number: str
    key: str = Field(description="of the message that filed the case")
    query_code: str
    turn: int
    kind: EventKind
    step: Step
    word: str = Field(description="the step's Chinese name")
    at: AwareDatetime
    unit: str = Field(description="who has it now")
    note: str = Field(description="the opinion or reason that was given")
    state: State = Field(description="of a merged case: its parent's")
    state_word: str = Field(description="the state's Chinese name")
    command: str = Field(description="what was done; '' where nobody did anything")
    command_word: str
    verb: str = Field(description="forward, return, cancel, close, assign, revoke or side")
    role: str
    by: str
    receiver: str = Field(description="who is told: roles, with the unit or the worker")
    ticket: dict[str, Any] | None = Field(
        default=None,
        description="with the first event of a case that another program filed (GeoReport): nobody else has it",
    )


class TaskOut(BaseModel):
    """A side task (核查, 核实, 延期, 挂账, 督办, 超时申诉)."""

    id: int
    kind: TaskKind
    word: str
    role: Role = Field(description="in whose list it stands")
    opened_at: AwareDatetime
    opened_by: str
    due_at: AwareDatetime | None
    reason: str
    open: bool
    ended_at: AwareDatetime | None
    ended_by: str
    result: str = Field(description="'', 'passed', 'failed', 'cancelled'")
    opinion: str


class ClockOut(BaseModel):
    """The handling clock; all of it null before the first dispatch."""

    limit: LimitIn | None
    started_at: AwareDatetime | None
    due_at: AwareDatetime | None = Field(description="null while it stands because the unit has not the case")
    provisional: bool
    overdue: bool
    exempt: bool = Field(description="an appeal was granted: it was overdue, and does not count")
    extensions: int
    suspended_until: AwareDatetime | None


class WorkOut(BaseModel):
    """A case in somebody's list."""

    number: str
    title: str
    kind: str
    state: State
    state_word: str
    step: Step
    turn: int = Field(description="to be said with a command")
    unit: str
    worker: str
    due_at: AwareDatetime | None = Field(description="of the clock that runs now: of the state, or of the handling")
    due_provisional: bool = Field(description="it hangs on holidays that nobody has announced yet")
    urgency: str = Field(description="critical, urgent or normal, as the ticket says")
    accepted_at: AwareDatetime
    urged: int
    returns: int
    reworks: int
    plus_ones: int
    tasks: list[TaskOut] = Field(description="the open ones")
    commands: list[Command] = Field(description="of the role that asks; something may still stand against one")


class WorkListOut(BaseModel):
    items: list[WorkOut] = Field(description="critical ones, urgent ones, the others; of each the soonest due first")
    after: str = Field(description="where to go on; '' at the end")


class WholeCaseOut(CaseOut):
    turn: int
    state_word: str
    unit: str
    units_helping: list[str]
    worker: str
    closer: str = Field(description="which accepter is to close it; '' any")
    parent: str = Field(description="the case this one was merged into")
    children: list[str]
    due_at: AwareDatetime | None
    due_provisional: bool = Field(description="it hangs on holidays that nobody has announced yet")
    clock: ClockOut
    urged: int
    returns: int
    reworks: int
    plus_ones: int
    reopened: int
    condition: str = Field(description="the closing condition")
    reply: str = Field(description="the last answer of the reply call; '' none yet")
    satisfied: int | None
    score: int | None
    tasks: list[TaskOut]
    commands: dict[Role, list[Command]] = Field(description="what each role may begin; something may stand against one")
    ticket: dict[str, Any]
    history: list[EventOut]
    further_tickets: list[dict[str, Any]] = Field(description="other tickets of the same matter, as they came")


class CommandIn(_In):
    """What one of the staff does with a case. The same ``key`` again is answered as the first time."""

    command: Command
    role: Literal[Role.ACCEPTER, Role.DISPATCHER, Role.UNIT_OFFICE, Role.UNIT_WORKER, Role.CHECKER, Role.JUDGE]
    by: Annotated[str, Field(min_length=1, max_length=120, description="who: an account's name")]
    own_unit: Name = Field(default="", description="of a unit's office or worker: the unit they are of")
    turn: Annotated[int, Field(ge=1, description="the case's turn as it was seen")]
    key: Key
    unit: Name = Field(default="", description="to whom it goes; of rework and send_back: '' the unit that had it")
    units_helping: Annotated[list[Name], Field(max_length=10)] = []
    worker: Annotated[str, Field(max_length=120)] = ""
    closer: Annotated[str, Field(max_length=120, description="of confirm: which accepter is to close it")] = ""
    limit: LimitIn | None = Field(default=None, description="null: the ticket's own")
    opinion: Text = ""
    reason: Text = ""
    condition: Annotated[str, Field(max_length=400, description="the closing condition")] = ""
    until: Moment | None = None
    passed: bool | None = None
    score: Annotated[int, Field(ge=1, le=5)] | None = None
    evidence: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=20)] = []


class CommandOut(BaseModel):
    number: str
    turn: int
    state: State
    state_word: str
    step: Step
    unit: str
    new: bool = Field(description="false: a command with this key was done before")


class CasesOut(BaseModel):
    cases: list[CaseOut]
    more: bool


class EventsOut(BaseModel):
    events: list[EventOut]
    mark: str = Field(description="where to go on")
    more: bool


class InquiryIn(_In):
    """A citizen asks what became of their case."""

    number: Annotated[str, Field(min_length=1, max_length=40)]
    code: Annotated[str, Field(min_length=1, max_length=40)]
    caller: Annotated[str, Field(max_length=64)] = Field(
        default="", description="who asks: a telephone number or an address; kept only as a keyed hash, for an hour"
    )


class StepOut(BaseModel):
    step: Step
    word: str = Field(description="the step's Chinese name")
    name: str = Field(description="its name in plain words")
    at: AwareDatetime | None = Field(description="when it was last reached; null: not yet")
    now: bool = Field(description="the case stands here")
    sentence: str = Field(description="in plain words, to be read or heard")


class DueChangeOut(BaseModel):
    """The day by which the unit is to have dealt with it was moved."""

    at: AwareDatetime
    due_at: AwareDatetime = Field(description="the new one")
    provisional: bool = Field(description="it hangs on holidays that nobody has announced yet")
    sentence: str = Field(description="why, in plain words of ours: what a clerk wrote is not told")


class ProgressOut(BaseModel):
    """What may be told to whoever knows number and code: no name, no text. Of a merged case: its parent's steps."""

    number: str
    state: State
    step: Step
    word: str
    accepted_at: AwareDatetime
    changed_at: AwareDatetime
    steps: list[StepOut] = Field(description="all seven, in their order")
    promised_by: AwareDatetime | None = Field(description="what the citizen was promised; null: nothing")
    provisional: bool = Field(description="of the promise: it crosses a year whose holidays nobody has announced")
    changes: list[DueChangeOut] = Field(default=[], description="each time that day was moved since, the oldest first")


class UnitOut(BaseModel):
    unit: str
    reason: str = Field(description="why it may be meant")
    confidence: Literal["ruled", "high", "middle", "low"]


class UnitsOut(BaseModel):
    units: list[UnitOut] = Field(description="the likeliest first; empty: nobody knows")


class PhotoOut(BaseModel):
    sha256: str = Field(description="its name: of the bytes as they were sent")
    size: int
    at: AwareDatetime
    by: str


class HealthOut(BaseModel):
    version: int
    pid: int
    told: str = Field(description="fingerprint of what the program was told at its start")
    away: str = Field(description="why nothing is taken now; '' when it is")


class FieldOut(BaseModel):
    field: str
    message: str


class RefusedOut(BaseModel):
    error: str
    message: str
    fields: list[FieldOut] = []

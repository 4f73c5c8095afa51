"""What goes over the wire: pydantic models, which are the validation and the OpenAPI at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from .states import State, Step

Key = Annotated[str, Field(min_length=1, max_length=200)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TicketIn(BaseModel):
    """What this store needs of a ticket; whatever else it says is kept as it came."""

    model_config = ConfigDict(extra="allow")

    id: Annotated[str, Field(min_length=1, max_length=64)]
    filed_at: AwareDatetime
    kind: Annotated[str, Field(min_length=1, max_length=40)]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    content: Annotated[str, Field(max_length=20_000)] = ""


class MessageIn(_In):
    """One message of a citizen's matter. The same ``key`` again is answered as the first time and changes nothing."""

    id: Key
    stream: Key = Field(description="the matter: the key of the message that filed it")
    kind: Literal["file"]
    key: Key
    ticket: TicketIn


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
    kind: str
    step: Step
    word: str = Field(description="the step's Chinese name")
    at: AwareDatetime
    unit: str
    note: str


class WholeCaseOut(CaseOut):
    ticket: dict[str, Any]
    history: list[EventOut]
    further_tickets: list[dict[str, Any]] = Field(description="other tickets of the same matter, as they came")


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


class ProgressOut(BaseModel):
    """What may be told to whoever knows number and code: no name, no text."""

    number: str
    state: State
    step: Step
    word: str
    accepted_at: AwareDatetime
    changed_at: AwareDatetime
    steps: list[StepOut] = Field(description="all seven, in their order")
    promised_by: AwareDatetime | None = Field(description="what the citizen was promised; null: nothing")
    provisional: bool = Field(description="of the promise: it crosses a year whose holidays nobody has announced")


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

"""The ticket centre's shapes: what is searched for, what hangs on a ticket, what is said of it later."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from bridge.case_state import CaseState
from bridge.case_store_messages import MessageKind
from bridge.delivery_state import DeliveryState
from bridge.forms import Body, moment
from bridge.pasted_text import Lines, OneLine

from .partner_handovers import HandoverOut, MatterOut
from .rest import CallOut, TicketOut
from .shapes import CallIdText, Note, Sentence, View

Words = Annotated[str, Lines, Field(min_length=1, max_length=1000)]
CaseNumber = Annotated[str, OneLine, Field(pattern=r"^[0-9A-Za-z_.:/-]{1,64}$")]
_CALL = "the own call in which the citizen said so: opens another's ticket, too; absent: none"
TicketIdText = Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]


class TicketsFoundOut(BaseModel):
    """GET /api/tickets/search: a page, newest first."""

    tickets: list[TicketOut]
    next: str = Field(description="``after`` of the next page; '': there is no more")
    back_to: datetime | None = Field(description="words were looked for so far back; null: all the way")


class ProgressOut(BaseModel):
    """How far a case is, for who has its citizen on the line: nothing of whose it is."""

    id: str
    case_number: str
    kind: str
    code: str
    code_kind: str
    title: str = Field(description="'' when withheld; address likewise")
    address: str
    filed_at: datetime
    state: DeliveryState
    case_state: CaseState | None = Field(
        description="of the case it goes on within, where it was merged; null: none yet"
    )
    case_since: datetime | None
    word: str = Field(description="the case store's own for the state")
    unit: str
    promised_by: datetime | None
    provisional: bool
    merged_into: str
    answered_directly: bool
    urged: int
    joined: int = Field(description="citizens who said the same and filed no ticket")
    merged: int = Field(description="tickets that go on within its case")
    open: bool
    own: bool
    withheld: bool


class SaidOut(BaseModel):
    """One message about a ticket."""

    id: str
    kind: MessageKind
    at: datetime
    by: str
    by_name: str = ""
    text: str = Field(description="'' when withheld")
    call: str
    into: str = Field(description="of a merge: the case")
    state: DeliveryState
    delivered_at: datetime | None
    error: str


class ChangeOfField(BaseModel):
    field: str
    before: Any
    after: Any


class VersionOut(BaseModel):
    """One change of a ticket: who changed what when."""

    at: datetime
    by: str
    by_name: str = ""
    why: str = Field(description="corrected, mended, promise, merged, unmerged or ''")
    changes: list[ChangeOfField] = Field(description="of what this person is shown")


class FileOut(View):
    sha256: str
    name: str
    type: str
    size: int
    at: datetime
    by: str


class MassEventOut(View):
    id: str
    ticket: str
    case_number: str
    title: str
    district: str = Field(description="'': the whole city")
    words: str = Field(description="what callers are told")
    opened_at: datetime
    opened_by: str
    ends_at: datetime
    closed_at: datetime | None
    closed_by: str


class TicketStoryOut(BaseModel):
    """GET /api/tickets/{ticket}/story: all that hangs on it."""

    ticket: TicketOut
    progress: ProgressOut
    said: list[SaidOut]
    versions: list[VersionOut]
    calls: list[CallOut] = Field(description="that brought it, asked about it or were made for it")
    files: list[FileOut]
    merged: list[ProgressOut] = Field(description="tickets that go on within its case")
    parent: ProgressOut | None = Field(description="the case it goes on within")
    events: list[MassEventOut]
    handovers: list[HandoverOut] = Field(default=[], description="of the call to partners, oldest first")
    partners: list[MatterOut] = Field(default=[], description="the same matter at partners, oldest first")
    may: list[str] = Field(description="what may be said of it now: the words of MessageKind, and 'correct'")


class SayIn(Body):
    """POST /api/tickets/{ticket}/supplement, /give-back, /plus-one."""

    text: Words
    call: CallIdText | None = Field(default=None, description=_CALL)


class UrgeIn(Body):
    text: Note = ""
    call: CallIdText | None = Field(default=None, description=_CALL)


class WithdrawIn(Body):
    reason: Sentence
    call: CallIdText | None = Field(default=None, description=_CALL)


class CorrectIn(Body):
    """POST /api/tickets/{ticket}/correct: fields of TicketIn, those that change alone."""

    changes: dict[str, Any] = Field(min_length=1, max_length=40)


class MergeIn(Body):
    into: CaseNumber


class TieIn(Body):
    """POST /api/calls/{call}/tie: this call is about that ticket's case, which it urges by itself."""

    ticket: TicketIdText


class TiedOut(BaseModel):
    urged: bool
    progress: ProgressOut


class MassEventIn(Body):
    ticket: TicketIdText
    title: Annotated[str, OneLine, Field(min_length=1, max_length=100)]
    district: Annotated[str, OneLine, Field(max_length=40)] = ""
    words: Words
    ends_at: Annotated[datetime, BeforeValidator(moment)]

"""Call-backs over the wire: lists of them, and what people do with one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, Field

from agents.callbacks import SAID, GivenUp
from bridge.citizen_replies import SPOKEN
from bridge.forms import Body

from .shapes import AgentText, CallIdText, Dialled, Note, View

TaskPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,100}$", description="a call-back's id")]


class CallbackAttemptOut(View):
    """One call that we made to the citizen."""

    call: str
    at: datetime
    ended_at: datetime | None
    agent: str
    seat: str
    result: str = Field(description="what came of it: by the agent's word where there is one, else by the telephone")
    told: str = Field(description="by the telephone alone")
    note: str


class CallbackOut(View):
    """Somebody who is owed a call."""

    id: str
    kind: str = Field(description="missed | voicemail | queue_offer | reply | returned | review | appeal")
    state: str = Field(description="open | taken | assigned | done | given_up")
    reason: str = Field(description="why nobody answered them")
    line: str
    number: str = Field(description="masked or empty where the role demands it")
    dials: str = Field(default="", description="the number as it is dialled, where it is shown whole")
    call: str = Field(description="the call it is about; '' none")
    made_at: datetime
    due_at: datetime
    owner: str = Field(description="the agent who has it; '' nobody")
    tries: int = Field(description="calls that rang there; those that never went out are not counted")
    done_at: datetime | None
    done_by: str
    done_how: str = Field(description="a result, a reason of giving up, or heard: they called again themselves")
    note: str
    attempts: list[CallbackAttemptOut] = Field(description="oldest first")
    voicemail_from: float | None = Field(
        default=None,
        description="seconds into the recording of the call at which the message begins; none was left: null",
    )
    voicemail_seconds: float | None = Field(default=None, description="how long it is")
    mine: bool = Field(default=False, description="I have it")
    withheld: bool = Field(default=False, description="there is a number, and it is not for these eyes")
    ticket: str = Field(default="", description="of a result to tell or a case that came back; '' none")
    prefers: str = Field(default="", description="the agent who took the citizen's call: they call first; '' nobody")
    case_number: str = ""
    title: str = Field(default="", description="of the ticket; shown with the number")
    script: str = Field(default="", description="what is to be told, or asked for; shown with the number")
    answer: str = Field(default="", description="solved | unsolved | refused | unreached; '' not yet")
    satisfied: int | None = Field(default=None, description="1 to 5; null: not rated")


class ReplyOwedOut(View):
    """What is to be told to, or asked of, the citizen on the line."""

    id: str = Field(description="the call-back's id")
    kind: str = Field(description="reply | returned")
    ticket: str
    case_number: str
    title: str
    script: str


class ReplyIn(Body):
    """What the citizen said to the result, in the call that is on, or in the newest one I had with them about it."""

    answer: Annotated[str, Field(pattern=f"^({'|'.join(sorted(SPOKEN))})$")]
    satisfied: Annotated[int, Field(ge=1, le=5)] | None = Field(
        default=None, description="5: very; needed with solved and unsolved, null with refused"
    )
    words: Note = ""


class DialOwedIn(Body):
    number: Dialled | Literal[""] = Field(
        default="",
        description="what the page expects to be dialled (its phone rings with it); refused when it is another",
    )


class ResultIn(Body):
    """What came of my newest try, over what the telephone told."""

    result: Annotated[str, Field(pattern=f"^({'|'.join(SAID)})$")]
    note: Note = ""


class GiveUpIn(Body):
    reason: Annotated[str, Field(pattern=f"^({'|'.join(GivenUp)})$", description="other: the note says it")]
    note: Note = ""


class AssignIn(Body):
    tasks: Annotated[list[CallIdText], Field(min_length=1, max_length=200)]
    agent: AgentText


class NotAssignedOut(BaseModel):
    task: str
    error: str
    message: str


class AssignedOut(BaseModel):
    assigned: list[str]
    refused: list[NotAssignedOut]

"""Supervisors: the wallboard's day, alarms, notices, and watching a seat."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from bridge.forms import Body

from .shapes import Name, Note, SeatText, Sentence
from .stream import FiguresOut, TargetsOut


class BinOut(BaseModel):
    """One half hour, by when calls arrived."""

    at: datetime
    offered: int
    answered: int
    unanswered: int = Field(description="over without an answer, whyever; who waits still is not among them")
    abandoned: int
    service_level_15s: float | None


class CountOut(BaseModel):
    key: str
    name: str
    count: int


class SpanOut(BaseModel):
    began_at: datetime
    ended_at: datetime | None
    reason: str


class OutageOut(BaseModel):
    """A trunk that did not answer: who could not call by it stands in no figure."""

    trunk: str
    name: str
    lines: list[str] = Field(description="ids of the lines that had calls by it lately; none: nobody knows whose it is")
    began_at: datetime
    ended_at: datetime | None


class WaitToldOut(BaseModel):
    """What those who waited in a queue in an hour were told of it, against what they waited; medians."""

    queue: str
    hour: datetime
    told: int = Field(description="announcements of a place")
    timed: int = Field(description="those with a time, to callers who were answered: what the medians are of")
    promised_seconds: float | None
    waited_seconds: float | None
    error_seconds: float | None
    error_share: float | None = Field(description="of what was waited")


class SatisfactionOut(BaseModel):
    """What callers thought of the service (好差评), of all or of a line or queue."""

    of: Literal["all", "line", "queue"]
    id: str
    asked: int
    scored: int
    mean: float | None = Field(description="1 (worst) to 5, of those that scored")
    content: int = Field(description="3, 4 or 5")
    poor: int = Field(description="1 or 2; each is a review among the call-backs")
    solved: int
    unsolved: int


class DayOut(BaseModel):
    """GET /api/wall/day?day=2026-11-23: a day's figures, its curve and the curve a week before."""

    day: date
    since: datetime = Field(description="the day's bounds in the centre's time zone: what drill-downs ask for")
    until: datetime
    figures: list[FiguresOut]
    targets: TargetsOut
    curve: list[BinOut]
    week_before: list[BinOut]
    tickets_by_kind: list[CountOut]
    tickets_by_code: list[CountOut] = Field(
        description="the 15 most frequent; their key (event-0101@SCHEME@VERSION) is what /api/wall/tickets takes as code"
    )
    uncertain: list[SpanOut] = Field(description="intervals that could not be back-filled")
    outages: list[OutageOut]
    waits_told: list[WaitToldOut] = []
    satisfaction: list[SatisfactionOut] = []


# The calls behind a figure: GET /api/wall/calls?set=answered_15s&since=…&until=…&line=…&queue=… → list[CallOut];
# ``set`` is a name of ledger.kpi.SETS. Tickets behind a count: GET /api/wall/tickets?kind=…&code=…&since=…&until=…


class AcknowledgeIn(Body):
    """POST /api/alarms/{id}/acknowledge."""

    note: Note = ""


class NoticeIn(Body):
    """POST /api/notices: to every console, or to those at ``seats``."""

    text: Sentence
    urgent: bool = False
    seats: list[SeatText] = Field(default=[], max_length=1000)


class NoticeOut(BaseModel):
    id: int
    at: datetime
    by: str
    by_name: str
    text: str
    urgent: bool
    heard: int = Field(description="consoles it reached at once")


class WatchIn(Body):
    """POST /api/seats/{seat}/watch: my own seat's phone rings, then I hear theirs. Again with another mode: it changes.

    DELETE the same path: I hear no more.
    """

    mode: Literal["listen", "whisper", "barge"]
    reason: Sentence


class TakeOverIn(Body):
    """POST /api/seats/{seat}/take-over: the citizen comes to my seat, theirs is freed."""

    reason: Sentence


class MoveIn(Body):
    """POST /api/calls/{call}/move: a waiting caller to a queue's head (``urgent``) or end."""

    queue: Name
    urgent: bool = False
    reason: Sentence


class SeatForceIn(Body):
    """POST /api/seats/{seat}/force. In a call it takes effect after it."""

    force: Annotated[str, Field(pattern="^(ready|pause|log_out)$")]
    reason: Sentence


class SeatDayOut(BaseModel):
    """GET /api/seats/{seat}/day: what this seat's agent did today."""

    seat: str
    agent: str
    agent_name: str
    answered: int
    missed: int
    talk_seconds_mean: float | None
    wrap_up_seconds: float
    ready_seconds: float
    paused_seconds: float
    states: list[tuple[datetime, str, str]] = Field(description="since, state, reason; oldest first")

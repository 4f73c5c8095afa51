"""Nuisance callers over the wire: tags, decisions, appeals, the fairness report (decision 0050)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, Field

from bridge.forms import Body

from .shapes import Dialled, Note, Sentence, View

UlidPath = Annotated[str, Path(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
AppealPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]


class TagIn(Body):
    """POST /api/calls/{call}/nuisance."""

    reason: Literal["silent", "prank", "abuse", "advert", "repeated", "other"]
    note: Note = ""


class CallAppealIn(Body):
    """POST /api/calls/{call}/appeal: a caller thinks that a number is held back wrongly."""

    words: Sentence = Field(description="what the caller says")
    number: Dialled | None = Field(default=None, description="where it is another than the one of this call")


class DecideIn(Body):
    grade: Literal["queue", "quota", "message"]
    days: Annotated[int, Field(ge=1, le=365)] = Field(description="so long, at most nuisance.most_days of the settings")
    reason: Sentence


class DismissIn(Body):
    reason: Sentence


class EndIn(Body):
    reason: Sentence
    mistake: bool = Field(default=False, description="it ought not to have been decided: the fairness report counts it")


class DecideAppealIn(Body):
    upheld: bool = Field(description="true: the number is held back no longer")
    answer: Sentence = Field(description="what the caller is told, in a call-back that he is owed")


class TagOut(View):
    id: str
    call: str
    number: str = Field(description="masked or empty where the role demands it")
    at: datetime
    by: str
    seat: str
    reason: str
    note: str
    state: str = Field(description="open | decided | dismissed")
    decided_at: datetime | None
    decided_by: str
    why: str


class DecisionOut(View):
    id: str
    number: str = Field(description="masked or empty where the role demands it")
    grade: str = Field(description="queue | quota | message")
    at: datetime
    until: datetime
    by: str
    why: str
    tag: str = Field(description="the tag that it was made of; '' none")
    ended_at: datetime | None = Field(description="before its time; null: it was not")
    ended_by: str
    ended_how: str = Field(description="lifted | mistake | appeal | replaced | danger; '' it runs, or ran, its time")
    ended_why: str
    calls: int = Field(default=0, description="calls of the number meanwhile; in the report alone")


class AppealOut(View):
    id: str
    decision: str
    number: str = Field(description="masked or empty where the role demands it")
    call: str
    at: datetime
    how: str = Field(description="agent | phone")
    by: str = Field(description="the agent who wrote it down; '' it was a key")
    words: str
    due_at: datetime
    decided_at: datetime | None
    decided_by: str
    upheld: bool | None
    answer: str
    grade: str = Field(default="", description="of the decision it is against; '' where it is in force no more")
    decision_by: str = Field(default="", description="who decided that")
    until: datetime | None = None


class NuisanceOut(BaseModel):
    grades: list[str] = Field(description="what may be decided; none: nothing, by these settings")
    most_days: int
    quota_minutes: int
    tags: list[TagOut] = Field(description="open, oldest first")
    decisions: list[DecisionOut] = Field(description="in force, those that end soonest first")
    appeals: list[AppealOut] = Field(description="open, those due soonest first")
    ended: list[DecisionOut] = Field(description="the latest first")


class DecidedOut(BaseModel):
    decision: DecisionOut
    in_force: bool = Field(description="Asterisk has it by now; else at its next connection")


class AppealDecidedOut(BaseModel):
    appeal: AppealOut
    in_force: bool = Field(description="Asterisk has it by now; else at its next connection")


class CallNuisanceOut(BaseModel):
    """Of one call: whether it may be tagged, and how its number is held back."""

    taggable: bool
    why_not: str = Field(
        description="'' it is; none (no such settings), no_number, partner, not_a_person, anonymous, emergency, danger"
    )
    tag: str = Field(description="state of its tag; '' it has none")
    grade: str = Field(description="how its number is held back now; '' not")
    until: datetime | None


class CountedOut(BaseModel):
    key: str
    count: int


class FairnessOut(BaseModel):
    """Of tags, decisions and appeals that were made in the period, as they stand now."""

    since: datetime
    until: datetime
    tags: int
    tags_open: int
    tags_dismissed: int
    tags_by_reason: list[CountedOut]
    tags_by_agent: list[CountedOut]
    decisions: int
    decisions_by_grade: list[CountedOut]
    decided_days_mean: float | None = Field(description="for how long they were decided; null: there is none")
    held_days_mean: float | None = Field(description="how long they held, or have held by now")
    ended: list[CountedOut] = Field(description="by how; expired: they ran their time; in_force: they still do")
    mistakes: int = Field(description="ended as a mistake, by an appeal or by danger")
    mistake_share: float | None = Field(description="of the decisions; null: there is none")
    appeals: int
    appeals_by_phone: int
    appeals_open: int
    appeals_overdue: int
    appeals_upheld: int
    appeals_refused: int
    appeal_hours_mean: float | None = Field(description="from an appeal to its decision")
    appeals_by_decider: int = Field(description="decided by who had decided what they were against")
    calls: list[CountedOut] = Field(description="GRADE/STEP → calls of graded numbers")
    in_force: list[CountedOut] = Field(description="grade → numbers now")
    rows: list[DecisionOut] = Field(description="the decisions, the latest first")

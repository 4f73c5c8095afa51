"""Calls handed over to partners (联动移交)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from bridge.forms import Body
from bridge.pasted_text import OneLine

from .shapes import View, Word


class PartnerOut(View):
    """A partner to whom calls can be handed over."""

    id: str
    name: str
    number: str = Field(description="its desk, as the participants of a call name it")


class HandoverOut(View):
    """One hand-over of a call, with all its moments."""

    id: str
    call: str
    partner: str
    partner_name: str
    seat: str
    agent: str
    ticket: str = Field(description="'': none was filed when it was asked for")
    asked_at: datetime
    told: str = Field(
        description="the message to the partner: waiting, sent, unsure, failed, withdrawn; '' it has no endpoint, and the "
        "papers go in the headers of the call alone"
    )
    told_at: datetime | None
    answered_at: datetime | None = Field(description="the partner's desk answered")
    ended_at: datetime | None = Field(description="accepted, or the citizen was ours again; null: it goes on")
    how: str = Field(
        description="'' it goes on; accepted, refused, not_taken, busy, no_answer, declined, wrong_number, unreachable, cancelled, "
        "caller_left, failed, unknown"
    )
    by: str = Field(description="the agent who said how it ended; '' the telephone did")
    reference: str = Field(description="the partner's own number of the matter")
    note: str = Field(description="why it was refused")
    their_state: str = Field(
        default="",
        description="what the partner's own program said last: accepted, refused, handling, done, closed, withdrawn; '' nothing",
    )
    their_note: str = Field(default="", description="with its words for it")


class MatterOut(View):
    """A matter under both numbers, as a partner's own program says it stands there."""

    partner: str
    partner_name: str
    number: str = Field(description="the partner's own; '' it has told none")
    state: str = Field(description="accepted, refused, handling, done, closed, withdrawn; '' it has said nothing")
    since: datetime | None
    word: str = Field(description="as the partner calls it")
    unit: str
    note: str


class PartnerStatesTakenOut(View):
    """POST /api/partner-states/{partner}: in the ledger, now or before."""

    moved: int = Field(description="states that are newer than all before")
    known: int = Field(description="heard before, or late: in the history, nothing moved")
    unknown: int = Field(description="of matters that are nobody's here yet")
    repeated: bool = Field(description="a call with this id had been taken before")


class HandOverIn(Body):
    partner: Word
    ticket: Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")] | None = Field(
        default=None, description="of this call; none: its newest, if it has one"
    )
    summary: Annotated[str, OneLine] = Field(
        default="", max_length=200, description="'': title and address of the ticket"
    )


class AcceptedIn(Body):
    """The partner has taken it: the agent leaves, citizen and partner go on talking."""

    reference: Annotated[str, OneLine] = Field(
        default="", max_length=64, description="the partner's own number, as its desk says it"
    )


class RefusedIn(Body):
    """The partner does not take it: the citizen is the agent's again."""

    reason: Annotated[str, OneLine] = Field(min_length=1, max_length=200)

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

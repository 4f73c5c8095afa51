"""How citizens and partners are told: call-backs, text messages, states of matters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    Field,
)

from .values import Minutes, Section


class Callbacks(Section):
    """When citizens who are owed a call are called."""

    hours: str = "Mon-Sun 08:00-21:00"
    """Nobody is due outside of them: ``always``, or as a line's hours."""
    missed_minutes: Minutes = 30
    """Due so long after the missed call; the others likewise, by why the call is owed."""
    voicemail_minutes: Minutes = 60
    queue_offer_minutes: Minutes = 0
    reply_minutes: Minutes = 480
    returned_minutes: Minutes = 60
    review_minutes: Minutes = 1440
    appeal_minutes: Minutes = 240
    retry_minutes: Annotated[tuple[Annotated[int, Field(ge=1, le=40320)], ...], Field(min_length=1, max_length=20)] = (
        30,
        120,
    )
    """Due again so long after the first try in vain, the second…; the last one is for all that follow."""
    taken_most: Annotated[int, Field(ge=1, le=1000)] = 5
    """Citizens that one agent may have taken and not yet called."""
    reply_hours: str = "Mon-Sun 09:00-20:00"
    """When results are told: nobody is due for that outside of them."""
    reply_retry_minutes: Annotated[
        tuple[Annotated[int, Field(ge=1, le=40320)], ...], Field(min_length=1, max_length=20)
    ] = (240, 1440)
    reply_attempts: Annotated[int, Field(ge=1, le=20)] = 3
    """Tries in vain after which a result counts as not told (未联系上); never as content."""


class Sms(Section):
    """Text messages to citizens by a gateway that takes HTTP; none without ``url``."""

    url: Annotated[str, Field(pattern=r"^(https?://[^\s]+)?$")] = ""
    secret: Path | None = None
    """A file that holds what the gateway knows us by; None: nothing."""
    secret_header: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$")] = "Authorization"  # noqa: S105 - a header's name
    secret_before: Annotated[str, Field(max_length=20)] = "Bearer "  # noqa: S105
    body: Literal["json", "form"] = "json"
    number_field: Annotated[str, Field(min_length=1, max_length=60)] = "mobile"
    text_field: Annotated[str, Field(min_length=1, max_length=60)] = "content"
    key_field: Annotated[str, Field(min_length=1, max_length=60)] = "id"
    more: dict[str, str] = {}
    """Sent along as they are: the account's name there, the signature's number."""
    accepted_field: str = ""
    """Of the answer's JSON, which says ``accepted`` when the message was taken; empty: any 2xx says so."""
    accepted: str = "0"
    receipt_field: str = ""
    repeats: bool = False
    """The gateway sends what has one key once: after a time-out it is asked again. Else such a message is left to a person."""
    link: str = ""
    """To the public page of progress; ``{number}`` stands for the case's number."""
    receipt: str = ""
    """Text after a case was opened: {number} {code} {title} {link}; empty: none is sent."""
    progress: dict[Literal["dispatched", "handling", "suspended", "handled", "checked", "closed", "voided"], str] = {}
    """State of a case → text."""


class PartnerStatus(Section):
    """A partner that is told the state of each matter that came from it."""

    system: Annotated[str, Field(min_length=1, max_length=40)]
    """As in a ticket's ``external_ids``."""
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    secret: Path
    """A file that holds the shared secret of the signature."""


class PartnerQuestion(Section):
    """A partner whose system only answers questions: it is asked how each matter stands that it has with us."""

    system: Annotated[str, Field(min_length=1, max_length=32)]
    """As in a ticket's ``external_ids``."""
    url: Annotated[str, Field(pattern=r"^https?://[^\s{}]+\{number\}[^\s{}]*$")]
    """GET; ``{number}`` is the partner's own number of the matter."""
    secret: Path | None = None
    """A file that holds the shared secret: the question is signed as what is told to partners. None: it is not."""
    seconds: Annotated[float, Field(ge=10, le=86_400)] = 300
    """So long lies between two questions about one matter at least."""
    per_minute: Annotated[float, Field(ge=1, le=600)] = 30
    states: dict[str, Literal["accepted", "refused", "handling", "done", "closed", "withdrawn"]] = {}
    """The partner's words for states, where it does not use ours: ``"办结" = "done"``."""

"""From what was typed (or posted) to a ticket, or to a list of problems naming each field. Pure.

Used by the console's ticket routes and for corrected dead letters. What may be said and how it is checked is
``forms.TicketIn``; a wrong field is a problem with its path, never an exception. What only the daemon knows comes in
``Made``, never from ``raw``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from .errors import Problem
from .forms import Known, LimitIn, PersonIn, PlaceIn, SubjectIn, TicketIn
from .problem_texts import problems_of
from .ticket import CallFacts, Limit, Person, Place, Subject, Ticket, TicketId

CONTENT = tuple(TicketIn.model_fields)
"""The fields an agent may give."""


@dataclass(frozen=True, slots=True)
class Made:
    """What the daemon adds by itself."""

    id: TicketId
    key: str
    filed_at: datetime
    agent: str
    seat: str
    line: str
    facts: CallFacts | None
    channel: str = "phone"
    """When ``raw`` names none."""


def read(raw: Mapping[str, object], made: Made, known: Known) -> Ticket | tuple[Problem, ...]:
    """One ticket, or every problem found (in the order of the fields)."""
    try:
        form = TicketIn.model_validate(dict(raw), context=known)
    except ValidationError as fault:
        return problems_of(fault.errors(include_url=False), TicketIn)
    said = "channel" in form.model_fields_set and form.channel
    return Ticket(
        id=made.id, key=made.key, filed_at=made.filed_at, agent=made.agent, seat=made.seat, line=made.line,
        facts=made.facts, channel=said or made.channel, kind=form.kind, title=form.title, content=form.content,
        work_type=form.work_type, urgency=form.urgency, confidential=form.confidential, anonymous=form.anonymous,
        person=_person(form.person), subject=_subject(form.subject), place=_place(form.place),
        unit_suggested=form.unit_suggested, unit_confirmed=form.unit_confirmed, units_helping=tuple(form.units_helping),
        accept_limit=_limit(form.accept_limit), handle_limit=_limit(form.handle_limit),
        related_cases=tuple(form.related_cases), merged_into=form.merged_into, answered_directly=form.answered_directly,
        knowledge=tuple(form.knowledge), attachments=tuple(form.attachments), external_ids=_external(form.external_ids, made.facts),
        consent=tuple(form.consent), archive_level=form.archive_level, retention_class=form.retention_class,
        legal_hold=form.legal_hold,
    )  # fmt: skip


def _external(said: Mapping[str, str], facts: CallFacts | None) -> tuple[tuple[str, str], ...]:
    """What the agent says, and the work order that a partner sent with the call: by it the partner is told the state."""
    found = dict(said)
    if facts is not None and facts.partner and facts.reference:
        found.setdefault(facts.partner, facts.reference)
    return tuple(found.items())


def _person(form: PersonIn | None) -> Person:
    return Person(form.name, form.gender, tuple(form.phones), form.address) if form else Person()


def _subject(form: SubjectIn | None) -> Subject | None:
    return Subject(form.scheme, form.version, form.code, form.kind, form.part_id, form.condition) if form else None


def _place(form: PlaceIn | None) -> Place:
    if form is None:
        return Place()
    return Place(
        form.address_text, form.address_std, form.lng, form.lat, form.crs, form.accuracy, form.grid_code, tuple(form.area),
        form.division,
    )  # fmt: skip


def _limit(form: LimitIn | None) -> Limit | None:
    return Limit(form.value, form.unit, form.deadline) if form else None

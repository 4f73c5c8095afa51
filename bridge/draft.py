"""From what was typed (or posted) to a ticket, or to a list of problems naming each field. Pure.

Used by the console's ticket routes and for corrected dead letters. Everything in ``raw``
is hostile: wrong types, lengths, control characters and unknown fields are problems with
a field path, never exceptions. What only the daemon knows comes in ``Made``, never from ``raw``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cti.numbers import Numbers

from .catalogue import Catalogue
from .catalogues.conditions import chosen
from .errors import Problem
from .fields import Fields
from .ticket import CallFacts, Limit, Person, Place, Subject, Ticket, TicketId
from .ticket_choices import Choices

CONTENT = (
    "kind", "title", "content", "work_type", "urgency", "channel", "confidential", "anonymous", "person", "subject",
    "place", "unit_suggested", "unit_confirmed", "units_helping", "accept_limit", "handle_limit", "related_cases",
    "merged_into", "answered_directly", "knowledge", "attachments", "external_ids", "consent", "archive_level",
    "retention_class", "legal_hold",
)  # fmt: skip
"""The fields an agent may give."""

MOST_PHONES = 5
_ID = r"[0-9A-Za-z_.:/-]{1,64}"
_NAME = r"[0-9A-Za-z_-]+(?:[./][0-9A-Za-z_-]+)*"
_ATTACHMENT = rf"(?:https://[0-9A-Za-z.-]+(?::[0-9]+)?(?:/[0-9A-Za-z_.~%/?=&-]*)?|{_NAME})"
"""A name below the store's own folder, or an https address: what a reader's browser runs, or that leads out, is neither."""


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


def read(
    raw: Mapping[str, object], made: Made, choices: Choices, catalogue: Catalogue, numbers: Numbers
) -> Ticket | tuple[Problem, ...]:
    """One ticket, or every problem found (in the order of the fields)."""
    fields = Fields(raw, CONTENT, choices)
    ticket = Ticket(
        id=made.id, key=made.key, filed_at=made.filed_at, agent=made.agent, seat=made.seat, line=made.line,
        facts=made.facts,
        kind=fields.choice("kind", "appeal_kind", required=True),
        title=fields.text("title", 50, required=True),
        content=fields.text("content", 4000, required=True, lines=True),
        work_type=fields.choice("work_type", "work_type", "general"),
        urgency=fields.choice("urgency", "urgency", "normal"),
        channel=fields.choice("channel", "channel", made.channel),
        confidential=fields.flag("confidential"),
        anonymous=fields.flag("anonymous"),
        person=_person(fields, numbers),
        subject=_subject(fields, catalogue),
        place=_place(fields),
        unit_suggested=fields.text("unit_suggested", 100),
        unit_confirmed=fields.text("unit_confirmed", 100),
        units_helping=fields.texts("units_helping", 10, 100),
        accept_limit=_limit(fields, "accept_limit"),
        handle_limit=_limit(fields, "handle_limit"),
        related_cases=fields.texts("related_cases", 20, 64, _ID),
        merged_into=fields.text("merged_into", 64, pattern=_ID),
        answered_directly=fields.flag("answered_directly"),
        knowledge=fields.texts("knowledge", 20, 64, _ID),
        attachments=fields.texts("attachments", 20, 200, _ATTACHMENT),
        external_ids=fields.pairs("external_ids", 10, 64),
        consent=fields.texts("consent", 10, 40, _ID),
        archive_level=fields.text("archive_level", 20),
        retention_class=fields.choice("retention_class", "retention_class", "standard"),
        legal_hold=fields.flag("legal_hold"),
    )  # fmt: skip
    return fields.problems or ticket


def _person(fields: Fields, numbers: Numbers) -> Person:
    inner = fields.inner("person", ("name", "gender", "phones", "address"))
    if inner is None:
        return Person()
    return Person(
        name=inner.text("name", 60),
        gender=inner.choice("gender", "gender"),
        phones=_phones(inner, numbers),
        address=inner.text("address", 200),
    )


def _phones(fields: Fields, numbers: Numbers) -> tuple[str, ...]:
    """Each in its one national form, however it was written; several in one text are several."""
    found: list[str] = []
    for place, said in enumerate(fields.texts("phones", MOST_PHONES, 64)):
        read_ = numbers.split(said)
        if said and not (read_ and all(number.national for number in read_)):
            fields.wrong(f"phones.{place}", fields.say("phone"))
        found += (number.national for number in read_)
    phones = tuple(dict.fromkeys(found))
    if len(phones) > MOST_PHONES:
        fields.wrong("phones", fields.say("many", most=MOST_PHONES))
    return phones


def _subject(fields: Fields, catalogue: Catalogue) -> Subject | None:
    inner = fields.inner("subject", ("scheme", "version", "code", "kind", "part_id", "condition"))
    if inner is None:
        return None
    first = catalogue.schemes[0] if catalogue.schemes else ("", "")
    subject = Subject(
        scheme=inner.text("scheme", 40) or first[0],
        version=inner.text("version", 20) or first[1],
        code=inner.text("code", 16, required=True, pattern=r"[0-9A-Za-z]{2,16}"),
        kind=inner.one_of("kind", ("event", "part")),
        part_id=inner.text("part_id", 24, pattern=r"[0-9A-Za-z-]{1,24}"),
        condition=inner.text("condition", 500),
    )
    if subject.code and not inner.problems:
        _known(subject, inner, catalogue)
    return subject


def _known(subject: Subject, inner: Fields, catalogue: Catalogue) -> None:
    if (subject.scheme, subject.version) not in catalogue.schemes:
        allowed = tuple(" ".join(pair) for pair in catalogue.schemes)
        inner.wrong("scheme", inner.say("no_scheme", said=f"{subject.scheme} {subject.version}"), allowed)
    elif (known := catalogue.get(subject.scheme, subject.version, subject.code, subject.kind)) is not None:
        conditions = catalogue.conditions(known)
        if subject.condition and chosen(conditions, subject.condition) is None:
            inner.wrong(
                "condition", inner.say("no_condition", said=subject.condition[:60]), tuple(c.text for c in conditions)
            )
    else:
        same = [code for code in catalogue.search(subject.code) if code.code == subject.code]
        if len(same) > 1 and not subject.kind:
            inner.wrong("kind", inner.say("ambiguous", said=subject.code), ("event", "part"))
        else:
            near = catalogue.search(subject.code[:2], subject.kind)
            inner.wrong("code", inner.say("no_code", said=subject.code), tuple(f"{c.code} {c.name}" for c in near))


def _place(fields: Fields) -> Place:
    names = ("address_text", "address_std", "lng", "lat", "crs", "accuracy", "grid_code", "area")
    inner = fields.inner("place", names)
    if inner is None:
        return Place()
    place = Place(
        address_text=inner.text("address_text", 200),
        address_std=inner.text("address_std", 200),
        lng=inner.number("lng", -180, 180),
        lat=inner.number("lat", -90, 90),
        crs=inner.choice("crs", "crs"),
        accuracy=inner.choice("accuracy", "accuracy"),
        grid_code=inner.text("grid_code", 15, pattern=r"[0-9]{14,15}"),
        area=inner.texts("area", 4, 40),
    )
    if (place.lng is None) != (place.lat is None):
        inner.wrong("lat" if place.lat is None else "lng", inner.say("both"))
    if place.lng is not None and not place.crs:
        inner.wrong("crs", inner.say("required"), inner.keys("crs"))
    return place


def _limit(fields: Fields, name: str) -> Limit | None:
    inner = fields.inner(name, ("value", "unit", "deadline"))
    if inner is None:
        return None
    value = inner.number("value", 1, 10_000, required=True)
    if value is not None and value != int(value):
        inner.wrong("value", inner.say("whole"))
    unit = inner.choice("unit", "limit_unit", required=True)
    return Limit(int(value or 0), unit, inner.moment("deadline"))

"""A ticket: what one citizen asked for in one matter, as it goes to the case store.

Made by ``ticket_input.py`` from what an agent typed, kept by the ledger as JSON, carried by
the courier. Frozen values only. It holds what was known when it was filed; what becomes
of the matter (checks, progress, the reply) belongs to the case, not to the ticket.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from cti.ids import CallId

TicketId = NewType("TicketId", str)
"""26 characters of Crockford base 32: 48 bits of milliseconds, then 80 random bits. Sorts by time; not guessable."""

_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ticket_id(at: datetime, noise: bytes) -> TicketId:
    """An id for a ticket filed ``at``; ``noise``: 10 bytes from a secure source."""
    if len(noise) != 10:
        raise ValueError("noise: 10 bytes")
    number = (int(at.timestamp() * 1000) << 80) | int.from_bytes(noise, "big")
    return TicketId("".join(_BASE32[(number >> shift) & 31] for shift in range(125, -1, -5)))


def is_ticket_id(text: str) -> bool:
    return len(text) == 26 and all(letter in _BASE32 for letter in text)


@dataclass(frozen=True, slots=True)
class Person:
    """The citizen (诉求人), as far as they said who they are."""

    name: str = ""
    gender: str = ""
    """'', 'male' or 'female'."""
    phones: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """The part or event of the matter. Codes are strings of one scheme and version, never numbers."""

    scheme: str
    version: str
    code: str
    kind: str = ""
    """'part' or 'event': a scheme may use the same digits for both."""
    part_id: str = ""
    """The number on the thing itself (manhole, lamp post): up to 24 digits and letters."""
    condition: str = ""
    """Filing condition (立案条件) as the catalogue words it, when one was chosen."""


@dataclass(frozen=True, slots=True)
class Place:
    address_text: str = ""
    """As the citizen said it."""
    address_std: str = ""
    """Standard address, when one was found."""
    lng: float | None = None
    lat: float | None = None
    """Degrees in ``crs``; both or neither."""
    crs: str = ""
    """'CGCS2000', 'WGS84', 'GCJ02' or 'BD09'."""
    accuracy: str = ""
    """'A' (0.5 m), 'B' (1 m), 'C' (10 m), 'D' (worse)."""
    grid_code: str = ""
    """单元网格, 14 or 15 digits. Nothing is derived from it."""
    area: tuple[str, ...] = ()
    """City, district, street, community: at most four names."""
    division: str = ""
    """12 digits (统计用区划代码) of the finest of ``area`` that is known, zeros at its end: names are no keys."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit: ``value`` ``unit``s ('work_hour', 'work_day', 'urgent_work_hour', 'clock_hour')."""

    value: int
    unit: str
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """The date a citizen is told, with all it was reckoned from."""

    by: datetime
    """UTC; what the citizen is told: the later of both readings of a working day."""
    due: datetime
    """When the limit is over for the unit, by the catalogue's reading, if it is dispatched within the dispatcher's time."""
    provisional: bool
    """A year on the way has no announced holidays yet: it may come out otherwise."""
    limit: Limit
    condition: str
    """The filing condition whose limit it is; '' when the code has but one, or the agent said the limit."""
    basis: str
    """'catalogue' (the city's), 'sample' (another city's) or 'agent'."""
    catalogue: str = ""
    """Scheme and version."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What the ledger and the board knew about the call when the ticket was filed; None: not known (yet)."""

    call: CallId
    line: str = ""
    trunk: str = ""
    ani: str = ""
    """Caller's number as the trunk gave it; '' withheld."""
    ani_trust: str = ""
    """'network', 'partner' (handed over, the origin they named) or ''."""
    dnis: str = ""
    partner: str = ""
    reference: str = ""
    received_at: datetime | None = None
    queue_entered_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    notice_played_at: datetime | None = None
    seat: str = ""
    recordings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticket:
    id: TicketId
    key: str
    """What makes it one matter of one call: 'CALLID/1', 'CALLID/2'…, or the sender's own key without a call. Unique."""
    filed_at: datetime
    """Aware, UTC."""
    agent: str
    seat: str
    channel: str
    line: str
    kind: str
    """诉求类型; ``work_type``, ``urgency``, ``channel`` likewise: keys of ``ticket_choices.py``."""
    title: str
    content: str
    work_type: str = "general"
    urgency: str = "normal"
    confidential: bool = False
    """The citizen asked that who they are be kept from the unit."""
    anonymous: bool = False
    facts: CallFacts | None = None
    person: Person = Person()
    subject: Subject | None = None
    place: Place = Place()
    unit_suggested: str = ""
    unit_confirmed: str = ""
    units_helping: tuple[str, ...] = ()
    accept_limit: Limit | None = None
    handle_limit: Limit | None = None
    promise: Promise | None = None
    """Made by the daemon when the ticket was filed."""
    related_cases: tuple[str, ...] = ()
    merged_into: str = ""
    answered_directly: bool = False
    """直接解答: the agent answered; the case is for the record."""
    knowledge: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    external_ids: tuple[tuple[str, str], ...] = ()
    """(system, its number), e.g. ('12345', 'FZ12345-20230101-0001')."""
    consent: tuple[str, ...] = ()
    archive_level: str = ""
    retention_class: str = "standard"
    legal_hold: bool = False

    @property
    def call(self) -> CallId | None:
        return self.facts.call if self.facts else None

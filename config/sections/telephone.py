"""The telephone: Asterisk and its ports, trunks, lines, queues, partners, one-key numbers, and what is let in and out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    Field,
    IPvAnyAddress,
)

from ..names import Name
from .values import Extension, Plain, Port, Section, WebAddress, Word


class Mode(StrEnum):
    EMBEDDED = "embedded"
    EXTERNAL = "external"


class Asterisk(Section):
    mode: Mode = Mode.EMBEDDED
    bind: IPvAnyAddress = Field(default="127.0.0.1", validate_default=True)
    log_dir: Path | None = None
    """external: where that Asterisk writes cel-custom/ and queue_log, as this machine sees it."""
    spool_dir: Path | None = None
    """external: where it records to (the folder that holds monitor/)."""
    ami_host: str = "127.0.0.1"


class Ports(Section):
    sip: Port = 5060
    ami: Port = 5038
    http: Port = 8088
    agi: Port = 4573
    api: Port = 8319
    phones: Port = 8089
    casestore: Port = 8090
    rtp_first: Port = 10000


class Trunk(Section):
    id: Name
    name: Plain
    host: str | Annotated[tuple[str, ...], Field(min_length=1, max_length=64)]
    """The carrier's addresses, names or networks (10.1.2.0/24): calls from any are this trunk's; calls out go to the first."""
    port: Annotated[int, Field(ge=1, lt=65536)] = 5060
    check_seconds: Annotated[int, Field(ge=0, le=3600)] = 10
    calling_number: Extension | None = None
    """The number that calls out on this trunk show; none: that of the centre."""

    @property
    def hosts(self) -> tuple[str, ...]:
        return (self.host,) if isinstance(self.host, str) else self.host


class Line(Section):
    id: Name
    name: Plain
    numbers: tuple[Extension, ...] = ()
    partners: dict[Extension, Word] = {}
    """Dialled number → the partner that hands calls over on it."""
    queue: Name
    capacity: Annotated[int, Field(ge=1, le=5000)] = 60
    hours: str = "always"
    notice: Name = "welcome"
    menu: dict[Annotated[str, Field(pattern=r"^[0-9*#]$")], Name] = {}
    """Digit → queue; empty: straight to the queue (GB/T 33358 discourages menus)."""
    journey: Name | None = None
    """One of ``[journey]``; None: hours, notice, menu and queue as they stand here make it."""
    survey: bool = False
    """After the talk the caller is asked what he thought of it (好差评); the seat is free meanwhile."""
    voicemail: bool = False
    """Who calls while it is closed, or whom nobody answered within ``max_wait_seconds``, may leave a message."""
    duty_queue: Name | None = None
    """Where somebody sits there while the line is closed, its callers come to it after all; None: nobody is on duty."""
    check_seconds: Annotated[int, Field(ge=0, le=86400)] = 300

    @property
    def dialled(self) -> tuple[str, ...]:
        """All numbers that reach this line."""
        return (*self.numbers, *self.partners)


class Queue(Section):
    id: Name
    name: Plain
    ring_seconds: Annotated[int, Field(ge=3, le=120)] = 15
    max_wait_seconds: Annotated[int, Field(ge=5, le=7200)] = 300
    max_waiting: Annotated[int, Field(ge=1, le=5000)] = 100
    weight: Annotated[int, Field(ge=0, le=100)] = 0
    words_seconds: Annotated[int, Field(ge=20, le=600)] | None = None
    """So often one who waits hears his place and, where it is known, a time. None: never."""
    comfort: Name | None = None
    """A prompt that one who waits hears first and again after each round of the music; where no place is told, for both would be heard at once. None: music alone."""
    call_back_seconds: Annotated[int, Field(ge=10, le=3600)] | None = None
    """Who has waited so long hears, with his place, that he may be called when it comes up. None: nobody is offered that."""


SipHeader = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,39}$")]


class Partner(Section):
    """Another hotline with which calls and their papers are exchanged: 12345, 110."""

    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:+*#-]{0,31}$")]
    """As in a line's ``partners`` and in a ticket's ``external_ids``."""
    name: Plain
    number: Extension
    """Its desk: dialled when a call is handed over to it."""
    trunks: Annotated[tuple[Name, ...], Field(max_length=8)] = ()
    """It is dialled on these, in this order; a call on one of its numbers is its own only when it came by one of them.
    None: every trunk, and the number alone tells."""
    ring_seconds: Annotated[int, Field(ge=5, le=120)] = 30
    work_order_headers: Annotated[tuple[SipHeader, ...], Field(max_length=4)] = ("X-Work-Order",)
    """Where its work-order number is looked for: of the calls it hands over, and of its answer to ours; the first that holds one.
    Ours is sent in the first."""
    origin_headers: Annotated[tuple[SipHeader, ...], Field(max_length=4)] = ("X-Origin-Number",)
    """The citizen's own number, likewise."""
    summary_header: SipHeader | None = "X-Summary"
    """What it is about goes here, percent-encoded UTF-8. None: it is not sent."""
    url: WebAddress | None = None
    """The work order is sent here before its desk is dialled, signed as ``partner_status``. None: to the ``partner_status`` of
    the same name; without one it goes in the headers of the call alone."""
    secret: Path | None = None
    """A file that holds the shared secret of the signature; wanted with ``url``."""


DEFAULT_HEADERS = (Partner.model_fields["work_order_headers"].default, Partner.model_fields["origin_headers"].default)
"""Of a partner that a line names and no ``[[partner]]`` tells more of."""


class Limits(Section):
    absolute_call_minutes: Annotated[int, Field(ge=1, le=1440)] = 240
    outbound: tuple[str, ...] = ()
    outbound_per_minute: Annotated[int, Field(ge=1, le=1000)] = 30
    """Of each seat, tries too; urgent numbers are not counted."""
    refused_dials_alarm: Annotated[int, Field(ge=1, le=1000)] = 5
    """Numbers of one seat that were not let out within a minute: from so many on an alarm."""
    urgent: tuple[Extension, ...] = ("110", "119", "120", "122", "12345")
    """Outside every pace, and open to a seat where nobody sits; ``outbound`` must allow them too. So are the numbers
    of the phonebook's group linkage."""
    end_grace_seconds: Annotated[int, Field(ge=0, le=300)] = 10
    """At an orderly end: so long calls in progress may take; then they are cut, and owed a call-back."""


class TurnedAway(Section):
    """From how many calls turned away in ``window_minutes`` for one cause, of one trunk or address, an alarm is raised."""

    window_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    from_trunk: Annotated[int, Field(ge=1, le=10000)] = 1
    """What a carrier sends and we cannot take: number, codec, encryption, a malformed message."""
    unknown_address: Annotated[int, Field(ge=1, le=10000)] = 1
    """Calls for one of our numbers from an address that is no trunk's."""
    authentication: Annotated[int, Field(ge=1, le=100000)] = 20
    full: Annotated[int, Field(ge=1, le=10000)] = 5
    strangers: Annotated[int, Field(ge=1, le=1000000)] = 500
    """Anything else from anywhere: the noise of scanners."""


class PhonebookEntry(Section):
    """A one-key number of the consoles."""

    id: Name
    name: Plain
    number: Extension
    group: Literal["linkage", "unit"] = "unit"

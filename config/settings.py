"""The settings: what ``hotline.toml`` may say, typed and checked.

Every room reads these frozen models; nothing else reads the file. ``read.py`` loads
the file and turns what is wrong into messages that name the field, the value, the
allowed values and the likely intention.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import (
    Field,
    model_validator,
)

from . import national_number_plan
from .journey.steps import Step
from .names import Name
from .sections.access import Access, Edge, Metrics, Oidc
from .sections.case_store import Cases, CaseStore, Outbox
from .sections.citizens import Callbacks, PartnerQuestion, PartnerStatus, Sms
from .sections.recording import Recording
from .sections.records import Audit, Ledger, Retention
from .sections.seats import Agent, Seat, Seats
from .sections.switches import Nuisance, SituationMode, Switches
from .sections.telephone import Asterisk, Limits, Line, Partner, PhonebookEntry, Ports, Queue, Trunk, TurnedAway
from .sections.values import Extension, Plain, Section


class Centre(Section):
    name: Plain
    number: Extension = "12319"
    area_code: Annotated[str, Field(pattern=r"^0[0-9]{2,3}$")] = "0592"
    timezone: str = "Asia/Shanghai"
    language: Literal["zh", "en"] = "zh"
    node: Name = "xm1"


class Calendar(Section):
    """The operator's own days: they outrank the national work calendar (and give it the years it does not know)."""

    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
    """Weekend days on which one works (调休)."""


class Targets(Section):
    """What figures are held against (GB/T 33358-2016), and when the wallboard raises an alarm."""

    service_level_15s: Annotated[float, Field(gt=0, le=1)] = 0.8
    connect_rate_24h: Annotated[float, Field(gt=0, le=1)] = 0.95
    least_calls: Annotated[int, Field(ge=1, le=100000)] = 20
    """Of fewer calls neither rate raises an alarm."""
    waiting_most: Annotated[int, Field(ge=1, le=5000)] = 10
    wait_seconds_most: Annotated[int, Field(ge=1, le=7200)] = 60
    backlog_most: Annotated[int, Field(ge=1, le=100000)] = 20
    silent_calls: Annotated[int, Field(ge=1, le=100000)] = 3
    """So many calls of one trunk within an hour without any sound from the other end raise an alarm …"""
    silent_share: Annotated[float, Field(gt=0, le=1)] = 0.1
    """… where they are at least this share of its calls."""
    recordings_owed_minutes: Annotated[int, Field(ge=5, le=10080)] = 60
    """A recording that has waited longer to be finished raises an alarm."""
    disk_full_days: Annotated[int, Field(ge=1, le=365)] = 14
    """A disk that is full in fewer days, at the pace of late, raises an alarm."""


class Settings(Section):
    """All of ``hotline.toml``. References between sections are checked here."""

    centre: Centre
    asterisk: Asterisk = Asterisk()
    ports: Ports = Ports()
    trunk: tuple[Trunk, ...]
    line: tuple[Line, ...]
    queue: tuple[Queue, ...]
    seat: tuple[Seat, ...]
    agent: tuple[Agent, ...] = ()
    seats: Seats = Seats()
    recording: Recording = Recording()
    ledger: Ledger = Ledger()
    audit: Audit = Audit()
    casestore: CaseStore = CaseStore()
    outbox: Outbox = Outbox()
    limits: Limits = Limits()
    callbacks: Callbacks = Callbacks()
    sms: Sms = Sms()
    partner_status: tuple[PartnerStatus, ...] = ()
    partner_question: tuple[PartnerQuestion, ...] = ()
    partner: tuple[Partner, ...] = ()
    calendar: Calendar = Calendar()
    retention: Retention = Retention()
    cases: Cases = Cases()
    edge: Edge = Edge()
    metrics: Metrics = Metrics()
    access: Access = Access()
    oidc: Oidc | None = None
    targets: Targets = Targets()
    turned_away: TurnedAway = TurnedAway()
    phonebook: tuple[PhonebookEntry, ...] = ()
    mode: tuple[SituationMode, ...] = ()
    switches: Switches = Switches()
    nuisance: Nuisance | None = None
    journey: dict[Name, Annotated[dict[Name, Step], Field(min_length=1, max_length=200)]] = {}
    """Name → its steps; a caller begins at the first."""
    prompts: dict[Name, str] = {}

    @property
    def urgent_numbers(self) -> tuple[str, ...]:
        """What no pace may keep anybody from: emergency numbers and the partners of the phonebook.

        As they are dialled, which is their national form, and as they were written.
        """
        partners = (entry.number for entry in self.phonebook if entry.group == "linkage")
        written = (*self.limits.urgent, *partners, *(one.number for one in self.partner))
        return tuple(
            dict.fromkeys((*written, *(national_number_plan.with_area(one, self.centre.area_code) for one in written)))
        )

    @model_validator(mode="after")
    def _references(self) -> Settings:
        """``read.py`` runs the full cross-check; here only what would break code."""
        for kind in ("trunk", "line", "queue", "seat", "agent", "partner", "mode"):
            ids = [item.id for item in getattr(self, kind)]
            if len(ids) != len(set(ids)):
                raise ValueError(f"{kind}: an id stands twice")
        return self

"""Where tickets go: the case store, its drivers, what is sent how often, by which working time cases run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    Field,
)

from .values import Section, WebAddress

ServiceCode = Annotated[str, Field(min_length=1, max_length=100)]


class Listed(Section):
    """A store that is asked for the list of its cases."""

    url: WebAddress
    poll_seconds: Annotated[float, Field(ge=1, le=3600)] = 30
    """No oftener it is asked what changed."""
    days: Annotated[int, Field(ge=1, le=400)] = 90
    """How far back."""
    settle_seconds: Annotated[float, Field(ge=0, le=3600)] = 60
    """So long a case may take to be seen in the list: before that, what may have arrived is not sent again."""
    answer_seconds: Annotated[float, Field(ge=5, le=120)] = 30


class Open311(Listed):
    """A city's GeoReport v2 server. Its key: VAR/secrets/casestore-key."""

    jurisdiction: Annotated[str, Field(max_length=200)] = ""
    email: Annotated[str, Field(max_length=200)] = ""
    """Sent with each case, where a server demands one: the centre's, never a citizen's."""
    service: ServiceCode
    """The service code of whatever ``services`` does not name."""
    services: dict[Annotated[str, Field(min_length=1, max_length=60)], ServiceCode] = {}
    """Part or event (``event:0101``), code (``0101``) or kind of appeal (``complaint``) → service code."""
    address: Annotated[str, Field(max_length=200)] = ""
    """Sent where a ticket has no place."""
    format: Literal["auto", "json", "xml"] = "auto"
    ca_file: Path | None = None
    """Certificates to believe beside the machine's own."""


class OldStore(Listed):
    """A store that only knows open and closed. Its key: VAR/secrets/casestore-key."""


class SqlStore(Section):
    """Two tables in a database of the city's. Its password: VAR/secrets/casestore-sql-password."""

    url: Annotated[str, Field(pattern=r"^(sqlite:////.+|postgresql\+psycopg://.+)$", max_length=500)]


class WebhookStore(Section):
    """A store told by signed webhooks. Keys: VAR/secrets/casestore-webhook, casestore-callback, each with -former beside."""

    url: WebAddress
    answer_seconds: Annotated[float, Field(ge=5, le=120)] = 30


class Integrator(Section):
    """Another program that uses our GeoReport server. Its key: VAR/secrets/georeport-NAME, with -former beside."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
    rights: Annotated[tuple[Literal["read", "file"], ...], Field(min_length=1)] = ("read", "file")
    """read: what it filed, with its text. file: new cases."""


class GeoReport(Section):
    """The GeoReport v2 server of the case store that comes with us; there is none without an integrator."""

    jurisdiction: Annotated[str, Field(max_length=200)] = ""
    """'' : none is asked for."""
    public: bool = True
    """Without a key one sees that there are cases, never what citizens said. False: a key is wanted to read."""
    integrator: Annotated[tuple[Integrator, ...], Field(max_length=100)] = ()


class CaseStore(Section):
    driver: Literal["native", "open311", "sql", "webhook", "old", "embedded"] = "native"
    """native: the one that comes with us, a program of its own. embedded: its name while it ran inside the daemon."""
    url: Annotated[str, Field(pattern=r"^(sqlite|postgresql\+psycopg://.+)$")] = "sqlite"
    open311: Open311 | None = None
    sql: SqlStore | None = None
    webhook: WebhookStore | None = None
    old: OldStore | None = None
    georeport: GeoReport = GeoReport()

    @property
    def ours(self) -> bool:
        """The case store that comes with us runs."""
        return self.driver in ("native", "embedded")


class Outbox(Section):
    per_second: Annotated[float, Field(ge=0.1, le=1000)] = 20
    """No more messages are sent: a backlog of a day must not bury a store that has just come back."""
    retry_first_seconds: Annotated[float, Field(gt=0, le=60)] = 1
    retry_most_seconds: Annotated[float, Field(ge=1, le=3600)] = 300
    poison_after: Annotated[int, Field(ge=1, le=100)] = 8


class Cases(Section):
    """By which working time a case's limits run, and which of the national code tables is offered."""

    work_hours: str = "Mon-Fri 08:00-12:00,14:00-18:00"
    """The shifts of the responsible units, written as a line's hours; holidays are of the calendar."""
    work_day_hours: Annotated[int, Field(ge=1, le=24)] = 8
    """Working hours in one working day, where a day is that much time."""
    work_day: Literal["counted", "elapsed"] = "counted"
    """counted: the day it begins does not count, due at close of business | elapsed: so many hours from the minute.
    Of codes that no catalogue of the city's own holds; a catalogue says its own."""
    codes: Literal["CJ/T 214", "GB/T 30428.2"] = "CJ/T 214"
    """The shipped table that is offered while no catalogue of the city's own is in force."""

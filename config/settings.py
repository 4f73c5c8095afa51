"""The settings: what ``hotline.toml`` may say, typed and checked.

Every room reads these frozen models; nothing else reads the file. ``read.py`` loads
the file and turns what is wrong into messages that name the field, the value, the
allowed values and the likely intention.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, IPvAnyAddress, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
"""An id that goes into dialplan, file names and SQL as it is."""
Extension = Annotated[str, Field(pattern=r"^[0-9]{2,20}$")]
Port = Annotated[int, Field(ge=1024, lt=32768)]
Seconds = Annotated[int, Field(ge=1, le=86400)]
Plain = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\r\n\x00;,|\"\\]+$")]
"""A person's or thing's name: no line ends and nothing Asterisk's files would read as syntax."""

Word = Annotated[str, Field(pattern=r"^[0-9A-Za-z_.:+*#-]{1,32}$")]
"""A name that goes through the dialplan into records: no character that means something there."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Centre(_Section):
    name: Plain
    number: Extension = "12319"
    city_code: Annotated[str, Field(pattern=r"^[0-9]{6}$")] = "350200"
    area_code: Annotated[str, Field(pattern=r"^0[0-9]{2,3}$")] = "0592"
    timezone: str = "Asia/Shanghai"
    language: Literal["zh", "en"] = "zh"
    node: Name = "xm1"


class Mode(StrEnum):
    EMBEDDED = "embedded"
    EXTERNAL = "external"


class Asterisk(_Section):
    mode: Mode = Mode.EMBEDDED
    bind: IPvAnyAddress = Field(default="127.0.0.1", validate_default=True)
    log_dir: Path | None = None
    """external: where that Asterisk writes cel-custom/ and queue_log, as this machine sees it."""
    spool_dir: Path | None = None
    """external: where it records to (the folder that holds monitor/)."""
    ami_host: str = "127.0.0.1"


class Ports(_Section):
    sip: Port = 5060
    ami: Port = 5038
    http: Port = 8088
    agi: Port = 4573
    api: Port = 8319
    rtp_first: Port = 10000


class Trunk(_Section):
    id: Name
    name: Plain
    host: str
    port: Annotated[int, Field(ge=1, lt=65536)] = 5060
    check_seconds: Annotated[int, Field(ge=0, le=3600)] = 10


class Line(_Section):
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
    check_seconds: Annotated[int, Field(ge=0, le=86400)] = 300

    @property
    def dialled(self) -> tuple[str, ...]:
        """All numbers that reach this line."""
        return (*self.numbers, *self.partners)


class Queue(_Section):
    id: Name
    name: Plain
    ring_seconds: Annotated[int, Field(ge=3, le=120)] = 15
    max_wait_seconds: Annotated[int, Field(ge=5, le=7200)] = 300
    max_waiting: Annotated[int, Field(ge=1, le=5000)] = 100
    weight: Annotated[int, Field(ge=0, le=100)] = 0


class Device(StrEnum):
    BROWSER = "browser"
    DESK = "desk"


class Seat(_Section):
    id: Extension
    device: Device = Device.DESK


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class Agent(_Section):
    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,20}$")]
    name: Plain
    role: Role = Role.AGENT
    skills: dict[Name, Annotated[int, Field(ge=1, le=9)]] = {}
    """Queue → level; 1 is served first."""


class Seats(_Section):
    wrap_up_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    missed_before_pause: Annotated[int, Field(ge=1, le=20)] = 3
    pause_reasons: tuple[Plain, ...] = ("小休", "就餐", "会议", "培训", "示忙")


class Recording(_Section):
    enabled: bool = True
    format: Literal["opus", "mp3", "wav"] = "opus"
    bitrate_kbps: Annotated[int, Field(ge=12, le=128)] = 24
    retention_months: Annotated[int, Field(ge=1, le=600)] = 24
    min_free_mb: Annotated[int, Field(ge=10)] = 500


class Ledger(_Section):
    url: Annotated[str, Field(pattern=r"^(sqlite|postgresql\+psycopg://.+)$")] = "sqlite"
    disposition_minutes: Annotated[int, Field(ge=1, le=1440)] = 30


class CaseStore(_Section):
    driver: Literal["embedded"] = "embedded"


class Outbox(_Section):
    retry_first_seconds: Annotated[float, Field(gt=0, le=60)] = 1
    retry_most_seconds: Annotated[float, Field(ge=1, le=3600)] = 300
    poison_after: Annotated[int, Field(ge=1, le=100)] = 8


class Limits(_Section):
    absolute_call_minutes: Annotated[int, Field(ge=1, le=1440)] = 240
    outbound: tuple[str, ...] = ()
    outbound_per_minute: Annotated[int, Field(ge=1, le=1000)] = 30


class Calendar(_Section):
    """The operator's own days: they outrank the national work calendar (and give it the years it does not know)."""

    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
    """Weekend days on which one works (调休)."""


class Edge(_Section):
    """nginx: the one origin of all browsers (design D10)."""

    mode: Mode = Mode.EMBEDDED
    """embedded: we run it beside Asterisk | external: the site's own, by ``hotline edge render``."""
    bind: IPvAnyAddress = Field(default="127.0.0.1", validate_default=True)
    port: Port = 8443
    names: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.\-]{1,253}$")], ...] = ("localhost", "127.0.0.1")
    """Names and addresses browsers use: the only origins that are let in; in our own certificate."""
    certificate: Path | None = None
    """PEM, with its chain; none: one of our own under VAR/edge."""
    key: Path | None = None


class Access(_Section):
    session_hours: Annotated[int, Field(ge=1, le=24)] = 12
    idle_lock_seconds: Annotated[int, Field(ge=30, le=86400)] = 900
    """Without a key or mouse the screen locks; calls go on."""
    tries: Annotated[int, Field(ge=3, le=20)] = 5
    """Wrong passwords in a row, then the account rests."""
    rest_seconds: Annotated[int, Field(ge=10, le=86400)] = 300
    password_least: Annotated[int, Field(ge=8, le=128)] = 10


class Oidc(_Section):
    """Log-in by the site's own identity provider, beside passwords. The client's secret: VAR/secrets/oidc-client."""

    issuer: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    account_claim: Annotated[str, Field(pattern=r"^[A-Za-z_]{1,40}$")] = "preferred_username"
    name: Plain = "统一身份认证"


class Targets(_Section):
    """What figures are held against (GB/T 33358-2016), and when the wallboard raises an alarm."""

    service_level_15s: Annotated[float, Field(gt=0, le=1)] = 0.8
    connect_rate_24h: Annotated[float, Field(gt=0, le=1)] = 0.95
    waiting_most: Annotated[int, Field(ge=1, le=5000)] = 10
    wait_seconds_most: Annotated[int, Field(ge=1, le=7200)] = 60
    backlog_most: Annotated[int, Field(ge=1, le=100000)] = 20


class PhonebookEntry(_Section):
    """A one-key number of the consoles."""

    id: Name
    name: Plain
    number: Extension
    group: Literal["linkage", "unit"] = "unit"


class Settings(_Section):
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
    casestore: CaseStore = CaseStore()
    outbox: Outbox = Outbox()
    limits: Limits = Limits()
    calendar: Calendar = Calendar()
    edge: Edge = Edge()
    access: Access = Access()
    oidc: Oidc | None = None
    targets: Targets = Targets()
    phonebook: tuple[PhonebookEntry, ...] = ()
    prompts: dict[Name, str] = {}

    @model_validator(mode="after")
    def _references(self) -> Settings:
        """``read.py`` runs the full cross-check; here only what would break code."""
        for kind in ("trunk", "line", "queue", "seat", "agent"):
            ids = [item.id for item in getattr(self, kind)]
            if len(ids) != len(set(ids)):
                raise ValueError(f"{kind}: an id stands twice")
        return self

"""The settings: what ``hotline.toml`` may say, typed and checked.

Every room reads these frozen models; nothing else reads the file. ``read.py`` loads
the file and turns what is wrong into messages that name the field, the value, the
allowed values and the likely intention.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyAddress,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from . import national_number_plan
from .journey.steps import Step
from .language import say as _
from .names import Name

Extension = Annotated[str, Field(pattern=r"^[0-9]{2,20}$")]
Port = Annotated[int, Field(ge=1024, lt=32768)]
Seconds = Annotated[int, Field(ge=1, le=86400)]


def _seen(text: str) -> str:
    """What nobody can see turns round what stands beside it (U+202E), or makes two names look like one."""
    unseen = next((letter for letter in text if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")), "")
    if unseen:
        code = f"U+{ord(unseen):04X}"
        raise PydanticCustomError(
            "unseen", _("holds a character that nobody can see ({code}): type it anew", code=code)
        )
    return text


Plain = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\r\n\x00;,|\"\\]+$"), AfterValidator(_seen)]
"""A person's or thing's name: no line ends, nothing Asterisk's files would read as syntax, nothing that nobody sees."""

Word = Annotated[str, Field(pattern=r"^[0-9A-Za-z_.:+*#-]{1,32}$")]
"""A name that goes through the dialplan into records: no character that means something there."""


def _scalars(annotation: Any) -> set[type]:
    """The plain types among what may stand there: ``int | None`` → int."""
    if get_origin(annotation) is Annotated:
        return _scalars(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return set().union(*map(_scalars, get_args(annotation)))
    if get_origin(annotation) is Literal:
        return {type(one) for one in get_args(annotation)}
    return {annotation} if isinstance(annotation, type) else set()


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _as_it_is_written(cls, value: Any, info: ValidationInfo) -> Any:
        """Numbers and yes or no are TOML's own, without quotes: "17060" and "yes" are texts, and a guess at them may be wrong."""
        allowed = _scalars(cls.model_fields[info.field_name or ""].annotation)
        if isinstance(value, bool) and bool not in allowed and allowed & {int, float}:
            raise PydanticCustomError("int_type", "a number")
        if isinstance(value, str) and allowed and allowed <= {int, float, bool, type(None)}:
            raise PydanticCustomError("bool_type" if bool in allowed else "float_type" if float in allowed else "int_type", "a number")  # fmt: skip
        if isinstance(value, int | float) and not isinstance(value, bool) and allowed == {bool}:
            raise PydanticCustomError("bool_type", "true or false")
        return value


class Centre(_Section):
    name: Plain
    number: Extension = "12319"
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
    phones: Port = 8089
    casestore: Port = 8090
    rtp_first: Port = 10000


class Trunk(_Section):
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
    journey: Name | None = None
    """One of ``[journey]``; None: hours, notice, menu and queue as they stand here make it."""
    survey: bool = False
    """After the talk the caller is asked what he thought of it (好差评); the seat is free meanwhile."""
    voicemail: bool = False
    """Who calls while it is closed, or whom nobody answered within ``max_wait_seconds``, may leave a message."""
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
    words_seconds: Annotated[int, Field(ge=20, le=600)] | None = None
    """So often one who waits hears his place and, where it is known, a time. None: never."""
    call_back_seconds: Annotated[int, Field(ge=10, le=3600)] | None = None
    """Who has waited so long hears, with his place, that he may be called when it comes up. None: nobody is offered that."""


class Device(StrEnum):
    BROWSER = "browser"
    DESK = "desk"


SECOND = "-desk"
"""Behind a seat's id: the endpoint of the desk phone of a seat that has a browser's phone, too (decision 0044)."""


class Seat(_Section):
    id: Extension
    device: Device = Device.DESK
    """Rings after signing in."""
    second_device: Device | None = None
    """Rings in its place once its agent has chosen so."""

    @property
    def devices(self) -> tuple[Device, ...]:
        """The first rings after signing in."""
        return (self.device,) if self.second_device is None else (self.device, self.second_device)

    def has(self, device: Device) -> bool:
        return device in self.devices

    def endpoint(self, device: Device) -> str:
        """The name under which this device of the seat registers, and that its channels bear."""
        return self.id + (SECOND if device is Device.DESK and self.has(Device.BROWSER) else "")


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
    reserve: dict[Name, Annotated[int, Field(ge=1, le=9)]] = {}
    """Queue → level, as a skill, but only while a mode calls the reserve in."""


class Unattended(StrEnum):
    """What a telephone may dial at whose seat nobody is logged in."""

    NOTHING = "nothing"
    INTERNAL = "internal"  # other seats
    URGENT = "urgent"  # and the urgent numbers
    ALL = "all"  # whatever its agents may: booked to the seat, by nobody's name


class Seats(_Section):
    wrap_up_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    wrap_up_extend_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    """By so much an agent makes a wrap-up that runs longer, once for each time of asking."""
    wrap_up_most_seconds: Annotated[int, Field(ge=0, le=14400)] = 300
    """So long a wrap-up is at most, however often it is extended; what is less than wrap_up_seconds allows no extending."""
    filing_ends_wrap_up: bool = False
    """A ticket or result that is filed ends the wrap-up at once; else the agent does, or its time."""
    missed_before_pause: Annotated[int, Field(ge=1, le=20)] = 3
    pause_reasons: tuple[Plain, ...] = ("小休", "就餐", "会议", "培训", "其他")
    unattended_may_dial: Unattended = Unattended.URGENT


class OutboundNotice(StrEnum):
    """How whom a seat calls learns that the call is recorded."""

    PLAY = "play"  # a prompt, to him alone, when he answers
    AGENT = "agent"  # the agent says it
    OFF = "off"  # not at all: such calls are not recorded


OUTBOUND_PROMPT = "outbound"
"""Its text is what a called citizen is told, by the prompt or by the agent."""


class Priority(StrEnum):
    """Of the recorder, on cores that it shares with the telephone."""

    IDLE = "idle"  # what nobody else needs; rests while calls keep the cores busy
    LOW = "low"  # a small share of a full machine, too


class Recording(_Section):
    enabled: bool = True
    priority: Priority = Priority.IDLE
    """Finishing recordings (checking, encoding, sealing) never costs a caller anything; ``low``: it may, a little."""
    workers: Annotated[int, Field(ge=0, le=256)] = 0
    """Recordings that are finished at once; 0: as many as cores."""
    format: Literal["opus", "mp3", "wav"] = "opus"
    bitrate_kbps: Annotated[int, Field(ge=12, le=128)] = 24
    retention_months: Annotated[int, Field(ge=1, le=600)] = 24
    """Not in force yet: nothing deletes a recording."""
    min_free_mb: Annotated[int, Field(ge=10)] = 500
    master_key: Annotated[str, Field(pattern=r"^(/[^\x00-\x1f]+|credential:[0-9A-Za-z_.-]+)?$")] = ""
    """Wraps the keys of sealed recordings. A file on another volume, or ``credential:NAME`` of systemd
    (``$CREDENTIALS_DIRECTORY``); it must be there. Empty: VAR/secrets/recording-master, made at the first use."""
    outbound_notice: OutboundNotice = OutboundNotice.PLAY

    @property
    def outbound(self) -> bool:
        """Calls to the world are recorded."""
        return self.enabled and self.outbound_notice is not OutboundNotice.OFF


class Ledger(_Section):
    url: Annotated[str, Field(pattern=r"^(sqlite|postgresql\+psycopg://.+)$")] = "sqlite"
    disposition_minutes: Annotated[int, Field(ge=1, le=1440)] = 30


class Audit(_Section):
    """The audit log is keyed with a secret, and its head noted in a file: both outside the ledger, best where its owner
    does not write (another user's folder, another disk)."""

    key: Path | None = None
    """None: VAR/secrets/audit-key, made at the first start."""
    heads: Path | None = None
    """None: VAR/audit/heads. Only ever added to."""


WebAddress = Annotated[
    str,
    Field(
        max_length=500,
        pattern=r"^(https://[^/@\s?#]+|http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]+)?)(/[^@\s?#]*)?$",
    ),
]
"""https, or http on this machine; no key, no user and no question in it."""
ServiceCode = Annotated[str, Field(min_length=1, max_length=100)]


class _Listed(_Section):
    """A store that is asked for the list of its cases."""

    url: WebAddress
    poll_seconds: Annotated[float, Field(ge=1, le=3600)] = 30
    """No oftener it is asked what changed."""
    days: Annotated[int, Field(ge=1, le=400)] = 90
    """How far back."""
    settle_seconds: Annotated[float, Field(ge=0, le=3600)] = 60
    """So long a case may take to be seen in the list: before that, what may have arrived is not sent again."""
    answer_seconds: Annotated[float, Field(ge=5, le=120)] = 30


class Open311(_Listed):
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


class OldStore(_Listed):
    """A store that only knows open and closed. Its key: VAR/secrets/casestore-key."""


class SqlStore(_Section):
    """Two tables in a database of the city's. Its password: VAR/secrets/casestore-sql-password."""

    url: Annotated[str, Field(pattern=r"^(sqlite:////.+|postgresql\+psycopg://.+)$", max_length=500)]


class WebhookStore(_Section):
    """A store told by signed webhooks. Keys: VAR/secrets/casestore-webhook, casestore-callback, each with -former beside."""

    url: WebAddress
    answer_seconds: Annotated[float, Field(ge=5, le=120)] = 30


class Integrator(_Section):
    """Another program that uses our GeoReport server. Its key: VAR/secrets/georeport-NAME, with -former beside."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
    rights: Annotated[tuple[Literal["read", "file"], ...], Field(min_length=1)] = ("read", "file")
    """read: what it filed, with its text. file: new cases."""


class GeoReport(_Section):
    """The GeoReport v2 server of the case store that comes with us; there is none without an integrator."""

    jurisdiction: Annotated[str, Field(max_length=200)] = ""
    """'' : none is asked for."""
    public: bool = True
    """Without a key one sees that there are cases, never what citizens said. False: a key is wanted to read."""
    integrator: Annotated[tuple[Integrator, ...], Field(max_length=100)] = ()


class CaseStore(_Section):
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


class Outbox(_Section):
    per_second: Annotated[float, Field(ge=0.1, le=1000)] = 20
    """No more messages are sent: a backlog of a day must not bury a store that has just come back."""
    retry_first_seconds: Annotated[float, Field(gt=0, le=60)] = 1
    retry_most_seconds: Annotated[float, Field(ge=1, le=3600)] = 300
    poison_after: Annotated[int, Field(ge=1, le=100)] = 8


Minutes = Annotated[int, Field(ge=0, le=40320)]


class Callbacks(_Section):
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


class Sms(_Section):
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


class PartnerStatus(_Section):
    """A partner that is told the state of each matter that came from it."""

    system: Annotated[str, Field(min_length=1, max_length=40)]
    """As in a ticket's ``external_ids``."""
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    secret: Path
    """A file that holds the shared secret of the signature."""


SipHeader = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,39}$")]


class Partner(_Section):
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


class Limits(_Section):
    absolute_call_minutes: Annotated[int, Field(ge=1, le=1440)] = 240
    outbound: tuple[str, ...] = ()
    outbound_per_minute: Annotated[int, Field(ge=1, le=1000)] = 30
    refused_dials_alarm: Annotated[int, Field(ge=1, le=1000)] = 5
    """Numbers of one seat that were not let out within a minute: from so many on an alarm."""
    """Of each seat, tries too; urgent numbers are not counted."""
    urgent: tuple[Extension, ...] = ("110", "119", "120", "122", "12345")
    """Outside every pace, and open to a seat where nobody sits; ``outbound`` must allow them too. So are the numbers
    of the phonebook's group linkage."""
    end_grace_seconds: Annotated[int, Field(ge=0, le=300)] = 10
    """At an orderly end: so long calls in progress may take; then they are cut, and owed a call-back."""


Days = Annotated[int, Field(ge=0, le=36525)]
"""0: for ever."""


class Retention(_Section):
    """How long what is no call, ticket or recording is kept, in days (0: for ever); old rows and files are deleted by night."""

    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "03:30"
    """When, in the centre's time zone."""
    line_checks_days: Days = 180
    endpoint_reach_days: Days = 730
    turned_away_days: Days = 730
    sessions_days: Days = 400
    """After their end. The law wants logs of a network for six months (网络安全法, art. 21)."""
    account_changes_days: Days = 1830
    alarms_days: Days = 1830
    notices_days: Days = 1830
    notifications_days: Days = 1095
    """Text messages that were sent: they hold numbers of citizens."""
    nuisance_days: Days = 1095
    """Tags, decisions, appeals about nuisance callers, once they are settled and over: they hold numbers of citizens."""
    seat_log_days: Days = 3653
    """Figures of the seats (occupancy, utilisation) are known no further back."""
    audit_days: Days = 3653
    record_files_days: Days = 180
    """Renamed files of Asterisk's record (hotline.csv, queue_log) that the ledger has read."""


class Calendar(_Section):
    """The operator's own days: they outrank the national work calendar (and give it the years it does not know)."""

    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
    """Weekend days on which one works (调休)."""


class Cases(_Section):
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


class Metrics(_Section):
    """An address of its own for monitoring, beside the edge's and loopback's: /metrics and /api/health alone, over plain HTTP."""

    bind: IPvAnyAddress | None = None
    """None: there is none."""
    port: Port = 9319


class Access(_Section):
    session_hours: Annotated[int, Field(ge=1, le=24)] = 12
    idle_lock_seconds: Annotated[int, Field(ge=30, le=86400)] = 900
    """Without a key or mouse the screen locks; calls go on."""
    tries: Annotated[int, Field(ge=3, le=20)] = 5
    """Wrong passwords in a row, then the account rests."""
    rest_seconds: Annotated[int, Field(ge=10, le=86400)] = 300
    password_least: Annotated[int, Field(ge=8, le=128)] = 12
    given_password_days: Annotated[int, Field(ge=1, le=90)] = 7
    """A password that somebody else chose opens nothing after so long, unless its person has changed it."""
    guesses_alarm: Annotated[int, Field(ge=10, le=100000)] = 100
    """Wrong passwords of one account since its person last got in, wherever they came from; each so many are an alarm."""
    read_rows_alarm: Annotated[int, Field(ge=50, le=1000000)] = 500
    """Rows of others' calls, tickets or call-backs that one person was shown in lists on one day; each so many are an alarm."""


class Oidc(_Section):
    """Log-in by the site's own identity provider, beside passwords. The client's secret: VAR/secrets/oidc-client."""

    issuer: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    account_claim: Annotated[str, Field(pattern=r"^[A-Za-z_]{1,40}$")] = "preferred_username"
    max_age_seconds: Annotated[int, Field(ge=0, le=30 * 86400)] = 43200
    """Who proved themselves there longer ago does so again; 0: never asked for (a provider without ``auth_time``)."""
    name: Plain = "统一身份认证"


class TurnedAway(_Section):
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


class Targets(_Section):
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


class ModeLine(_Section):
    """What a mode changes on one line. What is left out stays as it is."""

    notice: Name | None = None
    """The prompt in place of the line's notice; None: the mode's own."""
    journey: Name | None = None
    """One of ``[journey]``, in place of the line's."""
    queue: Name | None = None
    """In place of the line's queue."""
    priority: Annotated[int, Field(ge=0, le=9)] | None = None
    """Its callers wait before those of a lower one who came since, whatever line they came by; nobody who waits already is overtaken."""


class SituationMode(_Section):
    """What one switch changes at once while it is on: a typhoon, a water main that burst (decision 0048)."""

    id: Name
    name: Plain
    notice: Name | None = None
    """The prompt in place of every line's notice; it must say, as that does, that the call is recorded."""
    waiting: Name | None = None
    """The prompt that each caller who waits already hears once, when the mode is switched on."""
    districts: dict[Name, Name] = {}
    """District → the prompt said after the notice, when the mode is switched on for that district."""
    words_seconds: Annotated[int, Field(ge=20, le=600)] | None = None
    """In place of each queue's, a queue's that says none too: so often one who waits hears his place."""
    call_back_seconds: Annotated[int, Field(ge=10, le=3600)] | None = None
    """In place of each queue's, a queue's that offers none too: who has waited so long may be called back at his place."""
    reserve: bool = False
    """Agents serve the queues of their ``reserve`` too."""
    line: dict[Name, ModeLine] = {}
    """Line → what changes there. The other lines change by ``notice`` and ``districts`` alone."""


class Switches(_Section):
    """Opening, closing and modes by a seat's telephone, with a PIN (VAR/secrets/switch-pin)."""

    number: Annotated[str, Field(pattern=r"^\*[0-9]{2,6}$")] | None = None
    """What a seat dials, e.g. ``*70``. None: not by telephone."""
    tries: Annotated[int, Field(ge=1, le=10)] = 3
    """Wrong PINs of one seat, then it is not asked for one for ``rest_minutes``."""
    rest_minutes: Annotated[int, Field(ge=1, le=1440)] = 10


class Nuisance(_Section):
    """What a supervisor may decide about a number of nuisance calls (decision 0050). Without this section: nothing."""

    queue: Name | None = None
    """Where callers of the grade ``queue`` wait. None: there is no such grade."""
    never_queues: Annotated[tuple[Name, ...], Field(max_length=20)] = ()
    """Whoever is led to one of these is held back by no grade; the key 0 of the message leads to the first."""
    quota_minutes: Annotated[int, Field(ge=1, le=240)] = 10
    """The grade ``quota``: talk a day."""
    most_days: Annotated[int, Field(ge=1, le=365)] = 90
    """No decision holds longer."""
    danger_codes: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,16}$")], ...], Field(max_length=100)
    ] = ("04",)
    """Event codes that begin so are danger: whoever reported one is held back by no grade. 04 of CJ/T 214: sudden events."""
    danger_days: Annotated[int, Field(ge=1, le=3660)] = 90
    """So long after a report of danger nothing may be decided about its number."""
    appeal_hours: Annotated[int, Field(ge=1, le=720)] = 24
    """An appeal is decided within so many hours."""


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
    audit: Audit = Audit()
    casestore: CaseStore = CaseStore()
    outbox: Outbox = Outbox()
    limits: Limits = Limits()
    callbacks: Callbacks = Callbacks()
    sms: Sms = Sms()
    partner_status: tuple[PartnerStatus, ...] = ()
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

"""What is an alarm: the list of rules over the house's reading, and of what happens in a moment. Pure.

``Reading`` is taken once a second by ``stream_part.py``; ``standing.py`` keeps what stands, ``alarm_service.py`` shows it.
One fault has one source here: what the disk's own rule says no recording says again, what the line watch found no
prompt does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from config.language import say as _
from ledger.differences import Kind
from ledger.one_way_sound import TrunkSound

from .disk_forecast import Disk
from .owed_recordings import OwedReading as OwedRecordingsReading
from .rule import CRITICAL, WARNING, Incident, Rule


@dataclass(frozen=True, slots=True)
class QueueReading:
    queue: str
    name: str
    waiting: int
    longest_seconds: float


@dataclass(frozen=True, slots=True)
class Rate:
    """A figure that has a target: ``value`` of so many ``calls``; None where there were none."""

    value: float | None
    calls: int


@dataclass(frozen=True, slots=True)
class OwedReading:
    """Answered calls of one agent that have neither ticket nor result after the time allowed."""

    name: str
    """Whoever answered, for people."""
    calls: int
    oldest: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The house in one moment, as far as alarms go by it."""

    live: bool
    starting: bool = False
    """Asterisk has not been there yet, and need not be."""
    queues: Sequence[QueueReading] = ()
    trunks_down: Mapping[str, str] = field(default_factory=dict)
    """Id → name."""
    lines_down: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Id → name and why."""
    lines_unknown: frozenset[str] = frozenset()
    """Not checked yet."""
    phones: Mapping[str, str] = field(default_factory=dict)
    """Seats kept from calls because their phone cannot ring → who sits there."""
    missed: Mapping[str, str] = field(default_factory=dict)
    """Seats paused because they missed too many → who sits there."""
    doubts: Mapping[str, str] = field(default_factory=dict)
    """Seats of which app_queue keeps saying something else than it was told → what."""
    seat_log: str = ""
    """Why what the seats do cannot be written; '' it can."""
    backlog: int | None = None
    dead_letters: int | None = None
    """None: not known yet."""
    cases_overdue: int | None = None
    """Cases that a unit has beyond its limit; None: not known yet."""
    store_lost: str | None = None
    """What the case store said last, while it does not answer; None: it does."""
    turned_away: Mapping[str, str] = field(default_factory=dict)
    """Source and cause of calls that nobody could take, over their limit → what to tell."""
    faults: Mapping[str, str] = field(default_factory=dict)
    """Vitals that are not well (disk, ledger, book) → what they said."""
    service_level: Rate | None = None
    """Of today: answered within 15 s."""
    connect_rate: Rate | None = None
    """Of the last 24 hours. None: not known yet."""
    owed: Mapping[str, OwedReading] | None = None
    """Agent (or seat, where nobody sat) → what is owed; None: not known yet."""
    sounds: Mapping[str, tuple[str, TrunkSound]] | None = None
    """Trunk → its name, and what sound its calls of the last hour brought; None: not known yet."""
    recordings: Mapping[str, str] | None = None
    """When it was found (or that the key cannot be used) → finished recordings that are missing, altered or cannot be opened;
    None: not known yet."""
    owed_recordings: OwedRecordingsReading | None = None
    """Recordings that wait to be finished; None: not known."""
    disks: Sequence[Disk] = ()
    unknown_year: int | None = None
    """The year whose holidays should be known by now and are not."""


class Bounds(Protocol):
    """``config.settings.Targets``, and what else a number is held against."""

    @property
    def waiting_most(self) -> int: ...
    @property
    def wait_seconds_most(self) -> int: ...
    @property
    def backlog_most(self) -> int: ...
    @property
    def service_level_15s(self) -> float: ...
    @property
    def connect_rate_24h(self) -> float: ...
    @property
    def least_calls(self) -> int: ...
    @property
    def silent_calls(self) -> int: ...
    @property
    def silent_share(self) -> float: ...
    @property
    def recordings_owed_minutes(self) -> int: ...
    @property
    def disk_full_days(self) -> int: ...


AnyRule = Rule[Reading, Any]


def rules_of(bounds: Bounds, disposition_minutes: int = 30) -> tuple[AnyRule, ...]:
    """All of the house, in the order in which they are told."""
    return (*_telephone(bounds), *_work(bounds, disposition_minutes), *_vitals())


def _telephone(bounds: Bounds) -> tuple[AnyRule, ...]:
    """Known only while the board is live, but for the link itself and the lines, which are dialled."""
    many, long = bounds.waiting_most, bounds.wait_seconds_most

    def crowded(r: Reading) -> Mapping[str, QueueReading] | None:
        return {q.queue: q for q in r.queues if q.waiting > many} if r.live else None

    def slow(r: Reading) -> Mapping[str, QueueReading] | None:
        return {q.queue: q for q in r.queues if q.longest_seconds > long} if r.live else None

    def silent(r: Reading) -> Mapping[str, tuple[str, TrunkSound]] | None:
        """Some callers say nothing and some carriers open no sound to a dead end: both a number and a share are asked for."""
        if r.sounds is None:
            return None
        return {
            trunk: (name, sound)
            for trunk, (name, sound) in r.sounds.items()
            if sound.silent >= bounds.silent_calls and sound.silent >= sound.legs * bounds.silent_share
        }

    return (
        Rule("queue_threshold", WARNING, 2, 10, crowded, lambda _queue, q: _(
            "{name}: {count} callers wait (more than {most})", name=q.name, count=q.waiting, most=many)),
        Rule("queue_threshold", WARNING, 2, 10, slow, lambda _queue, q: _(
            "{name}: somebody has waited for more than {most} s", name=q.name, most=long)),
        Rule("blind", CRITICAL, 3, 0, lambda r: None if r.starting else _one("" if r.live else "lost"), lambda _subject, _why: _(
            "the link to Asterisk is lost: what the board shows may be old")),
        Rule("trunk_down", CRITICAL, 3, 3, lambda r: r.trunks_down if r.live else None, lambda _trunk, name: _(
            "trunk {name} does not answer (a carrier that takes calls but no OPTIONS: check_seconds = 0)", name=name)),
        Rule("trunk_silent", CRITICAL, 0, 900, silent, lambda _trunk, heard: _(
            "trunk {name}: of {calls} calls of the last hour {silent} brought no sound from the other end (the newest: {call})",
            name=heard[0], calls=heard[1].legs, silent=heard[1].silent, call=heard[1].newest)),
        Rule("line_down", CRITICAL, 0, 0, lambda r: r.lines_down, lambda _line, down: _(
            "the test call on line {name} failed: {why}", name=down[0], why=down[1]), lambda r: r.lines_unknown),
        Rule("seat_phone", WARNING, 5, 0, lambda r: r.phones if r.live else None, lambda seat, who: _(
            "seat {seat} {who} gets no calls: its phone cannot ring", seat=seat, who=who)),
        Rule("missed", WARNING, 0, 0, lambda r: r.missed if r.live else None, lambda seat, who: _(
            "seat {seat} {who} was paused: too many calls missed", seat=seat, who=who)),
        Rule("seat_queue", WARNING, 0, 0, lambda r: r.doubts if r.live else None, lambda seat, what: _(
            "seat {seat}: the queue does not do as it is told ({what})", seat=seat, what=what)),
        Rule("turned_away", CRITICAL, 0, 0, lambda r: r.turned_away, lambda _source, text: text),
    )  # fmt: skip


def _work(bounds: Bounds, minutes: int) -> tuple[AnyRule, ...]:
    """What is owed, and the figures that have a target: from a least number of calls on."""

    def behind(r: Reading) -> Mapping[str, int] | None:
        if r.backlog is None:
            return None
        return {"": r.backlog} if r.backlog > bounds.backlog_most else {}

    def dead(r: Reading) -> Mapping[str, int] | None:
        if r.dead_letters is None:
            return None
        return {"": r.dead_letters} if r.dead_letters else {}

    def overdue(r: Reading) -> Mapping[str, int] | None:
        if r.cases_overdue is None:
            return None
        return {"": r.cases_overdue} if r.cases_overdue else {}

    def missed(rate: Rate | None, target: float) -> Mapping[str, Rate] | None:
        if rate is None:
            return None
        low = rate.value is not None and rate.calls >= bounds.least_calls and rate.value < target
        return {"": rate} if low else {}

    def unfinished(r: Reading) -> Mapping[str, OwedRecordingsReading] | None:
        if r.owed_recordings is None:
            return None
        return {"": r.owed_recordings} if r.owed_recordings.seconds > bounds.recordings_owed_minutes * 60 else {}

    def filling(r: Reading) -> Mapping[str, Disk]:
        return {d.place: d for d in r.disks if d.days is not None and d.days < bounds.disk_full_days}

    def store_lost(r: Reading) -> Mapping[str, Any]:
        """Of the one that comes with us its own vital says why; one fault is one alarm."""
        return {} if "casestore" in r.faults else _one(r.store_lost)

    prompt, reached = bounds.service_level_15s, bounds.connect_rate_24h
    return (
        Rule("backlog", WARNING, 10, 10, behind, lambda _subject, count: _(
            "{count} tickets wait for the case store", count=count)),
        Rule("dead_letters", WARNING, 0, 0, dead, lambda _subject, count: _(
            "{count} tickets were refused by the case store: somebody must look", count=count)),
        Rule("case_store", CRITICAL, 60, 0, store_lost, lambda _subject, why: _(
            "the case store has not answered for a minute, tickets wait here: {why}", why=why)),
        Rule("owed", WARNING, 0, 0, lambda r: r.owed, lambda _agent, owed: _(
            "{name}: {count} answered calls have neither ticket nor result after {minutes} minutes (the oldest: {call})",
            name=owed.name, count=owed.calls, minutes=minutes, call=owed.oldest)),
        Rule("recordings_owed", WARNING, 0, 0, unfinished, lambda _subject, owed: _(
            "{count} recordings wait to be finished, the oldest for {minutes} minutes; {left}",
            count=owed.count, minutes=int(owed.seconds // 60),
            left=_("none was finished lately") if owed.minutes_left is None
            else _("done in about {minutes} minutes", minutes=max(1, round(owed.minutes_left))))),
        Rule("disk_fills", WARNING, 0, 3600, filling, lambda _place, disk: _(
            "the disk of {place} is full in about {days} days, at the pace of late: make room, or let less be kept",
            place=disk.place, days=max(0, int(disk.days or 0)))),
        Rule("cases_overdue", WARNING, 0, 0, overdue, lambda _subject, count: _(
            "{count} cases are beyond the time their units have for them", count=count)),
        Rule("service_level", WARNING, 60, 60, lambda r: missed(r.service_level, prompt), lambda _subject, rate: _(
            "{percent} of the {calls} calls of today were answered within 15 s, the target is {target}",
            percent=_percent(rate.value), calls=rate.calls, target=_percent(prompt))),
        Rule("connect_rate", WARNING, 60, 60, lambda r: missed(r.connect_rate, reached), lambda _subject, rate: _(
            "{percent} of the {calls} calls of the last 24 hours were answered, the target is {target}",
            percent=_percent(rate.value), calls=rate.calls, target=_percent(reached))),
        Rule("calendar", WARNING, 0, 0, lambda r: _one(r.unknown_year), lambda _subject, year: _(
            "the holidays of {year} are not known: its days count as plain weekdays; write them into [calendar], or install a newer chinesecalendar",
            year=year)),
    )  # fmt: skip


def _vitals() -> tuple[AnyRule, ...]:
    def fault(name: str, lasts: float, over: float, text: str) -> AnyRule:
        return Rule(name, CRITICAL, lasts, over, lambda r: {"": r.faults[name]} if name in r.faults else {},
                    lambda _subject, said: _("{what} {why}", what=_(text), why=said) if said else _(text))  # fmt: skip

    return (
        fault("disk", 5, 30, "the disk is nearly full"),
        fault("ledger", 5, 5, "the ledger does not take what happens: it is kept and written later"),
        fault("book", 5, 5, "rows of Asterisk's record cannot be read"),
        fault("sip", 0, 0, "callers, telephones or browsers do not reach Asterisk:"),
        fault("asterisk", 0, 0, "Asterisk needs somebody's hand:"),
        fault("edge", 10, 0, "browsers do not reach the hotline:"),
        fault("casestore", 10, 0, "tickets wait, the case store takes none:"),
        fault("files", 0, 0, "files of the daemon are gone:"),
        Rule("recordings", CRITICAL, 0, 90, lambda r: r.recordings, lambda _turn, said: _(
            "recordings are missing, altered or cannot be opened (hotline verify):") + f" {said}"),
        Rule("seat_log", WARNING, 5, 0, lambda r: _one(r.seat_log or None), lambda _subject, why: _(
            "what the seats do cannot be written down now, and will be later: {why}", why=why)),
    )  # fmt: skip


def _one(what: Any) -> Mapping[str, Any]:
    """One thing without a subject, or (None, '') nothing."""
    return {} if what is None or what == "" else {"": what}


def _percent(value: float) -> str:
    return f"{value:.1%}"


# -- what happens in a moment -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """So many of a kind, of which the first are named."""

    kind: str
    count: int
    names: str


DIFFERENCES: Mapping[str, str] = {
    Kind.GAP: "Asterisk's record has a gap, calls in it may be missing: {names}",
    Kind.REFUSED: "{count} rows of Asterisk's record are not as Asterisk writes them: {names}",
    Kind.UNBOOKED: "{count} calls stood in no record of Asterisk's and were written from the live picture: {names}",
    Kind.UNENDED: "{count} calls had no end in Asterisk's record, Asterisk no longer lists them, they were ended: {names}",
    Kind.UNCLAIMED: "{count} recordings belong to no call: {names}",
    Kind.UNWRITTEN: "{count} calls stand in Asterisk's record and not in the ledger: {names}",
    Kind.SHELF: "recordings are gone from the shelf: {names}",
}
"""What is said when the witnesses of a call differ."""

RECORDING: Incident[tuple[str, int, str]] = Incident("recording", CRITICAL, lambda lost: _(
    "call {call} has no recording: {why}", call=lost[0], why=lost[2]) if lost[1] == 1 else _(
    "part {part} of the recording of call {call} is lost: {why}", part=lost[1], call=lost[0], why=lost[2]))  # fmt: skip
ENCODER: Incident[str] = Incident("recording_delayed", CRITICAL, lambda why: _(
    "recordings cannot be finished, the raw ones are kept and tried again: {why}", why=why))  # fmt: skip
PROMPT: Incident[str] = Incident("prompt", CRITICAL, lambda prompt: _(
    "prompt {prompt} could not be played: callers hear nothing of it", prompt=prompt))  # fmt: skip
JOURNEY: Incident[str] = Incident("journey", CRITICAL, lambda line: _(
    "the daemon failed while it led a caller on line {line}, Asterisk went on by itself: see the log", line=line))  # fmt: skip
CLOCK: Incident[tuple[str, str]] = Incident("clock", WARNING, lambda step: _(
    "Asterisk's clock was set by {seconds} s: moments of calls around then are not to be relied on ({file})",
    seconds=step[0], file=step[1]))  # fmt: skip
FORGED: Incident[tuple[str, str, str]] = Incident("forged", CRITICAL, lambda sent: _(
    "somebody forges events of Asterisk: trunk {trunk}, address {address} ({why}); nothing of it was believed",
    trunk=sent[0] or "?", address=sent[1] or "?", why=sent[2]))  # fmt: skip
SEAT_DIAL: Incident[tuple[str, str]] = Incident("seat_dial", WARNING, lambda dialled: _(
    "seat {seat} dials again and again what is not let out ({what})", seat=dialled[0], what=dialled[1]))  # fmt: skip
GUESSED: Incident[tuple[str, int]] = Incident("account_guessed", WARNING, lambda tried: _(
    "{count} wrong passwords of account {account} since its person last got in: somebody guesses",
    account=tried[0], count=tried[1]))  # fmt: skip
PIN_GUESSED: Incident[str] = Incident("switch_pin_guessed", WARNING, lambda seat: _(
    "seat {seat} gave so many wrong PINs for opening and closing lines that it is asked no more for a while: somebody guesses",
    seat=seat))  # fmt: skip
BULK: Incident[tuple[str, str, int]] = Incident("read_in_bulk", WARNING, lambda read: _(
    "{account} was shown {count} rows in lists today ({what}): ask what for", account=read[0], what=_(read[1]), count=read[2]))  # fmt: skip
WITNESSES: Incident[Named] = Incident("witnesses", CRITICAL, lambda found: _(
    DIFFERENCES[found.kind], count=found.count, names=found.names))  # fmt: skip
INVARIANT: Incident[Named] = Incident("invariant", CRITICAL, lambda found: _(
    "the ledger breaks its rule {rule}: {count} ({names}); hotline verify says what",
    rule=found.kind, count=found.count, names=found.names))  # fmt: skip
INCIDENTS: tuple[Incident[Any], ...] = (
    RECORDING, ENCODER, PROMPT, JOURNEY, CLOCK, FORGED, SEAT_DIAL, GUESSED, PIN_GUESSED, BULK, WITNESSES, INVARIANT,
)  # fmt: skip

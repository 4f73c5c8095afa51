"""What is an alarm, and when it begins and ends. Pure; kept by ``watchman.py``.

Once a second the house is read (``Reading``), ``wrong`` names what is out of order now, and
``Alarms.step`` compares that with what stands: a fault that has lasted its kind's time raises
one alarm, one that has been away for its kind's time clears it. Kinds that cannot be judged
now (the telephone while the board is blind) stay as they are. What happens in one moment
(a recording that failed) is ``once``: raised and over, and shown until somebody has seen it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.language import say as _
from ledger.alarms import AlarmRow

CRITICAL, WARNING = "critical", "warning"
Key = tuple[str, str]
"""Kind and subject: of each there is at most one standing."""


@dataclass(frozen=True, slots=True)
class QueueReading:
    queue: str
    name: str
    waiting: int
    longest_seconds: float


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
    backlog: int | None = None
    dead_letters: int | None = None
    """None: not known yet."""
    faults: Mapping[str, str] = field(default_factory=dict)
    """Vitals that are not well (disk, ledger, book) → what they said."""


@dataclass(frozen=True, slots=True)
class Bounds:
    waiting_most: int
    wait_seconds_most: int
    backlog_most: int


@dataclass(frozen=True, slots=True)
class Wrong:
    severity: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Kind:
    lasts: float
    """Seconds a fault must last before it is an alarm."""
    over: float
    """Seconds it must be away before the alarm is cleared."""
    telephone: bool = False
    """Known only while the board is live."""


KINDS: Mapping[str, _Kind] = {
    "queue_threshold": _Kind(2, 10, telephone=True),
    "blind": _Kind(3, 0),
    "trunk_down": _Kind(3, 3, telephone=True),
    "line_down": _Kind(0, 0),
    "seat_phone": _Kind(5, 0, telephone=True),
    "missed": _Kind(0, 0, telephone=True),
    "seat_queue": _Kind(0, 0, telephone=True),
    "backlog": _Kind(10, 10),
    "dead_letters": _Kind(0, 0),
    "disk": _Kind(5, 30),
    "ledger": _Kind(5, 5),
    "book": _Kind(5, 5),
    "recording": _Kind(0, 0),
}


def wrong(r: Reading, bounds: Bounds) -> dict[Key, Wrong]:
    """What is out of order now, whether or not it has lasted."""
    found: dict[Key, Wrong] = {}
    if not r.live and not r.starting:
        found["blind", ""] = Wrong(CRITICAL, _("the link to Asterisk is lost: what the board shows may be old"))
    for queue in r.queues:
        many, long = queue.waiting > bounds.waiting_most, queue.longest_seconds > bounds.wait_seconds_most
        if many:
            text = _(
                "{name}: {count} callers wait (more than {most})",
                name=queue.name,
                count=queue.waiting,
                most=bounds.waiting_most,
            )
            found["queue_threshold", queue.queue] = Wrong(WARNING, text)
        elif long:
            text = _(
                "{name}: somebody has waited for more than {most} s", name=queue.name, most=bounds.wait_seconds_most
            )
            found["queue_threshold", queue.queue] = Wrong(WARNING, text)
    for trunk, name in r.trunks_down.items():
        found["trunk_down", trunk] = Wrong(CRITICAL, _("trunk {name} does not answer", name=name))
    for line, (name, why) in r.lines_down.items():
        found["line_down", line] = Wrong(CRITICAL, _("the test call on line {name} failed: {why}", name=name, why=why))
    for seat, who in r.phones.items():
        found["seat_phone", seat] = Wrong(
            WARNING, _("seat {seat} {who} gets no calls: its phone cannot ring", seat=seat, who=who)
        )
    for seat, who in r.missed.items():
        found["missed", seat] = Wrong(
            WARNING, _("seat {seat} {who} was paused: too many calls missed", seat=seat, who=who)
        )
    for seat, what in r.doubts.items():
        text = _("seat {seat}: the queue does not do as it is told ({what})", seat=seat, what=what)
        found["seat_queue", seat] = Wrong(WARNING, text)
    if (r.backlog or 0) > bounds.backlog_most:
        found["backlog", ""] = Wrong(WARNING, _("{count} tickets wait for the case store", count=r.backlog))
    if r.dead_letters:
        found["dead_letters", ""] = Wrong(
            WARNING, _("{count} tickets were refused by the case store: somebody must look", count=r.dead_letters)
        )
    for name, said in r.faults.items():
        if name in KINDS:
            found[name, ""] = Wrong(CRITICAL, f"{_(_FAULTS[name])} {said}".strip())
    return found


def judged(r: Reading, key: Key) -> bool:
    """Whether it can be known now that this is, or is not, so."""
    kind, subject = key
    match kind:
        case "blind":
            return not r.starting
        case "line_down":
            return subject not in r.lines_unknown
        case "backlog":
            return r.backlog is not None
        case "dead_letters":
            return r.dead_letters is not None
        case _:
            return r.live or kind not in KINDS or not KINDS[kind].telephone


_FAULTS = {
    "disk": "the disk is nearly full",
    "ledger": "the ledger does not take what happens: it is kept and written later",
    "book": "rows of Asterisk's record cannot be read",
}


class Alarms:
    """What stands and what was not acknowledged yet. Every change is a whole row, to be shown and kept."""

    def __init__(self) -> None:
        self.rows: dict[int, AlarmRow] = {}
        self._standing: dict[Key, int] = {}
        self._since: dict[Key, datetime] = {}
        self._away: dict[Key, datetime] = {}
        self._last = 0

    def restore(self, rows: Iterable[AlarmRow]) -> None:
        """What the ledger says is open; once, before the first step."""
        for row in rows:
            self.rows[row.id] = row
            self._last = max(self._last, row.id)
            if row.cleared_at is None:
                self._standing[row.kind, row.subject] = row.id

    def step(self, r: Reading, bounds: Bounds, now: datetime) -> list[AlarmRow]:
        """The rows that changed."""
        found = wrong(r, bounds)
        changed: list[AlarmRow] = []
        for key, fault in found.items():
            self._away.pop(key, None)
            if key in self._standing or not judged(r, key):
                continue
            since = self._since.setdefault(key, now)
            if now - since >= timedelta(seconds=KINDS[key[0]].lasts):
                changed.append(self._raise(key, fault, now))
        for key in [key for key in self._since if key not in found]:
            del self._since[key]
        for key in [key for key in self._standing if key not in found and judged(r, key)]:
            since = self._away.setdefault(key, now)
            over = KINDS[key[0]].over if key[0] in KINDS else 0.0
            if now - since >= timedelta(seconds=over):
                del self._away[key]
                changed.append(self._put(replace(self.rows[self._standing.pop(key)], cleared_at=now)))
        return changed

    def once(self, kind: str, subject: str, fault: Wrong, now: datetime, call: str = "") -> AlarmRow:
        """It happened and is over; somebody must see it."""
        return self._put(
            AlarmRow(self._next(now), now, kind, fault.severity, subject, fault.detail, call, cleared_at=now)
        )

    def acknowledge(self, ident: int, by: str, note: str, now: datetime) -> AlarmRow | None:
        """None: no such alarm is open. Acknowledged before: it stays as it was."""
        row = self.rows.get(ident)
        if row is None or row.acknowledged_at is not None:
            return row
        return self._put(replace(row, acknowledged_by=by, acknowledged_at=now, note=note))

    def forget(self, ident: int) -> None:
        """It is over and seen: only the ledger knows of it from now on."""
        self.rows.pop(ident, None)

    def _raise(self, key: Key, fault: Wrong, now: datetime) -> AlarmRow:
        del self._since[key]
        row = AlarmRow(self._next(now), now, key[0], fault.severity, key[1], fault.detail)
        self._standing[key] = row.id
        return self._put(row)

    def _next(self, now: datetime) -> int:
        """Milliseconds, so that no ledger need be asked for a number; never the same twice."""
        self._last = max(self._last + 1, int(now.timestamp() * 1000))
        return self._last

    def _put(self, row: AlarmRow) -> AlarmRow:
        self.rows[row.id] = row
        return row


def settled(row: AlarmRow) -> bool:
    return row.cleared_at is not None and row.acknowledged_at is not None

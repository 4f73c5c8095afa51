"""The alarm_service: reads the house once a second, keeps alarms as ``standing.py`` decides, shows and writes them.

Started by ``app.py``. What the consoles are shown is ``shown`` (by id); the ledger is written in
order behind it and never waited for, except by whoever acknowledges.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from agents.events import Alarm, SeatAlarm, SeatAlarmCleared
from bridge.events import StoreBack, StoreLost
from config.language import packed
from console.contract.stream import AlarmOut
from console.published_events import AccountGuessed, ReadInBulk
from cti.equipment_events import BookGap, ClockStepped, EventForged, RowsRefused
from cti.journey_events import PromptUnplayed, SwitchedByPhone
from cti.ordered_writer import Kept, OrderedWriter
from hotline.books.invariant_proof import InvariantBroken
from hotline.books.witness_comparison import DifferencesFound
from hotline.parts import OneTask
from ivr.events import AdviceGiven, End
from ledger.alarms import AlarmBook, AlarmRow
from ledger.differences import Difference, Kind
from ledger.errors import WRONG_OR_AWAY
from ledger.switches import PIN, RESTED
from recordings.events import RecordingDelayed, RecordingFailed

from .rule import CRITICAL
from .rules import (
    BULK,
    CLOCK,
    ENCODER,
    FORGED,
    GUESSED,
    INVARIANT,
    JOURNEY,
    PIN_GUESSED,
    PROMPT,
    RECORDING,
    SEAT_DIAL,
    WITNESSES,
    AnyRule,
    Named,
    Reading,
)
from .standing import Alarms, settled

log = structlog.get_logger("alarm_service")

LOOK_SECONDS = 1.0
SEEN_SECONDS = 60.0
"""An alarm that is over and acknowledged is shown so much longer."""
CLOCK_STEP = 5.0
"""Seconds by which a clock is set, not slewed; the book's own measure (``cti/asterisk_starts.py``)."""
MACHINE = "clock"
FORGED_REST = timedelta(seconds=60)
NAMED = 5
"""So many calls an alarm names; all of them stand in ``hotline verify``."""
START_SECONDS = 30.0
"""So long may Asterisk take to be there before its absence is an alarm."""
OPERATORS = frozenset({"no_encoder", "child_lost", "fault"})
"""Why a recording waits where no other rule says it already (the disk, a call that goes on)."""


class AlarmService:
    """
    :param read: the house now.
    :param changed: an alarm's id whose row in ``shown`` is new, other or gone.
    :param steady: seconds of a clock that nobody sets (and that goes on while the machine sleeps); None: the machine's
        clock is not watched.
    """

    def __init__(
        self, book: AlarmBook, rules: Sequence[AnyRule], read: Callable[[], Awaitable[Reading]], changed: Callable[[str], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC), steady: Callable[[], float] | None = None,
        kept: Kept[AlarmRow] | None = None,
    ) -> None:  # fmt: skip
        self._steady = steady
        self._apart: float | None = None
        """Seconds between the machine's clock and the steady one, when last looked."""
        self._book, self._read, self._changed, self._now = book, read, changed, now
        self._alarms = Alarms(rules)
        self.shown: dict[str, AlarmOut] = {}
        self._doubts: dict[str, str] = {}
        self._seat_log = ""
        self._store_lost: str | None = None
        self._forged: dict[str, datetime] = {}
        self._writer = OrderedWriter("alarms", self._write, WRONG_OR_AWAY, key=lambda row: row.id, kept=kept)
        """Each row as it is by now."""
        self._restoring = asyncio.Lock()
        self._task = OneTask("alarm_service", self._looks)
        self._began = now()
        self._was_live = self._restored = False
        self._recalled: Sequence[AlarmRow] = ()
        """What an earlier daemon could not write: later than what the ledger says of the same alarms."""

    async def restore(self) -> None:
        """What stood before, once, as soon as the ledger says it; raises ``LedgerUnavailable`` while it does not."""
        async with self._restoring:  # asked at the start and when the ledger opens, which may be the same moment
            if self._restored:
                return
            rows = {row.id: row for row in await self._book.open(self._now())}
            self._restored = True
            rows |= {row.id: row for row in self._recalled if row.cleared_at is None or row.acknowledged_at is None}
            restored = self._alarms.restore(list(rows.values()), self._now())
            for ident in restored.dropped:
                self._writer.forget(ident)
            for row in restored.changed:
                self._writer.put(row)
            for shown in [shown for shown in self.shown if int(shown) not in self._alarms.rows]:
                del self.shown[shown]
                self._changed(shown)
            for row in self._alarms.rows.values():
                self._show(row)

    async def start(self) -> None:
        self._recalled = self._writer.recall()
        try:
            await self.restore()
        except WRONG_OR_AWAY as fault:  # again when it is there
            log.warning("alarms of before cannot be read", fault=str(fault))
        self._writer.start()
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()
        await self._writer.stop()

    # -- what happens once -----------------------------------------------------------------

    def hear(self, event: object) -> None:
        """One event of ``early_events.py``."""
        match event:
            case RecordingFailed() | RecordingDelayed():
                self.hear_recording(event)
            case PromptUnplayed():
                self.hear_prompt(event)
            case ClockStepped():
                self.hear_clock(event)
            case AdviceGiven():
                self.hear_journey(event)
            case SeatAlarm() | SeatAlarmCleared():
                self.hear_seat(event)
            case StoreLost() | StoreBack():
                self.hear_store(event)
            case InvariantBroken():
                self.hear_invariant(event)

    def hear_recording(self, event: RecordingFailed | RecordingDelayed) -> None:
        """One that waits is told once for each cause, until somebody has seen it: every call after it waits too."""
        if isinstance(event, RecordingFailed):
            ident, reason = event.failed.id, event.failed.reason
            subject = str(ident.call) if ident.part == 1 else str(ident)
            said = (str(ident.call), ident.part, reason)
            self._put(self._alarms.once(RECORDING, subject, said, self._now(), ident.call))
        elif event.reason in OPERATORS and not self._alarms.unseen(ENCODER, event.reason):
            self._put(self._alarms.once(ENCODER, event.reason, event.reason, self._now(), event.id.call))

    def hear_prompt(self, event: PromptUnplayed) -> None:
        """One alarm a prompt until somebody has seen it: each caller of the line would raise another."""
        if not self._alarms.unseen(PROMPT, event.prompt):
            self._put(self._alarms.once(PROMPT, event.prompt, event.prompt, self._now(), event.call))

    def hear_journey(self, event: AdviceGiven) -> None:
        """A fault of ours; one a line until somebody has seen it."""
        if event.end is End.FAILED and not self._alarms.unseen(JOURNEY, event.line):
            self._put(self._alarms.once(JOURNEY, event.line, event.line, self._now(), event.call))

    def hear_clock(self, event: ClockStepped) -> None:
        self._put(self._alarms.once(CLOCK, event.file, (f"{event.seconds:+.0f}", event.file), self._now()))

    def _watch_clock(self, now: datetime) -> None:
        """A step forwards leaves no trace in Asterisk's files; one back does, and is told from there (``hear_clock``)."""
        if self._steady is None:
            return
        apart = now.timestamp() - self._steady()
        if self._apart is not None and apart - self._apart >= CLOCK_STEP:
            self._put(self._alarms.once(CLOCK, MACHINE, (f"{apart - self._apart:+.0f}", MACHINE), now))
        self._apart = apart

    def hear_differences(self, event: DifferencesFound) -> None:
        self.differ(event.found)

    def hear_book(self, event: BookGap | RowsRefused) -> None:
        """Both stand in the ledger when the book tells of them."""
        if isinstance(event, RowsRefused):
            named = f"{event.file}:{event.offset}"
            self._raise_difference(Kind.REFUSED, event.rows, f"{named} ({event.why})")
        else:
            since = datetime.fromtimestamp(event.since, UTC).isoformat(timespec="seconds")
            until = datetime.fromtimestamp(event.until, UTC).isoformat(timespec="seconds") if event.until else "?"
            self._raise_difference(Kind.GAP, 1, f"{since} - {until} {event.why}".strip())

    def hear_forged(self, event: EventForged) -> None:
        """Once a minute for each trunk: a forger may send many."""
        now = self._now()
        last = self._forged.get(event.endpoint)
        if last is not None and now - last < FORGED_REST:
            return
        self._forged[event.endpoint] = now
        self._put(self._alarms.once(FORGED, event.endpoint, (event.endpoint, event.address, event.why), now))

    def differ(self, found: Sequence[Difference]) -> None:
        """One alarm a kind, which names the first calls."""
        kinds: dict[Kind, list[Difference]] = {}
        for one in found:
            kinds.setdefault(one.kind, []).append(one)
        for kind, ones in kinds.items():
            self._raise_difference(kind, len(ones), _first([one.subject for one in ones]), ones[0].call)

    def _raise_difference(self, kind: Kind, count: int, named: str, call: str = "") -> None:
        self._put(self._alarms.once(WITNESSES, str(kind), Named(kind, count, named), self._now(), call))

    def hear_invariant(self, event: InvariantBroken) -> None:
        """One alarm a rule, which names the first calls."""
        rules: dict[str, list[str]] = {}
        for breach in event.breaches:
            rules.setdefault(breach.rule, []).append(breach.subject)
        for rule, subjects in rules.items():
            found = Named(rule, len(subjects), _first(subjects))
            self._put(self._alarms.once(INVARIANT, rule, found, self._now()))

    def hear_door(self, event: AccountGuessed | ReadInBulk) -> None:
        """One an account until somebody has seen it: who goes on, goes on."""
        if isinstance(event, AccountGuessed):
            if not self._alarms.unseen(GUESSED, event.account):
                self._put(self._alarms.once(GUESSED, event.account, (event.account, event.failures), self._now()))
        elif not self._alarms.unseen(BULK, event.account):
            self._put(self._alarms.once(BULK, event.account, (event.account, event.what, event.rows), self._now()))

    def hear_pin(self, event: SwitchedByPhone) -> None:
        """One a seat until somebody has seen it."""
        if event.kind == PIN and event.state == RESTED and not self._alarms.unseen(PIN_GUESSED, event.seat):
            self._put(self._alarms.once(PIN_GUESSED, event.seat, event.seat, self._now()))

    def hear_store(self, event: StoreLost | StoreBack) -> None:
        self._store_lost = event.error if isinstance(event, StoreLost) else None

    def hear_seat(self, event: SeatAlarm | SeatAlarmCleared) -> None:
        """What only the desk knows; the rest of its alarms shows in the seats themselves."""
        detail = event.detail if isinstance(event, SeatAlarm) else None
        match event.alarm:
            case Alarm.DIAL if detail is not None:
                self._put(self._alarms.once(SEAT_DIAL, event.seat, (event.seat, detail), self._now()))
            case Alarm.LOG:
                self._seat_log = detail or ""
            case Alarm.CONTRADICTION if detail is not None:
                self._doubts[event.seat] = detail[:200]
            case Alarm.CONTRADICTION:
                self._doubts.pop(event.seat, None)

    # -- console.ports.Alarms -----------------------------------------------------------------

    async def acknowledge(self, ident: int, by: str, note: str) -> AlarmRow | None:
        """In the ledger when it returns; raises ``LedgerUnavailable``."""
        row = self._alarms.acknowledge(ident, by, note, self._now())
        if row is None:
            return None
        self._put(row)
        await self._writer.flush()
        return row

    async def history(self, since: datetime | None, until: datetime | None, most: int) -> Sequence[AlarmRow]:
        """The newest first. What the ledger does not have yet, or cannot say now, stands here."""
        here = [
            row for row in self._alarms.rows.values()
            if (since is None or row.at >= since) and (until is None or row.at < until)
        ]  # fmt: skip
        try:
            rows = {row.id: row for row in await self._book.history(since, until, most)}
        except WRONG_OR_AWAY as fault:
            log.warning("alarms of before cannot be read", fault=str(fault))
            rows = {}
        rows |= {row.id: row for row in here}
        return sorted(rows.values(), key=lambda row: (row.at, row.id), reverse=True)[: max(1, most)]

    # -- within ------------------------------------------------------------------------------

    async def look(self) -> None:
        """One second's work."""
        now = self._now()
        self._watch_clock(now)
        reading = await self._read()
        self._was_live = self._was_live or reading.live
        starting = not self._was_live and now - self._began < timedelta(seconds=START_SECONDS)
        reading = replace(
            reading, starting=starting, doubts=self._doubts, seat_log=self._seat_log, store_lost=self._store_lost
        )
        for row in self._alarms.step(reading, now):
            self._put(row)
        for row in [row for row in self._alarms.rows.values() if settled(row)]:
            assert row.cleared_at is not None
            assert row.acknowledged_at is not None
            if now - max(row.cleared_at, row.acknowledged_at) > timedelta(seconds=SEEN_SECONDS):
                self._alarms.forget(row.id)
                del self.shown[str(row.id)]
                self._changed(str(row.id))

    def _put(self, row: AlarmRow) -> None:
        over = row.cleared_at is not None or row.acknowledged_at is not None
        say = log.info if over else log.error if row.severity == CRITICAL else log.warning
        say("alarm", kind=row.kind, severity=row.severity, subject=row.subject, detail=str(row.detail),
            cleared=row.cleared_at is not None, by=row.acknowledged_by)  # fmt: skip
        self._show(row)
        self._writer.put(replace(row, said=row.said or packed(row.detail)))

    def _show(self, row: AlarmRow) -> None:
        self.shown[str(row.id)] = AlarmOut.model_validate(row, from_attributes=True)
        self._changed(str(row.id))

    async def _looks(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception:  # loop top: a alarm_service who stumbles gets up
                log.exception("the alarm_service could not look")

    async def _write(self, rows: Sequence[AlarmRow]) -> None:
        for row in rows:
            await self._book.keep(row)


def _first(subjects: Sequence[str]) -> str:
    return ", ".join(subjects[:NAMED]) + (" …" if len(subjects) > NAMED else "")

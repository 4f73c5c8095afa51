"""The files of a real run, read again: by the real book and scribe, into a new ledger, in no time.

A ``Tape`` is what Asterisk wrote and the phones lived through in one live run. ``lived``
gives the history as it would be, had the daemon of this process kept its book through the
same recorded: Asterisk's files grow second by second, and the daemon dies and comes back
when it did. ``written`` does the same with batches of events given to the scribe alone.
What the recordings' worker said of the run is taken over as it was.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from cti import events as ev
from cti.cel_reader import Batch, Book, Mark
from cti.numbering_plan import Plan as Numbers
from hotline.verbs.report_rows import row_of
from ledger.audit_log import Proof
from ledger.call_list import Filter
from ledger.history import History as Past
from ledger.invariant.rule import Limits
from ledger.scribe import Scribe
from ledger.store import Store
from ledger.verify import verify

from .witness import History, ledger

BOOKED = (
    *("calls", "legs", "offers", "talks", "queue_visits", "transfers", "recordings", "tail_marks", "node_lives"),
    *("blind_intervals", "outcomes", "callbacks", "callback_attempts"),
)
"""Tables the scribe fills: emptied for a new life of the ledger."""
WORKED = (
    *("state", "settled_at", "reason", "path", "format", "seconds", "plain_bytes", "plain_sha256", "stored_bytes"),
    *("stored_sha256", "sealed", "faults"),
)
"""What the recordings' worker writes of a recording."""
AFTER_S = 20.0
"""The recorded is over so long after Asterisk's last row."""

Ledger = frozenset[tuple[str, tuple[tuple[str, object], ...]]]

_names = count()


@dataclass(frozen=True, slots=True)
class Tape:
    folder: Path
    """Holds ``hotline.csv``, ``queue_log`` and ``ledger.db`` of the run; scratch goes below it."""
    node: str
    numbers: Numbers
    history: History
    """What all witnesses said of the true run."""
    proof: Proof
    """The audit log's key and notes of the run: they lie outside the ledger, and its copies are held against them."""
    died: float = 0.0
    back: float = 0.0
    """Between these moments there was no daemon."""

    @property
    def end(self) -> float:
        return max(_moment_of_cel(line) for line in _lines(self.folder / "hotline.csv")) + AFTER_S


async def lived(tape: Tape) -> History:
    """The whole recorded with this process's book and scribe, whatever is wrong with them."""
    recorded = _Replay(tape)
    lives = ((0.0, tape.died), (tape.back, tape.end)) if tape.died else ((0.0, tape.end),)
    for begin, end in lives:
        await recorded.live(begin, end)
    return await recorded.judged()


def read(tape: Tape) -> list[Batch]:
    """The recorded as the true book tells it, a batch a second, without a death."""
    recorded = _Replay(tape)
    book = Book(tape.numbers, *recorded.files, Mark())
    return [batch for _now in recorded.seconds(0.0, tape.end) if (batch := book.read()) is not None]


async def written(tape: Tape, batches: Sequence[tuple[Sequence[ev.Event], Mark]]) -> tuple[History, Ledger]:
    """What the true scribe makes of these batches; and every row of it."""
    recorded = _Replay(tape)
    async with recorded.scribe(lambda: tape.end) as scribe:
        await scribe.resume()
        for events, mark in batches:
            await scribe.write(events, mark)
    rows = recorded.rows()
    return await recorded.judged(), rows


class _Replay:
    """One folder with growing files and a ledger of its own."""

    def __init__(self, tape: Tape) -> None:
        self.tape, self.folder = tape, tape.folder / f"recorded{next(_names)}"
        self.folder.mkdir()
        self.files = (self.folder / "hotline.csv", self.folder / "queue_log")
        self._db = self.folder / "ledger.db"
        shutil.copy(tape.folder / "ledger.db", self._db)
        with closing(sqlite3.connect(self._db)) as db:
            columns = ", ".join(WORKED)
            self._worked = db.execute(f"SELECT {columns}, call_id, file FROM recordings").fetchall()
            for table in BOOKED:
                db.execute(f"DELETE FROM {table}")
            db.commit()
        rows = [(at, 0, line) for at, line in _grown(tape.folder / "hotline.csv", _moment_of_cel)]
        rows += [(at, 1, line) for at, line in _grown(tape.folder / "queue_log", _moment_of_queue_log)]
        self._rows = sorted(rows, key=lambda row: row[0])

    def seconds(self, begin: float, end: float) -> Iterator[float]:
        """Each second in which Asterisk wrote; its files have grown up to it. The last one is ``end``."""
        now = max(begin, self._rows[0][0] if self._rows else begin)
        while now < end:
            now = min(now + 1.0, end)
            if self._grow(now) or now in (end, begin + 1.0):
                yield now

    def _grow(self, now: float) -> bool:
        due = [row for row in self._rows if row[0] <= now]
        self._rows = self._rows[len(due) :]
        for place, file in enumerate(self.files):
            with file.open("ab") as out:
                out.write(b"".join(line for _at, which, line in due if which == place))
        return bool(due)

    async def live(self, begin: float, end: float) -> None:
        """One life of the daemon: resumes, follows the files, is killed."""
        moment = [begin]
        self._grow(begin)
        async with self.scribe(lambda: moment[0]) as scribe:
            resumed = await scribe.resume()
            book = Book(self.tape.numbers, *self.files, resumed.mark)
            for now in self.seconds(begin, end):
                moment[0] = now
                while (batch := book.read()) is not None:
                    await scribe.write(batch.events, batch.mark)
                    if not batch.more:
                        break

    def rows(self) -> Ledger:
        """Every row of the book, as (table, columns and values); without the marks."""
        with closing(sqlite3.connect(self._db)) as db:
            db.row_factory = sqlite3.Row
            return frozenset(
                (table, tuple(zip(row.keys(), row, strict=True)))
                for table in BOOKED if table != "tail_marks"
                for row in db.execute(f"SELECT * FROM {table}")
            )  # fmt: skip

    def scribe(self, clock: Callable[[], float]) -> _Writing:
        return _Writing(f"sqlite+aiosqlite:///{self._db}", self.tape.node, clock)

    async def judged(self) -> History:
        """The true run's witnesses, with this ledger instead."""
        self._shelve()
        store = Store(f"sqlite+aiosqlite:///{self._db}")
        try:
            rows = [row_of(call) async for call in Past(store).every(Filter(most=1000))]
            now = datetime.fromtimestamp(self.tape.end, UTC)
            breaches = await verify(store, now, Limits(recording=timedelta(hours=1)), audit=self.tape.proof)
        finally:
            await store.close()
            shutil.rmtree(self.folder)
        told = ledger(json.dumps(rows, default=datetime.isoformat))
        return replace(self.tape.history, ledger=told, breaches=tuple(map(str, breaches)))

    def _shelve(self) -> None:
        columns = ", ".join(f"{name} = ?" for name in WORKED)
        with closing(sqlite3.connect(self._db)) as db:
            db.executemany(f"UPDATE recordings SET {columns} WHERE call_id = ? AND file = ?", self._worked)
            db.commit()


class _Writing:
    """A scribe with a ledger that is closed at the end. ``async with``."""

    def __init__(self, url: str, node: str, clock: Callable[[], float]) -> None:
        self._store = Store(url)
        self._scribe = Scribe(self._store, node, clock=lambda: datetime.fromtimestamp(clock(), UTC))

    async def __aenter__(self) -> Scribe:
        return self._scribe

    async def __aexit__(self, *_: object) -> None:
        await self._store.close()


def _lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


def _grown(file: Path, moment: Callable[[bytes], float]) -> Iterator[tuple[float, bytes]]:
    """When each line was there. Asterisk may write a row after one that is a moment younger: lines keep their order."""
    at = 0.0
    for line in _lines(file):
        at = max(at, moment(line))
        yield at, line


def _moment_of_cel(line: bytes) -> float:
    return float(line.split(b'"')[3])


def _moment_of_queue_log(line: bytes) -> float:
    return float(line.split(b"|")[0])

"""Asterisk writing its CEL file, an operator rotating it, a ledger reading it; for tests of the book.

Files are written as Asterisk does it: opened, one whole row appended, closed. ``Desk.lost`` is what the
ledger has neither as a whole call nor as a part of a gap that was told.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from cti import events as ev
from cti.cel_reader import Book, Mark
from cti.equipment_events import BookGap, ClockStepped, NodeStarted, RowsRefused
from cti.ids import Instant

from .story import PLAN
from .test_cel_rows import written

BASE = 1795800000.0
PACKERS: dict[str, Callable[..., object]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


class Asterisk:
    def __init__(self, folder: Path) -> None:
        self.cel, self.queue_log = folder / "hotline.csv", folder / "queue_log"
        self.clock = BASE
        self.calls: dict[str, tuple[float, float | None]] = {}
        """Uniqueid → when it began and ended."""
        self._serial = 0

    def tick(self, seconds: float = 1.0) -> float:
        self.clock = round(self.clock + seconds, 6)
        return self.clock

    def _row(self, kind: str, uid: str, **columns: str) -> None:
        channel = f"PJSIP/telecom-{uid.rpartition('.')[2]:0>8}"
        row = written(
            eventtype=kind, eventtime=f"{self.tick():.6f}", uniqueid=uid, linkedid=uid, channel=channel, **columns
        )
        with open(self.cel, "ab") as file:
            file.write(row)

    def arrive(self, number: str = "13900000001") -> str:
        uid = f"xm1-{int(self.clock)}.{self._serial}"
        self._serial += 1
        self._row("CHAN_START", uid, cid_num=number, exten="12319")
        self.calls[uid] = (self.clock, None)
        self._row("ANSWER", uid)
        return uid

    def leave(self, uid: str) -> None:
        self._row("HANGUP", uid, eventextra='{"hangupcause": 16, "hangupsource": ""}')
        self.calls[uid] = (self.calls[uid][0], self.clock)
        self._row("CHAN_END", uid)

    def call(self, number: str = "13900000001") -> str:
        uid = self.arrive(number)
        self.leave(uid)
        return uid

    def begin(self) -> None:
        """A new life."""
        with open(self.queue_log, "a") as file:
            file.write(f"{int(self.clock)}|NONE|NONE|NONE|QUEUESTART|\n")
        self._serial = 0


class Operator:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._days = 0
        self.copied = False

    def rotated(self) -> list[Path]:
        """Newest first, of numbered ones."""
        found = [one for one in self._path.parent.glob(self._path.name + ".*") if one.name.split(".")[2].isdigit()]
        return sorted(found, key=lambda one: int(one.name.split(".")[2]))

    def rename(self) -> None:
        """As logrotate does: .1 becomes .2, the file becomes .1."""
        self._shift()
        if self._path.exists():
            os.rename(self._path, f"{self._path}.1")

    def rename_dated(self) -> None:
        self._days += 1
        if self._path.exists():
            os.rename(self._path, f"{self._path}-202611{self._days:02}")

    def copy_and_empty(self, between: Callable[[], object] = lambda: None) -> None:
        self._shift()
        if self._path.exists():
            shutil.copyfile(self._path, f"{self._path}.1")
            between()
            os.truncate(self._path, 0)

    def _shift(self) -> None:
        for one in reversed(self.rotated()):
            _, _, number, *packed = one.name.split(".")
            os.rename(one, self._path.with_name(".".join([self._path.name, str(int(number) + 1), *packed])))

    def pack(self, ending: str, which: int = 0) -> None:
        plain = [one for one in self._path.parent.glob(self._path.name + "?*") if one.suffix not in PACKERS]
        if plain:
            one = sorted(plain)[which % len(plain)]
            with PACKERS[ending](f"{one}{ending}", "wb") as file:  # type: ignore[attr-defined]
                file.write(one.read_bytes())
            one.unlink()

    def remove(self, which: int = 0) -> None:
        found = sorted(self._path.parent.glob(self._path.name + "?*"))
        if found:
            found[which % len(found)].unlink()

    def anew(self) -> None:
        """The file is removed; the file system gives its inode to the next one."""
        if self._path.exists():
            os.truncate(self._path, 0)

    def cut(self, least: int) -> None:
        """The power went: what the file system had not written is gone."""
        if self._path.exists():
            os.truncate(self._path, max(self._path.stat().st_size - least, 0))


class Ledger:
    """Reads as the daemon does: what a batch tells is committed with its mark, or both are not."""

    def __init__(self, asterisk: Asterisk, died: Callable[[Instant], Instant | None] = lambda _life: None) -> None:
        self._asterisk, self._died = asterisk, died
        self.mark = Mark()
        self.book = self._open()
        self.began: dict[str, float] = {}
        self.ended: dict[str, float] = {}
        self.gaps: list[BookGap] = []
        self.refused: list[RowsRefused] = []
        self.steps: list[ClockStepped] = []
        self.lives: list[float] = []
        self.by: dict[str, ev.EndedBy] = {}

    def _open(self) -> Book:
        return Book(PLAN, self._asterisk.cel, self._asterisk.queue_log, self.mark, self._died)

    def read(self, most: int = 1000) -> None:
        for _ in range(most):
            batch = self.book.read()
            if batch is None:
                return
            for event in batch.events:
                self._hear(event)
            if not batch.mark.again:  # as the scribe: what is read again commits nothing
                self.mark = batch.mark

    def _hear(self, event: ev.Event) -> None:
        match event:
            case ev.CallArrived():
                self.began.setdefault(event.call, event.at)
            case ev.CallEnded():
                self.ended.setdefault(event.call, event.at)
                self.by.setdefault(event.call, event.by)
            case BookGap():
                self.gaps.append(event)
            case RowsRefused():
                self.refused.append(event)
            case ClockStepped():
                self.steps.append(event)
            case NodeStarted():
                self.lives.append(event.at)

    def die(self, *, reading: bool = False) -> None:
        """Killed; when ``reading``, after a batch was read and before it was committed."""
        if reading:
            self.book.read()
        self.book = self._open()

    def lost(self) -> list[str]:
        """Calls that are neither here once, as they were, nor in a gap that was told; and calls that never were."""
        out = [call for call in self.began if call not in self._asterisk.calls]
        for call, (began, ended) in self._asterisk.calls.items():
            if self.began.get(call) == began and self.ended.get(call) == ended:
                continue
            if not any(g.since <= (ended or began) and began <= (g.until or float("inf")) for g in self.gaps):
                out.append(call)
        return out

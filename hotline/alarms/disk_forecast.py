"""How full the disks are, and in how many days they will be full: a sample an hour, kept in a file that outlives the daemon.

The pace is that of the last ``KEPT`` at most, from the oldest sample to now; with less than ``LEAST`` nobody can say. What
is deleted between (retention, a person) is in it: it is the disk that fills, whoever fills it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from hotline.parts import EachTurn
from recordings.durable import write_new_durable

log = structlog.get_logger("disk")

EVERY_SECONDS = 3600.0
KEPT, LEAST = timedelta(days=14), timedelta(days=1)
DAYS_MOST = 3650.0
"""Beyond ten years it is not filling."""


@dataclass(frozen=True, slots=True)
class Disk:
    place: str
    """``var``, ``recordings`` or ``spool``: the first of those that lie on it."""
    free: int
    """Bytes."""
    size: int
    days: float | None
    """Until it is full; None: not filling, or not known yet."""


Sample = tuple[datetime, int]
"""When, and how many bytes were free."""


def days_left(samples: Sequence[Sample], now: datetime, free: int) -> float | None:
    """Pure: ``samples`` oldest first."""
    past = [one for one in samples if now - KEPT <= one[0] <= now - LEAST]
    if not past:
        return None
    at, was = past[0]
    eaten = (was - free) / ((now - at).total_seconds() / 86400)
    if eaten <= 0 or free / eaten > DAYS_MOST:
        return None
    return free / eaten


class DiskForecast:
    """:param places: name → a folder; those on one disk are told once, by the first name."""

    def __init__(
        self, places: Mapping[str, Path], file: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC),
        usage: Callable[[Path], tuple[int, int]] | None = None,
    ) -> None:  # fmt: skip
        self._places, self._file, self._now, self._usage = places, file, now, usage or _usage
        self._samples: dict[str, list[Sample]] = {}
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):  # it begins anew
            said = json.loads(file.read_text("utf-8"))
            self._samples = {
                name: [(datetime.fromisoformat(at), int(free)) for at, free in some] for name, some in said.items()
            }
        self._task = EachTurn(
            "disk-forecast",
            lambda: asyncio.to_thread(self.sample),
            EVERY_SECONDS,
            failed="how full the disks are was not noted",
        )

    def start(self) -> None:
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    def look(self) -> list[Disk]:
        """Now; cheap."""
        found: list[Disk] = []
        seen: set[int] = set()
        for name, path in self._places.items():
            with contextlib.suppress(OSError):  # not there (yet): the vital of the files says so
                device = path.stat().st_dev
                if device in seen:
                    continue
                seen.add(device)
                size, free = self._usage(path)
                found.append(Disk(name, free, size, days_left(self._samples.get(name, ()), self._now(), free)))
        return found

    def sample(self) -> None:
        now = self._now()
        for disk in self.look():
            kept = [one for one in self._samples.get(disk.place, ()) if now - KEPT <= one[0] <= now]
            self._samples[disk.place] = [*kept, (now, disk.free)]
        said = {name: [(at.isoformat(), free) for at, free in some] for name, some in self._samples.items()}
        write_new_durable(self._file, json.dumps(said).encode())


def _usage(path: Path) -> tuple[int, int]:
    found = shutil.disk_usage(path)
    return found.total, found.free

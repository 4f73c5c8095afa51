"""Raw files as MixMonitor writes them, and a book that is a dict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from config.settings import Settings
from cti.ids import CallId
from recordings.ids import RecordingId
from recordings.ports import Claim, Due, Failed, Interval, Shelved
from recordings.states import State

STARTED = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # the 24th in Xiamen
NOTICES = {"welcome": "您好，您的通话将被录音。"}


def settings(form: str = "opus", min_free_mb: int = 10) -> Settings:
    return Settings.model_validate(
        {
            "centre": {"name": "试"},
            "trunk": [{"id": "telecom", "name": "电信", "host": "127.0.0.2"}],
            "line": [{"id": "citizen", "name": "直拨", "numbers": ["12319"], "queue": "mandarin"}],
            "queue": [{"id": "mandarin", "name": "普通话"}],
            "seat": [{"id": "8001"}],
            "recording": {"format": form, "min_free_mb": min_free_mb, "priority": "low"},
            "prompts": NOTICES,
        }
    )


def stereo(seconds: float, caller: float = 440.0, seat: float = 1000.0, level: float = 0.25) -> bytes:
    """A tone on each channel; frequency 0 is silence."""
    at = np.arange(int(seconds * 8000)) / 8000
    both = [level * np.sin(2 * np.pi * hertz * at) if hertz else np.zeros(len(at)) for hertz in (caller, seat)]
    return (np.stack(both, axis=1) * 32767).astype("<i2").tobytes()


def due(number: int = 0, seconds: float = 5.0, *, talk_from: float = 1.0, part: int = 1, **others: object) -> Due:
    ended = STARTED + timedelta(seconds=seconds)
    talks = (Interval(STARTED + timedelta(seconds=talk_from), ended),) if talk_from < seconds else ()
    call = f"xm1-1795455000.{number}"
    values = {"talks": talks, "notice": "welcome", "ended": ended} | others
    file = f"{call}.raw" if part == 1 else f"xm1-1795455001.{number}{part}.raw"
    return Due(RecordingId(CallId(call), part), file, STARTED, **values)  # type: ignore[arg-type]


def spool(folder: Path, job: Due, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / job.file
    path.write_bytes(content)
    return path


class DictBook:
    """``RecordingBook`` in memory; counts what it was told."""

    def __init__(self, *jobs: Due) -> None:
        self.jobs = {job.id: job for job in jobs}
        self.ends: dict[RecordingId, Shelved | Failed] = {}
        self.told = 0
        self.broken = 0
        """So many times ``settle`` fails first."""

    async def due(self, limit: int) -> Sequence[Due]:
        return [job for ident, job in self.jobs.items() if ident not in self.ends][:limit]

    async def settle(self, results: Sequence[Shelved | Failed]) -> None:
        if self.broken:
            self.broken -= 1
            raise RuntimeError("the database is away")
        self.told += len(results)
        self.ends |= {result.id: result for result in results}

    async def reopen(self, some: Sequence[RecordingId]) -> None:
        for ident in some:
            del self.ends[ident]

    async def claims(self, files: Sequence[str]) -> Mapping[str, Claim]:
        known = {job.file: job.id for job in self.jobs.values()}
        return {file: self._claim(known[file]) for file in files if file in known}

    def _claim(self, ident: RecordingId) -> Claim:
        match self.ends.get(ident):
            case Shelved() as kept:
                return Claim(ident, State.SHELVED, kept.path)
            case Failed() as end:
                return Claim(ident, State.FAILED, reason=end.reason)
        return Claim(ident, State.DUE)

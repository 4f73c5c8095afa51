"""The pipe to the recording child: starts it, gives it one order at a time, ends it.

Used by ``processing.py`` only. An order that is not answered in its time, or a child that dies,
ends in ``ChildLost``; the next order starts a new child after a pause that grows with each
loss and is forgotten after the first answer. Never decides what is done again.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from config.file_places import Places
from config.sections.recording import Priority
from config.settings import Settings

from . import child_messages
from .child_messages import Answer
from .ports import Due

COMMAND = (sys.executable, "-m", "recordings.child")
START_SECONDS = 60.0
"""numpy on a busy machine, and the lock of a child that is just dying."""
JOB_SECONDS = 240.0
"""For one recording, plus its own length: far more than it takes at nice 10."""
IDLE_TIMES = 10.0
"""So many times as long in the idle class, which is given nothing while calls keep the cores busy."""
PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
LINE_LIMIT = 16 << 20
"""A sweep of a spool with 100,000 files fits."""


class ChildLost(Exception):
    """The child died or did not answer; the order may or may not have been done."""


class RecordingChild:
    def __init__(
        self,
        settings: Settings,
        places: Places,
        spool: Path | None = None,
        *,
        lengths: Mapping[str, float] | None = None,
        command: Sequence[str] = COMMAND,
        place: int = 0,
    ) -> None:
        self._times = IDLE_TIMES if settings.recording.priority is Priority.IDLE else 1.0
        self._setting = {
            "settings": settings.model_dump(mode="json"),
            "var": str(places.var.absolute()),
            "spool": str((spool or places.spool).absolute()),
            "lengths": dict(lengths or {}),
            "parent": os.getpid(),
            "place": place,
            "times": self._times,
        }
        self._command = tuple(command)
        self._process: Process | None = None
        self._losses = 0

    width = 1
    """One recording at once."""

    @property
    def pid(self) -> int | None:
        """The child's, while there is one."""
        return self._process.pid if self._process is not None else None

    async def shelve(self, due: Due) -> Answer:
        """Do one recording. Raises ``ChildLost``."""
        length = max(0.0, (due.ended - due.started).total_seconds())
        answer = await self._ask(child_messages.shelve(due), JOB_SECONDS + length)
        if answer.did != "shelve" or answer.id != due.id:
            await self._lose(f"answered {answer.did} {answer.id} to {due.id}")
        return answer

    async def sweep(self, older: float) -> Answer:
        """Raw files not changed since ``older``. Raises ``ChildLost``."""
        return await self._ask(child_messages.sweep(older), JOB_SECONDS)

    def forget(self, some: Iterable[tuple[str, str]]) -> None:
        """Have raw files deleted whose recordings lie at these paths: (file, path).

        Not answered: what was lost with a child is found by the next sweep.
        """
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(b"".join(child_messages.forget(file, path) for file, path in some))

    async def close(self) -> None:
        """End the child by the end of its input, or by force after a moment."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 2.0)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _ask(self, order: bytes, seconds: float) -> Answer:
        if self._process is None:
            await self._begin()
        answer = await self._exchange(order, seconds)
        self._losses = 0
        return answer

    async def _begin(self) -> None:
        await asyncio.sleep(PAUSES[min(self._losses, len(PAUSES) - 1)])
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, limit=LINE_LIMIT, start_new_session=True
            )
        except OSError as fault:
            self._losses += 1
            raise ChildLost(f"cannot start: {fault}") from fault
        await self._exchange(child_messages.line(self._setting), START_SECONDS)

    async def _exchange(self, order: bytes, seconds: float) -> Answer:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(order)
            await process.stdin.drain()
            async with asyncio.timeout(seconds * self._times):  # wait_for would make a task for each
                text = await process.stdout.readline()
            if text:
                return child_messages.answer(text)
            reason = "it died"
        except TimeoutError:
            reason = f"no answer in {seconds * self._times:.0f} s"
        except (ConnectionError, ValueError) as fault:
            reason = str(fault) or type(fault).__name__
        except asyncio.CancelledError:
            # its answer would be taken for that of the next order
            with suppress(ProcessLookupError):
                process.kill()
            raise
        return await self._lose(reason)

    async def _lose(self, reason: str) -> Answer:
        process, self._process = self._process, None
        self._losses += 1
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            status = await process.wait()
            reason = f"{reason} (exit status {status})"
        raise ChildLost(reason)

"""A program that outlives the daemon: a session of its own, watched, started again with growing pauses, ended in steps.

``embedded_asterisk.py`` (Asterisk) and ``edge.py`` (nginx) say how it is started and how it is
told to go; the rest of its life is here. Who adopts one that already runs sets ``_pid``
and begins to watch; a daemon that goes calls ``leave``.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from hotline.programs import asterisk_logs

KILL_SECONDS = 5.0
LOG_SECONDS = 15.0
FIRST_PAUSE, MOST_PAUSE, STEADY_SECONDS = 0.5, 30.0, 60.0


class DoesNotStart(RuntimeError):
    """The message says what its own log says, and the cure where it is known."""


class ChildProgram(ABC):
    """One such program. ``on_exit(returncode or None)`` is called whenever it ends unasked."""

    what: ClassVar[str]
    """Its name in log lines."""

    def __init__(self, log: Any, on_exit: Callable[[int | None], None] = lambda _code: None) -> None:
        self._log, self._on_exit = log, on_exit
        self._pid: int | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._pause = FIRST_PAUSE
        self.restarts = 0
        self.adopted = False
        """One of an earlier daemon was taken over."""

    @property
    def pid(self) -> int | None:
        """Its process id while it runs and is ready; None while it starts."""
        return self._pid

    @abstractmethod
    async def _spawn(self) -> None:
        """Start it, wait until it serves, set ``_pid``; raises OSError or DoesNotStart."""

    @abstractmethod
    def _prepare(self) -> None:
        """Before it is started again: write what it reads."""

    async def leave(self) -> int | None:
        """Stop watching and let it run: the next daemon adopts it. Returns its pid."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        pid, self._pid = self._pid, None
        if pid is None and self._child is not None and self._child.poll() is None:
            return self._child.pid  # it was just being started
        return pid

    async def stop(self) -> None:
        """End it, in steps, and with it what it carries."""
        pid = await self.leave()
        if pid is not None:
            await self._end(pid)
            self._reap(pid)
            self._log.info("stopped", what=self.what, pid=pid)

    async def kill(self) -> None:
        """At once and without a word, whatever state it is in."""
        pid = await self.leave()
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._reap(pid)

    async def restart(self, reason: str) -> None:
        """End it at once; the watch starts it again."""
        self._log.warning("restarting", what=self.what, reason=reason, pid=self._pid)
        if self._pid is not None:
            await self._end(self._pid)

    async def _watch(self) -> None:
        while True:
            began = time.monotonic()
            if self._pid is not None:
                await exit_of(self._pid)
                code = self._reap(self._pid)
                self._log.error("ended", what=self.what, pid=self._pid, code=code)
                self._pid = None
                self._on_exit(code)
            if time.monotonic() - began > STEADY_SECONDS:
                self._pause = FIRST_PAUSE
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 2, MOST_PAUSE)
            self.restarts += 1
            try:
                self._prepare()
                await self._spawn()
            except (DoesNotStart, OSError, subprocess.SubprocessError) as fault:
                self._log.error("does not start", what=self.what, fault=str(fault), next_try_seconds=self._pause)

    async def _mind_logs(self, folder: Path, names: Sequence[str]) -> None:
        while True:
            await asyncio.sleep(LOG_SECONDS)
            try:
                for path in asterisk_logs.keep_small(folder, names):
                    self._log.info("log rotated", what=self.what, file=path.name)
            except OSError as fault:  # a full disk: the next look may find room
                self._log.warning("logs not rotated", what=self.what, fault=str(fault))

    async def _end(self, pid: int) -> None:
        """SIGTERM, then SIGKILL."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            if await gone(pid, KILL_SECONDS):
                return

    def _reap(self, pid: int) -> int | None:
        """The exit status of our own child; None for an adopted one."""
        if self._child is not None and self._child.pid == pid:
            return self._child.wait()
        with suppress(ChildProcessError):  # adopted by a daemon that took the place of its own parent: still a child
            os.waitpid(pid, os.WNOHANG)
        return None

    def _keep(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        """A watch that fell over would else be silent: its program would never be started again."""
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._log.error("the watch over a program ended", what=self.what, exc_info=fault)


async def exit_of(pid: int) -> None:
    """Until process ``pid``, child or not, ends."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def gone(pid: int, patience: float) -> bool:
    """Whether it ends within ``patience`` seconds."""
    try:
        async with asyncio.timeout(patience):
            await exit_of(pid)
    except TimeoutError:
        return False
    return True

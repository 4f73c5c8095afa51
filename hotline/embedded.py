"""Runs the embedded Asterisk: starts or adopts it, watches it, starts it again when it dies.

Built and driven by ``hotline/app.py``. Asterisk lives in a session of its own, so that
a killed daemon leaves every call standing (decision D2); the next daemon finds it by
its own pid file, makes sure that it is ours (its command line names our configuration)
and that its AMI answers, and adopts it. Whether AMI stays alive afterwards is watched by
the link, which calls ``restart``.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path

import structlog

from config.language import say as _
from config.places import Places
from config.render.core import run_folder
from config.settings import Settings
from hotline import asterisk_files, asterisk_logs
from hotline.asterisk_found import Asterisk

log = structlog.get_logger("asterisk")

START_SECONDS = 40.0
GRACE_SECONDS = 10.0
KILL_SECONDS = 5.0
FIRST_PAUSE, MOST_PAUSE, STEADY_SECONDS = 0.5, 30.0, 60.0
LOG_SECONDS = 15.0
NEED_RESTART = frozenset({"asterisk.conf", "modules.conf", "rtp.conf", "http.conf"})
"""Files of which an adopted Asterisk does not take up a change by reloading."""
BANNER = b"Asterisk Call Manager"


class AsteriskError(RuntimeError):
    """It does not come up; the message says what its log says, and the cure where it is known."""


class EmbeddedAsterisk:
    """One Asterisk under ``places``. ``on_exit(returncode or None)`` is called whenever it ends unasked."""

    def __init__(
        self,
        settings: Settings,
        places: Places,
        secrets: Mapping[str, str],
        asterisk: Asterisk,
        *,
        on_exit: Callable[[int | None], None] = lambda _code: None,
    ) -> None:
        self._settings, self._secrets, self._asterisk = settings, secrets, asterisk
        self._places = Places(places.var.absolute())  # Asterisk does not run where we run
        self._on_exit = on_exit
        self._pid: int | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._pause = FIRST_PAUSE
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """Its process id while it runs and is ready; None while it starts."""
        return self._pid

    async def start(self) -> bool:
        """Up with AMI answering; True when one was running and was adopted. Raises AsteriskError."""
        running = self._running()
        changed = asterisk_files.write(self._settings, self._places, self._secrets, self._asterisk)
        adopted = running is not None and await self._ami_answers(5.0)
        if adopted and running is not None:
            self._pid = running
            log.info("adopted", pid=running)
            await self._take_up(changed)
        else:
            if running is not None:
                log.warning("running but deaf: its AMI does not answer", pid=running)
                await self._end(running)
            await self._spawn()
        self._keep(self._watch())
        self._keep(self._mind_logs())
        return adopted

    async def stop(self, grace: float = GRACE_SECONDS) -> None:
        """End it: no new calls, ``grace`` seconds for those in progress, then at once."""
        pid = await self.leave()
        if pid is None:
            return
        await self._cli("core stop gracefully")
        if not await _gone(pid, grace):
            await self._cli("core stop now")
            if not await _gone(pid, KILL_SECONDS):
                await self._end(pid)
        self._reap(pid)
        log.info("stopped", pid=pid)

    async def leave(self) -> int | None:
        """Stop watching and let it run: the next daemon adopts it. Returns its pid."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        pid, self._pid = self._pid, None
        if pid is None and self._child is not None and self._child.poll() is None:
            return self._child.pid  # it was just being started
        return pid

    async def restart(self, reason: str) -> None:
        """End it at once; the watch starts it again. For an Asterisk that runs but no longer answers."""
        log.warning("restarting", reason=reason, pid=self._pid)
        if self._pid is not None:
            await self._end(self._pid)

    # -- its life ---------------------------------------------------------------------

    async def _spawn(self) -> None:
        with suppress(FileNotFoundError):
            (run_folder(self._places) / "asterisk.ctl").unlink()
        self._child = child = self._launch()
        with suppress(OSError, ValueError):
            most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            resource.prlimit(child.pid, resource.RLIMIT_NOFILE, (most, most))
        began = time.monotonic()
        while not (child.poll() is not None or time.monotonic() - began > START_SECONDS):
            if (await self._cli("core waitfullybooted")).startswith("Asterisk has fully booted"):
                if await self._ami_answers(2.0):
                    self._pid = child.pid
                    log.info("started", pid=self._pid, seconds=round(time.monotonic() - began, 1))
                    return
                break  # a failed bind leaves AMI dead for good, while Asterisk says it is ready
            await asyncio.sleep(0.1)
        code = child.poll()
        if code is None:
            await self._end(child.pid)
            child.wait()
        raise AsteriskError(self._why(code))

    def _launch(self) -> subprocess.Popen[bytes]:
        command = self._asterisk.command("-C", str(self._conf), "-f")
        with open(self._places.asterisk_log / "console", "ab") as console:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True, cwd="/"
            )

    async def _watch(self) -> None:
        while True:
            began = time.monotonic()
            if self._pid is not None:
                await _exit_of(self._pid)
                code = self._reap(self._pid)
                log.error("ended", pid=self._pid, code=code)
                self._pid = None
                self._on_exit(code)
            if time.monotonic() - began > STEADY_SECONDS:
                self._pause = FIRST_PAUSE
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 2, MOST_PAUSE)
            self.restarts += 1
            try:
                asterisk_files.write(self._settings, self._places, self._secrets, self._asterisk)
                await self._spawn()
            except (AsteriskError, OSError) as fault:
                log.error("does not start", fault=str(fault), next_try_seconds=self._pause)

    async def _mind_logs(self) -> None:
        while True:
            await asyncio.sleep(LOG_SECONDS)
            for path in asterisk_logs.keep_small(self._places.asterisk_log):
                log.info("log rotated", file=path.name)

    async def _take_up(self, changed: set[str]) -> None:
        """An adopted Asterisk still runs by the configuration of its start."""
        if not changed:
            return
        if waiting := changed & NEED_RESTART:
            log.warning("changes wait for a restart of Asterisk", files=sorted(waiting))
        if changed - NEED_RESTART:
            log.info("reloading", files=sorted(changed))
            await self._cli("core reload")

    async def _end(self, pid: int) -> None:
        """SIGTERM, then SIGKILL."""
        for number, patience in ((signal.SIGTERM, KILL_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            if await _gone(pid, patience):
                return

    def _reap(self, pid: int) -> int | None:
        """The exit status of our own child; None for an adopted one."""
        return self._child.wait() if self._child is not None and self._child.pid == pid else None

    # -- looking at it ------------------------------------------------------------------

    @property
    def _conf(self) -> Path:
        return self._places.asterisk_etc / "asterisk.conf"

    def _running(self) -> int | None:
        """The process that runs by our configuration, by Asterisk's own pid file."""
        with suppress(OSError, ValueError):
            pid = int((run_folder(self._places) / "asterisk.pid").read_text())
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if str(self._conf).encode() in words and _alive(pid):
                return pid
        return None

    async def _ami_answers(self, patience: float) -> bool:
        try:
            async with asyncio.timeout(patience):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._settings.ports.ami)
                try:
                    return (await reader.readline()).startswith(BANNER)
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False

    async def _cli(self, words: str) -> str:
        command = self._asterisk.command("-C", str(self._conf), "-rx", words)
        process = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=START_SECONDS, check=False
        )
        return process.stdout

    def _why(self, code: int | None) -> str:
        """The last complaints of its log, and the cure when a port is taken."""
        lines: list[str] = []
        with suppress(OSError):
            text = (self._places.asterisk_log / "messages").read_text(encoding="utf-8", errors="replace")
            lines = [line for line in text.splitlines()[-200:] if "ERROR" in line or "Unable to bind" in line]
        how = _("it ended with status {code}", code=code) if code is not None else _("its AMI does not answer")
        fault = _("Asterisk does not come up: {how}", how=how)
        if any("bind" in line or "in use" in line for line in lines):
            fault += ". " + _("Cure: free the port, or choose others under [ports]")
        return "\n".join([fault, *lines[-5:]])

    def _keep(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _alive(pid: int) -> bool:
    """Running, and not a zombie that waits for its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


async def _exit_of(pid: int) -> None:
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


async def _gone(pid: int, patience: float) -> bool:
    try:
        async with asyncio.timeout(patience):
            await _exit_of(pid)
    except TimeoutError:
        return False
    return True

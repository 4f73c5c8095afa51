"""Runs the embedded Asterisk: starts or adopts it, watches it, starts it again when it dies.

Built and driven by ``hotline/app.py``. Asterisk lives in a session of its own, so that
a killed daemon leaves every call standing (decision D2); the next daemon finds it by
its own pid file, makes sure that it is ours (its command line names our configuration)
and that its AMI answers, and adopts it. Whether AMI stays alive afterwards is watched by
the link, which calls ``restart``.
"""

from __future__ import annotations

import asyncio
import re
import resource
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import structlog

from config.language import say as _
from config.places import Places
from config.render.core import run_folder
from config.settings import Settings
from cti.deaths import Deaths
from cti.ids import Instant
from hotline import asterisk_files, asterisk_logs
from hotline.asterisk_found import Asterisk
from hotline.outliving import DoesNotStart, Outliving, alive, gone

log = structlog.get_logger("asterisk")

START_SECONDS = 40.0
GRACE_SECONDS = 10.0
END_SECONDS = 12.0
"""Its own patience with what does not end is 10."""
LOOK_SECONDS = 0.1
SEEN_SECONDS = 1.0
NEED_RESTART = frozenset({"asterisk.conf", "modules.conf", "rtp.conf", "http.conf", "sorcery.conf"})
"""Files of which an adopted Asterisk does not take up a change by reloading."""
QUEUED = re.compile(r"^\S+ +\d+ +(\d+) +\d", re.MULTILINE)
"""In a row of ``core show taskprocessors``: how much waits to be done, for CEL too."""
BANNER = b"Asterisk Call Manager"


class AsteriskError(DoesNotStart):
    """Asterisk does not come up."""


class EmbeddedAsterisk(Outliving):
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
        super().__init__(log, self._ended)
        self._told = on_exit
        self._settings, self._secrets, self._asterisk = settings, secrets, asterisk
        self._places = Places(places.var.absolute())  # Asterisk does not run where we run
        self._deaths = Deaths(self._places.deaths)

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
        self._keep(self._mind_logs(self._places.asterisk_log, asterisk_logs.NAMES))
        self._keep(self._see())
        return adopted

    async def stop(self, grace: float = GRACE_SECONDS) -> None:
        """End it: no new calls, ``grace`` seconds for those in progress, then at once.

        "Stop now" as soon as nobody talks: its own graceful end then unloads all modules, and waits
        10 s for each OPTIONS that nobody answered yet (a trunk that is down, a page that was closed).
        """
        pid = await self.leave()
        if pid is None:
            return
        if grace and not await self._idle():
            await self._cli("core stop gracefully")
            with suppress(TimeoutError):
                async with asyncio.timeout(grace):
                    while alive(pid) and not await self._idle():  # noqa: ASYNC110 - nobody tells
                        await asyncio.sleep(LOOK_SECONDS)
        await self._cli("core stop now")
        if not await gone(pid, END_SECONDS):
            await self._end(pid)
        self._reap(pid)
        log.info("stopped", pid=pid)

    # -- its life ---------------------------------------------------------------------

    def _ended(self, code: int | None) -> None:
        self._places.seen.touch()
        self._told(code)

    async def _see(self) -> None:
        """Leave behind when it was alive: a machine that loses its power tells nobody."""
        while True:
            if self._pid is not None:
                self._places.seen.touch()
            await asyncio.sleep(SEEN_SECONDS)

    def _note_death(self) -> None:
        """The life before the one that begins now was over when it was seen last."""
        with suppress(FileNotFoundError):
            self._deaths.note(Instant(self._places.seen.stat().st_mtime))

    def _prepare(self) -> None:
        asterisk_files.write(self._settings, self._places, self._secrets, self._asterisk)

    async def _spawn(self) -> None:
        self._note_death()
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

    async def _take_up(self, changed: set[str]) -> None:
        """An adopted Asterisk still runs by the configuration of its start."""
        if not changed:
            return
        if waiting := changed & NEED_RESTART:
            log.warning("changes wait for a restart of Asterisk", files=sorted(waiting))
        if changed - NEED_RESTART:
            log.info("reloading", files=sorted(changed))
            await self._cli("core reload")

    # -- looking at it ------------------------------------------------------------------

    @property
    def _conf(self) -> Path:
        return self._places.asterisk_etc / "asterisk.conf"

    def _running(self) -> int | None:
        """The process that runs by our configuration, by Asterisk's own pid file."""
        with suppress(OSError, ValueError):
            pid = int((run_folder(self._places) / "asterisk.pid").read_text())
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if str(self._conf).encode() in words and alive(pid):
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

    async def _idle(self) -> bool:
        """No call, and nothing left to be written about one."""
        if not (await self._cli("core show channels count")).startswith("0 active channels"):
            return False
        return not any(int(waiting) for waiting in QUEUED.findall(await self._cli("core show taskprocessors")))

    async def _cli(self, words: str) -> str:
        command = self._asterisk.command("-C", str(self._conf), "-rx", words)
        try:
            process = await asyncio.to_thread(
                subprocess.run, command, capture_output=True, text=True, timeout=START_SECONDS, check=False
            )
        except (subprocess.SubprocessError, OSError) as fault:  # it hangs, or there is no room for a process
            log.warning("no answer", words=words, fault=str(fault))
            return ""
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

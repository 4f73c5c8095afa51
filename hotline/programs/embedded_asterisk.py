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
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import structlog

from config.file_places import Places
from config.language import say as _
from config.render.base_conf_files import run_folder, sip_log
from config.render.dialplan import ENDING
from config.settings import Settings
from cti.asterisk_deaths import AsteriskDeaths
from cti.ids import Instant
from hotline.programs import asterisk_files, asterisk_logs, port_owners, process_table
from hotline.programs.asterisk_console import AsteriskConsole
from hotline.programs.asterisk_found import Asterisk
from hotline.programs.child_program import ChildProgram, DoesNotStart, gone
from hotline.programs.process_table import alive

log = structlog.get_logger("asterisk")

START_SECONDS = 40.0
GRACE_SECONDS = 10.0
WRITTEN_SECONDS = 1.5
"""After the last call was cut: so long its rows may take to be on disk."""
END_SECONDS = 2.0
"""Its own patience with what does not end is 10; nothing is lost by not sharing it, all is written by then."""
HASTE_SECONDS = 2.0
"""What is asked while it ends need not be answered."""
LOOK_SECONDS = 0.2
SEEN_SECONDS = 1.0
NEED_RESTART = frozenset({"asterisk.conf", "modules.conf", "rtp.conf", "http.conf", "sorcery.conf"})
"""Files of which an adopted Asterisk does not take up a change by reloading."""
QUEUED = re.compile(r"^\S+ +\d+ +(\d+) +\d", re.MULTILINE)
"""In a row of ``core show taskprocessors``: how much waits to be done, for CEL too."""
BANNER = b"Asterisk Call Manager"
NO_CALLS, CALLS = "0 active channels", ("active channel", "active channels")


class AsteriskError(DoesNotStart):
    """Asterisk does not come up."""


class EmbeddedAsterisk(ChildProgram):
    """One Asterisk under ``places``. ``on_exit(returncode or None)`` is called whenever it ends unasked."""

    what = "asterisk"

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
        self._deaths = AsteriskDeaths(self._places.deaths)
        self._console = AsteriskConsole(asterisk, self._conf)
        self.last_alive: float | None = None
        """When the Asterisk of before was seen last, if it ran no more at our start."""

    def find(self) -> None:
        """Take what an earlier daemon left running as ours, only to end it."""
        self._pid = self._running()

    async def start(self) -> bool:
        """Up with AMI answering; True when one was running and was adopted. Raises AsteriskError."""
        running = self._running()
        had = asterisk_files.modules(self._places)
        changed = asterisk_files.write(self._settings, self._places, self._secrets, self._asterisk)
        adopted = running is not None and await self.ami_answers(5.0)
        if adopted and running is not None:
            self._pid, self.adopted = running, True
            log.info("adopted", what="asterisk", pid=running)
            await self._door(ending=False)  # a daemon that was killed while it ended left it shut
            await self._take_up(changed, had)
        else:
            if running is not None:
                log.warning("running but deaf: its AMI does not answer", pid=running)
                await self._end(running)
            else:
                with suppress(FileNotFoundError):
                    self.last_alive = self._places.seen.stat().st_mtime
            await self._spawn()
        self._keep(self._watch())
        self._keep(self._mind_logs(self._places.asterisk_log, asterisk_logs.NAMES))
        self._keep(self._see())
        return adopted

    async def drain(self, grace: float) -> None:
        """No new calls from now on; return when there are none any more, or after ``grace`` seconds.

        The door is the dialplan's (``ending`` in ``config/render/dialplan.py``). Asterisk's own "stop gracefully"
        refuses every new channel, the seat's too: whoever waits could not be answered any more.
        """
        if self._pid is None:
            return
        began = time.monotonic()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._door(ending=True)
                while alive(self._pid or 0) and not await self._idle():  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(LOOK_SECONDS)
        log.info("no new calls", waited=round(time.monotonic() - began, 1))

    async def stop(self, grace: float = GRACE_SECONDS, cut: Callable[[], Awaitable[object]] | None = None) -> None:
        """End it: no new calls, ``grace`` seconds for those in progress, then at once. The first time only.

        ``cut`` hangs up what is left (without it Asterisk's own command line does). "Stop now" as soon as nobody
        talks: a graceful end unloads all modules, and waits 10 s for each OPTIONS that nobody answered yet (a trunk
        that is down, a page that was closed).
        """
        if grace:
            await self.drain(grace)
        if self._pid is not None and not await self._idle():
            await (cut() if cut is not None else self._console.ask("channel request hangup all", HASTE_SECONDS))
            with suppress(TimeoutError):
                async with asyncio.timeout(WRITTEN_SECONDS):
                    while not await self._idle():  # noqa: ASYNC110 - nobody tells
                        await asyncio.sleep(LOOK_SECONDS)
        pid = await self.leave()
        if pid is None:
            return
        await self._console.ask("core stop now", HASTE_SECONDS)
        if not await gone(pid, END_SECONDS):
            await self._end(pid)
        self._reap(pid)
        log.info("stopped", what="asterisk", pid=pid)

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
            if await self._console.says("core waitfullybooted", "Asterisk has fully booted"):
                ami = await self.ami_answers(2.0)
                if ami and not (missing := self.unbound(child.pid)):
                    self._pid = child.pid
                    log.info("started", what="asterisk", pid=self._pid, seconds=round(time.monotonic() - began, 1))
                    return
                # a failed bind leaves a door dead for good, while Asterisk says it is ready
                await self._end(child.pid)
                child.wait()
                raise AsteriskError(self._why(None, missing if ami else ("ports.ami",)))
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

    async def _take_up(self, changed: set[str], had: list[str]) -> None:
        """An adopted Asterisk still runs by the configuration of its start. ``had``: the modules it was started with.

        A module that is new is loaded before the reload: the new dialplan may need it. What is none any more stays until
        a restart.
        """
        if not changed:
            return
        for module in asterisk_files.modules(self._places) if had else ():
            if module not in had:
                log.info("loading", module=module)
                await self._console.ask(f"module load {module}")
        if waiting := changed & NEED_RESTART:
            log.warning("changes wait for a restart of Asterisk", files=sorted(waiting))
        if changed - NEED_RESTART:
            log.info("reloading", files=sorted(changed))
            await self._console.ask("core reload")
        if "cli.conf" in changed:
            for command in sip_log(self._settings):
                await self._console.ask(command)

    async def _door(self, *, ending: bool) -> None:
        await self._console.ask(f"dialplan set global {ENDING} {int(ending)}", HASTE_SECONDS)

    # -- looking at it ------------------------------------------------------------------

    @property
    def _conf(self) -> Path:
        return self._places.asterisk_etc / "asterisk.conf"

    def _running(self) -> int | None:
        """The process that runs by our configuration, by Asterisk's own pid file."""
        with suppress(OSError, ValueError):
            pid = int((run_folder(self._places) / "asterisk.pid").read_text())
            if str(self._conf) in process_table.words(pid) and alive(pid):
                return pid
        return None

    async def ami_answers(self, patience: float) -> bool:
        try:
            async with asyncio.timeout(patience):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._settings.ports.ami)
                try:
                    return (await reader.readline()).startswith(BANNER)
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False

    async def calls_stand(self) -> bool:
        """Whether somebody may be talking; what cannot be asked any more carries no calls."""
        lines = await self._console.ask("core show channels count", HASTE_SECONDS)
        return any(line.endswith(CALLS) and not line.startswith(NO_CALLS) for line in lines)

    async def _idle(self) -> bool:
        """No call, and nothing left to be written about one."""
        if not await self._console.says("core show channels count", NO_CALLS, HASTE_SECONDS):
            return False
        waiting = QUEUED.findall("\n".join(await self._console.ask("core show taskprocessors", HASTE_SECONDS)))
        return not any(map(int, waiting))

    def unbound(self, pid: int | None = None) -> tuple[str, ...]:
        """The fields of ``hotline.toml`` whose sockets the running Asterisk does not hold: nobody reaches it there."""
        pid = pid or self._pid
        if pid is None:
            return ()
        wanted = asterisk_files.sockets(self._settings)
        held = port_owners.held_by(pid, {port for _, _, port, _ in wanted})
        return tuple(name for name, host, port, kind in wanted if (kind, ip_address(host), port) not in held)

    def _why(self, code: int | None, missing: tuple[str, ...] = ()) -> str:
        """The last complaints of its log, and the cure when a port is taken (``missing``: the fields of what is)."""
        lines: list[str] = []
        with suppress(OSError):
            text = (self._places.asterisk_log / "messages").read_text(encoding="utf-8", errors="replace")
            lines = [line for line in text.splitlines()[-200:] if "ERROR" in line or "Unable to bind" in line]
        if code is not None:
            how = _("it ended with status {code}", code=code)
        elif missing:
            how = _("it could not open what {fields} say", fields=", ".join(missing))
        else:
            how = _("it was not ready within {seconds:g} s", seconds=START_SECONDS)
        fault = _("Asterisk does not come up: {how}", how=how)
        if missing or any("bind" in line or "in use" in line for line in lines):
            fault += ". " + _("Cure: free the port, or choose others under [ports]")
        return "\n".join([fault, *lines[-5:]])

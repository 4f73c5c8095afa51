"""Runs the edge: our own nginx (decision D10), started or adopted, reloaded, started again when it dies.

Built and driven by ``hotline/app.py``. Like Asterisk it lives in a session of its own: a
killed daemon cuts no browser's telephone, and the next daemon finds it by its pid file
and its command line. A changed configuration or certificate is taken up by a reload, which
leaves open sockets alone; one that nginx refuses is never taken up.
"""

from __future__ import annotations

import asyncio
import html
import os
import pwd
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog

from config.file_places import Places
from config.language import say as _
from config.render import edge
from config.settings import Settings
from hotline.programs import certificate, process_table
from hotline.programs.child_program import KILL_SECONDS, ChildProgram, DoesNotStart, gone
from hotline.programs.process_table import alive
from hotline.programs.write_if_changed import write_changed

log = structlog.get_logger("edge")

PAGES = Path(__file__).resolve().parents[2] / "web" / "dist"
CONF = "nginx.conf"
START_SECONDS = 10.0
CERTIFICATE_SECONDS = 3600.0
MOST_FILES = 16384


class EdgeError(DoesNotStart):
    """nginx does not come up, or refuses its configuration."""


def program() -> Path | None:
    """nginx, wherever it is: an ordinary user's PATH has no sbin."""
    given = os.environ.get("HOTLINE_NGINX")
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    found = given or shutil.which("nginx", path=places)
    return Path(found) if found else None


def built(pages: Path = PAGES) -> bool:
    return (pages / "index.html").is_file()


class EmbeddedEdge(ChildProgram):
    """One nginx under ``places``."""

    what = "nginx"

    def __init__(
        self,
        settings: Settings,
        places: Places,
        nginx: Path,
        *,
        pages: Path = PAGES,
        on_exit: Callable[[int | None], None] = lambda _code: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(log, on_exit)
        self._settings, self._nginx, self._pages, self._now = settings, nginx, pages, now
        self._places = Places(places.var.absolute())
        self._home = self._places.edge
        self._conf = self._home / CONF
        self._files = edge.files(settings, self._home, pages)
        self._masters: set[int] = set()
        """All there were: the workers of one that was killed may still carry sockets."""

    def find(self) -> None:
        """Take what an earlier daemon left running as ours, only to end it."""
        self._pid = self._running()
        if self._pid is not None:
            self._masters.add(self._pid)

    async def start(self) -> bool:
        """Up and listening; True when one was running and was adopted. Raises EdgeError."""
        if not built(self._pages):
            log.warning("the pages are not built: browsers are told so", cure="make web", place=str(self._pages))
        running = self._running()
        changed = self._write()
        if running is None:
            await self._spawn()
        else:
            self._pid, self.adopted = running, True
            self._masters.add(running)
            log.info("adopted", what="nginx", pid=running)
            if changed:
                await self._reload()
        self._keep(self._watch())
        self._keep(self._mind_logs(self._home, (edge.ACCESS_LOG, edge.ERROR_LOG)))
        self._keep(self._mind_certificate())
        return running is not None

    async def stop(self) -> None:
        """End it, and with it every browser's sockets."""
        await super().stop()
        left = [worker for master in self._masters for worker in _workers(master)]
        _tell(left, signal.SIGTERM)
        await asyncio.gather(*(gone(worker, KILL_SECONDS) for worker in left))

    async def kill(self) -> None:
        """A killed master tells its workers nothing: they would serve on, with the port, and nobody would find them by a name."""
        await super().kill()
        _tell([pid for master in self._masters for pid in process_table.of_group(master)], signal.SIGKILL)

    # -- its life ---------------------------------------------------------------------

    def _prepare(self) -> None:
        self._write()

    async def _spawn(self) -> None:
        await self._test()
        if (before := self._told_pid()) is not None and not alive(before):
            # a killed master leaves its workers: they keep their sockets, and are to let go of the port
            self._masters.add(before)
            _tell(_workers(before), signal.SIGQUIT)
        self._pid_file.unlink(missing_ok=True)
        self._child = child = self._launch()
        self._masters.add(child.pid)
        limit = time.monotonic() + START_SECONDS
        while child.poll() is None and time.monotonic() < limit:
            if self._told_pid() == child.pid:  # written once it listens
                self._pid = child.pid
                log.info("started", what="nginx", pid=self._pid, port=self._settings.edge.port)
                return
            await asyncio.sleep(0.02)
        if child.poll() is None:
            await self._end(child.pid)
        raise EdgeError(self._why(child.wait()))

    def _launch(self) -> subprocess.Popen[bytes]:
        with open(self._home / edge.ERROR_LOG, "ab") as said:
            return subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True, cwd="/"
            )

    async def _reload(self) -> None:
        """By what stands on disk now; sockets stay open with the workers they have."""
        try:
            await self._test()
        except EdgeError as fault:
            log.error("goes on by its old configuration", fault=str(fault))
            return
        if self._pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGHUP)
            log.info("reloaded", pid=self._pid)

    async def _test(self) -> None:
        try:
            done = await asyncio.to_thread(
                subprocess.run,
                self._command("-t", "-q"),
                capture_output=True,
                text=True,
                timeout=START_SECONDS,
                check=False,
            )
        except subprocess.SubprocessError as fault:
            raise EdgeError(_("nginx refuses its configuration: {fault}", fault=fault)) from fault
        if done.returncode != 0:
            raise EdgeError(_("nginx refuses its configuration: {fault}", fault=done.stderr.strip()))

    async def _end(self, pid: int) -> None:
        await super()._end(pid)
        _tell(process_table.of_group(pid), signal.SIGKILL)  # of a master that had to be killed

    async def _mind_certificate(self) -> None:
        """Our own is made anew in time; the operator's may be made anew by others."""
        known = self._certificate_mark()
        while True:
            await asyncio.sleep(CERTIFICATE_SECONDS)
            try:
                self._own_certificate()
                mark = self._certificate_mark()
            except OSError as fault:
                log.error("certificate not looked at", fault=str(fault))
                continue
            if mark != known:
                known = mark
                log.info("certificate renewed")
                await self._reload()

    # -- what it reads -------------------------------------------------------------------

    def _write(self) -> bool:
        """Everything nginx needs; whether a running one must read it again."""
        self._places.make()
        (self._home / "tmp").mkdir(mode=0o700, exist_ok=True)
        renewed = self._own_certificate()
        self._files.unbuilt.write_text(unbuilt(), encoding="utf-8")
        text = edge.whole(self._settings, self._places, self._pages, _machine())
        return write_changed(self._conf, text.encode(), 0o600) or renewed

    def _own_certificate(self) -> bool:
        if self._settings.edge.certificate is not None:
            return False
        return certificate.keep(self._files.certificate, self._files.key, self._settings.edge.names, self._now())

    def _certificate_mark(self) -> tuple[float, ...]:
        """When its files were last written."""
        marks = []
        for path in (self._files.certificate, self._files.key):
            with suppress(OSError):
                marks.append(path.stat().st_mtime)
        return tuple(marks)

    # -- looking at it -------------------------------------------------------------------

    @property
    def _pid_file(self) -> Path:
        return self._home / edge.PID

    def _command(self, *words: str) -> list[str]:
        home = f"{self._home}/"
        return [str(self._nginx), "-p", home, "-e", str(self._home / edge.ERROR_LOG), "-c", str(self._conf), *words]

    def _told_pid(self) -> int | None:
        with suppress(OSError, ValueError):
            return int(self._pid_file.read_text())
        return None

    def _running(self) -> int | None:
        """The master that runs by our configuration: nginx writes its command line into one word."""
        pid = self._told_pid()
        return pid if pid and alive(pid) and str(self._conf) in process_table.title(pid) else None

    def _why(self, code: int | None) -> str:
        lines: list[str] = []
        with suppress(OSError):
            text = (self._home / edge.ERROR_LOG).read_text(encoding="utf-8", errors="replace")
            lines = list(dict.fromkeys(line for line in text.splitlines()[-30:] if "[emerg]" in line))[-3:]
        fault = _("nginx does not come up: it ended with status {code}", code=code)
        if any("in use" in line or "bind()" in line for line in lines):
            fault += ". " + _("Cure: free the port, or choose another edge.port")
        return "\n".join([fault, *lines])


def _workers(master: int) -> list[int]:
    """nginx's workers in the process group of this master, dead or alive."""
    return [pid for pid in process_table.of_group(master) if process_table.title(pid).startswith("nginx: worker")]


def _tell(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _machine() -> edge.Machine:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    files = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    return edge.Machine(pwd.getpwuid(0).pw_name if os.getuid() == 0 else "", files)


def unbuilt() -> str:
    said = html.escape(_("The pages are not built yet. On the hotline's machine: make web"))
    return f'<!doctype html><meta charset="utf-8"><title>12319</title><h1>12319</h1><p>{said}</p>\n'

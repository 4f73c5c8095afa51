"""Runs the case store that comes with us, a program of its own (``casestore/``): starts or adopts it, watches, ends it.

Built and driven by ``hotline/app.py``. Like Asterisk and nginx it lives in a session of its own and outlives the daemon.
One that an earlier daemon left is found by its lock file and its command line, and adopted when it was told the same
and is of the same version; else it is ended first. Nobody waits for it: while it is away, tickets wait in the outbox.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from accounts.cookie import origins_of
from bridge import case_store_choice
from casestore import migrate
from casestore.conf import Conf, Work
from casestore.georeport_accounts import GeoReportConf, IntegratorConf
from config.file_places import Places
from config.language import say as _
from config.secrets import CASESTORE, CASESTORE_PHOTOS, Secrets, georeport, value
from config.settings import Settings
from hotline.programs import process_table
from hotline.programs.child_program import KILL_SECONDS, ChildProgram, DoesNotStart
from hotline.programs.process_table import alive
from hotline.verbs.check_result import Checked, Finding, State

log = structlog.get_logger("casestore")

START_SECONDS = 60.0
"""Python alone takes seconds on a machine at its limit."""
LOOK_SECONDS, ASK_SECONDS = 10.0, 3.0
DEAF_LOOKS = 4
"""So many questions in a row without an answer: it is ended and started again."""
LOG = "casestore.log"


def url_of(settings: Settings, places: Places) -> str:
    """The synchronous SQLAlchemy url of ``[casestore] url``; ``sqlite`` means VAR/casestore.db."""
    if settings.casestore.url == "sqlite":
        return f"sqlite:///{places.casestore.absolute()}"
    return settings.casestore.url


def _work(settings: Settings) -> Work:
    cases, calendar = settings.cases, settings.calendar
    return Work(
        hours=cases.work_hours, day_hours=cases.work_day_hours, day=cases.work_day,
        holidays=tuple(calendar.holidays), workdays=tuple(calendar.workdays),
    )  # fmt: skip


class CaseStoreProgram(ChildProgram):
    """One case store under ``places``."""

    what = "case store"

    def __init__(self, settings: Settings, places: Places, secret: str) -> None:
        super().__init__(log)
        self._places = here = Places(places.var.absolute())
        self._told = Conf(
            port=settings.ports.casestore, url=url_of(settings, here), timezone=settings.centre.timezone,
            language=settings.centre.language, secret=here.secrets / CASESTORE,
            photos=here.secrets / CASESTORE_PHOTOS, lock=here.casestore_lock,
            origins=tuple(sorted(origins_of(settings.edge))),
            work=_work(settings), access=settings.access,
            georeport=_georeport(settings, here),
        )  # fmt: skip
        self._asking = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self._told.port}", timeout=ASK_SECONDS, trust_env=False, verify=False,  # noqa: S501 - plain HTTP on loopback
            headers={"Authorization": f"Bearer {secret}"},
        )  # fmt: skip
        self._away = ""

    @property
    def away(self) -> str:
        """Why it takes nothing now; '' when it does."""
        return _("the case store does not run") if self._pid is None else self._away

    async def start(self) -> bool:
        """Begun; True when one was running and was adopted. Whether it answers, ``away`` says later."""
        self.adopted = await self.find()
        self._keep(self._live())
        self._keep(self._mind_logs(self._places.logs, (LOG,)))
        return self.adopted

    async def leave(self) -> int | None:
        pid = await super().leave()
        await self._asking.aclose()
        return pid

    async def find(self) -> bool:
        """Whether one of an earlier daemon runs, which is ours from now on."""
        pid = running(self._places)
        if pid is None:
            return False
        told = await self._health()
        if told is None or told.get("pid") != pid or told.get("told") != self._told.fingerprint:
            log.info("ended: it is deaf, or was told otherwise", what="case store", pid=pid)
            await self._end(pid)
            return False
        self._pid, self._away = pid, str(told.get("away", ""))
        log.info("adopted", what="case store", pid=pid)
        return True

    async def settled(self, seconds: float) -> None:
        """Until it takes messages, at most so long."""
        limit = time.monotonic() + seconds
        while self.away and time.monotonic() < limit:
            if self._pid is not None:
                await self._look()
            await asyncio.sleep(0.05)

    # -- its life ---------------------------------------------------------------------------

    async def _live(self) -> None:
        if self._pid is None:
            try:
                self._prepare()
                await self._spawn()
            except (DoesNotStart, OSError) as fault:
                log.error("does not start", fault=str(fault))
        async with asyncio.TaskGroup() as both:
            both.create_task(self._watch())
            both.create_task(self._listen())

    async def _listen(self) -> None:
        """A program that runs and answers nothing is as good as none."""
        deaf = 0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                deaf = 0 if self._pid is None or await self._look() else deaf + 1
                if deaf >= DEAF_LOOKS:
                    deaf = 0
                    await self.restart("it does not answer")
            except Exception:  # loop top: whatever this look stumbled over, the next one is made
                log.exception("could not be looked after")

    async def _look(self) -> bool:
        told = await self._health()
        if told is None:
            self._away = _("the case store does not answer")
            return False
        self._away = str(told.get("away", ""))
        return True

    def _prepare(self) -> None:
        self._told.write(self._places.casestore_conf)

    async def _spawn(self) -> None:
        self._child = child = self._launch()
        limit = time.monotonic() + START_SECONDS
        while child.poll() is None and time.monotonic() < limit:
            told = await self._health()
            if told is not None and told.get("pid") == child.pid:
                self._pid, self._away = child.pid, str(told.get("away", ""))
                log.info("started", what="case store", pid=child.pid, port=self._told.port)
                return
            await asyncio.sleep(0.05)
        if alive(child.pid):
            await self._end(child.pid)
        code = child.wait()
        cure = _("Cure: end it, or choose another {field}", field="ports.casestore")
        said = _("the case store does not come up on port {port} (status {code}, {log})",
                 port=self._told.port, code=code, log=self._places.logs / LOG)  # fmt: skip
        raise DoesNotStart(f"{said}. {cure}")

    def _launch(self) -> subprocess.Popen[bytes]:
        home = Path(__file__).resolve().parents[1]
        with open(self._places.logs / LOG, "ab") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "casestore", str(self._places.casestore_conf)],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True, cwd=home,
            )  # fmt: skip

    async def _health(self) -> dict[str, Any] | None:
        try:
            told = (await self._asking.get("/health")).raise_for_status().json()
        except (httpx.HTTPError, json.JSONDecodeError):
            return None
        return told if isinstance(told, dict) else None


def _georeport(settings: Settings, places: Places) -> GeoReportConf | None:
    served = settings.casestore.georeport
    if not served.integrator:
        return None
    integrators = tuple(
        IntegratorConf(name=one.name, rights=one.rights, key=places.secrets / georeport(one.name))
        for one in served.integrator
    )
    return GeoReportConf(
        base=_origin(settings), jurisdiction=served.jurisdiction, public=served.public,
        services=places.georeport_services, integrators=integrators,
    )  # fmt: skip


def _origin(settings: Settings) -> str:
    edge = settings.edge
    return f"https://{edge.names[0]}" + ("" if edge.port == 443 else f":{edge.port}")


def program_of(settings: Settings, places: Places) -> CaseStoreProgram | None:
    """None before the first start, when there is no secret yet, and where the city has a store of its own."""
    secret = places.secrets / CASESTORE
    return CaseStoreProgram(settings, places, value(secret)) if settings.casestore.ours and secret.exists() else None


def running(places: Places) -> int | None:
    """The case store that runs for this VAR, whoever started it."""
    conf = str(places.casestore_conf.absolute())
    with suppress(OSError, ValueError):
        pid = int(places.casestore_lock.read_text(encoding="ascii"))
        if alive(pid) and conf in process_table.words(pid):
            return pid
    return None


def end(places: Places) -> None:
    """End one that runs while no daemon does; done when it returns. Raises TimeoutError."""
    pid = running(places)
    if pid is None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        limit = time.monotonic() + KILL_SECONDS
        while alive(pid) and time.monotonic() < limit:
            time.sleep(0.02)
        if not alive(pid):
            return
    raise TimeoutError(_("the case store ({pid}) does not end", pid=pid))


def look(settings: Settings, places: Places) -> Checked:
    """For ``hotline check``."""
    if settings.casestore.driver == "embedded":
        message = _('casestore.driver = "embedded" means "native" now: the case store is a program of its own')
        yield Finding("casestore", State.WARN, message, _('Cure: write driver = "native"'))
    secrets = Secrets(places.secrets)
    wrong = [*case_store_choice.faults(settings, secrets), *case_store_choice.sql_faults(settings, secrets)]
    for fault in wrong:
        state = State.WARN if fault.starts else State.FAIL
        yield Finding("casestore", state, f"{fault.field}: {fault.message}", fault.cure)
    if not settings.casestore.ours:
        if not wrong:
            name = case_store_choice.shown(settings)
            yield Finding("casestore", State.OK, _("the city's own, by {driver}", driver=name))
        return
    url = url_of(settings, places)
    lite = url.startswith("sqlite")
    shown = str(places.casestore) if lite else url.rpartition("@")[2]
    if lite and not places.casestore.exists():
        yield Finding("casestore", State.OK, _("{path} will be made at the first start", path=shown))
        return
    try:
        now = migrate.current(url)
    except (SQLAlchemyError, OSError) as fault:
        cure = _("Cure: start its database or restore it, or correct casestore.url")
        why = str(getattr(fault, "orig", None) or fault).splitlines()[0]
        yield Finding("casestore", State.FAIL, f"{shown}: {why}", cure)
        return
    if migrate.standing_of(now) is migrate.Standing.NEWER:
        yield Finding("casestore", State.FAIL, f"{shown}: {migrate.too_new(str(now))}")
    else:
        yield Finding("casestore", State.OK, _("{name}, revision {now}", name=shown, now=now or "-"))

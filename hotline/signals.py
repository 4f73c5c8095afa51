"""A daemon from its first to its last moment: what it is told by signals, what it tells whoever started it.

Made by ``run.py`` on the running loop. SIGTERM, SIGINT: an orderly end, always within its time, also while it starts;
told twice is told once. SIGUSR1: an end that leaves Asterisk and nginx running, with every call. SIGHUP: the settings
read again, which is such an end too, and the program anew in the same process (``reload.py``).
"""

from __future__ import annotations

import asyncio
import faulthandler
import signal
import sys
import time
import traceback
from enum import IntEnum
from pathlib import Path

import structlog

from config.language import say as _

from . import reload
from .app import Hotline
from .programs import folder_lock, systemd_notify

log = structlog.get_logger("hotline")

OK, CANNOT_START = 0, 3
READY = "ready"
"""The one word on stdout, whatever the language: programs wait for it."""
BEYOND_GRACE_SECONDS = 4.0
"""What the end may take beside the time that calls are given."""
LAST_RESORT_SECONDS = 1.0
"""After that: when not even the loop runs any more, the process is ended from another thread."""


class Order(IntEnum):
    RELOAD = 1
    LEAVE = 2
    """End, but leave Asterisk and nginx."""
    END = 3


SIGNALS = {
    signal.SIGHUP: Order.RELOAD, signal.SIGUSR1: Order.LEAVE, signal.SIGTERM: Order.END, signal.SIGINT: Order.END,
}  # fmt: skip


class Life:
    """``await lead()`` once; ``anew`` afterwards: the program is to be started again in this process."""

    def __init__(self, hotline: Hotline, config: Path) -> None:
        self._hotline, self._config, self._places = hotline, config, hotline.places
        self._order: Order | None = None
        self._ordered = asyncio.Event()
        self._starting: asyncio.Task[None] | None = None
        self.anew = False

    async def lead(self) -> int:
        """Until it has ended; the exit status."""
        loop = asyncio.get_running_loop()
        for number, order in SIGNALS.items():
            loop.add_signal_handler(number, self._told, order)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # the program before us held them back for us
        try:
            if not await self._begin():
                return CANNOT_START if self._order is None else OK
            await self._serve()
            return OK
        finally:
            await self._end()

    def _told(self, order: Order) -> None:
        """The strongest order counts; the same one again changes nothing."""
        if order > (self._order or 0):
            self._order = order
            self._ordered.set()

    # -- start, service, end -----------------------------------------------------------------

    async def _begin(self) -> bool:
        """Whether it serves now; else it said why, or was told to end before."""
        self._starting = starting = asyncio.create_task(self._hotline.start(), name="start")
        ordered = asyncio.create_task(self._until(Order.LEAVE))
        await asyncio.wait({starting, ordered}, return_when=asyncio.FIRST_COMPLETED)
        ordered.cancel()
        if not starting.done():
            starting.cancel()
            return False
        try:
            starting.result()
        except Exception as fault:  # noqa: BLE001 - top of the program: nothing above can say it
            self._order = None
            self._cannot(fault)
            return False
        away = self._hotline.away()
        folder_lock.say_state(self._places, "ready")
        reload.finish(self._places, away)
        print(READY, flush=True)
        if away:
            print("\n".join([_("callers are served; away now:"), *(f"  {one}" for one in away)]), file=sys.stderr)
        systemd_notify.notify("READY=1", f"STATUS={'; '.join(away) or 'ready'}")
        return True

    async def _until(self, least: Order) -> None:
        while (self._order or 0) < least:
            self._ordered.clear()
            await self._ordered.wait()

    async def _serve(self) -> None:
        while True:
            await self._until(Order.RELOAD)
            if self._order is not Order.RELOAD:
                return
            self._order = None
            if await self._may_reload():
                self.anew = self._order is None  # told to end meanwhile: then it ends
                self._order = self._order or Order.LEAVE
                return

    async def _may_reload(self) -> bool:
        outcome = await asyncio.to_thread(reload.judge, self._hotline.settings, self._config, self._places, time.time())
        reload.keep(self._places, outcome)
        if outcome.state == "refused":
            log.error("settings not taken over", problems=outcome.problems)
            return False
        log.info("settings read again", changed=outcome.changed, waits=outcome.waits)
        systemd_notify.reloading()
        return True

    async def _end(self) -> None:
        grace = self._hotline.settings.limits.end_grace_seconds if self._order is Order.END else 0
        limit = grace + BEYOND_GRACE_SECONDS
        faulthandler.dump_traceback_later(limit + LAST_RESORT_SECONDS, exit=True)
        if not self.anew:
            systemd_notify.notify("STOPPING=1")
        self._say_ending()
        ending = asyncio.create_task(self._stop(), name="end")
        await asyncio.wait({ending}, timeout=limit)
        if not ending.done():
            log.error("the end took too long", seconds=limit)
            self.anew = False
            await self._hotline.kill()
        elif ending.exception() is not None:
            log.error("the end was not whole", exc_info=ending.exception())

    async def _stop(self) -> None:
        if self._starting is not None:
            await asyncio.wait({self._starting})  # cut off before: what it was doing is undone by whoever did it
        await self._hotline.stop(leave=self._order is Order.LEAVE, told=self._order is Order.END)

    def _say_ending(self) -> None:
        try:
            folder_lock.say_state(self._places, "ending")
        except OSError as fault:  # never begun, or no disk: the end goes on
            log.debug("state not written", fault=str(fault))

    # -- a start that failed -------------------------------------------------------------------

    def _cannot(self, fault: Exception) -> None:
        """One sentence for a person; what only a developer reads goes to a file that it names."""
        said = str(fault).strip()
        if not isinstance(fault, RuntimeError | OSError) or not said:
            said = f"{type(fault).__name__}: {said}" + self._trace(fault)
        print(_("cannot start: {fault}", fault=said), file=sys.stderr, flush=True)
        systemd_notify.notify(f"STATUS={said.splitlines()[0]}")

    def _trace(self, fault: Exception) -> str:
        file = self._places.logs / "cannot-start.txt"
        try:
            file.write_text("".join(traceback.format_exception(fault)), encoding="utf-8")
        except OSError:
            return ""
        return f" ({file})"

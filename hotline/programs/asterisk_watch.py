"""Watches the embedded Asterisk from outside: are its doors open, does its AMI live; restarts it when that can help.

Made by ``build.py``. A deaf Asterisk (its AMI binds once, at boot) is started again, but only when it is
the deaf one, not while calls stand, and twice at most: a hotline without its daemon still answers the telephone,
one that is restarted for ever does not. What it says is a vital, and from it an alarm.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog

from config.language import say as _
from hotline.parts import EachTurn
from hotline.programs.embedded_asterisk import EmbeddedAsterisk

log = structlog.get_logger("asterisk")

LOOK_SECONDS = 1.0
DOORS_SECONDS = 5.0
AMI_DEAD_SECONDS = 30.0
"""An Asterisk whose AMI is silent for so long, though it runs, is started again."""
CALLS_SECONDS = 600.0
"""So long calls that stand put that off."""
MOST_RESTARTS = 2
"""That did not bring the link back."""


class AsteriskWatch:
    """:param up: whether the daemon's own link to it stands."""

    def __init__(
        self, asterisk: EmbeddedAsterisk, up: Callable[[], bool], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._asterisk, self._up, self._clock = asterisk, up, clock
        self.unbound: tuple[str, ...] = ()
        """Fields of hotline.toml whose sockets it does not hold."""
        self.deaf = ""
        """Why nobody helps the link any more; '' while there is nothing to say."""
        self._silent: float | None = None
        self._futile = 0
        self._doors_at = 0.0
        self._task = EachTurn(
            "asterisk-watch", self.look, LOOK_SECONDS, failed="Asterisk could not be watched", first=LOOK_SECONDS
        )

    @property
    def sip(self) -> str:
        """What is wrong with its doors; '': all are open."""
        if not self.unbound:
            return ""
        return _("Asterisk does not listen where {fields} say", fields=", ".join(self.unbound))

    def start(self) -> None:
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    async def look(self) -> None:
        now = self._clock()
        if now >= self._doors_at:
            self._doors_at = now + DOORS_SECONDS
            self._see(await asyncio.to_thread(self._asterisk.unbound))
        if self._up():
            self._silent, self._futile, self.deaf = None, 0, ""
        elif self._asterisk.pid is None:  # it is being started
            self._silent = None
        elif self._silent is None:
            self._silent = now
        elif now - self._silent > AMI_DEAD_SECONDS and await self._cannot_help(now - self._silent):
            pass
        elif now - self._silent > AMI_DEAD_SECONDS:
            self._silent, self._futile = None, self._futile + 1
            await self._asterisk.restart(f"its AMI was silent for {AMI_DEAD_SECONDS:g} s")

    def _see(self, unbound: tuple[str, ...]) -> None:
        if unbound != self.unbound:
            self.unbound = unbound
            log.log(40 if unbound else 20, "Asterisk's doors", unbound=list(unbound))

    async def _cannot_help(self, silent: float) -> bool:
        """Whether a restart would only drop calls; says why."""
        if await self._asterisk.ami_answers(2.0):
            why = _("its AMI answers, but does not let the daemon in: another's, or other secrets")
        elif self._futile >= MOST_RESTARTS:
            why = _("its AMI stays silent; {count} restarts did not help", count=self._futile)
        elif silent < CALLS_SECONDS and await self._asterisk.calls_stand():
            why = _("its AMI is silent; it is started again when the calls that stand have ended")
        else:
            return False
        if self.deaf != why:
            self.deaf = why
            log.error("Asterisk is not restarted", why=why)
        return True

"""The room as one part: advice for callers' journeys, ready to be started. Called by ``hotline/app.py``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError

from config.file_places import Places
from config.journey.graph import of_settings
from config.journey.steps import MASS_EVENT, PROGRESS, MassEvent
from config.settings import Settings
from cti.events import CallLeftQueue, CallQueued
from cti.ids import Instant

from .advice import Adviser, Waits
from .ports import SelfServiceBook
from .prompts import SHIPPED, Prompts
from .self_service import Events, Progress
from .server import FastAgi

HEARD = (CallQueued, CallLeftQueue)
"""What ``waits`` wants to hear of the board."""


class Ivr:
    """``start``, then ``stop``; ``door.counts`` counts; ``prompts`` are those callers hear; ``waits`` hears of the queues."""

    def __init__(self, prompts: Prompts, waits: Waits, door: FastAgi) -> None:
        self.prompts, self.waits, self.door = prompts, waits, door

    def start(self) -> None:
        """Listening when it returns. Raises OSError, which names the port, when it is taken."""
        try:
            self.door.start()
        except CannotListenError as fault:
            raise OSError(f"ports.agi {self.door.port}: {fault.socketError}") from fault

    async def stop(self) -> None:
        # Twisted's own: its Deferreds are awaited in a Deferred
        await Deferred.fromCoroutine(self.door.stop()).asFuture(asyncio.get_running_loop())


def build(
    settings: Settings, places: Places, publish: Callable[[object], None], book: SelfServiceBook,
    ready: Callable[[str], bool],
) -> Ivr:  # fmt: skip
    """``book``: what callers who help themselves are told of; ``ready``: can Asterisk play this prompt by now."""
    waits, zone = Waits(settings.targets.wait_seconds_most), ZoneInfo(settings.centre.timezone)
    progress = Progress(book, lambda: datetime.now(zone).date())
    districts = {
        (line, name): step.districts
        for line, graph in of_settings(settings).items()
        for name, step in graph.steps.items()
        if isinstance(step, MassEvent)
    }
    advisers: dict[str, Adviser] = {
        "wait": waits.answer, PROGRESS: progress.answer, MASS_EVENT: Events(book, ready, districts).answer,
    }  # fmt: skip
    door = FastAgi(settings.ports.agi, advisers, lambda: Instant(time.time()), publish)
    return Ivr(Prompts(places.sounds / "hotline", places.prompts, SHIPPED), waits, door)

"""The composition root: every part made, plugged to the others, started in order, stopped in reverse. No rule lives here.

``start`` reads as the list of what the daemon is: each room and wing has one ``build``, whose part has ``start`` and ``stop``.
Asterisk comes first and waits for nothing; what needs the ledger begins when it is there (``books/ledger_opener.py``).
"""

from __future__ import annotations

import gc
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog

from agents import build as agents
from bridge import build as bridge
from config import language, national_number_plan
from config import secrets as secret_files
from config.file_places import Places
from config.settings import Settings
from console.ports import Vital
from cti import build as cti
from ivr import build as ivr
from ledger.errors import WRONG_OR_AWAY

from . import start_check
from .alarms import build as alarms
from .alarms.early_events import EarlyEvents
from .books import build as books
from .books import recorder
from .books.deliveries import Deliveries
from .books.mirrors import Mirrors
from .bus import Bus
from .consoles import build as consoles
from .metrics import Metrics
from .parts import Parts
from .programs import build as programs
from .programs import folder_lock, sounds

log = structlog.get_logger("hotline")

LIVE_SECONDS, CASES_SECONDS = 10.0, 5.0
"""So long a start waits for the link to Asterisk and for the case store; then it goes on."""


class Hotline:
    """One daemon. ``await start()``, then ``await stop()``; nothing of it is left after that."""

    def __init__(self, settings: Settings, places: Places, file: Path = Path("hotline.toml")) -> None:
        """``file``: what the settings were read from; shown to operators."""
        self.settings, self.places, self._file = settings, places, file
        self.board_bus, self.book_bus, self.house_bus = Bus(), Bus(), Bus()
        self._parts = Parts()
        self._lock = folder_lock.FolderLock(places)
        self._programs = programs.build(settings, places)
        self._ledger: books.Books | None = None
        self._telephone: cti.Telephone | None = None
        self._readings: alarms.Readings | None = None
        self._started = False

    async def start(self) -> None:
        """Callers and seats are served when it returns; ``away`` names what is not there. Raises StartError, OSError."""
        settings, places, began = self.settings, self.places, datetime.now(UTC)
        board, book, house, begin = self.board_bus, self.book_bus, self.house_bus, self._parts.begin
        language.use(settings.centre.language)
        national_number_plan.use(settings.centre.area_code)
        places.make()
        await self._own_folder()
        await start_check.prove(settings, places)
        secrets = secret_files.ensure(places.secrets, secret_files.names(settings))
        early, metrics = EarlyEvents(book, house), Metrics(board, book, house)
        ledger = self._ledger = await begin(books.build(settings, places, board, book, house))
        await begin(self._programs)
        await ledger.open()
        advice = await begin(ivr.build(settings, places, house.publish, ledger.progress, partial(sounds.ready, places)))
        board.listen(ivr.HEARD, advice.waits.hear)
        telephone = cti.build(settings, secrets, ledger.plan, board.publish, ledger.call)
        switchboard, live = telephone.switchboard, telephone.switchboard.fold.board
        ledger.comparing.watch(live, lambda: switchboard.live)
        (memory := ledger.seats).stood = self._programs.telephone_stood_since
        self._parts.at_end(partial(ledger.end_seats, self._programs.ends_telephone))
        seats = await begin(agents.build(settings, switchboard, memory, house.publish, WRONG_OR_AWAY, memory.leave))
        board.listen(agents.HEARD, seats.service.hear)
        house.listen(bridge.FILED, seats.hear_filed)
        deliveries = await begin(Deliveries(settings, secrets, ledger, house))
        if settings.recording.enabled:
            lengths = advice.prompts.lengths()
            await begin(recorder.build(settings, places, ledger, switchboard.perform, lengths, board, book, house))
        readings = self._readings = await begin(alarms.build(settings, places, ledger.store, live, board, house))
        await begin(ledger.proving)
        await begin(ledger.retention)
        mirrors = Mirrors(settings, ledger, switchboard.perform, board, book, house)
        metrics.know(settings, switchboard, ledger, advice.door.counts.as_dict, self._programs.cases)
        behind = consoles.Behind(
            settings, places, secrets["api-token"], ledger, telephone, seats.service, deliveries, metrics,
            self._programs.phones, readings, early, began, self._vitals, mirrors, self._file,
        )  # fmt: skip
        await begin(consoles.build(behind, board, book, house))
        await self._programs.open_edge()
        self._telephone = await begin(telephone)
        if (watch := self._programs.watched(lambda: switchboard.events.up)) is not None:
            await begin(watch)
        await begin(mirrors)
        self._parts.at_end(self._end_calls)
        await begin(telephone.line_watch)
        await ledger.settled()
        await telephone.live(LIVE_SECONDS)
        await self._programs.settled(CASES_SECONDS)
        gc.collect()
        gc.freeze()  # what was made by now stays: later collections need not walk through it while a phone rings
        self._started = True
        log.info("started", what="daemon", var=str(places.var), api=settings.ports.api, away=self.away())

    async def stop(self, *, leave: bool = False, told: bool = True) -> None:
        """In reverse order; each part within its own grace.

        ``leave``: Asterisk and nginx run on, with all calls. ``told``: by a person; else a start that failed leaves what it adopted.
        """
        self._programs.ending(leave=leave, keep_adopted=not self._started and not told)
        if told and not leave and not self._started:
            with suppress(start_check.StartError, OSError):  # another daemon's
                await self._own_folder()
            if self._lock.held:
                await self._programs.find()
        await self._parts.stop()
        log.info("ended", what="daemon", left=leave)

    async def kill(self) -> None:
        """The end took too long: at least nothing is left running."""
        await self._programs.kill()

    def away(self) -> list[str]:
        """What is not there now, each with why."""
        return [said for part in (self._ledger, self._telephone, self._programs) if part for said in part.away()]

    def _vitals(self) -> list[Vital]:
        return [vital for part in (self._ledger, self._programs, self._readings) if part for vital in part.vitals()]

    async def _own_folder(self) -> None:
        if not self._lock.held:
            await self._parts.begin(self._lock)
            self._parts.at_end(self._programs.stop)  # what was found before its turn to start

    async def _end_calls(self) -> None:
        """First of all, with everything still there: who waits may be answered."""
        if self._started and self._telephone is not None:
            await self._programs.end_calls(self._telephone.switchboard)

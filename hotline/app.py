"""The composition root: every room made, plugged together, started in order, stopped in reverse.

The only file that knows everybody. ``start`` reads as the list of what the daemon is;
each part that was started registers its end, so that a start that fails half-way takes
down exactly what it had put up. No rule lives here.
"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import os
import random
import secrets as noise
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

import structlog
from twisted.internet.defer import Deferred

from agents import commands as seat_requests
from agents.desk import HEARD as HEARD_AT_THE_DESK
from agents.desk import Desk
from agents.floor import Floor
from agents.roster import Roster
from bridge import catalogue, choices
from bridge import events as bridge_events
from bridge.casestore.store import EmbeddedStore
from bridge.courier import Courier
from bridge.drivers.embedded import Embedded
from bridge.intake import Intake
from bridge.outbox import RetryRule
from config import hours, language
from config import secrets as secret_files
from config.places import Places
from config.settings import Mode, Settings
from console import seating
from console.cookie import origins_of
from console.plugs import Plugs
from console.server import Server, make_app
from cti import events as cti_events
from cti.book import Book
from cti.deaths import Deaths
from cti.ids import Instant, LineId, SeatId
from cti.probe import LineWatch
from cti.switchboard import Switchboard
from ivr.hours import Opening, WorkCalendar
from ivr.journeys import of_line
from ivr.prompts import SHIPPED, Prompts
from ivr.server import FastAgi
from ledger import migrate
from ledger.auditlog import AuditLog
from ledger.errors import LedgerUnavailable
from ledger.history import History
from ledger.plant import PlantDiary
from ledger.scribe import Scribe
from ledger.seats import SeatBook
from ledger.shelfbook import ShelfBook
from ledger.store import Store, url_of
from ledger.tickets import TicketShelf
from recordings import continuity
from recordings.continuity import ContinuityKeeper
from recordings.crew import Crew
from recordings.studio import Studio

from . import asterisk_found, deskbooks, picture
from .auditing import HEARD, Auditing
from .bookkeeping import Bookkeeping
from .bus import Bus
from .diary import Diary
from .edge import EmbeddedEdge
from .edge import program as edge_program
from .embedded import EmbeddedAsterisk
from .entrance import GOODBYE, Entrance
from .metrics import Metrics
from .phone_keys import PhoneKeys
from .plan import plan_of
from .streaming import Streaming

log = structlog.get_logger("hotline")

AMI_DEAD_SECONDS = 30.0
"""An embedded Asterisk whose AMI is silent for so long, though it runs, is started again."""


class StartError(RuntimeError):
    """The daemon cannot start; the message says why and the cure."""


class Hotline:
    """One daemon. ``await start()``, then ``await stop()``; nothing of it is left after that."""

    def __init__(self, settings: Settings, places: Places) -> None:
        self._settings, self._places = settings, places
        self._stack = AsyncExitStack()
        self.board_bus, self.book_bus, self.house_bus = Bus(), Bus(), Bus()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._adopted = self._started = False

    async def start(self) -> None:
        settings, places = self._settings, self._places
        language.use(settings.centre.language)
        places.make()
        self._lock()
        secrets = secret_files.ensure(places.secrets, secret_files.names(settings))
        plan = plan_of(settings)

        store = await self._ledger()
        seats_book, history, diary = SeatBook(store), History(store), PlantDiary(store, settings.centre.node)
        scribe = Scribe(store, settings.centre.node)
        tickets = TicketShelf(store, holder=settings.centre.node)

        edge = self._edge()
        asterisk = await self._asterisk(secrets)

        log_dir = settings.asterisk.log_dir or places.asterisk_log
        resumed = await scribe.resume()
        book = Book(
            plan,
            log_dir / "cel-custom" / "hotline.csv",
            log_dir / "queue_log",
            resumed.mark,
            Deaths(places.deaths).before,
        )
        books = Bookkeeping(book, scribe, self.book_bus.publish, LedgerUnavailable)
        await books.catch_up()
        books.start()
        self._stack.push_async_callback(books.stop)

        await self._ivr()

        switchboard = Switchboard(
            plan, self.board_bus.publish, host=settings.asterisk.ami_host, port=settings.ports.ami,
            events_secret=secrets["ami-events"], actions_secret=secrets["ami-actions"],
            known=book.fold.board.calls.get,
        )  # fmt: skip
        floor = Floor(Desk(Roster.from_settings(settings)), switchboard, seats_book, self.house_bus.publish)
        await floor.open()
        self._stack.push_async_callback(floor.close)
        self.board_bus.listen(HEARD_AT_THE_DESK, floor.hear)
        self._diary(diary)

        watch = LineWatch.of(settings, secrets["sip-probe"], self.board_bus.publish)
        courier = await self._courier(tickets)
        self._filed_ends_wrap_up(floor)
        self._audited(store)
        await self._recordings(store, switchboard)

        metrics = Metrics(switchboard, books, self.board_bus, self.book_bus)
        await self._console(
            switchboard, floor, books, history, watch, tickets, courier, secrets["api-token"], metrics, store
        )

        if edge is not None:
            await edge.start()

        switchboard.start()
        self._stack.push_async_callback(switchboard.stop)
        if asterisk is not None:
            self._keep(self._mind(asterisk, switchboard))
        watch.start()
        self._stack.push_async_callback(watch.stop)
        self._stack.push_async_callback(self._end_tasks)
        gc.collect()
        gc.freeze()  # what was made by now stays: later collections need not walk through it while a phone rings
        self._started = True
        log.info("started", var=str(places.var), api=settings.ports.api)

    async def stop(self) -> None:
        """In reverse order; each part within its own grace."""
        await self._stack.aclose()
        log.info("ended")

    # -- parts ------------------------------------------------------------------------

    def _lock(self) -> None:
        """One daemon a folder: two would fold the same book."""
        file: IO[str] = open(self._places.run / "lock", "a+")  # noqa: SIM115 - held for the daemon's life
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise StartError(
                language.say("another daemon runs in {var}; stop it, or use another --var", var=self._places.var)
            ) from None
        self._stack.callback(file.close)

    async def _ledger(self) -> Store:
        url = url_of(self._settings, self._places)
        await asyncio.to_thread(migrate.upgrade, url)
        store = Store(url)
        self._stack.push_async_callback(store.close)
        return store

    async def _asterisk(self, secrets: secret_files.Secrets) -> EmbeddedAsterisk | None:
        if self._settings.asterisk.mode is not Mode.EMBEDDED:
            return None
        found = asterisk_found.find()
        if found is None:
            raise StartError(language.say("there is no Asterisk 22: run `hotline asterisk install`"))
        asterisk = EmbeddedAsterisk(self._settings, self._places, secrets, found[0])
        self._stack.push_async_callback(self._end_asterisk, asterisk)  # first: a stop may come while it starts
        self._adopted = await asterisk.start()
        return asterisk

    async def _end_asterisk(self, asterisk: EmbeddedAsterisk) -> None:
        """Of a start that failed, what was adopted is left, with its calls: a next start may succeed."""
        await (asterisk.leave() if self._adopted and not self._started else asterisk.stop())

    async def _ivr(self) -> None:
        settings = self._settings
        calendar = WorkCalendar.of(settings.calendar.holidays, settings.calendar.workdays)
        zone = ZoneInfo(settings.centre.timezone)
        lines = {
            LineId(line.id): of_line(line, Opening(hours.parse(line.hours), zone, calendar)) for line in settings.line
        }
        prompts = Prompts(self._places.sounds / "hotline", self._places.prompts, SHIPPED)
        ivr = FastAgi(settings.ports.agi, lines, prompts, lambda: Instant(time.time()), self.house_bus.publish)
        ivr.start()
        # Twisted's own: its Deferreds are awaited in a Deferred
        self._stack.push_async_callback(lambda: Deferred.fromCoroutine(ivr.stop()).asFuture(asyncio.get_running_loop()))

    async def _courier(self, tickets: TicketShelf) -> Courier:
        cases = EmbeddedStore(self._places.casestore, self._settings.centre.timezone)
        await cases.open()
        self._stack.push_async_callback(cases.close)
        way = self._settings.outbox
        rule = RetryRule(way.retry_first_seconds, way.retry_most_seconds, way.poison_after)
        courier = Courier(tickets, Embedded(cases), rule, self.house_bus.publish, random.random)
        courier.start()
        self._stack.push_async_callback(courier.stop)
        return courier

    async def _recordings(self, store: Store, switchboard: Switchboard) -> None:
        if not self._settings.recording.enabled:
            return
        spool = self._settings.asterisk.spool_dir
        crew = Crew(self._settings, self._places, spool / "monitor" if spool else None)
        studio = Studio(
            crew, ShelfBook(store), self.house_bus.publish,
            shelf=self._places.shelf, min_free_mb=self._settings.recording.min_free_mb,
        )  # fmt: skip
        self.book_bus.listen(cti_events.CallEnded, studio.wake)
        await studio.start()
        self._stack.push_async_callback(studio.stop)
        keeper = ContinuityKeeper(frozenset(trunk.id for trunk in self._settings.trunk), switchboard.perform)
        self.board_bus.listen(continuity.HEARD, keeper.hear)
        self._stack.callback(keeper.close)

    async def _console(
        self, switchboard: Switchboard, floor: Floor, books: Bookkeeping, history: History, watch: LineWatch,
        tickets: TicketShelf, courier: Courier, token: str, metrics: Metrics, store: Store,
    ) -> None:  # fmt: skip
        settings, board = self._settings, switchboard.fold.board
        intake = Intake(
            tickets, choices.load(self._places.var / "choices.toml"), catalogue.load(self._places.var / "codes.csv"), self.house_bus.publish, courier.wake,
            lambda: datetime.now(UTC), noise.token_bytes,
        )  # fmt: skip
        desk = picture.Desk(floor, board, settings)
        entrance = Entrance(store, settings, desk, self._places)
        await entrance.introduce()
        calls = picture.Calls(board, floor, history, desk)
        rooms = picture.Picture(switchboard, floor, watch, settings)
        vitals = picture.Vitals(switchboard, books, self._places, settings)
        stream = Streaming(rooms, desk, calls, vitals, floor, board, watch, tickets, store, settings, entrance.again)
        stream.listen(self.board_bus, self.house_bus)
        entrance.sessions.listeners.append(lambda session, why: stream.hub.revoked(session, GOODBYE[why]))
        plugs = Plugs(
            desk=desk, calls=calls, board=rooms, stream=stream.hub, alarms=stream.watchman, notices=stream.notices,
            vitals=vitals, intake=intake, token=token,
            pause_reasons=settings.seats.pause_reasons, more_metrics=metrics.exposition,
            absent=(LedgerUnavailable,), audit=entrance.audit, books=deskbooks.books_of(settings, self._places, store),
            phones=PhoneKeys(settings, switchboard.perform), accounts=entrance.accounts, sessions=entrance.sessions,
            origins=origins_of(settings.edge), centre=settings.centre, wrap_up_seconds=settings.seats.wrap_up_seconds,
            demo=bool(os.environ.get("HOTLINE_DEMO")), oidc=entrance.oidc,
        )  # fmt: skip
        server = Server(make_app(plugs), settings.ports.api)
        await server.start()
        self._stack.push_async_callback(server.stop)
        self._keep(seating.tick(plugs))
        await stream.start()
        self._stack.push_async_callback(stream.stop)

    def _edge(self) -> EmbeddedEdge | None:
        """Begun last, ended after Asterisk: the calls of browser phones have its time of grace too."""
        if self._settings.edge.mode is not Mode.EMBEDDED:
            return None
        nginx = edge_program()
        if nginx is None:
            raise StartError(
                language.say(
                    "there is no nginx: apt-get install nginx-light (its own service is not needed), or edge.mode = external"
                )
            )
        edge = EmbeddedEdge(self._settings, self._places, nginx)
        self._stack.push_async_callback(edge.stop)
        return edge

    def _diary(self, plant: PlantDiary) -> None:
        diary = Diary(plant)
        kinds = (cti_events.LineChecked, cti_events.EndpointReach, cti_events.BoardBlind, cti_events.BoardLive)
        self.board_bus.listen(kinds, diary.note)
        diary.start()
        self._stack.push_async_callback(diary.stop)

    def _filed_ends_wrap_up(self, floor: Floor) -> None:
        def filed(event: bridge_events.TicketFiled | bridge_events.CallDisposed) -> None:
            if event.call:
                self._keep(floor.ask(seat_requests.CallFiled(event.call, SeatId(event.seat))))

        self.house_bus.listen((bridge_events.TicketFiled, bridge_events.CallDisposed), filed)

    def _audited(self, store: Store) -> None:
        auditing = Auditing(AuditLog(store))
        self.house_bus.listen(HEARD, auditing.hear)
        auditing.start()
        self._stack.push_async_callback(auditing.stop)
        self._stack.callback(asyncio.create_task(deskbooks.keep(store), name="desk-books").cancel)

    # -- watching ------------------------------------------------------------------------

    async def _mind(self, asterisk: EmbeddedAsterisk, switchboard: Switchboard) -> None:
        """Asterisk may run with a dead AMI (it binds once, at boot): silence for long means a restart."""
        silent_since: float | None = None
        while True:
            await asyncio.sleep(1.0)
            if switchboard.events.up or asterisk.pid is None:
                silent_since = None
                continue
            silent_since = silent_since or time.monotonic()
            if time.monotonic() - silent_since > AMI_DEAD_SECONDS:
                silent_since = None
                await asterisk.restart(f"its AMI was silent for {AMI_DEAD_SECONDS:g} s")

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("task failed", task=task.get_name(), exc_info=task.exception())

    async def _end_tasks(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

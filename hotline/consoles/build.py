"""The console as one part: accounts, REST and the live stream over everything else. Called by ``app.py``; no rule lives here."""

from __future__ import annotations

import asyncio
import os
import secrets as noise
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from accounts.cookie import origins_of
from accounts.events import SessionEnded
from agents.seat_service import SeatService
from bridge.events import TicketFiled
from bridge.intake import Intake
from bridge.notifications.build import partner_keys
from bridge.partner_states import PartnerCalls
from bridge.ticket_choices import Choices
from config import work_time
from config.file_places import Places
from config.files import FileRefused, read_text
from config.sections.recording import OUTBOUND_PROMPT, OutboundNotice
from config.setting_lines import setting_lines
from config.settings import Settings
from console import seat_sign_in
from console.bulk_reads import BulkReads
from console.partner_handovers import Handovers, PartnerDesk
from console.place_search import PlaceSearch
from console.ports import Vital
from console.server import Monitoring, Server, make_app
from console.services import Services
from console.shell_actor import ShellNamed
from console.shown_settings import ShownSetting, shown_settings
from cti import background_task, numbers
from cti.build import Telephone
from cti.equipment_events import BoardLive
from hotline import metrics, operator_files
from hotline.alarms.build import Readings
from hotline.alarms.early_events import EarlyEvents
from hotline.books.build import Books
from hotline.books.catalogue_reader import CatalogueReader
from hotline.books.deliveries import Deliveries
from hotline.books.mirrors import Mirrors
from hotline.books.waiting_file import WaitingFile
from hotline.bus import Bus
from hotline.metrics import Metrics
from hotline.programs import georeport_services
from hotline.programs.browser_phone_keys import PhoneKeys
from hotline.programs.phone_proxy_control import PhoneProxyControl
from ledger.alarms import AlarmRow
from ledger.catalogues import CatalogueTable
from ledger.errors import WRONG_OR_AWAY, LedgerWrong
from ledger.history import History
from ledger.store import Store

from . import gazetteer, ledger_views, live_queries
from .live_participants import LiveParticipants
from .revocation import SEAT_EVENTS, Powers
from .sign_in import SignInPart
from .stream_part import Streaming

log = structlog.get_logger("hotline")


def _to_say(settings: Settings) -> str:
    """What agents say to whom they call, where no prompt says that the call is recorded."""
    recording = settings.recording
    by_agent = recording.enabled and recording.outbound_notice is OutboundNotice.AGENT
    return settings.prompts[OUTBOUND_PROMPT] if by_agent else ""


def _shown(b: Behind, choices: Choices) -> tuple[ShownSetting, ...]:
    try:
        lines = setting_lines(read_text(b.file).text)
    except FileRefused:  # it was read a moment ago, and is gone: what is in force is shown without its lines
        lines = {}
    return shown_settings(b.settings, choices, lines, file=str(b.file), choices_file=str(b.places.choices))


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind the console's desk."""

    settings: Settings
    places: Places
    token: str
    books: Books
    telephone: Telephone
    seats: SeatService
    deliveries: Deliveries
    metrics: Metrics
    phones: PhoneProxyControl | None
    readings: Readings
    early: EarlyEvents
    began: datetime
    more_vitals: Callable[[], Sequence[Vital]]
    mirrors: Mirrors
    file: Path
    """What the settings were read from."""


class ConsolePart:
    """``await start()``: browsers and programs are answered. Raises OSError, which names the port, when it is taken."""

    def __init__(
        self, services: Services, sign_in: SignInPart, stream: Streaming, powers: Powers, catalogue: CatalogueReader,
        store: Store, port: int, monitoring: tuple[str, int] | None = None,
    ) -> None:  # fmt: skip
        """``monitoring``: address and port of the door for /metrics alone."""
        self._services, self._sign_in, self._stream, self._powers = services, sign_in, stream, powers
        self._catalogue, self._store = catalogue, store
        app = make_app(services)
        self._servers = {f"ports.api {port}": Server(app, port)}
        if monitoring is not None:
            host, own = monitoring
            self._servers[f"metrics.port {own}"] = Server(Monitoring(app), own, host)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._tasks = [background_task.begin(ledger_views.keep(self._store), "desk-books")]
        for field, server in self._servers.items():
            try:
                await server.start()
            except OSError as fault:
                raise OSError(f"{field}: {fault.strerror or fault}") from fault
        self._powers.start()
        self._catalogue.start()
        self._tasks.append(background_task.begin(seat_sign_in.tick(self._services), "seating"))
        if self._services.places is not None:
            self._services.places.start()
        await self._stream.start()

    async def stop(self) -> None:
        await self._stream.stop()
        if self._services.places is not None:
            await self._services.places.stop()
        await self._catalogue.stop()
        await self._powers.stop()
        if self._sign_in.oidc is not None:
            await self._sign_in.oidc.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for server in self._servers.values():
            await server.stop()
        await self._services.programs.flush()


def _handovers(b: Behind) -> Handovers:
    desks = {one.id: PartnerDesk(one.id, one.name, one.number) for one in b.settings.partner}
    keys = partner_keys(b.settings)
    calls = PartnerCalls(keys, b.books.matters.hear) if keys else None

    def moved() -> None:
        b.deliveries.notify()
        b.deliveries.courier.wake()  # what a partner said may be a supplement of its case

    return Handovers(desks, b.books.handovers, moved, WRONG_OR_AWAY, matters=b.books.matters, calls=calls)


def build(behind: Behind, board: Bus, book: Bus, house: Bus) -> ConsolePart:
    b = behind
    settings, places, store, opener = b.settings, b.places, b.books.store, b.books.opener
    switchboard, watch = b.telephone.switchboard, b.telephone.line_watch
    fold = switchboard.fold.board
    audit, tickets = ShellNamed(b.books.audit), b.books.tickets
    files = operator_files.load(places, settings.cases.codes)
    for remark in files.remarks:
        log.warning("file of the operator", remark=remark)
    work = work_time.of_settings(settings)
    intake = Intake(
        tickets, files.choices, files.codes, numbers.of_settings(settings), house.publish, b.deliveries.courier.wake,
        lambda: datetime.now(UTC), noise.token_bytes, work,
    )  # fmt: skip
    desk = live_queries.Desk(b.seats, fold, settings)
    sign_in = SignInPart(store, settings, desk, places, audit)
    book_names = {numbers.home().read(one.number).national: one.name for one in settings.phonebook}
    parts = LiveParticipants(fold, b.seats, book_names)
    calls = live_queries.Calls(fold, b.seats, History(store), desk, parts)
    opener.when_open(calls.open)

    def offered() -> None:
        if settings.casestore.georeport.integrator:
            georeport_services.write(places.georeport_services, files.codes)

    offered()
    editions = CatalogueReader(CatalogueTable(store), tickets, files.codes, work, renewed=offered)
    opener.when_open(editions.look)
    house.listen(TicketFiled, calls.hear)
    picture = live_queries.Picture(switchboard, b.seats, watch, settings)
    vitals = live_queries.Vitals(switchboard, b.books.reader, places, settings, b.readings.belongings, b.more_vitals)
    stream = Streaming(
        picture, desk, calls, vitals, b.seats, fold, watch, tickets, store, settings, sign_in.again, audit, b.early, b.began,
        b.mirrors.switches.shown, WaitingFile(places.waiting("alarms"), AlarmRow),
    )  # fmt: skip
    stream.turned_away = b.readings.turned_away.over
    stream.cases_overdue = lambda: b.books.marks.overdue
    stream.recordings = lambda: b.readings.recordings.found
    stream.owed_recordings = lambda: b.readings.owed_recordings.reading
    stream.disks = b.readings.disks.look
    b.metrics.add("alarms", metrics.alarms(stream.alarm_service.shown.values))
    b.metrics.add("disks", metrics.disks(b.readings.disks.look))
    b.metrics.add("owed_recordings", metrics.owed_recordings(b.readings.owed_recordings))
    b.metrics.add("vitals", metrics.vitals(vitals.now))
    stream.listen(board, book, house)
    sign_in.sessions.listeners.append(house.publish)
    sign_in.accounts.listeners.append(house.publish)
    keys = PhoneKeys(settings, switchboard.perform)
    powers = Powers(
        b.seats.desk.seats, switchboard.perform, b.seats.ask, b.seats.desk.watched_by, keys, b.phones,
        two=b.seats.desk.roster.two, device=b.seats.desk.device,
    )  # fmt: skip
    house.listen(SEAT_EVENTS, powers.hear_seat)
    house.listen(SessionEnded, powers.hear_session)
    board.listen(BoardLive, powers.hear_board)
    opener.when_open(lambda: powers.look(sign_in.sessions.get))
    services = Services(
        desk=desk, calls=calls, board=picture, stream=stream.hub, alarms=stream.alarm_service, notices=stream.notices, switches=b.mirrors.switches,
        nuisance=b.mirrors.nuisance,
        vitals=vitals, intake=intake, token=b.token,
        outbound_notice=_to_say(settings), pause_reasons=settings.seats.pause_reasons, more_metrics=b.metrics.sources,
        absent=WRONG_OR_AWAY, wrong=(LedgerWrong,), audit=sign_in.audit,
        books=ledger_views.books_of(settings, places, store, b.books.callbacks, b.books.notifications),
        phones=keys, accounts=sign_in.accounts, sessions=sign_in.sessions, programs=sign_in.programs,
        origins=origins_of(settings.edge), centre=settings.centre, wrap_up_seconds=settings.seats.wrap_up_seconds,
        demo=bool(os.environ.get("HOTLINE_DEMO")), oidc=sign_in.oidc,
        places=PlaceSearch(lambda: gazetteer.opened(places)), tickets=ledger_views.tickets_of(settings, places, store, intake),
        handovers=_handovers(b), bulk=BulkReads(settings.access.read_rows_alarm, house.publish), case_callbacks=b.deliveries.case_callbacks,
        settings=_shown(b, files.choices),
    )  # fmt: skip
    opener.when_open(sign_in.introduce)
    opener.when_open(stream.alarm_service.restore)
    opener.when_open(stream.tell_found_before)
    own = settings.metrics
    monitoring = (str(own.bind), own.port) if own.bind is not None else None
    return ConsolePart(services, sign_in, stream, powers, editions, store, settings.ports.api, monitoring)

"""The ledger and the shelf as the console wants them (``console.ledger_ports``), and the sweeping of old drafts.

Called by ``app.py`` alone.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog

from accounts.file_scanner import scanner_of
from agents import number_area_and_carrier
from bridge.intake import Intake
from bridge.ticket_acts import Matters
from config.file_places import Places
from config.sections.seats import Role
from config.settings import Settings
from console.knowledge import Knowledge
from console.ledger_ports import Books, Centre, Colleague, Entry, Targets, TicketCentre
from console.templates import Templates
from cti import numbers
from hotline.books.callbacks import Callbacks
from hotline.reports.report_tables import ReportTables
from ledger.agent_day import AgentBook
from ledger.callers import Callers
from ledger.drafts import DraftBook
from ledger.errors import WRONG_OR_AWAY
from ledger.holds import HoldBook
from ledger.knowledge import KnowledgeBook
from ledger.mass_events import MassEvents
from ledger.notifications import NotificationShelf
from ledger.recordings import RecordingTable
from ledger.repeats import Repeats
from ledger.store import Store
from ledger.templates import TemplateBook
from ledger.ticket_acts import MatterShelf
from ledger.ticket_search import TicketSearch
from ledger.wall import Wall
from recordings.sealed_files import SealedFiles
from recordings.shelf import Shelf
from recordings.storage import files_of, keys_of, storage_of

from .recording_playback import RecordingSource
from .ticket_files import TicketFiles

log = structlog.get_logger("drafts")

SWEEP_SECONDS = 3600.0


def books_of(
    settings: Settings, places: Places, store: Store, callbacks: Callbacks, notifications: NotificationShelf
) -> Books:
    zone = ZoneInfo(settings.centre.timezone)
    shelf, keys = Shelf(storage_of(places), zone), keys_of(settings.recording, places)
    tapes = RecordingSource(RecordingTable(store), HoldBook(store, numbers.of_settings(settings)), shelf, keys)
    wall = Wall(store, [trunk.id for trunk in settings.trunk], [line.id for line in settings.line])
    return Books(
        Callers(store), DraftBook(store), AgentBook(store), wall, tapes, callbacks.book, callbacks.list,
        centre_of(settings), Repeats(store), Templates(TemplateBook(store)),
        notifications if settings.sms.url else None, ReportTables(store, settings),
        Knowledge(KnowledgeBook(store)),
    )  # fmt: skip


def tickets_of(settings: Settings, places: Places, store: Store, intake: Intake) -> TicketCentre:
    files = SealedFiles(files_of(places), keys_of(settings.recording, places))
    matters = Matters(MatterShelf(store), intake)
    return TicketCentre(
        TicketSearch(store), matters, MassEvents(store), TicketFiles(files), scanner_of(settings.access.scanner)
    )


def centre_of(settings: Settings) -> Centre:
    targets = settings.targets
    return Centre(
        zone=ZoneInfo(settings.centre.timezone),
        area_code=settings.centre.area_code,
        numbers=numbers.of_settings(settings),
        lines={line.id: line.name for line in settings.line},
        queues={queue.id: queue.name for queue in settings.queue},
        trunks={trunk.id: trunk.name for trunk in settings.trunk},
        phonebook=tuple(Entry(one.id, one.name, one.number, one.group) for one in settings.phonebook),
        people=tuple(
            Colleague(one.id, one.name, one.skills)
            for one in settings.agent
            if one.role in (Role.AGENT, Role.SUPERVISOR)
        ),
        targets=Targets(
            targets.service_level_15s, targets.connect_rate_24h, targets.waiting_most, targets.wait_seconds_most
        ),
    )


async def keep(store: Store) -> None:
    """Read the number book once, then sweep drafts each hour; until cancelled."""
    await asyncio.to_thread(number_area_and_carrier.warm)
    drafts = DraftBook(store)
    while True:
        try:
            if swept := await drafts.sweep(datetime.now(UTC)):
                log.info("old drafts swept", count=swept)
        except WRONG_OR_AWAY as fault:
            log.warning("drafts not swept", reason=str(fault))
        await asyncio.sleep(SWEEP_SECONDS)

"""The live stream's parts, plugged together: rows, feed, hub, alarm_service, notices. Made by ``app.py``; no rule lives here."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from pydantic import BaseModel

from agents import number_area_and_carrier
from agents.events import SeatStateChanged
from agents.own_reasons import AgentId, OwnReason
from agents.presence import Presence
from agents.seat_service import SeatService
from bridge.ports import TicketBook
from config.calendar import WorkCalendar
from config.settings import Settings
from console.authorization import Who
from console.contract.stream import FiguresOut, PartyOut, SeatWarned, TargetsOut
from console.notices import Notices
from console.ports import Audit, Vitals
from console.published_events import AccountGuessed, ReadInBulk
from console.stream import changed_rows
from console.stream.hub import Hub
from cti.board import Board
from cti.equipment_events import BookGap, EventForged, Reach, RowsRefused
from cti.journey_events import SwitchedByPhone
from cti.line_watch import LineWatch
from cti.ordered_writer import Kept
from hotline.alarms.alarm_service import AlarmService
from hotline.alarms.calls_without_result import Owing
from hotline.alarms.disk_forecast import Disk
from hotline.alarms.early_events import EarlyEvents
from hotline.alarms.one_way_sound import SilentTrunks
from hotline.alarms.owed_recordings import OwedReading as OwedRecordingsReading
from hotline.alarms.rules import QueueReading, Rate, Reading, rules_of
from hotline.books.witness_comparison import DifferencesFound
from hotline.bus import Bus
from ledger.alarms import AlarmBook, AlarmRow
from ledger.calls_without_result import OwedCalls
from ledger.differences import Difference, DifferenceBook, Kind
from ledger.notices import NoticeBook
from ledger.one_way_sound import TrunkSound, TrunkSounds
from ledger.store import Store
from ledger.today import Figures, Of, Today

from . import live_queries
from .live_rows import Live, Slowly

log = structlog.get_logger("streaming")


class Streaming:
    """``await start()`` after the seats were read back, ``await stop()`` while the socket still listens."""

    def __init__(
        self, rooms: live_queries.Picture, desk: live_queries.Desk, calls: live_queries.Calls, vitals: Vitals, floor: SeatService,
        board: Board, watch: LineWatch, tickets: TicketBook, store: Store, settings: Settings,
        again: Callable[[Who], Awaitable[Who | None]], audit: Audit, early: EarlyEvents, began: datetime,
        switches: Callable[[], Mapping[str, object]] = dict, kept: Kept[AlarmRow] | None = None,
    ) -> None:  # fmt: skip
        self._early = early
        self._rooms, self._vitals, self._floor, self._board, self._watch = rooms, vitals, floor, board, watch
        self._tickets, self._settings = tickets, settings
        self._today = Today(store, ZoneInfo(settings.centre.timezone))
        self._differences = DifferenceBook(store, settings.centre.node)
        self._began = self._listens = began
        minutes = settings.ledger.disposition_minutes
        self.alarm_service = AlarmService(
            AlarmBook(store), rules_of(settings.targets, minutes), self._reading,
            lambda ident: self.hub.touch("alarms", ident), steady=lambda: time.clock_gettime(time.CLOCK_BOOTTIME), kept=kept,
        )  # fmt: skip
        self.owing = Owing(OwedCalls(store, timedelta(minutes=minutes)).look, self._tell_owed, self._name)
        self.silent_trunks = SilentTrunks(TrunkSounds(store, [trunk.id for trunk in settings.trunk]).look)
        self._calendar = WorkCalendar.of(settings.calendar.holidays, settings.calendar.workdays)
        self.live = Live(rooms, desk, calls, floor, board, settings, self._slowly, self.alarm_service.shown, switches)
        self.turned_away: Callable[[], dict[str, str]] = dict
        """What calls could not be taken (``turned_away.py``)."""
        self.cases_overdue: Callable[[], int | None] = lambda: None
        """Cases beyond their limit (``hotline/books/case_clocks.py``)."""
        self.recordings: Callable[[], Mapping[str, str] | None] = lambda: None
        """What is wrong with finished recordings (``shelf_inspection.py``)."""
        self.owed_recordings: Callable[[], OwedRecordingsReading | None] = lambda: None
        """Recordings that wait to be finished (``owed_recordings.py``)."""
        self.disks: Callable[[], Sequence[Disk]] = tuple
        self.notices = Notices(NoticeBook(store), audit)
        self.hub = Hub(self.live, desk, _targets(settings), again, self._greetings)
        self.notices.through(self.hub)
        self._feed = changed_rows.Feed(self.hub, self.live, self._party, self._name)

    def listen(self, board: Bus, book: Bus, house: Bus) -> None:
        """Counts first, then what reads them."""
        self._listens = datetime.now(UTC)
        board.listen(changed_rows.BOARD, self.live.hear)
        house.listen(SeatStateChanged, self.live.hear)
        board.listen(changed_rows.BOARD, self._feed.hear)
        house.listen(changed_rows.HOUSE, self._feed.hear_house)
        house.listen((AccountGuessed, ReadInBulk), self.alarm_service.hear_door)
        board.listen(SwitchedByPhone, self.alarm_service.hear_pin)
        house.listen(DifferencesFound, self.alarm_service.hear_differences)
        book.listen((BookGap, RowsRefused), self.alarm_service.hear_book)
        board.listen(EventForged, self.alarm_service.hear_forged)

    async def start(self) -> None:
        await self.alarm_service.start()
        self._early.hand_over(self.alarm_service.hear)  # what stood before is known now, if the ledger is there
        await self.hub.start()
        self.owing.start()
        self.silent_trunks.start()

    async def stop(self) -> None:
        await self.silent_trunks.stop()
        await self.owing.stop()
        await self.hub.stop()
        await self.alarm_service.stop()

    async def tell_found_before(self) -> None:
        """Alarms of what the witnesses differed in since the daemon began and before anybody listened here.

        As soon as the ledger is there; raises ``LedgerUnavailable`` while it is not.
        """
        noted = await self._differences.open()
        fresh = (one for one in noted if self._began <= one.seen_at < self._listens)
        self.alarm_service.differ(
            [Difference(o.key, o.witness, Kind(o.kind), o.subject, o.detail, o.call, o.since, o.until) for o in fresh]
        )

    # -- what they ask ---------------------------------------------------------------------

    async def _greetings(self, _who: Who, seat: str) -> Iterable[BaseModel]:
        return await self.notices.for_one(seat, datetime.now(UTC))

    def _party(self, number: str) -> PartyOut:
        found = number_area_and_carrier.party(number, self._settings.centre.area_code)
        return PartyOut(number=found.number, area=found.area, carrier=found.carrier, kind=found.kind.value)

    async def _slowly(self, figures: bool) -> Slowly:
        """What is read from slow places, in a few queries: for the alarms, and the figures that the consoles are shown."""
        backlog, dead = await self._tickets.backlog()
        if not figures:
            return replace(self.live.read, backlog=backlog, dead_letters=dead, read=True)
        today = await self._today.read(datetime.now(UTC))
        shown = {":".join(of): _figures(of, tally) for of, tally in today.figures.items()}
        last_24h = today.figures.get(("all", ""))
        requests = last_24h.last_24h.requests if last_24h is not None else 0
        return Slowly(
            shown, backlog, dead, today.callbacks_open, today.callbacks_due, today.places_kept, requests, read=True
        )

    async def _reading(self) -> Reading:
        faults = {vital.name: vital.said for vital in await self._vitals.look() if not vital.ok}
        tally, settings, slow = self.live.counted, self._settings, self.live.read
        phones = self._board.phones
        latest = {str(line): checked for line, checked in self._watch.latest.items()}
        return Reading(
            live=self._rooms.live(),
            queues=[QueueReading(q.id, q.name, *tally.wait(q.id)) for q in settings.queue],
            trunks_down={t.id: t.name for t in settings.trunk if phones.get(t.id) is Reach.UNREACHABLE},
            lines_down={
                line.id: (line.name, latest[line.id].reason)
                for line in settings.line
                if line.id in latest and not latest[line.id].ok
            },
            lines_unknown=frozenset(line.id for line in settings.line if line.id not in latest),
            phones=self._paused(OwnReason.PHONE, OwnReason.UNREACHABLE),
            missed=self._paused(OwnReason.MISSED),
            backlog=slow.backlog if slow.read else None,
            dead_letters=slow.dead_letters if slow.read else None,
            cases_overdue=self.cases_overdue(),
            faults=faults,
            turned_away=self.turned_away(),
            recordings=self.recordings(),
            owed_recordings=self.owed_recordings(),
            disks=self.disks(),
            service_level=self._rate(lambda of: (of.service_level_15s, of.requests)),
            connect_rate=self._rate(lambda of: (of.connect_rate_24h, slow.requests_24h)),
            owed=self.owing.reading,
            sounds=self._sounds(),
            unknown_year=self._calendar.unknown_year(datetime.now(ZoneInfo(settings.centre.timezone)).date()),
        )

    def _sounds(self) -> dict[str, tuple[str, TrunkSound]] | None:
        heard, names = self.silent_trunks.reading, {trunk.id: trunk.name for trunk in self._settings.trunk}
        return None if heard is None else {trunk: (names[trunk], sound) for trunk, sound in heard.items()}

    def _rate(self, of: Callable[[FiguresOut], tuple[float | None, int]]) -> Rate | None:
        """A rate of the whole centre; None: nothing was read yet."""
        figures = self.live.read.figures.get("all:")
        return Rate(*of(figures)) if figures is not None else None

    def _name(self, agent: str) -> str:
        person = self._floor.desk.roster.people.get(AgentId(agent))
        return person.name if person is not None else agent

    def _tell_owed(self, who: str, calls: int) -> None:
        word = SeatWarned(at=datetime.now(UTC), what="owed", detail=str(calls))
        if AgentId(who) in self._floor.desk.roster.people:
            self.hub.tell_account(who, word)
        else:
            self.hub.tell_seat(who, word)

    def _paused(self, *reasons: OwnReason) -> dict[str, str]:
        desk = self._floor.desk
        people = desk.roster.people
        return {
            state.seat: people[state.agent].name if state.agent in people else state.agent
            for state in desk.seats.values()
            if state.presence is Presence.PAUSED and state.reason in reasons
        }


def _figures(of: Of, found: Figures) -> FiguresOut:
    today = found.today
    return FiguresOut(
        of=of[0], id=of[1], offered=today.offered, answered=today.answered, abandoned=today.abandoned,
        requests=today.requests, answered_15s=today.answered_15s, service_level_15s=today.service_level_15s,
        connect_rate_24h=found.last_24h.connect_rate, wait_seconds_mean=today.wait_seconds_mean,
        talk_seconds_mean=today.talk_seconds_mean, uncertain=today.uncertain,
    )  # fmt: skip


def _targets(settings: Settings) -> TargetsOut:
    wanted = settings.targets
    return TargetsOut(
        service_level_15s=wanted.service_level_15s, connect_rate_24h=wanted.connect_rate_24h,
        waiting_most=wanted.waiting_most, wait_seconds_most=wanted.wait_seconds_most,
    )  # fmt: skip

"""The live stream's parts, plugged together: rows, feed, hub, watchman, notices. Made by ``app.py``; no rule lives here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from agents import caller
from agents.events import SeatAlarm, SeatAlarmCleared, SeatStateChanged
from agents.floor import Floor
from agents.ids import OwnReason
from agents.presence import Presence
from bridge.ports import TicketBook
from config.settings import Settings
from console.contract.stream import FiguresOut, PartyOut, TargetsOut
from console.door import Who
from console.notices import Notices
from console.ports import Vitals
from console.stream import feed
from console.stream.hub import Hub
from cti.board import Board
from cti.events import Reach
from cti.probe import LineWatch
from ledger.alarms import AlarmBook
from ledger.auditlog import AuditLog
from ledger.notices import NoticeBook
from ledger.store import Store
from ledger.today import Figures, Of, Today
from recordings.events import RecordingFailed

from . import picture
from .alarms import Bounds, QueueReading, Reading
from .bus import Bus
from .live import Live, Slowly
from .watchman import Watchman


class Streaming:
    """``await start()`` after the seats were read back, ``await stop()`` while the socket still listens."""

    def __init__(
        self, rooms: picture.Picture, desk: picture.Desk, calls: picture.Calls, vitals: Vitals, floor: Floor,
        board: Board, watch: LineWatch, tickets: TicketBook, store: Store, settings: Settings,
        again: Callable[[Who], Awaitable[Who | None]],
    ) -> None:  # fmt: skip
        self._rooms, self._vitals, self._floor, self._board, self._watch = rooms, vitals, floor, board, watch
        self._tickets, self._settings = tickets, settings
        self._today = Today(store, ZoneInfo(settings.centre.timezone))
        self._faults: dict[str, str] = {}
        wanted = settings.targets
        self.watchman = Watchman(
            AlarmBook(store), Bounds(wanted.waiting_most, wanted.wait_seconds_most, wanted.backlog_most), self._reading,
            lambda ident: self.hub.touch("alarms", ident),
        )  # fmt: skip
        self.live = Live(rooms, desk, calls, floor, board, settings, self._slowly, self.watchman.shown)
        self.notices = Notices(NoticeBook(store), AuditLog(store))
        self.hub = Hub(self.live, desk, _targets(settings), again, self._greetings)
        self.notices.through(self.hub)
        self._feed = feed.Feed(self.hub, self.live, self._party)

    def listen(self, board: Bus, house: Bus) -> None:
        """Counts first, then what reads them."""
        board.listen(feed.BOARD, self.live.hear)
        house.listen(SeatStateChanged, self.live.hear)
        board.listen(feed.BOARD, self._feed.hear)
        house.listen(feed.HOUSE, self._feed.hear_house)
        house.listen(RecordingFailed, self.watchman.hear)
        house.listen((SeatAlarm, SeatAlarmCleared), self.watchman.hear_seat)

    async def start(self) -> None:
        await self.watchman.start()
        await self.hub.start()

    async def stop(self) -> None:
        await self.hub.stop()
        await self.watchman.stop()

    # -- what they ask ---------------------------------------------------------------------

    async def _greetings(self, _who: Who, seat: str) -> Iterable[BaseModel]:
        return await self.notices.for_one(seat, datetime.now(UTC))

    def _party(self, number: str) -> PartyOut:
        found = caller.party(number, self._settings.centre.area_code)
        return PartyOut(number=found.number, area=found.area, carrier=found.carrier, kind=found.kind.value)

    async def _slowly(self, figures: bool) -> Slowly:
        """What is read from slow places, in a few queries: for the alarms, and the figures that the consoles are shown."""
        self._faults = {vital.name: vital.said for vital in await self._vitals.look() if not vital.ok}
        backlog, dead = await self._tickets.backlog()
        if not figures:
            return replace(self.live.read, backlog=backlog, dead_letters=dead, read=True)
        today = await self._today.read(datetime.now(UTC))
        shown = {":".join(of): _figures(of, tally) for of, tally in today.figures.items()}
        return Slowly(shown, backlog, dead, today.callbacks_open, read=True)

    async def _reading(self) -> Reading:
        tally, settings, slow = self.live.tally, self._settings, self.live.read
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
            faults=self._faults,
        )

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

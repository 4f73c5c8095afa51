"""Plugs the live stream together: what it sees, what it hears, what it asks. Called by ``app.py``; no rule lives here."""

from __future__ import annotations

from agents import caller
from agents.events import SeatStateChanged
from agents.floor import Floor
from config.settings import Settings
from console.contract.stream import PartyOut, TargetsOut
from console.door import Who
from console.stream import feed
from console.stream.hub import Hub
from cti.board import Board

from . import picture
from .bus import Bus
from .live import Live, Slowly


def stream_of(
    rooms: picture.Picture, desk: picture.Desk, calls: picture.Calls, floor: Floor, board: Board, settings: Settings,
    board_bus: Bus, house_bus: Bus,
) -> Hub:  # fmt: skip
    """The hub, listening but not started."""
    live = Live(rooms, desk, calls, floor, board, settings, _slowly, {})
    board_bus.listen(feed.BOARD, live.hear)
    house_bus.listen(SeatStateChanged, live.hear)
    hub = Hub(live, desk, _targets(settings), _again)

    def party(number: str) -> PartyOut:
        told = caller.party(number, settings.centre.area_code)
        return PartyOut(number=told.number, area=told.area, carrier=told.carrier, kind=told.kind)

    heard = feed.Feed(hub, live, party)
    board_bus.listen(feed.BOARD, heard.hear)
    house_bus.listen(feed.HOUSE, heard.hear_house)
    return hub


def _targets(settings: Settings) -> TargetsOut:
    wanted = settings.targets
    return TargetsOut(
        service_level_15s=wanted.service_level_15s, connect_rate_24h=wanted.connect_rate_24h,
        waiting_most=wanted.waiting_most, wait_seconds_most=wanted.wait_seconds_most,
    )  # fmt: skip


async def _slowly() -> Slowly:
    return Slowly()


async def _again(who: Who) -> Who | None:
    return who

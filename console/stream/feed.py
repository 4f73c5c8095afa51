"""Which rows an event touches, and which seats it makes pop. Heard on the board bus and the house bus.

Every event costs a few touched names; rows are looked at once per turn, however many events
there were. A pop is made and sent at once, while the event is being told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, get_args

from agents import events as house
from agents.presence import Presence
from bridge import events as tickets
from cti import events as ev
from cti.events import Direction
from cti.ids import CallId, Instant, SeatId

from ..contract import stream as said
from ..picture import Kind
from ..ports import Live
from .hub import Hub

BOARD: tuple[type, ...] = get_args(ev.Event)
HOUSE: tuple[type, ...] = (
    house.SeatStateChanged, house.SeatWarned, house.RejoinBegan,
    tickets.TicketFiled, tickets.TicketDelivered, tickets.TicketPoisoned,
)  # fmt: skip
TICKETS_KEPT = 5_000
"""Tickets filed last whose agents are remembered, to be told what became of them."""


class Feed:
    """:param party: who calls, by this number."""

    def __init__(self, hub: Hub, live: Live, party: Callable[[str], said.PartyOut]) -> None:
        self._hub, self._live, self._party = hub, live, party
        ids = live.ids()
        self._seats, self._trunks = frozenset(ids["seats"]), frozenset(ids["trunks"])
        self._lines, self._queues = tuple(ids["lines"]), tuple(ids["queues"])
        self._rejoining: dict[str, CallId] = {}
        self._filed: dict[str, tuple[str, str]] = {}

    # -- the telephone -------------------------------------------------------------------

    def hear(self, event: Any) -> None:
        """A board event."""
        call = getattr(event, "call", None)
        if call is None:
            self._plant(event)
            return
        touch = self._hub.touch
        touch("calls", call)
        match event:
            case ev.CallOffered():
                self._pop(event.seat, call, event.at)
            case ev.OfferEnded() | ev.TalkBegan():
                self._hub.quiet(event.seat)
            case ev.CallArrived() if event.endpoint in self._seats and event.direction is not Direction.INBOUND:
                self._dials(SeatId(event.endpoint), call, event.at)
            case ev.CallQueued() | ev.CallLeftQueue():
                touch("queues", event.queue)
            case ev.LegBegan() | ev.LegEnded():
                if event.endpoint in self._trunks:
                    touch("trunks", event.endpoint)
            case ev.CallLined():
                touch("lines", event.line)
            case ev.CallEnded():
                self._touch("lines", self._lines)
                self._hub.over(call)
                self._rejoining = {seat: own for seat, own in self._rejoining.items() if own != call}
            case ev.CallsMerged():
                touch("calls", event.merged)

    def _plant(self, event: Any) -> None:
        match event:
            case ev.EndpointReach():
                if event.endpoint in self._trunks:
                    self._hub.touch("trunks", event.endpoint)
                elif event.endpoint in self._seats:
                    self._hub.touch("seats", event.endpoint)
            case ev.LineChecked():
                self._hub.touch("lines", event.line)
            case ev.BoardLive() | ev.NodeStarted():
                self._hub.touch_all()
            case ev.BoardBlind():
                self._hub.look_at_vitals()

    def _touch(self, kind: Kind, idents: tuple[str, ...]) -> None:
        for ident in idents:
            self._hub.touch(kind, ident)

    def _pop(self, seat: SeatId, call: CallId, at: Instant) -> None:
        rejoin = self._rejoining.pop(seat, None) == call
        self._hub.pop(seat, call, _moment(at), self._party, rejoin=rejoin)

    def _dials(self, seat: SeatId, call: CallId, at: Instant) -> None:
        row = self._live.call(call)
        if row is not None and row.dialled:  # else its phone rings at the daemon's wish: to watch, not to dial
            self._hub.pop(seat, call, _moment(at), self._party, dials=True)

    # -- the house -------------------------------------------------------------------------

    def hear_house(self, event: Any) -> None:
        match event:
            case house.SeatStateChanged():
                self._hub.touch("seats", event.seat)
                self._touch("queues", self._queues)
                if Presence.LOGGED_OUT in (event.old, event.new):
                    self._hub.moved(event.agent)
                if event.call:
                    self._hub.touch("calls", event.call)
            case house.SeatWarned():
                word = said.SeatWarned(at=_moment(event.at), what=event.what.value, detail=event.detail)
                self._hub.tell_seat(event.seat, word)
            case house.RejoinBegan() if not event.to_queue:
                self._rejoining[event.seat] = event.call
            case tickets.TicketFiled():
                self._filed[event.ticket] = (event.agent, event.call or "")
                if len(self._filed) > TICKETS_KEPT:
                    del self._filed[next(iter(self._filed))]
            case tickets.TicketDelivered():
                self._moved(event, "delivered", event.case_number, event.query_code, "")
            case tickets.TicketPoisoned():
                self._moved(event, "poisoned", "", "", event.error)

    def _moved(self, event: Any, state: str, number: str, query: str, error: str) -> None:
        agent, call = self._filed.get(event.ticket, ("", ""))
        if agent:
            word = said.TicketMoved(
                at=event.at, id=event.ticket, call=event.call or call, state=state, case_number=number,
                query_code=query, error=error[:500],
            )  # fmt: skip
            self._hub.tell_account(agent, word)


def _moment(at: Instant) -> datetime:
    return datetime.fromtimestamp(at, UTC)

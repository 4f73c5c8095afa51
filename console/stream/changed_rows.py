"""Which rows an event touches, and which seats it makes pop. Heard on the board bus and the house bus.

Every event costs a few touched names; rows are looked at once per turn, however many events
there were. A pop is made and sent at once, while the event is being told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from accounts import events as sessions
from agents import events as house
from agents.callbacks import CallbacksMoved
from agents.presence import Presence
from bridge import events as tickets
from bridge.case_state import CaseState
from bridge.case_store_messages import MessageKind
from bridge.delivery_state import DeliveryState
from cti import events as ev
from cti.equipment_events import BoardBlind, BoardLive, EndpointReach, LineChecked, NodeStarted
from cti.events import DialResult, Direction, OfferResult
from cti.ids import CallId, Instant, SeatId
from cti.numbering_plan import seat_at

from .. import visibility
from ..contract import stream as said
from ..live_state import Kind
from ..ports import Live
from ..published_events import SwitchMoved
from .hub import Hub
from .stream_connection import Why

BOARD: tuple[type, ...] = (
    *get_args(ev.CallEvent), EndpointReach, LineChecked, BoardLive, NodeStarted, BoardBlind,
)  # fmt: skip
HOUSE: tuple[type, ...] = (
    house.SeatStateChanged, house.SeatNoted, house.SeatWarned, house.RejoinBegan, sessions.SessionEnded, sessions.SessionLocked,
    tickets.TicketFiled, tickets.TicketDelivered, tickets.TicketPoisoned, tickets.CaseMoved, CallbacksMoved,
    SwitchMoved,
)  # fmt: skip
GOODBYE: dict[str, Why] = {"signed_out": "signed_out", "revoked": "signed_out", "expired": "expired"}
"""Why a session ended → what its stream is told."""
_OVER: dict[OfferResult, Literal["missed", "refused", "unable", "withdrawn"]] = {
    OfferResult.MISSED: "missed", OfferResult.REFUSED: "refused", OfferResult.UNABLE: "unable",
    OfferResult.WITHDRAWN: "withdrawn",
}  # fmt: skip
"""Offers that nobody answered, as a page is told of them."""
MOVED_MOST = 100
"""Call-backs told one by one; of more, that there are more."""
TICKETS_KEPT = 5_000
"""Tickets filed last whose agents are remembered, to be told what became of them."""


class Feed:
    """
    :param party: who calls, by this number.
    :param name: of a person, by their id.
    """

    def __init__(
        self, hub: Hub, live: Live, party: Callable[[str], said.PartyOut], name: Callable[[str], str] = str
    ) -> None:
        self._hub, self._live, self._party, self._name = hub, live, party, name
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
            case ev.OfferEnded():
                self._hub.quiet(event.seat)
                self._offer_over(event)
            case ev.TalkBegan():
                self._hub.quiet(event.seat)
            case ev.DialEnded() if event.by and event.result is not DialResult.CANCELLED:
                ended = said.DialEnded(at=_moment(event.at), call=call, way=event.way, to=event.to, result=event.result)
                self._hub.tell_seat(event.by, ended)
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
            case EndpointReach():
                if event.endpoint in self._trunks:
                    self._hub.touch("trunks", event.endpoint)
                elif (seat := seat_at(event.endpoint)) in self._seats:
                    self._hub.touch("seats", seat)
            case LineChecked():
                self._hub.touch("lines", event.line)
            case BoardLive() | NodeStarted():
                self._hub.touch_all()
            case BoardBlind():
                self._hub.look_at_vitals()

    def _touch(self, kind: Kind, idents: tuple[str, ...]) -> None:
        for ident in idents:
            self._hub.touch(kind, ident)

    def _offer_over(self, event: ev.OfferEnded) -> None:
        if (result := _OVER.get(event.result)) is not None:
            word = said.OfferOver(at=_moment(event.at), call=event.call, result=result, queue=bool(event.queue))
            self._hub.tell_seat(event.seat, word)

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
            case house.SeatNoted():
                self._hub.touch("seats", event.seat)
            case house.SeatWarned():
                word = said.SeatWarned(
                    at=_moment(event.at), what=event.what.value, detail=event.detail, by_name=self._name(event.by)
                )
                self._hub.tell_seat(event.seat, word)
            case sessions.SessionEnded():
                self._hub.revoked(event.session, GOODBYE[event.why])
            case sessions.SessionLocked():
                self._hub.covered(event.session, event.locked)
            case house.RejoinBegan() if not event.to_queue:
                self._rejoining[event.seat] = event.call
            case tickets.TicketFiled():
                self._filed[event.ticket] = (event.agent, event.call or "")
                if event.call:  # the citizen may have asked for secrecy
                    self._hub.touch("calls", event.call)
                if len(self._filed) > TICKETS_KEPT:
                    del self._filed[next(iter(self._filed))]
            case tickets.TicketDelivered():
                self._moved(event, DeliveryState.DELIVERED, event.case_number, event.query_code, case=CaseState.FILED)
            case tickets.TicketPoisoned() if event.kind is MessageKind.FILE:
                self._moved(event, DeliveryState.POISONED, error=event.error)
            case tickets.CaseMoved():
                self._moved(event, DeliveryState.DELIVERED, event.case_number, event.query_code, case=event.state)
            case CallbacksMoved():
                self._callbacks(event)
            case SwitchMoved():
                self._hub.touch("switches", f"{event.kind}:{event.target}")

    def _callbacks(self, event: CallbacksMoved) -> None:
        seen = [one for one in self._hub.consoles if not one.who.locked and visibility.sees_callbacks(one.who)]
        moved = [
            said.CallbackMoved(id=one.task, state=one.state, owner=one.owner, tries=one.tries, due_at=one.due)
            for one in event.tasks[:MOVED_MOST]
        ]
        self._hub.tell(seen, said.CallbacksMoved(at=datetime.now(UTC), moved=moved, more=len(event.tasks) > MOVED_MOST))

    def _moved(
        self, event: Any, state: DeliveryState, number: str = "", query: str = "", error: str = "",
        case: CaseState | None = None,
    ) -> None:  # fmt: skip
        agent, call = self._filed.get(event.ticket, ("", ""))
        agent = getattr(event, "agent", agent)  # a case moves days later
        if agent:
            word = said.TicketMoved(
                at=event.at, id=event.ticket, call=event.call or call, state=state, case_number=number,
                query_code=query, error=error[:500], case_state=case,
            )  # fmt: skip
            self._hub.tell_account(agent, word)


def _moment(at: Instant) -> datetime:
    return datetime.fromtimestamp(at, UTC)

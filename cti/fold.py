"""The fold: frames in, events out, the board kept true. Pure; nobody else writes a board.

Theory of operation
-------------------
A *leg* is a channel; a *call* is all legs one arrival brought about. A leg joins the
call named by its inherited HOTLINE_CALL, else the call its Linkedid led to when it was
born, else it begins a call of its own. Linkedid is asked only at birth: Asterisk
rewrites it when bridges merge. When legs of two calls meet in one bridge, when one takes
over what rings at the other, or when a transferer joins them, the calls are one: the
citizen's (else the older) goes on, the other is merged and ended.

A seat talks while somebody else hears it: another leg in its bridge, or in one that
Local channels connect with it. The halves of a Local channel hear nothing themselves,
so a seat whose bridge leads to a phone still ringing talks to nobody; where the dialplan
behind one has answered (the music of a hold) the seat is as engaged as in a talk. When Asterisk
takes a Local channel out of the way (*melting*), legs change bridges one by one; talks
that go on afterwards are not cut there.

A caller may hang up while his place in a queue is *kept* (``config/render/kept_place.py``): the halves of a Local channel named
after his call belong to it, tell of no leg, and nobody is heard through them before a telephone is behind; the telephone by which he
is called then is his call's first leg again.

Every frame is a statement about state, so hearing it twice changes nothing, and a
frame about a leg that ended, or was never born, is ignored. A call arrives with its
first leg and ends with its last; ``_end`` is the only place where a call ends.

The same code folds AMI (the board) and CEL (the book). The one difference: AMI says why
an unanswered offer ended (``RangOut``) before the leg goes; CEL does not, so the book
settles it with the next fact of that call (``Call.unsettled``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import dial_attempt, dialplan_events, endings, equipment, readable_numbers
from . import events as ev
from . import frame_types as fr
from .board import Board
from .call import Call, Leg
from .caller_names import name_of
from .dial_attempt import Dialling
from .equipment_events import NodeStarted, WordUnknown
from .events import DialResult, DialWay, Direction, EndedBy, OfferResult, QueueExit
from .ids import BridgeId, CallId, Instant, LegId, QueueId, SeatId, TrunkId
from .numbering_plan import Plan, endpoint_of, is_household, is_plumbing, is_second, kept_for

ELSEWHERE = 26
CUT = 39
"""The daemon ends and hangs up all that is left (``commands.HangUpAll``); no telephone and no carrier says this one."""
START = "s"
"""Asterisk's extension for 'nothing was dialled': originated calls, trunks without numbers."""
NEXT_FACT_SECONDS = 1.0
"""Within so long the caller's leg goes after the seat's when it was he who left."""
_EXIT = {EndedBy.NODE_DIED: QueueExit.DIED, EndedBy.STOPPED: QueueExit.STOPPED}


class Fold:
    """``live``: fed by AMI (knows why offers end); else by the durable book."""

    def __init__(self, plan: Plan, *, live: bool = True) -> None:
        self.board = Board()
        self._plan = plan
        self._live = live
        self._out: list[ev.Event] = []
        self._serial = 0
        self._unseen: set[LegId] | None = None
        self._unseen_members: set[tuple[QueueId, SeatId]] = set()
        self._steps: dict[type, Callable[[Any], None]] = {
            fr.LegNew: self._leg_new,
            fr.LegUp: self._leg_up,
            fr.LegRenamed: self._leg_renamed,
            fr.LegAsked: self._leg_asked,
            fr.LegGone: self._leg_gone,
            fr.BridgeIn: self._bridge_in,
            fr.BridgeOut: self._bridge_out,
            fr.LocalPair: self._local_pair,
            fr.LocalMelting: self._local_melting,
            fr.QueueIn: self._queue_in,
            fr.QueueOut: self._queue_out,
            fr.RangOut: self._rang_out,
            fr.HeldBy: self._held_by,
            fr.Transferred: self._transferred,
            fr.PickedUp: self._picked_up,
            **dict.fromkeys(dialplan_events.HANDLERS, self._word),
            fr.UnknownWord: self._unknown_word,
            fr.Reached: self._reached,
            fr.Member: self._member,
            fr.NodeLife: self._node_life,
            fr.SnapshotBegan: self._snapshot_began,
            fr.LegSeen: self._leg_seen,
            fr.SnapshotEnded: self._snapshot_ended,
        }

    def apply(self, frame: fr.Frame) -> list[ev.Event]:
        """Fold one frame; the events it brought about, in order."""
        self._steps[type(frame)](frame)
        if not self._out:
            return _NOTHING
        out, self._out = self._out, []
        return out

    # -- legs ----------------------------------------------------------------------

    def _leg_new(self, f: fr.LegNew) -> None:
        board = self.board
        if f.leg in board.legs or f.leg in board.ended:
            return
        if self._plan.known and is_household(f.channel):
            board.bury(f.leg)
            return
        if f.linked not in board.linked and board.ended.get(f.linked):
            board.bury(f.leg)  # of a call that began before our time and was ended once: it does not come again
            return
        named = kept_for(f.channel) or f.call
        self._birth(f.at, f.leg, f.channel, f.linked, named, f.number, f.name, f.exten, f.ringing_in)

    def _birth(
        self, at: Instant, leg_id: LegId, channel: str, linked: LegId, named: CallId, number: str, name: str,
        exten: str, ringing_in: bool, dialled: str | None = None,
    ) -> Leg:  # fmt: skip
        """``dialled``: where ``exten`` is not what was dialled, but where its leg is by now."""
        board = self.board
        call = board.calls.get(named) if named else None
        if call is None:
            call = board.calls.get(board.linked.get(linked, CallId(linked))) or board.calls.get(CallId(leg_id))
        endpoint = endpoint_of(channel)
        if call is None:
            # Its beginning may lie before our time: then the name it inherited is its call's.
            ident = next((i for i in (named, CallId(linked)) if i and i not in board.ended), CallId(leg_id))
            kept = bool(kept_for(channel))  # nothing was heard yet of the caller himself
            direction = self._plan.direction(endpoint, exten, ringing_in=ringing_in)
            call = Call(ident, LegId(ident), Direction.INBOUND if kept else direction, at)
            self._serial += 1
            call.serial = self._serial
            if dialled is None:
                dialled = "" if exten == START or kept else exten
            number, odd = readable_numbers.readable(number)
            if number == endpoint and endpoint in self._plan.trunks:
                number = ""  # born under the trunk's name; who it is, the dialplan says (``_lined``)
            name = name_of(readable_numbers.shown(name), number)
            call.caller, call.caller_name, call.dialled = number, name, readable_numbers.shown(dialled)
            call.endpoint = endpoint
            board.calls[ident] = call
            self._out.append(
                ev.CallArrived(
                    ident, at, LegId(ident), endpoint, call.direction, number, call.caller_name, call.dialled, odd
                )
            )
        else:
            self._settle(call, at)
        if call.kept is not None and call.first not in call.legs and endpoint in self._plan.trunks:
            call.first = leg_id  # whose place was kept is called
        leg = Leg(leg_id, channel, endpoint, call, at, leg_id == call.first)
        leg.kept = bool(kept_for(channel))
        if leg.kept and channel.endswith(";1"):
            call.kept = leg
        leg.seat = self._plan.is_seat(endpoint, first=leg.first)
        leg.plumbing = not endpoint and is_plumbing(channel)
        if leg.plumbing and channel.startswith("Local/"):
            twin = channel[:-1] + ("1" if channel[-1] == "2" else "2")
            for other in call.legs.values():
                if other.channel == twin:
                    leg.pair, other.pair = other, leg
        self._called(leg, at)
        if not leg.first:
            call.left_by = EndedBy.UNKNOWN
        call.legs[leg_id] = leg
        board.legs[leg_id] = leg
        board.linked[linked] = call.id
        call.links.add(linked)
        if leg.kept:
            return leg
        self._out.append(ev.LegBegan(call.id, at, leg_id, endpoint, is_second(channel)))
        if endpoint in self._plan.trunks and not leg.first and call.direction is Direction.OUTBOUND:
            call.trunk = TrunkId(endpoint)
            self._out.append(ev.CallPlaced(call.id, at, call.trunk))
        if leg.seat and not leg.first:
            self._offer(leg, at)
        return leg

    # -- somebody is called into a call (``dial_attempt.py``) ------------------------------

    def _called(self, leg: Leg, at: Instant) -> None:
        """A leg is born: does it begin such a call, or is it whom such a call rings?"""
        call = leg.call
        if leg.first:
            if leg.seat:
                self._dials(call, Dialling(DialWay.CALL, SeatId(leg.endpoint), call.dialled, at), at)
        elif leg.kept:
            pass
        elif leg.plumbing:
            to = dial_attempt.dialled_by_local(leg.channel)
            if to and to != dial_attempt.HOLD and leg.channel.endswith(";1"):
                self._dials(call, Dialling(DialWay.CONSULT, SeatId(""), to, at, leg.id), at)
        elif call.dialling is not None:
            leg.dialling = call.dialling

    def _dials(self, call: Call, begun: Dialling, at: Instant) -> None:
        self._dialled(call, at)  # whoever begins anew has let go of what was before
        call.dialling, call.unreached = begun, None

    def _dialled(self, call: Call, at: Instant, leg: Leg | None = None, result: DialResult | None = None) -> None:
        """It is over: ``leg`` answered, or nobody did and nobody is called any more."""
        ended, call.dialling = call.dialling, None
        if ended is None:
            return
        ended.result = result or dial_attempt.outcome(ended, at, seat=ended.to in self._plan.seats)
        if leg is None and ended.way is DialWay.CONSULT and ended.result is not DialResult.CANCELLED:
            call.unreached = (ended, at)
        if self._live and self._unseen is None:  # what a snapshot shows was told before
            who = leg.id if leg is not None else LegId("")
            self._out.append(ev.DialEnded(call.id, at, who, ended.way, ended.by, ended.to, ended.result))

    def _said_no(self, leg: Leg, at: Instant, cause: int) -> None:
        """A leg has ended: of one that was called, what it said; of one that called, that nobody is called any more."""
        call = leg.call
        begun = call.dialling
        if begun is None:
            return
        if leg.dialling is begun:
            said = dial_attempt.result_of(cause, rang_out=leg.rang_out, withdrawn=leg.withdrawn)
            if said is not DialResult.CANCELLED:
                begun.result = said
        elif leg.id == begun.half:
            if begun.result is DialResult.CANCELLED:  # no telephone was called at all
                begun.result = dial_attempt.result_of(cause, rang_out=False, withdrawn=False)
            self._dialled(call, at)
        elif leg.first:
            self._dialled(call, at)

    def _offer(self, leg: Leg, at: Instant) -> None:
        leg.offer_open = True
        leg.rang_out = leg.withdrawn = False
        leg.offered_from = leg.call.queue
        self._out.append(ev.CallOffered(leg.call.id, at, leg.id, SeatId(leg.endpoint), leg.offered_from))

    def _end_offer(self, leg: Leg, at: Instant, result: OfferResult) -> None:
        leg.offer_open = False
        self._out.append(ev.OfferEnded(leg.call.id, at, leg.id, SeatId(leg.endpoint), leg.offered_from, result))

    def _leg_up(self, f: fr.LegUp) -> None:
        leg = self.board.legs.get(f.leg)
        if leg is None or leg.up is not None:
            return
        call = leg.call
        self._settle(call, f.at)
        leg.up = f.at
        if leg.first:
            self._out.append(ev.CallAnswered(call.id, f.at, leg.id))
        if leg.dialling is not None and leg.dialling is call.dialling:
            self._dialled(call, f.at, leg, DialResult.ANSWERED)
        if leg.offer_open:
            self._end_offer(leg, f.at, OfferResult.ANSWERED)
            if call.queue and call.queue == leg.offered_from:
                self._leave_queue(call, f.at, QueueExit.ANSWERED)
        if leg.pair is not None and leg.pair.bridge is not None:
            self._hear_each_other(leg.pair.bridge, f.at)

    def _leg_renamed(self, f: fr.LegRenamed) -> None:
        leg = self.board.legs.get(f.leg)
        endpoint = endpoint_of(f.channel)
        if leg is None or not endpoint:
            return
        leg.channel = f.channel
        if endpoint == leg.endpoint:
            return
        open_offer = leg.offer_open
        if open_offer:
            self._end_offer(leg, f.at, OfferResult.WITHDRAWN)
        if leg.talking:
            self._stop_talking(leg, f.at)
        leg.endpoint = endpoint
        if leg.plumbing:  # a phone has taken the place of a Local half
            leg.plumbing = False
            self._part(leg)
        leg.seat = self._plan.is_seat(endpoint, first=leg.first)
        if open_offer and leg.seat:
            self._offer(leg, f.at)
        if leg.bridge is not None:
            self._hear_each_other(leg.bridge, f.at)

    def _leg_asked(self, f: fr.LegAsked) -> None:
        # A phone that refuses, a transferer who has left and a Local half are asked to go too: they end no call.
        leg = self.board.legs.get(f.leg)
        if leg is None or leg.plumbing:
            return
        leg.asked = True
        if (leg.first or leg.talking) and leg.call.ended_by is EndedBy.UNKNOWN:
            leg.call.ended_by = endings.hung_up(leg)

    def _leg_gone(self, f: fr.LegGone) -> None:
        leg = self.board.legs.get(f.leg)
        if leg is None:
            self.board.bury(f.leg)
            return
        self._remove(leg, f.at, f.cause, f.source)

    def _remove(self, leg: Leg, at: Instant, cause: int, source: str, by: EndedBy | None = None) -> None:
        call, board = leg.call, self.board
        if call.unsettled is not None:
            self._settle(call, at, caller_left=leg.first or leg is call.kept)
        if leg.seat:
            endings.seat_gone(call, leg, cause)
        if leg.bridge is not None:
            self._leave_bridge(leg, at)
        if leg.talking:
            self._stop_talking(leg, at)
        if leg.pair is not None:
            self._part(leg)
        leg.asked = leg.asked or (bool(source) and source == leg.channel)
        if cause == CUT and not source and by is None:
            by = EndedBy.STOPPED
            if call.ended_by is EndedBy.UNKNOWN:  # whoever hung up a moment before us did
                call.ended_by = by
        if leg.first and by is None and call.ended_by is EndedBy.UNKNOWN:
            call.ended_by = endings.first_gone(call, leg, cause, source, live=self._live)
        if leg.offer_open:
            self._close_offer(leg, at, cause)
        if leg.first:
            call.cause = cause
        if call.queue and self._stands(leg):
            self._leave_queue(call, at, _EXIT.get(by or EndedBy.UNKNOWN, QueueExit.ABANDONED))
        del call.legs[leg.id]
        del board.legs[leg.id]
        self._said_no(leg, at, cause)
        if leg.id in call.melting:
            self._molten(call, leg.id, at)
        board.bury(leg.id)
        if not leg.kept:
            self._out.append(ev.LegEnded(call.id, at, leg.id, leg.endpoint, cause, leg.asked))
        if not call.legs:
            self._end(call, at, by if by is not EndedBy.STOPPED else None)

    def _close_offer(self, leg: Leg, at: Instant, cause: int) -> None:
        """An offer that nobody answered: say why, or (book) wait for the next fact."""
        if leg.rang_out and cause not in endings.REFUSALS and cause != ELSEWHERE:
            self._end_offer(leg, at, OfferResult.MISSED)
        elif (
            leg.withdrawn
            or cause == ELSEWHERE
            or (not leg.call.queue and not leg.offered_from and leg.call.first not in leg.call.legs)
        ):
            self._end_offer(leg, at, OfferResult.WITHDRAWN)
        elif (refusal := endings.REFUSALS.get(cause)) is not None:
            self._end_offer(leg, at, refusal)
        elif self._live:
            self._end_offer(leg, at, OfferResult.WITHDRAWN)
        else:
            leg.offer_open = False
            leg.call.unsettled, leg.call.unsettled_at = leg, at

    def _settle(self, call: Call, at: Instant, *, caller_left: bool = False) -> None:
        """Book: the next fact says whether an unanswered offer rang out or was withdrawn.

        app_queue takes the seat's leg down first in both cases; when it was because the
        caller left, the caller's own leg goes as the very next fact.
        """
        leg = call.unsettled
        if leg is None:
            return
        call.unsettled = None
        gone = call.unsettled_at
        if caller_left and at - gone < NEXT_FACT_SECONDS:
            result = OfferResult.WITHDRAWN
        else:
            result = OfferResult.UNABLE if gone - leg.born < endings.RANG_SECONDS else OfferResult.MISSED
        self._out.append(ev.OfferEnded(call.id, gone, leg.id, SeatId(leg.endpoint), leg.offered_from, result))

    def _end(self, call: Call, at: Instant, by: EndedBy | None = None) -> None:
        """The only place where a call ends."""
        self._settle(call, at, caller_left=True)
        if call.queue:
            self._leave_queue(call, at, QueueExit.DIED if by is EndedBy.NODE_DIED else QueueExit.UNKNOWN)
        self._dialled(call, at)
        board = self.board
        if not call.line and call.direction is Direction.INBOUND:
            self._line_of(call, at)
        ended_by = by or call.ended_by
        if ended_by is EndedBy.UNKNOWN and by is None and (call.cause or (self._live and call.first in board.ended)):
            ended_by = EndedBy.SYSTEM  # nobody at a phone did
        del board.calls[call.id]
        board.bury(call.id, headless=call.first not in board.legs and call.first not in board.ended)
        for link in call.links:
            board.linked.pop(link, None)
        self._out.append(ev.CallEnded(call.id, at, ended_by, call.cause, call.talked, endings.alone(call)))

    def _line_of(self, call: Call, at: Instant) -> None:
        """It was over before the dialplan could say which line it came on: its channel tells."""
        number = self._plan.called(call.dialled)
        line = self._plan.lines.get(number)
        if line is not None:
            call.line, call.trunk, call.partner = line, TrunkId(call.endpoint), self._plan.partners.get(number, "")
            self._out.append(ev.CallLined(call.id, at, line, call.trunk, number, call.partner))

    # -- bridges: who hears whom --------------------------------------------------------

    def _bridge_in(self, f: fr.BridgeIn) -> None:
        leg = self.board.legs.get(f.leg)
        if leg is None or leg.bridge == f.bridge:
            return
        self._settle(leg.call, f.at)
        if leg.bridge is not None:
            self._leave_bridge(leg, f.at)
        members = self.board.bridges.setdefault(f.bridge, {})
        leg.bridge = f.bridge
        members[leg.id] = leg
        begun = leg.call.dialling
        if begun is not None and not begun.by and begun.half in members:  # who meets that half asks
            begun.by = SeatId(next((one.endpoint for one in members.values() if one.seat), ""))
        if f.holding:
            return
        for other in tuple(members.values()):
            if other.call is not leg.call:
                self._merge(leg.call, other.call, f.at)
        self._hear_each_other(f.bridge, f.at)

    def _bridge_out(self, f: fr.BridgeOut) -> None:
        leg = self.board.legs.get(f.leg)
        if leg is not None and leg.bridge == f.bridge:
            self._leave_bridge(leg, f.at)

    def _leave_bridge(self, leg: Leg, at: Instant) -> None:
        bridge = leg.bridge
        assert bridge is not None
        members = self.board.bridges[bridge]
        if not leg.call.melting:
            endings.leaves(leg, self.board.parties(bridge))
        del members[leg.id]
        leg.bridge = None
        if leg.talking and not leg.call.melting:
            self._stop_talking(leg, at)
        if members:
            self._fall_silent(bridge, at)
        else:
            del self.board.bridges[bridge]
        if leg.pair is not None and leg.pair.bridge is not None:
            self._fall_silent(leg.pair.bridge, at)

    def heard_with(self, leg: Leg) -> list[Leg]:
        """Who hears whom where this leg is; empty when it is in no bridge."""
        return self.board.parties(leg.bridge) if leg.bridge is not None else []

    def _fall_silent(self, bridge: BridgeId, at: Instant) -> None:
        """Somebody left: who is alone now talks no longer."""
        parties = self.board.parties(bridge)
        if len(parties) == 1 and parties[0].talking and not parties[0].call.melting:
            self._stop_talking(parties[0], at)

    def _hear_each_other(self, bridge: BridgeId, at: Instant) -> None:
        parties = self.board.parties(bridge)
        if len(parties) < 2:
            return
        endings.met(parties)
        for leg in parties:
            if leg.seat and not leg.talking:
                leg.talking = True
                call = leg.call
                call.talked = True
                call.ended_by = EndedBy.UNKNOWN  # whoever left before did not end it
                self._out.append(ev.TalkBegan(call.id, at, leg.id, SeatId(leg.endpoint), leg.offered_from))

    def _stop_talking(self, leg: Leg, at: Instant) -> None:
        if leg.held:
            leg.held = False
            self._out.append(ev.CallResumed(leg.call.id, at, leg.id, SeatId(leg.endpoint)))
        leg.talking = False
        self._out.append(ev.TalkEnded(leg.call.id, at, leg.id, SeatId(leg.endpoint)))

    def _merge(self, one: Call, two: Call, at: Instant) -> None:
        """``one`` and ``two`` have met; the citizen's, else the older, goes on."""
        rank_one = (one.direction is not Direction.INBOUND, one.arrived, one.serial)
        rank_two = (two.direction is not Direction.INBOUND, two.arrived, two.serial)
        kept, gone = (one, two) if rank_one <= rank_two else (two, one)
        self._settle(gone, at)
        if gone.queue:
            self._leave_queue(gone, at, QueueExit.MOVED)
        self._out.append(ev.CallsMerged(kept.id, at, gone.id))
        talks = []
        for leg in gone.legs.values():
            if leg.talking:
                self._stop_talking(leg, at)
                talks.append(leg)
            leg.call = kept
            leg.called = leg.called or gone.dialled
            leg.first = False
            leg.seat = self._plan.is_seat(leg.endpoint, first=False)
            kept.legs[leg.id] = leg
        gone.legs.clear()
        for link in gone.links:
            self.board.linked[link] = kept.id
        kept.links |= gone.links
        kept.melting |= gone.melting
        kept.dialling, gone.dialling = kept.dialling or gone.dialling, None
        gone.links.clear()
        if gone.ended_by is EndedBy.UNKNOWN:
            gone.ended_by = EndedBy.SEAT
        self._end(gone, at)
        for leg in talks:
            if leg.bridge is not None:
                self._hear_each_other(leg.bridge, at)

    # -- Local channels ------------------------------------------------------------------

    def _local_pair(self, f: fr.LocalPair) -> None:
        one, two = self.board.legs.get(f.one), self.board.legs.get(f.two)
        if one is None or two is None:
            return
        one.pair, two.pair = two, one
        if one.call is not two.call:
            self._merge(one.call, two.call, f.at)

    def _part(self, leg: Leg) -> None:
        if leg.pair is not None:
            leg.pair.pair = None
            leg.pair = None

    def _local_melting(self, f: fr.LocalMelting) -> None:
        leg = self.board.legs.get(f.one)
        if leg is None:
            return
        if f.begun:
            leg.call.melting.add(leg.id)
        elif leg.id in leg.call.melting:
            self._molten(leg.call, leg.id, f.at)

    def _molten(self, call: Call, half: LegId, at: Instant) -> None:
        """The Local channel is out of the way: who is alone now talks no longer."""
        call.melting.discard(half)
        if call.melting:
            return
        for leg in call.legs.values():
            if leg.talking and (leg.bridge is None or len(self.board.parties(leg.bridge)) < 2):
                self._stop_talking(leg, at)

    # -- queues --------------------------------------------------------------------------

    def _queue_in(self, f: fr.QueueIn) -> None:
        leg = self.board.legs.get(f.leg)
        # Whoever hears somebody does not begin to wait: his recording was begun anew (``recordings/restart_on_transfer.py``), and
        # for CEL the Queue() behind that Gosub() begins once more.
        if leg is None or leg.bridge is not None:
            return
        call = leg.call
        call.waits = leg.id
        if call.queue == f.queue:
            call.position = f.position or call.position
            return
        if call.queue:
            self._leave_queue(call, f.at, QueueExit.MOVED)
        endings.queued(call)
        self._dialled(call, f.at)  # who was given away is back
        call.queue, call.queued_at, call.position = f.queue, f.at, f.position
        self._out.append(ev.CallQueued(call.id, f.at, f.queue, f.position))

    def _queue_out(self, f: fr.QueueOut) -> None:
        leg = self.board.legs.get(f.leg)
        if leg is None or leg.call.queue != f.queue:
            return
        if (leg.kept or leg.call.kept is not None) and leg.id != leg.call.waits:
            return  # the other one of caller and kept place stands there by now
        self._settle(leg.call, f.at, caller_left=f.result is QueueExit.ABANDONED)
        result = f.result
        if result is QueueExit.UNKNOWN:
            result = QueueExit.TIMEOUT
        self._leave_queue(leg.call, f.at, result)

    def _stands(self, leg: Leg) -> bool:
        """It is by this leg that its call waits in a queue."""
        return leg.id == leg.call.waits if leg.kept or leg.call.kept is not None else leg.first

    def _leave_queue(self, call: Call, at: Instant, result: QueueExit) -> None:
        queue, call.queue, call.queued_at, call.position = call.queue, QueueId(""), None, 0
        call.answered = call.answered or result is QueueExit.ANSWERED
        self._out.append(ev.CallLeftQueue(call.id, at, queue, result))

    def _rang_out(self, f: fr.RangOut) -> None:
        leg = self.board.legs.get(f.leg)
        if leg is not None and (leg.offer_open or (leg.dialling is not None and leg.up is None)):
            leg.withdrawn = leg.withdrawn or (f.withdrawn and not leg.rang_out)
            leg.rang_out = not leg.withdrawn

    # -- hold, transfer, pick-up ------------------------------------------------------------

    def _held_by(self, f: fr.HeldBy) -> None:
        leg = self.board.legs.get(f.leg)
        if leg is None or not leg.seat or leg.held == f.held or (f.held and not leg.talking):
            return
        leg.held = f.held
        kind = ev.CallHeld if f.held else ev.CallResumed
        self._out.append(kind(leg.call.id, f.at, leg.id, SeatId(leg.endpoint)))

    def _transferred(self, f: fr.Transferred) -> None:
        legs = self.board.legs
        leg = legs.get(f.leg)
        if leg is None:
            return
        kind, to = f.kind, f.to
        target, second = (legs.get(f.target) if f.target else None), (legs.get(f.second) if f.second else None)
        joined = [target] if target is not None else list(self.board.bridges.get(f.bridge, {}).values())
        if kind is ev.TransferKind.ATTENDED and any(one.up is None for one in joined):
            kind = ev.TransferKind.BLONDE
        to = endings.given_to(leg, to, target, second, joined)
        if second is not None and second.call is not leg.call:
            self._merge(leg.call, second.call, f.at)
        endings.given(leg.call, leg, kind, to)
        if kind is ev.TransferKind.BLIND and to not in (endings.HEAD, leg.endpoint):
            self._dials(leg.call, Dialling(DialWay.TRANSFER, SeatId(leg.endpoint), to, f.at), f.at)
        self._out.append(ev.CallTransferred(leg.call.id, f.at, kind, SeatId(leg.endpoint), to))

    def _picked_up(self, f: fr.PickedUp) -> None:
        """What rang at ``target`` was offered to, and answered by, ``leg``."""
        leg, target = self.board.legs.get(f.leg), self.board.legs.get(f.target)
        if leg is None or target is None:
            return
        if leg.call is not target.call:
            self._merge(target.call, leg.call, f.at)
        if not target.offer_open:
            return
        self._end_offer(target, f.at, OfferResult.WITHDRAWN)
        if not leg.seat or leg.first or leg.offer_open:
            return
        self._offer(leg, f.at)
        leg.offered_from = target.offered_from
        self._end_offer(leg, f.at, OfferResult.ANSWERED)
        if leg.call.queue and leg.call.queue == leg.offered_from:
            self._leave_queue(leg.call, f.at, QueueExit.ANSWERED)

    # -- what our dialplan says ----------------------------------------------------------------

    def _word(self, f: Any) -> None:
        leg = self.board.legs.get(f.leg)
        if leg is None:
            return
        begun = leg.call.dialling
        if begun is not None and isinstance(f, fr.DialForbidden):
            begun.result = DialResult.NOT_ALLOWED
        elif begun is not None and isinstance(f, fr.Dialled):
            begun.to = begun.to or f.number
        self._out.extend(dialplan_events.HANDLERS[type(f)](leg, f))

    def _unknown_word(self, f: fr.UnknownWord) -> None:
        self._out.append(WordUnknown(f.at, f.word, f.source))

    # -- the plant ------------------------------------------------------------------------------

    def _reached(self, f: fr.Reached) -> None:
        self._out.extend(equipment.reached(self.board, f))

    def _member(self, f: fr.Member) -> None:
        self._unseen_members.discard((f.queue, f.seat))
        self._out.extend(equipment.member(self.board, f))

    def _node_life(self, f: fr.NodeLife) -> None:
        board = self.board
        # AMI tells the same life again and again; the book has each once, whatever the clock said then
        if self._live and board.node_began is not None and f.at <= board.node_began:
            return
        board.node_began = f.at
        ended = f.died or f.at
        for leg in [leg for leg in board.legs.values() if not f.spares and leg.born < max(f.at, ended)]:
            if leg.id in board.legs:
                self._remove(leg, max(ended, leg.born), 0, "", EndedBy.NODE_DIED)
        self._out.append(NodeStarted(f.at, f.node))

    # -- snapshots ----------------------------------------------------------------------------------

    def _snapshot_began(self, f: fr.SnapshotBegan) -> None:
        self._unseen = set(self.board.legs)
        self._unseen_members = set(self.board.members)

    def _leg_seen(self, f: fr.LegSeen) -> None:
        board = self.board
        if self._unseen is not None:
            self._unseen.discard(f.leg)
        leg = board.legs.get(f.leg)
        if leg is None:
            if self._plan.known and is_household(f.channel):
                return
            # Asterisk has it: whatever was heard of its end was not so (a list is newer than what was said before it)
            board.ended.pop(f.leg, None)
            if f.linked not in board.linked:
                board.ended.pop(f.call, None)  # and so does the call whose name it carries
            leg = self._birth(
                f.born, f.leg, f.channel, f.linked, kept_for(f.channel) or f.call, f.number, f.name, f.exten, True, dialled=""
            )  # fmt: skip
        else:
            self._leg_renamed(fr.LegRenamed(f.at, f.leg, f.channel))
        if f.up:
            self._leg_up(fr.LegUp(f.at, f.leg))
        if f.bridge:
            self._bridge_in(fr.BridgeIn(f.at, f.leg, f.bridge, False))
        elif leg.bridge is not None:
            self._leave_bridge(leg, f.at)
        if f.queue and not f.bridge:
            self._queue_in(fr.QueueIn(f.at, f.leg, f.queue, f.position))
        elif leg.call.queue and self._stands(leg) and not f.queue:
            self._leave_queue(leg.call, f.at, QueueExit.UNKNOWN)

    def _snapshot_ended(self, f: fr.SnapshotEnded) -> None:
        unseen, self._unseen = self._unseen, None
        for leg_id in (unseen or ()) if f.whole else ():
            leg = self.board.legs.get(leg_id)
            if leg is not None:
                self._remove(leg, f.at, 0, "", EndedBy.UNKNOWN)
        for queue, seat in sorted(self._unseen_members):
            self._member(fr.Member(f.at, queue, seat, False, "", 0, False))


_NOTHING: list[ev.Event] = []

"""The book's events of one call after another, folded into rows (``call_record.py``). Pure.

``Records`` hears every event of the book (``cti.events``) in order and keeps one
``CallRecord`` a living call, with its legs, offers, talks, queue visits, transfers and
tape. What changed since the last ``settled`` lies in ``changed``, ready to be written by
``scribe.py``. It decides nothing about outcomes (``default_outcome.py``) and knows no table.

Legs, offers and talks are found by their leg, not by their call: after a merge their
end is told under the call that went on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bridge.partner_handover import HandoverEnd
from config.answered_talk_rule import counts
from cti import events as ev
from cti.equipment_events import BookGap, NodeStarted, RowsRefused
from cti.events import Direction
from cti.ids import CallId, Instant, LegId
from cti.journey_events import (
    CallbackAsked,
    CallbackOffered,
    CallbackTaken,
    CallbackTakenOver,
    CitizenCalledBack,
    JourneyStepped,
    KeptPlaceUp,
    NoticePlayed,
    NuisanceHandled,
    PromptUnplayed,
    SelfServed,
    SurveyAnswered,
    SwitchedByPhone,
    VoicemailBegan,
    VoicemailEnd,
    VoicemailEnded,
    WaitPromised,
)

from .call_record import (
    CallbackOffer,
    CallRecord,
    Graded,
    Handover,
    JourneyStep,
    Leg,
    Offer,
    Promise,
    SelfService,
    Survey,
    Talk,
    Tape,
    Transfer,
    Visit,
    Voicemail,
)
from .unwritten_rows import Changed, Gap

MOST_STEPS = 200
"""Kept of one call: whoever presses keys for hours fills no ledger."""
_NOT_REACHED = {str(end): end for end in HandoverEnd}
"""What the partner's telephone said, where nobody answered: the same words."""


class Records:
    """Hear events with ``apply``; write ``changed``; then say ``settled``."""

    def __init__(self, skip: frozenset[str] = frozenset(), whole_until: float = 0.0) -> None:
        """``whole_until``: what was written before this moment is in the ledger already."""
        self._whole_until = whole_until
        self.open: dict[CallId, CallRecord] = {}
        self.skip: set[str] = set(skip)
        """Calls and legs whose story is closed in the ledger; what is read of them again is ignored."""
        self.changed = Changed()
        self._legs: dict[LegId, Leg] = {}
        self._offers: dict[LegId, Offer] = {}
        self._taken: dict[LegId, Offer] = {}
        """Answered, and their legs are up."""
        self._talks: dict[LegId, Talk] = {}
        self._tapes: dict[str, Tape] = {}
        """Raw file → what is being recorded into it."""
        self._gap: Gap | None = None
        """One whose end is not known yet."""
        self._steps: dict[type, Callable[[Any, CallRecord], None]] = {
            ev.CallLined: self._lined,
            ev.CallDialled: self._dialled,
            NoticePlayed: self._noticed,
            PromptUnplayed: self._unplayed,
            ev.CallRefused: self._refused,
            VoicemailBegan: self._speaks,
            VoicemailEnded: self._spoke,
            WaitPromised: self._promised,
            SurveyAnswered: self._judged,
            ev.HandoverStepped: self._handed_over,
            SelfServed: self._self_served,
            JourneyStepped: self._stepped,
            NuisanceHandled: self._graded,
            CallbackOffered: self._callback_offered,
            CallbackAsked: self._callback_asked,
            CallbackTaken: self._callback_taken,
            CallbackTakenOver: self._callback_taken_over,
            KeptPlaceUp: self._place_up,
            CitizenCalledBack: self._called_back,
            ev.CallPlaced: self._placed,
            ev.DialRefused: self._dial_refused,
            ev.CallAnswered: self._answered,
            ev.CallQueued: self._queued,
            ev.CallLeftQueue: self._left_queue,
            ev.CallOffered: self._offered,
            ev.OfferEnded: self._offer_ended,
            ev.TalkBegan: self._talk_began,
            ev.TalkEnded: self._talk_ended,
            ev.CallHeld: self._held,
            ev.CallResumed: self._resumed,
            ev.CallTransferred: self._transferred,
            ev.CallsMerged: self._merged,
            ev.LegBegan: self._leg_began,
            ev.LegEnded: self._leg_ended,
            ev.RecordingStarted: self._recording_started,
            ev.LegMedia: self._leg_media,
            ev.CallUncertain: self._doubted,
            ev.CallEnded: self._ended,
        }

    def apply(self, event: ev.Event) -> None:
        """Fold one event. Events of calls that are not open here (any more) change nothing."""
        if isinstance(event, BookGap):
            self._lost(event)
            return
        if isinstance(event, RowsRefused):
            self._unreadable(event)
            return
        if self._gap is not None:
            self._found(getattr(event, "at", None))
        if isinstance(event, ev.CallArrived):
            self._arrived(event)
        elif isinstance(event, NodeStarted):
            self.changed.lives.append(event)
        elif isinstance(event, SwitchedByPhone):  # in the ledger at once: a supervisor looks for it now
            self.changed.switches.append(event)
        elif (step := self._steps.get(type(event))) is not None:
            record = self.open.get(event.call)  # type: ignore[union-attr]
            if record is not None:
                step(event, record)
                self.changed.calls[record.call] = record

    def urgent(self) -> Changed:
        """The part of ``changed`` that a reader misses: calls new or closed, with all rows of the closed ones.

        What happens inside a call that goes on can wait: it is folded again after a crash.
        """
        return self.changed.at_once(self.open)

    def settled(self, done: Changed) -> None:
        """``done``, which is ``changed`` or its urgent part, is on disk."""
        for record in done.calls.values():
            record.written = True
        self.changed = self.changed.without(done)

    def forget(self, call: CallId) -> None:
        """This call is closed in the ledger: drop what was folded of it and ignore what follows."""
        self.skip.add(call)
        self.open.pop(call, None)
        self.changed.forget(call)

    # -- the call itself -----------------------------------------------------------------

    def _arrived(self, e: ev.CallArrived) -> None:
        if e.call in self.open or e.call in self.skip or e.leg in self.skip:
            return
        record = CallRecord(e.call, str(e.direction), e.endpoint, e.caller, e.caller_name, e.dialled, e.at)
        record.odd = e.odd
        self.open[e.call] = record
        self.changed.calls[e.call] = record

    def _lined(self, e: ev.CallLined, record: CallRecord) -> None:
        record.line, record.trunk, record.number = e.line, e.trunk, e.number
        record.partner, record.reference, record.origin = e.partner, e.reference, e.origin
        record.hidden, record.diverted = e.hidden, e.diverted
        if e.caller is not None:
            record.caller, record.caller_name = e.caller, e.caller_name
        record.odd = e.odd or record.odd

    def _dialled(self, e: ev.CallDialled, record: CallRecord) -> None:
        record.dialled = e.number

    def _noticed(self, e: NoticePlayed, record: CallRecord) -> None:
        if record.notice is None:
            record.notice, record.notice_prompt, record.notice_source = e.at, e.prompt, e.source

    def _unplayed(self, e: PromptUnplayed, record: CallRecord) -> None:
        """What was not heard is no notice; another one may follow."""
        if record.notice_prompt == e.prompt:
            record.notice, record.notice_prompt, record.notice_source = None, "", ""

    def _refused(self, e: ev.CallRefused, record: CallRecord) -> None:
        record.refusal = record.refusal or e.reason

    def _speaks(self, e: VoicemailBegan, record: CallRecord) -> None:
        if record.voicemail is None:
            record.voicemail = self.changed.voicemails[record.call] = Voicemail(record.call, e.prompt, e.at)

    def _spoke(self, e: VoicemailEnded, record: CallRecord) -> None:
        if record.voicemail is not None and record.voicemail.ended is None:
            record.voicemail.ended, record.voicemail.how = e.at, str(e.how)
            self.changed.voicemails[record.call] = record.voicemail

    def _judged(self, e: SurveyAnswered, record: CallRecord) -> None:
        if record.survey is None:
            record.survey = Survey(record.call, e.at, e.score, e.solved)
            self.changed.surveys[record.call] = record.survey, record

    def _handed_over(self, e: ev.HandoverStepped, record: CallRecord) -> None:
        if not e.handover:
            return  # nobody asked the daemon for it
        one = next((known for known in record.handovers if known.handover == e.handover), None)
        if one is None:
            one = Handover(e.handover, record.call, e.partner, e.seat, e.at, e.leg)
            record.handovers.append(one)
        if e.step is ev.HandoverStep.ANSWERED and one.answered is None:
            one.answered, one.reference, one.leg = e.at, e.reference, e.leg
            if one.agent_left:
                one.end(e.at, HandoverEnd.ACCEPTED)
        elif e.step is ev.HandoverStep.OVER:
            one.end(e.at, HandoverEnd.NOT_TAKEN if e.answered else _NOT_REACHED.get(str(e.result), HandoverEnd.UNKNOWN))
        self.changed.handovers[one.handover] = one

    def _promised(self, e: WaitPromised, record: CallRecord) -> None:
        promise = Promise(record.call, len(record.promises), e.at, e.queue, e.place, e.minutes)
        record.promises.append(promise)
        self.changed.promises[promise.call, promise.seq] = promise

    def _self_served(self, e: SelfServed, record: CallRecord) -> None:
        one = SelfService(record.call, len(record.self_services), e.at, e.service, e.result, e.about, e.said)
        record.self_services.append(one)
        self.changed.self_services[one.call, one.seq] = one, record

    def _stepped(self, e: JourneyStepped, record: CallRecord) -> None:
        if len(record.journey_steps) >= MOST_STEPS:
            return
        one = JourneyStep(record.call, len(record.journey_steps), e.at, e.step, e.way)
        record.journey_steps.append(one)
        self.changed.journey_steps[one.call, one.seq] = one

    def _graded(self, e: NuisanceHandled, record: CallRecord) -> None:
        one = Graded(record.call, len(record.graded), e.at, e.grade, e.step)
        record.graded.append(one)
        self.changed.graded[one.call, one.seq] = one, record

    def _callback(self, record: CallRecord, queue: str = "") -> CallbackOffer:
        if record.callback is None:
            record.callback = CallbackOffer(record.call, queue)
        self.changed.callbacks[record.call] = record.callback, record
        return record.callback

    def _callback_offered(self, e: CallbackOffered, record: CallRecord) -> None:
        offer = self._callback(record, e.queue)
        if offer.offered is None:
            offer.offered, offer.place = e.at, offer.place or e.place

    def _callback_asked(self, e: CallbackAsked, record: CallRecord) -> None:
        offer = self._callback(record, e.queue)
        offer.queue, offer.asked, offer.place = e.queue, e.at, e.place

    def _callback_taken(self, e: CallbackTaken, record: CallRecord) -> None:
        offer = self._callback(record)
        offer.taken, offer.number = e.at, e.number

    def _callback_taken_over(self, e: CallbackTakenOver, record: CallRecord) -> None:
        kept = self.open.get(e.of)
        if kept is not None and kept.callback is not None:
            self._callback(kept).taken_over = e.call

    def _place_up(self, e: KeptPlaceUp, record: CallRecord) -> None:
        offer = self._callback(record)
        taken = next((one for one in reversed(record.offers) if one.result == ev.OfferResult.ANSWERED), None)
        offer.up, offer.seat = e.at, taken.seat if taken is not None else ""

    def _called_back(self, e: CitizenCalledBack, record: CallRecord) -> None:
        offer = self._callback(record)
        offer.called, offer.answered, offer.cause = e.at, e.answered, e.cause

    def _placed(self, e: ev.CallPlaced, record: CallRecord) -> None:
        record.trunk = e.trunk

    def _dial_refused(self, e: ev.DialRefused, record: CallRecord) -> None:
        """A citizen who could not be given away was not refused himself."""
        if record.direction == Direction.OUTBOUND:
            record.refusal = record.refusal or f"dial_{e.reason}"

    def _answered(self, e: ev.CallAnswered, record: CallRecord) -> None:
        if record.answered is None:
            record.answered = e.at

    def _ended(self, e: ev.CallEnded, record: CallRecord) -> None:
        record.ended, record.ended_by, record.cause = e.at, str(e.by), e.cause
        record.talked = bool(record.answers) if record.talks else e.talked
        record.alone = str(e.alone)
        if record.callback is not None:
            self._callback(record)
        if record.voicemail is not None and record.voicemail.ended is None:  # Asterisk died in it
            self._spoke(VoicemailEnded(e.call, e.at, VoicemailEnd.UNKNOWN), record)
        for transfer in record.transfers:
            self._look_back(transfer, record)
        for one in record.handovers:
            if one.end(e.at, HandoverEnd.UNKNOWN):
                self.changed.handovers[one.handover] = one
        if not record.merged_into:
            for tape in [tape for tape in self._tapes.values() if tape.call == e.call]:
                self._tape_ended(tape, e.at)
        del self.open[e.call]
        self.changed.closed.append(record)

    def _merged(self, e: ev.CallsMerged, record: CallRecord) -> None:
        gone = self.open.get(e.merged)
        if gone is not None:
            gone.merged_into = e.call
            self.changed.calls[gone.call] = gone

    # -- legs, offers, talks -----------------------------------------------------------------

    def _leg_began(self, e: ev.LegBegan, record: CallRecord) -> None:
        leg = self._legs[e.leg] = Leg(e.leg, e.call, e.endpoint, e.at)
        self.changed.legs[e.leg] = leg

    def _leg_ended(self, e: ev.LegEnded, record: CallRecord) -> None:
        leg = self._legs.pop(e.leg, None)
        if leg is not None:
            leg.ended, leg.cause, leg.endpoint = e.at, e.cause, e.endpoint or leg.endpoint
            self.changed.legs[e.leg] = leg
        for tape in [tape for tape in self._tapes.values() if tape.leg == e.leg]:
            self._tape_ended(tape, e.at)
        for one in record.handovers:
            if one.leg_ended(e.leg, e.endpoint, e.at):
                self.changed.handovers[one.handover] = one
        taken = self._taken.pop(e.leg, None)
        kept = record.callback
        if kept is not None and kept.up is not None and taken is not None and kept.up >= taken.began:
            return  # it heard that the citizen is called: whoever hangs up then let nobody go
        if taken is None or not e.asked or any(talk.leg == e.leg for talk in record.answers):
            return
        if not any(transfer.by == taken.seat and transfer.at >= taken.began for transfer in record.transfers):
            taken.result = str(ev.OfferResult.LET_GO)
            self.changed.offers[taken.call, taken.seq] = taken

    def _leg_media(self, e: ev.LegMedia, record: CallRecord) -> None:
        leg = self._legs.get(e.leg)
        if leg is not None:
            leg.received, leg.lost, leg.jitter_ms, leg.sent, leg.lost_there = (
                e.received, e.lost, e.jitter_ms, e.sent, e.lost_there
            )  # fmt: skip
            self.changed.legs[e.leg] = leg

    def _offered(self, e: ev.CallOffered, record: CallRecord) -> None:
        offer = Offer(record.call, len(record.offers), e.leg, e.seat, e.queue, e.at)
        record.offers.append(offer)
        if record.first_offer is None:
            record.first_offer = e.at
        self._offers[e.leg] = offer
        self.changed.offers[offer.call, offer.seq] = offer

    def _offer_ended(self, e: ev.OfferEnded, record: CallRecord) -> None:
        offer = self._offers.pop(e.leg, None)
        if offer is not None:
            offer.ended, offer.result = e.at, str(e.result)
            if e.result is ev.OfferResult.ANSWERED:
                self._taken[e.leg] = offer
            self.changed.offers[offer.call, offer.seq] = offer

    def _talk_began(self, e: ev.TalkBegan, record: CallRecord) -> None:
        talk = Talk(record.call, len(record.talks), e.leg, e.seat, e.queue, e.at)
        record.talks.append(talk)
        self._talks[e.leg] = talk
        self.changed.talks[talk.call, talk.seq] = talk

    def _talk_ended(self, e: ev.TalkEnded, record: CallRecord) -> None:
        talk = self._talks.pop(e.leg, None)
        if talk is not None:
            self._release(talk, e.at)
            talk.ended = e.at
            self.changed.talks[talk.call, talk.seq] = talk

    def _held(self, e: ev.CallHeld, record: CallRecord) -> None:
        talk = self._talks.get(e.leg)
        if talk is not None and talk.held_since is None:
            talk.holds += 1
            talk.held_since = e.at
            self.changed.talks[talk.call, talk.seq] = talk

    def _resumed(self, e: ev.CallResumed, record: CallRecord) -> None:
        talk = self._talks.get(e.leg)
        if talk is not None:
            self._release(talk, e.at)
            self.changed.talks[talk.call, talk.seq] = talk

    def _release(self, talk: Talk, at: Instant) -> None:
        if talk.held_since is not None:
            talk.held_seconds += max(at - talk.held_since, 0.0)
            talk.held_since = None

    def _transferred(self, e: ev.CallTransferred, record: CallRecord) -> None:
        transfer = Transfer(record.call, len(record.transfers), e.at, str(e.kind), e.by, e.to)
        record.transfers.append(transfer)
        self.changed.transfers[transfer.call, transfer.seq] = transfer

    def _look_back(self, transfer: Transfer, record: CallRecord) -> None:
        """What came of a transfer: who talked with the caller afterwards; a transferer who stayed made a conference."""
        later = min((other.at for other in record.transfers if other.seq > transfer.seq), default=None)
        over = [talk for talk in record.talks if talk.ended is None or talk.ended > transfer.at]
        stayed = any(
            talk.seat == transfer.by and talk.began < transfer.at and counts(transfer.at, talk.ended) for talk in over
        )
        if transfer.kind == ev.TransferKind.ATTENDED and stayed:
            transfer.kind = str(ev.TransferKind.CONFERENCE)
        others = (talk for talk in over if talk.seat != transfer.by or talk.began > transfer.at)
        heirs = [talk for talk in others if later is None or talk.began < later]
        transfer.became = min(heirs, key=lambda talk: talk.began, default=None)
        self.changed.transfers[transfer.call, transfer.seq] = transfer

    # -- queue and tape -------------------------------------------------------------------------

    def _queued(self, e: ev.CallQueued, record: CallRecord) -> None:
        visit = Visit(record.call, len(record.visits), e.queue, e.position, e.at)
        record.visits.append(visit)
        self.changed.visits[visit.call, visit.seq] = visit

    def _left_queue(self, e: ev.CallLeftQueue, record: CallRecord) -> None:
        visit = record.visits[-1] if record.visits else None
        if visit is not None and visit.left is None:
            visit.left, visit.result = e.at, str(e.result)
            self.changed.visits[visit.call, visit.seq] = visit
            if e.result is ev.QueueExit.ANSWERED:
                self._answered_after(visit, record)

    def _answered_after(self, visit: Visit, record: CallRecord) -> None:
        """What he was told of this queue meanwhile is held against what he waited."""
        for promise in record.promises:
            if promise.waited is None and promise.queue == visit.queue and visit.left is not None:
                promise.waited = max(0.0, visit.left - promise.at)
                self.changed.promises[promise.call, promise.seq] = promise

    def _recording_started(self, e: ev.RecordingStarted, record: CallRecord) -> None:
        """Begun anew in the same file (decision 0004) it is the same part; another file is the next one."""
        if e.file in self._tapes or any(tape.file == e.file for tape in record.tapes):
            return
        tape = self._tapes[e.file] = Tape(record.call, len(record.tapes) + 1, e.file, e.leg, e.at)
        record.tapes.append(tape)
        self.changed.tapes[tape.call, tape.part] = tape

    def _tape_ended(self, tape: Tape, at: Instant) -> None:
        tape.ended = at
        del self._tapes[tape.file]
        self.changed.tapes[tape.call, tape.part] = tape

    # -- lost rows ---------------------------------------------------------------------------------

    def _lost(self, e: BookGap) -> None:
        since = e.since or Instant(self._whole_until)  # a book that has read nothing yet does not know
        gap = Gap(since, e.until, e.why)
        self.changed.gaps[since] = gap
        self._gap = gap if e.until is None else None
        for record in self.open.values():
            record.uncertain = True
            self.changed.calls[record.call] = record

    def _found(self, at: Instant | None) -> None:
        if at is not None and self._gap is not None:
            self._gap.until = max(at, self._gap.since)
            self.changed.gaps[self._gap.since] = self._gap
            self._gap = None

    def _unreadable(self, e: RowsRefused) -> None:
        self.changed.refused[e.file, e.inode, e.offset] = e

    def _doubted(self, e: ev.CallUncertain, record: CallRecord) -> None:
        record.uncertain = True

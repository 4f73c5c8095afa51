"""How a call that closed without a word from an agent ends (D8). Pure; asked by ``scribe.py``.

Only inbound calls are *offered*; others have no outcome. A call in which a seat talked
has none yet: the agent files a ticket or a disposition. One whose citizen was answered and
then had nobody (given away to a phone that never came, or left by one that let go) is missed
all the same, unless an agent has said something about it. A talk of a moment (``config.answered_talk_rule``)
is no answer, whoever ended it: a citizen who hung up in it himself has given up in the queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bridge.disposition import CallOutcome
from config.answered_talk_rule import counts
from config.journey.steps import JOINED, TOLD
from cti.events import Alone, Direction, EndedBy, OfferResult, QueueExit

from .call_record import CallRecord


class Missed(StrEnum):
    """Why nobody talked to the caller: the ``detail`` of a missed call and the reason of its call-back task."""

    BEFORE = "abandoned_before_notice"
    NOTICE = "abandoned_in_notice"
    QUEUE = "abandoned_in_queue"
    CLOSED = "closed"
    FULL = "full"
    NOBODY = "nobody"  # nobody logged in
    TIMEOUT = "timeout"
    NODE_DIED = "node_died"
    STOPPED = "stopped"  # we were ending and cut it, or let it in no more
    VOICEMAIL = "voicemail"  # a journey led to a message, and to nobody else
    CALL_BACK = "call_back"  # hung up to be called at the place that was kept, and was not reached there
    SYSTEM = "system"  # the dialplan hung up before any queue
    LET_GO = Alone.LET_GO.value  # a seat's phone took the call and let go at once, or fell silent
    GIVEN = Alone.GIVEN.value  # given away to somebody who never came


class Lost(StrEnum):
    MERGED = "merged"  # went on as part of another call before anybody talked
    UNSEEN = "unseen"  # its end stands in no record that is left


HELD_BACK = ("message", "spent", "appealed")
"""Steps of a graded caller after which nobody is owed (``config/render/nuisance.py``); details of their calls."""
UNKNOWN_NUMBER = "unknown_number"
SELF_SERVICE = "self_service"
"""Detail of the calls that were answered on the spot by keys, without an agent."""

_BY_EXIT = {
    QueueExit.ABANDONED: Missed.QUEUE,
    QueueExit.TIMEOUT: Missed.TIMEOUT,
    QueueExit.FULL: Missed.FULL,
    QueueExit.EMPTY: Missed.NOBODY,
    QueueExit.DIED: Missed.NODE_DIED,
    QueueExit.STOPPED: Missed.STOPPED,
}


@dataclass(frozen=True, slots=True)
class DefaultOutcome:
    outcome: CallOutcome
    detail: str


def of(record: CallRecord) -> DefaultOutcome | None:
    """The outcome the ledger writes by itself when this call closes; None: none, or an agent owes it."""
    if record.direction != Direction.INBOUND or (record.talked and not _alone(record)):
        return None
    if record.refusal == UNKNOWN_NUMBER:
        return DefaultOutcome(CallOutcome.REFUSED, UNKNOWN_NUMBER)
    if record.merged_into:
        return DefaultOutcome(CallOutcome.LOST, Lost.MERGED)
    if _held_back(record):
        return DefaultOutcome(CallOutcome.NUISANCE, record.graded[-1].step)
    if _helped_himself(record):
        return DefaultOutcome(CallOutcome.DIRECT, SELF_SERVICE)
    return DefaultOutcome(CallOutcome.MISSED, why_missed(record))


def _held_back(record: CallRecord) -> bool:
    """Was told that his number is graded, and went on to nobody: who pressed the key of danger is owed what anybody is."""
    cut = record.ended_by in (EndedBy.NODE_DIED, EndedBy.STOPPED)
    return (
        bool(record.graded)
        and record.graded[-1].step in HELD_BACK
        and not cut
        and not record.visits
        and not record.talks
    )


def _helped_himself(record: CallRecord) -> bool:
    """Was told how far his case is, or joined an event, and wanted nobody then: who went on to a queue is owed an agent."""
    served = any(one.result in (TOLD, JOINED) for one in record.self_services)
    cut = record.ended_by in (EndedBy.NODE_DIED, EndedBy.STOPPED) or bool(record.refusal)
    message = record.voicemail is not None and record.voicemail.left
    return served and not cut and not message and not record.visits and not record.talks


def _alone(record: CallRecord) -> bool:
    return bool(record.alone) and record.ended_by != EndedBy.NODE_DIED and not record.merged_into


def why_missed(record: CallRecord) -> Missed:
    if record.ended_by == EndedBy.NODE_DIED:
        return Missed.NODE_DIED
    if record.ended_by == EndedBy.STOPPED or record.refusal == "ending":
        return Missed.STOPPED
    if record.place_kept:
        return Missed.CALL_BACK
    if record.alone:
        return Missed(record.alone)
    if record.talks:  # each of them too short to be an answer
        return Missed.QUEUE if _left(record) else Missed.LET_GO
    if record.refusal == "closed":
        return Missed.CLOSED
    if record.refusal == "full":
        return Missed.FULL
    if record.visits:
        result = record.visits[-1].result
        if result == QueueExit.ANSWERED:
            return Missed.LET_GO
        return _BY_EXIT.get(QueueExit(result), Missed.QUEUE) if result else Missed.QUEUE
    if record.voicemail is not None and record.voicemail.left:
        return Missed.VOICEMAIL
    if record.ended_by == EndedBy.SYSTEM:
        return Missed.SYSTEM
    return Missed.NOTICE if record.notice is not None else Missed.BEFORE


def _left(record: CallRecord) -> bool:
    """The citizen himself ended a talk of a moment, or left while it was being given to somebody else; nobody let him go."""
    last = record.talks[-1]
    if record.ended_by != EndedBy.CALLER or any(
        offer.leg == last.leg and offer.result == OfferResult.LET_GO for offer in record.offers
    ):
        return False
    if last.ended is None or record.ended is None or not counts(last.ended, record.ended):
        return True
    # he was still there a while later: either the seat ended it, or a phone was ringing for him
    return any(offer.began >= last.ended for offer in record.offers)

"""How a call that closed without a word from an agent ends (D8). Pure; asked by ``scribe.py``.

Only inbound calls are *offered*; others have no outcome. A call in which a seat talked
has none yet: the agent files a ticket or a disposition.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bridge.disposition import CallOutcome
from cti.events import Direction, EndedBy, QueueExit

from .record import CallRecord


class Missed(StrEnum):
    """Why nobody talked to the caller: the ``detail`` of a missed call and the reason of its call-back task."""

    NOTICE = "abandoned_in_notice"
    QUEUE = "abandoned_in_queue"
    CLOSED = "closed"
    FULL = "full"
    NOBODY = "nobody"  # nobody logged in
    TIMEOUT = "timeout"
    NODE_DIED = "node_died"
    SYSTEM = "system"  # the dialplan hung up before any queue


class Lost(StrEnum):
    MERGED = "merged"  # went on as part of another call before anybody talked
    UNSEEN = "unseen"  # its end stands in no record that is left


UNKNOWN_NUMBER = "unknown_number"

_BY_EXIT = {
    QueueExit.ABANDONED: Missed.QUEUE,
    QueueExit.TIMEOUT: Missed.TIMEOUT,
    QueueExit.FULL: Missed.FULL,
    QueueExit.EMPTY: Missed.NOBODY,
    QueueExit.DIED: Missed.NODE_DIED,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: CallOutcome
    detail: str


def of(record: CallRecord) -> Verdict | None:
    """The outcome the ledger writes by itself when this call closes; None: none, or an agent owes it."""
    if record.direction != Direction.INBOUND or record.talked or record.talks:
        return None
    if record.refusal == UNKNOWN_NUMBER:
        return Verdict(CallOutcome.REFUSED, UNKNOWN_NUMBER)
    if record.merged_into:
        return Verdict(CallOutcome.LOST, Lost.MERGED)
    return Verdict(CallOutcome.MISSED, why_missed(record))


def why_missed(record: CallRecord) -> Missed:
    if record.ended_by == EndedBy.NODE_DIED:
        return Missed.NODE_DIED
    if record.refusal == "closed":
        return Missed.CLOSED
    if record.refusal == "full":
        return Missed.FULL
    if record.visits:
        result = record.visits[-1].result
        return _BY_EXIT.get(QueueExit(result), Missed.QUEUE) if result else Missed.QUEUE
    return Missed.SYSTEM if record.ended_by == EndedBy.SYSTEM else Missed.NOTICE

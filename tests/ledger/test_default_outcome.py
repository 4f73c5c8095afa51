"""The outcome the ledger writes by itself: of callers who helped themselves by keys."""

from __future__ import annotations

import pytest

from bridge.disposition import CallOutcome
from cti.events import Direction, EndedBy
from cti.ids import CallId, Instant
from ledger import default_outcome
from ledger.call_record import CallRecord, SelfService, Visit

CALL = CallId("xm1-1795435343.1")


def ended(*results: str, by: str = EndedBy.SYSTEM) -> CallRecord:
    record = CallRecord(CALL, str(Direction.INBOUND), "telecom", "13805920001", "", "12319", Instant(1.0))
    record.ended, record.ended_by = Instant(60.0), by
    for place, result in enumerate(results):
        record.self_services.append(SelfService(CALL, place, Instant(9.0), "progress", result, "", ""))
    return record


def outcome(record: CallRecord) -> tuple[str, str]:
    found = default_outcome.of(record)
    assert found is not None
    return found.outcome, found.detail


@pytest.mark.parametrize("result", ["told", "joined"])
def test_who_helped_himself_is_owed_nothing(result: str) -> None:
    """Answered on the spot by keys, whoever hung up."""
    for by in (EndedBy.SYSTEM, EndedBy.CALLER):
        assert outcome(ended("wrong", result, by=by)) == (CallOutcome.DIRECT, "self_service")


def test_who_was_not_told_or_wanted_a_person_is_owed_what_anybody_is() -> None:
    """Wrong codes, no daemon; a queue afterwards; cut by us."""
    assert outcome(ended("wrong", "unanswered"))[0] == CallOutcome.MISSED
    waited = ended("told")
    waited.visits.append(Visit(CALL, 0, "mandarin", 1, Instant(20.0), Instant(50.0), "abandoned"))
    assert outcome(waited) == (CallOutcome.MISSED, "abandoned_in_queue")
    assert outcome(ended("told", by=EndedBy.STOPPED)) == (CallOutcome.MISSED, "stopped")
    assert outcome(ended("told", by=EndedBy.NODE_DIED)) == (CallOutcome.MISSED, "node_died")

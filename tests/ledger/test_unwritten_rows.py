"""What waits and what does not: every kind of row has its place, and nothing written is written again."""

from __future__ import annotations

from dataclasses import fields

from cti.ids import CallId, Instant, LegId
from ledger.call_record import CallRecord, Leg, Offer, Survey
from ledger.unwritten_rows import MAY_WAIT, NEVER_WAITS, Changed, Gap

LIVES, OVER = CallId("xm1-1.1"), CallId("xm1-2.1")
OF_NO_CALL = {"lives", "gaps", "switches", "refused"}


def record(call: CallId, ended: float | None) -> CallRecord:
    one = CallRecord(call, "inbound", "telecom", "13800000001", "", "12319", Instant(1.0))
    one.ended, one.written = None if ended is None else Instant(ended), True
    return one


def changed() -> Changed:
    lives, over = record(LIVES, None), record(OVER, 9.0)
    rows = Changed(calls={LIVES: lives, OVER: over}, closed=[over], gaps={Instant(1.0): Gap(Instant(1.0))})
    for call, record_of in ((LIVES, lives), (OVER, over)):
        leg = LegId(call)
        rows.legs[leg] = Leg(leg, call, "telecom", Instant(1.0))
        rows.offers[call, 0] = Offer(call, 0, leg, "8001", "q", Instant(2.0))
        rows.surveys[call] = Survey(call, Instant(3.0), 5, None), record_of
    return rows


def test_a_kind_of_row_that_is_added_is_said_to_wait_or_not() -> None:
    kinds = {field.name for field in fields(Changed)}
    assert kinds == {"calls", "closed", *MAY_WAIT, *NEVER_WAITS, *OF_NO_CALL}


def test_rows_of_a_call_that_goes_on_wait() -> None:
    now = changed().at_once({LIVES})
    assert list(now.calls) == [OVER]
    assert [one.call for one in now.legs.values()] == [OVER]
    assert list(now.offers) == [(OVER, 0)]
    assert list(now.surveys) == [OVER]
    assert now.gaps


def test_a_call_that_was_never_written_does_not_wait() -> None:
    rows = changed()
    rows.calls[LIVES].written = False
    assert set(rows.at_once({LIVES}).calls) == {LIVES, OVER}


def test_what_waited_is_left_and_what_was_written_is_not() -> None:
    rows = changed()
    left = rows.without(rows.at_once({LIVES}))
    assert (list(left.calls), list(left.offers), list(left.surveys)) == ([LIVES], [(LIVES, 0)], [LIVES])
    assert (left.closed, left.gaps) == ([], {})
    assert not rows.without(rows)


def test_nothing_is_left_of_a_call_that_is_forgotten() -> None:
    rows = changed()
    rows.forget(OVER)
    assert (list(rows.calls), rows.closed, list(rows.legs)) == ([LIVES], [], [LegId(LIVES)])
    assert (list(rows.offers), list(rows.surveys)) == ([(LIVES, 0)], [LIVES])

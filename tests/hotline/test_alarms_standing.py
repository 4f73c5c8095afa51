"""Alarms: raised once when a fault lasts, cleared when it is over, kept over a restart, seen by somebody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.language import packed
from config.settings import Targets
from cti.ids import CallId
from hotline.alarms import standing as a
from hotline.alarms.rule import Judgement, judge
from hotline.alarms.rules import INCIDENTS, RECORDING, OwedReading, QueueReading, Rate, Reading, rules_of
from hotline.alarms.standing import Restored
from ledger.alarms import AlarmRow
from ledger.one_way_sound import TrunkSound

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
RULES = rules_of(Targets(waiting_most=10, wait_seconds_most=60, backlog_most=20, least_calls=20))
CROWD = Reading(True, queues=(QueueReading("mandarin", "普通话", 11, 5.0),), backlog=0, dead_letters=0)
CALM = Reading(True, queues=(QueueReading("mandarin", "普通话", 10, 60.0),), backlog=0, dead_letters=0)
BLIND = Reading(False, backlog=0, dead_letters=0)


class Alarms(a.Alarms):
    def __init__(self) -> None:
        super().__init__(RULES)


def wrong(reading: Reading) -> Judgement:
    return judge(RULES, reading)


def _seconds(alarms: Alarms, reading: Reading, first: int, last: int) -> list[tuple[str, bool]]:
    """Step once a second; (kind, cleared) of each row that changed."""
    return [
        (row.kind, row.cleared_at is not None)
        for second in range(first, last)
        for row in alarms.step(reading, NOON + timedelta(seconds=second))
    ]


def test_a_crowd_is_one_alarm_and_clears_when_it_has_gone_for_a_while() -> None:
    alarms = Alarms()
    assert _seconds(alarms, CROWD, 0, 2) == []
    assert _seconds(alarms, CROWD, 2, 30) == [("queue_threshold", False)]
    assert _seconds(alarms, CALM, 30, 35) == []
    assert _seconds(alarms, CROWD, 35, 40) == []
    assert _seconds(alarms, CALM, 40, 60) == [("queue_threshold", True)]
    assert len(alarms.rows) == 1


def test_an_alarm_is_told_in_each_readers_language() -> None:
    """From its message and values, also after the ledger kept it; what was made of one of no catalogue in its own."""
    (row,) = Alarms().step(replace(CROWD, live=False, queues=(), dead_letters=2), NOON)
    assert row.texts["en"] == "2 tickets were refused by the case store: somebody must look"
    assert row.texts["zh"] != row.texts["en"]
    kept = replace(row, detail="what stood there", said=packed(row.detail))
    assert kept.texts == row.texts
    assert replace(row, detail="an older one").texts == {}


def test_waiting_too_long_is_one_too() -> None:
    long = Reading(True, queues=(QueueReading("mandarin", "普通话", 1, 61.0),))
    assert _seconds(Alarms(), long, 0, 5) == [("queue_threshold", False)]


def test_while_the_board_is_blind_the_telephones_alarms_stay_as_they_are() -> None:
    alarms = Alarms()
    _seconds(alarms, CROWD, 0, 5)
    assert _seconds(alarms, BLIND, 5, 40) == [("blind", False)]
    assert _seconds(alarms, CALM, 40, 60) == [("blind", True), ("queue_threshold", True)]


def test_asterisk_may_take_its_time_to_start() -> None:
    starting = Reading(False, starting=True)
    assert _seconds(Alarms(), starting, 0, 20) == []


def test_each_kind_has_its_fault() -> None:
    reading = Reading(
        True, trunks_down={"telecom": "中国电信"}, lines_down={"citizen": ("12319 直拨", "silent")},
        phones={"8001": "陈晓岚"}, missed={"8002": "林志强"}, backlog=21, dead_letters=1, faults={"disk": "3 MB", "ami": ""},
    )  # fmt: skip
    found = wrong(reading).found
    assert {kind for kind, _ in found} == {
        "trunk_down",
        "line_down",
        "seat_phone",
        "missed",
        "backlog",
        "dead_letters",
        "disk",
    }
    assert "8001" in found["seat_phone", "8001"].detail
    assert all("{" not in fault.detail for fault in found.values())


def test_what_stood_before_a_restart_is_not_raised_again() -> None:
    before = Alarms()
    _seconds(before, CROWD, 0, 5)
    after = Alarms()
    after.restore(list(before.rows.values()), NOON)
    assert _seconds(after, Reading(False, starting=True), 5, 10) == [], "nothing is known yet: nothing is cleared"
    assert _seconds(after, CROWD, 10, 20) == []
    assert _seconds(after, CALM, 20, 40) == [("queue_threshold", True)]
    assert after.rows.keys() == before.rows.keys()


def test_lines_and_backlog_are_judged_when_they_are_known() -> None:
    alarms = Alarms()
    down = Reading(True, lines_down={"citizen": ("12319", "cut")}, backlog=30, dead_letters=2)
    _seconds(alarms, down, 0, 20)
    assert len(alarms.rows) == 3
    unknown = Reading(True, lines_unknown=frozenset({"citizen"}))
    assert _seconds(alarms, unknown, 20, 60) == []


def test_it_is_acknowledged_once_and_stays_until_it_is_over() -> None:
    alarms = Alarms()
    _seconds(alarms, CROWD, 0, 5)
    (row,) = alarms.rows.values()
    seen = alarms.acknowledge(row.id, "2001", "已加派", NOON)
    assert seen is not None
    assert (seen.acknowledged_by, a.settled(seen)) == ("2001", False)
    assert alarms.acknowledge(row.id, "2002", "", NOON + timedelta(seconds=9)) == seen
    _seconds(alarms, CALM, 5, 30)
    assert a.settled(alarms.rows[row.id])
    assert alarms.acknowledge(7, "2001", "", NOON) is None


def test_what_happened_in_a_moment_is_over_but_wants_to_be_seen() -> None:
    alarms = Alarms()
    one = alarms.once(RECORDING, "xm1-1.1", ("xm1-1.1", 1, "missing"), NOON, "xm1-1.1")
    two = alarms.once(RECORDING, "xm1-1.2", ("xm1-1.2", 1, "missing"), NOON, "xm1-1.2")
    assert one.id != two.id
    assert one.cleared_at == NOON
    assert not a.settled(one)
    assert _seconds(alarms, CALM, 0, 5) == []


def test_a_case_store_is_an_alarm_after_a_minute_of_silence() -> None:
    alarms = Alarms()
    lost = Reading(True, store_lost="no answer in time")
    assert _seconds(alarms, lost, 0, 60) == []
    assert _seconds(alarms, lost, 60, 62) == [("case_store", False)]
    assert _seconds(alarms, CALM, 62, 64) == [("case_store", True)]


def test_a_target_that_is_missed_is_an_alarm_from_a_least_number_of_calls_on_and_clears_when_it_is_met() -> None:
    few = Reading(True, service_level=Rate(0.1, 19), connect_rate=Rate(0.1, 19))
    assert _seconds(Alarms(), few, 0, 200) == []
    alarms = Alarms()
    missed = Reading(True, service_level=Rate(0.79, 20), connect_rate=Rate(0.94, 20))
    assert _seconds(alarms, missed, 0, 62) == [("service_level", False), ("connect_rate", False)]
    assert "79.0%" in next(row.detail for row in alarms.rows.values() if row.kind == "service_level")
    unread = Reading(True)
    assert _seconds(alarms, unread, 62, 200) == [], "a ledger that is away clears nothing"
    met = Reading(True, service_level=Rate(0.8, 21), connect_rate=Rate(0.95, 21))
    assert _seconds(alarms, met, 200, 262) == [("service_level", True), ("connect_rate", True)]


def test_cases_beyond_their_limit_are_one_alarm() -> None:
    """It stands while there is one, changes with their number, and is not judged while nobody knows."""
    alarms = Alarms()
    assert _seconds(alarms, Reading(True), 0, 2) == []
    assert _seconds(alarms, Reading(True, cases_overdue=2), 2, 4) == [("cases_overdue", False)]
    assert _seconds(alarms, Reading(True), 4, 6) == []
    assert _seconds(alarms, Reading(True, cases_overdue=0), 6, 8) == [("cases_overdue", True)]


def test_what_an_agent_owes_stands_until_it_is_said() -> None:
    alarms = Alarms()
    owed = Reading(True, owed={"1001": OwedReading("陈晓岚", 2, "xm1-1.1")})
    assert _seconds(alarms, owed, 0, 2) == [("owed", False)]
    (row,) = alarms.rows.values()
    assert row.subject == "1001"
    assert "陈晓岚" in row.detail
    assert "xm1-1.1" in row.detail
    assert _seconds(alarms, Reading(True), 2, 5) == [], "not known: it stands"
    assert _seconds(alarms, Reading(True, owed={}), 5, 7) == [("owed", True)]


def test_a_trunk_that_brings_no_sound_is_an_alarm() -> None:
    """By number and by share: a few silent callers among many are daily bread, and one call of one is none either."""

    def heard(silent: int, legs: int) -> Reading:
        return Reading(True, sounds={"telecom": ("电信", TrunkSound("telecom", legs, silent, CallId("xm1-9.9")))})

    for silent, legs in ((2, 2), (3, 31), (0, 0)):
        assert _seconds(Alarms(), heard(silent, legs), 0, 5) == [], (silent, legs)
    alarms = Alarms()
    assert _seconds(alarms, heard(3, 30), 0, 2) == [("trunk_silent", False)]
    (row,) = alarms.rows.values()
    assert (row.subject, row.severity) == ("telecom", "critical")
    assert all(part in row.detail for part in ("电信", "30", "3", "xm1-9.9"))
    assert _seconds(alarms, Reading(True), 2, 5) == [], "a ledger that is away clears nothing"
    assert _seconds(alarms, heard(3, 31), 5, 900) == [], "a trunk at the edge is one alarm, not one a minute"
    assert _seconds(alarms, heard(3, 31), 900, 910) == [("trunk_silent", True)]


def test_a_year_without_holidays_is_an_alarm() -> None:
    alarms = Alarms()
    assert _seconds(alarms, Reading(True, unknown_year=2027), 0, 2) == [("calendar", False)]
    assert _seconds(alarms, Reading(True), 2, 4) == [("calendar", True)]


def test_every_rule_and_incident_has_a_name_of_its_own() -> None:
    """A rule's id is the alarm's kind; of rules that share one, severity and times are the same."""
    once = [one.id for one in INCIDENTS]
    assert len(set(once)) == len(once)
    assert not set(once) & {rule.id for rule in RULES}
    for rule in RULES:
        same = {(other.severity, other.lasts, other.over) for other in RULES if other.id == rule.id}
        assert len(same) == 1, rule.id


def test_what_was_raised_here_and_is_in_the_ledger_by_now_is_taken_over_as_it_is() -> None:
    """The ledger was away at the start: an alarm was raised, written when it came back, and is then among what stood before."""
    alarms = Alarms()
    _seconds(alarms, CROWD, 0, 5)
    (row,) = alarms.rows.values()
    assert alarms.restore([row], NOON) == Restored([], [])
    assert _seconds(alarms, CALM, 5, 30) == [("queue_threshold", True)]


@pytest.mark.parametrize("acknowledged", [False, True])
@pytest.mark.parametrize("written", [False, True])
def test_one_fault_with_two_rows_stands_once_and_can_be_cleared(acknowledged: bool, written: bool) -> None:
    """Raised anew while the ledger was away, seen or not, in the ledger by now or not: the eldest row stands, no other is left open."""
    before = Alarms()
    _seconds(before, CROWD, 0, 5)
    (old,) = before.rows.values()
    alarms = Alarms()
    _seconds(alarms, CROWD, 20, 25)
    (new,) = alarms.rows
    if acknowledged:
        alarms.acknowledge(new, "sun", "seen", NOON)
    restored = alarms.restore([old, alarms.rows[new]] if written else [old], NOON)
    assert restored.dropped == ([] if written else [new])
    assert {row.id for row in restored.changed if row.cleared_at and row.acknowledged_at} == (
        {new} if written else set()
    )
    assert alarms.rows.keys() == {old.id}
    assert alarms.rows[old.id].acknowledged_by == ("sun" if acknowledged else "")
    assert _seconds(alarms, CALM, 25, 50) == [("queue_threshold", True)]
    assert all(row.cleared_at for row in alarms.rows.values())


def test_what_an_earlier_start_left_open_twice_is_cleared() -> None:
    """The ledger itself has two open rows of one fault: one stands, the other is over."""
    rows: list[AlarmRow] = []
    for first in (0, 100):
        one = Alarms()
        _seconds(one, CROWD, first, first + 5)
        rows += one.rows.values()
    after = Alarms()
    restored = after.restore(rows, NOON)
    assert [row.id for row in restored.changed] == [rows[1].id]
    assert _seconds(after, CALM, 200, 230) == [("queue_threshold", True)]

"""Alarms: raised once when a fault lasts, cleared when it is over, kept over a restart, seen by somebody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hotline import alarms as a
from hotline.alarms import Alarms, Bounds, QueueReading, Reading, Wrong

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
BOUNDS = Bounds(waiting_most=10, wait_seconds_most=60, backlog_most=20)
CROWD = Reading(True, queues=(QueueReading("mandarin", "普通话", 11, 5.0),), backlog=0, dead_letters=0)
CALM = Reading(True, queues=(QueueReading("mandarin", "普通话", 10, 60.0),), backlog=0, dead_letters=0)
BLIND = Reading(False, backlog=0, dead_letters=0)


def _seconds(alarms: Alarms, reading: Reading, first: int, last: int) -> list[tuple[str, bool]]:
    """Step once a second; (kind, cleared) of each row that changed."""
    return [
        (row.kind, row.cleared_at is not None)
        for second in range(first, last)
        for row in alarms.step(reading, BOUNDS, NOON + timedelta(seconds=second))
    ]


def test_a_crowd_is_one_alarm_and_clears_when_it_has_gone_for_a_while() -> None:
    alarms = Alarms()
    assert _seconds(alarms, CROWD, 0, 2) == []
    assert _seconds(alarms, CROWD, 2, 30) == [("queue_threshold", False)]
    assert _seconds(alarms, CALM, 30, 35) == []
    assert _seconds(alarms, CROWD, 35, 40) == []
    assert _seconds(alarms, CALM, 40, 60) == [("queue_threshold", True)]
    assert len(alarms.rows) == 1


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
    found = a.wrong(reading, BOUNDS)
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
    after.restore(before.rows.values())
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
    one = alarms.once("recording", "xm1-1.1", Wrong(a.CRITICAL, "…"), NOON, "xm1-1.1")
    two = alarms.once("recording", "xm1-1.2", Wrong(a.CRITICAL, "…"), NOON, "xm1-1.2")
    assert one.id != two.id
    assert one.cleared_at == NOON
    assert not a.settled(one)
    assert _seconds(alarms, CALM, 0, 5) == []

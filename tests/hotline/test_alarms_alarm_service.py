"""The alarm service: what is shown, what is written, and that a ledger that is away is not waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from agents.events import Alarm, SeatAlarm, SeatAlarmCleared
from bridge.events import StoreBack, StoreLost
from config.settings import Targets
from console.published_events import AccountGuessed, ReadInBulk
from cti.equipment_events import BookGap, EventForged, RowsRefused
from cti.ids import CallId, Instant, LineId, SeatId
from cti.journey_events import PromptUnplayed, SwitchedByPhone
from hotline.alarms.alarm_service import SEEN_SECONDS, AlarmService
from hotline.alarms.rules import Reading, rules_of
from hotline.books.invariant_proof import InvariantBroken
from hotline.books.waiting_file import WaitingFile
from hotline.books.witness_comparison import DifferencesFound
from ivr.events import AdviceGiven, End
from ledger.alarms import AlarmRow
from ledger.differences import Difference, Kind
from ledger.errors import LedgerUnavailable
from ledger.invariant.rule import Breach
from recordings.events import RecordingDelayed, RecordingFailed
from recordings.ids import RecordingId
from recordings.ports import Failed

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
DOWN = Reading(True, trunks_down={"telecom": "中国电信"}, backlog=0, dead_letters=0)
WELL = Reading(True, backlog=0, dead_letters=0)


class MemoryAlarms:
    def __init__(self) -> None:
        self.rows: dict[int, AlarmRow] = {}
        self.away = False

    async def keep(self, row: AlarmRow) -> None:
        if self.away:
            raise LedgerUnavailable("away")
        self.rows[row.id] = row

    async def open(self, now: datetime) -> Sequence[AlarmRow]:
        await asyncio.sleep(0)
        return [row for row in self.rows.values() if row.cleared_at is None or row.acknowledged_at is None]

    async def history(self, since: datetime | None, until: datetime | None, most: int) -> Sequence[AlarmRow]:
        if self.away:
            raise LedgerUnavailable("away")
        return list(self.rows.values())


class FakeHotline:
    """A alarm_service whose time and house the test holds."""

    def __init__(self, book: MemoryAlarms | None = None, kept: Path | None = None) -> None:
        self.book = book or MemoryAlarms()
        self.now, self.reading = NOON, WELL
        self.changed: list[str] = []
        self.alarm_service = AlarmService(
            self.book, rules_of(Targets()), self._read, self.changed.append, lambda: self.now,  # type: ignore[arg-type]
            kept=WaitingFile(kept, AlarmRow) if kept is not None else None,
        )  # fmt: skip

    async def _read(self) -> Reading:
        return self.reading

    async def seconds(self, count: int) -> None:
        for _ in range(count):
            await self.alarm_service.look()
            self.now += timedelta(seconds=1)


@pytest.mark.parametrize(("step", "told"), [(3600, ["+3600"]), (6, ["+6"]), (2, []), (-3600, []), (0, [])])
async def test_a_clock_that_is_set_forwards_is_told(step: float, told: list[str]) -> None:
    """Once; seen against a clock that nobody sets, though Asterisk's files show nothing of it. One that is set back they show."""
    fake, steady = FakeHotline(), [100.0]
    service = AlarmService(
        fake.book, (), fake._read, fake.changed.append, lambda: fake.now, lambda: steady[0],  # type: ignore[arg-type]
    )  # fmt: skip
    for second in range(5):
        await service.look()
        steady[0] += 1
        fake.now += timedelta(seconds=1 + (step if second == 2 else 0))
    assert [row.kind for row in service.shown.values()] == ["clock"] * len(told)
    assert all(word in row.detail for word, row in zip(told, service.shown.values(), strict=True))


async def test_a_trunk_that_is_down_is_shown_acknowledged_cleared_and_goes() -> None:
    fake = FakeHotline()
    fake.reading = DOWN
    await fake.seconds(6)
    ((ident, shown),) = fake.alarm_service.shown.items()
    assert (shown.kind, shown.subject, shown.severity) == ("trunk_down", "telecom", "critical")
    assert "check_seconds = 0" in shown.detail, "the cure for a carrier that answers no OPTIONS (F3)"
    row = await fake.alarm_service.acknowledge(int(ident), "2001", "已报修")
    assert row is not None
    assert fake.book.rows[int(ident)].acknowledged_by == "2001", "in the ledger when it returns"
    assert fake.alarm_service.shown[ident].acknowledged_by == "2001"
    fake.reading = WELL
    await fake.seconds(6)
    assert fake.alarm_service.shown[ident].cleared_at is not None
    await fake.seconds(int(SEEN_SECONDS) + 2)
    assert not fake.alarm_service.shown
    assert fake.changed[-1] == ident


async def test_an_alarm_is_logged_at_its_severity() -> None:
    """And its end as news: whoever watches the log for errors sees what is critical and nothing that is over (OPS 22)."""
    fake = FakeHotline()
    with structlog.testing.capture_logs() as logged:
        fake.reading = DOWN
        await fake.seconds(6)
        (ident,) = fake.alarm_service.shown
        await fake.alarm_service.acknowledge(int(ident), "2001", "")
        fake.reading = replace(WELL, backlog=1000)
        await fake.seconds(90)
    told = [(row["kind"], row["log_level"], row["cleared"]) for row in logged if row["event"] == "alarm"]
    assert told[:3] == [("trunk_down", "error", False), ("trunk_down", "info", False), ("trunk_down", "info", True)]
    assert ("backlog", "warning", False) in told
    assert all(row["detail"] for row in logged if row["event"] == "alarm")


async def test_while_the_ledger_is_away_alarms_are_shown_and_written_later() -> None:
    fake = FakeHotline()
    fake.book.away = True
    fake.reading = DOWN
    await fake.seconds(6)
    (ident,) = fake.alarm_service.shown
    with pytest.raises(LedgerUnavailable):
        await fake.alarm_service.acknowledge(int(ident), "2001", "")
    fake.book.away = False
    await fake.alarm_service.acknowledge(int(ident), "2001", "")
    assert fake.book.rows[int(ident)].acknowledged_by == "2001"


async def test_a_new_service_finds_what_stands_and_doubles_nothing() -> None:
    before = FakeHotline()
    before.reading = DOWN
    await before.seconds(6)
    await before.alarm_service.stop()
    after = FakeHotline(before.book)
    after.now, after.reading = before.now, DOWN
    await after.alarm_service.start()
    assert after.alarm_service.shown.keys() == before.alarm_service.shown.keys()
    await after.seconds(6)
    assert len(after.alarm_service.shown) == 1
    await after.alarm_service.stop()


async def test_what_stood_when_the_daemon_ended_without_its_ledger_is_cleared_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither lost nor standing for ever: the next daemon knows it, shows it, and ends it."""
    monkeypatch.setattr("cti.ordered_writer.LAST_TRY_SECONDS", 0.01)
    before = FakeHotline(kept=tmp_path / "alarms")
    before.book.away, before.reading = True, DOWN
    await before.alarm_service.start()
    await before.seconds(6)
    (ident,) = before.alarm_service.shown
    await before.alarm_service.stop()
    before.book.away = False
    after = FakeHotline(before.book, tmp_path / "alarms")
    after.now, after.reading = before.now, DOWN
    await after.alarm_service.start()
    await after.seconds(6)
    assert list(after.alarm_service.shown) == [ident]
    after.reading = WELL
    await after.seconds(6)
    await after.alarm_service.stop()
    (row,) = after.book.rows.values()
    assert (str(row.id), row.at < after.now, row.cleared_at is not None) == (ident, True, True)
    assert row.texts.keys() == {"zh", "en"}, "it can still be said in either language"


async def test_a_call_without_its_recording_is_to_be_seen() -> None:
    fake = FakeHotline()
    fake.alarm_service.hear_recording(RecordingFailed(Failed(RecordingId(CallId("xm1-1.1")), "missing", NOON)))
    (shown,) = fake.alarm_service.shown.values()
    assert (shown.kind, shown.subject, shown.call, shown.cleared_at) == ("recording", "xm1-1.1", "xm1-1.1", NOON)
    fake.alarm_service.hear_recording(RecordingFailed(Failed(RecordingId(CallId("xm1-1.1"), 2), "missing", NOON)))
    later = next(one for one in fake.alarm_service.shown.values() if one is not shown and one.subject != "xm1-1.1")
    assert (later.subject, later.call) == ("xm1-1.1+2", "xm1-1.1")


async def test_who_guesses_and_who_reads_in_bulk_is_told_once_until_it_was_seen() -> None:
    """One alarm an account: who goes on raises no other one until somebody has looked."""
    fake = FakeHotline()
    for failures in (100, 200):
        fake.alarm_service.hear_door(AccountGuessed("1001", failures))
    fake.alarm_service.hear_door(ReadInBulk("2001", "calls", 600))
    fake.alarm_service.hear_door(ReadInBulk("2001", "tickets", 500))
    told = {one.kind: one for one in fake.alarm_service.shown.values()}
    assert {kind: one.subject for kind, one in told.items()} == {"account_guessed": "1001", "read_in_bulk": "2001"}
    assert len(fake.alarm_service.shown) == 2
    assert "100" in told["account_guessed"].detail
    await fake.alarm_service.acknowledge(told["account_guessed"].id, "4001", "")
    fake.alarm_service.hear_door(AccountGuessed("1001", 300))
    assert sorted(one.kind for one in fake.alarm_service.shown.values()).count("account_guessed") == 2


async def test_a_seat_that_guesses_the_pin_is_told_once_until_it_was_seen() -> None:
    """Not for a slip: when the dialplan has stopped asking."""
    fake = FakeHotline()

    def said(kind: str, state: str, seat: str = "8001") -> None:
        act = SwitchedByPhone(CallId("xm1-1.1"), Instant(1.0), kind, seat, state, 0, 1000, "", SeatId(seat))
        fake.alarm_service.hear_pin(act)

    said("pin", "wrong")
    said("hours", "closed")
    assert not fake.alarm_service.shown
    for _time in range(3):
        said("pin", "rested")
    said("pin", "rested", "8002")
    assert [(one.kind, one.subject) for one in fake.alarm_service.shown.values()] == [
        ("switch_pin_guessed", "8001"), ("switch_pin_guessed", "8002"),
    ]  # fmt: skip


async def test_what_the_desk_doubts_stands_until_it_is_clear() -> None:
    fake = FakeHotline()
    fake.alarm_service.hear_seat(SeatAlarm(SeatId("8001"), Instant(0.0), Alarm.CONTRADICTION, "mandarin: paused"))
    fake.alarm_service.hear_seat(SeatAlarm(SeatId("8002"), Instant(0.0), Alarm.UNREACHABLE, "…"))
    await fake.seconds(2)
    (shown,) = fake.alarm_service.shown.values()
    assert (shown.kind, shown.subject) == ("seat_queue", "8001")
    fake.alarm_service.hear_seat(SeatAlarmCleared(SeatId("8001"), Instant(9.0), Alarm.CONTRADICTION))
    await fake.seconds(2)
    (shown,) = fake.alarm_service.shown.values()
    assert shown.cleared_at is not None


async def test_alarms_can_be_read_while_the_ledger_is_away() -> None:
    """They live here first: the newest first, within the wished time, and the ledger's beside them when it is back."""
    fake = FakeHotline()
    fake.book.away = True
    fake.reading = DOWN
    await fake.seconds(6)
    (row,) = await fake.alarm_service.history(None, None, 10)
    assert row.kind == "trunk_down"
    assert await fake.alarm_service.history(row.at + timedelta(seconds=1), None, 10) == []
    assert await fake.alarm_service.history(None, row.at, 10) == []
    fake.book.away = False
    assert [one.id for one in await fake.alarm_service.history(None, None, 10)] == [row.id]


async def test_each_kind_of_difference_is_one_alarm_that_names_its_calls() -> None:
    fake = FakeHotline()
    calls = [Difference(f"call:{n}", "wire", Kind.UNBOOKED, f"c{n}", "") for n in range(7)]
    orphan = Difference("recording:a.raw", "spool", Kind.UNCLAIMED, "a.raw", "")
    fake.alarm_service.hear_differences(DifferencesFound(NOON, [*calls, orphan]))
    fake.alarm_service.hear_book(RowsRefused(Instant(1.0), "hotline.csv", 1, 4096, 2, "not quoted", "x"))
    fake.alarm_service.hear_book(BookGap(Instant(1.0), None, "cut"))
    shown = {one.subject: one.detail for one in fake.alarm_service.shown.values()}
    assert set(shown) == {"call_not_in_book", "recording_without_call", "rows_refused", "book_gap"}
    assert "7 " in shown["call_not_in_book"]
    assert "c0, c1, c2, c3, c4 …" in shown["call_not_in_book"]
    assert "hotline.csv:4096" in shown["rows_refused"]


async def test_a_forger_is_one_alarm_a_minute_for_each_trunk() -> None:
    fake = FakeHotline()
    for _ in range(5):
        fake.alarm_service.hear_forged(
            EventForged(Instant(1.0), "unicom", "192.0.2.7:5060", "Hangup without Cause", "")
        )
    fake.alarm_service.hear_forged(EventForged(Instant(1.0), "telecom", "", "a message without a name", ""))
    told = {one.subject: one.detail for one in fake.alarm_service.shown.values()}
    assert len(fake.alarm_service.shown) == 2
    assert "192.0.2.7:5060" in told["unicom"]


async def test_asked_twice_at_once_what_stood_can_still_be_acknowledged() -> None:
    """The start and the opening of the ledger ask in one moment."""
    before = FakeHotline()
    before.reading = DOWN
    await before.seconds(6)
    await before.alarm_service.stop()
    after = FakeHotline(before.book)
    after.now = before.now
    await asyncio.gather(after.alarm_service.restore(), after.alarm_service.restore())
    ((ident, _shown),) = after.alarm_service.shown.items()
    assert await after.alarm_service.acknowledge(int(ident), "2001", "已报修") is not None


async def test_a_case_store_that_does_not_answer_reaches_the_supervisors() -> None:
    fake = FakeHotline()
    fake.alarm_service.hear_store(StoreLost(NOON, "no answer in time"))
    await fake.seconds(59)
    assert not fake.alarm_service.shown
    await fake.seconds(3)
    (shown,) = fake.alarm_service.shown.values()
    assert (shown.kind, shown.cleared_at) == ("case_store", None)
    assert "no answer in time" in shown.detail
    fake.alarm_service.hear_store(StoreBack(NOON))
    await fake.seconds(2)
    (shown,) = fake.alarm_service.shown.values()
    assert shown.cleared_at is not None


async def test_what_keeps_all_recordings_waiting_is_one_alarm_and_what_others_say_none() -> None:
    fake = FakeHotline()
    for call in ("xm1-1.1", "xm1-1.2"):
        fake.alarm_service.hear_recording(RecordingDelayed(RecordingId(CallId(call)), "no_encoder", NOON))
        fake.alarm_service.hear_recording(RecordingDelayed(RecordingId(CallId(call)), "still_open", NOON))
        fake.alarm_service.hear_recording(RecordingDelayed(RecordingId(CallId(call)), "disk_full", NOON))
    (shown,) = fake.alarm_service.shown.values()
    assert (shown.kind, shown.subject) == ("recording_delayed", "no_encoder")


async def test_a_prompt_that_cannot_be_played_is_one_alarm_until_it_was_seen() -> None:
    """Each caller of the line would raise another."""
    fake = FakeHotline()
    for n in (1, 2):
        fake.alarm_service.hear(PromptUnplayed(CallId(f"xm1-{n}.1"), Instant(n), "welcome"))
    (shown,) = fake.alarm_service.shown.values()
    assert (shown.kind, shown.severity, shown.subject) == ("prompt", "critical", "welcome")


async def test_a_seat_that_dials_what_is_not_let_out_is_an_alarm() -> None:
    fake = FakeHotline()
    fake.alarm_service.hear(SeatAlarm(SeatId("8006"), Instant(1.0), Alarm.DIAL, "pace: 138****0001"))
    (shown,) = fake.alarm_service.shown.values()
    assert (shown.kind, shown.subject) == ("seat_dial", "8006")
    assert "138****0001" in shown.detail


async def test_a_journey_that_failed_is_one_alarm_a_line() -> None:
    fake = FakeHotline()
    for end in (End.FAILED, End.FAILED, End.HUNG_UP, End.TIMED_OUT):
        fake.alarm_service.hear_journey(
            AdviceGiven(CallId("xm1-1.1"), Instant(1.0), LineId("citizen"), "welcome", "", end)
        )
    (shown,) = fake.alarm_service.shown.values()
    assert (shown.kind, shown.subject) == ("journey", "citizen")


async def test_a_broken_invariant_is_one_alarm_a_rule_that_names_its_calls() -> None:
    fake = FakeHotline()
    breaches = [Breach("no_outcome", f"xm1-1.{n}", "…") for n in range(7)]
    fake.alarm_service.hear_invariant(InvariantBroken(NOON, [*breaches, Breach("orphans", "xm1-9.9", "…")]))
    shown = {one.subject: one.detail for one in fake.alarm_service.shown.values()}
    assert set(shown) == {"no_outcome", "orphans"}
    assert "xm1-1.0, xm1-1.1, xm1-1.2, xm1-1.3, xm1-1.4 …" in shown["no_outcome"]


async def test_presences_that_cannot_be_written_stand_until_they_can() -> None:
    fake = FakeHotline()
    fake.alarm_service.hear_seat(SeatAlarm(SeatId("8001"), Instant(0.0), Alarm.LOG, "database is locked"))
    await fake.seconds(7)
    (shown,) = fake.alarm_service.shown.values()
    assert shown.kind == "seat_log"
    fake.alarm_service.hear_seat(SeatAlarmCleared(SeatId("8001"), Instant(9.0), Alarm.LOG))
    await fake.seconds(2)
    (shown,) = fake.alarm_service.shown.values()
    assert shown.cleared_at is not None

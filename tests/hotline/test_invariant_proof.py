"""The invariant is proved while the daemon runs: once told, from where it had ended, and not past what is not written yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline.books.invariant_proof import AGAIN, FIRST, FURTHEST, InvariantBroken, Proving
from ledger.invariant.rule import Breach

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)


class FakeHotline:
    def __init__(self, mark: Path) -> None:
        self.now, self.current = NOON, True
        self.found: list[Breach] = []
        self.asked: list[datetime] = []
        self.said: list[InvariantBroken] = []
        self.proving = Proving(self._prove, lambda: self.current, mark, self._hear, lambda: self.now)

    async def _prove(self, now: datetime, since: datetime) -> list[Breach]:
        assert now == self.now
        self.asked.append(since)
        return self.found

    def _hear(self, event: object) -> None:
        assert isinstance(event, InvariantBroken)
        self.said.append(event)

    async def minute(self) -> None:
        await self.proving.look()
        self.now += timedelta(minutes=1)


async def test_each_breach_is_told_once_and_what_others_tell_never(tmp_path: Path) -> None:
    fake = FakeHotline(tmp_path / "mark")
    fake.found = [Breach("no_outcome", "xm1-1.1", "…"), Breach("pending_too_long", "xm1-1.2", "…", alarm="owed")]
    await fake.minute()
    await fake.minute()
    fake.found.append(Breach("no_outcome", "xm1-1.3", "…"))
    await fake.minute()
    assert [[one.subject for one in event.breaches] for event in fake.said] == [["xm1-1.1"], ["xm1-1.3"]]


async def test_a_look_begins_where_the_last_one_ended(tmp_path: Path) -> None:
    fake = FakeHotline(tmp_path / "mark")
    await fake.minute()
    await fake.minute()
    assert fake.asked == [NOON - FIRST - AGAIN, NOON - AGAIN]
    later = FakeHotline(tmp_path / "mark")
    later.now = NOON + timedelta(days=2)
    await later.minute()
    assert later.asked == [NOON + timedelta(minutes=1) - AGAIN], "the night without a daemon is proved too"


async def test_nothing_is_passed_over_while_rows_wait_for_the_ledger(tmp_path: Path) -> None:
    fake = FakeHotline(tmp_path / "mark")
    await fake.minute()
    fake.current = False
    for _ in range(3):
        await fake.minute()
    fake.current = True
    await fake.minute()
    await fake.minute()
    assert fake.asked[1:5] == [NOON - AGAIN] * 4
    assert fake.asked[5] == NOON + timedelta(minutes=4) - AGAIN


async def test_a_mark_that_cannot_be_read_or_is_old_costs_a_bounded_look(tmp_path: Path) -> None:
    for text, since in (
        ("no time", NOON - FIRST), ("2020-01-01T00:00:00+00:00", NOON - FURTHEST), ("2026-10-01T04:00:00", NOON - FIRST),
        ("2031-01-01T00:00:00+00:00", NOON),
    ):  # fmt: skip
        (tmp_path / "mark").write_text(text)
        fake = FakeHotline(tmp_path / "mark")
        await fake.minute()
        assert fake.asked == [since - AGAIN], text

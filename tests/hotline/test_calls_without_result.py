"""Who owes a word on an answered call is told at the seat: when more is owed, and again after a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cti.ids import CallId
from hotline.alarms.calls_without_result import Owing
from hotline.alarms.rules import OwedReading
from ledger.calls_without_result import Owed

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)


class FakeHotline:
    def __init__(self) -> None:
        self.now, self.owed, self.told = NOON, [], []  # type: tuple[datetime, list[Owed], list[tuple[str, int]]]
        self.owing = Owing(
            self._look,
            lambda who, calls: self.told.append((who, calls)),
            {"1001": "陈晓岚"}.get,  # type: ignore[arg-type]
            lambda: self.now,
        )

    async def _look(self, _now: datetime) -> Sequence[Owed]:
        return self.owed

    async def minutes(self, count: int) -> None:
        for _ in range(count):
            await self.owing.look()
            self.now += timedelta(minutes=1)


def owed(call: str, agent: str = "1001") -> Owed:
    return Owed(CallId(call), "8001", agent, NOON - timedelta(minutes=31))


async def test_it_is_told_once_again_with_more_and_after_a_quarter_of_an_hour() -> None:
    fake = FakeHotline()
    assert fake.owing.reading is None, "not known yet"
    await fake.minutes(1)
    assert (fake.owing.reading, fake.told) == ({}, [])
    fake.owed = [owed("xm1-1.1")]
    await fake.minutes(3)
    assert fake.told == [("1001", 1)]
    assert fake.owing.reading == {"1001": OwedReading("陈晓岚", 1, "xm1-1.1")}
    fake.owed = [*fake.owed, owed("xm1-1.2"), owed("xm1-1.3", agent="")]
    await fake.minutes(1)
    assert fake.told[1:] == [("1001", 2), ("8001", 1)]
    assert fake.owing.reading["8001"] == OwedReading("8001", 1, "xm1-1.3")  # type: ignore[index]
    await fake.minutes(14)
    assert len(fake.told) == 3
    await fake.minutes(1)
    assert fake.told[3:] == [("1001", 2), ("8001", 1)]
    fake.owed = []
    await fake.minutes(1)
    fake.owed = [owed("xm1-1.4")]
    await fake.minutes(1)
    assert fake.told[5:] == [("1001", 1)], "what was settled begins anew"

"""Notices: kept and audited before anybody hears them, told at once and to who comes within the hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from console.notices import FRESH, Notices
from ledger.notices import Notice
from tests.fakes.live import person

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)


class Centre:
    """The book, the audit log and the hub, in one order of what happened."""

    def __init__(self) -> None:
        self.rows: list[Notice] = []
        self.story: list[str] = []

    async def add(self, at: datetime, by: str, by_name: str, text: str, *, urgent: bool, seats: list[str]) -> Notice:
        self.rows.append(Notice(len(self.rows) + 1, at, by, by_name, text, urgent, tuple(seats)))
        self.story.append("kept")
        return self.rows[-1]

    async def heard(self, ident: int, count: int) -> Notice:
        self.rows[ident - 1] = replace(self.rows[ident - 1], heard=count)
        return self.rows[ident - 1]

    async def since(self, at: datetime) -> list[Notice]:
        return [row for row in reversed(self.rows) if row.at >= at]

    async def append(self, at: datetime, actor: str, action: str, *, call: str = "", detail: object = None) -> int:
        self.story.append(f"{actor} {action}")
        return 1

    def tell_all(self, message: BaseModel) -> int:
        self.story.append("all")
        return 5

    def tell_seat(self, seat: str, message: BaseModel) -> int:
        self.story.append(seat)
        return 1


def _notices(centre: Centre) -> Notices:
    notices = Notices(centre, centre)  # type: ignore[arg-type]
    notices.through(centre)
    return notices


async def test_it_is_kept_and_audited_before_it_is_told() -> None:
    centre = Centre()
    row = await _notices(centre).send(person("supervisor", "2001"), "台风蓝色预警", NOON, urgent=True, seats=[])
    assert centre.story == ["kept", "2001 notice", "all"]
    assert row.heard == 5


async def test_some_seats_are_each_told_once() -> None:
    centre = Centre()
    row = await _notices(centre).send(
        person("supervisor", "2001"), "…", NOON, urgent=False, seats=["8002", "8001", "8002"]
    )
    assert centre.story[2:] == ["8001", "8002"]
    assert row.heard == 2


async def test_who_comes_within_the_hour_hears_it_too_also_after_a_restart() -> None:
    centre = Centre()
    await _notices(centre).send(person("supervisor", "2001"), "全体", NOON, urgent=False, seats=[])
    same, soon = _notices(centre), NOON + FRESH / 2
    await same.send(person("supervisor", "2001"), "一席", NOON, urgent=False, seats=["8001"])
    again = _notices(centre)
    for notices in (same, again):
        assert [said.text for said in await notices.for_one("8001", soon)] == ["全体", "一席"]
    assert [said.text for said in await again.for_one("", soon)] == ["全体"]
    assert await again.for_one("8001", NOON + FRESH + timedelta(seconds=1)) == []

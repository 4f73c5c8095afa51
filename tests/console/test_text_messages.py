"""The receipt once more: so many a day for one citizen, so many a moment of one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from console.routes.text_messages import RECEIPTS_A_DAY
from console.services import ACTS_AT_ONCE
from tests.fakes.hotline import NOON, FakeHotline, door, services
from tests.fakes.people import browser, signed_in

from .test_ticket_acts import OWN, town


@dataclass(frozen=True)
class Row:
    kind: str
    made_at: datetime
    state: str = "sent"
    sent_at: datetime | None = None
    target: str = "13800000001"


@dataclass
class Messages:
    """As ``NotificationShelf``: one a name."""

    rows: list[Row] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    async def of_ticket(self, _ticket: str) -> Sequence[Row]:
        return self.rows

    async def again(self, _ticket: str, name: str, now: datetime) -> bool:
        if name not in self.names:
            self.rows.append(Row("receipt", now))
        self.names.add(name)
        return True


def app(fake: FakeHotline, messages: Messages) -> Any:
    plugs = services(fake)
    assert plugs.books is not None
    return door(replace(plugs, books=replace(plugs.books, notifications=messages)))


async def test_a_citizen_is_sent_so_many_receipts_a_day() -> None:
    """The first by itself among them; a state that was told is none; a day later it may be sent again."""
    fake = town()
    messages = Messages([Row("receipt", NOON), Row("progress", NOON)])
    path = f"/api/tickets/{OWN.id}/text-messages"
    async with browser(app(fake, messages), signed_in(fake, "1001", "8001")) as anna:
        statuses = []
        for minute in range(RECEIPTS_A_DAY):
            fake.now = NOON + timedelta(minutes=minute)
            statuses += [(await anna.post(path)).status_code]
        assert statuses == [202] * (RECEIPTS_A_DAY - 1) + [409]
        refused = await anna.post(path)
        assert refused.json()["error"] == "often"
    fake.now = NOON + timedelta(hours=25)
    async with browser(app(fake, messages), signed_in(fake, "1001", "8001")) as anna:
        assert (await anna.post(path)).status_code == 202
    assert sum(row.kind == "receipt" for row in messages.rows) == RECEIPTS_A_DAY + 1


async def test_one_person_sends_so_many_in_a_moment() -> None:
    fake = town()
    messages = Messages()
    path = f"/api/tickets/{OWN.id}/text-messages"
    async with browser(app(fake, messages), signed_in(fake, "1001", "8001")) as anna:
        statuses = [(await anna.post(path)).status_code for _n in range(ACTS_AT_ONCE + 2)]
    assert statuses == [202] * ACTS_AT_ONCE + [429] * 2
    assert len(messages.rows) == 1

"""Today so far: the day of the centre, the rate of 24 hours, each line and queue."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from ledger import tables as t
from ledger.today import Today

from .conftest import Fresh
from .seed import ANSWERED, BEGAN, NOW, do, ledger

XIAMEN = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def url(databases: Fresh) -> str:
    return databases()


async def test_a_morning_by_line_and_queue(url: str) -> None:
    async with ledger(url) as store:
        read = await Today(store, XIAMEN).read(NOW)
    everything = read.figures["all", ""]
    assert (everything.today.offered, everything.today.answered, everything.today.answered_15s) == (5, 2, 1)
    assert everything.last_24h == everything.today
    assert read.figures["line", "partner"].today.offered == 1
    assert read.figures["queue", "mandarin"].today.answered == 2
    assert (read.callbacks_open, read.callbacks_due, read.places_kept) == (1, 1, 0)


async def test_what_was_promised_is_counted_while_it_is_owed(url: str) -> None:
    """A call-back is due from its moment on; a place counts from the number on until it is known what became of it."""
    b, o = t.callbacks, t.callback_offers
    async with ledger(url) as store:
        (due,) = await store.look(
            lambda db: list(db.execute(sa.select(b.c.due_at).where(b.c.done_at.is_(None))).scalars())
        )
        today = Today(store, XIAMEN)
        assert (await today.read(due - timedelta(seconds=1))).callbacks_due == 0
        assert (await today.read(due)).callbacks_due == 1
        taken = NOW - timedelta(minutes=1)
        rows = [
            {"call_id": ident, "queue": "mandarin", "place": 1, "offered_at": taken, "taken_at": at, "result": result}
            for ident, at, result in (
                ("kept", taken, ""), ("declined", None, ""), ("over", taken, "talked"), ("old", NOW - timedelta(days=1), ""),
            )
        ]  # fmt: skip
        await do(store, *(sa.insert(o).values(row) for row in rows))
        assert (await today.read(NOW)).places_kept == 1


async def test_the_day_begins_at_the_centres_midnight_the_rate_does_not(url: str) -> None:
    """A call of the evening before is no call of today, but one of the last 24 hours."""
    midnight = datetime.combine(NOW.astimezone(XIAMEN).date(), datetime.min.time(), XIAMEN)
    async with ledger(url) as store:
        early = (
            sa.update(t.calls).where(t.calls.c.call_id == ANSWERED).values(arrived_at=midnight - timedelta(seconds=1))
        )
        await do(store, early)
        today = Today(store, XIAMEN)
        read = await today.read(NOW)
        assert (read.figures["all", ""].today.answered, read.figures["all", ""].last_24h.answered) == (1, 2)
        await do(store, early.values(arrived_at=BEGAN))
        read = await today.read(NOW + timedelta(minutes=2))
    assert (read.figures["all", ""].today.answered, read.figures["all", ""].last_24h.answered) == (2, 2)

"""What counters are told of closed calls is what the figures count of them: once, whatever crashes."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti import events as ev
from cti import frame_types as fr
from cti.cel_reader import Book
from ledger import tables as t
from ledger.closed_call_counts import CallClosed
from ledger.kpi import SETS, joined
from ledger.scribe import Scribe
from ledger.store import Store
from tests.cti.story import PLAN, stories
from tests.sampling import examples

from .conftest import Fresh
from .desk import Told, mark
from .test_scribe import Day, merging

pytestmark = pytest.mark.slow

COUNTED = {"requests": "requested", "answered": "answered", "answered_15s": "answered_15s", "abandoned": "abandoned"}
_c = t.calls.c


async def figures(store: Store) -> dict[str, int]:
    """By the figures' own sets, of citizens' calls that are closed and were not by a restart that had lost them."""
    sums = [sa.func.coalesce(sa.func.sum(sa.case((SETS[name], 1), else_=0)), 0).label(name) for name in COUNTED]
    wanted = sa.select(sa.func.count().label("offered"), *sums).select_from(joined())
    async with store.reading() as db:
        row = (await db.execute(wanted.where(_c.direction == "inbound", _c.state == "closed"))).one()
    return {name: int(value) for name, value in row._mapping.items()}


def counted(told: list[CallClosed]) -> dict[str, int]:
    ours = [asdict(one) for one in told if one.inbound]
    return {"offered": len(ours), **{name: sum(one[field] for one in ours) for name, field in COUNTED.items()}}


class Counting(Day):
    def __init__(self, url: str, folder: Path, frames: list[fr.Frame]) -> None:
        super().__init__(url, folder, frames)
        self.told: list[CallClosed] = []

    async def _start(self, store: Store) -> tuple[Scribe, Book]:
        scribe = Scribe(store, "xm1", rest=self.rest, tell_closed=self.told.append)
        resume = await scribe.resume()
        return scribe, Book(PLAN, self.folder / "cel.csv", self.folder / "queue_log", resume.mark)


@given(frames=st.one_of(stories(), merging()), data=st.data())
@settings(max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck))
def test_counters_and_figures_agree(  # type: ignore[no-untyped-def]
    databases, tmp_path_factory, frames: list[fr.Frame], data: st.DataObject
) -> None:
    """Rows come in pieces, the daemon dies in between: each call is told once, as the figures have it."""
    if "url" not in _URL:
        _URL["url"] = databases()
    day = Counting(_URL["url"], tmp_path_factory.mktemp("day"), frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(day.text)), max_size=6)))
    day.ledger(cuts, data.draw(st.sets(st.integers(0, len(cuts)))))

    async def read() -> dict[str, int]:
        store = Store(day.url)
        try:
            return await figures(store)
        finally:
            await store.close()

    assert counted(day.told) == asyncio.run(read())


_URL: dict[str, str] = {}


async def test_of_each_kind(databases: Fresh) -> None:
    """By hand: answered in time and late, given up, let go at once, given up after a message, and a call of ours."""
    told: list[CallClosed] = []
    store = Store(databases())
    scribe = Scribe(store, "xm1", tell_closed=told.append)
    await scribe.resume()
    late = Told(2).arrive().queue()
    late.at(30)
    for offset, one in enumerate(
        (
            Told(1).arrive().queue().talk().end(),
            late.talk().end(),
            Told(3).arrive().queue().leave_queue(ev.QueueExit.ABANDONED).end(),
            Told(4).arrive().queue().talk(0.3).end(ev.EndedBy.SEAT),
            Told(5).arrive().end(),
            Told(6).arrive(ev.Direction.OUTBOUND).talk().end(),
        ),
        1,
    ):
        await scribe.write(one.events, mark(offset * 100))
    found = await figures(store)
    await store.close()
    assert counted(told) == found == {"offered": 5, "requests": 4, "answered": 2, "answered_15s": 1, "abandoned": 2}
    assert [one.talked for one in told if not one.inbound] == [True]

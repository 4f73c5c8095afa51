"""By which ways a caller left the steps of his journey: each a row, in their order, once, and of one call no more than anybody reads."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from cti import events as ev
from cti.ids import LineId
from cti.journey_events import JourneyStepped
from ledger import tables as t
from ledger.call_fold import MOST_STEPS
from ledger.scribe import Scribe
from ledger.store import Store

from .conftest import Fresh
from .desk import Told, mark


@pytest.fixture
def url(databases: Fresh) -> str:
    return databases()


async def test_each_way_is_a_row_once(url: str) -> None:
    told = Told(1).arrive()
    for seconds, (step, way) in enumerate((("office", "open"), ("menu", "silence"), ("menu", "2"))):
        told.say(JourneyStepped(told.call, told.at(seconds), LineId("citizen"), step, way))
    told.end(ev.EndedBy.CALLER)
    assert await written(url, [*told.events, *told.events]) == [("office", "open"), ("menu", "silence"), ("menu", "2")]


async def test_who_presses_for_hours_fills_no_ledger(url: str) -> None:
    told = Told(1).arrive()
    for press in range(MOST_STEPS + 50):
        told.say(JourneyStepped(told.call, told.at(press), LineId("citizen"), "menu", str(press % 10)))
    told.end(ev.EndedBy.CALLER)
    assert len(await written(url, told.events)) == MOST_STEPS


async def written(url: str, events: list[ev.Event]) -> list[tuple[str, str]]:
    store = Store(url)
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    await scribe.write(events, mark(100))
    s = t.journey_steps.c
    rows = await store.transact(lambda db: list(db.execute(sa.select(s.step, s.way).order_by(s.seq))))
    await store.close()
    return [tuple(row) for row in rows]

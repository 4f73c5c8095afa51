"""What a caller went through, as the seat's page is told it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from cti.ids import CallId
from ledger import tables as t
from ledger.callers import Callers
from ledger.went_through import Passed

from .conftest import Fresh
from .seed import ANSWERED, BEGAN, do, ledger


@pytest.fixture(scope="module")
def url(databases: Fresh) -> str:
    return databases()


async def test_all_of_it_stands_in_the_order_in_which_it_happened(url: str) -> None:
    def at(seconds: float) -> datetime:
        return BEGAN + timedelta(hours=-1, seconds=seconds)

    call = "xm1-went-1.1"
    async with ledger(url) as store:
        assert await Callers(store).went_through(CallId("nosuch")) == []
        before = await Callers(store).went_through(CallId(ANSWERED))
        assert [one.what for one in before] == ["notice"], before
        rows = (
            (t.self_services, {"seq": 1, "at": at(10), "line": "citizen", "service": "progress", "result": "wrong"}),
            (t.self_services, {"seq": 2, "at": at(20), "line": "citizen", "service": "progress", "result": "told"}),
            (t.journey_steps, {"seq": 0, "at": at(5), "step": "office", "way": "open"}),
            (t.journey_steps, {"seq": 1, "at": at(8), "step": "menu", "way": "silence"}),
            (t.journey_steps, {"seq": 2, "at": at(9), "step": "menu", "way": "3"}),
            (t.queue_visits, {"seq": 1, "queue": "mandarin", "position": 3, "entered_at": at(30)}),
            (t.wait_promises, {"seq": 1, "at": at(36), "queue": "mandarin", "place": 3, "minutes": 4}),
            (t.wait_promises, {"seq": 2, "at": at(66), "queue": "mandarin", "place": 2, "minutes": None}),
            (t.callback_offers, {"queue": "mandarin", "place": 2, "offered_at": at(67), "asked_at": at(70), "up_at": at(130)}),
        )  # fmt: skip
        await do(store, *(sa.insert(table).values({"call_id": call, **row}) for table, row in rows))
        told = await Callers(store).went_through(CallId(call))
    assert told == [
        Passed(at(9), "key", result="3"),
        Passed(at(10), "progress", result="wrong"),
        Passed(at(20), "progress", result="told"),
        Passed(at(30), "queue", "mandarin"),
        Passed(at(36), "told", "mandarin", 3, 4),
        Passed(at(66), "told", "mandarin", 2),
        Passed(at(67), "offered", "mandarin", 2),
        Passed(at(70), "kept", "mandarin", 2),
        Passed(at(130), "up", "mandarin", 2),
    ]

"""Promised call-backs and self-service, counted as they stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cti import events as ev
from cti.journey_events import SelfServed
from ledger import tables as t
from ledger.caller_figures import promised_callbacks, self_service_use
from ledger.scribe import Scribe
from ledger.store import Store

from .desk import T0, Told, mark

NOW = datetime.fromtimestamp(T0, UTC)


async def test_what_was_promised_is_kept_owed_due_or_waiting(url: str) -> None:
    store = Store(url)
    ends = [
        ("talked", "", 0),
        ("came_back", "", 0),
        ("owed", "done", 0),
        ("owed", "open", -1),
        ("owed", "open", 1),
        ("", "", 0),
    ]

    def put(db: object) -> None:
        for n, (result, state, due) in enumerate(ends):
            call = f"xm1-1.{n}"
            offer = {"call_id": call, "queue": "mandarin", "taken_at": NOW, "number": "13806010001", "result": result}
            db.execute(t.callback_offers.insert().values(offer))  # type: ignore[attr-defined]
            if result == "talked":
                talk = {
                    "call_id": call,
                    "seq": 0,
                    "leg_id": "l",
                    "seat": "8001",
                    "began_at": NOW + timedelta(seconds=90),
                }
                db.execute(t.talks.insert().values(talk))  # type: ignore[attr-defined]
            if state:
                task = {
                    "task_id": call, "call_id": call, "kind": "queue_offer", "reason": "call_back", "line": "citizen",
                    "number": "13806010001", "made_at": NOW, "due_at": NOW + timedelta(hours=due), "state": state,
                }  # fmt: skip
                db.execute(t.callbacks.insert().values(task))  # type: ignore[attr-defined]

    await store.transact(put)
    (row,) = await promised_callbacks(store, NOW - timedelta(days=1), NOW + timedelta(days=1), NOW)
    assert (row.queue, row.promised, row.talked, row.came_back, row.owed) == ("mandarin", 6, 1, 1, 3)
    assert (row.made_later, row.due, row.waiting, row.kept, row.seconds_mean) == (1, 1, 1, 3, 90.0)
    assert await promised_callbacks(store, NOW + timedelta(days=1), None, NOW) == []
    await store.close()


async def test_what_callers_did_by_keys_is_counted_by_call_and_try(url: str) -> None:
    first, second = Told(1).arrive(), Told(2).arrive()
    for told, results in ((first, ("wrong", "told")), (second, ("silent",))):
        for result in results:
            told.say(SelfServed(told.call, told.at(1), "progress", result, "", ""))
        told.end(ev.EndedBy.CALLER)
    store = Store(url)
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    await scribe.write([*first.events, *second.events], mark(100))
    (row,) = await self_service_use(store, NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert (row.service, row.calls, row.tries, row.helped) == ("progress", 2, 3, 1)
    assert row.results == {"silent": 1, "told": 1, "wrong": 1}
    assert await self_service_use(store, NOW + timedelta(days=1), None) == []
    await store.close()

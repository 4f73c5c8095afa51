"""What a case store calls back: only signed, only just now, each once, whole or not at all, on disk before it is answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bridge.case_callbacks import EVENTS_MOST, CaseCallbacks, Taken, read
from bridge.drivers import CaseEvent
from bridge.webhook_signature import Refusal, signed

from .made import NOON
from .test_webhook import GOOD

KEY = b"k" * 24


@dataclass
class Ledger:
    taken: list[CaseEvent] = field(default_factory=list)
    broken: int = 0

    async def take(self, events: Sequence[CaseEvent]) -> None:
        if self.broken:
            self.broken -= 1
            raise OSError("the disk is full")
        self.taken += events


def said(*events: Any) -> bytes:
    return json.dumps({"type": "case.events", "data": {"events": events}}).encode()


def callbacks(ledger: Ledger, *keys: bytes) -> CaseCallbacks:
    return CaseCallbacks(keys or (KEY,), ledger.take, clock=lambda: NOON)


async def test_events_are_taken_once_an_id() -> None:
    ledger = Ledger()
    one, body = callbacks(ledger), said(GOOD, {**GOOD, "sequence": 2})
    headers = signed([KEY], "a", NOON, body)
    assert await one.hear(headers, body) == Taken(2, repeated=False)
    assert await one.hear(headers, body) == Taken(0, repeated=True)
    assert [event.sequence for event in ledger.taken] == [1, 2]


async def test_what_was_not_written_may_come_again_under_its_id() -> None:
    ledger = Ledger(broken=1)
    one, body = callbacks(ledger), said(GOOD)
    headers = signed([KEY], "a", NOON, body)
    with pytest.raises(OSError, match="full"):
        await one.hear(headers, body)
    assert await one.hear(headers, body) == Taken(1, repeated=False)


async def test_what_is_not_signed_or_old_is_not_even_read() -> None:
    ledger = Ledger()
    one = callbacks(ledger)
    body = b"{"
    assert await one.hear({}, body) is Refusal.MISSING
    assert await one.hear(signed([b"x" * 24], "a", NOON, body), body) is Refusal.WRONG
    assert await one.hear(signed([KEY], "a", NOON - timedelta(seconds=301), body), body) is Refusal.STALE
    assert ledger.taken == []


async def test_one_wrong_event_refuses_all_with_its_place() -> None:
    ledger = Ledger()
    body = said(GOOD, {**GOOD, "state": "gone"}, {"key": "a"})
    answer = await callbacks(ledger).hear(signed([KEY], "a", NOON, body), body)
    assert isinstance(answer, tuple)
    assert [problem.field for problem in answer] == ["data.events.1", "data.events.2"]
    assert ledger.taken == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'"x"', b"{}", b'{"type": "case.event"}', b'{"type": "case.events", "data": []}', said(),
     said(*[GOOD] * (EVENTS_MOST + 1)), b"[" * 100_000],
)  # fmt: skip
def test_bodies_that_are_none(body: bytes) -> None:
    assert isinstance(read(body), tuple)


def test_a_single_event() -> None:
    (found,) = read(json.dumps({"type": "case.event", "data": GOOD}).encode())
    assert isinstance(found, CaseEvent)
    assert found.at == NOON


async def test_while_the_key_is_changed_both_are_good() -> None:
    ledger = Ledger()
    one = callbacks(ledger, b"n" * 24, KEY)
    for ident, key in (("a", KEY), ("b", b"n" * 24)):
        assert await one.hear(signed([key], ident, NOON, said(GOOD)), said(GOOD)) == Taken(1, repeated=False)

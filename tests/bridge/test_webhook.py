"""Standard Webhooks signatures, both ways: made as the standard says, keys changed without a gap, replays refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bridge.case_store_messages import filing
from bridge.drivers import Heard, Receipt, Unreachable
from bridge.drivers.webhook import Webhook, event
from bridge.webhook_signature import ID, SIGNATURE, TIMESTAMP, Refusal, SeenIds, key_of, refusal, signed

from .http_server import serving
from .made import NOON, ticket
from .webhook_store import KEY, WebhookStore

NEW, OLD = b"n" * 24, b"o" * 24
BODY = '{"type":"case.event","text":"湖滨"}'.encode()


def test_the_standards_own_example() -> None:
    """Of standard-webhooks' specification and libraries."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    made = signed([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert made[SIGNATURE] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert made[TIMESTAMP] == "1614265330"


def test_a_zone_does_not_change_what_is_signed() -> None:
    from zoneinfo import ZoneInfo

    there = NOON.astimezone(ZoneInfo("Asia/Shanghai"))
    assert signed([NEW], "a", there, BODY) == signed([NEW], "a", NOON, BODY)


def test_while_a_key_is_changed_both_are_good() -> None:
    for sender, receiver in (([NEW, OLD], [OLD]), ([NEW, OLD], [NEW]), ([OLD], [NEW, OLD]), ([NEW], [NEW, OLD])):
        assert refusal(receiver, signed(sender, "a", NOON, BODY), BODY, NOON) is None
    assert refusal([NEW], signed([OLD], "a", NOON, BODY), BODY, NOON) is Refusal.WRONG


@pytest.mark.parametrize(("seconds", "why"), [(300, None), (-300, None), (301, Refusal.STALE), (-301, Refusal.STALE)])
def test_the_window(seconds: int, why: Refusal | None) -> None:
    assert refusal([NEW], signed([NEW], "a", NOON, BODY), BODY, NOON + timedelta(seconds=seconds)) is why


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({ID: ""}, Refusal.MISSING), ({ID: "b"}, Refusal.WRONG), ({ID: "x" * 300}, Refusal.MISSING),
        ({TIMESTAMP: "soon"}, Refusal.MISSING), ({TIMESTAMP: "٣"}, Refusal.MISSING), ({TIMESTAMP: "9" * 400}, Refusal.MISSING),
        ({SIGNATURE: ""}, Refusal.MISSING), ({SIGNATURE: "v1,"}, Refusal.WRONG), ({SIGNATURE: "v2,abc"}, Refusal.WRONG),
        ({SIGNATURE: "v1 \udcff"}, Refusal.WRONG), ({SIGNATURE: "v1,\udcff"}, Refusal.WRONG),
        ({SIGNATURE: "v1,a " * 1000}, Refusal.MISSING),
    ],
)  # fmt: skip
def test_headers_that_are_none(change: Mapping[str, str], why: Refusal) -> None:
    headers = signed([NEW], "a", NOON, BODY) | dict(change)
    assert refusal([NEW], headers, BODY, NOON) is why


def test_another_body_is_refused() -> None:
    assert refusal([NEW], signed([NEW], "a", NOON, BODY), BODY + b" ", NOON) is Refusal.WRONG


@pytest.mark.parametrize("secret", ["short", "whsec_", "whsec_short", "whsec_!!!!", ""])
def test_what_is_no_key(secret: str) -> None:
    with pytest.raises(ValueError, match="wanted"):
        key_of(secret)


def test_ids_are_forgotten_after_the_window_and_are_never_too_many() -> None:
    seen = SeenIds(most=3)
    for n in range(5):
        seen.add(str(n), NOON)
    assert not seen.known("0", NOON)
    assert seen.known("4", NOON)
    assert not seen.known("4", NOON + timedelta(seconds=601))


async def test_a_key_is_changed_without_losing_a_message() -> None:
    """First we sign with both, then the other side learns the new one, then the old one goes."""
    store, keys = WebhookStore(keys=[KEY]), [KEY]
    async with serving(store.answers) as server:
        driver = Webhook(server.url, lambda: keys, seconds=5.0)
        try:
            for n, (mine, theirs) in enumerate(
                (([KEY], [KEY]), ([NEW, KEY], [KEY]), ([NEW, KEY], [NEW]), ([NEW], [NEW]))
            ):
                keys[:], store.keys = mine, theirs
                assert isinstance(await driver.deliver(filing(ticket(n))), Receipt)
            keys[:] = [OLD]
            answer = await driver.deliver(filing(ticket(9)))
            assert isinstance(answer, Unreachable)  # neither lost nor a dead letter
            assert len(store.cases) == 4
        finally:
            await driver.close()


async def test_a_store_that_only_calls_back_is_not_missed() -> None:
    store = WebhookStore(offers_events=False)
    async with serving(store.answers) as server:
        driver = Webhook(server.url, lambda: [KEY], seconds=5.0)
        try:
            assert await driver.hear("m", 9) == Heard((), "m")
        finally:
            await driver.close()


GOOD: dict[str, Any] = {
    "key": "a/1",
    "number": "1",
    "sequence": 1,
    "state": "closed",
    "at": "2026-10-01T12:00:00+08:00",
}


def test_an_event_is_read_whole_or_not() -> None:
    assert event(GOOD).at == NOON
    for change in (
        {"sequence": 0}, {"sequence": True}, {"sequence": "1"}, {"sequence": 1 << 70}, {"state": "gone"}, {"number": ""},
        {"number": 1}, {"at": "2026-10-01T12:00:00"}, {"at": "soon"}, {"at": 3}, {"word": None}, {"key": None},
    ):  # fmt: skip
        with pytest.raises((ValueError, KeyError, TypeError, OverflowError)):
            event(json.loads(json.dumps(GOOD | change)))

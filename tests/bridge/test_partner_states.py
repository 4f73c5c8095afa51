"""What a partner's program says of a shared matter: read whole or refused by field, signed by its own secret, taken once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.partner_states import (
    MatterState,
    PartnerCalls,
    PartnerState,
    StatesHeard,
    StatesTaken,
    folded,
    read,
    supplement,
)
from bridge.webhook_signature import Refusal, signed
from tests.bridge.made import NOON

KEY, OTHER = b"k" * 24, b"o" * 24
GOOD: dict[str, Any] = {
    "their_number": "FZ-2026/77", "work_order": "01J0", "state": "accepted", "sequence": 3, "at": "2026-10-01T12:00:00+08:00",
}  # fmt: skip


def body(*rows: Any) -> bytes:
    said = (
        {"type": "matter.state", "data": rows[0]}
        if len(rows) == 1
        else {"type": "matter.states", "data": {"states": rows}}
    )
    return json.dumps(said).encode()


def test_a_state_is_read_with_all_it_says() -> None:
    told = GOOD | {"word": "已受\u202e理", "unit": "思明区\r\n分中心", "note": "  已派出警  ", "more": "is theirs"}
    assert read(body(told)) == [
        PartnerState(
            "FZ-2026/77", "01J0", MatterState.ACCEPTED, 3, datetime(2026, 10, 1, 4, tzinfo=UTC), "已受理", "思明区 分中心", "已派出警"
        )
    ]  # fmt: skip
    assert len(read(body(GOOD, GOOD | {"sequence": 4}))) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"state": "gone"}, "data.state"), ({"sequence": 0}, "data.sequence"), ({"sequence": "3"}, "data.sequence"),
        ({"sequence": 2**60}, "data.sequence"), ({"sequence": True}, "data.sequence"), ({"at": "yesterday"}, "data.at"),
        ({"at": "2026-10-01T12:00:00"}, "data.at"), ({"their_number": "x" * 65}, "data.their_number"),
        ({"their_number": "／／", "work_order": ""}, "data.their_number"), ({"note": "x" * 2001}, "data.note"),
        ({"their_number": 7}, "data.their_number"), ({"at": "9999-12-31T23:59:59-14:00"}, "data.at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "data.at"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(change: dict[str, Any], field: str) -> None:
    wrong = read(body(GOOD | change))
    assert isinstance(wrong, tuple)
    assert [one.field for one in wrong] == [field]
    several = read(body(GOOD, GOOD | change))
    assert isinstance(several, tuple)
    assert several[0].field == field.replace("data.", "data.states.1.")


@pytest.mark.parametrize(
    "said",
    [b"", b"[]", b"{", b'"x"', b"[" * 100_000, b'{"type": "case.event"}', b'{"type": "matter.states"}', body([])],
)
def test_nonsense_is_refused(said: bytes) -> None:
    assert isinstance(read(said), tuple)


def test_too_many_at_once_are_refused() -> None:
    assert isinstance(read(body(*[GOOD] * 201)), tuple)
    assert len(read(body(*[GOOD] * 200))) == 200


def test_numbers_are_compared_as_a_header_keeps_them() -> None:
    assert folded("FZ-2026/77 ${x}|9") == folded("fz-202677x9") == "FZ202677X9"
    assert folded("／　") == ""


def test_the_case_store_is_told_in_words() -> None:
    assert supplement("12345", "FZ77", MatterState.DONE, "办结", "", "已修复") == "12345 FZ77：对方已办结；办结；已修复"


async def test_each_partner_signs_by_its_own_secret_and_once() -> None:
    taken: list[tuple[str, Sequence[PartnerState]]] = []
    broken = [OSError("the disk is full")]

    async def take(partner: str, states: Sequence[PartnerState], _now: datetime) -> StatesHeard:
        if broken:
            raise broken.pop()
        taken.append((partner, states))
        return StatesHeard(moved=len(states))

    calls = PartnerCalls({"12345": [KEY], "110": [OTHER]}, take, clock=lambda: NOON)
    said = body(GOOD)
    for key, partner in ((OTHER, "12345"), (KEY, "110")):
        assert await calls.hear(partner, signed([key], "a", NOON, said), said) is Refusal.WRONG
    with pytest.raises(KeyError):
        await calls.hear("119", signed([KEY], "a", NOON, said), said)
    headers = signed([KEY], "a", NOON, said)
    with pytest.raises(OSError, match="full"):
        await calls.hear("12345", headers, said)
    assert await calls.hear("12345", headers, said) == StatesTaken(StatesHeard(moved=1), repeated=False)
    assert await calls.hear("12345", headers, said) == StatesTaken(StatesHeard(), repeated=True)
    assert await calls.hear("110", signed([OTHER], "a", NOON, said), said) == StatesTaken(
        StatesHeard(moved=1), repeated=False
    )
    assert [partner for partner, _states in taken] == ["12345", "110"]

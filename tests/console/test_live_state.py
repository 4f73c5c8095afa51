"""The picture: a snapshot and the deltas after it are the picture, at any cut, for whoever looks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from console.live_state import Picture, Turn, View
from console.stream.shown_rows import Rows, view_of
from tests.fakes.live import TARGETS, FakeLiveState, person

AT = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
KEYS = {"seats": "seat", "calls": "call", "queues": "queue", "lines": "line", "trunks": "trunk"}
SEATS = ("8001", "8002", "8003")
VIEWS = (
    View(calls=True, alarms=True, numbers=True),
    View(calls=True, alarms=False, numbers=False),
    *(View(calls=False, alarms=False, numbers=True, seat=seat) for seat in (*SEATS, "")),
)

_steps = st.lists(
    st.one_of(
        st.tuples(st.just("seat"), st.sampled_from(SEATS), st.sampled_from(["ready", "talking", "paused"])),
        st.tuples(st.just("call"), st.sampled_from("abc"), st.sets(st.sampled_from(SEATS)), st.sampled_from(["ringing", "talking"])),
        st.tuples(st.just("over"), st.sampled_from("abc")),
        st.tuples(st.just("turn")),
    ),
    max_size=40,
)  # fmt: skip


class Screen:
    """What a page keeps: rows by kind, from snapshots and deltas."""

    def __init__(self, snapshot: bytes) -> None:
        told = json.loads(snapshot)
        self.seq: int = told["seq"]
        self.rows: dict[str, dict[str, Any]] = {
            kind: {row[key]: row for row in told[kind]} for kind, key in KEYS.items()
        }

    def hear(self, delta: bytes) -> None:
        told = json.loads(delta)
        assert told["seq"] == self.seq + 1
        self.seq = told["seq"]
        for kind, key in KEYS.items():
            self.rows[kind].update({row[key]: row for row in told[kind]})
        for call in told["gone"]:
            del self.rows["calls"][call]


def _picture(fake: FakeLiveState) -> Picture:
    return Picture("life", Rows(fake).look, TARGETS)


def _live(fake: FakeLiveState, steps: list[Any], picture: Picture) -> list[tuple[Turn | None, list[bytes]]]:
    """Play the steps; after each turn, what a new-comer with each view would be shown."""
    shown: list[tuple[Turn | None, list[bytes]]] = [(None, [picture.snapshot(view, AT) for view in VIEWS])]
    for step in [*steps, ("turn",)]:
        match step:
            case ("seat", seat, state):
                fake.seat(seat, state)
                picture.touch("seats", seat)
            case ("call", call, seats, state):
                fake.ring(call, *sorted(seats), state=state)
                picture.touch("calls", call)
            case ("over", call):
                fake.rows["calls"].pop(call, None)
                picture.touch("calls", call)
            case ("turn",):
                turn = picture.turn(AT)
                if turn is not None:
                    shown.append((turn, [picture.snapshot(view, AT) for view in VIEWS]))
    return shown


@given(_steps)
def test_a_snapshot_and_the_deltas_after_it_are_the_picture_at_any_cut(steps: list[Any]) -> None:
    fake = FakeLiveState()
    fake.furnish()
    shown = _live(fake, steps, _picture(fake))
    for n, view in enumerate(VIEWS):
        for cut in range(len(shown)):
            screen = Screen(shown[cut][1][n])
            for turn, snapshots in shown[cut + 1 :]:
                assert turn is not None
                screen.hear(turn.frame(view))
                assert screen.rows == Screen(snapshots[n]).rows


@given(_steps, st.integers(0, 40))
def test_who_comes_back_is_told_exactly_what_was_missed(steps: list[Any], cut: int) -> None:
    fake = FakeLiveState()
    fake.furnish()
    picture = _picture(fake)
    shown = _live(fake, steps, picture)
    cut = min(cut, len(shown) - 1)
    for n, view in enumerate(VIEWS):
        screen = Screen(shown[cut][1][n])
        missed = picture.missed(view, picture.epoch(view), screen.seq)
        assert missed is not None
        for turn in missed:
            screen.hear(turn.frame(view))
        assert screen.rows == Screen(shown[-1][1][n]).rows


def test_another_life_or_another_view_begins_anew() -> None:
    picture = _picture(FakeLiveState())
    agent, chief = VIEWS[2], VIEWS[0]
    assert picture.missed(agent, picture.epoch(agent), 0) == []
    assert picture.missed(agent, "other", 0) is None
    assert picture.missed(agent, picture.epoch(chief), 0) is None
    assert picture.missed(agent, picture.epoch(agent), 7) is None


def test_what_did_not_change_is_not_told() -> None:
    fake = FakeLiveState()
    fake.seat("8001")
    picture = _picture(fake)
    picture.touch("seats", "8001")
    assert picture.turn(AT) is not None
    picture.touch("seats", "8001")
    fake.seat("8001")
    assert picture.turn(AT) is None


def test_agents_without_a_part_in_a_call_share_one_frame() -> None:
    fake = FakeLiveState()
    fake.ring("a", "8001")
    picture = _picture(fake)
    picture.touch("calls", "a")
    turn = picture.turn(AT)
    assert turn is not None
    one, two, own = (View(False, False, True, seat) for seat in ("8002", "8003", "8001"))
    assert turn.frame(one) is turn.frame(two)
    assert json.loads(turn.frame(one))["calls"] == []
    assert [call["call"] for call in json.loads(turn.frame(own))["calls"]] == ["a"]


def test_numbers_are_masked_where_the_role_demands_it() -> None:
    fake = FakeLiveState()
    fake.ring("a", "8001")
    picture = _picture(fake)
    picture.touch("calls", "a")
    picture.turn(AT)

    def numbers(role: str, seat: str) -> list[str]:
        told = json.loads(picture.snapshot(view_of(person(role), seat), AT))
        return [call["caller"] for call in told["calls"]]

    assert numbers("agent", "8001") == ["13800000001"]
    assert numbers("agent", "8002") == []
    assert numbers("agent", "") == []
    assert numbers("supervisor", "") == ["13800000001"]
    assert numbers("auditor", "") == ["138****0001"]
    assert numbers("operator", "") == []  # as /api/board


def test_only_supervisors_see_alarms() -> None:
    assert [view_of(person(role), "").alarms for role in ("agent", "supervisor", "auditor", "operator")] == [
        False, True, False, True,
    ]  # fmt: skip

"""Every topic of the live stream x every role, generated from the contract: what no line here decides fails.

Which call and number a picture shows is ``test_visibility.py``'s; here is which kinds of rows and messages reach whom.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass, replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from accounts import events as sessions
from agents import events as house_events
from agents.callbacks import CallbacksMoved, Moved, State
from bridge import events as tickets
from bridge.ticket import TicketId
from console.contract.stream import AlarmOut, Delta, FiguresOut, NoticeSaid, ServerSays, Snapshot
from console.contract.switches import SwitchOut
from cti import events as ev
from cti.ids import CallId, LegId, QueueId, SeatId
from tests.console.stream.test_hub import CALL, NOON, Centre, said
from tests.fakes.live import Wire, person

AT = datetime(2026, 11, 28, tzinfo=UTC)
PEOPLE = {"A": ("agent", "1001"), "O": ("agent", "1002"), "S": ("supervisor", "2001"), "U": ("auditor", "3001"),
          "P": ("operator", "4001"), "L": ("supervisor", "2002")}  # fmt: skip
"""A an agent at 8001, whose call it is · O another at 8002 · S supervisor · U auditor · P operator · L a supervisor whose screen is locked"""
ALL = "AOSUPL"
ROWS = {"seats": ALL, "queues": ALL, "lines": ALL, "trunks": ALL, "figures": ALL, "calls": "ASU", "alarms": "SP",
        "switches": ALL}  # fmt: skip
"""Kind of rows of a picture → who is shown any."""
NO_ROWS = {"t", "epoch", "seq", "at", "vitals", "targets", "gone"}
"""Fields of a picture that hold nothing of a person: counts, numbers of turns, ids of calls that are over."""
MESSAGES = {"pop": "A", "notice": "AOSUP", "warned": "A", "ticket": "A", "callbacks": "AOSU", "bye": "A",
            "dialled": "A", "offer_over": "A"}  # fmt: skip
"""What is said without being asked for → who hears it, in the case of ``CAUSES``."""
ANSWERS = {"snapshot", "delta", "ping"}
"""Sent to every console alike; what stands in them is ``ROWS``."""


def _moved(ident: str) -> CallbacksMoved:
    return CallbacksMoved((Moved(ident, State.OPEN, "", 0, AT),))


def _ticket(centre: Centre) -> None:
    centre.feed.hear_house(tickets.TicketFiled(TicketId("0" * 26), CALL, "8001", "1001", AT))
    centre.feed.hear_house(tickets.TicketDelivered(TicketId("0" * 26), CALL, "GD1", "Q1", AT, 1))


CAUSES: dict[str, Callable[[Centre], object]] = {
    "pop": lambda centre: centre.offer(),
    "notice": lambda centre: centre.hub.tell_all(
        NoticeSaid(id=1, at=AT, by="2001", by_name="苏丽华", text="台风", urgent=True)
    ),
    "warned": lambda centre: centre.feed.hear_house(
        house_events.SeatWarned(SeatId("8001"), NOON, house_events.Warned.MISSED, "")
    ),
    "ticket": _ticket,
    "dialled": lambda centre: centre.feed.hear(
        ev.DialEnded(CALL, NOON, LegId(""), ev.DialWay.CONSULT, SeatId("8001"), "12345", ev.DialResult.BUSY)
    ),
    "offer_over": lambda centre: centre.feed.hear(
        ev.OfferEnded(CALL, NOON, LegId("l1"), SeatId("8001"), QueueId("mandarin"), ev.OfferResult.MISSED)
    ),
    "callbacks": lambda centre: centre.feed.hear_house(_moved("xm1-1.1")),
    "bye": lambda centre: centre.feed.hear_house(sessions.SessionEnded("sA", "1001", "8001", "revoked")),
}


async def _everybody(centre: Centre) -> dict[str, Wire]:
    wires = {}
    for letter, (role, account) in PEOPLE.items():
        _console, wires[letter] = await centre.come(person(role, account, f"s{letter}"))
    centre.hub.covered("sL", True)
    return wires


def test_every_topic_stands_in_a_table() -> None:
    """Of the contract: a new kind of row or message is decided upon before it is there."""
    assert set(Snapshot.model_fields) | set(Delta.model_fields) == set(ROWS) | NO_ROWS
    spoken = {one.model_fields["t"].default for one in get_args(get_args(ServerSays)[0])}
    assert spoken == set(MESSAGES) | ANSWERS
    assert set(CAUSES) == set(MESSAGES)


@pytest.mark.parametrize("kind", sorted(ROWS))
async def test_a_kind_of_row_reaches_those_it_is_for(kind: str) -> None:
    """In the whole picture and in what changes after it."""
    centre = Centre()
    centre.house.ring(CALL, "8001")
    counts = dict.fromkeys(FiguresOut.model_fields, 0) | {"of": "all", "id": ""}
    centre.house.rows["figures"]["all:"] = FiguresOut.model_validate(counts)
    centre.house.rows["alarms"]["1"] = AlarmOut(id=1, at=AT, kind="disk", severity="critical", subject="", detail="x")
    centre.house.rows["switches"]["hours:citizen"] = SwitchOut(
        kind="hours", target="citizen", name="市民", state="closed", until=None, district="", event="", event_title="",
        said_at=AT, by="2001", by_name="苏丽华", seat="", reason="停电",
    )  # fmt: skip
    centre.hub.touch_all()
    await centre.hub.turn()
    wires = await _everybody(centre)
    late = {letter: said(wire)[-1] for letter, wire in wires.items()}
    assert all(picture["t"] == "snapshot" for picture in late.values())
    assert "".join(letter for letter, picture in late.items() if picture[kind]) == _sorted(ROWS[kind])
    for wire in wires.values():
        wire.sent.clear()
    _change(centre, kind)
    await centre.hub.turn()
    told = {letter: [one for one in said(wire) if one["t"] == "delta" and one[kind]] for letter, wire in wires.items()}
    assert "".join(letter for letter, deltas in told.items() if deltas) == _sorted(ROWS[kind])


def _change(centre: Centre, kind: str) -> None:
    (ident, row), *_more = centre.house.rows[kind].items()
    changed: Any = row
    if kind == "calls":
        centre.house.ring(CALL, "8001", state="wrap_up")
    elif kind == "seats":
        centre.house.seat(ident, "paused")
    else:
        field = {"queues": "waiting", "lines": "calls", "trunks": "calls", "figures": "offered", "alarms": "detail",
                 "switches": "state"}[kind]  # fmt: skip
        value = {"alarms": "y", "switches": "clock"}.get(kind, 77)
        centre.house.rows[kind][ident] = (
            replace(changed, **{field: value})  # type: ignore[type-var]
            if is_dataclass(changed)
            else changed.model_copy(update={field: value})
        )
    centre.hub.touch(kind, ident)  # type: ignore[arg-type]


@pytest.mark.parametrize("word", sorted(MESSAGES))
async def test_a_message_reaches_those_it_is_for(word: str) -> None:
    """And nobody else; a locked screen is told nothing."""
    centre = Centre()
    wires = await _everybody(centre)
    CAUSES[word](centre)
    heard = {letter: [one for one in said(wire) if one["t"] == word] for letter, wire in wires.items()}
    assert "".join(letter for letter, told in heard.items() if told) == _sorted(MESSAGES[word])


@pytest.mark.parametrize("anonymous", [False, True])
async def test_a_locked_seat_answers_without_a_number(anonymous: bool) -> None:
    """Its phone goes on: that it rings is told, of whom not; what became of its tickets is told when it is open again."""
    centre = Centre()
    _console, wire = await centre.come(person(session="sA"))
    centre.hub.covered("sA", True)
    wire.sent.clear()
    centre.house.ring(CallId(CALL), "8001", state="ringing", anonymous=anonymous)
    centre.offer()
    _ticket(centre)
    await centre.hub.turn()
    text = str(said(wire))
    assert [one["t"] for one in said(wire)][:1] == ["pop"]
    assert "13800000001" not in text
    assert "Q1" not in text
    centre.hub.covered("sA", False)
    told = [one for one in said(wire) if one["t"] == "ticket"]
    assert [one["query_code"] for one in told] == ["Q1"]
    centre.hub.covered("sA", True)
    centre.hub.covered("sA", False)
    assert len([one for one in said(wire) if one["t"] == "ticket"]) == 1, "once"


def _sorted(letters: str) -> str:
    return "".join(letter for letter in PEOPLE if letter in letters)

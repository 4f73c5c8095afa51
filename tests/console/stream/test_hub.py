"""The hub over wires that the test holds: who is told what, when, and who is not waited for."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from agents import commands
from agents import events as house_events
from agents.presence import Presence
from agents.seat_state import SeatState
from bridge import events as tickets
from bridge.case_state import CaseState
from bridge.case_store_messages import MessageKind
from bridge.ticket import TicketId
from console.authorization import Who
from console.contract.stream import NoticeSaid, PartyOut
from console.stream import hub as hub_file
from console.stream import sending as telling
from console.stream.changed_rows import Feed
from console.stream.connections import Seen
from console.stream.hub import STREAMS_MOST, Hub
from cti import events as ev
from cti.ids import CallId, Instant, LegId, QueueId, SeatId
from tests.fakes.live import TARGETS, FakeLiveState, Wire, person

NOON = Instant(1_790_000_000.0)
CALL = CallId("xm1-1790000000.1")
HEADER = {126: 4, 127: 10}
"""A WebSocket frame's length word -> bytes before the text; any other: two."""


def party(number: str) -> PartyOut:
    return PartyOut(number=number, area="", carrier="", kind="mobile")


async def still(who: Who) -> Who | None:
    return who


class Centre:
    def __init__(self) -> None:
        self.house = FakeLiveState()
        self.house.furnish()
        for seat, account in (("8001", "1001"), ("8002", "1002")):
            self.house.seat(seat)
            self.house.sits[account] = seat
        self.seconds = 0.0
        self.hub = Hub(self.house, self.house, TARGETS, still, seconds=lambda: self.seconds)  # type: ignore[arg-type]
        self.feed = Feed(self.hub, self.house, party)
        self.hub.touch_all()

    async def come(
        self, who: Who, instance: str = "page-0001", wire: Wire | None = None, **more: object
    ) -> tuple[Seen, Wire]:
        wire = wire or Wire()
        console = self.hub.enter(who, wire)
        await self.hub.hear(console, json.dumps({"t": "hello", "instance": instance, **more}))
        return console, wire

    def offer(self, seat: str = "8001", call: str = CALL) -> None:
        self.house.ring(call, seat, state="ringing")
        self.feed.hear(ev.CallOffered(CallId(call), NOON, LegId("l1"), SeatId(seat), QueueId("mandarin")))


def said(wire: Wire) -> list[dict[str, Any]]:
    return [json.loads(frame[HEADER.get(frame[1], 2) :]) for frame in wire.sent]


def words(wire: Wire) -> list[str]:
    return [message["t"] for message in said(wire)]


@pytest.fixture
def centre() -> Centre:
    return Centre()


async def test_hello_is_answered_with_a_snapshot_then_deltas_are_numbered(centre: Centre) -> None:
    await centre.hub.turn()
    _, wire = await centre.come(person())
    centre.house.seat("8002", "paused")
    centre.hub.touch("seats", "8002")
    await centre.hub.turn()
    snapshot, delta = said(wire)
    assert snapshot["t"] == "snapshot"
    assert {seat["seat"] for seat in snapshot["seats"]} == {"8001", "8002"}
    assert delta["seq"] == snapshot["seq"] + 1
    assert [seat["state"] for seat in delta["seats"]] == ["paused"]


async def test_a_pop_is_there_before_the_delta_and_only_at_its_seat(centre: Centre) -> None:
    _, own = await centre.come(person())
    _, other = await centre.come(person(account="1002", session="s2"))
    _, chief = await centre.come(person("supervisor", "2001", "s3"))
    await centre.hub.turn()
    for wire in (own, other, chief):
        wire.sent.clear()
    centre.offer()
    assert words(own) == ["pop"], "written while the event was told"
    await centre.hub.turn()
    assert words(own) == ["pop", "delta"]
    pop = said(own)[0]
    assert (pop["seat"], pop["call"]["call"], pop["party"]["number"], pop["rejoin"]) == (
        "8001",
        CALL,
        "13800000001",
        False,
    )
    assert said(other)[0]["calls"] == []
    assert [call["call"] for call in said(chief)[0]["calls"]] == [CALL]


async def test_a_pop_overtakes_a_turn_that_is_being_told(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_file, "SLICE", 1)
    for n in range(20):
        await centre.come(person("supervisor", f"3{n:03}", f"s{n}"))
    _, own = await centre.come(person())
    await centre.hub.turn()
    own.sent.clear()
    centre.house.seat("8002", "paused")
    centre.hub.touch("seats", "8002")
    telling = asyncio.create_task(centre.hub.turn())
    await asyncio.sleep(0)
    centre.offer()
    await telling
    assert words(own) == ["pop", "delta"]


async def test_the_own_call_again_is_said_to_be_so_once(centre: Centre) -> None:
    _, wire = await centre.come(person())
    centre.feed.hear_house(house_events.RejoinBegan(SeatId("8001"), NOON, CALL, False))
    centre.offer()
    centre.offer()
    assert [pop["rejoin"] for pop in said(wire) if pop["t"] == "pop"] == [True, False]


async def test_a_seat_that_dials_pops_with_whom_it_dials(centre: Centre) -> None:
    _, wire = await centre.come(person())
    for number in ("", "12345"):
        centre.house.ring(CALL, "8001", state="arrived", direction="outbound", caller="8001", dialled=number)
        arrived = ev.CallArrived(CALL, NOON, LegId("l1"), "8001", ev.Direction.OUTBOUND, "8001", "", number)
        centre.feed.hear(arrived)
    assert words(wire) == ["snapshot", "pop"], "a phone that rings for the daemon's own wish dials nobody"
    assert said(wire)[-1]["party"]["number"] == "12345"


async def test_who_comes_while_the_phone_rings_is_told(centre: Centre) -> None:
    centre.offer()
    _, wire = await centre.come(person())
    assert words(wire) == ["snapshot", "pop"]
    centre.feed.hear(ev.TalkBegan(CALL, NOON, LegId("l1"), SeatId("8001"), QueueId("mandarin")))
    _, late = await centre.come(person())
    assert words(late) == ["snapshot"]


async def test_who_comes_back_gets_the_missed_deltas_and_no_snapshot(centre: Centre) -> None:
    await centre.hub.turn()
    console, wire = await centre.come(person())
    epoch, seq = said(wire)[0]["epoch"], said(wire)[0]["seq"]
    await centre.hub.left(console)
    centre.house.seat("8002", "paused")
    centre.hub.touch("seats", "8002")
    await centre.hub.turn()
    _, back = await centre.come(person(), epoch=epoch, seq=seq)
    assert [(m["t"], m["seq"]) for m in said(back)] == [("delta", seq + 1)]
    _, stranger = await centre.come(person(), epoch="gone", seq=seq)
    assert words(stranger) == ["snapshot"]


async def test_a_slow_console_is_left_out_then_told_anew_or_dropped(centre: Centre) -> None:
    slow = Wire()
    _, quick = await centre.come(person("supervisor", "2001", "s3"))
    await centre.come(person("supervisor", "2002", "s4"), wire=slow)
    slow.window, slow.unsent = 0, telling.UNSENT_MOST + 1
    slow.sent.clear()
    for state in ("paused", "ready", "paused"):
        centre.house.seat("8002", state)
        centre.hub.touch("seats", "8002")
        await centre.hub.turn()
    assert slow.sent == []
    assert words(quick)[-3:] == ["delta"] * 3
    slow.window, slow.unsent = 1 << 30, 0
    centre.house.seat("8001", "paused")
    centre.hub.touch("seats", "8001")
    await centre.hub.turn()
    assert words(slow) == ["delta"] * 4
    assert said(slow)[-1]["seq"] == said(quick)[-1]["seq"]
    slow.window, slow.unsent = 0, telling.UNSENT_MOST + 1
    for state in ("ready", "paused"):
        centre.seconds += telling.SLOW_SECONDS + 1
        centre.house.seat("8001", state)
        centre.hub.touch("seats", "8001")
        await centre.hub.turn()
    assert slow.aborted
    assert centre.hub.dropped == 1


async def test_a_second_page_of_an_agents_seat_takes_over(centre: Centre) -> None:
    _, first = await centre.come(person(), "page-0001")
    _, second = await centre.come(person(), "page-0002")
    assert said(first)[-1] == {"t": "bye", "why": "another_tab", "again": False}
    assert first.closed == 4004
    assert words(second) == ["snapshot"]


async def test_a_wallboard_beside_the_seats_page_stays(centre: Centre) -> None:
    centre.house.sits["2001"] = "8002"
    chief = person("supervisor", "2001", "s3")
    phone = json.dumps({"t": "phone", "registered": True, "audio": True, "microphone": True, "visible": True})
    page, page_wire = await centre.come(chief, "page-0001")
    await centre.hub.hear(page, phone)
    _, wall = await centre.come(chief, "page-0002")
    assert page_wire.closed is None
    assert wall.closed is None
    third, _ = await centre.come(chief, "page-0003")
    await centre.hub.hear(third, phone)
    assert page_wire.closed == 4004
    assert wall.closed is None


async def test_the_phones_word_and_the_end_of_a_page_reach_the_desk(centre: Centre) -> None:
    console, _ = await centre.come(person())
    said = {
        "t": "phone",
        "registered": True,
        "audio": False,
        "microphone": True,
        "visible": True,
        "call": CALL,
        "leg": True,
    }
    await centre.hub.hear(console, json.dumps(said))
    await centre.hub.left(console)
    assert centre.house.asked == [
        commands.PhoneSaid(SeatId("8001"), "page-0001", True, False, True, True, True, CALL),
        commands.ConsoleGone(SeatId("8001"), "page-0001"),
    ]


async def test_a_page_that_is_back_already_is_not_gone(centre: Centre) -> None:
    phone = json.dumps({"t": "phone", "registered": True, "audio": True, "microphone": True, "visible": True})
    old, _ = await centre.come(person())
    await centre.hub.hear(old, phone)
    await centre.come(person())
    await centre.hub.left(old)
    assert not any(isinstance(word, commands.ConsoleGone) for word in centre.house.asked)


async def test_who_sits_down_sees_the_own_calls_from_then_on(centre: Centre) -> None:
    centre.house.ring(CALL, "8003", state="talking")
    centre.hub.touch("calls", CALL)
    await centre.hub.turn()
    _, wire = await centre.come(person(account="1003", session="s5"))
    assert said(wire)[-1]["calls"] == []
    centre.house.sits["1003"] = "8003"
    state = SeatState(SeatId("8003"))
    centre.feed.hear_house(
        house_events.SeatStateChanged(
            SeatId("8003"),
            NOON,
            "1003",  # type: ignore[arg-type]
            Presence.LOGGED_OUT,
            Presence.PAUSED,
            "login",
            CallId(""),
            "1003",
            state,
        )
    )
    assert words(wire) == ["snapshot", "snapshot"]
    assert [call["call"] for call in said(wire)[-1]["calls"]] == [CALL]


async def test_who_sits_down_hears_what_waits_for_the_seat(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notice for the seat from before, and the phone that rings there: the page came before it had a seat."""

    async def for_one(_who: Who, seat: str) -> list[NoticeSaid]:
        text = f"给 {seat}" if seat else "给大家"
        return [NoticeSaid(id=1, at=datetime.now(UTC), by="2001", by_name="苏丽华", text=text, urgent=False)]

    monkeypatch.setattr(centre.hub, "_greetings", for_one)
    _, wire = await centre.come(person(account="1003", session="s5"))
    centre.offer("8003")
    centre.house.sits["1003"] = "8003"
    centre.hub.moved("1003")
    await asyncio.sleep(0)
    await asyncio.gather(*centre.hub._tasks)
    assert words(wire) == ["snapshot", "notice", "snapshot", "pop", "notice"]
    assert said(wire)[-1]["text"] == "给 8003"


async def test_a_revoked_session_loses_its_stream_at_once(centre: Centre) -> None:
    _, wire = await centre.come(person(session="s1"))
    _, other = await centre.come(person(account="1002", session="s2"))
    centre.hub.revoked("s1")
    assert said(wire)[-1] == {"t": "bye", "why": "signed_out", "again": False}
    assert wire.closed == 4001
    assert other.closed is None


async def test_a_covered_screen_is_told_less_until_it_is_open_again(centre: Centre) -> None:
    """Its stream goes on without other people's calls, numbers and notices; opened, it is told all of it anew."""
    _, wire = await centre.come(person(account="2001", role="supervisor", session="s1"))
    _, other = await centre.come(person(account="2002", role="supervisor", session="s2"))
    number = "13800000001"
    centre.house.ring(CALL, "8001", state="arrived", direction="inbound", caller=number)
    centre.hub.touch("calls", CALL)
    await centre.hub.turn()
    assert number in json.dumps(said(wire))
    heard = len(said(wire))
    centre.hub.covered("s1", True)
    notice = NoticeSaid(id=1, at=datetime.now(UTC), by="2001", by_name="苏丽华", text="台风蓝色预警", urgent=True)
    assert centre.hub.tell_all(notice) == 1
    centre.hub.touch("calls", CALL)
    centre.house.ring(CALL, "8001", state="talking", direction="inbound", caller=number)
    centre.hub.touch("calls", CALL)
    await centre.hub.turn()
    covered = said(wire)[heard:]
    assert [one["t"] for one in covered][:1] == ["snapshot"]
    assert number not in json.dumps(covered)
    assert not any(one.get("calls") for one in covered)
    assert number in json.dumps(said(other))
    assert wire.closed is None
    centre.hub.covered("s1", False)
    assert number in json.dumps(said(wire)[-1])


async def test_a_session_has_few_consoles(centre: Centre) -> None:
    """The newest stay, those of other sessions are not touched."""
    _, other = await centre.come(person(account="1002", session="s2"))
    wires = [Wire() for _ in range(STREAMS_MOST + 3)]
    for wire in wires:
        centre.hub.enter(person(account="2001", role="supervisor", session="s1"), wire)
    assert [wire.closed for wire in wires] == [4006] * 3 + [None] * STREAMS_MOST
    assert other.closed is None


async def test_a_notice_reaches_those_who_said_hello(centre: Centre) -> None:
    await centre.come(person())
    centre.hub.enter(person(account="1002", session="s2"), Wire())
    notice = NoticeSaid(id=1, at=datetime.now(UTC), by="2001", by_name="苏丽华", text="台风蓝色预警", urgent=True)
    assert centre.hub.tell_all(notice) == 1


async def test_going_down_says_come_again(centre: Centre) -> None:
    _, wire = await centre.come(person())
    await centre.hub.stop()
    assert said(wire)[-1] == {"t": "bye", "why": "going_down", "again": True}


async def test_while_nobody_is_connected_nothing_is_shaped_and_who_comes_sees_what_is(centre: Centre) -> None:
    """A call came and went, another came, a seat was paused: no row was made; the next page sees the house as it is."""
    _, first = await centre.come(person())
    gone = "xm1-1790000000.7"
    centre.offer(call=gone)
    await centre.hub.turn()
    for console in centre.hub.consoles:
        await centre.hub.left(console)
    before = centre.hub.picture.seq
    del centre.house.rows["calls"][gone]
    centre.offer()
    centre.house.seat("8002", "paused")
    centre.hub.touch("seats", "8002")
    await centre.hub.turn()
    assert centre.hub.picture.seq == before
    assert not centre.hub.picture.waits
    _, wire = await centre.come(person("supervisor", "2001", "s3"))
    snapshot = said(wire)[0]
    assert [call["call"] for call in snapshot["calls"]] == [CALL]
    assert {seat["seat"]: seat["state"] for seat in snapshot["seats"]}["8002"] == "paused"
    epoch, seq = said(first)[0]["epoch"], said(first)[-1].get("seq", 0)
    _, back = await centre.come(person(), instance="page-0002", epoch=epoch, seq=seq)
    assert (
        gone in [ident for message in said(back) for ident in message.get("gone", ())]
        or said(back)[0]["t"] == "snapshot"
    )


async def test_figures_are_read_for_somebody_only(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start once; then not while nobody is connected; at once for the first who comes, and on."""
    monkeypatch.setattr(hub_file, "REFRESH_SECONDS", 0.01)
    await centre.hub.start()
    house = centre.house
    async with asyncio.timeout(30):
        while len(house.refreshed) < 3:
            await asyncio.sleep(0.01)
        assert house.refreshed == [True] + [False] * (len(house.refreshed) - 1)
        house.refreshed.clear()
        monkeypatch.setattr(hub_file, "REFRESH_SECONDS", 60.0)
        while not house.refreshed:  # the last short wait
            await asyncio.sleep(0.01)
        house.refreshed.clear()
        await centre.come(person())
        while not house.refreshed:
            await asyncio.sleep(0)
    assert house.refreshed == [True]
    await centre.hub.stop()


async def test_who_filed_a_ticket_hears_what_becomes_of_it(centre: Centre) -> None:
    """Delivered, and each step of its case, told apart; nobody else is told, and of a later message's fate nobody."""
    _, mine = await centre.come(person())
    _, other = await centre.come(person(account="1002", session="s2"))
    at = datetime(2026, 11, 28, tzinfo=UTC)
    one = TicketId("0" * 26)
    centre.feed.hear_house(tickets.TicketFiled(one, CALL, "8001", "1001", at))
    centre.feed.hear_house(tickets.TicketDelivered(one, CALL, "GD1", "Q1", at, 1))
    closed = tickets.CaseMoved("0" * 26, one, "1001", CALL, "GD1", "Q1", CaseState.CLOSED, at, at)
    centre.feed.hear_house(closed)
    filed_before_the_start = tickets.CaseMoved(
        "1" * 26, TicketId("1" * 26), "1001", None, "GD0", "", CaseState.RETURNED, at, at
    )
    centre.feed.hear_house(filed_before_the_start)
    centre.feed.hear_house(tickets.TicketPoisoned(one, CALL, at, "no such kind", MessageKind.URGE))
    await centre.hub.turn()
    told = [message for message in said(mine) if message["t"] == "ticket"]
    assert [(one["state"], one["case_state"], one["case_number"]) for one in told] == [
        ("delivered", "filed", "GD1"), ("delivered", "closed", "GD1"), ("delivered", "returned", "GD0"),
    ]  # fmt: skip
    assert "ticket" not in words(other)

"""What ends with a seat or a session, decided without a telephone: what is said, to whom, and what is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

from accounts.events import SessionEnded
from agents.commands import Accepted, Answer, Request, Unwatch
from agents.events import SeatNoted, SeatStateChanged
from agents.own_reasons import AgentId
from agents.presence import Presence
from agents.seat_state import NO_CALL, SeatState, Then
from config.read import parse
from config.sections.seats import Device
from cti.commands import Command, DropPhoneKeys, Outcome, Result, SetAttended, SetDevice, SetPhoneKey
from cti.equipment_events import BoardLive
from cti.ids import Instant, SeatId
from hotline.consoles.revocation import Powers
from hotline.lab.hotline_instance import Table, derive, shipped
from hotline.programs.browser_phone_keys import PhoneKeys
from hotline.programs.phone_proxy_control import PhoneProxyControl, Unanswered

SEAT, DESK, TWO, CHEN = SeatId("8001"), SeatId("8005"), SeatId("8004"), AgentId("1001")
NOW = Instant(1000.0)


def browsers(table: Table) -> None:
    for seat in table["seat"][:4]:
        seat["device"] = "browser"
    table["seat"][3]["second_device"] = "desk"


class Sockets:
    pid = 1

    def __init__(self) -> None:
        self.cuts: list[tuple[str, str]] = []
        self.here: list[tuple[str, str]] = []
        self.deaf = 0

    async def cut(self, *, seat: str = "", session: str = "") -> int:
        if self.deaf:
            self.deaf -= 1
            raise Unanswered("not now")
        self.cuts.append((seat, session))
        return 1

    async def sockets(self) -> list[tuple[str, str]]:
        return self.here


class FakeHotline:
    def __init__(self, handshake: float) -> None:
        settings = parse(derive(shipped(), 31000, browsers))
        self.seats = {SeatId(seat.id): SeatState(SeatId(seat.id)) for seat in settings.seat}
        self.done: list[Command] = []
        self.asked: list[Request] = []
        self.lost = 0
        self.watched = SeatId("")
        self.sockets = Sockets()
        self.keys = PhoneKeys(settings, self.perform)
        self.powers = Powers(
            self.seats,
            self.perform,
            self.ask,
            lambda _agent: self.watched,
            self.keys,
            cast(PhoneProxyControl, self.sockets),
            0.0,
            handshake,
            two={TWO},
            device=lambda seat: Device(self.seats[seat].device or Device.BROWSER),
        )

    async def perform(self, command: Command) -> Outcome:
        if self.lost:
            self.lost -= 1
            return Outcome(command, Result.LOST, "no link")
        self.done.append(command)
        return Outcome(command, Result.DONE)

    async def ask(self, request: Request) -> Answer:
        self.asked.append(request)
        return Accepted()

    def becomes(self, seat: SeatId, **words: object) -> None:
        old = self.seats[seat]
        new = self.seats[seat] = replace(old, **words)  # type: ignore[arg-type]
        who = new.agent or old.agent
        self.powers.hear_seat(
            SeatStateChanged(seat, NOW, who, old.presence, new.presence, new.reason, new.call, "", new)
        )  # fmt: skip

    def said(self, kind: type) -> list[Command]:
        return [command for command in self.done if type(command) is kind]

    async def settles(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


@asynccontextmanager
async def standing(handshake: float = 60.0) -> AsyncIterator[FakeHotline]:
    made = FakeHotline(handshake)
    made.powers.start()
    made.powers.hear_board(BoardLive(NOW, NOW))
    await made.settles()
    try:
        yield made
    finally:
        await made.powers.stop()


async def test_a_new_link_is_told_everything() -> None:
    """Who sits where, of each seat; and the keys of the browsers' seats where nobody sits are dropped, all at once."""
    async with standing() as fake:
        assert len(fake.said(SetAttended)) == len(fake.seats)
        (dropped,) = fake.said(DropPhoneKeys)
        assert isinstance(dropped, DropPhoneKeys)
        assert dropped.seats == ("8001", "8002", "8003", "8004")


async def test_the_device_that_is_chosen_is_told_before_it_may_dial() -> None:
    """Of a seat with two alone; with the seat the choice ends, and both devices' right to dial."""
    async with standing() as fake:
        assert fake.said(SetDevice) == [SetDevice(TWO, desk=False)]
        fake.done.clear()
        fake.becomes(TWO, agent=CHEN, presence=Presence.READY, device="desk")
        await fake.settles()
        assert fake.done == [SetDevice(TWO, desk=True), SetAttended(TWO, attended=True)]
        fake.done.clear()
        fake.becomes(TWO, agent=AgentId(""), presence=Presence.LOGGED_OUT, device="")
        await fake.settles()
        assert fake.said(SetDevice) == [SetDevice(TWO, desk=False)]
        assert fake.said(SetAttended) == [SetAttended(TWO, attended=False)]
        assert [command.seat for command in fake.said(SetPhoneKey)] == [TWO]  # type: ignore[union-attr]


async def test_a_seat_that_is_left() -> None:
    """Its right to dial, its key, its socket; a desk phone has the first alone."""
    async with standing() as fake:
        fake.done.clear()
        for seat in (SEAT, DESK):
            fake.becomes(seat, agent=CHEN, presence=Presence.READY)
        await fake.settles()
        assert fake.done == [SetAttended(SEAT, attended=True), SetAttended(DESK, attended=True)]
        await fake.keys.issue(SEAT, "s1")
        fake.done.clear()
        for seat in (SEAT, DESK):
            fake.becomes(seat, agent=AgentId(""), presence=Presence.LOGGED_OUT)
        await fake.settles()
        assert fake.said(SetAttended) == [SetAttended(SEAT, attended=False), SetAttended(DESK, attended=False)]
        assert [command.seat for command in fake.said(SetPhoneKey)] == [SEAT]  # type: ignore[union-attr]
        assert fake.sockets.cuts == [(SEAT, "")]


async def test_what_is_not_done_is_tried_until_it_is() -> None:
    """No link, no proxy: nothing is forgotten, and what was true last is what is said."""
    async with standing() as fake:
        fake.becomes(SEAT, agent=CHEN, presence=Presence.READY)
        await fake.settles()
        fake.done.clear()
        fake.lost, fake.sockets.deaf = 5, 3
        fake.becomes(SEAT, agent=AgentId(""), presence=Presence.LOGGED_OUT)
        await fake.settles()
        assert fake.said(SetAttended) == [SetAttended(SEAT, attended=False)]
        assert len(fake.said(SetPhoneKey)) == 1
        assert fake.sockets.cuts == [(SEAT, "")]


async def test_a_key_issued_meanwhile_lives() -> None:
    """The next person's key is not taken by the end of the one before, however late that comes."""
    async with standing() as fake:
        fake.becomes(SEAT, agent=CHEN, presence=Presence.READY)
        await fake.keys.issue(SEAT, "s1")
        before = fake.keys.issued(SEAT)
        await fake.keys.issue(SEAT, "s2")
        fake.done.clear()
        assert await fake.keys.revoke(SEAT, before)
        assert await fake.keys.drop({SEAT: before})
        assert fake.done == []


async def test_a_session_that_ends_beside_another() -> None:
    """The seat is kept by another session: the ended one's key and socket go, the other's stay."""
    async with standing() as fake:
        fake.becomes(SEAT, agent=CHEN, presence=Presence.READY)
        await fake.settles()
        await fake.keys.issue(SEAT, "s1")
        fake.done.clear()
        fake.powers.hear_session(SessionEnded("s1", "1001", "8001", "signed_out"))
        await fake.settles()
        assert len(fake.said(SetPhoneKey)) == 1
        assert fake.sockets.cuts == [("8001", "s1")]
        await fake.keys.issue(SEAT, "s2")
        fake.done.clear()
        fake.powers.hear_session(SessionEnded("s3", "1001", "8001", "expired"))
        await fake.settles()
        assert fake.done == []
        assert fake.sockets.cuts[1:] == [("8001", "s3")]


async def test_in_a_call_the_phone_goes_when_the_call_is_over() -> None:
    """Nobody is cut off; and nothing new is begun meanwhile."""
    async with standing() as fake:
        fake.becomes(SEAT, agent=CHEN, presence=Presence.TALKING)
        await fake.settles()
        await fake.keys.issue(SEAT, "s1")
        fake.done.clear()
        state = fake.seats[SEAT] = replace(fake.seats[SEAT], then=Then.LOG_OUT)
        fake.powers.hear_seat(SeatNoted(SEAT, NOW, state))
        fake.powers.hear_session(SessionEnded("s1", "1001", "8001", "revoked"))
        await fake.settles()
        assert fake.done == [SetAttended(SEAT, attended=False)]
        assert fake.sockets.cuts == []
        fake.becomes(SEAT, agent=AgentId(""), presence=Presence.LOGGED_OUT, then=Then.NOTHING)
        await fake.settles()
        assert len(fake.said(SetPhoneKey)) == 1
        assert fake.sockets.cuts == [(SEAT, "")]


async def test_a_session_that_ends_in_a_call_beside_another_dials_no_more() -> None:
    """The seat is kept, so the dialplan would let its phone dial on for as long as the call is held up: its key goes at
    once, and what it listens to; its socket with the call."""
    async with standing() as fake:
        fake.becomes(SEAT, agent=AgentId("2001"), presence=Presence.TALKING)
        await fake.settles()
        await fake.keys.issue(SEAT, "stolen")
        fake.done.clear()
        fake.watched = SeatId("8002")
        fake.powers.hear_session(SessionEnded("stolen", "2001", "8001", "revoked"))
        await fake.settles()
        assert [command.seat for command in fake.said(SetPhoneKey)] == [SEAT]  # type: ignore[union-attr]
        assert fake.asked == [Unwatch(SeatId("8002"), AgentId("2001"))]
        assert fake.sockets.cuts == []
        fake.becomes(SEAT, presence=Presence.PAUSED)
        await fake.settles()
        assert fake.sockets.cuts == [("8001", "stolen")]


async def test_another_sessions_key_stays_when_one_ends_in_a_call() -> None:
    """It is the other browser's phone that talks."""
    async with standing() as fake:
        fake.becomes(SEAT, agent=CHEN, presence=Presence.TALKING)
        await fake.settles()
        await fake.keys.issue(SEAT, "mine")
        fake.done.clear()
        fake.watched = SeatId("8002")
        fake.powers.hear_session(SessionEnded("other", "1001", "8001", "revoked"))
        await fake.settles()
        assert (fake.done, fake.asked) == ([], [])


async def test_a_handshake_that_was_let_through_just_before_is_cut_too() -> None:
    """nginx asks once and connects a moment later: what ended meanwhile is looked for again."""
    async with standing(handshake=0.0) as fake:
        fake.becomes(SEAT, agent=CHEN, presence=Presence.READY)
        fake.becomes(SEAT, agent=AgentId(""), presence=Presence.LOGGED_OUT)
        fake.powers.hear_session(SessionEnded("s1", "1001", "", "signed_out"))
        await fake.settles()
        assert sorted(fake.sockets.cuts) == [("", "s1"), ("", "s1"), (SEAT, ""), (SEAT, "")]
        fake.sockets.cuts.clear()
        fake.powers.hear_seat(
            SeatStateChanged(SEAT, NOW, CHEN, Presence.READY, Presence.LOGGED_OUT, "", NO_CALL, "", fake.seats[SEAT])
        )
        fake.becomes(SEAT, agent=AgentId("1002"), presence=Presence.READY)
        await fake.settles()
        assert fake.sockets.cuts == [(SEAT, "")], "the next person's socket is left alone"


async def test_a_watch_ends_with_its_supervisor() -> None:
    """Who is to be gone after the call hears no further: listening in is no call of a citizen's."""
    async with standing() as fake:
        fake.watched = SeatId("8002")
        fake.becomes(SEAT, agent=AgentId("2001"), presence=Presence.TALKING, then=Then.LOG_OUT)
        await fake.settles()
        assert fake.asked == [Unwatch(SeatId("8002"), AgentId("2001"))]


async def test_sockets_an_earlier_daemon_let_through() -> None:
    """Those of sessions that are over, and of seats where nobody sits, are cut; a live one's stays."""
    async with standing() as fake:
        fake.becomes(SEAT, agent=CHEN, presence=Presence.READY)
        fake.becomes(SeatId("8002"), agent=AgentId("1002"), presence=Presence.READY)
        fake.sockets.here = [("8001", "alive"), ("8002", "over"), ("8003", "alive")]

        async def live(session: str) -> object | None:
            return session if session == "alive" else None

        await fake.powers.look(live)
        await fake.settles()
        assert fake.sockets.cuts == [("8002", ""), ("8003", "")]

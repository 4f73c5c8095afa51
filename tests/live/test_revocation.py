"""An end is an end: what hung on a seat or a session goes with it, at once, on a real Asterisk behind a real nginx."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import answering, refusing
from tests.sampling import sampled

from .site import SEAT_TONE, Site, SiteTelephones, eventually, usual
from .test_edge import AGENT, PASSWORD, SEAT, Person, person
from .wsphone import Phone

pytestmark = pytest.mark.live
CITIZEN, OTHER, CHIEF, BUSY = "13912345678", "1002", "2001", "13900000486"
REFERRED = "13912345679"
DESK = "8005"


def doors(table: Table) -> None:
    usual(table)
    for seat in table["seat"][:4]:
        seat["device"] = "browser"
    table["limits"]["outbound_per_minute"] = 3
    table["access"]["idle_lock_seconds"] = 3600


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("powers"), doors) as here:
        asyncio.run(_accounts(here))
        yield here


async def _accounts(site: Site) -> None:
    async with site.rest() as operator:
        for one in site.settings["agent"]:
            body = {"name": one["name"], "role": one["role"], "password": PASSWORD}
            (await operator.put(f"/api/accounts/{one['id']}", json=body)).raise_for_status()


async def closed(socket: ClientConnection, seconds: float = 3.0) -> bool:
    """Whether the other side ends this socket within so long."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                await socket.recv()
    except ConnectionClosed:
        return True
    except TimeoutError:
        return False


def contact(site: Site, seat: str) -> bool:
    said = site.hotline("asterisk", "cli", "pjsip show contacts")
    return any(f"{seat}/sip:" in line for line in said.splitlines())


def sits(site: Site, seat: str) -> bool:
    """What the dialplan is told."""
    said = site.hotline("asterisk", "cli", "devstate list")
    return any(f"seat-{seat}'" in line and "'INUSE'" in line for line in said.splitlines())


def went_out(site: Site) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(site.hotline("report", "calls", "--json"))
    return [row for row in rows if row["direction"] == "outbound"]


async def ended_by_sign_out(agent: Person, _operator: Any) -> None:
    (await agent.http.delete("/api/session")).raise_for_status()


async def ended_by_leaving(agent: Person, _operator: Any) -> None:
    (await agent.http.delete("/api/session/seat")).raise_for_status()


async def ended_by_force(_agent: Person, site: Site) -> None:
    async with person(site, account=CHIEF) as chief:
        body = {"force": "log_out", "reason": "测试"}
        (await chief.http.post(f"/api/seats/{SEAT}/force", json=body)).raise_for_status()


async def ended_by_lock(_agent: Person, site: Site) -> None:
    async with site.rest() as operator:
        for locked in (True, False):
            await _change(site, operator, locked=locked)


async def ended_by_password(_agent: Person, site: Site) -> None:
    async with site.rest() as operator:
        await _change(site, operator, password=PASSWORD)


async def _change(site: Site, operator: httpx.AsyncClient, **what: object) -> None:
    one = next(one for one in site.settings["agent"] if one["id"] == AGENT)
    body = {"name": one["name"], "role": one["role"], **what}
    (await operator.put(f"/api/accounts/{AGENT}", json=body)).raise_for_status()


async def ended_by_another(_agent: Person, site: Site) -> None:
    async with site.rest() as operator:
        for row in (await operator.get("/api/sessions")).json():
            if row["account"] == AGENT:
                (await operator.delete(f"/api/sessions/{row['id']}")).raise_for_status()


End = Callable[[Person, Site], Awaitable[None]]
ENDS: list[End] = [
    ended_by_sign_out, ended_by_leaving, ended_by_force, ended_by_lock, ended_by_password, ended_by_another,
]  # fmt: skip


@pytest.mark.parametrize("end", sampled(ENDS, 3), ids=lambda end: end.__name__)
async def test_whatever_ends_a_seat_ends_its_phone(site: Site, end: End) -> None:
    """Key, contact, socket and the right to dial: gone with the seat, whoever ended it and how."""
    agent = Person(site)
    await agent.sign_in(SEAT)
    key = await agent.key()
    async with agent.socket() as socket:
        phone = Phone(socket, SEAT)
        assert await phone.register(key) == 200
        await eventually(lambda: contact(site, SEAT) and sits(site, SEAT))
        before = len(went_out(site))
        await end(agent, site)
        assert await closed(socket), "the socket of a seat that ended stands"
    await eventually(lambda: not contact(site, SEAT) and not sits(site, SEAT), 3)
    async with person(site, "8002", OTHER) as another, another.socket() as socket:  # somebody else's, and the old key
        phone = Phone(socket, SEAT)
        assert await phone.register(key) == 401
        assert " 401 " in (await phone.invite(CITIZEN, key)).split("\r\n")[0]
    assert len(went_out(site)) == before
    await agent.http.aclose()


async def test_a_seat_kept_by_another_session_loses_the_phone_of_the_one_that_ended(site: Site) -> None:
    """Two browsers of one person: signing out in the one cuts the phone there, and leaves the seat and the other's key."""
    first, second = Person(site), Person(site)
    await first.sign_in(SEAT)
    old = await first.key()
    async with first.socket() as socket:
        assert await Phone(socket, SEAT).register(old) == 200
        await second.sign_in(SEAT)
        (await first.http.delete("/api/session")).raise_for_status()
        assert await closed(socket)
    key = await second.key()
    async with second.socket() as socket:
        phone = Phone(socket, SEAT)
        assert await phone.register(old) == 401
        assert await phone.register(key) == 200
        assert sits(site, SEAT)
        await second.http.delete("/api/session")
        assert await closed(socket)
    for one in (first, second):
        await one.http.aclose()


async def test_one_socket_a_seat_and_the_newest_wins(site: Site) -> None:
    """A session that opens sockets on and on has one, and takes no other seat's; signed out, it has none."""
    async with person(site, SEAT) as greedy, person(site, "8002", OTHER) as other:
        key, theirs = await greedy.key(), await other.key()
        async with other.socket() as calm:
            assert await Phone(calm, "8002").register(theirs) == 200
            async with contextlib.AsyncExitStack() as stack:
                held, refused = await _many(greedy, stack, 116)  # as it was reported
                assert refused, "handshakes are not paced"
                for old in held[:-1]:
                    assert await closed(old)
                assert _websockets(site) <= 2
                assert await Phone(held[-1], SEAT).register(key) == 200
                assert await Phone(calm, "8002").register(theirs) == 200
                async with other.socket() as again:
                    assert await Phone(again, "8002").register(theirs) == 200
                await greedy.http.delete("/api/session")
                assert await closed(held[-1])


async def _many(one: Person, stack: contextlib.AsyncExitStack, tries: int) -> tuple[list[ClientConnection], int]:
    """Phones' sockets opened one after another, and how many were refused for haste."""
    held, refused = [], 0
    for _ in range(tries):
        try:
            held.append(await stack.enter_async_context(one.socket()))
        except InvalidStatus as no:
            if no.response.status_code != 429:
                raise
            refused += 1
    return held, refused


def _websockets(site: Site) -> int:
    """Connections that Asterisk's HTTP server holds."""
    port = f":{site.settings['ports']['http']:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    return sum(1 for row in rows if row[1].endswith(port) and row[3] == "01")


async def test_a_session_has_few_streams(site: Site) -> None:
    """The newest eight stay; the ninth takes the place of the first."""
    hello = json.dumps({"t": "hello", "instance": "page-of-a-test", "epoch": "", "seq": 0})
    async with person(site, account=CHIEF) as chief, contextlib.AsyncExitStack() as stack:
        held = []
        for _ in range(10):
            held.append(await stack.enter_async_context(chief.socket("/stream")))
            await held[-1].send(hello)
        assert await closed(held[0])
        assert await closed(held[1])
        assert not await closed(held[2], 0.5)


async def test_a_locked_screen_begins_nothing_and_its_phone_goes_on(site: Site) -> None:
    """No new stream, no new key; what stands goes on, and tells no number while it is covered."""
    async with person(site, SEAT) as agent:
        key = await agent.key()
        async with agent.socket() as socket, agent.socket("/stream") as stream:
            phone = Phone(socket, SEAT)
            assert await phone.register(key) == 200
            await stream.send(json.dumps({"t": "hello", "instance": "page-of-a-test", "epoch": "", "seq": 0}))
            assert json.loads(await stream.recv())["t"] == "snapshot"
            (await agent.http.post("/api/session/lock")).raise_for_status()
            assert await agent.refused("/stream") == 403
            assert (await agent.http.post("/api/session/phone")).status_code == 423
            assert await phone.register(key) == 200
            assert not await closed(socket, 0.3)
            assert not await closed(stream, 0.3)
            (await agent.http.post("/api/session/unlock", json={"password": PASSWORD})).raise_for_status()
            async with agent.socket("/stream"):
                pass
            assert await phone.register(await agent.key()) == 200


async def test_ends_that_nobody_saw_are_made_up_for(site: Site) -> None:
    """Signed out while the daemon was dead by another one's hand: its successor cuts the phone and drops the key."""
    agent = Person(site)
    await agent.sign_in("8003", "1003")
    key = await agent.key()
    async with agent.socket() as socket:
        assert await Phone(socket, "8003").register(key) == 200

        async def written() -> None:
            assert _seated(site, "8003") == "1003"

        await eventually(written)
        site.kill()
        assert await Phone(socket, "8003").register(key) == 200
        _sign_out_in_the_ledger(site, "1003")
        await asyncio.to_thread(site.start)
        assert await closed(socket, 30)
    await eventually(lambda: not contact(site, "8003") and not sits(site, "8003"), 30)
    await agent.http.aclose()


def _seated(site: Site, seat: str) -> str:
    with closing(sqlite3.connect(site.places.ledger)) as db:
        rows = db.execute("select agent from seat_log where seat = ? and until is null", (seat,)).fetchall()
    return str(rows[0][0]) if rows else ""


def _sign_out_in_the_ledger(site: Site, account: str) -> None:
    """Its time is over: as twelve hours would make it."""
    with closing(sqlite3.connect(site.places.ledger)) as db:
        db.execute("update sessions set expires_at = made_at where account_id = ?", (account,))
        db.commit()


async def test_the_way_of_phones_comes_back(site: Site) -> None:
    """Killed, it is there again within moments, and a phone connects anew."""
    async with person(site, SEAT) as agent:
        key = await agent.key()
        async with agent.socket() as socket:
            assert await Phone(socket, SEAT).register(key) == 200
            os.kill(_proxy(site), 9)
            assert await closed(socket)

        async def back() -> None:
            async with agent.socket() as again:
                assert await Phone(again, SEAT).register(key) == 200

        limit = time.monotonic() + 10
        while True:
            try:
                return await back()
            except InvalidStatus:
                assert time.monotonic() < limit
                await asyncio.sleep(0.7)


def _proxy(site: Site) -> int:
    port = str(site.settings["ports"]["phones"])
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes().decode().split("\0")
                if "hotline.programs.phone_proxy" in words and port in words:
                    return int(folder.name)
    raise AssertionError("there is no way of phones")


# -- who dials -----------------------------------------------------------------------------


def _reached(floor: SiteTelephones, number: str) -> int:
    return sum(call.dialled == number for rack in floor.phones.trunks.values() for call in rack.calls)


ANSWERED = 0


async def dialled(floor: SiteTelephones, seat: str, number: str) -> int:
    """A desk phone dials by itself; the status of a refusal that it hears, or ``ANSWERED``."""
    call = await floor.desk.dial(number, caller=seat, secret=floor.site.secret(f"sip-{seat}"))
    await call.until_ended(20)
    return call.code


async def test_a_desk_phone_where_nobody_sits_dials_no_citizen(site: Site) -> None:
    """It hears why; police, fire and colleagues are reached all the same, and a person who sits down may dial."""
    async with SiteTelephones(site) as floor:
        for rack in floor.phones.trunks.values():
            rack.take("", refusing(486))
        await floor.desk.register(DESK, site.secret(f"sip-{DESK}"), answering(0.2, 1.0, SEAT_TONE))
        await floor.desk.register("8006", site.secret("sip-8006"), refusing(486))
        await floor.reachable()
        assert await dialled(floor, DESK, CITIZEN) not in (200, 486)
        assert _reached(floor, CITIZEN) == 0
        assert await dialled(floor, DESK, "110") == 486
        assert _reached(floor, "110") == 1
        assert await dialled(floor, DESK, "8006") == 486
        await floor.sit(DESK, answering(0.2, 1.0, SEAT_TONE))
        await eventually(lambda: sits(site, DESK))
        assert await dialled(floor, DESK, CITIZEN) == 486
        assert _reached(floor, CITIZEN) == 1

        def booked() -> bool:
            rows = [row for row in went_out(site) if row["dialled"] == CITIZEN]
            return any(row["trunk"] == "telecom" for row in rows)

        await eventually(booked)
    assert site.verify() == ()


async def test_one_seat_does_not_ring_the_whole_floor(site: Site) -> None:
    """Colleagues' telephones too: what a seat begins at once has a bound, the urgent numbers stand outside it, and others call on."""
    async with SiteTelephones(site) as floor:
        for rack in floor.phones.trunks.values():
            rack.take("", refusing(486))
        for seat in ("8006", "8007"):
            await floor.sit(seat, answering(0.2, 1.0, SEAT_TONE))
        await floor.desk.register("8008", site.secret("sip-8008"), answering(4.0, 1.0, SEAT_TONE))
        await eventually(lambda: sits(site, "8006") and sits(site, "8007"))
        await floor.reachable()
        ringing = [asyncio.create_task(dialled(floor, "8006", "8008")) for _ in range(7)]
        await asyncio.wait(ringing, return_when=asyncio.FIRST_COMPLETED)
        assert await dialled(floor, "8006", "110") == 486
        assert await dialled(floor, "8007", "8008") == ANSWERED
        codes = await asyncio.gather(*ringing)
        assert codes.count(ANSWERED) == 3, codes
        assert await dialled(floor, "8006", "8008") == ANSWERED, "and it may again when those are over"
    assert site.verify() == ()


async def test_a_desk_phone_where_nobody_sits_gives_no_colleague_to_a_citizen(site: Site) -> None:
    """It may call a colleague, and would then refer him, or another unattended telephone, to the number it may not dial."""
    async with SiteTelephones(site) as floor:
        for rack in floor.phones.trunks.values():
            rack.take("", refusing(486))
        await floor.reachable()
        await floor.desk.register(DESK, site.secret(f"sip-{DESK}"), answering(0.2, None, SEAT_TONE))
        await floor.desk.register("8006", site.secret("sip-8006"), answering(0.2, None, SEAT_TONE))
        call = await floor.desk.dial("8006", caller=DESK, secret=site.secret(f"sip-{DESK}"))
        assert await call.until_heard(0.3)  # else nobody is there yet who could be given away
        call.refer(REFERRED)
        (colleague,) = floor.desk.calls_to("8006")
        await colleague.until_ended(10)
        assert _reached(floor, REFERRED) == 0
        # somebody who sits there may
        await floor.sit(DESK, answering(0.2, None, SEAT_TONE))
        await eventually(lambda: sits(site, DESK))
        call = await floor.desk.dial("8006", caller=DESK, secret=site.secret(f"sip-{DESK}"))
        assert await call.until_heard(0.3)  # else nobody is there yet who could be given away
        call.refer(REFERRED)
        await eventually(lambda: _reached(floor, REFERRED) == 1, 10)
        call.hang_up()


async def test_one_seats_tempo_is_its_own(site: Site) -> None:
    """A phone that dials on and on is refused, and told so; others, and urgent numbers, are not held up by it."""
    async with SiteTelephones(site) as floor:
        for rack in floor.phones.trunks.values():
            rack.take("", refusing(486))
        for seat in ("8006", "8007"):
            await floor.sit(seat, answering(0.2, 1.0, SEAT_TONE))
        await eventually(lambda: sits(site, "8006") and sits(site, "8007"))
        await floor.reachable()
        codes = await asyncio.gather(*(dialled(floor, "8006", BUSY) for _ in range(40)))  # as it was reported
        assert codes.count(486) in (3, 4, 5, 6), codes  # a minute may end in between
        assert _reached(floor, BUSY) == codes.count(486)
        for number in ("110", "12345"):
            assert await dialled(floor, "8006", number) == 486
            assert await dialled(floor, "8007", number) == 486
        assert await dialled(floor, "8007", CITIZEN) == 486

        async def alarmed() -> None:
            async with site.rest() as rest:
                told = (await rest.get("/api/alarms")).json()
            assert any(one["kind"] == "seat_dial" and one["subject"] == "8006" for one in told)

        await eventually(alarmed)

        def booked() -> bool:
            rows = [row for row in went_out(site) if row["dialled"] == BUSY]
            return sum(row["trunk"] == "" for row in rows) == 40 - codes.count(486) and len(rows) == 40

        await eventually(booked)
    assert site.verify() == ()

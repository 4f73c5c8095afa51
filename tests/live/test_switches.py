"""Hours and modes switched by page and by telephone: in force for the next caller, told to who waits, whatever died meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import Call
from hotline.programs.asterisk_console import AsteriskConsole
from hotline.programs.asterisk_found import find

from .site import Site, SiteTelephones, eventually, usual
from .tones import as_tone, tone_heard

pytestmark = pytest.mark.live

TYPHOON, WAITING, PIN, WRONG, MENU, ON, OFF, CLOSED, WELCOME = 1010, 1130, 1270, 1390, 1510, 1630, 1750, 1870, 2010
LINE, SAID_CLOSED, SAID_CLOCK = 2130, 2250, 2370
TONES = {
    "typhoon": TYPHOON, "typhoon_waiting": WAITING, "switch_pin": PIN, "switch_wrong": WRONG, "switch_menu": MENU,
    "switch_on": ON, "switch_off": OFF, "closed": CLOSED, "switch_line": LINE, "switch_closed": SAID_CLOSED, "switch_clock": SAID_CLOCK,
}  # fmt: skip
"""Each prompt a tone of its own."""
SWITCH = "*70"


def without_words(table: Table) -> None:
    """No other words over the music than those of the switch."""
    usual(table)
    for name in ("words_seconds", "call_back_seconds"):
        del table["mode"][0][name]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"), without_words)
    for name, hertz in TONES.items():
        as_tone(here.places.prompts, name, hertz, 1.0)
    as_tone(here.places.prompts, "welcome", WELCOME, 4.0)  # so long that a mode can be switched on in it
    with here:
        yield here


async def switched(client: httpx.AsyncClient, kind: str, target: str, state: str) -> None:
    """By REST; Asterisk has it."""
    body = {"kind": kind, "target": target, "state": state, "reason": "演练"}
    reply = await client.post("/api/switches", json=body)
    assert reply.status_code == 200, reply.text
    assert reply.json()["in_force"]


async def stands(client: httpx.AsyncClient, kind: str, target: str, state: str) -> None:
    async def so() -> None:
        rows = (await client.get("/api/switches")).json()["switches"]
        assert next(row["state"] for row in rows if (row["kind"], row["target"]) == (kind, target)) == state

    await eventually(so, 20)


async def greeted(floor: SiteTelephones, caller: str, hertz: int) -> Call:
    """A new caller hears this first of all."""
    call = await floor.dial(caller=caller)
    assert await call.until_answered(10)
    assert call.answered is not None
    await tone_heard(call, hertz, call.answered)
    return call


async def by_telephone(floor: SiteTelephones, site: Site, pin: str) -> Call:
    """A seat has dialled the switches' number and typed this."""
    call = await floor.desk.dial(SWITCH, caller="8005", secret=site.secret("sip-8005"))
    assert await call.until_answered(10)
    assert call.answered is not None
    await tone_heard(call, PIN, call.answered)
    await call.press(f"{pin}#")
    return call


@pytest.mark.bound(240)
async def test_a_mode_is_on_for_the_next_caller_and_told_to_who_waits_whatever_dies(site: Site) -> None:
    async with SiteTelephones(site) as floor:
        waits = await floor.dial(caller="13805926001")
        assert await waits.until_answered(10)

        async def queued() -> None:
            rows = (await floor.client.get("/api/calls/live")).json()
            assert [row["state"] for row in rows if row["caller"] == waits.caller] == ["queued"]

        await eventually(queued, 20)
        began = time.time()
        await switched(floor.client, "mode", "typhoon", "on")
        await tone_heard(waits, WAITING, began)
        (await greeted(floor, "13805926002", TYPHOON)).hang_up()
        waits.hang_up()
        await asyncio.to_thread(site.kill)
        (await greeted(floor, "13805926003", TYPHOON)).hang_up()

        pin = site.secret("switch-pin")  # the daemon is dead
        other = "000000" if pin != "000000" else "111111"
        wrong = await by_telephone(floor, site, other)
        await tone_heard(wrong, WRONG, wrong.answered or began)
        wrong.hang_up()
        right = await by_telephone(floor, site, pin)
        await tone_heard(right, MENU, right.answered or began)
        await right.press("5")
        await tone_heard(right, OFF, right.answered or began)
        await right.until_ended(10)
        await asyncio.to_thread(site.start)
        await stands(floor.client, "mode", "typhoon", "off")

        await switched(floor.client, "hours", "citizen", "closed")
        shut = await greeted(floor, "13805926004", CLOSED)
        await shut.until_ended(10)
        await asyncio.to_thread(site.kill_asterisk)

        numbers = (f"138059270{n:02}" for n in range(99))

        async def still_closed() -> None:
            """As soon as it takes calls again, which are not counted."""
            call = await floor.dial(caller=next(numbers))
            try:
                assert await call.until_answered(3)
            except TimeoutError as early:
                call.hang_up()
                raise AssertionError("not answered") from early
            await tone_heard(call, CLOSED, call.answered or began)
            await call.until_ended(10)

        await eventually(still_closed, 60)
        await switched(floor.client, "hours", "citizen", "clock")
        audit = (await floor.client.get("/api/audit", params={"most": 50})).json()
        acts = {row["action"] for row in audit["rows"]}
        assert {"switch", "switch_refused"} <= acts
    assert site.settle() == []


@pytest.mark.bound(120)
async def test_who_is_in_the_notice_when_a_mode_is_switched_on_hears_of_it_when_he_waits(site: Site) -> None:
    """Once, and whoever came afterwards has heard the mode's own notice, and no more."""
    async with SiteTelephones(site) as floor:
        early = await greeted(floor, "13805926101", WELCOME)
        began = time.time()
        await switched(floor.client, "mode", "typhoon", "on")
        heard = await tone_heard(early, WAITING, began)
        late = await greeted(floor, "13805926102", TYPHOON)
        assert late.answered is not None
        await asyncio.sleep(6)
        assert early.ear.tone_level(WAITING, since=heard + 3, until=time.time()) < 0.1
        assert late.ear.tone_level(WAITING, since=late.answered, until=time.time()) < 0.1
        await switched(floor.client, "mode", "typhoon", "off")
        early.hang_up()
        late.hang_up()
    assert site.settle() == []


@pytest.mark.bound(150)
async def test_who_guesses_the_pin_is_stopped_and_told_and_a_clock_that_was_ahead_stops_nobody(site: Site) -> None:
    """Three wrong ones, then the right one is not even asked for; a moment of last wrong try in the future counts for nothing."""
    pin = site.secret("switch-pin")
    other = "000000" if pin != "000000" else "111111"
    found = find()
    assert found is not None
    console = AsteriskConsole(found[0], site.places.asterisk_etc / "asterisk.conf")
    async with SiteTelephones(site) as floor:
        guess = await by_telephone(floor, site, other)
        for _again in range(2):
            began = time.time()
            await tone_heard(guess, WRONG, began)
            await tone_heard(guess, PIN, began)
            await guess.press(f"{other}#")
        await guess.until_ended(20)

        async def told() -> None:
            rows = (await floor.client.get("/api/alarms")).json()
            assert [row["subject"] for row in rows if row["kind"] == "switch_pin_guessed"] == ["8005"]

        await eventually(told, 20)
        refused = await floor.desk.dial(SWITCH, caller="8005", secret=site.secret("sip-8005"))
        assert await refused.until_answered(10)
        assert refused.answered is not None
        await refused.until_ended(20)
        assert refused.ear.tone_level(PIN, since=refused.answered, until=time.time()) < 0.1

        ahead = int(time.time()) + 86400 * 365
        assert await console.says(f"database put hotline-switch tried_8005 9-{ahead}", "Updated database")
        right = await by_telephone(floor, site, pin)
        await tone_heard(right, MENU, right.answered or ahead)
        right.hang_up()
    assert site.settle() == []


@pytest.mark.bound(120)
async def test_a_line_is_closed_and_opened_by_telephone_with_the_daemon_dead(site: Site) -> None:
    """The first line of the file: closed for the next caller, the other lines are not; then by its hours again. The ledger has both."""
    async with SiteTelephones(site) as floor:
        await asyncio.to_thread(site.kill)
        for key, said, heard in (("1", SAID_CLOSED, CLOSED), ("3", SAID_CLOCK, WELCOME)):
            phone = await by_telephone(floor, site, site.secret("switch-pin"))
            asked = await tone_heard(phone, MENU, phone.answered or 0.0)
            await phone.press(key)
            asked = await tone_heard(phone, LINE, asked)
            await phone.press("1")
            await tone_heard(phone, said, asked)
            await phone.until_ended(10)
            (await greeted(floor, f"1380592620{key}", heard)).hang_up()
            partner = await floor.dial("1231912345", caller=f"1380592621{key}")
            assert await partner.until_answered(10)
            await asyncio.sleep(2)
            assert partner.up, "another line was closed, too"
            partner.hang_up()
        await asyncio.to_thread(site.start)
        await stands(floor.client, "hours", "citizen", "clock")
        audit = (await floor.client.get("/api/audit", params={"most": 50})).json()
        assert [row["action"] for row in audit["rows"]].count("switch") >= 2
    assert site.settle() == []

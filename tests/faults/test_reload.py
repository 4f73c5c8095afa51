"""Settings read again, and the program anew, under callers in notice, queue and talk: nobody notices."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import pytest

from hotline.lab.phones import answering
from tests.live.site import SEAT_TONE, Site, SiteTelephones, eventually

pytestmark = pytest.mark.fault
AS_OPERATORS_START_IT = True  # it begins itself anew by its command line, and who reloads finds it by that


@pytest.mark.bound(150)
async def test_a_reload_takes_over_what_is_new_and_drops_nobody(site: Site) -> None:
    """New agent, seat, queue, trunk, line and prompt while one talks, one waits and one hears the notice."""
    async with SiteTelephones(site, 1, answering(0.3, None, SEAT_TONE)) as floor:
        talking = await floor.dial(caller="13800080001")
        seat = await floor.seat_call(talking.caller, 20)
        waiting = await floor.dial(caller="13800080002")
        assert await waiting.until_answered(5)
        await asyncio.sleep(5)
        noticed = await floor.dial(caller="13800080003")
        assert await noticed.until_heard(0.5)

        asterisk, settings = site.asterisk_pid(), site.settings
        settings["queue"].append({"id": "newqueue", "name": "新队"})
        settings["agent"].append({"id": "1999", "name": "新人", "role": "agent", "skills": {"newqueue": 1}})
        settings["seat"].append({"id": "8999", "device": "desk"})
        settings["trunk"].append({"id": "newtrunk", "name": "新中继", "host": "127.0.0.9", "port": 5099})
        settings["prompts"]["newnotice"] = settings["prompts"]["welcome"]
        settings["line"].append(
            {"id": "newline", "name": "新线", "numbers": ["12319009"], "queue": "newqueue", "capacity": 5,
             "hours": "always", "notice": "newnotice", "check_seconds": 0}
        )  # fmt: skip
        welcome = Path(site.places.prompts / "welcome.wav").read_bytes()
        (site.places.prompts / "newnotice.wav").write_bytes(welcome)
        settings["seats"]["wrap_up_seconds"] = 1
        site.write_settings()
        told = json.loads(await asyncio.to_thread(site.hotline, "reload", "--json"))
        assert told["state"] == "done"
        for name in ("agent.1999: new", "queue.newqueue: new", "seat.8999: new", "trunk.newtrunk: new",
                     "line.newline: new", "prompts.newnotice: new", "seats.wrap_up_seconds: 2 → 1"):  # fmt: skip
            assert name in told["changed"], told
        assert told["waits"] == []
        assert site.asterisk_pid() == asterisk
        assert talking.up
        assert waiting.up
        assert noticed.up

        # what is new works
        await floor.desk.register("8999", site.secret("sip-8999"), answering(0.3, None, SEAT_TONE))
        await eventually(lambda: floor.rest.login("8999", "1999"), 10)
        floor.seats.append("8999")
        fresh = await floor.dial("12319009", caller="13800080004")
        new = await floor.seat_call(fresh.caller, 20)
        fresh.hang_up()
        await new.until_ended(3)
        # and what went on goes on to its end
        talking.hang_up()
        await seat.until_ended(3)
        for call in (waiting, noticed):
            taken = await floor.seat_call(call.caller, 25)
            call.hang_up()
            await taken.until_ended(3)
    assert site.verify() == ()

    def whole() -> None:
        told_calls = {row["caller"]: row for row in json.loads(site.hotline("report", "calls", "--json"))}
        assert [row["ended_by"] for row in told_calls.values()] == ["caller"] * 4, told_calls

    await eventually(whole, 10)  # the book is a second behind


@pytest.mark.bound(90)
async def test_a_reload_by_wrong_settings_changes_nothing_and_says_why(site: Site) -> None:
    """The file is wrong, names a taken port, or what must not change: status 2, field and cure, the daemon goes on."""
    pid = site.daemon.pid if site.daemon else 0
    async with SiteTelephones(site, 1, answering(0.3, None, SEAT_TONE)) as floor:
        talking = await floor.dial(caller="13800081001")
        seat = await floor.seat_call(talking.caller, 20)
        for change, word in (
            (lambda s: s["seats"].__setitem__("wrap_up_seconds", -3), "seats.wrap_up_seconds"),
            (lambda s: s["ports"].__setitem__("ami", site.fixed.base + 11), "ports.ami"),
            (lambda s: s["asterisk"].__setitem__("bind", "203.0.113.7"), "asterisk.bind"),
        ):
            kept = json.loads(json.dumps(site.settings))
            change(site.settings)  # type: ignore[no-untyped-call]
            site.write_settings()
            done = await asyncio.to_thread(site.command, "reload")
            assert done.returncode == 2, done
            assert word in done.stderr.decode()
            site.settings = kept
            site.write_settings()
        (site.places.var / "choices.toml").write_bytes(b"\xff\xfe broken")
        done = await asyncio.to_thread(site.command, "reload")
        assert done.returncode == 2
        assert "choices.toml" in done.stderr.decode()
        (site.places.var / "choices.toml").unlink()
        assert site.daemon is not None
        assert site.daemon.poll() is None
        assert site.daemon.pid == pid
        assert site.live()
        assert talking.up
        talking.hang_up()
        await seat.until_ended(3)


@pytest.mark.bound(90)
async def test_what_asterisk_cannot_take_up_is_named(site: Site) -> None:
    """Another SIP port: told as waiting by the verb, and an alarm until Asterisk is started again."""
    site.settings["ports"]["sip"] = site.fixed.base + 13
    site.write_settings()
    told = json.loads(await asyncio.to_thread(site.hotline, "reload", "--json"))
    assert [one.split(":")[0] for one in told["waits"]] == ["ports.sip"]
    assert any(one.startswith("sip:") for one in told["away"]), told
    async with site.rest() as rest:

        async def alarmed() -> None:
            reply = (await rest.get("/api/alarms")).json()
            assert any(row["kind"] == "sip" and not row["cleared_at"] for row in reply)

        await eventually(alarmed, 10)


@pytest.mark.bound(90)
async def test_a_hangup_signal_is_a_reload_too(site: Site) -> None:
    """systemctl reload sends SIGHUP: the same process, a new program, the same Asterisk."""
    asterisk, log = site.asterisk_pid(), site.log.read_text().count("ready\n")
    site.signal(signal.SIGHUP)
    await eventually(
        lambda: site.log.read_text().count("\nready\n") > log or site.log.read_text().count("ready\n") > log, 20
    )
    assert site.daemon is not None
    assert site.daemon.poll() is None
    assert site.asterisk_pid() == asterisk
    await eventually(site.live, 5)

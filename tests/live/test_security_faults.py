"""What a hostile tester found at the doors, tried again as written, where no other live test does: logs, keys, damaged sound."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

import httpx
import pytest

from config.sections.recording import Recording
from hotline.verbs.shell_user import actor
from recordings.storage import keys_of
from tests.fakes.said import said

from .site import Site, SiteTelephones, eventually
from .test_edge import PASSWORD, Person, person

pytestmark = pytest.mark.live
NUMBER, WHY, CODE, CALLER = "13912345987", "投诉复核七四一", "SplxlOBeZQQYbYS6WxSbIA", "13805996001"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("doors")) as here:
        asyncio.run(_accounts(here))
        yield here


async def _accounts(site: Site) -> None:
    async with site.rest() as operator:
        for one in site.settings["agent"]:
            if one["id"] in ("1001", "2001"):
                body = {"name": one["name"], "role": one["role"], "password": PASSWORD}
                (await operator.put(f"/api/accounts/{one['id']}", json=body)).raise_for_status()


async def test_no_log_of_any_server_holds_what_was_asked(site: Site) -> None:
    """A number searched for, a reason, a provider's code: by the edge, with the daemon there and dead."""
    async with person(site, account="2001") as chief:
        told = await chief.http.get("/api/calls", headers=said(number=NUMBER))
        assert told.status_code == 200, told.text
        for name in ("caller", "number", "reason", "purpose", "q"):
            refused = await chief.http.get(f"/api/calls?{name}={NUMBER}")
            assert (refused.status_code, refused.json()["field"]) == (422, name)
        await chief.http.get(f"/api/tickets/{'0' * 26}", headers=said(reason=WHY))
        site.kill()
        away = await chief.http.get("/api/calls", headers=said(number=NUMBER, reason=WHY))
        back = await chief.http.get(f"/api/oidc/back?code={CODE}&state=x")
        assert (away.status_code, back.status_code) == (503, 503)
        site.start()
        await chief.sign_in(account="2001")
    errors = (site.places.edge / "error.log").read_text(errors="replace")
    assert "/api/calls" in errors, "nginx wrote down that the daemon was away"
    logs = [site.places.edge / "access.log", site.places.edge / "error.log", site.log, *site.places.logs.iterdir()]
    for log in (log for log in logs if log.is_file()):
        text = log.read_text(errors="replace")
        refused_lines = "\n".join(line for line in text.splitlines() if "?" not in line)
        for secret in (NUMBER, WHY, quote(WHY), CODE):
            assert secret not in refused_lines, (log, secret)
        assert CODE not in text, log


async def test_the_installations_token_is_this_machines(site: Site) -> None:
    """Fault 9: over the edge it opens nothing; on loopback it does."""
    stranger = Person(site)
    try:
        headers = {"Authorization": f"Bearer {site.secret('api-token')}"}
        for path in ("/api/accounts", "/api/health", "/api/calls"):
            assert (await stranger.http.get(path, headers=headers)).status_code in (401, 403), path
    finally:
        await stranger.http.aclose()
    async with site.rest() as inside:
        assert (await inside.get("/api/accounts")).status_code == 200


async def test_an_anonymous_person_is_in_no_file(site: Site) -> None:
    """Fault 6: filed by the page, delivered to the case store that comes with us: name, number and address stand in no file of the
    house, ledger, case store, outbox and logs alike. Of who asked for nothing they do, or this would find nothing anywhere."""
    about = {"kind": "complaint", "title": "占道经营"}
    async with person(site, account="1001") as agent:
        filed = []
        for n, anonymous in enumerate((True, False)):
            name, number, street = _who(n)
            body = {
                **about, "anonymous": anonymous, "content": f"{name} 说，电话 {number}，住 {street}",
                "person": {"name": name, "phones": [number], "address": street},
            }  # fmt: skip
            key = {"Idempotency-Key": f"anonymous-{n:04}"}
            reply = await agent.http.post("/api/tickets", json=body, headers=key)
            assert reply.status_code == 201, reply.text
            filed.append(reply.json()["id"])

        async def delivered() -> None:
            for ticket in filed:
                told = (await agent.http.get(f"/api/tickets/{ticket}")).json()
                assert told["case_number"], told["state"]

        await eventually(delivered, 30)
    kept = {path: path.read_bytes() for path in site.places.var.rglob("*") if path.is_file()}
    for n, there in enumerate((False, True)):
        for word in _who(n)[:2]:
            found = [str(path) for path, text in kept.items() if word.encode() in text]
            assert bool(found) == there, (word, found)
            assert not there or any("casestore" in path for path in found), (
                "the case store has whoever asked for nothing"
            )


def _who(n: int) -> tuple[str, str, str]:
    return f"Qinzx{n}mouren", f"1390592{4400 + n}", f"HubinStreet{n}x"


@pytest.mark.bound(180)
async def test_a_recording_that_was_altered_is_found_and_its_keys_are_rotated(site: Site) -> None:
    """Faults 14 and 16: a bit, and the key, of a real call's recording are told by the alarm and by ``verify``; a new
    master key beside the running daemon opens what was recorded before and after."""
    first = await _recorded(site, CALLER)
    file = site.places.shelf / first
    whole = file.read_bytes()
    file.write_bytes(whole[:200] + bytes([whole[200] ^ 1]) + whole[201:])
    try:
        assert _damaged(site) == ["altered"]
        async with site.rest() as rest:
            await eventually(lambda: _alarm(rest, standing=True), 100)
    finally:
        file.write_bytes(whole)
    assert _damaged(site) == []
    before = (site.places.secrets / "recording-master").read_text()
    told = json.loads(site.hotline("recording", "rewrap", "--rotate", "--json"))
    assert (told["rewrapped"] >= 1, told["broken"]) == (True, [])
    second = await _recorded(site, f"{CALLER[:-1]}2")
    told = json.loads(site.hotline("recording", "rewrap", "--retire", "--json"))
    assert (told["rewrapped"], told["retired"]) == (0, 1), "the daemon's child wrapped by the new key at once"
    assert before.strip() not in (site.places.secrets / "recording-master").read_text()
    keys = keys_of(Recording(), site.places)
    assert [keys.get(path).label for path in (first, second)] == [first, second]
    told = json.loads(site.hotline("recording", "verify", "--deep", "--json"))
    assert (told["ok"], told["findings"]) == (True, [])
    with closing(sqlite3.connect(site.places.ledger)) as db:
        rows = db.execute("SELECT actor FROM audit WHERE action = 'recording_keys_rewrapped'").fetchall()
    assert rows == [(actor(),)] * 2


async def _recorded(site: Site, caller: str) -> str:
    """Path of the recording of a call that was just made."""
    async with SiteTelephones(site, 1) as floor:
        call = await floor.dial(caller=caller)
        seat = await floor.seat_call(caller)
        await floor.until_state(seat.dialled, "talking")
        await asyncio.sleep(2)
        call.hang_up()
    found: list[str] = []

    def shelved() -> bool:
        with closing(sqlite3.connect(site.places.ledger)) as db:
            ask = (
                "SELECT path FROM recordings r JOIN calls c USING (call_id) WHERE c.caller = ? AND r.state = 'shelved'"
            )
            found[:] = [row[0] for row in db.execute(ask, (caller,))]
        return len(found) == 1

    await eventually(shelved, 30)
    return found[0]


def _damaged(site: Site) -> list[str]:
    told = json.loads(site.command("verify", "--json").stdout)
    return [one["said"].rpartition(": ")[2] for one in told["details"] if one["rule"] == "recording_damaged"]


async def _alarm(rest: httpx.AsyncClient, *, standing: bool) -> bool:
    rows = (await rest.get("/api/alarms")).json()
    return any(row["kind"] == "recordings" and (row["cleared_at"] is None) == standing for row in rows)

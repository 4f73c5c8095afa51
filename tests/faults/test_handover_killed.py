"""The daemon is killed in the middle of a hand-over: the telephone goes on, the row says what became of it, and the partner is told once."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.webhook_signature import key_of, signed
from hotline.lab.hotline_instance import Table
from hotline.lab.phones import answering
from hotline.lab.sound import tone
from tests.live.partner_desk import taking
from tests.live.site import Site, SiteTelephones, eventually, usual
from tests.live.test_endings_told import closed, everywhere, out_call
from tests.live.test_handover import Endpoint, hand_over, port_of, told, until
from tests.live.test_verbs import CITIZEN, ONE, POLICE, hear, seats, talking

pytestmark = [pytest.mark.fault, pytest.mark.bound(300)]

SECRET = "0123456789abcdef0123456789abcdef"
CALLER = "13805929101"


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    secret = tmp_path_factory.mktemp("secret") / "partner"
    secret.write_text(SECRET, encoding="utf-8")
    secret.chmod(0o600)

    def change(table: Table) -> None:
        usual(table)
        url = f"http://127.0.0.1:{port_of(table)}/orders"
        table["partner"][0] |= {"url": url, "secret": str(secret)}
        table["partner_status"] = [{"system": "12345", "url": url, "secret": str(secret)}]

    with Site(tmp_path_factory.mktemp("site"), change) as here:
        yield here


async def says(floor: SiteTelephones, token: str, ident: str, *states: dict[str, Any]) -> dict[str, Any]:
    """The partner's program, as it comes to us: its own token, signed, until it is taken."""
    body = json.dumps({"type": "matter.states", "data": {"states": states}}).encode()
    headers = {"Authorization": f"Bearer {token}", "content-type": "application/json"}
    taken: dict[str, Any] = {}

    async def once() -> None:
        sign = signed([key_of(SECRET)], ident, datetime.now(UTC), body)
        answer = await floor.client.post("/api/partner-states/12345", content=body, headers=headers | sign)
        assert answer.status_code == 200, answer.text
        taken.update(answer.json())

    await eventually(once, 20)
    return taken


def state(word: str, sequence: int, order: str = "", **more: str) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat()
    return {"their_number": "FZ-2026/77", "work_order": order, "state": word, "sequence": sequence, "at": at, **more}


async def test_a_hand_over_outlives_the_daemon_and_its_matter_stays_one(site: Site) -> None:
    """Killed while citizen, agent and partner are in it; the agent hangs up with the daemon dead. It is accepted by the telephone
    alone; what the partner says of it, twice and out of order over another kill, is one matter with both numbers."""
    async with Endpoint(port_of(site.settings)) as endpoint, SiteTelephones(site) as floor:
        said_as = {"name": "city12345", "scopes": ["partners:report"], "days": 30}
        made = await floor.client.post("/api/programs", json=said_as)
        token = made.json().get("token", "")
        assert token, made.text
        await seats(floor, two=False)
        await everywhere(floor, "12345", taking("X-Work-Order", "FZ-2026/77", answering(0.2, None, tone(POLICE))))
        call, seat = await talking(floor, CALLER)
        name = await floor.rest.call_of("8001")
        ticket = await floor.rest.file_ticket(
            name, {"kind": "complaint", "title": "路面塌陷", "content": "有人受伤"}, seat="8001"
        )
        one = await hand_over(floor, partner="12345")
        far = await out_call(floor, "12345")
        await hear((seat, {POLICE}), (far, {ONE}))
        await until(floor, one, told="sent", how="")

        await asyncio.to_thread(site.kill)
        assert all(each.up for each in (call, seat, far)), "a call was disturbed"
        seat.hang_up()
        await hear((call, {POLICE}), (far, {CITIZEN}))
        await asyncio.to_thread(site.start)
        now = await until(floor, one, how="accepted", by="")
        assert now["reference"] == "FZ-202677", "as the dialplan lets it in"
        assert (await says(floor, token, "a", state("handling", 2, one["id"])))["moved"] == 1

        await asyncio.to_thread(site.kill)
        await asyncio.to_thread(site.start)
        again = await says(
            floor, token, "b", state("accepted", 1), state("handling", 2), state("done", 3, note="已修复")
        )
        assert (again["moved"], again["known"], again["unknown"]) == (1, 2, 0)
        assert (await says(floor, token, "c", state("done", 3), state("closed", 9, secrets.token_hex(8))))["moved"] == 1
        assert (await told(floor, one))["their_state"] == "closed"
        call.hang_up()
        await far.until_ended(10)
        row = await closed(site, caller=CALLER)

        async def told_of_it() -> None:
            story = (await floor.client.get(f"/api/tickets/{ticket['id']}/story")).json()
            assert [(each["partner"], each["number"], each["state"]) for each in story["partners"]] == [
                ("12345", "FZ-202677", "closed")
            ]
            assert [each["how"] for each in story["handovers"]] == ["accepted"]
            assert story["progress"]["case_number"]
            kinds = [each["kind"] for each in story["said"]]
            assert kinds.count("supplement") == 2, kinds  # done, and closed

        await eventually(told_of_it, 30)

        def echoed() -> list[str]:
            return [said["their_number"] for _ident, said in endpoint.told if said["type"] == "case.state"]

        await eventually(lambda: bool(echoed()), 20)
        assert set(echoed()) == {"FZ-202677"}
        assert endpoint.of(one["id"]) == ["handover.asked"]
    path = json.loads(site.hotline("case", "show", ticket["id"], "--json"))
    words = [what for _at, what, _more in path["moments"]]
    assert {"handover.asked", "handover.ended", "partner.said"} <= set(words)
    # without --since the centre's day: its midnight may have come between
    kpi = json.loads(site.hotline("report", "kpi", "--json", "--since", "1h"))
    assert (
        kpi["figures"]["handover_accepted_rate"]["numerator"]
        == kpi["figures"]["handover_accepted_rate"]["denominator"]
        == 1
    )
    assert [breach for breach in site.verify() if row["call"] in breach] == []

"""A call is handed over to a partner and comes from one: papers first, three-way, one recording; accepted, refused, hostile words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from hotline.lab.daemon_client import RestRefused
from hotline.lab.hotline_instance import Table
from hotline.lab.phones import answering, refusing
from hotline.lab.sound import tone
from tests.bridge.http_server import HttpServer, Reply, Request

from .partner_desk import taking
from .site import Site, SiteTelephones, eventually, usual
from .test_called_is_told import shelved
from .test_endings_told import closed, everywhere, out_call, world
from .test_verbs import CITIZEN, ONE, POLICE, hear, seats, talking

pytestmark = [pytest.mark.live, pytest.mark.bound(200)]

EVIL = '井盖丢失 ${SHELL(id)},|;"%0d%0aX-Evil: 1\u2028有人受伤'
"""A title as a hostile page may send it: whatever of it is let in breaks no header."""
PLACE = {"address_text": "思明区湖滨南路1号"}


class Endpoint:
    """The partner's: everything it was sent."""

    def __init__(self, port: int) -> None:
        self.server = HttpServer(self._take)
        self.server.port = port
        self.told: list[tuple[str, dict[str, Any]]] = []

    async def _take(self, request: Request) -> Reply:
        self.told.append((request.headers["webhook-id"], json.loads(request.body)))
        return Reply(204)

    async def __aenter__(self) -> Endpoint:
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.stop()

    def of(self, handover: str) -> list[str]:
        return [said["type"] for _ident, said in self.told if said.get("handover") == handover]


def port_of(table: Table) -> int:
    """One that nobody of the site has."""
    return int(min(table["ports"].values())) + 18


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    secret = tmp_path_factory.mktemp("secret") / "partner"
    secret.write_text("0123456789abcdef0123456789abcdef", encoding="utf-8")
    secret.chmod(0o600)

    def change(table: Table) -> None:
        usual(table)
        table["partner"][0] |= {
            "url": f"http://127.0.0.1:{port_of(table)}/orders", "secret": str(secret), "trunks": ["telecom", "unicom"],
            "work_order_headers": ["X-Work-Order", "X-Order-No"],
        }  # fmt: skip
        table["partner"][1] |= {"trunks": ["telecom"], "origin_headers": ["X-Origin-Number", "X-Citizen"]}

    with Site(tmp_path_factory.mktemp("site"), change) as here:
        yield here


async def hand_over(floor: SiteTelephones, **words: str) -> dict[str, Any]:
    answer = await floor.client.post("/api/seats/8001/handover", json=words)
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def told(floor: SiteTelephones, one: dict[str, Any]) -> dict[str, Any]:
    """The hand-over as it is now."""
    rows = (await floor.client.get(f"/api/calls/{one['call']}/handovers")).json()
    found: dict[str, Any] = next(row for row in rows if row["id"] == one["id"])
    return found


async def until(floor: SiteTelephones, one: dict[str, Any], **same: Any) -> dict[str, Any]:
    async def so() -> None:
        now = await told(floor, one)
        assert {name: now[name] for name in same} == same, now

    await eventually(so, 20)
    return await told(floor, one)


async def word(floor: SiteTelephones, one: dict[str, Any], verb: str, **words: str) -> dict[str, Any]:
    answer = await floor.client.post(f"/api/seats/8001/handover/{one['id']}/{verb}", json=words)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_call_is_handed_over_with_its_papers_and_accepted(site: Site) -> None:
    """The work order goes first and once, its number and what it is about in headers that no word breaks; the second carrier
    only because the first is full; all three talk, the agent leaves, the two go on, in one recording."""
    caller = "13805929001"
    async with Endpoint(port_of(site.settings)) as endpoint, SiteTelephones(site) as floor:
        await seats(floor, two=False)
        floor.phones.trunks["telecom"].take("12345", refusing(503))
        floor.phones.trunks["unicom"].take(
            "12345", taking("X-Order-No", "FZ-2026/77 ${x}|9", answering(0.2, None, tone(POLICE)))
        )
        await floor.reachable()
        call, seat = await talking(floor, caller)
        name = await floor.rest.call_of("8001")
        fields = {"kind": "complaint", "title": EVIL, "content": "有人受伤", "place": PLACE}
        ticket = await floor.rest.file_ticket(name, fields, seat="8001")
        with pytest.raises(RestRefused) as unknown:
            await floor.rest.verb("8001", "handover", partner="999")
        assert unknown.value.status == 422

        one = await hand_over(floor, partner="12345")
        assert (one["ticket"], one["how"]) == (ticket["id"], "")
        far = await out_call(floor, "12345")
        assert len(world(floor, "12345")) == 2, "the first carrier is full, the second is tried"
        await hear((call, set()), (seat, {POLICE}), (far, {ONE}))
        headers = {header.lower(): value for header, value in far.headers.items()}
        assert "x-evil" not in headers
        assert headers["x-origin-number"] == caller
        said = unquote(headers["x-summary"])
        assert said.startswith("井盖丢失")
        assert PLACE["address_text"] in said
        assert set(headers["x-summary"]) <= set("0123456789ABCDEFabcdefghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ%._~-")
        await eventually(lambda: endpoint.of(one["id"]) == ["handover.asked"], 15)
        order = next(said for _ident, said in endpoint.told if said["handover"] == one["id"])
        assert order["work_order"] == headers["x-work-order"] in (ticket["id"], order["ticket"]["case_number"])
        assert order["number"] == caller
        now = await until(floor, one, told="sent", reference="FZ-202677x9", how="")
        assert now["answered_at"] is not None

        await floor.rest.verb("8001", "transfer/conference")
        await hear((call, {ONE, POLICE}), (seat, {CITIZEN, POLICE}), (far, {CITIZEN, ONE}))
        done = await word(floor, one, "accept", reference="FZ77")
        assert (done["how"], done["reference"], done["partner_name"]) == ("accepted", "FZ77", "12345 市长专线")
        await seat.until_ended(5)
        await hear((call, {POLICE}), (far, {CITIZEN}))
        await asyncio.sleep(1.5)
        call.hang_up()
        await far.until_ended(10)
    row = await shelved(site, caller=caller)
    assert row["recordings"][0]["faults"] == []
    assert len(row["recordings"]) == 1
    assert endpoint.of(one["id"]) == ["handover.asked"]
    assert [breach for breach in site.verify() if row["call"] in breach] == []


async def test_who_is_busy_or_declines_gives_the_citizen_back(site: Site) -> None:
    """Busy: nobody else is rung, the citizen is back at once, what the partner was told is taken back. Refused by word, the same.
    Then a third time, whose agent hangs up while they consult: accepted, by the telephone alone."""
    caller = "13805929002"
    async with Endpoint(port_of(site.settings)) as endpoint, SiteTelephones(site) as floor:
        await seats(floor, two=False)
        await everywhere(floor, "12345", refusing(486))
        call, seat = await talking(floor, caller)
        await hear((call, {ONE}), (seat, {CITIZEN}))
        one = await hand_over(floor, partner="12345", summary="路面塌陷")
        assert one["ticket"] == ""
        busy = await until(floor, one, how="busy")
        await hear((call, {ONE}), (seat, {CITIZEN}))
        assert busy["ended_at"] is not None
        assert len(world(floor, "12345")) == 1, "who is busy is rung by no second carrier"
        await eventually(lambda: endpoint.of(one["id"]) in (["handover.asked", "handover.withdrawn"], []), 15)

        await everywhere(floor, "12345", answering(0.2, None, tone(POLICE)))
        two = await hand_over(floor, partner="12345", summary="路面塌陷")
        far = await out_call(floor, "12345")
        await hear((call, set()), (seat, {POLICE}), (far, {ONE}))
        await until(floor, two, told="sent")
        refused = await word(floor, two, "refuse", reason="不属于本单位职责")
        assert (refused["how"], refused["note"]) == ("refused", "不属于本单位职责")
        await far.until_ended(5)
        await hear((call, {ONE}), (seat, {CITIZEN}))
        await eventually(lambda: endpoint.of(two["id"]) == ["handover.asked", "handover.withdrawn"], 15)

        await everywhere(floor, "110", answering(0.2, None, tone(POLICE)))
        three = await hand_over(floor, partner="110")
        police = await out_call(floor, "110")
        await hear((seat, {POLICE}), (police, {ONE}))
        await until(floor, three, told="", how="")
        seat.hang_up()
        await hear((call, {POLICE}), (police, {CITIZEN}))
        await asyncio.sleep(1.2)
        call.hang_up()
        await police.until_ended(10)
        row = await closed(site, caller=caller)
        await until(floor, three, how="accepted", by="")
    assert [breach for breach in site.verify() if row["call"] in breach] == []


async def test_a_partner_is_known_by_number_and_trunk_together(site: Site) -> None:
    """By its own trunk its papers are believed, cleaned, and go with the ticket; by another it is anybody who calls."""
    headers = {"X-Work-Order": "GD-2026/01${SHELL(id)}|x", "X-Citizen": '"x,|1" <sip:+8613600001111@10.0.0.9;a=5>'}
    async with SiteTelephones(site, 1) as floor:
        await floor.phones.trunks["telecom"].dial("12319110", caller="059211001", headers=headers)
        await floor.seat_call("059211001")
        name = await floor.rest.call_of("8001")
        ticket = await floor.rest.file_ticket(
            name, {"kind": "complaint", "title": "噪音", "content": "噪音"}, seat="8001"
        )
        assert ticket["ticket"]["external_ids"] == {"110": "GD-202601SHELLidx"}
        pop = (await floor.client.get(f"/api/calls/{name}/pop")).json()
        assert pop["party"]["number"] == "13600001111" or pop["party"]["number"].endswith("13600001111")
        for one in floor.phones.trunks["telecom"].calls:
            one.hang_up()
        await floor.until_state("8001", "ready")
        await floor.phones.trunks["telecom"].dial("12319110", caller="059211003", headers=headers)
        await floor.seat_call("059211003")
        later = await floor.rest.call_of("8001")
        pop = (await floor.client.get(f"/api/calls/{later}/pop")).json()
        assert pop["partner_ticket"]["id"] == ticket["id"], "the same work order: the same matter"
        more = {"kind": "complaint", "title": "噪音", "content": "现在还在吵"}
        again = str((await floor.rest.file_ticket(later, more, seat="8001"))["id"])

        async def within() -> tuple[str, str]:
            """What the second goes on within, and the case of the first."""
            both = [(await floor.client.get(f"/api/tickets/{one}")).json() for one in (again, ticket["id"])]
            return both[0]["ticket"]["merged_into"], both[1]["case_number"]

        async with asyncio.timeout(15):
            while not (case := (await within())[1]) or (await within())[0] != case:
                await asyncio.sleep(0.1)
        for one in floor.phones.trunks["telecom"].calls:
            one.hang_up()
        await floor.until_state("8001", "ready")
        other = await floor.phones.trunks["unicom"].dial("12319110", caller="059211002", headers=headers)
        await floor.seat_call("059211002")
        other.hang_up()
    mine, anybodys = await closed(site, caller="059211001"), await closed(site, caller="059211002")
    assert [breach for breach in site.verify() if "matter" in breach or "merge" in breach] == []
    assert (mine["partner"], mine["reference"], mine["origin"]) == ("110", "GD-202601SHELLidx", "+8613600001111")
    assert (anybodys["line"], anybodys["partner"], anybodys["reference"], anybodys["origin"]) == ("partner", "", "", "")

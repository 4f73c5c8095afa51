"""A citizen's matter from the real call to the reply: ticket, case, the store's own steps, call-back, real call out, answer at the store."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import httpx
import pytest

from hotline.lab.phones import answering

from .site import CALLER_TONE, SEAT_TONE, Site, SiteTelephones, eventually
from .test_edge import PASSWORD, Person, person

pytestmark = pytest.mark.live

CALLER, SEAT, AGENT = "13805926001", "8001", "1001"
SECONDS = 40
"""For anything that is waited for: each comes at once, unless the machine is loaded."""
TICKET = {
    "kind": "complaint", "title": "湖滨南路井盖破损", "content": "湖滨南路井盖破损，车辆经过有响声。",
    "handle_limit": {"value": 5, "unit": "work_day"},
}  # fmt: skip
UNIT = "思明区市政养护中心"


class CaseStore:
    """The staff of the case store, by its own API."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def case(self, number: str) -> dict[str, Any]:
        answer = await self._client.get(f"/cases/{number}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def does(self, number: str, command: str, role: str, **more: Any) -> None:
        turn = (await self.case(number))["turn"]
        said = {"command": command, "role": role, "by": f"{role}01", "turn": turn, "key": f"{number}-{command}-{turn}"}
        answer = await self._client.post(f"/cases/{number}/commands", json=said | more)
        assert answer.status_code == 200, answer.text

    async def until(self, number: str, state: str) -> None:
        async def same() -> None:
            assert (await self.case(number))["state"] == state

        await eventually(same, SECONDS)


@asynccontextmanager
async def case_store(site: Site) -> AsyncIterator[CaseStore]:
    headers = {"Authorization": f"Bearer {site.secret('casestore')}"}
    url = f"http://127.0.0.1:{site.settings['ports']['casestore']}"
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        yield CaseStore(client)


async def filed(floor: SiteTelephones, **more: Any) -> tuple[str, str]:
    """A call that was answered, and its ticket; (call, case number). ``more``: of the ticket."""
    call = await floor.dial(caller=CALLER)
    seat = await floor.seat_call(CALLER, SECONDS)
    await floor.until_state(SEAT, "talking", SECONDS)
    assert await seat.until_heard(1.5)
    name = await floor.rest.call_of(SEAT)
    ticket = await floor.rest.file_ticket(name, TICKET | more, seat=SEAT)
    call.hang_up()
    await seat.until_ended(SECONDS)
    await floor.until_state(SEAT, "ready", SECONDS)
    number = ""

    async def accepted() -> None:
        nonlocal number
        number = (await floor.client.get(f"/api/tickets/{ticket['id']}")).json()["case_number"]
        assert number

    await eventually(accepted, SECONDS)
    return name, number


async def owed(agent: Person) -> dict[str, Any]:
    """The call-back for the reply, once it is there."""
    found: list[dict[str, Any]] = []

    async def there() -> None:
        found[:] = (await agent.http.get("/api/callbacks", params={"kind": "reply"})).json()
        assert len(found) == 1

    await eventually(there, SECONDS)
    return found[0]


async def test_a_result_is_told_and_the_answer_arrives(site: Site) -> None:
    """Each step by the door it is really taken at; the whole path is then on the command line, and the invariant holds."""
    async with site.rest() as operator:
        body = {"name": "陈晓岚", "role": "agent", "password": PASSWORD}
        (await operator.put(f"/api/accounts/{AGENT}", json=body)).raise_for_status()
    async with SiteTelephones(site) as floor, case_store(site) as store, person(site, account=AGENT) as agent:
        await floor.sit(SEAT, answering(0.2, None, SEAT_TONE))
        await floor.until_state(SEAT, "ready", SECONDS)
        call, number = await filed(floor)
        if (await store.case(number))["state"] == "reported":
            await store.does(number, "accept", "accepter")
        await store.does(
            number, "dispatch", "dispatcher", unit=UNIT, limit={"value": 5, "unit": "work_day"}, opinion="请处置"
        )  # fmt: skip
        await store.does(number, "finish", "unit_office", own_unit=UNIT, opinion="井盖已更换")
        await store.does(number, "confirm", "dispatcher", opinion="井盖已更换，现场已核实")
        (await agent.http.post("/api/session/seat", json={"seat": SEAT})).raise_for_status()
        task = await owed(agent)
        assert (task["case_number"], task["prefers"], task["tries"]) == (number, AGENT, 0)

        for rack in floor.phones.trunks.values():
            rack.take(CALLER, answering(0.2, 6.0, CALLER_TONE))
        await floor.reachable()
        taken = (await agent.http.post(f"/api/callbacks/{task['id']}/take")).json()
        assert (taken["mine"], taken["dials"]) == (True, CALLER)
        early = await agent.http.post(f"/api/callbacks/{task['id']}/reply", json={"answer": "solved", "satisfied": 5})
        assert (early.status_code, early.json()["error"]) == (409, "callback_untried")
        (await agent.http.post(f"/api/callbacks/{task['id']}/dial", json={"number": CALLER})).raise_for_status()
        await floor.until_state(SEAT, "talking", SECONDS)
        await floor.until_state(SEAT, "ready", SECONDS)

        async def told() -> None:
            answer = {"answer": "solved", "satisfied": 5, "words": "修得很快"}
            reply = await agent.http.post(f"/api/callbacks/{task['id']}/reply", json=answer)
            assert (reply.status_code, reply.json().get("state")) == (200, "done"), reply.text

        await eventually(told, SECONDS)
        await store.until(number, "replied")
        assert (await store.case(number))["reply"] == "solved"
        await store.does(number, "close", "accepter", condition="井盖完好")

        def path() -> dict[str, Any]:
            found: dict[str, Any] = json.loads(site.hotline("case", "show", call, "--json"))
            assert found["line"]["state"] == "closed"
            return found

        await eventually(path, SECONDS)
        found = path()
    steps = [what for _at, what, _more in found["moments"]]
    for first, then in pairwise(STORY):
        assert steps.index(first) < steps.index(then), steps
    (asked,) = found["rounds"]
    assert (asked["answer"], asked["satisfied"], asked["words"]) == ("solved", 5, "修得很快")
    assert [one["result"] for one in asked["attempts"]] == ["reached"]
    assert [(one["kind"], one["state"]) for one in found["messages"]] == [("file", "delivered"), ("reply", "delivered")]
    assert CALLER not in json.dumps(found)
    wrong = json.loads(site.command("verify", "--json").stdout)
    rules = {one["rule"] for one in wrong["details"]}
    assert rules.isdisjoint(
        {"result_untold", "reply_unsaid", "case_and_history", "callback_disordered", "push_stuck"}
    ), wrong


STORY = (
    "call.arrived", "ticket.filed", "message.file", "case.dispatched", "case.handled", "case.checked", "reply.owed",
    "reply.call", "reply.answered", "message.reply", "case.closed",
)  # fmt: skip

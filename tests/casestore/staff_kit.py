"""The case store's staff for tests: an account of each role, and a browser for each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from accounts.cookie import PROOF
from casestore.states import STAFF, UNIT_ROLES, Role
from tests.casestore.kit import ORIGIN, Cases

UNIT, OTHER_UNIT = "思明区城管局", "湖里区城管局"
PASSWORD = "Lan-Tian-Bai-Yun-7"


@dataclass(frozen=True, slots=True)
class Browser:
    """One signed-in browser; ``role`` also names its account."""

    client: httpx.AsyncClient
    account: str

    async def ask(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        return await self.client.request(method, f"/pages/api{path}", json=json, headers=headers)

    async def do(self, number: str, command: str, **said: Any) -> httpx.Response:
        """With the turn the case has now, and a key of its own."""
        seen = (await self.ask("GET", f"/cases/{number}")).json()
        body = {
            "command": command,
            "turn": seen["turn"],
            "key": f"{number} {self.account} {command} {seen['turn']}",
        } | said
        return await self.ask("POST", f"/cases/{number}/commands", body)


async def make_account(cases: Cases, account: str, role: str, unit: str = "", **more: Any) -> httpx.Response:
    given = {
        "account": account,
        "name": account,
        "role": role,
        "unit": unit,
        "password": PASSWORD,
        "must_change": False,
    }
    return await cases.client.put("/staff", json=given | more, headers=cases.headers)


async def make_staff(cases: Cases) -> None:
    """One of each role; the unit's are of ``UNIT``; ``elsewhere`` is another unit's office."""
    for role in STAFF:
        made = await make_account(cases, str(role), str(role), UNIT if role in UNIT_ROLES else "")
        assert made.status_code == 200, made.text
    await make_account(cases, "elsewhere", str(Role.UNIT_OFFICE), OTHER_UNIT)


@asynccontextmanager
async def browser(cases: Cases, account: str = "", password: str = PASSWORD) -> AsyncIterator[Browser]:
    """'': nobody is signed in."""
    headers = {PROOF: "1", "Origin": ORIGIN, "X-Real-IP": "10.0.0.7"}
    async with httpx.AsyncClient(transport=cases.way, base_url="https://casestore", headers=headers) as client:
        made = Browser(client, account)
        if account:
            told = await made.ask("POST", "/session", {"account": account, "password": password})
            assert told.status_code == 200, told.text
        yield made

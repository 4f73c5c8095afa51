"""Citizens' seats and the city's clerks, who insist: what was not answered is asked again, under the same key.

One matter is one coroutine from its filing to its judging; what was asked and how it was answered goes into the journal of
``case_checker.py``. They know nothing of faults.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from .case_checker import Done, Filed, Journal, Said, Told

UNIT = "思明区环卫"
LOOK_S = 0.05
NOT_NOW = (429, 503)
STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("accept", "accepter", {}),
    ("dispatch", "dispatcher", {"unit": UNIT, "limit": {"value": 5, "unit": "work_day"}}),
    ("finish", "unit_office", {"own_unit": UNIT}),
    ("confirm", "dispatcher", {}),
)
AFTER: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("close", "accepter", {"condition": "已清运"}),
    ("evaluate", "judge", {"score": 5}),
)


@dataclass(slots=True)
class Actors:
    """``hotline``: the daemon's REST; ``store``: the case store's own API. Both may be away at any moment."""

    hotline: httpx.AsyncClient
    store: httpx.AsyncClient
    journal: Journal = field(default_factory=Journal)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """No further matter is begun."""
    begun: int = 0

    async def run(self, at_once: int) -> None:
        """Matters one after the other, so many at the same time, until it is over."""
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(self._lane())

    async def _lane(self) -> None:
        while not self.over.is_set():
            self.begun += 1
            await self.matter(self.begun)

    async def matter(self, n: int) -> None:
        """The whole way of one case; of every fourth, together with another citizen's that is merged into it."""
        mine = await self._file(f"{n}-a")
        both = [mine]
        await self._say(mine, "supplement", f"{n}-补充-1")
        if n % 4 == 0:
            other = await self._file(f"{n}-b")
            both.append(other)
            await self._say(other, "supplement", f"{n}-补充-2")
            await self._act(other, "merge", f"{n}-merge", {"into": mine.number})
            other.merged_into = mine.number
            await self._until(other.number, "merged")
        for command, role, more in STEPS:
            await self._do(mine.number, command, role, more)
            if command == "accept":
                await self._say(mine, "urge", f"{n}-催办")
            if command == "dispatch":
                await self._say(mine, "plus-one", f"{n}-附议")
        for one in both:
            await self._tell(one)
        await self._until(mine.number, "replied")
        for command, role, more in AFTER:
            await self._do(mine.number, command, role, more)

    # -- seats --------------------------------------------------------------------------

    async def _file(self, name: str) -> Filed:
        number = f"1380{int(name[:-2]):06d}{'1' if name.endswith('a') else '2'}"
        body = {
            "kind": "投诉", "title": f"积水 {name}", "content": f"湖滨南路积水 {name}", "person": {"phones": [number]},
            "subject": {"code": "0406", "kind": "event"},
        }  # fmt: skip
        told = await self._insist(self.hotline, "POST", "/api/tickets", f"filing-{name}", body)
        filed = Filed(str(told["id"]))
        self.journal.filed.append(filed)

        async def numbered() -> bool:
            seen = await self._insist(self.hotline, "GET", f"/api/tickets/{filed.ticket}")
            filed.number, filed.query_code = seen["case_number"], seen["query_code"]
            return bool(filed.number)

        await _until(numbered)
        return filed

    async def _say(self, one: Filed, kind: str, words: str) -> None:
        await self._act(one, kind, f"say-{words.encode().hex()[:50]}", {"text": words})
        self.journal.said.append(Said(one.ticket, kind, words))

    async def _act(self, one: Filed, kind: str, key: str, body: dict[str, Any]) -> None:
        await self._insist(self.hotline, "POST", f"/api/tickets/{one.ticket}/{kind}", f"key-{key}", body)

    async def _tell(self, one: Filed) -> None:
        """The call-back about the result, once it is owed, ends: the citizen cannot be reached."""
        found: list[str] = []

        async def owed() -> bool:
            rows = await self._insist(self.hotline, "GET", "/api/callbacks?kind=reply&most=500")
            found[:] = [row["id"] for row in rows if row["ticket"] == one.ticket]
            return bool(found)

        await _until(owed)
        words = f"答复-{one.number}-无人接听"
        body = {"reason": "other", "note": words}
        await self._insist(self.hotline, "POST", f"/api/callbacks/{found[0]}/give-up", "", body, done="callback_over")
        self.journal.told.append(Told(one.ticket, found[0], words))

    # -- clerks -------------------------------------------------------------------------

    async def _do(self, number: str, command: str, role: str, more: dict[str, Any]) -> None:
        words = f"{number}/{command}"
        body = {"command": command, "role": role, "by": f"clerk-{role}", "key": words, "opinion": words} | more
        while True:
            turn = (await self._insist(self.store, "GET", f"/cases/{number}"))["turn"]
            told = await self._insist(
                self.store, "POST", f"/cases/{number}/commands", "", body | {"turn": turn}, again=("moved",)
            )
            if told.get("error") != "moved":
                self.journal.done.append(Done(number, command, words, int(told["turn"])))
                return

    async def _until(self, number: str, state: str) -> None:
        async def so() -> bool:
            return bool((await self._insist(self.store, "GET", f"/cases/{number}"))["state"] == state)

        await _until(so)

    # -- insisting ----------------------------------------------------------------------

    async def _insist(
        self, client: httpx.AsyncClient, method: str, path: str, key: str = "", body: object = None, *, done: str = "",
        again: tuple[str, ...] = (),
    ) -> Any:  # fmt: skip
        """Until there is an answer. ``done``: the refusal that means it was done, where an answer got lost before;
        ``again``: refusals that are the asker's own business."""
        unsure = False
        while True:
            try:
                answer = await client.request(
                    method, path, json=body, headers={"Idempotency-Key": key} if key else None
                )
                told = answer.json()
            except (httpx.HTTPError, ValueError):
                unsure = True
                await asyncio.sleep(LOOK_S)
                continue
            if answer.status_code < 300:
                return told
            error = told.get("error", "")
            if error in again or (unsure and done and error == done):
                return told
            if answer.status_code not in NOT_NOW:
                self.journal.refused.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
                raise AssertionError(self.journal.refused[-1])
            unsure = True  # 'not now' says nothing of whether it was written
            await asyncio.sleep(LOOK_S)


async def _until(true: Callable[[], Awaitable[bool]]) -> None:
    while not await true():
        await asyncio.sleep(LOOK_S * 2)

"""The clerks and units of the demo: robots that accept, dispatch, handle, check, close and evaluate what the seats filed.

They work as the city's people would, over the case store's own API (``docs/case-store-api.md``), each in the lists of their role.
What the citizens say to a result is not theirs: that comes from the hotline, by call (``reply_robot.py``). The same seed, the same
returns and reworks.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

Row = dict[str, Any]
UNITS = ("思明区环境卫生中心(样例)", "湖里区城市管理行政执法局(样例)", "集美区市政维护中心(样例)")
LIMIT = {"value": 5, "unit": "work_day"}
"""Where the ticket has none."""
RETURNS, REWORKS = 0.25, 0.15
"""Shares of cases that a unit gives back once, and that are done again once."""
AWAY = (httpx.HTTPError, ValueError)


@dataclass(frozen=True, slots=True)
class Pace:
    look: float
    """Seconds between two looks at all lists."""
    most: int
    """Cases a look takes from one list."""
    lies: float = 0.0
    """Seconds a report lies before it is accepted: others may be calling about the same."""


MEASURED, OPEN = Pace(0.5, 20, 4.0), Pace(3.0, 2, 20.0)


@dataclass(slots=True)
class CaseRobots:
    """``client``: of the case store, with its secret."""

    client: httpx.AsyncClient
    seed: int
    pace: Pace
    say: Callable[[str, Row], None]
    """Hears of each command that was done, with the answer."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    """Aware."""
    units: set[str] = field(default_factory=lambda: set(UNITS))
    refusals: list[str] = field(default_factory=list)
    """What the case store refused: nothing is expected but that somebody was quicker."""

    async def run(self) -> None:
        """Until cancelled; a case store that is away is asked again."""
        while True:
            try:
                await self.look()
            except AWAY:
                pass  # away: the cases wait in their lists
            await asyncio.sleep(self.pace.look)

    async def look(self) -> int:
        """Once through all lists; how much was done."""
        done = 0
        for role, own_unit in (
            ("accepter", ""), ("checker", ""), ("dispatcher", ""), *(("unit_office", unit) for unit in sorted(self.units)),
            *(("unit_worker", unit) for unit in sorted(self.units)), ("judge", ""),
        ):  # fmt: skip
            asked = {"role": role, "own_unit": own_unit, "by": _name(role, own_unit), "most": str(self.pace.most)}
            answer = await self.client.get("/work", params=asked)
            for item in answer.raise_for_status().json()["items"]:
                if item["state"] == "reported" and self._age(item) < self.pace.lies:
                    continue
                if (wanted := self._wanted(role, item)) is not None:
                    done += await self._do(role, own_unit, item, *wanted)
        return done

    def _age(self, item: Row) -> float:
        """Seconds since it was filed."""
        return (self.clock() - datetime.fromisoformat(item["accepted_at"])).total_seconds()

    def _wanted(self, role: str, item: Row) -> tuple[str, Row] | None:
        """The next command for this case by this role; None: it waits for others."""
        chance = random.Random(f"{self.seed}/{item['title']}/{item['number'][-6:]}")  # noqa: S311 - a play
        gives_back, again = chance.random() < RETURNS, chance.random() < REWORKS
        unit, other = chance.sample(UNITS, 2)
        match role, item["state"]:
            case "accepter", "reported" | "returned_accepter":
                return "accept", {}
            case "accepter", "replied":
                return "close", {"condition": "问题已解决，现场已恢复"}
            case "dispatcher", "accepted":
                return "dispatch", {"unit": unit, "opinion": "请尽快现场处置"}
            case "dispatcher", "returned_dispatcher":
                return "dispatch", {"unit": other, "opinion": "改派"}
            case "dispatcher", "handled" if again and not item["reworks"]:
                return "rework", {"reason": "现场仍有遗留，请继续处置"}
            case "dispatcher", "handled":
                return "confirm", {}
            case "unit_office", "dispatched" if gives_back and not item["returns"] and not item["reworks"]:
                return "return", {"reason": "不属于本单位管养范围"}
            case "unit_office", "dispatched":
                return "assign", {"worker": _name("unit_worker", item["unit"])}
            case "unit_office", "work_done":
                return "finish", {"opinion": "已处置完毕"}
            case "unit_worker", "assigned":
                return "report", {"opinion": "现场已处置"}
            case "judge", "ruling":
                return "rule", {"unit": unit, "reason": "按属地管理审定"}
            case "judge", "supervision":
                return "send_back", {"reason": "诉求人反映未解决，请继续处置"}
            case "judge", "closed":
                return "evaluate", {"score": chance.choice((3, 4, 4, 5, 5))}
        return None

    async def _do(self, role: str, own_unit: str, item: Row, command: str, more: Row) -> int:
        key = f"{item['number']}/{item['turn']}/{command}"
        body = {
            "command": command, "role": role, "by": _name(role, own_unit), "own_unit": own_unit, "turn": item["turn"], "key": key,
        }  # fmt: skip
        answer = await self.client.post(f"/cases/{item['number']}/commands", json=body | more)
        if answer.status_code == 422 and "limit" in [one["field"] for one in answer.json()["fields"]]:
            answer = await self.client.post(f"/cases/{item['number']}/commands", json=body | more | {"limit": LIMIT})
        told = answer.json()
        if answer.status_code == 200:
            self.units.add(told["unit"] or UNITS[0])
            self.say(command, told)
            return 1
        if answer.status_code != 503 and told.get("error") not in ("moved", "other_state"):
            self.refusals.append(f"{item['number']} {command}: {told.get('message')}")
        return 0


def _name(role: str, own_unit: str) -> str:
    return f"{role}-{own_unit[:6]}" if own_unit else f"{role}-1"

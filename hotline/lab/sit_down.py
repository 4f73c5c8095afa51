"""Agents sit down at many seats of an instance, through its REST, and are ready for calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from .hotline_instance import HotlineInstance, InstanceError

AT_ONCE = 16


async def sit_down(stage: HotlineInstance, seats: Sequence[str], agents: Sequence[str]) -> None:
    """As many agents as seats, until each is ready, its telephone can be reached, and Asterisk knows. Raises InstanceError."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def sit(rest: Any, seat: str, agent: str) -> None:
        until = time.monotonic() + 60.0
        async with limit:
            while True:
                reply = await rest.post(f"/api/seats/{seat}/login", json={"agent": agent, "ready": True})
                if reply.status_code == 200:
                    return
                if time.monotonic() > until:
                    raise InstanceError(f"seat {seat} could not log in: {reply.text}")
                await asyncio.sleep(0.2)

    async with stage.rest() as rest:
        await asyncio.gather(*(sit(rest, seat, agent) for seat, agent in zip(seats, agents, strict=True)))
        until, wanted = time.monotonic() + 120.0, set(seats)
        while True:
            rows = [row for row in (await rest.get("/api/seats")).json() if row["seat"] in wanted]
            if all(row["state"] == "ready" and row["reachable"] for row in rows):
                break
            if time.monotonic() > until:
                raise InstanceError("not all seats are ready")
            await asyncio.sleep(0.5)
    await asyncio.sleep(len(seats) / 100 + 1.0)  # memberships are told to Asterisk at 100 a second

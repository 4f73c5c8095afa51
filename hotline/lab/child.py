"""A module run as a program of its own, so that what it costs is not the measured program's."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from typing import Any

from .hotline_instance import InstanceError


class Child:
    """JSON in, ``ready`` out, then a line for a line."""

    def __init__(self, module: str, told: dict[str, Any]) -> None:
        self._name, self._told = module, told
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, seconds: float) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._name,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26,
        )  # fmt: skip
        await self.ask(json.dumps(self._told), seconds)

    async def ask(self, line: str, seconds: float) -> Any:
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n".encode())
        await self.process.stdin.drain()
        async with asyncio.timeout(seconds):
            said = await self.process.stdout.readline()
        if not said:
            raise InstanceError(f"{self._name} ended")
        return said.decode().strip() if said.strip() == b"ready" else json.loads(said)

    async def close(self) -> None:
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()

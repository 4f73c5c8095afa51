"""The case store as a process, as the daemon runs it, on ports of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bridge.drivers.native import Native
from config import secrets
from config.file_places import Places
from config.read import parse
from config.settings import Settings
from hotline.lab.hotline_instance import shipped
from hotline.programs import case_store
from hotline.programs.case_store import CaseStoreProgram
from tests.ports import free_port

Change = Callable[[dict[str, Any]], None]
SECONDS = 60.0
"""So long a start may take on a machine at its limit."""


@dataclass
class Installation:
    """VAR with secrets, and settings that a test may change."""

    places: Places
    table: dict[str, Any] = field(default_factory=shipped)

    @property
    def settings(self) -> Settings:
        return parse(self.table)

    @property
    def port(self) -> int:
        return int(self.table["ports"]["casestore"])

    @property
    def secret(self) -> str:
        return secrets.value(self.places.secrets / secrets.CASESTORE)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def program(self) -> CaseStoreProgram:
        made = case_store.program_of(self.settings, self.places)
        assert made is not None
        return made

    def log(self) -> str:
        return (self.places.logs / case_store.LOG).read_text(encoding="utf-8")

    @asynccontextmanager
    async def driver(self, port: int | None = None) -> AsyncIterator[Native]:
        made = Native(f"http://127.0.0.1:{port or self.port}", self.secret)
        try:
            yield made
        finally:
            await made.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[CaseStoreProgram]:
        """Started (or adopted) and taking messages; ended afterwards."""
        program = self.program()
        await program.start()
        try:
            await program.settled(SECONDS)
            assert not program.away, program.away
            yield program
        finally:
            await program.stop()

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", headers=self.headers, timeout=30)


def installation(var: Path) -> Installation:
    places = Places(var)
    places.make()
    made = Installation(places)
    made.table["ports"]["casestore"] = free_port()
    secrets.ensure(places.secrets, secrets.names(made.settings))
    return made

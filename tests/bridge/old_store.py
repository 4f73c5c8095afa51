"""An old case store for tests: it knows a title, a text, open and closed; the same form again is another case."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.case_state import CaseState
from bridge.drivers import CaseStore
from bridge.drivers.old import Old, Wire

from .http_server import HttpServer, Reply, Request
from .http_store_rig import HttpStoreRig, rig_of

if TYPE_CHECKING:
    from .rigs import Rig


@dataclass
class OldStore:
    rows: list[dict[str, Any]] = field(default_factory=list)
    losing: int = 0
    key: str = "k" * 20

    async def answers(self, request: Request) -> Reply | None:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return Reply(403, "no")
        if request.method == "GET":
            return Reply(200, json.dumps(self.rows))
        said = request.form
        if not said.get("title"):
            return Reply(422, "title is empty", "text/plain")
        number = f"A{len(self.rows):06}"
        now = datetime.now(UTC).isoformat()
        self.rows.append({"id": said["id"], "number": number, "status": "open", "changed": now})
        if self.losing > 0:
            self.losing -= 1
            return None
        return Reply(201, json.dumps({"number": number}))


class OldRig(HttpStoreRig):
    states = (CaseState.CHECKED, CaseState.FILED, CaseState.CHECKED)
    history = False

    def __init__(self, store: OldStore, server: HttpServer) -> None:
        super().__init__(store, server)
        made = Old(Wire(server.url, store.key, seconds=5.0), poll=0, settle=0.3)
        made.store.born = datetime(2000, 1, 1, tzinfo=UTC)
        self.driver: CaseStore = made
        self.close = made.close

    async def keys(self) -> list[str]:
        return [row["id"] for row in self.store.rows]

    async def move(self, key: str, state: CaseState) -> None:
        row = next(row for row in self.store.rows if row["id"] == key)
        row |= {"status": "closed" if state is CaseState.CHECKED else "open", "changed": datetime.now(UTC).isoformat()}


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    async with rig_of(OldStore(), OldRig) as made:
        yield made

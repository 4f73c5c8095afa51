"""A case store for tests that is told by signed webhooks: it checks each signature, knows each key once, and is asked for events."""

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
from bridge.drivers.webhook import Webhook
from bridge.webhook_signature import refusal

from .http_server import HttpServer, Reply, Request
from .http_store_rig import HttpStoreRig, rig_of

if TYPE_CHECKING:
    from .rigs import Rig

KEY = b"0123456789abcdef-webhook"


@dataclass
class WebhookStore:
    keys: list[bytes] = field(default_factory=lambda: [KEY])
    cases: dict[str, dict[str, str]] = field(default_factory=dict)
    receipts: dict[str, dict[str, str]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    losing: int = 0
    offers_events: bool = True

    async def answers(self, request: Request) -> Reply | None:
        if (why := refusal(self.keys, request.headers, request.body, datetime.now(UTC))) is not None:
            return Reply(401, json.dumps({"message": f"signature {why}"}))
        told = json.loads(request.body)
        self.told.append(told)
        data = told["data"]
        match told["type"]:
            case "case.lookup":
                found = self.receipts.get(data["key"])
                return Reply(200, json.dumps(found)) if found else Reply(404, '{"error": "not_found"}')
            case "case.events":
                return self._events(data["after"], data["most"])
        return self._message(data)

    def _message(self, data: dict[str, Any]) -> Reply | None:
        if (known := self.receipts.get(data["key"])) is None:
            if data["kind"] == "file":
                if not data["ticket"]["title"]:
                    return Reply(422, json.dumps({"message": "title: is empty"}))
                known = {"number": f"W{len(self.cases):06}", "query_code": "12345678"}
                self.cases[data["key"]] = known
                self._event(data["key"], CaseState.FILED)
            else:
                known = self.cases[data["stream"]]
            self.receipts[data["key"]] = known
        if self.losing > 0 and data["kind"] == "file":
            self.losing -= 1
            return None
        return Reply(200, json.dumps(known))

    def _event(self, key: str, state: CaseState) -> None:
        sequence = sum(event["key"] == key for event in self.events) + 1
        self.events.append({
            "key": key, "number": self.cases[key]["number"], "sequence": sequence, "state": state,
            "at": datetime.now(UTC).isoformat(), "word": "", "unit": "", "note": "",
        })  # fmt: skip

    def _events(self, mark: str, most: int) -> Reply:
        if not self.offers_events:
            return Reply(404, '{"error": "not_offered"}')
        place, _colon, life = mark.partition("@")
        since = int(place) if life == "one" and place.isascii() and place.isdigit() else 0
        told = self.events[since : since + most]
        here = f"{since + len(told)}@one"
        return Reply(200, json.dumps({"events": told, "mark": here, "more": since + most < len(self.events)}))


class WebhookRig(HttpStoreRig):
    states = (CaseState.DISPATCHED, CaseState.HANDLED, CaseState.CLOSED)
    history = True

    def __init__(self, store: WebhookStore, server: HttpServer) -> None:
        super().__init__(store, server)
        made = Webhook(server.url, lambda: [KEY], seconds=5.0)
        self.driver: CaseStore = made
        self.close = made.close

    async def keys(self) -> list[str]:
        return list(self.store.cases)

    async def move(self, key: str, state: CaseState) -> None:
        self.store._event(key, state)


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    async with rig_of(WebhookStore(), WebhookRig) as made:
        yield made

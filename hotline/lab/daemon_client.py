"""The daemon's REST as the robots use it: a thin client that turns a refusal into an exception."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

Row = dict[str, Any]


class RestRefused(RuntimeError):
    """The daemon said no. ``status`` is HTTP's, ``said`` its JSON."""

    def __init__(self, what: str, status: int, said: object) -> None:
        super().__init__(f"{what}: {status} {said}")
        self.status, self.said = status, said


class Rest:
    """One client for all robots; give it an ``httpx.AsyncClient`` that carries the token."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def seats(self) -> list[Row]:
        return await self._rows("/api/seats")

    async def live_calls(self) -> list[Row]:
        return await self._rows("/api/calls/live")

    async def login(self, seat: str, agent: str) -> None:
        """The agent sits down, ready for calls."""
        await self._post(f"/api/seats/{seat}/login", {"agent": agent, "ready": True})

    async def verb(self, seat: str, verb: str, **words: str) -> None:
        """One of the seat's verbs: logout, ready, pause, transfer, transfer/complete, hold, dial …"""
        await self._post(f"/api/seats/{seat}/{verb}", words)

    async def file_ticket(self, call: str, fields: Row, *, seat: str = "") -> Row:
        return await self._post(f"/api/calls/{call}/tickets" + (f"?seat={seat}" if seat else ""), fields)

    async def dispose(self, call: str, outcome: str, **words: str) -> Row:
        return await self._post(f"/api/calls/{call}/disposition", {"outcome": outcome, **words})

    async def repeats(self, call: str, typed: Row) -> list[Row]:
        """Earlier tickets that may be of the matter that is ``typed`` in this call, the likeliest first."""
        told = await self._read(f"/api/calls/{call}/repeats", {"X-Hotline-Matter": quote(json.dumps(typed), safe="")})
        found: list[Row] = told
        return found

    async def merge(self, ticket: str, number: str) -> None:
        """It goes on within the case of this number."""
        path, named = f"/api/tickets/{ticket}/merge", {"Idempotency-Key": f"merge-{ticket}"}
        self._said(path, await self._client.post(path, json={"into": number}, headers=named))

    async def call_of(self, seat: str) -> str:
        """The call this seat is in, or ''."""
        return next((str(row.get("call") or "") for row in await self.seats() if row["seat"] == seat), "")

    async def callbacks(self, kind: str) -> list[Row]:
        """Those that are due now."""
        return await self._rows(f"/api/callbacks?due=true&kind={kind}")

    async def post(self, path: str, words: Row) -> Row:
        """What has no method of its own here."""
        return await self._post(path, words)

    async def delete(self, path: str) -> None:
        reply = await self._client.delete(path)
        if reply.status_code >= 300:
            raise RestRefused(f"DELETE {path}", reply.status_code, reply.text[:300])

    async def _rows(self, path: str) -> list[Row]:
        told = await self._read(path)
        rows: list[Row] = told if isinstance(told, list) else next(v for v in told.values() if isinstance(v, list))
        return rows

    async def _read(self, path: str, headers: Mapping[str, str] | None = None) -> Any:
        reply = await self._client.get(path, headers=headers)
        if reply.status_code != 200:
            raise RestRefused(f"GET {path}", reply.status_code, reply.text[:300])
        return reply.json()

    async def _post(self, path: str, body: Row) -> Row:
        return self._said(path, await self._client.post(path, json=body))

    def _said(self, path: str, reply: httpx.Response) -> Row:
        if reply.status_code >= 300:
            raise RestRefused(f"POST {path}", reply.status_code, reply.text[:300])
        told = reply.json() if reply.content else {}
        return told if isinstance(told, dict) else {}

"""A city's GeoReport v2 server for tests, with the habits that such servers have: each a switch (``Habits``)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from bridge.case_state import CaseState
from bridge.case_store_messages import Message, filing
from bridge.case_store_without_idempotency import key_in
from bridge.drivers import CaseStore
from bridge.drivers.open311 import Open311, Way
from bridge.ticket import Place, Ticket

from .http_server import HttpServer, Reply, Request, serving

if TYPE_CHECKING:
    from .rigs import Rig

KEY = "0123456789abcdef-city"
PAGE = "<!DOCTYPE html><html><body><h1>Service unavailable</h1></body></html>"


@dataclass
class Habits:
    """All off: as the standard says."""

    single_as_object: bool = False
    wrapped: bool = False
    cap: int = 1000
    pages: bool = False
    refuses_zone: bool = False
    html_answers: int = 0
    """So many POSTs are taken and answered with a page and status 200."""
    token_for: int = 0
    """So many questions about a token are answered without an id."""
    tokens: bool = False
    visible_after: float = 0.0
    """Seconds until a case is in the list."""
    loose_types: bool = False
    broken_json: bool = False
    wants_email: bool = False
    refuses_empty: bool = True
    moved_from: str = ""
    wants_key_to_read: bool = False
    broken_dates: bool = False
    error_as: str = "list"
    """list, object, text, wrapped."""


@dataclass
class City:
    habits: Habits = field(default_factory=Habits)
    rows: list[dict[str, Any]] = field(default_factory=list)
    posts: list[dict[str, str]] = field(default_factory=list)
    gets: list[Request] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    losing: int = 0

    # -- what the test does ---------------------------------------------------------------

    def add(self, description: str, at: datetime, **more: Any) -> dict[str, Any]:
        row = {
            "service_request_id": str(4000 + len(self.rows)), "status": "open", "service_code": "001",
            "service_name": "道路", "description": description, "requested_datetime": at, "updated_datetime": at,
            "address": "湖滨南路", "lat": 24.48, "long": 118.09, "media_url": None, "shown": at, **more,
        }  # fmt: skip
        self.rows.append(row)
        return row

    def of(self, key: str) -> dict[str, Any]:
        return next(row for row in self.rows if key_in(row["description"]) == key)

    def keys(self) -> list[str]:
        return [key for row in self.rows if (key := key_in(row["description"]))]

    def move(self, key: str, status: str) -> None:
        row = self.of(key)
        row["status"] = status
        row["updated_datetime"] = max(datetime.now(UTC), row["updated_datetime"] + timedelta(milliseconds=1))

    # -- what it answers --------------------------------------------------------------------

    async def answers(self, request: Request) -> Reply | None:
        habits = self.habits
        path = request.path
        if habits.moved_from and path.startswith(habits.moved_from):
            return Reply(301, "", headers={"location": "/v2" + path.removeprefix(habits.moved_from)})
        stem, _dot, form = path.removeprefix("/v2").rpartition(".")
        if request.method == "POST":
            return self._post(request, form)
        self.gets.append(request)
        if path.startswith("/discovery"):
            return self._told(DISCOVERY, form, "discovery")
        if habits.wants_key_to_read and request.query.get("api_key") != KEY:
            return self._error(403, "the key is missing", form)
        if "" in request.query.values() and habits.refuses_empty:
            return self._error(400, "an empty argument", form)
        if stem.startswith("/tokens/"):
            if habits.token_for > 0:
                habits.token_for -= 1
                return self._told([{"token": stem.removeprefix("/tokens/")}], form, "service_requests", "request")
            row = self.rows[int(stem.rpartition("-")[2])]
            return self._told(
                [{"service_request_id": row["service_request_id"], "token": stem[8:]}],
                form,
                "service_requests",
                "request",
            )
        if stem == "/requests":
            return self._list(request, form)
        return self._error(404, "no such thing", form)

    def _post(self, request: Request, form: str) -> Reply | None:
        said, habits = request.form, self.habits
        self.posts.append(said)
        if said.get("api_key") != KEY:
            return self._error(403, "the key is wrong", form)
        if "" in said.values():
            return self._error(400, "an empty argument", form)
        if said.get("service_code") != "001":
            return self._error(404, "no such service_code", form)
        if not said.get("address_string") and not said.get("lat"):
            return self._error(400, "where is it?", form)
        if habits.wants_email and not said.get("email"):
            return self._error(400, "email is wanted", form)
        at = datetime.now(UTC)
        row = self.add(said["description"], at, shown=at + timedelta(seconds=habits.visible_after))
        if self.losing > 0:
            self.losing -= 1
            return None
        if habits.html_answers > 0:
            habits.html_answers -= 1
            return Reply(200, PAGE, "text/html")
        if habits.tokens:
            return self._told([{"token": f"t-{len(self.rows) - 1}"}], form, "service_requests", "request")
        return self._told([{"service_request_id": row["service_request_id"]}], form, "service_requests", "request")

    def _list(self, request: Request, form: str) -> Reply:
        habits, query = self.habits, request.query
        start, end = query.get("start_date", ""), query.get("end_date", "")
        if habits.refuses_zone and start.endswith("Z"):
            return self._error(400, "start_date: no zone please", form)
        first, last = (datetime.fromisoformat(text) for text in (start, end))
        first, last = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in (first, last))
        now = datetime.now(UTC)
        found = [row for row in self.rows if first <= row["requested_datetime"] <= last and row["shown"] <= now]
        if habits.pages:
            page = int(query.get("page", "1")) - 1
            found = found[page * habits.cap :]
        return self._told([self._shown(row) for row in found[: habits.cap]], form, "service_requests", "request")

    def _shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        made = {name: value for name, value in row.items() if name != "shown"}
        for name in ("requested_datetime", "updated_datetime"):
            made[name] = made[name].isoformat()
        if self.habits.loose_types:
            made |= {
                "service_request_id": int(made["service_request_id"]),
                "service_code": 1,
                "lat": "24.48",
                "media_url": "",
            }
        if self.habits.broken_dates:
            made |= {"updated_datetime": "2001-01-01T00:00:00Z"}
            del made["lat"], made["long"]
        return made

    def _error(self, status: int, words: str, form: str) -> Reply:
        one = {"code": str(status), "description": words}
        match self.habits.error_as:
            case "text":
                return Reply(status, words, "text/plain")
            case "object":
                return Reply(status, json.dumps(one))
            case "wrapped":
                return Reply(status, json.dumps({"errors": {"error": [one]}}))
        return self._told([one], form, "errors", "error", status)

    def _told(self, value: Any, form: str, root: str, item: str = "", status: int = 200) -> Reply:
        if self.habits.single_as_object and isinstance(value, list) and len(value) == 1:
            value, item = value[0], ""
        if form == "xml":
            return Reply(status, f'<?xml version="1.0" encoding="utf-8"?>{_xml(value, root, item)}', "text/xml")
        if self.habits.wrapped:
            value = {root: value}
        text = json.dumps(value)
        return Reply(status, text[:-1] + ",}" if self.habits.broken_json else text)


DISCOVERY = {
    "changeset": "2026-01-01T00:00:00Z", "contact": "-",
    "endpoints": {"endpoint": [
        {"specification": "http://wiki.open311.org/GeoReport_v1", "url": "/v1", "type": "production",
         "formats": {"format": ["text/xml"]}},
        {"specification": "http://wiki.open311.org/GeoReport_v2", "url": "/test", "type": "test",
         "formats": {"format": ["text/xml"]}},
        {"specification": "http://wiki.open311.org/GeoReport_v2", "url": "/v2", "type": "production",
         "formats": {"format": "text/xml"}},
    ]},
}  # fmt: skip


def _xml(value: Any, name: str, item: str = "") -> str:
    if isinstance(value, list):
        inner = "".join(_xml(one, item or name) for one in value)
        return f"<{name}>{inner}</{name}>" if item else inner
    if isinstance(value, dict):
        return f"<{name}>{''.join(_xml(one, key) for key, one in value.items())}</{name}>"
    return f"<{name}>{escape('' if value is None else str(value))}</{name}>"


def way(server: HttpServer, **more: Any) -> Way:
    said: dict[str, Any] = {
        "url": f"{server.url}/v2", "key": KEY, "service": "001", "services": {"refused": "nope"}, "seconds": 5.0,
    }  # fmt: skip
    return Way(**said | more)


@asynccontextmanager
async def city_with(habits: Habits | None = None) -> AsyncIterator[tuple[City, HttpServer]]:
    city = City(habits or Habits())
    async with serving(city.answers) as server:
        yield city, server


def placed(one: Ticket) -> Ticket:
    return replace(one, place=Place(address_text="湖滨南路 12 号"))


class GeoReportRig:
    states = (CaseState.HANDLING, CaseState.HANDLED, CaseState.CHECKED)
    history = False
    _WORDS: Mapping[CaseState, str] = {
        CaseState.HANDLING: "in_progress", CaseState.HANDLED: "fixed", CaseState.CHECKED: "closed",
    }  # fmt: skip

    def __init__(self, city: City, server: HttpServer) -> None:
        self.city, self.server = city, server
        made = Open311(way(server, address="厦门市"), poll=0, settle=0.3)
        made.store.born = datetime(2000, 1, 1, tzinfo=UTC)
        self.driver: CaseStore = made
        self.close = made.close

    async def keys(self) -> list[str]:
        return self.city.keys()

    def refused(self, ticket: Ticket) -> Message:
        return filing(replace(ticket, kind="refused"))

    def lose_answers(self, count: int) -> None:
        self.city.losing = count

    def away(self) -> AbstractAsyncContextManager[None]:
        return self.server.away()

    async def move(self, key: str, state: CaseState) -> None:
        self.city.move(key, self._WORDS[state])

    async def restart(self) -> None:
        async with self.server.away():
            pass


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    async with city_with() as (city, server):
        made = GeoReportRig(city, server)
        try:
            yield made
        finally:
            await made.close()

"""Driver of the case store that comes with us: its native API over HTTP on loopback.

What it calls wrong is a refusal; whatever else is no clear yes is 'no answer', and asked again.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import httpx
import structlog

from bridge.case_state import CaseState
from bridge.case_store_messages import Message, MessageKind
from bridge.ticket import Ticket
from bridge.ticket_json import load, plain

from . import CaseEvent, Heard, Receipt, Rejected, Unreachable

log = structlog.get_logger("casestore")

STATES: dict[str, CaseState] = {
    "reported": CaseState.FILED,
    "accepted": CaseState.FILED,
    "returned_accepter": CaseState.FILED,
    "returned_dispatcher": CaseState.FILED,
    "ruling": CaseState.FILED,
    "supervision": CaseState.FILED,
    "returned_seat": CaseState.RETURNED,
    "dispatched": CaseState.DISPATCHED,
    "assigned": CaseState.HANDLING,
    "work_done": CaseState.HANDLING,
    "suspended": CaseState.SUSPENDED,
    "handled": CaseState.HANDLED,
    "confirmed": CaseState.CHECKED,
    "replied": CaseState.CHECKED,
    "closed": CaseState.CLOSED,
    "evaluated": CaseState.CLOSED,
    "voided": CaseState.VOIDED,
}
"""Of the store's finer states. A merged case is told in its parent's."""
MOVED = "moved"
REFUSALS = frozenset({400, 409, 413, 422})
"""The message itself is wrong: the same again would be."""
SECONDS = 10.0


class Native:
    """:param url: where it listens, ``http://127.0.0.1:PORT``; ``client``: another way to it (tests)."""

    carries = frozenset(MessageKind)

    def __init__(self, url: str, secret: str, client: httpx.AsyncClient | None = None) -> None:
        self._client = client or httpx.AsyncClient(timeout=SECONDS, trust_env=False, verify=False)  # noqa: S501 - plain HTTP on loopback
        self._url, self._headers = url, {"Authorization": f"Bearer {secret}"}

    async def close(self) -> None:
        await self._client.aclose()

    async def find(self, key: str) -> Receipt | Unreachable | None:
        answer = await self._ask("GET", "/messages", params={"key": key})
        if isinstance(answer, Unreachable):
            return answer
        if answer.status_code == 404 and _said(answer).get("error") == "not_found":
            return None
        return _receipt(answer)

    async def deliver(self, message: Message) -> Receipt | Rejected | Unreachable:
        filing = message.kind is MessageKind.FILE
        what = {"ticket": plain(message.ticket)} if filing else {"payload": dict(message.payload)}
        body = {"id": message.id, "stream": message.stream, "kind": message.kind, "key": message.key} | what
        answer = await self._ask("POST", "/messages", json=body)
        if isinstance(answer, Unreachable):
            return answer
        if answer.status_code in REFUSALS and (why := _said(answer).get("message")):
            return Rejected(str(why)[:500])
        return _receipt(answer)

    async def hear(self, mark: str, most: int) -> Heard | Unreachable:
        answer = await self._ask("GET", "/events", params={"after": mark, "most": most})
        if isinstance(answer, Unreachable):
            return answer
        try:
            told = answer.raise_for_status().json()
            events = tuple(_event(one) for one in told["events"] if _is_told(one))
            return Heard(events, str(told["mark"]), bool(told["more"]))
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
            return _unclear(answer, fault)

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response | Unreachable:
        try:
            return await self._client.request(method, self._url + path, headers=self._headers, **more)
        except httpx.HTTPError as fault:
            return Unreachable(f"{type(fault).__name__}: {fault}"[:300])


def _receipt(answer: httpx.Response) -> Receipt | Unreachable:
    try:
        told = answer.raise_for_status().json()
        number, code = told["number"], told["query_code"]
        if not (isinstance(number, str) and number and isinstance(code, str)):
            raise ValueError("no case number")
        return Receipt(number, code)
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
        return _unclear(answer, fault)


def _is_told(one: dict[str, Any]) -> bool:
    """A result to be told to the citizen is told once: what happens beside it, and the reply itself, open no other call."""
    state = STATES.get(one["state"])
    return state is not None and (
        state is not CaseState.CHECKED or (one["kind"] == MOVED and one["state"] == "confirmed")
    )


def _event(told: dict[str, Any]) -> CaseEvent:
    return CaseEvent(
        str(told["key"]), str(told["number"]), int(told["turn"]), STATES[told["state"]],
        datetime.fromisoformat(told["at"]), str(told["state_word"]), str(told["unit"]), str(told["note"]),
        query_code=str(told["query_code"]), filed=_filed(told.get("ticket")),
    )  # fmt: skip


def _filed(told: Any) -> Ticket | None:
    """None, too, where it cannot be read: its case is then the store's alone, and holds nobody up."""
    if not isinstance(told, dict):
        return None
    try:
        return load(json.dumps(told))
    except (KeyError, TypeError, ValueError, AttributeError):
        log.exception("what another program filed cannot be read", ticket=str(told.get("id"))[:26])
        return None


def _unclear(answer: httpx.Response, fault: Exception) -> Unreachable:
    """What the store said of itself, or else what was wrong with its answer."""
    said = _said(answer).get("message") if answer.is_error else f"{type(fault).__name__}: {fault}"
    return Unreachable(f"HTTP {answer.status_code}: {said or answer.reason_phrase}"[:300])


def _said(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}

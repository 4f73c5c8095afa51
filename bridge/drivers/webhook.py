"""Driver of a case store behind one address of its own, which is told by signed webhooks (Standard Webhooks) and answers them.

Each POST is a JSON object ``{"type", "timestamp", "data"}`` with the three ``webhook-*`` headers (``webhook_signature.py``):

| type | data | answer |
|---|---|---|
| ``case.message`` | id, stream, kind, key, ticket (``file`` only), payload | 200 ``{number, query_code}``; 400, 409, 413, 422 ``{message}``: wrong |
| ``case.lookup`` | key | the receipt of that key; 404 ``{"error": "not_found"}``: not taken |
| ``case.events`` | after, most | ``{events, mark, more}`` as of our own store; 404 ``{"error": "not_offered"}``: it only calls back |

The same key again, under whichever ``webhook-id``, is answered as the first time: that is what the other side must keep.
What becomes of cases is called back to ``POST /api/case-events``, and asked for where the other side offers that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from bridge.case_state import CaseState
from bridge.case_store_messages import Message, MessageKind
from bridge.http_answer import Answer, asked, client_for
from bridge.ticket_json import plain
from bridge.webhook_signature import signed

from . import CaseEvent, Heard, Receipt, Rejected, Unreachable

SECONDS = 30.0
REFUSALS = frozenset({400, 409, 413, 422})
EVENTS_MOST = 500


class Webhook:
    """:param keys: gives the keys to sign with, the newest first: both while one is changed for another."""

    carries = frozenset(MessageKind)

    def __init__(
        self, url: str, keys: Callable[[], Sequence[bytes]], seconds: float = SECONDS,
        client: httpx.AsyncClient | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._url, self._keys, self._clock = url, keys, clock
        self._client = client or client_for(seconds)

    async def close(self) -> None:
        await self._client.aclose()

    async def find(self, key: str) -> Receipt | Unreachable | None:
        answer = await self._say("case.lookup", f"lookup:{key}:{self._clock().timestamp():.6f}", {"key": key})
        if isinstance(answer, Unreachable):
            return answer
        if answer.status == 404 and _said(answer).get("error") == "not_found":
            return None
        return _receipt(answer)

    async def deliver(self, message: Message) -> Receipt | Rejected | Unreachable:
        said: dict[str, Any] = {
            "id": message.id, "stream": message.stream, "kind": str(message.kind), "key": message.key,
            "payload": dict(message.payload),
        }  # fmt: skip
        if message.kind is MessageKind.FILE:
            said["ticket"] = plain(message.ticket)
        answer = await self._say("case.message", message.key, said)
        if isinstance(answer, Unreachable):
            return answer
        if answer.status in REFUSALS and (why := _said(answer).get("message")):
            return Rejected(str(why)[:500])
        return _receipt(answer)

    async def hear(self, mark: str, most: int) -> Heard | Unreachable:
        moment = f"events:{mark}:{self._clock().timestamp():.6f}"
        answer = await self._say("case.events", moment, {"after": mark, "most": most})
        if isinstance(answer, Unreachable):
            return answer
        if answer.status == 404 and _said(answer).get("error") == "not_offered":
            return Heard((), mark)
        told = _said(answer)
        try:
            if not answer.good:
                raise ValueError("no events")
            events = tuple(event(one) for one in told["events"])
            return Heard(events, str(told["mark"])[:200], bool(told["more"]))
        except (ValueError, KeyError, TypeError, OverflowError):
            return _unclear(answer)

    async def _say(self, kind: str, name: str, data: Mapping[str, Any]) -> Answer | Unreachable:
        now = self._clock()
        told = {"type": kind, "timestamp": now.astimezone(UTC).isoformat(), "data": data}
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        ident = "msg_" + hashlib.sha256(name.encode()).hexdigest()[:40]
        headers = {**signed(self._keys(), ident, now, body), "content-type": "application/json"}
        return await asked(self._client, "POST", self._url, content=body, headers=headers)


def event(told: Any) -> CaseEvent:
    """One event as it is called back or asked for. Raises ValueError, KeyError, TypeError, OverflowError: it is none."""
    sequence, at = told["sequence"], datetime.fromisoformat(told["at"])
    if isinstance(sequence, bool) or not isinstance(sequence, int) or not 0 < sequence < 1 << 62:
        raise ValueError("sequence: a number from 1 is wanted")
    if at.tzinfo is None:
        raise ValueError("at: a zone is wanted")
    texts = {name: told.get(name, "") for name in ("word", "unit", "note", "query_code")}
    if not all(isinstance(text, str) for text in (told["key"], told["number"], *texts.values())) or not told["number"]:
        raise ValueError("texts are wanted")
    return CaseEvent(
        told["key"][:200], told["number"][:40], sequence, CaseState(told["state"]), at.astimezone(UTC),
        texts["word"][:80], texts["unit"][:200], texts["note"][:2000], query_code=texts["query_code"][:40],
    )  # fmt: skip


def _receipt(answer: Answer) -> Receipt | Unreachable:
    told = _said(answer)
    number, code = told.get("number"), told.get("query_code", "")
    if answer.good and isinstance(number, str) and 0 < len(number) <= 40 and isinstance(code, str) and len(code) <= 40:
        return Receipt(number, code)
    return _unclear(answer)


def _unclear(answer: Answer) -> Unreachable:
    why = _said(answer).get("message", "") if not answer.good else "no answer of this kind"
    return Unreachable(f"HTTP {answer.status}: {why}".rstrip(": ")[:300])


def _said(answer: Answer) -> dict[str, Any]:
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}

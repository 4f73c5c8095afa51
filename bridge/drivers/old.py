"""Driver of an old case store that only knows open and closed: a form to make a case by, and a list of them.

``POST URL/cases`` with the form fields id, title, text, kind, address, answered with ``{"number": "…"}``; what it calls wrong
is 400 or 422 with words. ``GET URL/cases?since=YYYY-MM-DD`` answers ``[{"id", "number", "status": "open"|"closed",
"changed"}]``. It neither knows an id twice nor says what happened in between, so ``ListedStore`` asks before it posts. A case
it closes has a result to tell the citizen: it is over here when they have been told.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, tzinfo

import httpx

from bridge.case_state import CaseState
from bridge.case_store_messages import Message
from bridge.case_store_without_idempotency import ListedDriver, Pending, Piece
from bridge.georeport import moment
from bridge.http_answer import asked, client_for
from bridge.seen_cases import Shown

from . import Rejected, Unreachable

SECONDS = 30.0
STATES = {"open": CaseState.FILED, "closed": CaseState.CHECKED}


class Wire:
    """``listed_store.Lister``. :param key: said as ``Authorization: Bearer``; '' none."""

    def __init__(
        self, url: str, key: str, zone: tzinfo = UTC, seconds: float = SECONDS, client: httpx.AsyncClient | None = None
    ) -> None:
        self._url, self._zone = url.rstrip("/"), zone
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = client or client_for(seconds)

    async def close(self) -> None:
        await self._client.aclose()

    async def listed(self, since: datetime, until: datetime | None) -> AsyncIterator[Piece | Unreachable]:
        """Its list has no end to name: it comes in one piece."""
        found = await self._listed(since)
        yield found if isinstance(found, Unreachable) else Piece(found, until or datetime.now(UTC))

    async def _listed(self, since: datetime) -> list[Shown] | Unreachable:
        day = {"since": f"{since.astimezone(self._zone):%Y-%m-%d}"}
        answer = await asked(self._client, "GET", f"{self._url}/cases", params=day, headers=self._headers)
        if isinstance(answer, Unreachable):
            return answer
        if not answer.good:
            return Unreachable(f"HTTP {answer.status}")
        try:
            found = [self._shown(row) for row in json.loads(answer.body)]
        except (ValueError, TypeError, AttributeError, RecursionError):
            return Unreachable(f"HTTP {answer.status}: its list of cases cannot be read")
        return [row for row in found if row.key and 0 < len(row.number) <= 60]

    def _shown(self, row: dict[str, object]) -> Shown:
        word = str(row.get("status") or "")
        state = STATES.get(word.strip().lower(), CaseState.FILED)
        changed = moment(str(row.get("changed") or ""), self._zone)
        return Shown(str(row.get("id") or ""), str(row.get("number") or ""), state, changed, word)

    async def post(self, message: Message) -> str | Rejected | Unreachable | Pending:
        ticket = message.ticket
        form = {
            "id": message.key, "title": ticket.title, "text": ticket.content, "kind": ticket.kind,
            "address": ticket.place.address_std or ticket.place.address_text,
        }  # fmt: skip
        answer = await asked(
            self._client, "POST", f"{self._url}/cases", data=form, headers=self._headers, unsent_is_silent=False
        )
        if isinstance(answer, Unreachable):
            return answer
        if answer.status in (400, 413, 422):
            return Rejected(f"HTTP {answer.status}: {_words(answer.body)}".rstrip(": "))
        if answer.status in (401, 403):
            return Unreachable(f"HTTP {answer.status}: the key is refused", silent=False)
        try:
            number = json.loads(answer.body)["number"] if answer.good else None
        except (ValueError, TypeError, KeyError, RecursionError):
            number = None
        if isinstance(number, str | int) and 0 < len(str(number)) <= 60:
            return str(number)
        return Unreachable(f"HTTP {answer.status} without a case number: perhaps made")


class Old(ListedDriver):
    no_kind = "this store takes no message of kind"


def _words(body: bytes) -> str:
    text = body[:300].decode("utf-8", "replace").strip()
    return "" if text.startswith("<") else text

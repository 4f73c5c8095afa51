"""Tickets for tests."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from bridge.ticket import CallFacts, Ticket, ticket_id
from cti.ids import CallId

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)


def ticket(n: int = 1, at: datetime = NOON, **fields: Any) -> Ticket:
    call = CallId(f"xm1-1790000000.{n}")
    plain: dict[str, Any] = {
        "id": ticket_id(at, os.urandom(10)), "key": f"{call}/1", "filed_at": at, "agent": "1001", "seat": "8001",
        "channel": "phone", "line": "citizen", "kind": "complaint", "title": f"湖滨南路积水 {n}",
        "content": "路口积水没过脚踝，行人无法通行。", "facts": CallFacts(call),
    }  # fmt: skip
    return Ticket(**plain | fields)

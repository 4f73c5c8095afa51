"""A small true ledger, row by row, for tests of what reads it; each test then makes one thing wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ledger import tables as t
from ledger.audit_log import AuditLog
from ledger.store import Store

BEGAN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NOW = BEGAN + timedelta(hours=2)

ANSWERED, MISSED, DIRECT, OPEN, REFUSED, OUT = "xm1-1.1", "xm1-2.2", "xm1-3.3", "xm1-4.4", "xm1-5.5", "xm1-6.6"


def after(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def call(number: str, at: float, **more: Any) -> dict[str, Any]:
    return {
        "call_id": number,
        "node": "xm1",
        "direction": "inbound",
        "line": "citizen",
        "trunk": "telecom",
        "number": "12319",
        "caller": "13806010001",
        "caller_name": "王小明",
        "dialled": "12319",
        "arrived_at": after(at),
        "state": "closed",
        **more,
    }


def talked(number: str, at: float, seat: str, talk: float, wait: float = 5.0, **more: Any) -> dict[str, Any]:
    """Picked up at once, notice of 10 s, queued ``wait``, talked."""
    moments = {"answered_at": 0, "notice_at": 0, "queued_at": 10, "talk_began_at": 10 + wait}
    ends = {"talk_ended_at": 10 + wait + talk, "ended_at": 10 + wait + talk}
    return call(
        number,
        at,
        **{name: after(at + seconds) for name, seconds in (moments | ends).items()},
        queue="mandarin",
        queue_result="answered",
        seat=seat,
        agent="1001",
        talk_seconds=talk,
        wait_seconds=wait,
        ring_seconds=2.0,
        offers=1,
        ended_by="caller",
        **more,
    )


ROWS: list[tuple[sa.Table, list[dict[str, Any]]]] = [
    (t.calls, [
        talked(ANSWERED, 0, "8001", 60.0),
        call(MISSED, 100, answered_at=after(100), queued_at=after(110), ended_at=after(113), ended_by="caller",
             queue="mandarin", queue_result="abandoned", wait_seconds=3.0, caller="13806010002", line="partner",
             origin="05925550000", partner="12345"),
        talked(DIRECT, 200, "8001", 30.0, wait=20.0),
        call(OPEN, 7100, state="open", answered_at=after(7100)),
        call(REFUSED, 400, refusal="closed", ended_at=after(404), ended_by="caller", short_abandon=True),
        call(OUT, 500, direction="outbound", line="", endpoint="8001", caller="8001", dialled="13806010009", ended_at=after(520)),
    ]),
    (t.talks, [
        {"call_id": ANSWERED, "seq": 0, "leg_id": "xm1-1.9", "seat": "8001", "agent": "1001", "queue": "mandarin",
         "began_at": after(15), "ended_at": after(75)},
        {"call_id": DIRECT, "seq": 0, "leg_id": "xm1-3.9", "seat": "8001", "agent": "1001", "queue": "mandarin",
         "began_at": after(230), "ended_at": after(260)},
    ]),
    (t.recordings, [
        {"call_id": ANSWERED, "file": f"{ANSWERED}.raw", "started_at": after(0), "ended_at": after(75),
         "state": "shelved", "path": f"2026/11/23/{ANSWERED}.opus", "format": "opus", "seconds": 75.0},
        {"call_id": DIRECT, "file": f"{DIRECT}.raw", "started_at": after(200), "ended_at": after(260),
         "state": "shelved", "path": f"2026/11/23/{DIRECT}.opus", "format": "opus", "seconds": 60.0},
    ]),
    (t.outcomes, [
        {"call_id": ANSWERED, "outcome": "ticket", "at": after(70)},
        {"call_id": MISSED, "outcome": "missed", "detail": "abandoned_in_queue", "at": after(113)},
        {"call_id": DIRECT, "outcome": "direct", "at": after(270)},
        {"call_id": REFUSED, "outcome": "missed", "detail": "closed", "at": after(404)},
    ]),
    (t.callbacks, [
        {"task_id": MISSED, "call_id": MISSED, "reason": "abandoned_in_queue", "number": "05925550000",
         "line": "partner", "made_at": after(113), "due_at": after(2000)},
        {"task_id": REFUSED, "call_id": REFUSED, "reason": "closed", "number": "13806010001", "line": "citizen",
         "made_at": after(404), "due_at": after(2300), "state": "done", "done_at": after(500), "done_how": "heard"},
    ]),
    (t.tickets, [{"ticket_id": "01", "key": f"{ANSWERED}/1", "call_id": ANSWERED, "filed_at": after(70),
                  "title": "路灯不亮", "line": "citizen", "body": "{}"}]),
    (t.outbox, [{"message_id": "01", "stream": f"{ANSWERED}/1", "turn": 1, "key": f"{ANSWERED}/1", "ticket_id": "01",
                 "made_at": after(70), "state": "delivered", "next_try": after(70), "tries": 1, "ever_sent": True,
                 "delivered_at": after(71)}]),
    (t.cases, [{"case_id": "01", "stream": f"{ANSWERED}/1", "ticket_id": "01", "call_id": ANSWERED, "number": "A-1",
                "state": "filed", "since": after(71), "opened_at": after(71), "moved_at": after(71)}]),
    (t.case_history, [{"case_id": "01", "sequence": 0, "state": "filed", "at": after(71), "heard_at": after(71)}]),
    (t.seat_log, [
        {"seat": "8001", "since": after(-600), "state": "logged_out", "until": after(0)},
        {"seat": "8001", "since": after(0), "state": "ready", "until": after(15), "agent": "1001"},
        {"seat": "8001", "since": after(15), "state": "talking", "until": after(75), "agent": "1001"},
        {"seat": "8001", "since": after(75), "state": "wrap_up", "until": after(105), "agent": "1001",
         "call_id": ANSWERED},
        {"seat": "8001", "since": after(105), "state": "ready", "agent": "1001"},
    ]),
]  # fmt: skip


@asynccontextmanager
async def ledger(url: str) -> AsyncIterator[Store]:
    """A store over the true ledger; whatever was in it before is gone."""
    store = Store(url)
    try:
        async with store.writing() as db:
            for table in reversed(t.metadata.sorted_tables):
                await db.execute(sa.delete(table))
            for table, rows in ROWS:
                for row in rows:
                    await db.execute(sa.insert(table).values(**row))
        await AuditLog(store).append(after(300), "1001", "listened", call=ANSWERED)
        yield store
    finally:
        await store.close()


NO_TICKETS = tuple(sa.delete(table) for table in (t.outbox, t.case_history, t.cases, t.tickets))


async def do(store: Store, *statements: sa.Executable) -> None:
    async with store.writing() as db:
        for statement in statements:
            await db.execute(statement)

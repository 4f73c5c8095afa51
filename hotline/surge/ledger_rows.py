"""What the ledger of a surge's instance says of each caller, read from the file, not through the daemon."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .facts import LedgerCall, Promise

_CALLS = """
SELECT c.call_id, c.caller, c.arrived_at, c.queued_at, c.talk_began_at, c.wait_seconds, c.state, c.refusal,
  coalesce(o.outcome, '') AS outcome, f.offered_at, f.taken_at, coalesce(f.result, '') AS result,
  coalesce((SELECT b.kind FROM callbacks b WHERE b.call_id = c.call_id AND b.state = 'open'), '') AS owed
FROM calls c LEFT JOIN outcomes o USING (call_id) LEFT JOIN callback_offers f USING (call_id)
WHERE c.direction = 'inbound' AND c.caller LIKE ? ORDER BY c.arrived_at
"""
_PROMISES = "SELECT p.* FROM wait_promises p JOIN calls c USING (call_id) WHERE c.caller LIKE ? ORDER BY p.at"
_VISITS = "SELECT v.* FROM queue_visits v JOIN calls c USING (call_id) WHERE c.caller LIKE ? ORDER BY v.seq"
_OPEN = "SELECT count(*) FROM calls WHERE state = 'open' AND caller LIKE ?"
_COUNT = "SELECT count(*) FROM calls WHERE direction = 'inbound' AND caller LIKE ?"
_SHELVED = "SELECT count(DISTINCT call_id) FROM recordings WHERE state = 'shelved'"
_UNSAID = (
    "SELECT c.call_id FROM calls c LEFT JOIN outcomes o USING (call_id) WHERE c.direction = 'inbound' AND c.state = 'closed'"
    " AND c.talk_began_at IS NOT NULL AND o.call_id IS NULL AND c.caller LIKE ?"
)


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as ledger:
        ledger.row_factory = sqlite3.Row
        yield ledger


def moment(value: Any) -> float | None:
    """A moment as the file has it, in epoch seconds."""
    if value is None:
        return None
    found = datetime.fromisoformat(str(value))
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()


def calls(file: Path, prefix: str) -> dict[str, LedgerCall]:
    """Caller's number → his call, of all whose number begins so. Raises sqlite3.Error."""
    like = f"{prefix}%"
    with _opened(file) as ledger:
        promises: dict[str, list[Promise]] = defaultdict(list)
        for row in ledger.execute(_PROMISES, (like,)):
            promises[row["call_id"]].append(Promise(moment(row["at"]) or 0.0, row["place"], row["minutes"]))
        visits: dict[str, list[str]] = defaultdict(list)
        for row in ledger.execute(_VISITS, (like,)):
            visits[row["call_id"]].append(row["result"])
        return {
            row["caller"]: LedgerCall(
                call=row["call_id"], arrived=moment(row["arrived_at"]) or 0.0, queued=moment(row["queued_at"]),
                talked=moment(row["talk_began_at"]), wait=row["wait_seconds"], closed=row["state"] == "closed", outcome=row["outcome"],
                refusal=row["refusal"], results=tuple(visits[row["call_id"]]), promises=tuple(promises[row["call_id"]]),
                offered=moment(row["offered_at"]), taken=moment(row["taken_at"]), offer_result=row["result"], owed=row["owed"],
            )
            for row in ledger.execute(_CALLS, (like,))
        }  # fmt: skip


def settled(file: Path, prefix: str, expected: int) -> bool:
    """Whether so many calls are there, and none is open."""
    with _opened(file) as ledger:
        return _one(ledger, _COUNT, prefix) >= expected and _one(ledger, _OPEN, prefix) == 0


def without_word(file: Path, prefix: str) -> list[str]:
    """Calls that were answered and of which no agent has said a word yet."""
    with _opened(file) as ledger:
        return [row["call_id"] for row in ledger.execute(_UNSAID, (f"{prefix}%",))]


def owed_recordings(file: Path) -> int:
    """Recordings of calls that are over, not finished yet."""
    question = (
        "SELECT count(*) FROM recordings r JOIN calls c USING (call_id) WHERE r.state = 'raw' AND r.ended_at IS NOT NULL"
        ""
    )
    with _opened(file) as ledger:
        return int(ledger.execute(question).fetchone()[0])


def _one(ledger: sqlite3.Connection, question: str, prefix: str) -> int:
    return int(ledger.execute(question, (f"{prefix}%",)).fetchone()[0])

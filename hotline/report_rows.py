"""A past call as a row of a report: JSON types, masked numbers, cells that no spreadsheet executes. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ledger.history import PastCall

Row = dict[str, Any]

_NUMBERS = ("caller", "origin")
SAME = (
    *("call", "direction", "state", "line", "trunk", "caller", "caller_name", "dialled", "partner", "reference"),
    *("origin", "arrived_at", "picked_up_at", "notice_at", "notice_prompt", "queued_at", "queue", "queue_result"),
    *("offers", "answered_at", "talk_ended_at", "seat", "agent", "ended_at", "ended_by", "cause", "wait_seconds"),
    *("ring_seconds", "talk_seconds", "transfers", "refusal", "outcome", "outcome_detail", "short_abandon"),
    *("merged_into", "uncertain", "callback"),
)


def row_of(call: PastCall) -> Row:
    """All of a call, JSON types but for its moments. ``answered_at``: a person; ``picked_up_at``: Asterisk."""
    row: Row = {name: getattr(call, name) for name in SAME}
    row["talk_began_at"] = call.answered_at
    row["recordings"] = [
        {
            "file": tape.file,
            "state": tape.state,
            "path": tape.path,
            "format": tape.format,
            "seconds": tape.seconds,
            "sha256": tape.sha256,
            "sealed": tape.sealed,
            "faults": list(tape.faults),
            "reason": tape.reason,
        }
        for tape in call.tapes
    ]
    row["tickets"] = [
        {
            "ticket": one.ticket,
            "key": one.key,
            "title": one.title,
            "push": one.push,
            "case": one.case,
            "error": one.error,
        }
        for one in call.tickets
    ]
    return row


def mask(number: str) -> str:
    """``13806010001`` → ``138****0001``; a short one keeps only its ends."""
    if len(number) < 7:
        return number[:1] + "*" * max(len(number) - 2, 0) + number[-1:] if len(number) > 2 else number
    return f"{number[:-8]}****{number[-4:]}" if len(number) > 8 else f"{number[:2]}****{number[-2:]}"


def masked(row: Row) -> Row:
    """Without whole numbers, and without names a trunk sent."""
    hidden = {name: mask(row[name]) for name in _NUMBERS}
    if row["direction"] == "outbound":
        hidden["dialled"] = mask(row["dialled"])
    name = row["caller_name"]
    return row | hidden | {"caller_name": name[:1] + "*" * (len(name) - 1)}


def cell(value: object, zone: ZoneInfo) -> object:
    """A value for a spreadsheet: what a caller sent is never a formula there."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(" ", "milliseconds")
    if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") and not re.fullmatch(r"[+-]?[\d.]+", value):
        return "'" + value
    return value

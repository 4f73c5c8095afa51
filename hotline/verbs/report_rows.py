"""A past call as a row of a report: JSON types, masked numbers. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cti.numbers import mask
from ledger.history import PastCall

Row = dict[str, Any]

_NUMBERS = ("caller", "origin", "diverted")
SAME = (
    *("call", "direction", "state", "line", "trunk", "caller", "caller_name", "dialled", "partner", "reference"),
    *("origin", "arrived_at", "picked_up_at", "notice_at", "notice_prompt", "queued_at", "queue", "queue_result"),
    *("offers", "answered_at", "talk_ended_at", "seat", "agent", "ended_at", "ended_by", "cause", "wait_seconds"),
    *("ring_seconds", "talk_seconds", "transfers", "refusal", "outcome", "outcome_detail", "short_abandon"),
    *("merged_into", "uncertain", "callback", "caller_odd", "diverted", "hidden"),
)


def row_of(call: PastCall) -> Row:
    """All of a call, JSON types but for its moments. ``answered_at``: a person; ``picked_up_at``: Asterisk.

    Of an anonymous or confidential citizen no number leaves the ledger in a report, nor what a confidential one said.
    """
    row: Row = {name: getattr(call, name) for name in SAME}
    row |= {"anonymous": call.anonymous, "confidential": call.confidential}
    if call.anonymous or call.confidential:
        row |= dict.fromkeys(
            (*_NUMBERS, "caller_name", "caller_odd", *(("dialled",) if call.direction == "outbound" else ())), ""
        )
    row["talk_began_at"] = call.answered_at
    row["recordings"] = [
        {
            "part": tape.part,
            "file": tape.file,
            "state": tape.state,
            "path": tape.path,
            "format": tape.format,
            "seconds": tape.seconds,
            "sha256": tape.sha256,
            "sealed": tape.sealed,
            "faults": list(tape.faults),
            "reason": tape.reason,
            "kept_until": tape.kept_until,
            "dropped_at": tape.dropped_at,
            "dropped_why": tape.dropped_why,
            "dropped_by": tape.dropped_by,
            "certificate": tape.certificate,
        }
        for tape in call.tapes
    ]
    row["legs"] = [asdict(leg) for leg in call.legs]
    row["tickets"] = [
        {
            "ticket": one.ticket,
            "key": one.key,
            "title": "" if one.confidential else one.title,
            "push": one.push,
            "case": one.case,
            "case_state": one.case_state,
            "error": one.error,
        }
        for one in call.tickets
    ]
    return row


def masked(row: Row) -> Row:
    """Without whole numbers, and without names a trunk sent."""
    hidden = {name: mask(row[name]) for name in _NUMBERS}
    if row["direction"] == "outbound":
        hidden["dialled"] = mask(row["dialled"])
    name = row["caller_name"]
    odd = "*" * len(row["caller_odd"])
    return row | hidden | {"caller_name": name[:1] + "*" * (len(name) - 1), "caller_odd": odd}

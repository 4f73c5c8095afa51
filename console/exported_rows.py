"""A call, a call-back and an audit row as a row of a file: heads and cells. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from config.language import say as _
from ledger.audit_log import Entry

from .contract.callbacks import CallbackOut
from .contract.nuisance import DecisionOut
from .contract.rest import CallOut, TicketOut

Named = Callable[[str], str]
"""An account's id → its name too."""


def call_heads() -> Sequence[str]:
    return [
        _(head)
        for head in (
            *("call", "arrived", "way", "number", "line", "queue", "seat", "agent", "waited (s)", "talked (s)"),
            *("outcome", "cases", "recordings"),
        )
    ]


def call_row(call: CallOut, line: Named, queue: Named) -> Sequence[object]:
    """The number is the citizen's, as the shape shows it."""
    number = call.dialled if call.direction == "outbound" else call.origin or call.caller
    return [
        call.call, call.arrived_at, _(call.direction), number, line(call.line), queue(call.queue), call.seat,
        f"{call.agent_name} {call.agent}".strip(),
        _seconds(call.queued_at, call.answered_at or call.ended_at), _seconds(call.answered_at, call.ended_at),
        _(call.outcome) if call.outcome else "", " ".join(call.cases), len(call.recordings),
    ]  # fmt: skip


def callback_heads() -> Sequence[str]:
    return [
        _(head)
        for head in (
            *(
                "call-back",
                "state",
                "kind",
                "why",
                "number",
                "line",
                "called at",
                "due",
                "whose",
                "tries",
                "last result",
            ),
            *("ended", "by", "how", "note"),
        )
    ]


def callback_row(task: CallbackOut, line: Named) -> Sequence[object]:
    last = task.attempts[-1].result if task.attempts else ""
    return [
        task.id, task.state, task.kind, task.reason, task.number, line(task.line), task.made_at, task.due_at, task.owner,
        task.tries, last, task.done_at, task.done_by, task.done_how, task.note,
    ]  # fmt: skip


def decision_heads() -> Sequence[str]:
    return [
        _(head)
        for head in (
            *(
                "decision",
                "number",
                "grade",
                "at",
                "until",
                "by",
                "why",
                "ended",
                "how",
                "by",
                "why",
                "held (days)",
                "calls",
            ),
        )
    ]


def decision_row(one: DecisionOut, held_days: float, ended: str) -> Sequence[object]:
    """``ended``: how, also of one that runs, or ran its time."""
    return [
        one.id, one.number, one.grade, one.at, one.until, one.by, one.why, one.ended_at, ended, one.ended_by, one.ended_why,
        held_days, one.calls,
    ]  # fmt: skip


def ticket_heads() -> Sequence[str]:
    return [
        _(head)
        for head in (
            *(
                "ticket",
                "number of the case",
                "filed at",
                "kind of appeal",
                "code",
                "title",
                "place",
                "unit",
                "delivery",
                "progress",
            ),
            *("promised by", "provisional", "whose", "merged into"),
        )
    ]


def ticket_row(row: TicketOut) -> Sequence[object]:
    """What is withheld is empty here as there."""
    body, place, subject = row.ticket, row.ticket.get("place") or {}, row.ticket.get("subject") or {}
    return [
        row.id, row.case_number, row.filed_at, body.get("kind"), subject.get("code"), body.get("title"),
        place.get("address_text"), row.unit, row.state.value, row.case_state.value if row.case_state else "",
        row.promise.by if row.promise else None, _("yes") if row.promise and row.promise.provisional else "",
        body.get("agent"), body.get("merged_into"),
    ]  # fmt: skip


def audit_heads() -> Sequence[str]:
    return [_(head) for head in ("row number", "at", "who", "what", "call", "detail", "hash")]


def audit_row(row: Entry) -> Sequence[object]:
    return [row.seq, row.at, row.actor, row.action, row.call, row.detail, row.hash]


def _seconds(since: datetime | None, until: datetime | None) -> float | None:
    if since is None or until is None:
        return None
    return round(max(0.0, (until - since).total_seconds()), 1)

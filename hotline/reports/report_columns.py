"""What a report's columns and figures are called by those who read it: name → message of the catalogue. ``--json`` keeps the names."""

from __future__ import annotations

from collections.abc import Iterable

from config.language import say as _

COLUMNS = {
    # calls
    "call": "call", "direction": "way", "state": "state", "line": "line", "trunk": "trunk", "caller": "calling number",
    "caller_name": "caller's name", "dialled": "dialled number", "partner": "partner", "reference": "partner's reference",
    "origin": "number before the transfer", "arrived_at": "arrived at", "picked_up_at": "picked up at", "notice_at": "notice at",
    "notice_prompt": "notice", "queued_at": "queued at", "queue": "queue", "queue_result": "how the wait ended",
    "offers": "offers to seats", "answered_at": "answered at", "talk_ended_at": "talk ended at", "seat": "seat", "agent": "agent",
    "ended_at": "ended at", "ended_by": "ended by", "cause": "cause", "wait_seconds": "waited (s)", "ring_seconds": "rang (s)",
    "talk_seconds": "talked (s)", "transfers": "transfers", "refusal": "refused because", "outcome": "outcome",
    "outcome_detail": "outcome in detail", "short_abandon": "gave up at once", "merged_into": "merged into",
    "uncertain": "uncertain", "callback": "call-back", "caller_odd": "calling number as it was sent", "diverted": "forwarded by",
    "hidden": "number withheld", "recording": "recordings", "recording_seconds": "recorded (s)",
    "recording_faults": "faults of recordings", "tickets": "tickets", "cases": "cases",
    # kpi
    "figure": "figure", "subject": "of", "value": "value", "numerator": "numerator", "denominator": "denominator",
    "divided": "what is divided by what", "since": "from", "until": "until",
    # turned away
    "minute": "minute", "source": "trunk or address", "called": "dialled number", "calling": "calling number",
    "detail": "in detail", "count": "how many", "last_at": "last at",
    # waits
    "hour": "hour", "told": "announcements", "timed": "with a time, answered", "promised_seconds": "said (s, median)",
    "waited_seconds": "waited (s, median)", "error_seconds": "error (s, median)", "error_share": "error (share, median)",
    # satisfaction
    "of": "of which kind", "id": "id", "asked": "asked", "scored": "scored", "mean": "mean score", "content": "content callers",
    "poor": "callers not content", "solved": "solved", "unsolved": "not solved",
    # promises
    "promised": "promised", "talked": "talked at their place", "came_back": "called again themselves", "owed": "owed later",
    "made_later": "made later", "due": "due by now", "waiting": "places kept now", "seconds_mean": "seconds to the talk (mean)",
    "kept": "promises kept",
    # self-service
    "service": "self-service", "calls": "calls", "tries": "tries by keys", "helped": "helped themselves", "result": "what came of it",
}  # fmt: skip

FIGURES = {
    "connect_rate": "connect rate", "connect_rate_but_short": "connect rate without short abandons",
    "service_level_15s": "service level (15 s)", "service_level_15s_ring": "service level (15 s of ringing)",
    "abandon_rate": "abandon rate", "abandon_rate_short": "abandon rate, short ones", "transfer_rate": "transfer rate",
    "handover_rate": "share handed over", "handover_accepted_rate": "share of hand-overs accepted",
    "wait_seconds_mean": "wait (s, mean)", "ring_seconds_mean": "ringing (s, mean)", "talk_seconds_mean": "talk (s, mean)",
    "held_seconds_mean": "hold (s, mean)", "abandon_seconds_mean": "wait of those who gave up (s, mean)",
    "callback_rate": "call-backs made", "filing_rate": "tickets that became cases", "wrap_up_seconds_mean": "wrap-up (s, mean)",
    "handle_seconds_mean": "handling (s, mean)", "occupancy": "occupancy", "utilisation": "utilisation",
    # counts
    "offered": "calls offered", "requests": "asked for a person", "requests_but_short": "asked for a person, without short abandons",
    "answered": "calls answered", "answered_15s": "answered within 15 s", "answered_15s_ring": "answered within 15 s of ringing",
    "unanswered": "not answered", "abandoned": "gave up", "abandoned_before_notice": "gave up before the notice",
    "abandoned_in_notice": "gave up in the notice", "abandoned_in_queue": "gave up in the queue",
    "abandoned_short": "gave up within seconds", "closed": "refused: closed", "full": "refused: full",
    "unknown_number": "refused: unknown number", "unserved": "could not be served", "open": "still going on",
    "pending": "without an outcome yet", "transferred": "transferred calls", "handed_over": "handed over to partners",
    "handed_over_accepted": "hand-overs accepted", "uncertain": "uncertain calls",
    # what figures are made of besides
    "sum of wait_seconds": "seconds waited", "sum of ring_seconds": "seconds of ringing", "sum of talk_seconds": "seconds talked",
    "sum of held_seconds": "seconds on hold", "sum of abandon_seconds": "seconds waited by those who gave up",
    "call-backs done": "call-backs done", "call-backs due": "call-backs due", "cases opened": "cases opened",
    "tickets filed": "tickets filed", "sum of wrap-up seconds": "seconds of wrap-up", "wrap-ups": "wrap-ups",
    "sum of talk and wrap-up seconds": "seconds of talk and wrap-up", "busy seconds": "busy seconds",
    "busy and ready seconds": "busy and ready seconds", "logged-in seconds": "logged-in seconds",
}  # fmt: skip


def heads(names: Iterable[str]) -> list[str]:
    return [_(COLUMNS[name]) for name in names]


def figure(name: str) -> str:
    """Also an outcome's name."""
    return _(FIGURES.get(name, name))


def divided(of: str) -> str:
    """What is divided by what, as ``ledger/kpi.py`` says it."""
    return " / ".join(figure(part) for part in of.split(" / "))

"""The picture as numbers for Prometheus, made anew at every scrape; asked by ``routes/board.py``.

Counters that must be added up as things happen belong to the daemon (``Services.more_metrics``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from .services import Services


async def text(plugs: Services) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    _put(registry, "hotline_board_live", "1 while the link to Asterisk is up", float(plugs.board.live()))
    states = Counter((row.direction, row.state) for row in plugs.calls.live())
    _put_many(registry, "hotline_calls", "Calls going on", ("direction", "state"), states.items())
    seats = Counter((row.state,) for row in plugs.desk.seats())
    _put_many(registry, "hotline_seats", "Seats by state", ("state",), seats.items())
    queues = plugs.board.queues()
    waiting = {(row.queue,): float(row.waiting) for row in queues}
    _put_many(registry, "hotline_queue_waiting", "Callers waiting", ("queue",), waiting.items())
    longest = {(row.queue,): row.longest_wait_seconds for row in queues}
    _put_many(registry, "hotline_queue_longest_wait_seconds", "Longest wait now", ("queue",), longest.items())
    ready = {(row.queue,): float(row.ready) for row in queues}
    _put_many(registry, "hotline_queue_ready", "Seats ready", ("queue",), ready.items())
    trunks = {(row.trunk,): float(row.reach == "reachable") for row in plugs.board.trunks()}
    _put_many(registry, "hotline_trunk_reachable", "1 while the trunk answers OPTIONS", ("trunk",), trunks.items())
    lines = {(row.line,): float(row.calls) for row in plugs.board.lines()}
    _put_many(registry, "hotline_line_calls", "Calls on the line", ("line",), lines.items())
    refused = {(action,): float(count) for action, count in plugs.refusals.counted.items()}
    _put_many(registry, "hotline_door_refusals", "Requests refused since the start", ("action",), refused.items())
    counted = plugs.programs.counted
    uses = [*((name, "used", count) for name, count in counted.used.items()),
            *((name, "refused", count) for name, count in counted.refused.items())]  # fmt: skip
    asked = {(name, how): float(count) for name, how, count in uses}
    _put_many(registry, "hotline_program_requests", "Of programs, since the start", ("program", "how"), asked.items())
    ends = {(row.name,): row.expires_at.timestamp() for row in plugs.programs.known() if row.revoked_at is None}
    _put_many(
        registry, "hotline_program_expires_seconds", "When its token is over, Unix time", ("program",), ends.items()
    )
    backlog, dead = await plugs.backlog()
    if backlog is not None and dead is not None:  # a number that is not known is not there
        _put(registry, "hotline_outbox_backlog", "Tickets on their way to the case store", backlog)
        _put(registry, "hotline_outbox_dead_letters", "Tickets that need a person", dead)
    return generate_latest(registry) + plugs.more_metrics()


def _put(registry: CollectorRegistry, name: str, meaning: str, value: float) -> None:
    Gauge(name, meaning, registry=registry).set(value)


def _put_many(
    registry: CollectorRegistry,
    name: str,
    meaning: str,
    labels: tuple[str, ...],
    values: Iterable[tuple[tuple[str, ...], float]],
) -> None:
    gauge = Gauge(name, meaning, labels, registry=registry)
    for key, value in values:
        gauge.labels(*key).set(value)

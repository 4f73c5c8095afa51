"""The picture as numbers for Prometheus, made anew at every scrape; asked by ``routes/board.py``.

Counters that must be added up as things happen belong to the daemon (``Plugs.more_metrics``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from .plugs import Plugs


async def text(plugs: Plugs) -> bytes:
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
    backlog, dead = await plugs.intake.book.backlog()
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

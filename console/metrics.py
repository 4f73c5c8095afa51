"""One page of numbers for Prometheus, made anew at every scrape; asked by ``routes/live_state_and_health.py``.

What the page holds comes from sources: those of the picture stand here, the daemon's own in ``Services.more_metrics``.
A source that fails costs its own numbers and nothing else, and ``hotline_source_up`` says so: monitoring must not be
blind in the moment in which something is broken. A family stands once, whoever gives it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import structlog
from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from .services import Services

log = structlog.get_logger("metrics")

Source = tuple[str, Callable[[], Iterable[Metric]]]
"""Its name, and what gives its families."""
Labelled = Iterable[tuple[tuple[str, ...], float]]

_told: set[str] = set()
"""Sources of which a failure was logged: a scrape comes every few seconds."""


class Exposition:
    """Families of one scrape, in the order of their sources. For ``generate_latest``."""

    def __init__(self) -> None:
        self._families: dict[str, Metric] = {}
        self._up: dict[str, bool] = {}

    def take(self, name: str, collect: Callable[[], Iterable[Metric]]) -> None:
        """All families of this source, or none."""
        try:
            given = list(collect())
            double = [one.name for one in given if one.name in self._families]
            if double or len({one.name for one in given}) < len(given):
                raise ValueError(f"a family stands twice: {', '.join(double) or name}")
        except Exception:  # whatever it was: the page goes on without
            if name not in _told:
                log.exception("a source of /metrics failed", source=name)
            _told.add(name)
            self._up[name] = False
            return
        _told.discard(name)
        self._families |= {one.name: one for one in given}
        self._up[name] = True

    def collect(self) -> Iterator[Metric]:
        yield from self._families.values()
        yield from labelled(
            "hotline_source_up", "0: this source of the page failed and its numbers are missing", ("source",),
            (((name,), float(up)) for name, up in self._up.items()),
        )  # fmt: skip


async def text(plugs: Services) -> bytes:
    backlog, dead = await plugs.backlog()
    page = Exposition()
    for name, collect in (*_sources(plugs, backlog, dead), *plugs.more_metrics()):
        page.take(name, collect)
    return generate_latest(page)


def gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def labelled(name: str, meaning: str, labels: tuple[str, ...], values: Labelled) -> Iterator[Metric]:
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    yield family


def _sources(plugs: Services, backlog: int | None, dead: int | None) -> Sequence[Source]:
    return (
        ("board", lambda: _board(plugs)),
        ("desk", lambda: _desk(plugs)),
        ("doors", lambda: _doors(plugs)),
        ("outbox", lambda: _outbox(backlog, dead)),
    )


def _board(plugs: Services) -> Iterator[Metric]:
    yield gauge("hotline_board_live", "1 while the link to Asterisk is up", float(plugs.board.live()))
    states = Counter((row.direction, row.state) for row in plugs.calls.live())
    yield from labelled("hotline_calls", "Calls going on", ("direction", "state"), _floats(states))
    queues = plugs.board.queues()
    waiting = [((row.queue,), float(row.waiting)) for row in queues]
    yield from labelled("hotline_queue_waiting", "Callers waiting", ("queue",), waiting)
    longest = [((row.queue,), row.longest_wait_seconds) for row in queues]
    yield from labelled("hotline_queue_longest_wait_seconds", "Longest wait now", ("queue",), longest)
    ready = [((row.queue,), float(row.ready)) for row in queues]
    yield from labelled("hotline_queue_ready", "Seats ready", ("queue",), ready)
    trunks = [((row.trunk,), float(row.reach == "reachable")) for row in plugs.board.trunks()]
    yield from labelled("hotline_trunk_reachable", "1 while the trunk answers OPTIONS", ("trunk",), trunks)
    lines = plugs.board.lines()
    calls = [((row.line,), float(row.calls)) for row in lines]
    yield from labelled("hotline_line_calls", "Calls on the line", ("line",), calls)
    room = [((row.line,), float(row.capacity)) for row in lines]
    yield from labelled("hotline_line_capacity", "Calls that the line takes at once", ("line",), room)


def _desk(plugs: Services) -> Iterator[Metric]:
    seats = Counter((row.state,) for row in plugs.desk.seats())
    yield from labelled("hotline_seats", "Seats by state", ("state",), _floats(seats))


def _doors(plugs: Services) -> Iterator[Metric]:
    refused = [((action,), float(count)) for action, count in plugs.refusals.counted.items()]
    yield from labelled("hotline_door_refusals", "Requests refused since the start", ("action",), refused)
    counted = plugs.programs.counted
    uses = [*(((name, "used"), float(count)) for name, count in counted.used.items()),
            *(((name, "refused"), float(count)) for name, count in counted.refused.items())]  # fmt: skip
    yield from labelled("hotline_program_requests", "Of programs, since the start", ("program", "how"), uses)
    ends = [((row.name,), row.expires_at.timestamp()) for row in plugs.programs.known() if row.revoked_at is None]
    yield from labelled("hotline_program_expires_seconds", "When its token is over, Unix time", ("program",), ends)


def _outbox(backlog: int | None, dead: int | None) -> Iterator[Metric]:
    """A number that is not known is not there."""
    yield gauge("hotline_ledger_answers", "1 while the ledger answers", float(backlog is not None))
    if backlog is not None and dead is not None:
        yield gauge("hotline_outbox_backlog", "Tickets on their way to the case store", backlog)
        yield gauge("hotline_outbox_dead_letters", "Tickets that need a person", dead)


def _floats(counts: Mapping[Any, int]) -> Labelled:
    return [(key, float(count)) for key, count in counts.items()]

"""The bus: one event to everyone who asked for its kind, in the order of publication.

Synchronous and in process. A listener must return at once (put it into its own queue
if the work is long); one that raises is logged with the event and does not keep the
others from hearing it. Publishing from inside a listener is allowed: the new event is
delivered after the current one has reached everybody (first in, first out).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import structlog

log = structlog.get_logger("bus")


class Bus:
    def __init__(self) -> None:
        self._listeners: dict[type, list[Callable[[Any], None]]] = {}
        self._waiting: deque[object] = deque()
        self._delivering = False

    def listen(self, kind: type | tuple[type, ...], listener: Callable[[Any], None]) -> None:
        """Call ``listener`` with every event of exactly this class (or these classes)."""
        for one in kind if isinstance(kind, tuple) else (kind,):
            self._listeners.setdefault(one, []).append(listener)

    def listeners(self) -> dict[type, tuple[str, ...]]:
        """Each class that somebody listens to, and who, by the names of their functions."""
        return {
            kind: tuple(f"{one.__module__}.{one.__qualname__}" for one in found)
            for kind, found in self._listeners.items()
        }

    def publish(self, event: object) -> None:
        self._waiting.append(event)
        if self._delivering:
            return
        self._delivering = True
        try:
            while self._waiting:
                self._deliver(self._waiting.popleft())
        finally:
            self._delivering = False

    def _deliver(self, event: object) -> None:
        for listener in self._listeners.get(type(event), ()):
            try:
                listener(event)
            except Exception:  # a listener's fault must not stop the others: the loop top of the bus
                log.exception("listener failed", event_kind=type(event).__name__, heard=event)

"""``hotline bench fold``: AMI messages a second, ours beside panoramisk and cacofonisk.

The same bytes, in the same pieces, in the same run, turn by turn so that a change of the
machine's speed hits all alike; the median round of each is printed. Ours is what the
daemon does with a message: cut, decode, fold, publish to a bus with a listener. Theirs
is what their users do: panoramisk's protocol dispatching to a callback for every event,
and that callback feeding cacofonisk's event handler.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
import re
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

from cti import ami_decoder
from cti import events as ev
from cti.fold import Fold
from cti.ids import Instant
from cti.numbering_plan import Plan
from hotline.bus import Bus

PIECE = 1 << 16
_UNIQUEID = re.compile(rb"(?<![\d.])(\d{10})\.(\d+)")


def tape() -> bytes:
    """The shipped tape: queue calls of a real Asterisk 22 with every event switched on."""
    packed = resources.files("hotline").joinpath("data/queue-calls.tape.gz").read_bytes()
    return gzip.decompress(packed)


def many(one: bytes, copies: int) -> bytes:
    """The tape again and again, each time with Uniqueids of its own: new calls, not echoes."""

    def renumbered(copy: int) -> bytes:
        return _UNIQUEID.sub(lambda m: b"%s.%d" % (m[1], int(m[2]) + copy * 100_000), one)

    head, sep, body = one.partition(b"\r\n")
    first = head + sep if head.startswith(b"Asterisk Call Manager") else b""
    one = body if first else one
    return first + b"".join(renumbered(copy) for copy in range(copies))


def pieces(data: bytes) -> Iterator[bytes]:
    for begin in range(0, len(data), PIECE):
        yield data[begin : begin + PIECE]


def ours(data: bytes) -> tuple[float, int]:
    """Seconds and domain events published."""
    bus, heard = Bus(), [0]

    def listener(_event: object) -> None:
        heard[0] += 1

    bus.listen(
        tuple(k for k in vars(ev).values() if isinstance(k, type) and hasattr(k, "__dataclass_fields__")), listener
    )
    fold, framer, now = Fold(Plan.foreign()), ami_decoder.Framer(), Instant(0.0)
    began = time.process_time()
    for piece in pieces(data):
        for message in framer.feed(piece):
            for frame in ami_decoder.decode(message, now):
                for event in fold.apply(frame):
                    bus.publish(event)
    return time.process_time() - began, heard[0]


def theirs(data: bytes, loop: asyncio.AbstractEventLoop, callback: Callable[[Any, Any], None]) -> float:
    """Seconds of panoramisk's protocol dispatching every event to ``callback``."""
    import panoramisk
    from panoramisk.ami_protocol import AMIProtocol

    manager = panoramisk.Manager(loop=loop, encoding="utf8")
    manager.register_event("*", callback)
    manager.patterns = [pair for pair in manager.patterns if pair[0] == "*"]  # its own replaying on FullyBooted aside
    protocol = AMIProtocol()
    protocol.connection_made(None)
    protocol.factory, protocol.encoding, protocol.queue = manager, "utf8", deque()
    protocol.log = manager.log = logging.getLogger("panoramisk.bench")
    began = time.process_time()
    for piece in pieces(data):
        protocol.data_received(piece)
    return time.process_time() - began


def _cacofonisk() -> Callable[[Any, Any], None]:
    from cacofonisk.handlers import EventHandler
    from cacofonisk.reporters import BaseReporter

    handler = EventHandler(reporter=BaseReporter(), logger=logging.getLogger("cacofonisk.bench"))

    def callback(_manager: Any, event: Any) -> None:
        handler.on_event(event)

    return callback


def run(copies: int, rounds: int) -> dict[str, float]:
    """Messages a second: ``ours``, ``panoramisk``, ``panoramisk_cacofonisk``, and ``ratio``."""
    for name in ("panoramisk", "panoramisk.bench", "cacofonisk.bench", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    data = many(tape(), copies)
    messages = data.count(b"\r\n\r\n")
    loop = asyncio.new_event_loop()
    times: dict[str, list[float]] = {"ours": [], "panoramisk": [], "panoramisk_cacofonisk": []}
    events = 0
    for _ in range(rounds):
        seconds, events = ours(data)
        times["ours"].append(seconds)
        times["panoramisk"].append(theirs(data, loop, lambda _m, _e: None))
        times["panoramisk_cacofonisk"].append(theirs(data, loop, _cacofonisk()))
    loop.close()
    rates = {name: messages / statistics.median(seconds) for name, seconds in times.items()}
    rates["ratio"] = rates["ours"] / rates["panoramisk_cacofonisk"]
    return {**{k: round(v, 2 if k == "ratio" else 0) for k, v in rates.items()}, "messages": messages, "events": events}

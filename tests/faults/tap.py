"""A door between two parts of a hotline at which a test strikes: when something is asked, or between the deed and its answer.

It listens on a port of its own and carries everything to a TCP port or a Unix socket. A ``Trap`` says at which words it
strikes; what strikes is the test's (a kill, a reset). ``answered`` traps let the question through and lose the answer: what
was asked for is done and nobody was told. The others lose the question. For tests only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .carrier import Carrier, Ends

COMMIT = b"COMMIT\x00"
"""How psycopg ends a transaction, on the wire of PostgreSQL."""


@dataclass(eq=False, slots=True)
class Trap:
    words: bytes
    """Some question has them in it."""
    answered: bool
    strike: Callable[[], object]
    sprung: asyncio.Event = field(default_factory=asyncio.Event)

    def spring(self) -> None:
        self.strike()
        self.sprung.set()


class Tap(Carrier):
    """``async with Tap(target)``; then ``port`` is where it listens."""

    def __init__(self, target: int | Path) -> None:
        super().__init__(("127.0.0.1", 0))
        self._target = target
        self._connections: dict[asyncio.StreamWriter, _Connection] = {}
        self.trap: Trap | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def reset(self) -> None:
        """Break every connection at once."""
        for writer in tuple(self._open):
            self.let_go(writer)

    def let_go(self, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async def reach(self) -> Ends:
        if isinstance(self._target, Path):
            return await asyncio.open_unix_connection(self._target)
        return await asyncio.open_connection("127.0.0.1", self._target)

    def ways(self, near: Ends, far: Ends) -> tuple[Coroutine[Any, Any, None], Coroutine[Any, Any, None]]:
        one = self._connections[near[1]] = _Connection(self)
        return one.asks(near[0], far[1]), one.answers(far[0], near[1])

    def over(self, near: asyncio.StreamWriter) -> None:
        if (one := self._connections.pop(near, None)) is not None:
            one.over()


class _Connection:
    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self._due: Trap | None = None
        """Strikes at the next answer."""

    async def asks(self, near: asyncio.StreamReader, far: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await near.read(65536):
                trap = self._tap.trap
                if trap is not None and trap.words in piece:
                    self._tap.trap = None
                    if not trap.answered:
                        trap.spring()
                        return
                    self._due = trap
                far.write(piece)
                await far.drain()

    async def answers(self, far: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await far.read(65536):
                if (trap := self._due) is not None:
                    self._due = None
                    trap.spring()
                    return
                near.write(piece)
                await near.drain()

    def over(self) -> None:
        """What it would have struck at never came: the trap is laid again."""
        if self._due is not None and self._tap.trap is None:
            self._tap.trap = self._due

"""A door between two parts of a hotline at which a test strikes: when something is asked, or between the deed and its answer.

It listens on a port of its own and carries everything to a TCP port or a Unix socket. A ``Trap`` says at which words it
strikes; what strikes is the test's (a kill, a reset). ``answered`` traps let the question through and lose the answer: what
was asked for is done and nobody was told. The others lose the question. For tests only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

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


class Tap:
    """``async with Tap(target)``; then ``port`` is where it listens."""

    def __init__(self, target: int | Path) -> None:
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.trap: Trap | None = None
        self.refusing = False

    async def __aenter__(self) -> Tap:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.reset()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def reset(self) -> None:
        """Break every connection at once."""
        for writer in tuple(self._open):
            writer.transport.abort()

    async def _serve(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(near_out)
        far_out: asyncio.StreamWriter | None = None
        try:
            if self.refusing:
                return
            far_in, far_out = await self._reach()
            self._open.add(far_out)
            one = _Connection(self)
            ways = [asyncio.create_task(one.asks(near_in, far_out)), asyncio.create_task(one.answers(far_in, near_out))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                one.over()
        except OSError:
            return  # nobody is there: the near end sees a closed connection
        finally:
            self._tasks.discard(task)
            for writer in (near_out, far_out):
                if writer is not None:
                    self._open.discard(writer)
                    writer.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, Path):
            return await asyncio.open_unix_connection(self._target)
        return await asyncio.open_connection("127.0.0.1", self._target)


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

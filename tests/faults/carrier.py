"""Carries connections from a port of its own to another place: what ``proxy.py`` and ``tap.py`` do their faults to. For tests only."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Self

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
"""What is read from one side, and what is written to it."""


class Carrier:
    """``async with``. What is carried, and how, is the subclass's."""

    def __init__(self, listen: tuple[str, int]) -> None:
        self.listen = listen
        self.refusing = False
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, *self.listen)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._open):
            self.let_go(writer)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- the subclass's ----------------------------------------------------------------

    async def reach(self) -> Ends:
        """The far end. Raises OSError: nobody is there."""
        raise NotImplementedError

    def ways(self, near: Ends, far: Ends) -> tuple[Coroutine[Any, Any, None], Coroutine[Any, Any, None]]:
        """What carries one way and the other; the first that ends ends both."""
        raise NotImplementedError

    def let_go(self, writer: asyncio.StreamWriter) -> None:
        """A connection is over, or is broken."""
        writer.close()

    def over(self, near: asyncio.StreamWriter) -> None:
        """Nothing of this connection is carried any more."""

    # -- carrying ------------------------------------------------------------------------

    async def _serve(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(near_out)
        far_out: asyncio.StreamWriter | None = None
        try:
            if self.refusing:
                return
            far_in, far_out = await self.reach()
            self._open.add(far_out)
            ways = [asyncio.create_task(way) for way in self.ways((near_in, near_out), (far_in, far_out))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            return  # nobody is there: the near end sees a closed connection
        finally:
            self._tasks.discard(task)
            self.over(near_out)
            for writer in (near_out, far_out):
                if writer is not None:
                    self._open.discard(writer)
                    self.let_go(writer)

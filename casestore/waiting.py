"""Who waits for news, and is told when there are some, or when the program ends."""

from __future__ import annotations

import asyncio


class Waiting:
    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._over = False
        self.count = 0
        """Who waits now."""

    def tell(self) -> None:
        """Everybody who waits now goes on."""
        event, self._event = self._event, asyncio.Event()
        event.set()

    def end(self) -> None:
        """Nobody waits any more."""
        self._over = True
        self.tell()

    def next(self) -> asyncio.Event:
        """To be taken before one looks: news that come in between are not missed."""
        return self._event

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        if self._over:
            return
        self.count += 1
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self.count -= 1

"""To wait for what a test caused, in another task or process: until it is so, and no longer than a test may last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(so: Callable[[], object], seconds: float = 30.0) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not so():
            await asyncio.sleep(0.01)

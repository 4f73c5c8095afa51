"""As many recording children as there are cores that nobody else needs. Used by ``processing.py`` in place of a single child.

Each child has a folder of drafts of its own, and dies and is started again alone. How many work at once follows from how busy the machine
is with everything else (``spare_cores.py``): while calls keep the cores busy the children rest, but never for so long that nothing is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from .child_messages import Answer
from .child_process import RecordingChild
from .ports import Due

REST_SECONDS = 0.5
REST_MOST_SECONDS = 30.0
"""So long no recording is begun at most; then one is, on whatever time the idle class is given."""


class RecordingChildren:
    """``spare``: cores that may be used now."""

    def __init__(self, children: Sequence[RecordingChild], spare: Callable[[], int]) -> None:
        self._children = tuple(children)
        self._free = list(reversed(self._children))
        """The last that was given back is taken first: few children are started where few are needed."""
        self._spare = spare
        self._changed = asyncio.Condition()
        self._begun_at = 0.0

    @property
    def width(self) -> int:
        """How many recordings may be asked for at once."""
        return len(self._children)

    @property
    def pid(self) -> int | None:
        """Of the first child that runs."""
        return next((child.pid for child in self._children if child.pid is not None), None)

    async def shelve(self, due: Due) -> Answer:
        """Do one recording, as soon as a core is spare. Raises ``ChildLost``."""
        child = await self._take(rests=True)
        try:
            return await child.shelve(due)
        finally:
            await self._give(child)

    async def sweep(self, older: float) -> Answer:
        """As the child's."""
        child = await self._take(rests=False)
        try:
            return await child.sweep(older)
        finally:
            await self._give(child)

    def forget(self, some: Iterable[tuple[str, str]]) -> None:
        """As the child's, by one that runs."""
        next((child for child in self._children if child.pid is not None), self._children[0]).forget(some)

    async def close(self) -> None:
        await asyncio.gather(*(child.close() for child in self._children))

    async def _take(self, *, rests: bool) -> RecordingChild:
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: bool(self._free))
                if not rests or self._may_begin():
                    self._begun_at = self._clock()
                    return self._free.pop()
            await asyncio.sleep(REST_SECONDS)

    def _may_begin(self) -> bool:
        works = len(self._children) - len(self._free)
        return works < self._spare() or (not works and self._clock() - self._begun_at >= REST_MOST_SECONDS)

    async def _give(self, child: RecordingChild) -> None:
        async with self._changed:
            self._free.append(child)
            self._changed.notify()

    @staticmethod
    def _clock() -> float:
        return asyncio.get_running_loop().time()

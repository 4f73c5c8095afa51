"""The gazetteer behind the door: opened in the background, searched off the loop, one question at a time.

Who asks more than others waits behind himself (``accounts/thread_lanes.py``): a telephone that rings never waits for a search.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from accounts.thread_lanes import ThreadLanes
from bridge.gazetteer.coordinates import Point
from bridge.gazetteer.divisions import Division
from bridge.gazetteer.entries import Candidate, Spot
from bridge.gazetteer.grid import Outline
from cti import background_task

log = structlog.get_logger("places")

LANE_MOST, ALL_MOST = 4, 256
"""Questions that wait: of one person (older ones are of no use while he types on), of all."""


WARM_SECONDS, PATIENCE_SECONDS, AGAIN_SECONDS = 10.0, 5.0, 60.0


class NotOpen(Exception):
    """There is no gazetteer (yet)."""


class PlaceBook(Protocol):
    """``bridge.gazetteer.search.Gazetteer``, or what a test puts in its place."""

    def find(self, said: str, most: int = 10) -> Sequence[Candidate]: ...
    def at(self, point: Point) -> Spot: ...
    def outlines(self) -> Sequence[Outline]: ...
    def areas(self) -> Sequence[Division]: ...


class PlaceSearch:
    def __init__(
        self, opening: Callable[[], PlaceBook], warm_seconds: float = WARM_SECONDS, again_seconds: float = AGAIN_SECONDS
    ) -> None:
        """``opening``: gives the gazetteer, takes seconds, runs in a thread; may raise anything: then no place is offered.

        After an OSError it is tried again every ``again_seconds``."""
        self._opening, self._warm, self._again = opening, warm_seconds, again_seconds
        self._book: PlaceBook | None = None
        self._task: asyncio.Task[None] | None = None
        self._wanted, self._tried = asyncio.Event(), asyncio.Event()
        self._lanes = ThreadLanes(1, LANE_MOST, ALL_MOST, name="places")

    def start(self) -> None:
        """It is opened when the daemon's start is over, or at the first question."""
        self._task = background_task.begin(self._open(), "places")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def names(self) -> int:
        made = getattr(self._book, "made", None)
        return made.names if made is not None else 0

    async def find(self, lane: str, said: str, most: int) -> Sequence[Candidate]:
        """Best first. Raises NotOpen, ``thread_lanes.Full``."""
        return await self._lanes.do(lane, (await self._there()).find, said, most)

    async def at(self, lane: str, point: Point) -> Spot:
        return await self._lanes.do(lane, (await self._there()).at, point)

    async def outlines(self, lane: str) -> Sequence[Outline]:
        return await self._lanes.do(lane, (await self._there()).outlines)

    async def areas(self, lane: str) -> Sequence[Division]:
        return await self._lanes.do(lane, (await self._there()).areas)

    async def _there(self) -> PlaceBook:
        """The first questions wait for the opening, a while."""
        if self._book is None and self._task is not None:
            self._wanted.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._tried.wait(), PATIENCE_SECONDS)
        if self._book is None:
            raise NotOpen
        return self._book

    async def _open(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wanted.wait(), self._warm)
        while self._book is None:
            try:
                self._book = await asyncio.to_thread(self._opening)
                log.info("gazetteer open", names=self.names)
            except OSError as fault:  # a full disk, or a folder that comes later
                log.warning("the gazetteer cannot be opened now: no place is offered", fault=str(fault))
            except Exception:  # whatever is wrong with it, calls go on
                log.exception("the gazetteer cannot be opened: no place is offered")
                return
            finally:
                self._tried.set()
            if self._book is None:
                await asyncio.sleep(self._again)

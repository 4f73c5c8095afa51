"""The recorder as one part. Called by ``hotline/app.py``, which lets it hear of calls that ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from config.cores import usable
from config.file_places import Places
from config.sections.recording import Priority
from config.settings import Settings
from cti.commands import Command, Outcome
from cti.events import CallEnded

from .child_pool import RecordingChildren
from .child_process import RecordingChild
from .ports import RecordingBook
from .processing import RecordingQueue
from .restart_on_transfer import HEARD, RecordingContinuity
from .spare_cores import SpareCores

__all__ = ["ENDED", "HEARD", "Recorder", "build"]

ENDED = CallEnded
"""What wakes ``queue``, of the book; ``continuity`` hears what the board says of ``HEARD``."""


class Recorder:
    """``await start()``, then ``await stop()``."""

    def __init__(self, queue: RecordingQueue, continuity: RecordingContinuity) -> None:
        self.queue, self.continuity = queue, continuity

    async def start(self) -> None:
        await self.queue.start()

    async def stop(self) -> None:
        self.continuity.close()
        await self.queue.stop()


def build(
    settings: Settings, places: Places, book: RecordingBook, publish: Callable[[object], None],
    perform: Callable[[Command], Awaitable[Outcome]], lengths: Mapping[str, float],
) -> Recorder:  # fmt: skip
    """``lengths``: prompt → seconds."""
    spool = settings.asterisk.spool_dir
    monitor = spool / "monitor" if spool else None
    many = settings.recording.workers or usable()
    children = [RecordingChild(settings, places, monitor, lengths=lengths, place=place) for place in range(many)]
    idle = settings.recording.priority is Priority.IDLE
    child = RecordingChildren(children, SpareCores() if idle else lambda: many)
    trunks = frozenset(trunk.id for trunk in settings.trunk)
    return Recorder(RecordingQueue(child, book, publish), RecordingContinuity(trunks, perform))

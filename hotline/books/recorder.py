"""Recordings as one part: what Asterisk recorded is finished and shelved, and begun anew where a citizen's partner changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from config.file_places import Places
from config.settings import Settings
from cti.commands import Command, Outcome
from hotline.bus import Bus
from recordings import build as recordings

from .build import Books


def build(
    settings: Settings, places: Places, books: Books, perform: Callable[[Command], Awaitable[Outcome]],
    lengths: Mapping[str, float], board: Bus, book: Bus, house: Bus,
) -> recordings.Recorder:  # fmt: skip
    """``lengths``: prompt → seconds."""
    made = recordings.build(settings, places, books.recordings, house.publish, perform, lengths)
    book.listen(recordings.ENDED, made.queue.wake)
    board.listen(recordings.HEARD, made.continuity.hear)
    return made

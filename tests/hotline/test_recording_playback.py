"""A recording for the browser: over a real ledger and a real shelf, any part of it, and a clear word when there is none."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from config.file_places import Places
from config.sections.recording import Recording
from console.ledger_ports import NotHere
from cti.ids import CallId
from hotline.consoles.recording_playback import RecordingSource
from ledger import tables as t
from ledger.holds import HoldBook
from ledger.recordings import RecordingTable
from ledger.store import Store
from recordings.ids import RecordingId
from recordings.ports import Shelved
from recordings.shelf import Shelf
from recordings.storage import keys_of, storage_of
from recordings.vault import unseal

from .test_recording_cli import kept, shelve_second

pytestmark = pytest.mark.slow
__all__ = ["kept"]

T = TypeVar("T")
NOW = datetime(2026, 10, 1, tzinfo=UTC)


def asked(folder: Path, what: Callable[[RecordingSource, Store], Awaitable[T]]) -> T:
    places = Places(folder)
    shelf = Shelf(storage_of(places), ZoneInfo("Asia/Shanghai"))

    async def work() -> T:
        store = Store(f"sqlite+aiosqlite:///{places.ledger}")
        try:
            return await what(
                RecordingSource(RecordingTable(store), HoldBook(store), shelf, keys_of(Recording(), places)), store
            )
        finally:
            await store.close()

    return asyncio.run(work())


async def read(tapes: RecordingSource, call: CallId, first: int, last: int) -> bytes:
    sound = await tapes.open(RecordingId(call))
    return b"".join([piece async for piece in sound.read(first, last)])


def test_every_part_of_it_is_itself(tmp_path: Path, kept: Shelved) -> None:
    """What the seal held, whole and in pieces; Opus in Ogg."""
    places = Places(tmp_path)
    keys = keys_of(Recording(), places)
    with open(places.shelf / kept.path, "rb") as stored:
        plain = b"".join(unseal(stored, keys.get(kept.path)))
    assert asked(tmp_path, lambda tapes, _: read(tapes, kept.call, 0, kept.plain_bytes - 1)) == plain
    assert asked(tmp_path, lambda tapes, _: read(tapes, kept.call, 7, 4000)) == plain[7:4001]
    assert plain.startswith(b"OggS")


def test_the_second_recording_is_itself(tmp_path: Path, kept: Shelved) -> None:
    """Part 2 is heard by its number, listed behind part 1, and a part there is none of is none."""
    second = shelve_second(tmp_path, kept)

    async def heard(tapes: RecordingSource, _store: Store) -> tuple[bytes, bytes, list[int], bool]:
        sounds = [await tapes.open(RecordingId(kept.call, part)) for part in (1, 2)]
        both = [b"".join([piece async for piece in one.read(0, one.size - 1)]) for one in sounds]
        return both[0], both[1], [one.part for one in await tapes.parts(kept.call)], await tapes.held(kept.call)

    one, two, parts, held = asked(tmp_path, heard)
    assert (hashlib.sha256(one).hexdigest(), hashlib.sha256(two).hexdigest()) == (
        kept.plain_sha256,
        second.plain_sha256,
    )
    assert (parts, held) == ([1, 2], False)
    third = asked(tmp_path, lambda tapes, _: why_of(tapes, RecordingId(kept.call, 3)))
    assert third == "none"


async def why_of(tapes: RecordingSource, ident: RecordingId) -> str:
    try:
        await tapes.open(ident)
    except NotHere as fault:
        return fault.why
    return ""


async def why(tapes: RecordingSource, call: CallId) -> str:
    return await why_of(tapes, RecordingId(call))


def test_no_sound_says_why(tmp_path: Path, kept: Shelved) -> None:
    """Not begun, not shelved yet, failed, its key dropped, damaged, its file gone."""
    places = Places(tmp_path)
    call, file = kept.call, places.shelf / kept.path
    row = sa.update(t.recordings).where(t.recordings.c.call_id == call)

    async def told(tapes: RecordingSource, store: Store, **values: object) -> str:
        async with store.writing() as db:
            await db.execute(row.values(**values))
        return await why(tapes, call)

    assert asked(tmp_path, lambda tapes, _: why(tapes, CallId("xm1-0.0"))) == "none"
    assert asked(tmp_path, lambda tapes, store: told(tapes, store, state="raw")) == "raw"
    assert asked(tmp_path, lambda tapes, store: told(tapes, store, state="failed")) == "failed"
    assert asked(tmp_path, lambda tapes, store: told(tapes, store, state="dropped", dropped_at=NOW)) == "dropped"
    assert asked(tmp_path, lambda tapes, store: told(tapes, store, state="shelved")) == ""
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    assert asked(tmp_path, lambda tapes, _: why(tapes, call)) == "damaged"
    file.write_bytes(whole[:-1])
    assert asked(tmp_path, lambda tapes, _: why(tapes, call)) == "damaged"
    file.unlink()
    assert asked(tmp_path, lambda tapes, _: why(tapes, call)) == "dropped"
    file.write_bytes(whole)
    keys_of(Recording(), places).shred(kept.path)
    assert asked(tmp_path, lambda tapes, _: why(tapes, call)) == "dropped"

"""A recording for the browser: over a real ledger and a real shelf, any part of it, and a clear word when there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from config.places import Places
from console.books import NotHere
from cti.ids import CallId
from hotline.listening import Tapes
from ledger import tables as t
from ledger.shelfbook import ShelfBook
from ledger.store import Store
from recordings.ports import Shelved
from recordings.vault import Keys, unseal

from .test_recording_cli import kept

pytestmark = pytest.mark.slow
__all__ = ["kept"]

T = TypeVar("T")


def asked(folder: Path, what: Callable[[Tapes, Store], Awaitable[T]]) -> T:
    places = Places(folder)

    async def work() -> T:
        store = Store(f"sqlite+aiosqlite:///{places.ledger}")
        try:
            return await what(Tapes(ShelfBook(store), places, ZoneInfo("Asia/Shanghai")), store)
        finally:
            await store.close()

    return asyncio.run(work())


async def read(tapes: Tapes, call: CallId, first: int, last: int) -> bytes:
    sound = await tapes.open(call)
    return b"".join([piece async for piece in sound.read(first, last)])


def test_every_part_of_it_is_itself(tmp_path: Path, kept: Shelved) -> None:
    """What the seal held, whole and in pieces; Opus in Ogg."""
    places = Places(tmp_path)
    keys = Keys(places.recording_keys, places.secrets / "recording-master")
    with open(places.shelf / kept.path, "rb") as stored:
        plain = b"".join(unseal(stored, keys.get(kept.path)))
    assert asked(tmp_path, lambda tapes, _: read(tapes, kept.call, 0, kept.plain_bytes - 1)) == plain
    assert asked(tmp_path, lambda tapes, _: read(tapes, kept.call, 7, 4000)) == plain[7:4001]
    assert plain.startswith(b"OggS")


async def why(tapes: Tapes, call: CallId) -> str:
    try:
        await tapes.open(call)
    except NotHere as fault:
        return fault.why
    return ""


def test_no_sound_says_why(tmp_path: Path, kept: Shelved) -> None:
    """Not begun, not shelved yet, failed, its key dropped, damaged, its file gone."""
    places = Places(tmp_path)
    call, file = kept.call, places.shelf / kept.path
    row = sa.update(t.recordings).where(t.recordings.c.call_id == call)

    async def told(tapes: Tapes, store: Store, **values: object) -> str:
        async with store.writing() as db:
            await db.execute(row.values(**values))
        return await why(tapes, call)

    assert asked(tmp_path, lambda tapes, _: why(tapes, CallId("xm1-0.0"))) == "none"
    assert asked(tmp_path, lambda tapes, store: told(tapes, store, state="raw")) == "raw"
    assert asked(tmp_path, lambda tapes, store: told(tapes, store, state="failed")) == "failed"
    assert asked(tmp_path, lambda tapes, store: told(tapes, store, state="shelved")) == ""
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    assert asked(tmp_path, lambda tapes, _: why(tapes, call)) == "damaged"
    file.write_bytes(whole[:-1])
    assert asked(tmp_path, lambda tapes, _: why(tapes, call)) == "damaged"
    file.unlink()
    assert asked(tmp_path, lambda tapes, _: why(tapes, call)) == "dropped"
    file.write_bytes(whole)
    Keys(places.recording_keys, places.secrets / "recording-master").shred(kept.path)
    assert asked(tmp_path, lambda tapes, _: why(tapes, call)) == "dropped"

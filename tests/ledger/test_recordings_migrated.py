"""Revision 0010 over a ledger of before it: every recording becomes the first part of its call, and nothing else changes."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from cti.ids import CallId
from ledger import migrate
from ledger.recordings import RecordingTable
from ledger.store import Store
from recordings.ids import RecordingId
from recordings.local_storage import LocalStorage
from recordings.ports import Claim, Failed, Shelved
from recordings.shelf import Shelf
from recordings.states import State

CALLS = [f"xm1-1790000000.{n}" for n in range(3)]
ENDS = ["raw", "shelved", "failed"]


def move(url: str, to: str | None) -> None:
    """To a revision; None: to the one before 0010, wherever that stands in the chain."""
    config = migrate._config()
    before = ScriptDirectory.from_config(config).get_revision("0010").down_revision
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        if to is None:
            command.downgrade(config, str(before))
        else:
            command.upgrade(config, to)
    engine.dispose()


def told(url: str) -> list[dict[str, object]]:
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.connect() as db:
        rows = [dict(row) for row in db.execute(sa.text("SELECT * FROM recordings ORDER BY call_id")).mappings()]
    engine.dispose()
    return rows


def key(url: str) -> list[str]:
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    columns = sa.inspect(engine).get_pk_constraint("recordings")["constrained_columns"]
    engine.dispose()
    return columns


@pytest.fixture
def before(url: str) -> str:
    """A ledger of main as it was: a recording not shelved yet, one on the shelf, one that failed."""
    move(url, None)
    assert key(url) == ["call_id"]
    at = "2026-11-23 01:00:00.000000+00:00"
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as db:
        for call, state in zip(CALLS, ENDS, strict=True):
            db.execute(
                sa.text(
                    "INSERT INTO calls (call_id, direction, arrived_at, ended_at, state) VALUES (:call, 'inbound', :at, :at, 'closed')"
                ),
                {"call": call, "at": at},
            )
            shelved = state == "shelved"
            db.execute(
                sa.text(
                    "INSERT INTO recordings (call_id, file, started_at, ended_at, state, settled_at, reason, path, format, seconds,"
                    " plain_bytes, plain_sha256, stored_bytes, stored_sha256, sealed, faults) VALUES (:call, :file, :at, :at,"
                    " :state, :at, :reason, :path, 'opus', 75.5, 3000000000, 'aa', 5, 'bb', :sealed, 'short node_died')"
                ),
                {
                    "call": call, "file": f"{call}.raw", "at": at, "state": state, "sealed": shelved,
                    "reason": "missing" if state == "failed" else "",
                    "path": f"2026/11/23/{call}.opus.sealed" if shelved else "",
                },
            )  # fmt: skip
    engine.dispose()
    return url


async def test_every_recording_is_the_first_part_of_its_call(before: str, tmp_path: Path) -> None:
    """Row for row the same but for what is new, which is empty; the file on the shelf is found where it lay."""
    was = told(before)
    move(before, "0010")
    assert key(before) == ["call_id", "part"]
    now = told(before)
    for old, new in zip(was, now, strict=True):
        assert new == old | {
            "part": 1, "kept_until": None, "dropped_at": None, "dropped_why": "", "dropped_by": "", "certificate": "",
        }  # fmt: skip
    migrate.upgrade(before)
    assert migrate.differences(before) == ([], [])
    raw, shelved, failed = (RecordingId(CallId(call)) for call in CALLS)
    storage = LocalStorage(tmp_path / "shelf")
    storage.put(f"2026/11/23/{CALLS[1]}.opus.sealed", [b"sound"])  # as an older release left it
    store = Store(before)
    book = RecordingTable(store)
    assert [one.id for one in await book.due(9)] == [raw]
    kept = await book.kept(shelved)
    assert isinstance(kept, Shelved)
    assert (kept.seconds, kept.plain_bytes, kept.sealed, kept.faults) == (
        75.5,
        3_000_000_000,
        True,
        ("short", "node_died"),
    )
    assert Shelf(storage, ZoneInfo("Asia/Shanghai")).open(kept.path).read() == b"sound"
    assert isinstance(await book.kept(failed), Failed)
    assert (await book.claims([f"{CALLS[2]}.raw"]))[f"{CALLS[2]}.raw"] == Claim(failed, State.FAILED, reason="missing")
    await store.close()


def test_a_second_part_is_not_lost_on_the_way_back(before: str) -> None:
    """Downgraded only while nothing would be lost by it."""
    move(before, "0010")
    engine = sa.create_engine(before.replace("+aiosqlite", ""))
    with engine.begin() as db:
        copied = "INSERT INTO recordings (call_id, part, file, started_at) SELECT call_id, 2, 'b.raw', started_at FROM recordings"
        db.execute(sa.text(f"{copied} WHERE state = 'raw'"))
    with pytest.raises(RuntimeError, match="later parts"):
        move(before, None)
    assert len(told(before)) == 4
    with engine.begin() as db:
        db.execute(sa.text("DELETE FROM recordings WHERE part = 2"))
    engine.dispose()
    move(before, None)
    assert len(told(before)) == 3

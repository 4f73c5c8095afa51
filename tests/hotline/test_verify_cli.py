"""``hotline verify`` reads all four witnesses, the daemon running or not; ``--accept`` is once and audited."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.file_places import Places
from cti.equipment_events import BoardLive
from cti.ids import Instant
from hotline.books.ami_only_calls_file import AmiOnlyCallsFile
from hotline.cli import main
from hotline.verbs.shell_user import actor
from hotline.verbs.verify import alone
from ledger import tables as t
from ledger.ami_only_calls import Seen
from ledger.store import Store
from tests import new_ledger
from tests.cti.story import Story
from tests.cti.test_cel_reader import rows
from tests.ledger.desk import T0, Told

SHIPPED = Path(__file__).resolve().parents[2] / "hotline.toml"
LONG_AGO = 3600.0
NOW = datetime.now(UTC)


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """Folders and an empty ledger."""
    new_ledger.make(tmp_path / "ledger.db")
    for folder in ("asterisk/log/cel-custom", "asterisk/spool/monitor", "run", "recordings"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def verify(var: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    status = main(["verify", "--json", *words, "--config", str(SHIPPED), "--var", str(var)])
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is (status == 0)
    return status, told["details"]


def accept(var: Path, key: str, *words: str) -> int:
    return main(["verify", "--accept", key, *words, "--config", str(SHIPPED), "--var", str(var)])


def write_cel(var: Path, lines: Sequence[str]) -> None:
    with (var / "asterisk/log/cel-custom/hotline.csv").open("a", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def a_call() -> Story:
    story = Story(1)
    story.arrive()
    story.queue()
    story.abandon()
    return story


def lay_recording(var: Path, name: str = "xm1-9.9.raw", age: float = LONG_AGO) -> None:
    file = var / "asterisk/spool/monitor" / name
    file.write_bytes(b"\0" * 64)
    os.utime(file, (time.time() - age, time.time() - age))


def insert(var: Path, *statements: sa.Executable) -> None:
    engine = sa.create_engine(f"sqlite:///{var / 'ledger.db'}")
    with engine.begin() as db:
        for statement in statements:
            db.execute(statement)
    engine.dispose()


def fetch(var: Path, statement: sa.Select) -> list[sa.Row]:  # type: ignore[type-arg]
    engine = sa.create_engine(f"sqlite:///{var / 'ledger.db'}")
    with engine.begin() as db:
        found = list(db.execute(statement))
    engine.dispose()
    return found


def test_an_empty_house_is_well(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(var, capsys) == (0, [])


def test_a_recording_without_a_call(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once it has come to rest; one whose leg the ledger knows is somebody's."""
    lay_recording(var, age=1)
    assert verify(var, capsys)[0] == 0, "it may be of a call that just ends"
    lay_recording(var)
    status, (one,) = verify(var, capsys)
    assert (status, one["rule"], one["subject"]) == (1, "recording_without_call", "recording:xm1-9.9.raw")
    insert(var, sa.insert(t.legs).values(leg_id="xm1-9.9", call_id="xm1-9.1", began_at=NOW))
    assert verify(var, capsys)[0] == 0


def test_a_call_in_asterisks_record_that_the_ledger_lacks(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The daemon died before it read on, or the ledger was lost: each call is named, and its recording is no orphan."""
    story = a_call()
    write_cel(var, rows(story.frames))
    lay_recording(var, f"{story.call}.raw")
    status, (one,) = verify(var, capsys)
    assert (status, one["rule"], one["subject"]) == (1, "call_not_in_ledger", f"ledger:{story.call}")


def test_what_only_the_live_picture_saw(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The daemon was killed before it could write it."""
    told, wire = Told(1), Seen()
    told.arrive()
    told.end()
    for event in (BoardLive(Instant(T0 - 1), Instant(T0 - 9)), *told.events):
        wire.hear(event)
    AmiOnlyCallsFile(var / "run" / "calls-seen").write(list(wire.ended.values()))
    status, (one,) = verify(var, capsys)
    assert (status, one["rule"], one["subject"]) == (1, "call_not_in_book", f"call:{told.call}")


def test_recordings_gone_from_the_shelf(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = {"call_id": "xm1-1.1", "direction": "outbound", "arrived_at": NOW, "ended_at": NOW, "state": "closed"}
    kept = {"call_id": "xm1-1.1", "file": "xm1-1.1.raw", "started_at": NOW, "state": "shelved"}
    insert(var, sa.insert(t.calls).values(call), sa.insert(t.recordings).values(path="2026/11/28/a.opus", **kept))
    status, found = verify(var, capsys)
    one = found[-1]
    assert (status, one["rule"], one["subject"]) == (1, "recordings_gone", "shelf:2026/11/28")
    (var / "recordings/2026/11/28").mkdir(parents=True)
    assert "recordings_gone" in {one["rule"] for one in verify(var, capsys)[1]}, "an emptied day is as good as none"
    (var / "recordings/2026/11/28/a.opus").write_bytes(b"sound")
    assert "recordings_gone" not in {one["rule"] for one in verify(var, capsys)[1]}


def test_accepting_is_once_with_a_reason_and_in_the_audit_log(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay_recording(var)
    (_, (one,)) = verify(var, capsys)
    key = one["subject"]
    assert accept(var, key) == 2
    assert accept(var, key, "--reason", "   ") == 2
    assert accept(var, "recording:other", "--reason", "looked") == 1
    assert accept(var, key, "--reason", "a test call", "--by", "2001") == 0
    capsys.readouterr()
    assert verify(var, capsys) == (0, [])
    assert accept(var, key, "--reason", "again") == 1
    assert actor() in capsys.readouterr().err
    row = fetch(var, sa.select(t.audit).order_by(t.audit.c.seq))[-1]
    assert (row.actor, row.action, json.loads(row.detail)) == (
        actor(), "difference_accepted", {"key": key, "reason": "a test call", "on_behalf": "2001"},
    ), "who really acted, whomever it is for"  # fmt: skip


def test_a_whole_one_never_overlaps_itself(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """OPS 18: run by a clock, it may take longer than the clock's turn. What is short goes on beside it."""
    words = ("--config", str(SHIPPED), "--var", str(var))
    with ExitStack() as held:
        assert alone(held, Places(var)) == ""
        assert main(["verify", *words]) == 3
        assert str(os.getpid()) in capsys.readouterr().err
        assert main(["verify", "--since", "1h", *words]) == 0
        assert main(["verify", "--quick", *words]) == 0
    assert main(["verify", *words]) == 0


async def test_what_it_sorts_goes_to_the_disk(tmp_path: Path) -> None:
    """Ten years of talks were sorted in memory: 400 MB at two million calls."""
    url = new_ledger.make(tmp_path / "ledger.db")
    for spills, kind in ((True, 1), (False, 2)):
        store = Store(url, spills=spills)
        async with store.reading() as db:
            assert await db.scalar(sa.text("PRAGMA temp_store")) == kind
        assert await store.look(lambda db: db.scalar(sa.text("PRAGMA temp_store"))) == kind
        await store.close()

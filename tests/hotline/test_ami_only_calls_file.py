"""The file of calls that only the live picture saw: whole or the one before, on a full disk too."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cti.equipment_events import BoardLive
from cti.ids import Instant
from hotline.books import ami_only_calls_file
from hotline.books.ami_only_calls_file import HALF, AmiOnlyCallsFile
from ledger.ami_only_calls import Seen, SeenCall
from tests.ledger.desk import T0, Told

LIVE = BoardLive(Instant(T0 - 1), Instant(T0 - 2))


def calls(*numbers: int) -> list[SeenCall]:
    wire = Seen()
    wire.hear(LIVE)
    for number in numbers:
        told = Told(number)
        told.arrive()
        told.queue()
        told.talk(10)
        told.end()
        for event in told.events:
            wire.hear(event)
    return list(wire.ended.values())


def test_what_is_written_is_read_as_it_was(tmp_path: Path) -> None:
    """Record, legs, offers, talks and visits, and after each writing only the newest."""
    file = AmiOnlyCallsFile(tmp_path / "seen")
    assert file.read() == []
    for numbers in ((1,), (1, 2), (2,), ()):
        wanted = calls(*numbers)
        file.write(wanted)
        assert AmiOnlyCallsFile(tmp_path / "seen").read() == wanted


@pytest.mark.parametrize("at", [0, 10, 70, 400])
def test_a_torn_writing_leaves_the_one_before(tmp_path: Path, at: int) -> None:
    file = AmiOnlyCallsFile(tmp_path / "seen")
    file.write(calls(1))
    file.write(calls(1, 2))
    with (tmp_path / "seen").open("r+b") as raw:
        raw.seek(0 + at)  # the second writing is in the first half
        raw.write(b"\xff" * 5)
    assert AmiOnlyCallsFile(tmp_path / "seen").read() == calls(1)


def test_its_room_is_taken_beforehand(tmp_path: Path) -> None:
    file = AmiOnlyCallsFile(tmp_path / "seen")
    file.reserve()
    assert os.stat(tmp_path / "seen").st_blocks * 512 >= 2 * HALF
    assert file.read() == []


def test_too_many_leave_out_the_oldest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami_only_calls_file, "HALF", 8192)
    many = calls(*range(1, 30))
    AmiOnlyCallsFile(tmp_path / "seen").write(many)
    kept = AmiOnlyCallsFile(tmp_path / "seen").read()
    assert 0 < len(kept) < len(many)
    assert kept == many[-len(kept) :]


def test_garbage_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "seen").write_bytes(b"1 2 3" + b"\0" * 100 + datetime.now(UTC).isoformat().encode())
    assert AmiOnlyCallsFile(tmp_path / "seen").read() == []


def test_what_an_older_program_wrote_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Across an upgrade: it knew nothing of a call's recordings, and its calls are owed all the same."""
    real = ami_only_calls_file._row
    older = lambda call: {**real(call), "record": {k: v for k, v in real(call)["record"].items() if k != "tapes"}}  # noqa: E731
    monkeypatch.setattr(ami_only_calls_file, "_row", older)
    AmiOnlyCallsFile(tmp_path / "seen").write(calls(1, 2))
    assert [one.record.call for one in AmiOnlyCallsFile(tmp_path / "seen").read()] == [
        one.record.call for one in calls(1, 2)
    ]

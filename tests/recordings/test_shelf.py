"""The shelf: where things lie, and that they appear whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cti.ids import CallId
from recordings.errors import Hopeless, TryLater
from recordings.ports import Shelved
from recordings.shelf import Shelf, facts_file, free_bytes, peaks_file

from .sound import STARTED

CALL = CallId("xm1-1795455000.0")


def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path / "shelf", ZoneInfo("Asia/Shanghai"))
    made.empty_work()
    return made


def facts(path: str, size: int = 5) -> Shelved:
    return Shelved(CALL, path, "opus", 1.5, 4, "aa", size, "bb", True, datetime(2026, 1, 2, tzinfo=UTC), ("short",))


def test_the_day_is_the_centres(tmp_path: Path) -> None:
    """17:30 UTC is the next day in Xiamen, and there the recording lies."""
    assert shelf(tmp_path).path(CALL, STARTED, "opus", sealed=True) == f"2026/11/24/{CALL}.opus.sealed"
    assert shelf(tmp_path).path(CALL, STARTED, "mp3", sealed=False) == f"2026/11/24/{CALL}.mp3"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a/b", ".hidden", "a\nb", "a b", "-rf", "x" * 200, "a\0"])
def test_no_name_leads_out_of_the_shelf(tmp_path: Path, name: str) -> None:
    """Names that are no plain file names are refused."""
    with pytest.raises(Hopeless, match="bad_name"):
        shelf(tmp_path).path(CallId(name), STARTED, "opus", sealed=True)


def test_put_and_found(tmp_path: Path) -> None:
    """What was put is found with its facts; putting it again changes nothing."""
    made = shelf(tmp_path)
    path = made.path(CALL, STARTED, "opus", sealed=True)
    for _ in range(2):
        draft = made.work / "draft"
        draft.write_bytes(b"sound")
        made.put(draft, b"[]", facts(path))
        assert made.found(CALL, STARTED) == facts(path)
    assert list(made.all()) == [facts(path)]
    sound = made.folder / path
    assert sound.read_bytes() == b"sound"
    assert peaks_file(sound).read_bytes() == b"[]"
    assert len(list(sound.parent.iterdir())) == 3
    assert not list(made.work.iterdir())


def test_a_damaged_entry_is_not_found(tmp_path: Path) -> None:
    """Facts without sound, sound of another size and half facts do not count as kept."""
    made = shelf(tmp_path)
    path = made.path(CALL, STARTED, "opus", sealed=True)
    (made.work / "draft").write_bytes(b"sound")
    made.put(made.work / "draft", b"[]", facts(path))
    sound = made.folder / path
    sound.write_bytes(b"soun")
    assert made.found(CALL, STARTED) is None
    sound.write_bytes(b"sound")
    facts_file(sound).write_bytes(b'{"call": "x')
    assert made.found(CALL, STARTED) is None
    assert not made.holds("../shelf/" + path)


def test_too_little_room_is_said(tmp_path: Path) -> None:
    """Who needs more than there is, is told so before anything is written."""
    made = shelf(tmp_path)
    made.room_for(1)
    with pytest.raises(TryLater, match="disk_full"):
        made.room_for(free_bytes(tmp_path) * 2)

"""The shelf: that recordings appear whole, each part by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cti.ids import CallId
from recordings import layout
from recordings.drafts import Drafts, free_bytes
from recordings.errors import TryLater
from recordings.ids import RecordingId
from recordings.local_storage import LocalStorage
from recordings.ports import Shelved
from recordings.shelf import Shelf

from .sound import STARTED

CALL = CallId("xm1-1795455000.0")
FIRST, SECOND = RecordingId(CALL), RecordingId(CALL, 2)


class ShelfRig:
    def __init__(self, folder: Path) -> None:
        self.root = folder / "shelf"
        self.shelf = Shelf(LocalStorage(self.root), ZoneInfo("Asia/Shanghai"))
        self.drafts = Drafts(self.root / ".work")
        self.drafts.empty()

    def put(
        self, ident: RecordingId, form: str = "opus", content: bytes = b"sound", started: datetime = STARTED
    ) -> str:
        path = self.shelf.path(ident, started, form, sealed=True)
        draft = self.drafts.file("draft")
        draft.write_bytes(content)
        self.shelf.put(draft, b"[]", facts(ident, path, len(content)))
        return path


def facts(ident: RecordingId, path: str, size: int = 5) -> Shelved:
    return Shelved(ident, path, "opus", 1.5, 4, "aa", size, "bb", True, datetime(2026, 1, 2, tzinfo=UTC), ("short",))


@pytest.mark.parametrize("ident", [FIRST, SECOND])
def test_put_and_found(tmp_path: Path, ident: RecordingId) -> None:
    """What was put is found with its facts; putting it again changes nothing."""
    rig = ShelfRig(tmp_path)
    for _ in range(2):
        path = rig.put(ident)
        assert rig.shelf.found(ident, STARTED) == facts(ident, path)
    assert list(rig.shelf.all()) == [facts(ident, path)]
    sound = rig.root / path
    assert sound.read_bytes() == b"sound"
    assert (rig.root / layout.peaks_of(path)).read_bytes() == b"[]"
    assert len(list(sound.parent.iterdir())) == 3
    assert not list(rig.drafts.folder.iterdir())


def test_parts_lie_beside_each_other_and_are_listed_in_order(tmp_path: Path) -> None:
    """Ten parts of one call and one of another, put in any order: none replaces another, the tenth comes after the ninth."""
    rig = ShelfRig(tmp_path)
    other = RecordingId(CallId("xm1-1795455000.1"))
    wanted = [RecordingId(CALL, part) for part in range(1, 11)]
    for ident in [other, *reversed(wanted)]:
        rig.put(ident, content=str(ident).encode())
    assert [one.id for one in rig.shelf.all()] == [*wanted, other]
    for ident in wanted:
        found = rig.shelf.found(ident, STARTED)
        assert found is not None
        assert rig.shelf.open(found.path).read() == str(ident).encode()


def test_days_are_told_in_order(tmp_path: Path) -> None:
    """The oldest first; whether a day holds anything is asked of the storage alone."""
    rig = ShelfRig(tmp_path)
    days = [datetime(year, month, 3, tzinfo=UTC) for year, month in ((2026, 11), (2025, 12), (2026, 2))]
    for number, day in enumerate(days):
        rig.put(RecordingId(CallId(f"xm1-{number}.0")), started=day)
    assert [one.path[:10] for one in rig.shelf.all()] == ["2025/12/03", "2026/02/03", "2026/11/03"]
    assert rig.shelf.has_day("2026/02/03")
    assert not rig.shelf.has_day("2026/02/0")
    assert not rig.shelf.has_day("2026/02/04")
    assert not rig.shelf.has_day("../shelf/2026/02/03")


def test_facts_of_before_there_were_parts_are_the_first_parts(tmp_path: Path) -> None:
    """A shelf of an older release: its layout, its facts without a part."""
    rig = ShelfRig(tmp_path)
    path = f"2026/11/24/{CALL}.opus.sealed"
    folder = rig.root / "2026/11/24"
    folder.mkdir(parents=True)
    (rig.root / path).write_bytes(b"sound")
    (folder / f"{CALL}.facts.json").write_text(
        f'{{"call": "{CALL}", "path": "{path}", "format": "opus", "seconds": 1.5, "plain_bytes": 4, "plain_sha256": "aa",'
        ' "stored_bytes": 5, "stored_sha256": "bb", "sealed": true, "shelved_at": "2026-01-02T00:00:00+00:00",'
        ' "faults": ["short"]}'
    )
    assert rig.shelf.found(FIRST, STARTED) == facts(FIRST, path)
    assert rig.shelf.holds(path)
    assert rig.shelf.found(SECOND, STARTED) is None


def test_a_damaged_entry_is_not_found(tmp_path: Path) -> None:
    """Facts without sound, sound of another size and half facts do not count as kept."""
    rig = ShelfRig(tmp_path)
    path = rig.put(FIRST)
    sound = rig.root / path
    sound.write_bytes(b"soun")
    assert rig.shelf.found(FIRST, STARTED) is None
    sound.write_bytes(b"sound")
    (rig.root / layout.facts_of(path)).write_bytes(b'{"call": "x')
    assert rig.shelf.found(FIRST, STARTED) is None
    assert not rig.shelf.holds("../shelf/" + path)


def test_only_the_same_recording_is_a_rival(tmp_path: Path) -> None:
    """Another format of this part; not another part, not a call whose id begins alike."""
    rig = ShelfRig(tmp_path)
    left, kept = rig.put(SECOND, "mp3"), layout.sound(SECOND, STARTED, ZoneInfo("Asia/Shanghai"), "opus", sealed=True)
    rig.put(FIRST, "mp3")
    rig.put(RecordingId(CALL, 20), "mp3")
    rig.put(RecordingId(CallId(CALL + ".opus")), "mp3")
    assert list(rig.shelf.rivals(kept)) == [left]


def test_too_little_room_is_said(tmp_path: Path) -> None:
    """Who needs more than there is, is told so before anything is written."""
    drafts = ShelfRig(tmp_path).drafts
    drafts.room_for(1)
    with pytest.raises(TryLater, match="disk_full"):
        drafts.room_for(free_bytes(tmp_path) * 2)

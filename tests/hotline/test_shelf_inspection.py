"""Finished recordings looked after by the daemon itself: missing, altered, exchanged, their keys lost; bounded, and kept over restarts."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config import language
from config.file_places import Places
from config.read import parse
from config.sections.recording import Recording
from cti.ids import CallId
from hotline.alarms import shelf_inspection
from hotline.alarms.rule import judge
from hotline.alarms.rules import Reading, rules_of
from hotline.alarms.shelf_inspection import EVERY_SECONDS, Notes, ShelfInspection, breaches, budget
from hotline.alarms.standing import Alarms
from hotline.lab.hotline_instance import shipped
from recordings import layout, shelf_check, vault
from recordings.ids import RecordingId
from recordings.ports import Dropped, Shelved
from recordings.shelf import Shelf
from recordings.storage import keys_of, storage_of

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


class InspectedShelf:
    """A shelf of sealed recordings and what the ledger says of it."""

    def __init__(self, var: Path, many: int) -> None:
        self.places = Places(var)
        self.shelf = Shelf(storage_of(self.places), UTC)
        self.keys = keys_of(Recording(), self.places)
        self.rows: dict[RecordingId, Shelved | Dropped] = {}
        self.read: list[int] = []
        self.opened: list[str] = []
        self.now = NOW
        for n in range(many):
            self.put(n)

    def put(self, n: int) -> None:
        ident, sound = RecordingId(CallId(f"xm1-{n:04}.0")), f"sound {n}".encode() * 50
        path = layout.sound(ident, NOW - timedelta(days=n), UTC, "opus", sealed=True)
        key = vault.new_key(path)
        self.keys.keep(key, path)
        sealed = io.BytesIO()
        vault.seal(io.BytesIO(sound), sealed, key)
        stored = sealed.getvalue()
        digests = [hashlib.sha256(one).hexdigest() for one in (sound, stored)]
        facts = Shelved(ident, path, "opus", 1.0, len(sound), digests[0], len(stored), digests[1], True, NOW, ())
        draft = self.places.var / "draft"
        draft.write_bytes(stored)
        self.shelf.put(draft, b"{}", facts)
        self.rows[ident] = facts

    # -- ``shelf_inspection.Book``

    async def shelved_after(self, after: RecordingId | None, most: int) -> Sequence[Shelved]:
        found = sorted(
            (ident, row)
            for ident, row in self.rows.items()
            if isinstance(row, Shelved) and (after is None or ident > after)
        )
        page = [row for _ident, row in found[:most]]
        self.read.append(len(page))
        return page

    async def kept(self, ident: RecordingId) -> Any:
        return self.rows.get(ident)

    async def shelved_count(self) -> tuple[int, int]:
        found = [row for row in self.rows.values() if isinstance(row, Shelved)]
        return len(found), sum(row.stored_bytes for row in found)

    def inspection(self) -> ShelfInspection:
        return ShelfInspection(self, self.shelf, self.keys, lambda: Notes(self.places.shelf_checked), lambda: self.now)

    def file(self, n: int) -> Path:
        return self.places.shelf / self.fact(n).path

    def fact(self, n: int) -> Shelved:
        row = self.rows[RecordingId(CallId(f"xm1-{n:04}.0"))]
        assert isinstance(row, Shelved)
        return row


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_language", "en")


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    file.write_bytes(content)


def swap(shelf: InspectedShelf) -> None:
    one, other = shelf.file(1).read_bytes(), shelf.file(2).read_bytes()
    shelf.file(1).write_bytes(other)
    shelf.file(2).write_bytes(one)


HARMS: dict[str, tuple[Callable[[InspectedShelf], object], dict[int, str]]] = {
    "its sound": (lambda shelf: shelf.file(1).unlink(), {1: "gone"}),
    "its facts": (lambda shelf: (shelf.places.shelf / layout.facts_of(shelf.fact(1).path)).unlink(), {1: "no_facts"}),
    "its key": (lambda shelf: shelf.keys.shred(shelf.fact(1).path), {1: "no_key"}),
    "another's key": (
        lambda shelf: (shelf.keys.folder / f"{shelf.fact(1).path}.key").write_bytes(
            (shelf.keys.folder / f"{shelf.fact(2).path}.key").read_bytes()
        ),
        {1: "wrong_key"},
    ),
    "a bit": (lambda shelf: flip(shelf.file(1)), {1: "altered"}),
    "two of one size": (swap, {1: "altered", 2: "altered"}),
    "its end": (lambda shelf: shelf.file(1).write_bytes(shelf.file(1).read_bytes()[:-1]), {1: "altered"}),
}


@pytest.mark.parametrize("harm", HARMS)
async def test_whatever_is_done_to_a_recording_is_found(tmp_path: Path, harm: str) -> None:
    """By the daemon itself, as an alarm; by ``hotline verify``, and by the next daemon before it has looked again."""
    shelf, (do, expected) = InspectedShelf(tmp_path, 4), HARMS[harm]
    inspection = shelf.inspection()
    await inspection.look()
    assert inspection.said == ""
    do(shelf)
    await inspection.look()
    named = dict(Notes(shelf.places.shelf_checked).faults)
    assert named == {RecordingId(CallId(f"xm1-{n:04}.0")): word for n, word in expected.items()}
    assert all(str(ident) in inspection.said for ident in named)
    told = judge(rules_of(parse(shipped()).targets), Reading(live=True, recordings=inspection.found)).found
    ((kind, _turn),) = told
    assert kind == "recordings"
    assert inspection.said in told[kind, _turn].detail
    for everything in (True, False):
        found = await breaches(
            shelf, shelf.shelf, shelf.keys, Notes(shelf.places.shelf_checked), 9, everything=everything
        )
        assert {one.subject for one in found} == {str(ident) for ident in named}
    fresh = await breaches(shelf, shelf.shelf, shelf.keys, Notes(tmp_path / "none"), 9, everything=True)
    assert {one.subject for one in fresh} == {str(ident) for ident in named}, "without the daemon's word, too"
    again = shelf.inspection()
    await again.look()
    assert again.said == inspection.said


async def test_what_is_found_later_is_an_alarm_of_its_own(tmp_path: Path) -> None:
    """The first one's alarm stands, perhaps acknowledged and not to be mended: the next fault raises another, over restarts too."""
    shelf, alarms = InspectedShelf(tmp_path, 4), Alarms(rules_of(parse(shipped()).targets))

    async def turn(inspection: ShelfInspection) -> list[str]:
        shelf.now += timedelta(minutes=1)
        await inspection.look()
        stepped = alarms.step(Reading(live=True, backlog=0, dead_letters=0, recordings=inspection.found), shelf.now)
        return [row.detail for row in stepped if row.kind == "recordings" and not row.cleared_at]

    inspection = shelf.inspection()
    assert inspection.found is None, "nothing was looked at yet: what stands stays"
    assert await turn(inspection) == []
    shelf.file(0).unlink()
    (first,) = await turn(inspection)
    assert "xm1-0000.0+1 (gone)" in first
    assert await turn(inspection) == []
    flip(shelf.file(1))
    inspection = shelf.inspection()
    (second,) = await turn(inspection)
    assert "xm1-0001.0+1 (altered)" in second
    assert "xm1-0000" not in second
    assert await turn(shelf.inspection()) == []
    shelf.rows[shelf.fact(0).id] = Dropped(shelf.fact(0).id, NOW, "24 months", "retention")
    for _minute in range(3):
        await turn(inspection)
    assert [row.cleared_at is not None for row in alarms.rows.values()] == [True, False], "each ends by itself"


async def test_finds_without_end_are_a_bounded_number_of_alarms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_inspection, "ALARMS_MOST", 2)
    shelf = InspectedShelf(tmp_path, 5)
    inspection = shelf.inspection()
    for n in range(5):
        shelf.file(n).unlink()
        shelf.now += timedelta(minutes=1)
        await inspection.look()
    assert inspection.found is not None
    assert [said.partition(" ")[0] for said in inspection.found.values()] == ["1", "4"]


async def test_what_is_right_again_or_was_dropped_is_told_no_more(tmp_path: Path) -> None:
    shelf = InspectedShelf(tmp_path, 3)
    inspection, content = shelf.inspection(), shelf.file(0).read_bytes()
    shelf.file(0).unlink()
    shelf.file(1).unlink()
    await inspection.look()
    assert "2 recordings" in inspection.said
    shelf.file(0).write_bytes(content)
    shelf.rows[shelf.fact(1).id] = Dropped(shelf.fact(1).id, NOW, "24 months", "retention")
    await inspection.look()
    assert inspection.said == ""


async def test_one_dropped_while_it_is_looked_at_is_no_fault(tmp_path: Path) -> None:
    """Between the page and the look its sound goes on purpose."""
    shelf = InspectedShelf(tmp_path, 1)
    page = await shelf.shelved_after(None, 9)
    shelf.file(0).unlink()
    shelf.rows[page[0].id] = Dropped(page[0].id, NOW, "24 months", "retention")

    async def stale(after: RecordingId | None, most: int) -> Sequence[Shelved]:
        return page

    shelf.shelved_after = stale  # type: ignore[method-assign]
    inspection = shelf.inspection()
    await inspection.look()
    assert inspection.said == ""


async def test_a_turn_is_bounded_and_the_march_goes_on_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each seal is opened once a round, a few a turn, in order, whoever restarts between."""
    opened: list[str] = []
    shelf = InspectedShelf(tmp_path, 7)
    monkeypatch.setattr(shelf_inspection, "SEALS_LEAST", 3)
    real = shelf_check.whole

    def whole(*given: Any) -> str:
        opened.append(given[2].id.call)
        return real(*given)

    monkeypatch.setattr(shelf_check, "whole", whole)
    for _turn in range(3):
        await shelf.inspection().look()
    assert opened == [f"xm1-{n:04}.0" for n in range(7)]
    notes = Notes(shelf.places.shelf_checked)
    assert (notes.sealed, notes.through) == (None, NOW)
    monkeypatch.setattr(shelf_inspection, "BYTES_MOST", shelf.fact(0).stored_bytes)
    opened.clear()
    await shelf.inspection().look()
    assert len(opened) == 1, "a turn opens no more than so many bytes, and one at least"


def test_all_are_opened_within_the_time() -> None:
    """A centre's whole shelf, within a month, as far as a turn's bound allows; a small one much sooner."""
    month = timedelta(days=30)
    turns = month.total_seconds() / EVERY_SECONDS
    for many in (0, 1, 1000, 500_000, 5_000_000):
        a_turn = budget(many, month, 5, 200)
        assert 5 <= a_turn <= 200
        assert a_turn * turns >= many


async def test_a_master_key_that_is_away_is_one_fault(tmp_path: Path) -> None:
    """Not one for each recording; what can be seen without it still is."""
    shelf = InspectedShelf(tmp_path, 3)
    (shelf.places.secrets / "recording-master").unlink()
    flip(shelf.file(1))
    inspection = shelf.inspection()
    await inspection.look()
    assert "recording-master" in inspection.said
    assert list(Notes(shelf.places.shelf_checked).faults) == [shelf.fact(1).id]


async def test_notes_that_cannot_be_read_begin_anew(tmp_path: Path) -> None:
    shelf = InspectedShelf(tmp_path, 2)
    shelf.places.run.mkdir()
    for text in ("", "{", "[]", '{"present": 7}'):
        shelf.places.shelf_checked.write_text(text)
        inspection = shelf.inspection()
        await inspection.look()
        assert inspection.said == ""

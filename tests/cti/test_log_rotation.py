"""However Asterisk's files are rotated, copied, packed, emptied or lost: each call once, or in a gap that is told."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from cti.file_tail import Place
from tests.sampling import examples

from .operator import PACKERS, Asterisk, Ledger, Operator

STEPS = (
    *("call", "call", "arrive", "leave", "read", "read_one", "die", "die_reading"),
    *("rename", "rename_dated", "copy", "copy_in_between", "anew", "gz", "bz2", "xz", "remove", "back"),
)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), max_size=25))
def test_each_call_is_there_once_or_in_a_gap_that_is_told(tmp_path_factory, steps) -> None:  # type: ignore[no-untyped-def]
    """Any history of writing, rotating in any way, losing files, reading, and being killed."""
    note(str(steps))
    asterisk = Asterisk(tmp_path_factory.mktemp("history"))
    operator, ledger = Operator(asterisk.cel), Ledger(asterisk)
    going: list[str] = []
    ledger.read()
    for step, which in steps:
        take(step, which, asterisk, operator, ledger, going)
    asterisk.call()
    ledger.read()
    while going:
        asterisk.leave(going.pop())
    ledger.die()
    ledger.read()
    assert ledger.lost() == []
    assert ledger.refused == []


@pytest.mark.parametrize("ending", PACKERS)
def test_a_copy_that_is_packed_with_its_emptied_original_is_a_gap(tmp_path: Path, ending: str) -> None:
    """Copied and emptied, the empty one renamed, both packed, and whoever had seen it is dead (found by the histories above)."""
    asterisk = Asterisk(tmp_path)
    operator, ledger = Operator(asterisk.cel), Ledger(asterisk)
    ledger.read()
    asterisk.call()
    ledger.read()
    operator.copy_and_empty(asterisk.call)
    ledger.die()
    operator.rename()
    ledger.read()
    operator.pack(ending)
    operator.pack(ending)
    ledger.die()
    for number in range(9):  # the inodes that were let go
        (tmp_path / f"keeps-{number}").touch()
    asterisk.call()
    ledger.read()
    assert ledger.lost() == []


def take(step: str, which: int, asterisk: Asterisk, operator: Operator, ledger: Ledger, going: list[str]) -> None:
    match step:
        case "call":
            asterisk.call()
        case "arrive":
            going.append(asterisk.arrive())
        case "leave" if going:
            asterisk.leave(going.pop(which % len(going)))
        case "read":
            ledger.read()
        case "read_one":
            ledger.read(1)
        case "die" | "die_reading":
            ledger.die(reading=step == "die_reading")
        case "rename":
            operator.rename()
        case "rename_dated":
            operator.rename_dated()
        case "copy":
            operator.copy_and_empty()
        case "copy_in_between":
            asterisk.call()
            ledger.read()
            operator.copy_and_empty(asterisk.call)
            operator.copied = True
        case "anew":  # a file of which nothing was read leaves no trace: of this one something was
            asterisk.call()
            ledger.read()
            asterisk.call()
            operator.anew()
        case "gz" | "bz2" | "xz":
            if operator.copied:  # when the copy is packed before it was read, nothing tells that it is one
                ledger.read()
                operator.copied = False
            operator.pack(f".{step}", which)
        case "remove":
            asterisk.call()
            ledger.read()
            asterisk.call()
            operator.rename()
            operator.remove(which)
        case "back":
            asterisk.tick(60)
        case _:
            pass


@pytest.fixture
def asterisk(tmp_path: Path) -> Asterisk:
    return Asterisk(tmp_path)


@pytest.fixture
def operator(asterisk: Asterisk) -> Operator:
    return Operator(asterisk.cel)


@pytest.fixture
def ledger(asterisk: Asterisk) -> Ledger:
    """It has read two calls, the second of which goes on, and is dead."""
    asterisk.call()
    asterisk.arrive()
    found = Ledger(asterisk)
    found.read()
    return found


def test_a_file_that_only_has_the_inode_of_the_old_one_is_read_from_its_beginning(
    asterisk: Asterisk, operator: Operator, ledger: Ledger
) -> None:
    """Removed while nobody read, and the new one is longer already (G1): its first call is there, the loss is told."""
    missed = asterisk.call()
    operator.anew()
    calls = [asterisk.call() for _ in range(9)]
    ledger.die()
    ledger.read()
    assert all(call in ledger.ended for call in calls)
    assert missed not in ledger.ended
    (gap,) = ledger.gaps
    assert gap.since < asterisk.calls[missed][0]
    assert gap.until == asterisk.calls[calls[0]][0]


@pytest.mark.parametrize("ending", PACKERS)
def test_what_was_packed_or_came_after_it_is_read(
    asterisk: Asterisk, operator: Operator, ledger: Ledger, ending: str
) -> None:
    """Renamed, calls, packed, renamed again, calls (Q2): nothing is missing, and nothing is told as missing."""
    asterisk.call()
    operator.rename()
    asterisk.call()
    operator.pack(ending)
    operator.rename()
    asterisk.call()
    ledger.die()
    ledger.read()
    assert len(ledger.ended) == 4
    assert ledger.lost() == []
    assert not ledger.gaps


def test_from_a_lost_mark_on_every_later_file_is_read(asterisk: Asterisk, operator: Operator, ledger: Ledger) -> None:
    """The marked file is gone: the plain one after it, a packed one, and the one of today are all read."""
    lost = asterisk.call()
    operator.rename()
    calls = [asterisk.call()]
    operator.rename()
    calls.append(asterisk.call())
    operator.pack(".gz", 1)
    operator.rename()
    calls.append(asterisk.call())
    operator.rotated()[-1].unlink()
    ledger.die()
    ledger.read()
    assert [call for call in calls if call not in ledger.ended] == []
    (gap,) = ledger.gaps
    assert gap.since < asterisk.calls[lost][0] < asterisk.calls[calls[0]][0] == gap.until


@pytest.mark.parametrize("spoil", [b"", b"\x1f\x8b\x08garbage", b"not packed at all"])
@pytest.mark.parametrize("ending", [".gz", ".zst", ".xz", ".Z"])
def test_a_packed_file_that_cannot_be_read_is_a_gap(
    asterisk: Asterisk, operator: Operator, ledger: Ledger, ending: str, spoil: bytes
) -> None:
    """Said once, with its bounds, and what came later is read."""
    asterisk.call()
    operator.rename()
    Path(f"{asterisk.cel}.1").unlink()
    Path(f"{asterisk.cel}.1{ending}").write_bytes(spoil)
    os.utime(f"{asterisk.cel}.1{ending}", (asterisk.clock, asterisk.clock + 10))
    asterisk.tick(60)
    later = asterisk.call()
    ledger.die()
    ledger.read()
    ledger.die()
    ledger.read()
    assert later in ledger.ended
    assert len(ledger.gaps) == 1
    assert ledger.gaps[0].until == asterisk.calls[later][0]


def test_files_that_lay_there_before_anything_was_read_are_none_of_ours(asterisk: Asterisk, operator: Operator) -> None:
    """What an older centre wrote is not booked, neither at first nor at the next rotation."""
    asterisk.call()
    operator.rename()
    own = [asterisk.call()]
    ledger = Ledger(asterisk)
    ledger.read()
    operator.rename()
    own.append(asterisk.call())
    ledger.read()
    assert list(ledger.ended) == own
    assert not ledger.gaps


def test_numbers_tell_the_order_when_the_clock_was_set_back_between_two_files(
    asterisk: Asterisk, operator: Operator, ledger: Ledger
) -> None:
    asterisk.call()
    operator.rename()
    asterisk.call()
    operator.rename()
    asterisk.tick(-8 * 3600)
    asterisk.call()
    operator.rename()
    asterisk.tick(60)
    asterisk.call()
    ledger.die()
    ledger.read()
    assert len(ledger.ended) == 5
    assert list(ledger.ended) == [call for call, (_, ended) in asterisk.calls.items() if ended is not None]
    assert not ledger.gaps
    assert [step.seconds < -28000 for step in ledger.steps] == [True]


def test_a_file_and_its_copy_are_read_once(asterisk: Asterisk, operator: Operator, ledger: Ledger) -> None:
    """A backup beside it, a packed one beside the plain one: doubled rows make no doubled calls."""
    asterisk.call()
    shutil.copy2(asterisk.cel, f"{asterisk.cel}.bak")
    asterisk.call()
    operator.rename()
    shutil.copy2(f"{asterisk.cel}.1", f"{asterisk.cel}.1.orig")
    asterisk.call()
    ledger.die()
    ledger.read()
    assert len(ledger.ended) == 4
    assert len(ledger.began) == 5
    assert not ledger.gaps


def test_a_mark_of_an_older_release_goes_on_where_it_was(
    asterisk: Asterisk, operator: Operator, ledger: Ledger
) -> None:
    """It knows its file by the inode alone: also when that was renamed, and files were made after it."""
    operator.rename()
    asterisk.call()
    plain = {
        name: Place(place.inode, place.offset)
        for name in ("cel_read", "cel_resume", "queue_log_read", "queue_log_resume")
        for place in [getattr(ledger.mark, name)]
    }
    ledger.mark = replace(ledger.mark, **plain, cel_past=(), queue_log_past=())  # type: ignore[arg-type]
    ledger.die()
    ledger.read()
    operator.rename()
    asterisk.call()
    ledger.die()
    ledger.read()
    assert len(ledger.ended) == 3
    assert not ledger.gaps


def test_a_cut_tail_is_told_and_nothing_is_read_twice(asterisk: Asterisk, operator: Operator, ledger: Ledger) -> None:
    """The power went: rows that were read, and maybe more, are gone from the end of the file."""
    asterisk.call()
    ledger.read()
    operator.cut(300)
    later = asterisk.call()
    ledger.die()
    ledger.read()
    assert later in ledger.ended
    assert len(ledger.gaps) == 1


def test_what_is_refused_is_told_once_across_restarts(asterisk: Asterisk, ledger: Ledger) -> None:
    """A call is open before it, so the same bytes are read again at each start."""
    with open(asterisk.cel, "ab") as file:
        file.write(b"nonsense\n\x00\x00 more of it\n")
    asterisk.call()
    for _ in range(3):
        ledger.read()
        ledger.die(reading=True)
    (told,) = ledger.refused
    assert told.file == "hotline.csv"
    assert told.inode == asterisk.cel.stat().st_ino
    assert asterisk.cel.read_bytes()[told.offset :].startswith(b"nonsense")
    assert told.rows == 2
    assert not ledger.gaps


@pytest.mark.parametrize("rotate", [Operator.rename, Operator.rename_dated, Operator.copy_and_empty])
def test_queue_log_is_followed_through_the_same_door(asterisk: Asterisk, rotate: Callable[[Operator], None]) -> None:
    """A life told in a rotated file ends the calls of the one before it."""
    asterisk.begin()
    ledger = Ledger(asterisk)
    going = asterisk.arrive()
    ledger.read()
    asterisk.tick(10)
    asterisk.begin()
    asterisk.tick(10)
    rotate(Operator(asterisk.queue_log))
    asterisk.call()
    ledger.die()
    ledger.read()
    assert str(ledger.by[going]) == "node_died"
    assert len(ledger.lives) >= 2

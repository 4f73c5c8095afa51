"""Several recordings of one call: in the ledger from the book's events, through shelf book, list, verify and holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cti import events as ev
from cti.ids import CallId, LegId
from cti.numbers import Numbers
from ledger import tables as t
from ledger.call_fold import Records
from ledger.call_list import Filter
from ledger.call_record import Tape
from ledger.history import History
from ledger.holds import HoldBook
from ledger.recordings import RecordingTable
from ledger.store import Store
from ledger.verify import verify
from recordings.holds import Subject
from recordings.ids import RecordingId
from recordings.ports import Claim, Dropped, Failed, Shelved
from recordings.states import State

from .desk import Told
from .seed import ANSWERED, DIRECT, ledger
from .test_scribe import write_all

NOW = datetime(2026, 10, 1, tzinfo=UTC)


def two_parts(n: int = 1) -> Told:
    """A citizen in a call; an outside number, dialled by the seat and given to them while it rang, answers in the same
    call: its recording is another file (config.render.desks: outbound-answered)."""
    told = Told(n).arrive().queue()
    told.talk(20)
    other = LegId(f"{told.leg}77")
    told.say(
        ev.LegBegan(told.call, told.at(0), other, "unicom"),
        ev.RecordingStarted(told.call, told.at(1), f"{told.leg}66.raw", other),
        ev.RecordingStarted(
            told.call, told.at(0), f"{told.leg}66.raw", other
        ),  # told again: the same file, the same part
    )
    told.say(ev.LegEnded(told.call, told.at(10), other, "unicom", 16))
    return told.end(after=5)


def shelved(call: CallId, part: int, **more: object) -> Shelved:
    plain = Shelved(RecordingId(call, part), f"2026/10/01/{call}.{part}.opus", "opus", 60.0, 1, "a", 2, "b", True, NOW)
    return replace(plain, **more)  # type: ignore[arg-type]


async def test_each_file_is_a_part_with_its_own_end(url: str) -> None:
    """Both are due, each from its own moment to its own leg's end; settled one by one; told again they stay as they are."""
    told = two_parts()
    await write_all(url, told)
    store = Store(url)
    book = RecordingTable(store)
    first, second = RecordingId(told.call), RecordingId(told.call, 2)
    due = {one.id: one for one in await book.due(9)}
    assert set(due) == {first, second}
    assert (due[first].file, due[second].file) == (f"{told.leg}.raw", f"{told.leg}66.raw")
    assert (due[second].ended - due[second].started).total_seconds() == 10
    assert len(due[first].talks) == 1
    assert due[second].talks == ()  # it began when that talk was over
    await book.settle([shelved(told.call, 1), Failed(second, "missing", NOW)])
    assert await book.claims([due[first].file, due[second].file]) == {
        due[first].file: Claim(first, State.SHELVED, f"2026/10/01/{told.call}.1.opus"),
        due[second].file: Claim(second, State.FAILED, reason="missing"),
    }
    await book.reopen([first, second])
    assert [one.id for one in await book.due(9)] == [second]
    await book.settle([shelved(told.call, 2, seconds=7.0)])
    await store.close()
    await write_all(url, told)  # the book is read again after a crash
    store = Store(url)
    assert await RecordingTable(store).due(9) == []
    assert [(one.part, one.state, one.seconds) for one in await RecordingTable(store).parts(told.call)] == [
        (1, "shelved", 60.0), (2, "shelved", 7.0),
    ]  # fmt: skip
    (call,) = await History(store).past(Filter())
    assert call.recordings == (f"2026/10/01/{told.call}.1.opus", f"2026/10/01/{told.call}.2.opus")
    assert await RecordingTable(store).days() == {"2026/10/01": 2}
    await store.close()


async def test_verify_names_the_part_and_misses_nothing_that_was_dropped(url: str) -> None:
    """A lost second part is a breach though the first is good; a dropped one is none, whatever was wrong with it."""
    told = two_parts()
    await write_all(url, told)
    store = Store(url)
    book = RecordingTable(store)
    second = RecordingId(told.call, 2)

    async def said() -> list[str]:
        return [one.said for one in await verify(store, NOW + timedelta(days=9)) if one.rule == "recording_missing"]

    await book.settle([shelved(told.call, 1), Failed(second, "missing", NOW)])
    assert await said() == ["answered, and part 2 of its recording is lost: missing"]
    await book.settle([shelved(told.call, 2, faults=("short",))])
    assert await said() == ["answered, and part 2 of its recording is not good: short"]
    async with store.writing() as db:
        gone = {"state": State.DROPPED.value, "dropped_at": NOW, "dropped_why": "24 months", "dropped_by": "retention"}
        await db.execute(sa.update(t.recordings).where(t.recordings.c.part == 2).values(gone))
    assert await said() == []
    assert await book.kept(second) == Dropped(second, NOW, "24 months", "retention")
    assert set(await book.shelved()) == {f"2026/10/01/{told.call}.1.opus"}
    await book.settle([shelved(told.call, 2), Failed(second, "missing", NOW)])  # nothing brings it back
    assert isinstance(await book.kept(second), Dropped)
    (call,) = await History(store).past(Filter())
    assert len(call.recordings) == 1
    assert call.tapes[1].dropped_why == "24 months"
    await store.close()


async def test_a_hold_stands_until_it_is_lifted(url: str) -> None:
    """By call, by the citizen's number in any spelling; not before it began, nor after its end."""
    told = Told(1).arrive().end(after=9)
    await write_all(url, told)
    store = Store(url)
    (call,) = await History(store).past(Filter())
    book = HoldBook(store, Numbers("0592"))
    hour = timedelta(hours=1)
    assert await book.over(told.call, NOW) == []
    first = await book.place(Subject.CALL, told.call, by="2001", why="投诉复核", since=NOW, until=NOW + 9 * hour)
    await book.place(Subject.CALL, "xm1-0.0", by="2001", why="another's", since=NOW)
    national = call.caller.removeprefix("+86")
    number = await book.place(Subject.NUMBER, national, by="2002", why="警方调取", since=NOW + hour)
    assert await book.over(told.call, NOW) == [first]
    assert await book.over(told.call, NOW + hour) == [first, number]
    assert await book.over(told.call, NOW + 9 * hour) == [number]
    assert await book.lift(number.id, by="2001", at=NOW + 2 * hour)
    assert not await book.lift(number.id, by="2001", at=NOW + 3 * hour), "once"
    assert await book.over(told.call, NOW + 9 * hour) == []
    assert [one.subject for one in await book.standing(NOW + 9 * hour)] == ["xm1-0.0"]
    for words in ({"subject": " "}, {"by": ""}, {"why": ""}, {"until": NOW}):
        asked: dict[str, object] = {"subject": "x", "by": "2001", "why": "x", "since": NOW} | words
        with pytest.raises(ValueError, match=r"needs its|ends after"):
            await book.place(Subject.CALL, asked.pop("subject"), **asked)  # type: ignore[arg-type]
    await store.close()


async def test_a_hold_on_a_case_holds_the_calls_of_its_tickets(url: str) -> None:
    """The case's number is on the ticket's outbox row."""
    async with ledger(url) as store:
        book = HoldBook(store)
        hold = await book.place(Subject.CASE, "A-1", by="2001", why="x", since=NOW)
        assert await book.over(CallId(ANSWERED), NOW) == [hold]
        assert await book.over(CallId(DIRECT), NOW) == []


STEPS = st.lists(st.tuples(st.sampled_from("se"), st.integers(0, 3), st.integers(0, 4)), max_size=25)
"""Starts and ends: (which, leg, file)."""


@given(STEPS, st.integers(1, 25))
def test_however_files_and_legs_come_and_go_parts_are_counted_once(steps: list[tuple[str, int, int]], cut: int) -> None:
    """1, 2, 3 … in the order the files began, each file once, all ended with the call; folded again, or written in the
    middle, the same parts."""

    def folded(until: int | None = None) -> tuple[Records, dict[tuple[CallId, int], Tape]]:
        records, told = Records(), Told(1).arrive()
        other = [LegId(f"{told.leg}{n}") for n in range(4)]
        for which, leg, file in steps:
            if which == "s":
                told.say(ev.RecordingStarted(told.call, told.at(1), f"{file}.raw", other[leg]))
            else:
                told.say(ev.LegEnded(told.call, told.at(1), other[leg], "unicom", 16))
        told.end()
        written: dict[tuple[CallId, int], Tape] = {}
        for number, event in enumerate(told.events):
            records.apply(event)
            if number == until:
                written |= records.changed.tapes
                records.settled(records.changed)
        return records, written | records.changed.tapes

    _, tapes = folded()
    in_order = [tapes[key] for key in sorted(tapes)]
    assert [tape.part for tape in in_order] == list(range(1, len(in_order) + 1))
    begun = dict.fromkeys(f"{file}.raw" for which, _, file in steps if which == "s")
    assert [tape.file for tape in in_order][1:] == list(begun)
    assert all(tape.ended is not None and tape.ended >= tape.started for tape in in_order)
    assert folded(cut)[1] == tapes

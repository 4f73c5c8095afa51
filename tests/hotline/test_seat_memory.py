"""What the seats were doing, when the ledger cannot say it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from agents.events import SeatNoted, SeatStateChanged
from agents.own_reasons import AgentId
from agents.ports import Page
from agents.presence import Presence
from agents.seat_state import SeatState
from cti.ids import CallId, Instant, SeatId
from cti.ordered_writer import OrderedWriter
from hotline.books import seat_memory
from hotline.books.seat_memory import SeatMemory
from ledger import tables as t
from ledger.errors import WRONG_OR_AWAY, LedgerUnavailable
from ledger.seat_times import seat_times
from ledger.seats import SeatBook
from ledger.store import Store
from tests import new_ledger
from tests.ledger.seed import do, ledger


class Shelf:
    def __init__(self) -> None:
        self.away, self.states = False, dict[SeatId, SeatState]()

    async def last(self) -> Mapping[SeatId, SeatState]:
        if self.away:
            raise LedgerUnavailable("away")
        return self.states

    async def write(self, pages: Sequence[Page]) -> None:
        if self.away:
            raise LedgerUnavailable("away")
        self.states |= {page.seat: page.state for page in pages}


def state(seat: str, agent: str, since: float) -> SeatState:
    return SeatState(SeatId(seat), Presence.READY, AgentId(agent), since=Instant(since))


def page(of: SeatState) -> Page:
    return SeatNoted(of.seat, of.since, of)


async def test_the_later_word_counts_and_a_ledger_that_is_away_does_not_matter(tmp_path: Path) -> None:
    """Written while the ledger was away and then the daemon ended: the next start knows it, with the ledger and without."""
    file, book = tmp_path / "seats.json", Shelf()
    memory = SeatMemory(book, file, file.with_suffix(".waiting"))
    await memory.last()
    await memory.write([page(state("8001", "1001", 10)), page(state("8002", "1002", 10))])
    book.away = True
    try:
        await memory.write([page(state("8001", "1003", 20))])
    except LedgerUnavailable:
        pass
    else:
        raise AssertionError("the floor must know that the ledger has it not")
    assert (await SeatMemory(book, file, file.with_suffix(".waiting")).last())[SeatId("8001")].agent == "1003"
    book.away = False
    book.states[SeatId("8002")] = state("8002", "1009", 30)
    found = await SeatMemory(book, file, file.with_suffix(".waiting")).last()
    assert found[SeatId("8001")].agent == "1003"
    assert found[SeatId("8002")].agent == "1009"


async def test_a_torn_file_is_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "seats.json"
    file.write_text('{"8001": "no sta')
    book = Shelf()
    book.away = True
    assert await SeatMemory(book, file, file.with_suffix(".waiting")).last() == {}


class Ledger(Shelf):
    """Keeps what was written, in order; may refuse one seat's for good."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[Page] = []
        self.refused = ""

    async def write(self, pages: Sequence[Page]) -> None:
        if any(one.seat == self.refused for one in pages):
            raise ValueError("no such seat")
        await super().write(pages)
        self.pages += pages


def changed(seat: str, at: float, old: Presence, new: Presence) -> Page:
    of = SeatState(SeatId(seat), new, AgentId("1001"), since=Instant(at))
    return SeatStateChanged(SeatId(seat), Instant(at), AgentId("1001"), old, new, "小休", CallId("xm1-1.1"), "2001", of)


async def in_vain(memory: SeatMemory, pages: Sequence[Page]) -> None:
    with pytest.raises(LedgerUnavailable):
        await memory.write(pages)


READY, TALK, WRAP_UP = Presence.READY, Presence.TALKING, Presence.WRAP_UP
ONE, TWO, THREE = (
    changed("8001", 20, READY, TALK),
    changed("8001", 30, TALK, WRAP_UP),
    changed("8001", 40, WRAP_UP, READY),
)


async def test_what_an_outage_kept_outlives_the_daemon(tmp_path: Path) -> None:
    """OPS 20: written first, whole and in order by the next one; then nothing of it is left to be written."""
    book, files = Ledger(), (tmp_path / "seats.json", tmp_path / "waiting")
    book.away = True
    first = SeatMemory(book, *files)
    await first.last()
    await in_vain(first, [ONE])
    await in_vain(first, [ONE, TWO])
    assert files[1].stat().st_mode & 0o777 == 0o600
    second = SeatMemory(book, *files)  # the ledger is still away, and this one ends too
    await second.last()
    await in_vain(second, [THREE])
    book.away = False
    third = SeatMemory(book, *files)
    assert (await third.last())[SeatId("8001")].presence is READY
    assert book.pages == [ONE, TWO, THREE]
    await third.write([changed("8001", 50, READY, TALK)])
    assert len(book.pages) == 4
    await SeatMemory(book, *files).last()
    assert len(book.pages) == 4


async def test_the_ledger_comes_back_before_the_next_daemon_begins_anything(tmp_path: Path) -> None:
    book, files = Ledger(), (tmp_path / "seats.json", tmp_path / "waiting")
    book.away = True
    first = SeatMemory(book, *files)
    await in_vain(first, [ONE])
    book.away = False
    await first.write([ONE, TWO])  # the writer tries again, with what came meanwhile
    assert book.pages == [ONE, TWO]
    await SeatMemory(book, *files).last()
    assert book.pages == [ONE, TWO], "nothing was left for the next one"


async def test_as_many_others_are_not_the_same(tmp_path: Path) -> None:
    """The ledger took the first and went away again: what waits now is one page as before, and another one."""
    book, files = Ledger(), (tmp_path / "seats.json", tmp_path / "waiting")
    book.away = True
    memory = SeatMemory(book, *files)
    await in_vain(memory, [ONE])
    await in_vain(memory, [TWO])
    book.away = False
    await SeatMemory(book, *files).last()
    assert book.pages == [TWO]


class Silent(Ledger):
    """Answers when ``go`` is set, and ends what it began whoever waits for it (as SQLite's writer does)."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.asked = asyncio.Event(), 0

    async def write(self, pages: Sequence[Page]) -> None:
        self.asked += 1
        while not self.go.is_set():
            try:
                await self.go.wait()
            except asyncio.CancelledError:
                continue
        await super().write(pages)


async def test_a_ledger_that_says_nothing_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it writes late comes before what is newer: nothing is asked of it behind that."""
    monkeypatch.setattr(seat_memory, "ANSWER_SECONDS", 0.01)
    book, files = Silent(), (tmp_path / "seats.json", tmp_path / "waiting")
    memory = SeatMemory(book, *files)
    await in_vain(memory, [ONE])
    await in_vain(memory, [ONE, TWO])
    assert book.asked == 1
    assert len(files[1].read_text("utf-8").splitlines()) == 2
    book.go.set()
    monkeypatch.setattr(seat_memory, "ANSWER_SECONDS", 30.0)
    await memory.write([ONE, TWO])
    assert book.pages == [ONE, ONE, TWO]
    assert files[1].read_text("utf-8") == ""


async def test_an_end_before_a_silent_ledger_leaves_the_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It raised nothing by then; the writer tells what waits, beside what an earlier daemon left."""
    monkeypatch.setattr("cti.ordered_writer.LAST_TRY_SECONDS", 0.01)
    book, files = Silent(), (tmp_path / "seats.json", tmp_path / "waiting")
    before = Ledger()
    before.away = True
    await in_vain(SeatMemory(before, *files), [ONE])
    memory = SeatMemory(book, *files)
    writer = OrderedWriter("seats", memory.write, WRONG_OR_AWAY, together=100, left=memory.leave)
    writer.start()
    writer.put(TWO)
    writer.put(THREE)
    async with asyncio.timeout(30):
        await writer.stop()
    later = Ledger()
    await SeatMemory(later, *files).last()
    assert later.pages == [ONE, TWO, THREE]
    book.go.set()


async def test_a_start_does_not_wait_for_a_silent_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seat_memory, "ANSWER_SECONDS", 0.01)
    before, book, files = Ledger(), Silent(), (tmp_path / "seats.json", tmp_path / "waiting")
    before.away = True
    await in_vain(SeatMemory(before, *files), [ONE])
    assert (await SeatMemory(book, *files).last())[SeatId("8001")].presence is TALK
    book.go.set()


async def test_one_that_the_ledger_refuses_or_that_is_torn_holds_up_none(tmp_path: Path) -> None:
    book, files = Ledger(), (tmp_path / "seats.json", tmp_path / "waiting")
    book.away = True
    await in_vain(SeatMemory(book, *files), [ONE, changed("gone", 25, READY, TALK), TWO])
    files[1].write_text(files[1].read_text("utf-8") + '{"seat": "8001", "at"\n', "utf-8")
    book.away, book.refused = False, "gone"
    await SeatMemory(book, *files).last()
    assert book.pages == [ONE, TWO]


async def test_a_full_disk_leaves_the_ledger_to_be_tried_again(tmp_path: Path) -> None:
    book, waiting = Ledger(), tmp_path / "no-folder" / "waiting"
    book.away = True
    memory = SeatMemory(book, tmp_path / "seats.json", waiting)
    await in_vain(memory, [ONE])
    book.away = False
    await memory.write([ONE, TWO])
    assert book.pages == [ONE, TWO]


OWN = frozenset({"8001", "8002"})


def sitting(book: Shelf, files: tuple[Path, Path], at: float, stood: float | None = None) -> SeatMemory:
    memory = SeatMemory(book, *files, OWN, lambda: at)
    memory.stood = lambda: stood
    return memory


def told(book: Ledger) -> list[tuple[str, float, Presence, str]]:
    return [(one.seat, one.at, one.new, one.agent) for one in book.pages if isinstance(one, SeatStateChanged)]


GONE = Presence.LOGGED_OUT


@pytest.mark.parametrize("away", [False, True])
async def test_nobody_is_logged_in_while_a_centre_stands(tmp_path: Path, away: bool) -> None:
    """OPS 20, second half: from the end of it on, not from the next start; whoever sat there sits there again, from then on.

    Also where the ledger is away at the end: the next start writes it, before anything of its own.
    """
    book, files = Ledger(), (tmp_path / "seats.json", tmp_path / "waiting")
    first = sitting(book, files, 100)
    await first.last()
    await first.write(
        [changed("8001", 20, GONE, READY), changed("9001", 20, GONE, READY), changed("8002", 30, READY, GONE)]
    )
    book.pages.clear()
    book.away = away
    await first.end()
    book.away = False
    assert told(book) == ([] if away else [("8001", 100, GONE, "1001")])
    found = await sitting(book, files, 500, stood=99).last()
    assert told(book) == [("8001", 100, GONE, "1001"), ("8001", 500, READY, "1001")]
    assert {seat: (of.presence, of.since) for seat, of in found.items()} == {
        "8001": (READY, 500), "9001": (READY, 20), "8002": (GONE, 30)
    }  # fmt: skip
    assert dict(await sitting(book, files, 600).last()) == dict(found), (
        "killed, and the telephone went on: nothing stood"
    )
    assert len(book.pages) == 2


@pytest.mark.parametrize(("seen", "ended"), [(99.0, 99), (10.0, 20), (900.0, 500)])
async def test_without_an_end_it_stood_since_it_was_seen_last(tmp_path: Path, seen: float, ended: float) -> None:
    """A power cut tells nobody; nothing of it lies before the last page, or in the future of a clock that was set."""
    book, files = Ledger(), (tmp_path / "seats.json", tmp_path / "waiting")
    first = sitting(book, files, 100)
    await first.last()
    await first.write([changed("8001", 20, GONE, READY)])
    book.pages.clear()
    await sitting(book, files, 500, stood=seen).last()
    assert told(book) == [("8001", ended, GONE, "1001"), ("8001", 500, READY, "1001")]


async def test_a_start_without_the_ledger_keeps_what_it_has_to_say_of_before(tmp_path: Path) -> None:
    book, files = Ledger(), (tmp_path / "seats.json", tmp_path / "waiting")
    first = sitting(book, files, 100)
    await first.last()
    await first.write([changed("8001", 20, GONE, READY)])
    await first.end()
    book.pages.clear()
    book.away = True
    second = sitting(book, files, 500)
    assert (await second.last())[SeatId("8001")].since == 500
    third = sitting(book, files, 600)  # the second was killed; the telephone went on
    book.away = False
    await third.last()
    assert told(book) == [("8001", 500, READY, "1001")]


async def test_who_sat_where_is_written_before_the_calls_of_an_outage_are(tmp_path: Path) -> None:
    """A talk of the outage is its agent's: the end of before says logged out, and what was resumed waits still."""
    book, files = Ledger(), (tmp_path / "seats.json", tmp_path / "waiting")
    first = sitting(book, files, 100)
    await first.last()
    await first.write([changed("8001", 20, GONE, READY)])
    await first.end()
    book.pages.clear()
    book.away = True
    second = sitting(book, files, 500)
    await second.last()
    await in_vain(second, [changed("8001", 510, READY, TALK)])
    with pytest.raises(LedgerUnavailable):
        await second.catch_up()
    book.away = False
    await second.catch_up()
    seen = told(book)
    assert ("8001", 500, READY, "1001") in seen
    assert ("8001", 510, TALK, "1001") in seen
    assert [at for _seat, at, _new, _agent in seen][-1] == 510


async def test_the_time_that_a_centre_stood_is_in_no_figure(tmp_path: Path) -> None:
    """Asked while it stands, and after the next start: logged in is what was logged in."""
    base = datetime(2026, 10, 1, 0, 0, tzinfo=UTC)
    began = base.timestamp()

    async def logged_in(store: Store, until: float) -> float:
        async with store.reading() as db:
            moment = base + timedelta(seconds=until)
            return (await seat_times(db, base, moment, moment)).logged_in

    async with ledger(new_ledger.make(tmp_path / "ledger.db")) as store:
        await do(store, sa.delete(t.seat_log))
        files = (tmp_path / "seats.json", tmp_path / "waiting")
        first = SeatMemory(SeatBook(store), *files, OWN, lambda: began + 100)
        await first.last()
        await first.write([changed("8001", began + 20, GONE, READY)])
        await first.end()
        assert await logged_in(store, 1000) == pytest.approx(80)
        await SeatMemory(SeatBook(store), *files, OWN, lambda: began + 1000).last()
        assert await logged_in(store, 1010) == pytest.approx(90)

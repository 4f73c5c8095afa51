"""What the seats were doing, when the ledger cannot say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from agents.events import SeatNoted
from agents.ids import AgentId
from agents.ports import Page
from agents.presence import Presence
from agents.seat import SeatState
from cti.ids import Instant, SeatId
from hotline.books.seat_memory import SeatMemory
from ledger.errors import LedgerUnavailable


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
    memory = SeatMemory(book, file)
    await memory.last()
    await memory.write([page(state("8001", "1001", 10)), page(state("8002", "1002", 10))])
    book.away = True
    try:
        await memory.write([page(state("8001", "1003", 20))])
    except LedgerUnavailable:
        pass
    else:
        raise AssertionError("the floor must know that the ledger has it not")
    assert (await SeatMemory(book, file).last())[SeatId("8001")].agent == "1003"
    book.away = False
    book.states[SeatId("8002")] = state("8002", "1009", 30)
    found = await SeatMemory(book, file).last()
    assert found[SeatId("8001")].agent == "1003"
    assert found[SeatId("8002")].agent == "1009"


async def test_a_torn_file_is_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "seats.json"
    file.write_text('{"8001": "no sta')
    book = Shelf()
    book.away = True
    assert await SeatMemory(book, file).last() == {}

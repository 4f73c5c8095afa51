"""What Asterisk is told of decisions: all of it at each connection, the ended ones as off, and danger ends what is in force."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bridge.events import TicketFiled
from bridge.nuisance import End, How
from bridge.ticket import Person
from config.read import parse
from cti.commands import Command, Outcome, Result, SetNuisance
from cti.equipment_events import BoardLive
from cti.ids import CallId, Instant
from cti.journey_events import NuisanceHandled
from hotline.books import nuisance
from hotline.books.nuisance import NuisancePart
from hotline.lab.hotline_instance import shipped
from ledger import tables as t
from ledger.nuisance import Appeal, Decision, NuisanceBook
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests import new_ledger
from tests.bridge.made import NOON, ticket
from tests.fakes.accounts import MemoryAudit
from tests.waiting import until

NUMBER = "13806010001"


def decision(n: int, number: str, days: float = 7) -> Decision:
    return Decision(f"DEC{n:023}", number, "message", NOON, NOON + timedelta(days=days), "2001", "多次恶作剧")


class Here:
    def __init__(self, folder: Path) -> None:
        self.store = Store(new_ledger.make(folder / "ledger.db"))
        self.book, self.audit = NuisanceBook(self.store, ("04",)), MemoryAudit()
        self.told: list[SetNuisance] = []
        self.down = False
        self.refuses: set[str] = set()
        self.heard = asyncio.Event()
        self.part = NuisancePart(
            parse(shipped()), self.book, self.audit, self.perform, lambda: NOON + timedelta(hours=1)
        )

    async def perform(self, command: Command) -> Outcome:
        assert isinstance(command, SetNuisance)
        if not self.down and command.number not in self.refuses:
            self.told.append(command)
        self.heard.set()
        if command.number in self.refuses:
            return Outcome(command, Result.REFUSED)
        return Outcome(command, Result.LOST if self.down else Result.DONE)

    async def close(self) -> None:
        await self.part.stop()
        await self.store.close()


async def test_each_connection_is_told_all_of_it_once_the_ledger_is_there(tmp_path: Path) -> None:
    here = Here(tmp_path)
    await here.book.decide(decision(1, NUMBER))
    await here.book.decide(decision(2, "13806010002"))
    await here.book.end(f"DEC{2:023}", End.LIFTED, "2001", "已致歉", NOON)
    here.part.start()
    here.part.hear_board(BoardLive(Instant(0.0), Instant(0.0)))  # before the ledger is: nothing is known yet
    await asyncio.sleep(0)
    assert here.told == []
    await here.part.open()
    await until(lambda: len(here.told) == 2)
    assert {one.number: one.grade for one in here.told} == {NUMBER: "message", "13806010002": "off"}
    here.told.clear()
    here.down = True
    here.heard.clear()
    here.part.hear_board(BoardLive(Instant(1.0), Instant(0.0)))
    await here.heard.wait()
    here.down = False
    here.part.hear_board(BoardLive(Instant(2.0), Instant(0.0)))  # what the link lost the next one says
    await until(lambda: len(here.told) >= 2)
    await here.close()


async def test_what_was_not_told_is_told_again_while_the_link_of_events_stays_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No connection says that it is time; and one that Asterisk refuses keeps nobody else's from it."""
    monkeypatch.setattr(nuisance, "AGAIN_SECONDS", 0.01)
    here = Here(tmp_path)
    here.part.start()
    await here.part.open()
    here.down = True
    for n in (1, 2):
        made = await here.part.decide(decision(n, f"1380601000{n}"))
        assert made is not None
        assert not made[1]
    here.refuses.add(NUMBER)
    here.down = False
    await until(lambda: bool(here.told))
    assert {one.number for one in here.told} == {"13806010002"}
    here.refuses.clear()
    await until(lambda: any(one.number == NUMBER for one in here.told))
    await here.close()


async def test_danger_that_nobody_told_of_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a ticket that came by the case store or was corrected nothing is heard here, and it may be older than the decision. The
    entry of the audit log is there before the decision ends."""
    monkeypatch.setattr(nuisance, "LOOK_SECONDS", 0.01)
    here = Here(tmp_path)
    await here.book.decide(decision(1, NUMBER))
    here.part.start()
    await here.part.open()
    audited: list[int] = []
    end = here.book.end

    async def ends(ident: str, how: End, by: str, why: str, at: datetime) -> Decision | None:
        audited.append(sum(one.action == "nuisance_ended" for one in here.audit.entries))
        return await end(ident, how, by, why, at)

    monkeypatch.setattr(here.book, "end", ends)
    before = replace(ticket(1, NOON - timedelta(days=2)), urgency="critical", person=Person(phones=(NUMBER,)))
    await TicketShelf(here.store).file(before)
    await until(lambda: any(one.grade == "off" for one in here.told))
    assert await here.book.in_force(NOON + timedelta(hours=1)) == []
    assert audited[0] == 1
    await here.close()


async def test_a_number_that_nobody_decided_about_is_told_off(tmp_path: Path) -> None:
    """A ledger of before the decision was restored: Asterisk still holds the number back, and its appeals go nowhere."""
    here = Here(tmp_path)
    await here.book.decide(decision(1, NUMBER))
    here.part.start()
    await here.part.open()
    await until(lambda: len(here.told) == 1)
    held = NOON + timedelta(minutes=30)
    call = {"call_id": "c1", "direction": "inbound", "arrived_at": held, "caller_national": "13806010002"}
    step = {"call_id": "c1", "seq": 0, "at": held, "grade": "message", "step": "appealed"}

    def put(db: sa.Connection) -> None:
        db.execute(t.calls.insert().values(call))
        db.execute(t.graded_calls.insert().values(step))

    await here.store.transact(put)
    for _twice in range(2):
        here.part.hear_book(NuisanceHandled(CallId("c1"), Instant(0.0), "message", "appealed"))
        await until(lambda: len(here.told) == 2)
    off = here.told[-1]
    assert (off.number, off.grade, off.until) == ("13806010002", "off", 0)
    assert off.at == int(held.timestamp() * 1000)
    here.part.hear_board(BoardLive(Instant(1.0), Instant(0.0)))  # whatever it holds by now
    await until(lambda: len(here.told) == 4)
    assert [(one.number, one.grade) for one in here.told[2:]] == [(NUMBER, "message"), ("13806010002", "off")]
    await here.close()


async def test_danger_ends_what_is_in_force_and_is_audited(tmp_path: Path) -> None:
    """Also what was filed while no daemon listened: it is looked for when the ledger is opened."""
    here = Here(tmp_path)
    await here.book.decide(decision(1, NUMBER))
    await here.book.decide(decision(2, "13806010002"))
    shelf = TicketShelf(here.store)
    filed = replace(ticket(1, NOON + timedelta(minutes=5)), urgency="critical", person=Person(phones=(NUMBER,)))
    await shelf.file(filed)
    here.part.start()
    await here.part.open()
    await until(lambda: any(one.grade == "off" for one in here.told))
    assert [one.action for one in here.audit.entries] == ["nuisance_ended"]
    assert [one.id for one in await here.book.in_force(NOON + timedelta(hours=1))] == [f"DEC{2:023}"]
    later = replace(ticket(2, NOON + timedelta(minutes=9)), work_type="sudden", person=Person(phones=("13806010002",)))
    await shelf.file(later)
    here.part.hear_filed(TicketFiled(later.id, None, "", "1001", NOON))
    await until(lambda: any((one.number, one.grade) == ("13806010002", "off") for one in here.told))
    assert [one.action for one in here.audit.entries] == ["nuisance_ended"] * 2
    assert await here.book.in_force(NOON + timedelta(hours=1)) == []
    assert {one.number for one in here.told if one.grade == "off"} == {NUMBER, "13806010002"}
    await here.close()


async def test_an_appeal_by_key_is_audited_once(tmp_path: Path) -> None:
    here = Here(tmp_path)
    made = await here.book.decide(decision(1, NUMBER))
    assert made is not None
    by_key = Appeal("phone-c1", made.id, NUMBER, "c1", NOON, How.PHONE, "", "", NOON + timedelta(hours=24))
    await here.book.appeal(by_key)
    here.part.start()
    await here.part.open()
    here.part.hear_book(NuisanceHandled(CallId("c1"), Instant(0.0), "message", "appealed"))
    await until(lambda: len(here.audit.entries) > 0)
    here.part.hear_book(NuisanceHandled(CallId("c1"), Instant(0.0), "message", "appealed"))

    async def none_owed() -> bool:
        return await here.book.unaudited() == []

    async with asyncio.timeout(20):
        while not await none_owed():
            await asyncio.sleep(0.01)
    assert [(one.action, one.call) for one in here.audit.entries] == [("nuisance_appealed", "c1")]
    await here.close()

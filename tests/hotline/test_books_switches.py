"""Switches between ledger, Asterisk and pages: the later word wins, each connection is told anew, what a telephone did is audited once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.read import parse
from console.published_events import SwitchMoved
from cti.commands import Command, Outcome, Result, SetSwitch
from cti.equipment_events import BoardLive
from cti.ids import CallId, Instant, SeatId
from cti.journey_events import SwitchedByPhone
from hotline.books import switches
from hotline.books.switches import SwitchPart
from hotline.lab.hotline_instance import shipped
from ledger.store import Store
from ledger.switches import HOURS, MODE, PIN, SwitchBook, Switching, by_phone
from tests import new_ledger
from tests.fakes.accounts import MemoryAudit
from tests.waiting import until

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)


def phoned(kind: str, target: str, state: str, said: int) -> SwitchedByPhone:
    return SwitchedByPhone(CallId("c1"), Instant(said / 1000), kind, target, state, 0, said, "", SeatId("8005"))


class Here:
    def __init__(self, folder: Path) -> None:
        self.store = Store(new_ledger.make(folder / "ledger.db"))
        self.book, self.audit = SwitchBook(self.store), MemoryAudit()
        self.told: list[SetSwitch] = []
        self.moved: list[object] = []
        self.refuses: set[str] = set()
        self.result, self.now = Result.DONE, NOW
        self.part = SwitchPart(
            parse(shipped()), self.store, self.audit, self.perform, self.moved.append, lambda: self.now
        )

    async def perform(self, command: Command) -> Outcome:
        assert isinstance(command, SetSwitch)
        self.told.append(command)
        return Outcome(command, Result.REFUSED if command.target in self.refuses else self.result)

    def state(self, kind: str, target: str) -> str:
        return next(row.state for row in self.part.rows() if (row.kind, row.target) == (kind, target))

    async def close(self) -> None:
        await self.part.stop()
        await self.store.close()


async def test_a_persons_act_is_kept_told_shown_and_audited(tmp_path: Path) -> None:
    here = Here(tmp_path)
    until = NOW + timedelta(hours=2)
    assert await here.part.switch(Switching(HOURS, "citizen", "closed", 0, NOW, until, by="2001", reason="停电"))
    (told,) = here.told
    assert (told.kind, told.target, told.state, told.until) == ("hours", "citizen", "closed", int(until.timestamp()))
    assert SwitchMoved("hours", "citizen") in here.moved
    assert [(one.actor, one.action) for one in here.audit.entries] == [("2001", "switch")]
    assert here.state("hours", "citizen") == "closed"
    here.now = until  # the dialplan looks at the end itself; the pages are told
    assert here.state("hours", "citizen") == "clock"
    assert [one.state for one in await here.book.history()] == ["closed"]
    assert await here.book.unaudited() == []
    await here.close()


async def test_of_two_words_in_one_millisecond_the_second_is_later(tmp_path: Path) -> None:
    here = Here(tmp_path)
    for state in ("on", "off"):
        await here.part.switch(Switching(MODE, "typhoon", state, 0, NOW, by="2001", reason="演练"))
    first, second = here.told
    assert second.at > first.at
    assert here.state("mode", "typhoon") == "off"
    (newest,) = await here.book.newest([("mode", "typhoon")])
    assert newest.state == "off"
    await here.close()


async def test_a_telephone_is_heard_live_and_an_older_word_changes_nothing(tmp_path: Path) -> None:
    here = Here(tmp_path)
    await here.part.switch(Switching(MODE, "typhoon", "on", 0, NOW, by="2001", reason="台风"))
    said = here.told[0].at
    here.moved.clear()
    here.part.hear_board(phoned("mode", "typhoon", "off", said - 1))  # said before, read later
    assert (here.state("mode", "typhoon"), here.moved) == ("on", [])
    here.part.hear_board(phoned("mode", "typhoon", "off", said + 1))
    assert here.state("mode", "typhoon") == "off"
    assert here.moved == [SwitchMoved("mode", "typhoon")]
    here.part.hear_board(phoned("mode", "nobody_knows", "on", said + 2))  # of other settings
    assert len(here.moved) == 1
    await here.close()


async def test_asterisk_that_does_not_answer_is_told_at_the_next_connection(tmp_path: Path) -> None:
    """Each line and mode, the usual for what nobody ever switched; so that it is right again whatever it lost."""
    here = Here(tmp_path)
    here.result = Result.LOST
    assert not await here.part.switch(Switching(MODE, "typhoon", "on", 0, NOW, by="2001", reason="台风"))
    here.result = Result.DONE
    here.told.clear()
    here.part.start()
    here.part.hear_board(BoardLive(Instant(0.0), Instant(0.0)))
    await asyncio.sleep(0)
    assert here.told == []  # the ledger is not read yet: nothing is said that it might gainsay
    await here.part.open()
    await until(lambda: len(here.told) >= 3)
    assert {(one.kind, one.target): one.state for one in here.told} == {
        ("hours", "citizen"): "clock", ("hours", "partner"): "clock", ("mode", "typhoon"): "on",
    }  # fmt: skip
    never = [one.at for one in here.told if one.kind == "hours"]
    assert never == [1, 1]  # before everything a telephone may have said
    await here.close()


async def test_what_was_not_told_is_told_again_while_the_link_of_events_stays_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No connection says that it is time; and one that Asterisk refuses keeps no other from it."""
    monkeypatch.setattr(switches, "AGAIN_SECONDS", 0.01)
    here = Here(tmp_path)
    here.part.start()
    await here.part.open()
    await until(lambda: len(here.told) >= 3)
    here.refuses.add("citizen")  # the first of them
    here.result = Result.LOST
    assert not await here.part.switch(Switching(MODE, "typhoon", "on", 0, NOW, by="2001", reason="台风"))
    here.result = Result.DONE
    here.told.clear()
    await until(lambda: any((one.target, one.state) == ("typhoon", "on") for one in here.told))
    here.refuses.clear()
    here.told.clear()
    await until(lambda: any(one.target == "citizen" for one in here.told))
    await here.close()


@pytest.mark.parametrize(("kind", "action"), [(MODE, "switch"), (PIN, "switch_refused")])
async def test_what_a_telephone_did_is_owed_to_the_audit_log_until_it_is_there(
    tmp_path: Path, kind: str, action: str
) -> None:
    here = Here(tmp_path)
    target = "typhoon" if kind == MODE else "8005"
    await here.book.add(by_phone(phoned(kind, target, "on" if kind == MODE else "wrong", 1_790_000_000_000)))
    here.part.start()
    await here.part.open()
    await until(lambda: bool(here.audit.entries))
    assert [(one.actor, one.action) for one in here.audit.entries] == [("seat:8005", action)]
    assert not await here.book.add(by_phone(phoned(kind, target, "off", 1_790_000_000_000)))  # that moment has one
    await here.close()

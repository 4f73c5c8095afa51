"""The judge is judged: with the daemon broken on purpose it must say so, and with the whole one it must not.

One real recorded is lived by a daemon that dies in its middle; what Asterisk wrote then is
read again by books and scribes with one thing wrong in each (``replayed_files.py``), and what can
only be seen on a living daemon is broken there (``broken.py``).
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import time
import wave
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bridge.case_store_messages import Message
from bridge.courier import Courier
from bridge.delivery_retry import RetryRule
from bridge.drivers import Heard, Receipt, Rejected, Unreachable
from bridge.drivers.native import Native
from bridge.ticket import CallFacts
from config.read import parse
from cti import events as ev
from cti.ids import CallId
from cti.numbering_plan import Plan as Numbers
from hotline.books import audit_key_and_heads
from hotline.lab.hotline_instance import Table
from hotline.verbs.report_rows import row_of
from ledger.call_list import Filter
from ledger.history import History as Past
from ledger.outbox import OutboxShelf
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests.bridge.made import ticket
from tests.casestore.kit import cases_at
from tests.faults import witness
from tests.faults.broken import broken
from tests.faults.checker import Plan, check
from tests.faults.replayed_files import Ledger, Tape, lived, read, written
from tests.live.site import CLOSED, Site, SiteTelephones, eventually, usual

pytestmark = [pytest.mark.live, pytest.mark.fault]

ROOT = Path(__file__).resolve().parents[2]
WRAP_UP_S = 5.0
"""Longer than the three seconds app_queue keeps by itself."""
OUTAGE = ("13800091004", "13800091005", "13800091006")
"""Callers who came while there was no daemon."""


def quick(table: Table) -> None:
    """Prompts are short (see ``Broken``), and the wrap-up is one that only the daemon can keep."""
    usual(table)
    table["seats"]["wrap_up_seconds"] = WRAP_UP_S


class Broken(Site):
    """A site whose daemon has a mutation; it can have another one after each death."""

    def __init__(self, var: Path) -> None:
        super().__init__(var, quick)
        self.places.prompts.mkdir(parents=True, exist_ok=True)
        for prompt in ("welcome", "partner", "closed"):
            with wave.open(str(self.places.prompts / f"{prompt}.wav"), "wb") as sound:
                sound.setnchannels(1)
                sound.setsampwidth(2)
                sound.setframerate(8000)
                sound.writeframes(b"\x10\x27\xf0\xd8" * 3200)  # 0.8 s, loud

    def begin(self, mutation: str) -> None:
        """Start the daemon, broken so."""
        self.program = ("tests.faults.broken", mutation)
        self.start(environ={"PYTHONPATH": str(ROOT)})

    def judged(self) -> list[str]:
        """Breaches as they are now."""
        return check(self.history(), self.plan())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broken]:
    site = Broken(tmp_path_factory.mktemp("broken"))
    try:
        site.begin("none")
        yield site
    finally:
        site.close_all()


@dataclass(frozen=True, slots=True)
class RecordedRun:
    tape: Tape
    plan: Plan
    breaches: list[str]
    """What the judge said of the whole daemon."""


@pytest.fixture(scope="module")
def recorded(site: Broken, tmp_path_factory: pytest.TempPathFactory) -> RecordedRun:
    died, back = asyncio.run(asyncio.wait_for(_record(site), 60))
    plan, breaches = site.plan(), site.settle(25)
    folder = tmp_path_factory.mktemp("tape")
    proof = audit_key_and_heads.proof(
        parse(site.settings), site.places
    )  # before the copy: it holds each row that was noted
    shutil.copy(site.places.cel, folder)
    shutil.copy(site.places.queue_log, folder)
    with closing(sqlite3.connect(site.places.ledger)) as db, closing(sqlite3.connect(folder / "ledger.db")) as copy:
        db.backup(copy)
    settings = site.settings
    trunks, seats = (frozenset(one["id"] for one in settings[kind]) for kind in ("trunk", "seat"))
    numbers = Numbers(trunks, seats)
    tape = Tape(folder, settings["centre"]["node"], numbers, site.history(), proof, died, back)
    return RecordedRun(tape, plan, breaches)


async def _record(site: Broken) -> tuple[float, float]:
    """Answered, abandoned, refused; over before the death, across it, within it, across the return; three seats."""
    async with SiteTelephones(site, 3) as floor:
        across = await floor.dial(caller="13800091001", name="王小明")
        over = await floor.dial("12319110", trunk="unicom", caller="13800091002")
        seats = [await floor.seat_call(call.caller) for call in (across, over)]
        refused = await floor.dial(CLOSED, caller="13800091003")
        await refused.until_ended(15)
        await asyncio.sleep(1.5)
        over.hang_up()
        await seats[1].until_ended(5)
        await eventually(lambda: paused(site, seats[1].dialled), 5)  # so nobody is free for those who wait
        site.kill()
        died = time.time()
        within = await floor.dial(caller=OUTAGE[0])
        await floor.seat_call(within.caller)
        await asyncio.sleep(1.5)
        gone, waiting = [await floor.dial(trunk="unicom", caller=caller) for caller in OUTAGE[1:]]
        await gone.until_heard(1.0)
        await asyncio.sleep(1.5)
        for call in (within, gone, across):
            call.hang_up()
        await seats[0].until_ended(5)
        back = time.time()
        await asyncio.to_thread(site.begin, "none")
        seat = await floor.seat_call(waiting.caller)
        await asyncio.sleep(1.5)
        waiting.hang_up()
        await seat.until_ended(5)
    return died, back


def paused(site: Broken, seat: str) -> bool:
    """In the queue everybody waits in."""
    return f"|mandarin|{seat}|PAUSE|" in site.places.queue_log.read_text(encoding="utf-8")


@pytest.mark.always
def test_the_whole_daemon_is_not_accused(recorded: RecordedRun) -> None:
    """The same path without a mutation: the judge finds nothing in a ledger of three answered, three not."""
    assert recorded.breaches == []
    assert sorted(row.answered is not None for row in recorded.tape.history.ledger) == [False] * 2 + [True] * 4


@pytest.mark.parametrize("mutation", ["none", "forgetful"])
async def test_the_whole_book_read_again_is_not_accused(recorded: RecordedRun, mutation: str) -> None:
    """The same rows give the same ledger; reading them from the first byte after a restart changes nothing."""
    with broken(mutation):
        history = await lived(recorded.tape)
    assert check(history, recorded.plan) == []
    assert sorted(history.ledger, key=str) == sorted(recorded.tape.history.ledger, key=str)


@pytest.mark.parametrize(
    ("mutation", "said"),
    [
        ("no_catch_up", "in CEL, missing in the ledger"),
        ("drop_one=CallArrived", "in CEL, missing in the ledger"),
        ("drop_one=CallLined", "the ledger says none"),
        ("drop_one=CallQueued", "the ledger says never queued"),
        ("drop_one=TalkBegan", "the ledger says never answered"),
        ("drop_one=TalkEnded", "a row of talks goes on"),
        ("drop_one=RecordingStarted", "no good recording"),
        ("drop_one=CallEnded", "still open in the ledger"),
        ("swap_two=CallArrived,CallLined", "the ledger says none"),
        ("swap_two=CallArrived,CallEnded", "still open in the ledger"),
        ("swap_two=CallQueued,CallLeftQueue", "queue_visits goes on"),
        ("swap_two=CallOffered,OfferEnded", "offers goes on"),
        ("swap_two=TalkBegan,TalkEnded", "talks goes on"),
        ("swap_two=TalkEnded,CallEnded", "talks goes on"),
        ("double", "unknown to CEL"),
    ],
)
async def test_a_broken_book_is_accused(recorded: RecordedRun, mutation: str, said: str) -> None:
    """The rows of the real recorded, read by a book that loses, swaps or doubles: the judge names it."""
    # What is lost or swapped before a death is read again after it, and so mended.
    tape = recorded.tape if mutation == "no_catch_up" else replace(recorded.tape, died=0.0)
    with broken(mutation):
        breaches = check(await lived(tape), recorded.plan)
    assert any(said in breach for breach in breaches), breaches


UNSEEN = {"LegBegan", "LegEnded", "LegMedia", "JourneyStepped", "NodeStarted"}
"""Events whose loss no witness can tell: what they make (legs and their sound, lives of Asterisk, steps counted in the
metrics) is in no outcome and no figure of the centre."""
APART = 3


@pytest.mark.bound(120)
async def test_no_event_may_be_lost(recorded: RecordedRun) -> None:
    """Each kind of event of each kind of call is swallowed in its turn: the judge says so, or nobody could know."""
    told = Told(recorded)
    unsaid = {type(event).__name__ for place, event in told.drops() if not (await told.otherwise({place: ()}))[0]}
    assert unsaid <= UNSEEN


@pytest.mark.bound(120)
async def test_no_two_events_may_be_swapped(recorded: RecordedRun) -> None:
    """Events of one answered call change places, up to three apart: the judge says so, or the ledger is the same."""
    told = Told(recorded)
    accused, harmless, unseen = 0, 0, []
    for first, second in told.pairs():
        one, other = told.stream[first], told.stream[second]
        breaches, same = await told.otherwise({first: (other,), second: (one,)})
        accused += bool(breaches)
        harmless += not breaches and same
        if not breaches and not same:
            unseen.append(f"{type(one).__name__}, {type(other).__name__}")
    assert unseen == []
    assert accused
    assert harmless  # each event carries its own moment: many may come in any order


Changes = dict[int, tuple[ev.Event, ...]]


class Told:
    """The recorded's events in the order the book told them, to be told otherwise."""

    def __init__(self, recorded: RecordedRun) -> None:
        self._record, self._batches = recorded, read(recorded.tape)
        self.stream: list[Any] = [event for batch in self._batches for event in batch.events]
        self._true: Ledger | None = None
        self._kind_of = {row.call: row.outcome or "answered" for row in recorded.tape.history.ledger}

    def drops(self) -> list[tuple[int, Any]]:
        """(place, event): one of each kind, of each kind of call."""
        found = {(type(event), self._kind(event)): (place, event) for place, event in enumerate(self.stream)}
        return list(found.values())

    def pairs(self) -> list[tuple[int, int]]:
        """Places of two events of an answered call, up to ``APART``; without those nobody could know of."""
        call = next(row.call for row in self._record.tape.history.ledger if row.answered is not None)
        places = [
            place for place, event in enumerate(self.stream)
            if getattr(event, "call", "") == call and type(event).__name__ not in UNSEEN
        ]  # fmt: skip
        return [(one, other) for n, one in enumerate(places) for other in places[n + 1 : n + 1 + APART]]

    def _kind(self, event: Any) -> str:
        return self._kind_of.get(getattr(event, "call", ""), "")

    async def otherwise(self, changes: Changes) -> tuple[list[str], bool]:
        """With other events at some places: what the judge says, and whether every row of the ledger is the same."""
        if self._true is None:
            self._true = (await self._written({}))[1]
        history, rows = await self._written(changes)
        return check(history, self._record.plan), rows == self._true

    async def _written(self, changes: Changes) -> tuple[witness.History, Ledger]:
        places = count()
        batches = [
            ([told for event in batch.events for told in changes.get(next(places), (event,))], batch.mark)
            for batch in self._batches
        ]
        return await written(self._record.tape, batches)


class Forgetting:
    """A case store that takes the ticket and loses its first answer."""

    carries = Native.carries

    def __init__(self, store: Native) -> None:
        self._store, self._lost = store, False

    async def find(self, key: str) -> Receipt | Unreachable | None:
        return await self._store.find(key)

    async def hear(self, mark: str, most: int) -> Heard | Unreachable:
        return await self._store.hear(mark, most)

    async def deliver(self, message: Message) -> Receipt | Rejected | Unreachable:
        answer = await self._store.deliver(message)
        if self._lost:
            return answer
        self._lost = True
        raise TimeoutError


@pytest.mark.parametrize(("mutation", "said"), [("none", ""), ("no_outbox_key", "2 times in the case store")])
async def test_a_ticket_pushed_without_its_key_is_accused(
    recorded: RecordedRun, tmp_path: Path, mutation: str, said: str
) -> None:
    """The case store took a ticket and its answer was lost: with a new key it is two cases, and the judge says so."""
    shutil.copy(recorded.tape.folder / "ledger.db", tmp_path)
    store = Store(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}")
    answered = next(row for row in recorded.tape.history.ledger if row.answered is not None)
    filed = ticket(facts=CallFacts(CallId(answered.call)), key=f"{answered.call}/1")
    shelf = TicketShelf(store)
    await shelf.file(filed)
    async with cases_at(tmp_path / "casestore.db") as cases:
        with broken(mutation):
            rule = RetryRule(first=0.01, most=0.02)
            courier = Courier(
                OutboxShelf(store, "test"), Forgetting(cases.driver), rule, lambda _: None, chance=lambda: 0.5
            )
            courier.start()
            while (await shelf.backlog())[0]:
                await asyncio.sleep(0.01)
            await courier.stop()
    rows = [row_of(call) async for call in Past(store).every(Filter(most=100))]
    await store.close()
    told = witness.ledger(json.dumps(rows, default=datetime.isoformat))
    history = replace(recorded.tape.history, ledger=told, cases=witness.cases(tmp_path / "casestore.db"))
    breaches = check(history, recorded.plan)
    assert any(said in breach for breach in breaches) if said else breaches == []


# -- on a living daemon ------------------------------------------------------------------------


async def talk(floor: SiteTelephones, caller: str) -> None:
    """One call is answered, and over."""
    call = await floor.dial(caller=caller)
    seat = await floor.seat_call(caller)
    await asyncio.sleep(1.5)
    call.hang_up()
    await seat.until_ended(5)


async def test_a_daemon_without_back_fill_is_accused(site: Broken, recorded: RecordedRun) -> None:
    """It was dead under one call, from the first to the last moment of it, and does not read what it missed."""
    async with SiteTelephones(site, 1) as floor:
        await eventually(lambda: asyncio.to_thread(site.offers_to, "8001"), 10)
        site.kill()
        await talk(floor, "13800092001")
        await asyncio.to_thread(site.begin, "no_catch_up")
    breaches = site.judged()
    assert any("13800092001): in CEL, missing in the ledger" in breach for breach in breaches), breaches


async def test_a_daemon_that_loses_an_event_is_accused(site: Broken, recorded: RecordedRun) -> None:
    """It swallows one CallEnded: the call is open when a later one is long closed. Nothing else is said of it."""
    breaches = await two_in_turn(site, "drop_one=CallEnded", ("13800093001", "13800093002"))
    assert any("(from 13800093001): still open in the ledger" in breach for breach in breaches)
    assert all("13800093001" in breach for breach in breaches), breaches


async def test_a_daemon_without_wrap_up_is_accused(site: Broken, recorded: RecordedRun) -> None:
    """The seat's phone rings for the next caller before the wrap-up is over. Nothing else is said of it."""
    (said,) = await two_in_turn(site, "no_wrap_up", ("13800094001", "13800094002"))
    assert said.startswith("seat 8001: rung ")


async def two_in_turn(site: Broken, mutation: str, callers: tuple[str, str]) -> list[str]:
    """A daemon with this mutation, and one seat that talks to both callers; what the judge says of them."""
    site.kill()
    await asyncio.to_thread(site.begin, mutation)
    began = time.time()
    async with SiteTelephones(site, 1) as floor:
        for caller in callers:
            await talk(floor, caller)
    told: list[witness.History] = []

    def shelved() -> bool:
        """The second call is closed and its recording on the shelf: so should be everything of the first."""
        told.append(site.history())
        return any(row.caller == callers[1] and row.ended and row.recorded_seconds for row in told[-1].ledger)

    await eventually(shelved, 15)
    return check(since(told[-1], began), replace(site.plan(), wrap_up=WRAP_UP_S))


def since(history: witness.History, began: float) -> witness.History:
    """What all witnesses say of the calls that came after this moment."""
    cel = tuple(call for call in history.cel if call.began >= began)
    calls = {call.call for call in cel}
    return witness.History(
        phones=tuple(call for call in history.phones if call.began >= began),
        cel=cel,
        queue=tuple(call for call in history.queue if call.call in calls),
        ledger=tuple(row for row in history.ledger if row.call in calls),
        breaches=tuple(breach for breach in history.breaches if any(call in breach for call in calls)),
    )

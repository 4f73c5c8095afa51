"""How far a case is, by number and code; tries that are counted; who joined a mass event by a key."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from accounts.query_code_limits import LIMITS, Scope
from bridge.case_state import CaseState
from bridge.drivers import CaseEvent
from bridge.ticket import Limit, Person, Promise
from casestore.progress_steps import STANDING
from casestore.states import STATE_WORD, STEP_OF, State
from cti import events as ev
from cti.ids import CallId, Instant
from cti.numbers import ANYWHERE
from ivr.ports import CaseStanding, NoSuchCase, TooMany
from ledger import case_progress, mass_event_joins
from ledger import tables as t
from ledger.call_record import CallRecord, SelfService
from ledger.case_progress import CaseProgress
from ledger.mass_events import MassEvent, MassEvents
from tests.bridge.made import NOON, ticket

from .test_ticket_search import LATER, books

NUMBER, CODE = "20261128000127", "12345678"
NOW = LATER.timestamp()
EVENT = "01JABCDEFGHJKMNPQRSTVWXYZ0"


def test_each_state_is_told_as_the_public_page_tells_it() -> None:
    """By the store's own word where it has one, by the centre's state else."""
    for state, word in STATE_WORD.items():
        if state is not State.MERGED:  # told at its parent's
            wanted = str(state) if state in STANDING else str(STEP_OF[state])
            assert case_progress.STEP_OF_WORD[word] == wanted, state
    assert set(case_progress.STEP_OF) == set(CaseState)


async def test_nothing_is_told_without_the_code_and_tries_end(url: str) -> None:
    """Unknown number and wrong code are one answer; a limit that is reached stops the right code, too."""
    clock = [NOW]
    async with books(url) as b:
        progress = CaseProgress(b.store, ANYWHERE, ZoneInfo("Asia/Shanghai"), lambda: clock[0])
        by = datetime(2027, 1, 5, 1, 0, tzinfo=UTC)
        promise = Promise(by, by, provisional=True, limit=Limit(9, "work_day"), condition="", basis="catalogue")
        one = ticket(promise=promise)
        await b.tickets.file(one)
        (sent,) = await b.outbox.due(LATER, 9)
        await b.outbox.delivered(sent, NUMBER, CODE, LATER)
        await b.cases.hear("s", [CaseEvent(one.key, NUMBER, 5, CaseState.FILED, LATER, word="待派遣")], None, LATER)
        told = CaseStanding(NUMBER, "acceptance", date(2026, 11, 18), None)
        found = await progress.ask(NUMBER, CODE, "13805920001")
        assert isinstance(found, CaseStanding)
        assert (found.number, found.step) == (told.number, told.step)
        assert (found.promised, found.provisional) == (date(2027, 1, 5), True)
        assert await progress.ask("20261128000135", CODE, "13805920001") == NoSuchCase()
        most = next(limit.tries for limit in LIMITS if limit.scope is Scope.NUMBER)
        for place in range(most):
            assert await progress.ask(NUMBER, "00000000", f"1380592100{place}") == NoSuchCase()
        assert await progress.ask(NUMBER, CODE, "13805920009") == TooMany()
        clock[0] += 3601
        assert isinstance(await progress.ask(NUMBER, CODE, "13805920009"), CaseStanding)
        async with b.store.reading() as db:
            assert await db.scalar(sa.select(sa.func.count()).select_from(t.progress_tries)) == 1


async def test_strangers_do_not_keep_a_citizen_from_their_own_case(url: str) -> None:
    """From the telephone that the case came from the right code is told, however often strangers guessed at that case or at any.
    A wrong one is answered there as everywhere: nobody learns by it whose case it is. Its own guesses end as anybody's."""
    mine, stranger = "13805920077", "13805929999"
    async with books(url) as b:
        progress = CaseProgress(b.store, ANYWHERE, ZoneInfo("Asia/Shanghai"), lambda: NOW)
        one = ticket(person=Person(phones=(mine,)))
        await b.tickets.file(one)
        (sent,) = await b.outbox.due(LATER, 9)
        await b.outbox.delivered(sent, NUMBER, CODE, LATER)
        for place in range(20):  # of one case, and of cases there are none of
            for turn in range(10):
                number = NUMBER if turn == 0 else f"2026112800{place:02}{turn:02}"
                await progress.ask(number, "00000000", f"139059200{place:02}")
        assert await progress.ask(NUMBER, CODE, stranger) == TooMany()
        assert await progress.ask(NUMBER, CODE, "") == TooMany()
        assert isinstance(await progress.ask(NUMBER, CODE, f"+86{mine}"), CaseStanding)
        most = next(limit.tries for limit in LIMITS if limit.scope is Scope.CALLER)
        wrong = [await progress.ask(NUMBER, "11111111", mine) for _turn in range(most)]
        assert wrong == [TooMany()] * most == [await progress.ask(NUMBER, "11111111", stranger)] * most
        assert await progress.ask(NUMBER, CODE, mine) == TooMany(), "who guesses from there ends as anybody"


async def test_who_joins_by_a_key_is_one_more_once(url: str) -> None:
    """A row and a message in the same transaction; the same number again, or the same rows again, is nothing new."""
    async with books(url) as b:
        one = ticket()
        await b.filed(one)
        await MassEvents(b.store).open(MassEvent(EVENT, one.id, "停水", "", "停水", NOON, "2001", LATER + timedelta(hours=9), None, "", ""))  # fmt: skip
        progress = CaseProgress(b.store, ANYWHERE, ZoneInfo("Asia/Shanghai"), lambda: NOW)
        assert [(event.id, event.callers) for event in await progress.running()] == [(EVENT, 1)]

        def joined(call: str, caller: str, about: str = EVENT.lower()) -> tuple[SelfService, CallRecord]:
            record = CallRecord(CallId(call), ev.Direction.INBOUND, "telecom", caller, "", "12319", Instant(NOW))
            return SelfService(CallId(call), 0, Instant(NOW), "mass_event", "joined", about, ""), record

        tries = [
            joined("c1", "13805920001"),
            joined("c2", "+8613805920001"),
            joined("c3", ""),
            joined("c4", "13805920002", "nothing"),
        ]
        for _time in range(2):
            await b.store.transact(lambda db: mass_event_joins.put(b.store, db, tries, ANYWHERE))
        async with b.store.reading() as db:
            rows = (await db.execute(sa.select(t.mass_event_joins.c.number, t.mass_event_joins.c.said))).all()
        assert sorted(tuple(row) for row in rows) == [("13805920001", True), ("c3", True)]
        said = [message.payload for message in await b.matters.said(one.id) if message.kind == "plus_one"]
        assert [payload.get("number_masked") for payload in said] == ["138****0001", None]
        assert [(event.id, event.callers) for event in await progress.running()] == [(EVENT, 3)]

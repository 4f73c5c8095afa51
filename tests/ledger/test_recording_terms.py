"""Until when recordings are kept, who keeps them longer, and what is given up: on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cti.ids import CallId
from cti.numbers import Numbers
from ledger import tables as t
from ledger.holds import HoldBook
from ledger.invariant.rule import Limits
from ledger.recording_terms import Counted, Place, RecordingTerms
from ledger.store import Store
from ledger.verify import verify
from recordings.holds import Subject
from recordings.ids import RecordingId
from recordings.retention import WAITS, Terms
from recordings.states import State

BEGAN = datetime(2024, 3, 31, 1, tzinfo=UTC)
HALF, TWO = datetime(2024, 9, 30, 1, tzinfo=UTC), datetime(2026, 3, 31, 1, tzinfo=UTC)
"""Six months and two years later."""
SOON = BEGAN + timedelta(days=40)
TERMS = Terms()
TALK, ALONE, BAD, LAW, MESSAGE = "xm1-1.1", "xm1-2.2", "xm1-3.3", "xm1-4.4", "xm1-5.5"
TICKET = "T" * 26


async def ledger(url: str) -> Store:
    """A talk, a caller nobody answered, a nuisance, a matter of litigation, a message; each with one recording."""
    store = Store(url)
    async with store.writing() as db:
        for call in (TALK, ALONE, BAD, LAW, MESSAGE):
            talked = {"talk_began_at": BEGAN} if call not in (ALONE, MESSAGE) else {}
            row: dict[str, Any] = {"call_id": call, "node": "xm1", "direction": "inbound", "arrived_at": BEGAN, "state": "closed", "caller": f"1380601000{call[-1]}"}  # fmt: skip
            await db.execute(sa.insert(t.calls).values(row | talked | {"ended_at": BEGAN}))
            tape = {"call_id": call, "part": 1, "file": f"{call}.raw", "started_at": BEGAN, "ended_at": BEGAN, "state": "shelved"}  # fmt: skip
            more = {"path": f"2024/03/31/{call}.opus.sealed", "format": "opus", "seconds": 9.0, "plain_bytes": 1, "stored_bytes": 2, "sealed": True, "settled_at": BEGAN}  # fmt: skip
            await db.execute(sa.insert(t.recordings).values(tape | more))
        await db.execute(sa.insert(t.outcomes).values(call_id=BAD, outcome="nuisance", at=BEGAN))
        await db.execute(sa.insert(t.voicemails).values(call_id=MESSAGE, prompt="voicemail", began_at=BEGAN))
        ticket = {"ticket_id": TICKET, "key": f"{LAW}/1", "call_id": LAW, "filed_at": BEGAN, "body": "{}", "retention_class": "litigation"}  # fmt: skip
        await db.execute(sa.insert(t.tickets).values(ticket))
        case = {"case_id": TICKET, "stream": f"{LAW}/1", "ticket_id": TICKET, "call_id": LAW, "number": "A-1", "state": "handling", "since": BEGAN, "opened_at": BEGAN, "moved_at": BEGAN}  # fmt: skip
        await db.execute(sa.insert(t.cases).values(case))
    return store


async def kept(store: Store) -> dict[str, tuple[datetime | None, str, str]]:
    r = t.recordings.c
    async with store.reading() as db:
        rows = await db.execute(sa.select(r.call_id, r.kept_until, r.kept_by, r.state))
        return {row.call_id: (row.kept_until, row.kept_by, row.state) for row in rows}


async def given_up(terms: RecordingTerms, now: datetime, most: int = 2) -> tuple[list[str], int]:
    """Page after page, small ones."""
    calls, held, after = list[str](), 0, None
    while True:
        page = await terms.give_up(now, "hotline", after, most)
        calls += [one.call for one in page.up]
        held += page.held
        if page.next is None:
            return calls, held
        after = page.next


async def every_open(terms: RecordingTerms, now: datetime) -> None:
    after: Place | None = None
    while (after := await terms.decide_open(now, after, 1)) is not None:
        pass


async def test_each_is_decided_once_by_its_kind(url: str) -> None:
    """Four weeks after the call; a message counts as a talk, a case that goes on as nobody's guess; other months are another rule."""
    store = await ledger(url)
    terms = RecordingTerms(store, TERMS)
    assert await terms.decide(BEGAN + timedelta(days=27)) == 0
    while await terms.decide(SOON, 2) == 2:
        pass
    assert await kept(store) == {
        TALK: (TWO, "citizen:24", "shelved"), ALONE: (HALF, "unanswered:6", "shelved"),
        BAD: (HALF, "nuisance:6", "shelved"), LAW: (None, WAITS, "shelved"), MESSAGE: (TWO, "citizen:24", "shelved"),
    }  # fmt: skip
    assert await terms.decide(SOON) == 0
    longer = RecordingTerms(store, Terms(citizen=0, penalty=24, unanswered=12, nuisance=6))
    assert await longer.decide(SOON, 2) + await longer.decide(SOON, 2) == 3, (
        "the two talks and the one that nobody answered"
    )
    found = await kept(store)
    assert found[TALK][:2] == (None, "citizen:0")
    assert found[ALONE][:2] == (datetime(2025, 3, 31, 1, tzinfo=UTC), "unanswered:12")
    await store.close()


async def test_what_is_over_is_given_up_and_nothing_else(url: str) -> None:
    """Counted the same beforehand, also what was never decided; given up once; nothing brings it back."""
    store = await ledger(url)
    terms = RecordingTerms(store, TERMS)
    assert await terms.count(HALF - timedelta(seconds=1)) == Counted(0, 0)
    assert await terms.count(HALF) == Counted(2, 0)
    assert {state for _, _, state in (await kept(store)).values()} == {"shelved"}, "counting changes nothing"
    await terms.decide(HALF)
    assert await terms.count(HALF) == Counted(2, 0)
    assert await given_up(terms, HALF) == ([ALONE, BAD], 0)
    assert await given_up(terms, HALF) == ([], 0)
    assert {one.kept.call for one in await terms.unproved()} == {ALONE, BAD}
    (breach, other) = [one for one in await verify(store, HALF + timedelta(days=3), Limits()) if one.rule == "recording_not_gone"]  # fmt: skip
    assert {breach.subject, other.subject} == {ALONE, BAD}
    await terms.proved({RecordingId(CallId(call)): "gone" for call in (ALONE, BAD)})
    assert not await terms.unproved()
    assert list(await terms.certificates(HALF)) == ["gone", "gone"]
    assert not [one for one in await verify(store, HALF + timedelta(days=3), Limits()) if one.rule == "recording_not_gone"]  # fmt: skip
    assert [state for _, _, state in (await kept(store)).values()].count(State.DROPPED.value) == 2
    await store.close()


@pytest.mark.parametrize("kind", [*Subject, "ticket"])
async def test_a_hold_outranks_every_term(url: str, kind: Subject | str) -> None:
    """Placed after the term was decided, on the day on which it is over: by call, by case, by number, by the ticket's own word;
    released, it goes."""
    store = await ledger(url)
    plan = Numbers("0592")
    terms, book = RecordingTerms(store, TERMS, plan), HoldBook(store, plan)
    async with store.writing() as db:
        await db.execute(sa.update(t.tickets).values(retention_class="standard"))
    await terms.decide(SOON)
    async with store.writing() as db:
        if kind == "ticket":
            await db.execute(sa.update(t.tickets).values(legal_hold=True))
    if isinstance(kind, Subject):
        subject = {Subject.CALL: LAW, Subject.CASE: "A-1", Subject.NUMBER: "+8613806010004"}[kind]
        hold = await book.place(kind, subject, by="2001", why="复议", since=TWO - timedelta(hours=1))
    assert await terms.count(TWO) == Counted(4, 1)
    assert await given_up(terms, TWO) == ([ALONE, BAD, TALK, MESSAGE], 1)
    assert await given_up(terms, TWO) == ([], 1)
    if isinstance(kind, Subject):
        assert await book.lift(hold.id, by="2001", at=TWO)
    else:
        async with store.writing() as db:
            await db.execute(sa.update(t.tickets).values(legal_hold=False))
    assert await given_up(terms, TWO) == ([LAW], 0)
    await store.close()


async def test_a_matter_of_law_is_kept_from_its_cases_end(url: str) -> None:
    """Also one that became a matter of law after its term was decided; a case that is opened again keeps it again."""
    store = await ledger(url)
    terms = RecordingTerms(store, TERMS)
    await terms.decide(SOON)
    late = datetime(2030, 1, 1, tzinfo=UTC)
    await every_open(terms, late)
    assert (await kept(store))[LAW][:2] == (None, WAITS)
    ended = datetime(2025, 2, 28, tzinfo=UTC)
    async with store.writing() as db:
        await db.execute(sa.update(t.cases).values(state="closed", since=ended))
        other = {"ticket_id": "U" * 26, "key": f"{ALONE}/1", "call_id": ALONE, "filed_at": BEGAN, "body": "{}"}
        await db.execute(sa.insert(t.tickets).values(other | {"retention_class": "litigation", "merged_into": "A-1"}))
    await every_open(terms, SOON)
    until = datetime(2027, 2, 28, tzinfo=UTC)
    assert (await kept(store))[LAW][:2] == (until, "penalty:24")
    assert await given_up(terms, TWO) == ([BAD, TALK, MESSAGE], 0)
    assert (await kept(store))[ALONE] == (until, "penalty:24", "shelved"), "it goes on within the other's case"
    async with store.writing() as db:
        await db.execute(sa.update(t.cases).values(state="dispatched", since=until))
    assert await given_up(terms, until) == ([], 0)
    assert (await kept(store))[LAW] == (None, WAITS, "shelved")
    await store.close()


async def test_a_call_that_went_on_in_another_is_held_with_it(url: str) -> None:
    store = await ledger(url)
    async with store.writing() as db:
        await db.execute(sa.update(t.calls).where(t.calls.c.call_id == ALONE).values(merged_into=LAW))
    terms, book = RecordingTerms(store, TERMS), HoldBook(store)
    await terms.decide(SOON)
    assert (await kept(store))[ALONE][1] == WAITS
    await book.place(Subject.CASE, "A-1", by="2001", why="复议", since=SOON)
    assert len(await book.over(CallId(ALONE), SOON)) == 1
    await store.close()

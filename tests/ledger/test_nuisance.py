"""Tags, decisions and appeals about nuisance callers: each settled once, danger never held back, what a key said is kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bridge.nuisance import End, How, TagState
from bridge.ticket import CallFacts, Person, Subject
from cti import events as ev
from cti.ids import CallId
from cti.journey_events import NuisanceHandled
from cti.numbers import Numbers
from ledger import tables as t
from ledger.callbacks import heard
from ledger.nuisance import Appeal, Decision, NuisanceBook, Tag
from ledger.scribe import Scribe
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests.bridge.made import ticket

from .desk import T0, Told, mark

NUMBER = "13806010001"
NOW = datetime.fromtimestamp(T0, UTC)
NUMBERS = Numbers("0592")


def tag(n: int = 1, number: str = NUMBER) -> Tag:
    return Tag(f"TAG{n:023}", f"xm1-1.{n}", number, NOW, "1001", "8001", "prank")


def decision(n: int = 1, *, days: float = 7, of: str = "", at: datetime = NOW, grade: str = "message") -> Decision:
    return Decision(f"DEC{n:023}", NUMBER, grade, at, at + timedelta(days=days), "2001", "多次恶作剧", of)


def appeal(n: int = 1, against: int = 1, at: datetime = NOW) -> Appeal:
    return Appeal(
        f"agent-{n}",
        f"DEC{against:023}",
        NUMBER,
        f"xm1-2.{n}",
        at,
        How.AGENT,
        "1002",
        "号码是新买的",
        at + timedelta(hours=24),
    )


async def graded(store: Store, *steps: str, caller: str = NUMBER, talk: bool = False) -> Told:
    """A call of this number of which the dialplan said these steps."""
    told = Told(caller=caller).arrive()
    for step in steps:
        told.say(NuisanceHandled(told.call, told.at(1), "message", step))
    if talk:
        told.queue().talk()
    told.end(ev.EndedBy.CALLER)
    scribe = Scribe(store, "xm1", numbers=NUMBERS)
    await scribe.resume()
    await scribe.write(told.events, mark(100))
    return told


async def of(store: Store, table: sa.Table) -> list[Any]:
    async with store.reading() as db:
        return list((await db.execute(sa.select(table))).all())


async def test_a_tag_is_settled_once_and_with_it_all_of_its_number(url: str) -> None:
    store = Store(url)
    book = NuisanceBook(store)
    first, other, stranger = tag(1), tag(2), tag(3, "13806019999")
    for one in (first, other, stranger):
        await book.tag(one)
    assert (await book.tag(replace(first, id="X" * 26))).id == first.id  # one a call
    both = await asyncio.gather(book.decide(decision(1, of=first.id)), book.dismiss(first.id, "2002", "不是骚扰", NOW))
    assert sum(bool(one) for one in both) == 1  # two supervisors, one word
    if both[1]:
        assert (await book.decide(decision(1, of=other.id))) is not None
    assert await book.decide(decision(2, of=first.id)) is None
    assert [one.id for one in await book.open_tags()] == [stranger.id]
    assert (await book.find_tag(other.id) or other).state == TagState.DECIDED
    await store.close()


async def test_a_later_decision_replaces_and_an_ended_one_holds_nobody(url: str) -> None:
    store = Store(url)
    book = NuisanceBook(store)
    short = await book.decide(decision(1, days=1))
    later = NOW + timedelta(days=2)
    assert short is not None
    assert await book.in_force_of(NUMBER, later) is None  # by itself
    second = await book.decide(decision(2, at=later))
    third = await book.decide(decision(3, at=later, grade="quota"))
    assert second is not None
    assert third is not None
    assert third.said > second.said > short.said
    standing = await book.in_force_of(NUMBER, later)
    assert standing is not None
    assert (standing.id, standing.grade) == (third.id, "quota")
    assert (await book.find_decision(second.id) or second).ended_how == End.REPLACED
    assert (await book.find_decision(short.id) or short).ended_how == ""  # it ran its time
    assert [one.id for one in await book.to_tell(later)] == [third.id]
    ended = await book.end(third.id, End.MISTAKE, "2002", "误标", later)
    assert ended is not None
    assert ended.said > third.said
    assert await book.end(third.id, End.LIFTED, "2002", "再说一次", later) is None
    assert await book.in_force(later) == []
    assert [(one.id, one.in_force(later)) for one in await book.to_tell(later)] == [(third.id, False)]
    await store.close()


async def test_an_appeal_upheld_ends_it_and_the_caller_is_owed_the_answer(url: str) -> None:
    store = Store(url)
    told: list[Any] = []
    book = NuisanceBook(store, tell=told.extend)
    await book.decide(decision(1))
    first = await book.appeal(appeal(1))
    again = await book.appeal(appeal(2))
    assert first is not None
    assert again is not None
    assert again.id == first.id
    assert await book.appeal(appeal(3, against=9)) is None
    later = NOW + timedelta(hours=3)
    both = await asyncio.gather(*(
        book.decide_appeal(first.id, upheld=upheld, by="2002", answer="核实属实", at=later) for upheld in (True, False)
    ))  # fmt: skip
    (done,) = [one for one in both if one is not None]
    assert [(row.kind, row.number, row.reason) for row in await of(store, t.callbacks)] == [
        ("appeal", NUMBER, "appeal_upheld" if done.upheld else "appeal_refused")
    ]
    assert len(told) == 1
    assert (await book.in_force_of(NUMBER, later) is None) == bool(done.upheld)
    # that he calls again does not tell him
    call = await graded(store)
    settled = await store.transact(lambda db: heard(db, call.call, later + timedelta(days=9), "1001", NUMBERS))
    assert [one.task for one in settled] == [call.call]
    await store.close()


async def test_whom_asterisk_holds_back_though_nobody_decided_is_known(url: str) -> None:
    """After a restore of an older ledger; not whom a decision holds back by now."""
    store = Store(url)
    book = NuisanceBook(store)
    await graded(store, "message", "appealed")
    since, later = NOW - timedelta(days=7), NOW + timedelta(minutes=1)
    ((number, at),) = await book.graded_by_nobody(since, later)
    assert (number, NOW <= at <= later) == (NUMBER, True)
    assert await book.graded_by_nobody(later, later) == []
    await book.decide(decision(1))
    assert await book.graded_by_nobody(since, later) == []
    await book.end(f"DEC{1:023}", End.LIFTED, "2002", "已致歉", later)
    assert [one for one, _at in await book.graded_by_nobody(since, later)] == [NUMBER]
    await store.close()


async def test_each_appeal_of_one_call_is_answered(url: str) -> None:
    """A second one after the first was refused, and one about another number than the caller's."""
    store = Store(url)
    book = NuisanceBook(store)
    await book.decide(decision(1))
    await book.decide(replace(decision(2), number="13806010002"))
    several = appeal(1), appeal(2), replace(appeal(3, against=2), number="13806010002")
    for n, one in enumerate(several, start=1):
        assert await book.appeal(replace(one, call="xm1-2.1")) is not None
        done = await book.decide_appeal(one.id, upheld=False, by="2002", answer="维持", at=NOW + timedelta(hours=n))
        assert done is not None
    owed = sorted((row.number, row.call_id) for row in await of(store, t.callbacks))
    assert owed == [(NUMBER, "xm1-2.1"), (NUMBER, "xm1-2.1"), ("13806010002", "xm1-2.1")]
    await store.close()


@pytest.mark.parametrize(
    ("steps", "talk", "outcome", "owed"),
    [
        (["message"], False, ("nuisance", "message"), []),
        (["spent"], False, ("nuisance", "spent"), []),
        (["message", "appealed"], False, ("nuisance", "appealed"), []),
        (["message", "danger"], False, ("missed", "abandoned_in_notice"), ["missed"]),
        (["held"], True, None, []),
    ],
)
async def test_what_becomes_of_a_graded_call(
    url: str, steps: list[str], talk: bool, outcome: tuple[str, str] | None, owed: list[str]
) -> None:
    """Who was told so is owed nothing; who pressed the key of danger is owed what anybody is; an agent's word about the rest."""
    store = Store(url)
    book = NuisanceBook(store)
    await book.decide(decision(1, at=NOW - timedelta(days=1)))
    told = await graded(store, *steps, talk=talk)
    assert [(row.outcome, row.detail) for row in await of(store, t.outcomes)] == ([outcome] if outcome else [])
    assert [row.kind for row in await of(store, t.callbacks)] == owed
    assert [(row.step, row.decision_id) for row in await of(store, t.graded_calls)] == [
        (one, f"DEC{1:023}") for one in steps
    ]
    appeals = await book.open_appeals()
    assert [(one.id, one.how) for one in appeals] == ([(f"phone-{told.call}", "phone")] if "appealed" in steps else [])
    assert [one.id for one in await book.unaudited()] == [one.id for one in appeals]
    await graded(store, *steps, talk=talk)  # read again
    assert len(await of(store, t.graded_calls)) == len(steps)
    assert len(await book.open_appeals()) == len(appeals)
    await store.close()


async def test_whoever_reported_danger_is_known_by_ticket_and_by_call(url: str) -> None:
    store = Store(url)
    book, shelf = NuisanceBook(store, ("04",)), TicketShelf(store, numbers=NUMBERS)
    since = NOW - timedelta(days=90)
    plain = ticket()
    dull = replace(plain, person=Person(phones=(NUMBER,)), filed_at=NOW, urgency="normal", work_type="general", handle_limit=None,
                   accept_limit=None, promise=None, subject=Subject("CJ/T 214", "2007", "0102", "event"))  # fmt: skip
    await shelf.file(dull)
    assert not await book.reported_danger(NUMBER, since)
    urgent = replace(dull, id="0" * 25 + "9", key="k9", subject=Subject("CJ/T 214", "2007", "0401", "event"))  # type: ignore[arg-type]
    await shelf.file(urgent)
    assert await book.reported_danger(NUMBER, since)
    assert not await book.reported_danger(NUMBER, NOW + timedelta(seconds=1))
    assert not await book.reported_danger("13806019999", since)
    # without the caller's name: by the call
    other = await graded(store, caller="13806018888")
    facts = CallFacts(CallId(other.call))
    nameless = replace(urgent, id="0" * 25 + "8", key=f"{other.call}/1", person=Person(), facts=facts, anonymous=True)  # type: ignore[arg-type]
    await shelf.file(nameless)
    assert await book.reported_danger("13806018888", since)
    await store.close()


async def test_the_report_counts_by_its_own_period(url: str) -> None:
    store = Store(url)
    book = NuisanceBook(store)
    for n in (1, 2):
        await book.tag(tag(n))
    await book.decide(decision(1, of=tag(1).id))
    await book.appeal(appeal(1))
    await book.decide_appeal("agent-1", upheld=True, by="2001", answer="误标", at=NOW + timedelta(hours=2))
    await book.decide(decision(2, at=NOW + timedelta(hours=3), grade="quota"))
    await graded(store, "message")
    begin, end = NOW - timedelta(days=1), NOW + timedelta(days=1)
    found = await book.period(begin, end, NOW + timedelta(hours=4))
    assert (len(found.tags), len(found.decisions), len(found.appeals)) == (2, 2, 1)
    assert (found.mistakes(), found.reviewed_by_decider()) == (1, 1)
    assert found.in_force == {"quota": 1}
    assert found.calls == {("message", "message"): 1}
    assert found.by_decision == {f"DEC{1:023}": 1}
    empty = await book.period(end, end + timedelta(days=1), end)
    assert (empty.tags, empty.decisions, empty.appeals, dict(empty.calls)) == ([], [], [], {})
    await store.close()

"""The scribe: exactly once, whatever crashes, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.events import SeatStateChanged
from agents.own_reasons import AgentId
from agents.presence import Presence
from agents.seat_state import SeatState
from bridge.disposition import CallOutcome
from cti import events as ev
from cti import frame_types as fr
from cti.cel_reader import Book, Mark
from cti.equipment_events import BookGap
from cti.file_tail import Place
from cti.ids import BridgeId, CallId, Instant, LegId, QueueId, SeatId
from ledger import tables as t
from ledger.errors import LedgerUnavailable
from ledger.invariant.rule import Limits
from ledger.outcomes import Said, put
from ledger.scribe import Scribe
from ledger.seats import SeatBook
from ledger.store import Store
from ledger.verify import verify
from tests.cti.story import PLAN, Story, stories
from tests.cti.test_cel_reader import rows
from tests.sampling import examples

from .desk import T0, Told, contents, empty, grow, mark

pytestmark = pytest.mark.slow

Quiet = settings(max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck))


async def write_all(url: str, *told: Told, scribe: Scribe | None = None) -> None:
    store = Store(url)
    if scribe is None:
        scribe = Scribe(store, "xm1")
        await scribe.resume()
    offset = scribe._committed.cel_read.offset if scribe._committed else 0
    for one in told:
        offset += 100
        await scribe.write(one.events, mark(offset))
    await store.close()


async def one(url: str, statement: sa.Select) -> sa.Row:  # type: ignore[type-arg]
    store = Store(url)
    async with store.reading() as db:
        row = (await db.execute(statement)).one()
    await store.close()
    return row


def merge(at: float) -> list[fr.Frame]:
    """A seat's own call, begun ``at``, joins the citizen's (begun at 1003.1) in a bridge."""
    told = Story(7)
    told.clock = 1003.0
    told.arrive()
    told.queue()
    leg = told.offer("8001")
    bridge = told.answer(leg)
    own, other = LegId("xm1-999.1"), LegId("xm1-999.2")
    began = Instant(at)
    link = own
    frames = [
        fr.LegNew(began, own, "PJSIP/8002-0000aaaa", link, CallId(""), "8002", "", "8003", False),
        fr.LegNew(Instant(began + 0.1), other, "PJSIP/8003-0000aaab", link, CallId(own), "", "", "", False),
        fr.LegUp(Instant(began + 0.2), other),
        fr.LegUp(Instant(began + 0.2), own),
        fr.BridgeIn(Instant(began + 0.3), other, BridgeId("b-own"), False),
        fr.BridgeIn(Instant(began + 0.3), own, BridgeId("b-own"), False),
        fr.BridgeOut(told.at(), own, BridgeId("b-own")),
        fr.BridgeIn(told.at(), own, bridge, False),
        fr.LegGone(told.at(4), other, 16, ""),
        fr.BridgeOut(told.at(), own, bridge),
        fr.LegGone(told.at(), own, 16, ""),
    ]
    told.talk_over(leg, bridge)
    return sorted((*frames, *told.frames), key=lambda f: f.at)  # type: ignore[arg-type]


@st.composite
def merging(draw: st.DrawFn) -> list[fr.Frame]:
    """A merge, older or younger call into the citizen's; others come and go meanwhile."""
    frames = merge(draw(st.sampled_from([1000.5, 1003.2, 1005.0])))
    return sorted((*frames, *draw(stories(2))), key=lambda f: f.at)


def dying(frames: list[fr.Frame], died: float) -> list[fr.Frame]:
    """The same frames when Asterisk died at ``died``: of the calls begun before, nothing after."""
    link = {f.leg: f.linked for f in frames if isinstance(f, fr.LegNew)}
    began = {link[f.leg]: f.at for f in reversed(frames) if isinstance(f, fr.LegNew)}
    return [f for f in frames if f.at < died or began[link[f.leg]] >= died]  # type: ignore[union-attr]


class Day:
    """One day of Asterisk's files, read into the ledger with crashes of the daemon in between."""

    def __init__(self, url: str, folder: Path, frames: list[fr.Frame], died: float | None = None) -> None:
        self.url, self.folder, self.died, self.rest = url, folder, died, timedelta()
        if died:
            frames = dying(frames, died)
        self.rows = rows(frames)
        self.text = "".join(self.rows).encode()
        self.older = sum(len(row.encode()) for row in rows([f for f in frames if not died or f.at < died]))

    def ledger(
        self, cuts: Sequence[int] = (), crashes: AbstractSet[int] = frozenset(), *, before_commit: bool = False
    ) -> object:
        """Rows come in pieces ending at ``cuts``; the daemon dies after the pieces numbered in ``crashes``."""
        empty(self.url)
        asyncio.run(self._run(cuts, crashes, before_commit))
        found = contents(self.url)
        del found["tail_marks"]
        return found

    async def _run(self, cuts: Sequence[int], crashes: AbstractSet[int], before_commit: bool) -> None:
        cel, queue_log = self.folder / "cel.csv", self.folder / "queue_log"
        cel.write_bytes(b"")
        queue_log.write_bytes(b"")
        store = Store(self.url)
        scribe, book = await self._start(store)
        begin = 0
        for number, cut in enumerate([*cuts, len(self.text)]):
            grow(cel, self.text[begin:cut])
            if self.died and begin <= self.older < cut:  # a new life writes QUEUESTART before its first CEL row
                grow(queue_log, f"{self.died:.0f}|NONE|NONE|NONE|QUEUESTART|\n".encode())
            begin = cut
            while (batch := book.read()) is not None:
                if number in crashes and before_commit:
                    for event in batch.events:
                        scribe._records.apply(event)
                else:
                    await scribe.write(batch.events, batch.mark)
            if number in crashes:
                scribe, book = await self._start(store)
        while (batch := book.read()) is not None:
            await scribe.write(batch.events, batch.mark)
        scribe._rest = timedelta()  # what is still open at the end is compared too
        await scribe.write([], book._mark())
        await store.close()

    async def _start(self, store: Store) -> tuple[Scribe, Book]:
        scribe = Scribe(store, "xm1", rest=self.rest)
        resume = await scribe.resume()
        return scribe, Book(PLAN, self.folder / "cel.csv", self.folder / "queue_log", resume.mark)


@given(frames=st.one_of(stories(), merging()), data=st.data())
@Quiet
def test_a_crash_anywhere_reaches_the_same_rows(  # type: ignore[no-untyped-def]
    databases, tmp_path_factory, frames: list[fr.Frame], data: st.DataObject
) -> None:
    """Rows come in pieces; the daemon dies anywhere, before or after a commit; every row ends up the same, once."""
    day = Day(
        _one_of(databases), tmp_path_factory.mktemp("day"), frames, data.draw(st.sampled_from([None, 1004.0, 1009.0]))
    )
    day.rest = data.draw(st.sampled_from([timedelta(), timedelta(days=1)]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(day.text)), max_size=6)))
    crashes = data.draw(st.sets(st.integers(0, len(cuts))))
    assert day.ledger(cuts, crashes, before_commit=data.draw(st.booleans())) == day.ledger()


def test_a_crash_after_any_row_of_a_merge_reaches_the_same_rows(databases, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """An older call's legs go on in a younger one: both are read again from the older one's first row."""
    day = Day(_one_of(databases), tmp_path, merge(1000.5))
    whole, cut = day.ledger(), 0
    for row in day.rows:
        cut += len(row.encode())
        day.rest = timedelta(days=1) - day.rest  # open calls written at once, and never
        assert day.ledger([cut], {0}) == whole


_URLS: dict[object, str] = {}


def _one_of(databases) -> str:  # type: ignore[no-untyped-def]
    return _URLS.setdefault(databases, databases())


async def test_the_same_batch_again_after_a_failure_counts_once(url: str) -> None:
    """While the database is away ``write`` says so and keeps nothing; the same batch later is written once."""
    store, good = Store(url), Told().arrive().queue().talk().end()
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    real, store.transact = store.transact, _away  # type: ignore[method-assign, assignment]
    with pytest.raises(LedgerUnavailable):
        await scribe.write(good.events, mark(100))
    store.transact = real  # type: ignore[method-assign]
    await scribe.write(good.events, mark(100))
    await store.close()
    row = await one(url, sa.select(t.calls))
    assert (row.offers, row.talk_seconds, row.state) == (1, 60.0, "closed")


async def _away(work: object) -> None:
    raise LedgerUnavailable("away")


async def test_a_talked_call_waits_for_an_agent(url: str) -> None:
    """An answered call closes with its waits and without an outcome."""
    await write_all(url, Told().arrive().queue().talk(60, ring=3).end())
    row = await one(url, sa.select(t.calls))
    assert row.state == "closed"
    assert row.seat == "8001"
    assert row.wait_seconds == pytest.approx(3.2)
    assert row.ring_seconds == pytest.approx(3.0)
    found = contents(url)
    assert found["outcomes"] == found["callbacks"] == []


@pytest.mark.parametrize(
    ("told", "outcome", "detail"),
    [
        (Told().arrive().end(after=1), "missed", "abandoned_in_notice"),
        (Told().arrive().queue().end(after=20), "missed", "abandoned_in_queue"),
        (Told().arrive().queue().leave_queue(ev.QueueExit.TIMEOUT).end(ev.EndedBy.SYSTEM), "missed", "timeout"),
        (Told().arrive().queue().leave_queue(ev.QueueExit.EMPTY).end(ev.EndedBy.SYSTEM), "missed", "nobody"),
        (Told().arrive().queue().leave_queue(ev.QueueExit.DIED).end(ev.EndedBy.NODE_DIED), "missed", "node_died"),
        (
            Told().arrive().say(ev.CallRefused(Told().call, Instant(T0), "full")).end(ev.EndedBy.SYSTEM),
            "missed",
            "full",
        ),
        (
            Told().arrive().say(ev.CallRefused(Told().call, Instant(T0), "closed")).end(ev.EndedBy.SYSTEM),
            "missed",
            "closed",
        ),
        (
            Told().arrive().say(ev.CallRefused(Told().call, Instant(T0), "unknown_number")).end(ev.EndedBy.SYSTEM),
            "refused",
            "unknown_number",
        ),
        (Told().arrive().end(ev.EndedBy.SYSTEM, after=9), "missed", "system"),
    ],
)
async def test_a_call_nobody_answered_is_concluded_with_a_call_back(
    url: str, told: Told, outcome: str, detail: str
) -> None:
    """Each way of not being answered has its reason; a missed call owes a call-back, a misdialled one does not."""
    await write_all(url, told)
    row = await one(url, sa.select(t.outcomes))
    assert (row.outcome, row.detail) == (outcome, detail)
    owed = contents(url)["callbacks"]
    assert len(owed) == (outcome == "missed")


async def test_a_talk_of_a_moment_is_no_answer(url: str) -> None:
    """The phone let go at once: missed by a word of its own, in no figure of the call, and the offer says so."""
    told = Told().arrive().queue().talk(0.0005)
    told.events[-1] = replace(told.events[-1], asked=True)  # type: ignore[arg-type]
    await write_all(url, told.end(after=9))
    row = await one(url, sa.select(t.calls))
    assert (row.talk_began_at, row.seat, row.agent, row.talk_seconds) == (None, "", "", 0)
    found = await one(url, sa.select(t.outcomes))
    assert (found.outcome, found.detail) == ("missed", "let_go")
    owed = await one(url, sa.select(t.callbacks))
    assert (owed.reason, owed.state) == ("let_go", "open")
    assert (await one(url, sa.select(t.offers))).result == "let_go"


@pytest.mark.parametrize(
    ("by", "after", "detail"),
    [
        (ev.EndedBy.CALLER, 0.1, "abandoned_in_queue"),  # he hung up himself
        (ev.EndedBy.CALLER, 3.0, "let_go"),  # a page let him go: he was there a while longer
        (ev.EndedBy.SEAT, 0.1, "let_go"),
        (ev.EndedBy.STOPPED, 0.1, "stopped"),
        (ev.EndedBy.NODE_DIED, 0.1, "node_died"),
    ],
)
async def test_whoever_ends_a_talk_of_a_moment_the_citizen_is_missed(
    url: str, by: ev.EndedBy, after: float, detail: str
) -> None:
    """Told as what it was; a call-back is owed, the offer was no let-go, and the invariant holds."""
    await write_all(url, Told().arrive().queue().talk(0.5).end(by, after))
    found = await one(url, sa.select(t.outcomes))
    assert (found.outcome, found.detail) == ("missed", detail)
    assert (await one(url, sa.select(t.callbacks))).reason == detail
    assert (await one(url, sa.select(t.offers))).result == "answered"
    await _is_whole(url)


async def test_a_moment_before_a_transfer_is_no_letting_go(url: str) -> None:
    """The seat gives the citizen away within a second, by REFER and its own BYE; nobody comes, or he leaves meanwhile."""
    told = Told().arrive().queue().talk(0.5)
    over = replace(told.events.pop(), asked=True)  # type: ignore[arg-type]
    told.say(ev.CallTransferred(told.call, told.at(0), ev.TransferKind.BLIND, SeatId("8001"), "8002"), over)
    told.end(after=4)
    told.events[-1] = replace(told.events[-1], alone=ev.Alone.GIVEN)  # type: ignore[arg-type]
    await write_all(url, told)
    assert (await one(url, sa.select(t.outcomes))).detail == "given_to_nobody"
    assert (await one(url, sa.select(t.offers))).result == "answered"
    await _is_whole(url)


async def test_who_is_taken_over_at_once_and_leaves_was_not_let_go(url: str) -> None:
    """A supervisor's phone was ringing for him."""
    told = Told().arrive().queue().talk(0.5)
    leg, at = LegId("xm1-1790000000.199"), told.at(0.2)
    told.say(ev.LegBegan(told.call, at, leg, "8003"), ev.CallOffered(told.call, at, leg, SeatId("8003"), QueueId("")))
    gone = told.at(3)
    withdrawn = ev.OfferEnded(told.call, gone, leg, SeatId("8003"), QueueId(""), ev.OfferResult.WITHDRAWN)
    told.say(withdrawn, ev.LegEnded(told.call, gone, leg, "8003", 16))
    await write_all(url, told.end())
    assert (await one(url, sa.select(t.outcomes))).detail == "abandoned_in_queue"
    await _is_whole(url)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("outcome", [CallOutcome.DIRECT, CallOutcome.NUISANCE])
async def test_an_agents_word_on_a_talk_of_a_moment_stands(url: str, first: bool, outcome: CallOutcome) -> None:
    """Said before the call closed or after; nothing is owed then."""
    told = Told().arrive().queue().talk(0.5).end()
    said = Said(told.call, outcome, datetime.fromtimestamp(T0 + 60, UTC), "1001", "8001")
    store = Store(url)
    if not first:
        await write_all(url, told)
    async with store.writing() as db:
        await put(store, db, said)
    await store.close()
    if first:
        await write_all(url, told)
    assert (await one(url, sa.select(t.outcomes))).outcome == outcome
    assert {row[5] for row in contents(url)["callbacks"]} <= {"done"}
    await _is_whole(url)


async def _is_whole(url: str) -> None:
    store = Store(url)
    limits = replace(Limits(), recorded=False)
    assert await verify(store, datetime.fromtimestamp(T0 + 100, UTC), limits) == []
    await store.close()


async def test_a_second_seat_answers_after_one_that_let_go(url: str) -> None:
    """The call is that seat's, and its wait ended there."""
    told = Told().arrive().queue().talk(0.3, ring=1).talk(60, seat="8002", ring=3)
    await write_all(url, told.end())
    row = await one(url, sa.select(t.calls))
    assert (row.seat, row.talk_seconds) == ("8002", 60)
    assert row.wait_seconds == pytest.approx(0.2 + 1 + 0.3 + 0.2 + 3)


async def test_a_citizen_given_to_nobody_is_owed_a_call(url: str) -> None:
    """Though a seat talked with him before."""
    told = Told().arrive().queue().talk(60).end(after=9)
    told.events[-1] = replace(told.events[-1], alone=ev.Alone.GIVEN)  # type: ignore[arg-type]
    await write_all(url, told)
    found = await one(url, sa.select(t.outcomes))
    assert (found.outcome, found.detail) == ("missed", "given_to_nobody")
    assert (await one(url, sa.select(t.callbacks))).reason == "given_to_nobody"


@pytest.mark.parametrize(("stays", "kind", "count"), [(5.0, "conference", 0), (0.01, "attended", 1)])
async def test_a_transferer_who_stays_made_a_conference(url: str, stays: float, kind: str, count: int) -> None:
    """And no transfer in the figures; a transfer says who has the caller now."""
    told = Told().arrive().queue().talk(60)
    first = told.events[-2:]
    del told.events[-2:]
    at = told.now
    told.say(ev.CallTransferred(told.call, Instant(at), ev.TransferKind.ATTENDED, SeatId("8001"), "8002"))
    told.say(*(replace(event, at=Instant(at + stays)) for event in first))  # type: ignore[arg-type]
    told.now = at + stays
    await write_all(url, told.talk(30, seat="8002").end())
    row = await one(url, sa.select(t.transfers))
    assert (row.kind, row.target, row.became_seat) == (kind, "8002", "8002")
    assert (await one(url, sa.select(t.calls))).transfers == count


async def test_a_call_back_goes_to_the_citizen_not_the_partner(url: str) -> None:
    """A handed-over call is called back at the citizen's own number."""
    await write_all(url, Told(caller="12345").arrive(partner="12345", origin="13950000001").end(after=9))
    row = await one(url, sa.select(t.callbacks))
    assert row.number == "13950000001"


async def test_who_was_called_back_is_owed_nothing(url: str) -> None:
    """A seat dialled the number, by its page, and reached it; one that did not answer is still owed the call."""
    missed = [
        Told(n, caller=number).arrive().queue().end(after=30) for n, number in ((1, "13806010001"), (2, "13806010002"))
    ]
    back = [Told(n, caller="8001", at=T0 + 100 * n).arrive(ev.Direction.OUTBOUND) for n in (3, 4)]
    for told, number in zip(back, ("13806010001", "13806010002"), strict=True):
        told.events[0] = replace(told.events[0], dialled="")  # type: ignore[arg-type]
        told.say(ev.CallDialled(told.call, told.at(0), number))
    await write_all(url, *missed, back[0].talk().end(), back[1].end())
    found = contents(url)["callbacks"]
    assert {row[0]: row[5] for row in found} == {missed[0].call: "done", missed[1].call: "open"}
    row = await one(url, sa.select(t.calls).where(t.calls.c.call_id == back[0].call))
    assert row.dialled == "13806010001"


@pytest.mark.parametrize(
    ("called", "dialled", "state"),
    [("+8613806010001", "13806010001", "done"), ("13806010001", "+8613806010001", "done"), ("0", "0", "open"),
     ("anonymous", "anonymous", "open")],
)  # fmt: skip
async def test_a_call_back_is_done_in_whatever_spelling_and_for_nobody_never(
    url: str, called: str, dialled: str, state: str
) -> None:
    """Carriers write a number in several ways; a placeholder is no number (kinds A and B)."""
    missed = Told(1, caller=called).arrive().queue().end(after=30)
    back = Told(2, caller="8001", at=T0 + 300).arrive(ev.Direction.OUTBOUND)
    back.events[0] = replace(back.events[0], dialled="")  # type: ignore[arg-type]
    back.say(ev.CallDialled(back.call, back.at(0), dialled))
    await write_all(url, missed, back.talk().end())
    assert [row[5] for row in contents(url)["callbacks"]] == [state]


async def test_a_record_that_is_gone_is_lost_since_it_was_read_last(url: str) -> None:
    """Archived while the daemon was stopped: the days before are as complete as they were."""
    await write_all(url, Told().arrive().end(after=9))
    store = Store(url)
    read = datetime.fromtimestamp(T0 + 20, UTC)
    async with store.writing() as db:
        await db.execute(sa.update(t.tail_marks).values(moved_at=read))
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    later = Told(2, at=T0 + 500).arrive().end(after=9)
    await scribe.write([BookGap(Instant(0.0)), *later.events], Mark(Place(7, 10), Place(7, 10)))
    await store.close()
    gap = await one(url, sa.select(t.blind_intervals))
    assert (gap.began_at, gap.ended_at) == (read, datetime.fromtimestamp(T0 + 500, UTC))


async def test_short_calls_are_marked(url: str) -> None:
    """Gone in less than five seconds: a short abandon; six seconds are none."""
    await write_all(url, Told(1).arrive().end(after=3), Told(2).arrive().end(after=6))
    store = Store(url)
    async with store.reading() as db:
        found = (await db.execute(sa.select(t.calls.c.short_abandon).order_by(t.calls.c.call_id))).scalars().all()
    await store.close()
    assert found == [True, False]


async def test_what_a_network_sends_never_stops_the_book(url: str) -> None:
    """Overlong and odd values are clipped, not refused: one hostile call must not hold up all that follow."""
    odd = "长\0" * 500
    told = Told(caller=odd).arrive(partner=odd, origin=odd, line=odd).queue().talk(seat=odd)
    told.say(ev.CallTransferred(told.call, told.at(0), ev.TransferKind.BLIND, SeatId(odd), odd)).end()
    await write_all(url, told, Told(2, caller=odd).arrive(origin=odd, line=odd).end(after=9))
    found = contents(url)
    assert len(found["calls"]) == 2
    assert len(found["callbacks"]) == 1


async def test_own_and_internal_calls_have_no_outcome(url: str) -> None:
    """Only calls from a trunk are offered calls."""
    await write_all(
        url, Told(1).arrive(ev.Direction.OUTBOUND).end(after=9), Told(2).arrive(ev.Direction.INTERNAL).end()
    )
    assert contents(url)["outcomes"] == []


async def test_the_agent_is_the_one_who_sat_there_when_the_talk_began(url: str) -> None:
    """Somebody else logging in later does not change who answered."""
    store = Store(url)
    seats = SeatBook(store)
    for at, agent, state in (
        (-100, "1001", Presence.READY),
        (30, "1001", Presence.LOGGED_OUT),
        (40, "1002", Presence.READY),
    ):
        change = SeatStateChanged(
            SeatId("8001"),
            Instant(T0 + at),
            AgentId(agent),
            Presence.PAUSED,
            state,
            "",
            CallId(""),
            "",
            SeatState(SeatId("8001")),
        )
        await seats.write([change])
        await seats.write([change])
    await store.close()
    await write_all(url, Told(1).arrive().queue().talk(60).end(), Told(2, at=T0 + 27).arrive().queue().talk().end())
    await write_all(url, Told(3, at=T0 + 60).arrive().queue().talk().end())
    store = Store(url)
    async with store.reading() as db:
        agents = (await db.execute(sa.select(t.calls.c.agent).order_by(t.calls.c.arrived_at))).scalars().all()
        intervals = (await db.execute(sa.select(t.seat_log.c.until).order_by(t.seat_log.c.since))).scalars().all()
    await store.close()
    assert agents == ["1001", "", "1002"]
    assert [until is None for until in intervals] == [False, False, True]


async def test_a_call_whose_rows_are_gone_is_closed_as_uncertain(url: str) -> None:
    """Asterisk's file was cut while the daemon was away: the open call is lost, said so, and owes a call-back."""
    whole = Told().arrive().queue()
    await write_all(url, whole)
    store = Store(url)
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    later = Told(2, at=T0 + 500).arrive().end(after=9)
    await scribe.write([BookGap(Instant(T0 + 50)), *later.events], Mark(Place(7, 10), Place(7, 10)))
    await store.close()
    row = await one(url, sa.select(t.calls).where(t.calls.c.call_id == whole.call))
    assert (row.state, row.uncertain, row.ended_by) == ("closed", True, "unknown")
    row = await one(url, sa.select(t.outcomes).where(t.outcomes.c.call_id == whole.call))
    assert (row.outcome, row.detail) == ("lost", "unseen")
    gap = await one(url, sa.select(t.blind_intervals))
    assert (gap.source, (gap.ended_at - gap.began_at).total_seconds()) == ("book", 450)
    assert len(contents(url)["callbacks"]) == 2


async def test_a_tape_ends_with_its_leg_not_with_its_call(url: str) -> None:
    """The leg of a merged call goes on in another call, and its recording with it."""
    first, second = Told(1), Told(2)
    first.arrive()
    second.arrive()
    second.say(
        ev.CallsMerged(first.call, second.at(5), second.call),
        ev.CallEnded(second.call, second.at(0), ev.EndedBy.UNKNOWN, 0, False),
    )
    second.say(ev.LegEnded(first.call, second.at(30), second.leg, "telecom", 16))
    await write_all(url, first, second)
    tape = await one(url, sa.select(t.recordings).where(t.recordings.c.call_id == second.call))
    call = await one(url, sa.select(t.calls).where(t.calls.c.call_id == second.call))
    assert call.merged_into == first.call
    assert (tape.ended_at - call.ended_at).total_seconds() == pytest.approx(30)

"""What the wire saw and the book lacks, and what is wrong with the book itself: rows, differences, acceptance."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from cti import events as ev
from cti.call import Call, Leg
from cti.equipment_events import BoardLive, BookGap, RowsRefused
from cti.events import Direction
from cti.ids import CallId, Instant, LegId
from ledger import compare
from ledger import tables as t
from ledger.ami_only_calls import Seen
from ledger.compare import PATIENCE
from ledger.differences import Difference, DifferenceBook, Kind
from ledger.recordings import RecordingTable
from ledger.scribe import Scribe
from ledger.store import Store
from ledger.verify import verify
from recordings.ids import RecordingId
from recordings.ports import Shelved

from .desk import T0, Told, mark

NOW = datetime.fromtimestamp(T0, UTC) + timedelta(days=1)
REFUSED = RowsRefused(Instant(T0), "hotline.csv", 7, 4096, 3, "not quoted", '1",HANGUP')
LIVE = BoardLive(Instant(T0 - 100), Instant(T0 - 1000))


def whole(number: int = 1, *, talk: float = 30.0) -> Told:
    """A call from arrival to end."""
    told = Told(number)
    told.arrive()
    told.queue()
    if talk:
        told.talk(talk)
    else:
        told.leave_queue(ev.QueueExit.ABANDONED)
    told.end()
    return told


def seen(*told: Told, live: bool = True) -> Seen:
    """What the wire says of these; its clock is that of what it hears."""
    clock = [T0]
    wire = Seen(lambda: clock[0])
    if live:
        wire.hear(LIVE)
    for one in told:
        for event in one.events:
            clock[0] = event.at  # type: ignore[union-attr]
            wire.hear(event)
    return wire


def headless(told: Told) -> list[ev.Event]:
    """As a book tells it that lost the first row: a call of the seat's to nobody."""
    events: list[ev.Event] = []
    for event in told.events:
        if isinstance(event, ev.CallArrived):
            event = ev.CallArrived(event.call, event.at, event.leg, "8001", Direction.OUTBOUND, "", "", "")
        if not (isinstance(event, ev.LegBegan) and str(event.leg) == str(event.call)):
            events.append(event)
    return events


# -- the rules ------------------------------------------------------------------------------


def test_what_the_book_has_is_forgotten() -> None:
    """In whichever order the two tell it; a million calls cost nothing."""
    first, second = whole(1), whole(2)
    wire = seen(first)
    for event in first.events:
        wire.booked(event)
    for event in second.events:
        wire.booked(event)
    for event in second.events:
        wire.hear(event)
    assert wire.ended == {}
    assert wire.unwritten(T0 + 10_000) == []


def test_what_the_book_lacks_is_unwritten_from_its_beginning_through_its_end() -> None:
    """Kept in the file while it lives, in the moment after its end, and later."""
    told = whole(1)
    wire = seen()
    began = T0
    for event in told.events:
        wire.hear(event)
        assert [call.record.call for call in wire.unwritten(began)] == [told.call]
        assert wire.unwritten(began - 1) == []


def test_a_call_the_book_lacks_is_overdue() -> None:
    wire = seen(whole(1))
    (late,) = wire.overdue(T0 + 1000)
    assert wire.overdue(late.ended - 1) == []
    assert compare.unbooked([late], compare.Known()) == [late]


def without_whose(told: Told, lost: str) -> list[ev.Event]:
    """As a book tells it that lost the rows that say who calls, or on which line."""
    events: list[ev.Event] = []
    for event in told.events:
        if lost == "its number" and isinstance(event, ev.CallArrived):
            event = replace(event, caller="")
        if lost == "its number" and isinstance(event, ev.CallLined):
            event = replace(event, caller="")
        if not (lost == "its line" and isinstance(event, ev.CallLined)):
            events.append(event)
    return events


@pytest.mark.parametrize("lost", ["its number", "its line"])
async def test_a_call_of_which_the_book_lost_whose_it_is_is_written_from_the_wire(url: str, lost: str) -> None:
    """Its beginning, its talk and its end were read; the row between them was kept out by a full disk, for ever."""
    told = whole(1)
    wire = seen(told)
    store = Store(url)
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    book = without_whose(told, lost)
    for event in book:
        wire.booked(event)
    await scribe.write(book, mark(100))
    (late,) = wire.overdue(T0 + 1000)
    assert [call.record.call for call in wire.unwritten(T0 + 1000)] == [told.call]
    missing = compare.unbooked([late], await scribe.known([late]))
    assert missing == [late]
    await scribe.write_seen(missing, {})
    (call,) = await rows(store, sa.select(t.calls))
    assert (call.caller, call.line, call.uncertain) == (told.caller, "citizen", True)
    assert len(await rows(store, sa.select(t.talks))) == 1
    assert compare.unbooked([late], await scribe.known([late])) == [], "written once"
    await store.close()


@pytest.mark.parametrize("lost", ["its number", "its line"])
def test_a_living_call_of_which_the_book_lost_whose_it_is_stands_in_the_file(lost: str) -> None:
    """The daemon may be killed before it ends."""
    told = whole(1)
    half = told.events[:5]
    wire = seen()
    for event in half:
        wire.hear(event)
    told.events = half
    for event in without_whose(told, lost):
        wire.booked(event)
    assert [call.record.call for call in wire.unwritten(T0 + 10_000)] == [told.call]


@pytest.mark.parametrize("lost", ["its beginning", "its talk", "its end"])
def test_a_call_the_book_has_in_part_is_not_forgotten(lost: str) -> None:
    told = whole(1)
    wire = seen(told)
    for event in headless(told) if lost == "its beginning" else told.events:
        if (lost, type(event)) not in {("its talk", ev.TalkBegan), ("its end", ev.CallEnded)}:
            if lost == "its talk" and isinstance(event, ev.CallEnded):
                event = ev.CallEnded(event.call, event.at, event.by, event.cause, talked=False)
            wire.booked(event)
    (call,) = wire.ended.values()
    legs = {LegId(call.record.call): call.record.call}
    known = compare.Known({} if lost == "its beginning" else legs)
    assert compare.unbooked([call], known) == [call]


def test_a_call_found_by_a_snapshot_is_missing_only_when_none_of_its_legs_is_known() -> None:
    """Its name on the wire may be another than in the book."""
    (call,) = seen(whole(1), live=False).ended.values()
    other = compare.Known({list(call.legs)[-1]: CallId("xm1-1.1")})
    assert compare.unbooked([call], other) == []
    assert compare.unbooked([call], compare.Known()) == [call]


def test_what_has_no_telephone_is_nobodys_call() -> None:
    wire = seen()
    wire.hear(ev.CallArrived(CallId("a"), Instant(T0), LegId("a"), "", Direction.OUTBOUND, "", "", ""))
    wire.hear(ev.CallEnded(CallId("a"), Instant(T0 + 1), ev.EndedBy.SYSTEM, 16, talked=False))
    assert wire.ended == {}


# -- the ledger -------------------------------------------------------------------------------


async def rows(store: Store, statement: sa.Select) -> list[sa.Row]:  # type: ignore[type-arg]
    async with store.reading() as db:
        return list((await db.execute(statement)).all())


@pytest.mark.parametrize("talk", [30.0, 0.0])
@pytest.mark.parametrize("booked", ["nothing", "headless"])
async def test_a_call_only_the_wire_saw_is_a_row_with_uncertain_bounds(url: str, talk: float, booked: str) -> None:
    """Owed what any call is owed; what the book has of it in part is replaced; named by verify until it is accepted, once."""
    store = Store(url)
    scribe, book = Scribe(store, "xm1"), DifferenceBook(store, "xm1")
    await scribe.resume()
    told = whole(1, talk=talk)
    if booked == "headless":
        await scribe.write(headless(told), mark(100))
    (late,) = seen(told).ended.values()
    missing = compare.unbooked([late], await scribe.known([late]))
    assert missing == [late]
    (found,) = await scribe.write_seen(missing, {CallId(told.call): [f"{told.call}.raw"]})
    (call,) = await rows(store, sa.select(t.calls))
    assert (call.call_id, call.direction, call.uncertain, call.state) == (told.call, "inbound", True, "closed")
    assert (call.talk_began_at is not None) == bool(talk)
    owed = await rows(store, sa.select(t.callbacks))
    assert len(owed) == (0 if talk else 1)
    assert [row.file for row in await rows(store, sa.select(t.recordings))] == [f"{told.call}.raw"]
    assert compare.unbooked([late], await scribe.known([late])) == [], "written once"
    await scribe.write(told.events, mark(200))  # its rows come after all: they change nothing
    assert len(await rows(store, sa.select(t.calls))) == 1
    assert (await rows(store, sa.select(t.calls)))[0].uncertain
    rules = {(one.rule, one.subject) for one in await verify(store, NOW)}
    assert (str(Kind.UNBOOKED), found.key) in rules
    assert await book.accept(found.key, "2001", "the disk was full", NOW)
    assert not await book.accept(found.key, "2002", "again", NOW), "once"
    left = {one.rule for one in await verify(store, NOW)}
    assert left <= {"pending_too_long"}, "the one acceptance excuses its recording too"
    (row,) = await rows(store, sa.select(t.differences))
    assert (row.accepted_by, row.reason) == ("2001", "the disk was full")
    await store.close()


async def test_a_part_the_ledger_has_is_not_taken_by_another_file(url: str) -> None:
    """The first part is on the shelf and its raw file forgotten: what still lies in the spool is the next part, not the first."""
    store = Store(url)
    scribe, book = Scribe(store, "xm1"), RecordingTable(store)
    await scribe.resume()
    told = whole(1, talk=30.0)
    seat = LegId(f"{told.call}9")
    (late,) = seen(told).ended.values()
    call = CallId(told.call)
    await scribe.write_seen([late], {call: [f"{call}.raw"]})
    await book.settle([Shelved(RecordingId(call), "a.opus", "opus", 9.0, 1, "", 1, "", False, NOW)])
    await scribe.write_seen([late], {call: [f"{seat}.raw"]})
    await scribe.write_seen([late], {call: [f"{call}.raw", f"{seat}.raw"]})
    wanted = sa.select(t.recordings).order_by(t.recordings.c.part)
    assert [(row.part, row.file, row.state) for row in await rows(store, wanted)] == [
        (1, f"{call}.raw", "shelved"), (2, f"{seat}.raw", "raw"),
    ]  # fmt: skip
    await store.close()


async def test_two_halves_are_one_call(url: str) -> None:
    """The wire saw it arrive and was killed; the book lacks that, and has the phone that answered and hung up."""
    store = Store(url)
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    told = whole(1)
    blind = [event for event in headless(told) if not isinstance(event, ev.TalkBegan | ev.TalkEnded)]
    await scribe.write(blind, mark(100))
    wire = seen()
    for event in told.events[:5]:
        wire.hear(event)
    (half,) = wire.unwritten(T0 + 10_000)
    half.record.ended, half.end_unseen = Instant(T0 + 5_000), True  # when the next daemon looked
    await scribe.write_seen(compare.unbooked([half], await scribe.known([half])), {})
    (call,) = await rows(store, sa.select(t.calls))
    assert (call.direction, call.caller, call.seat, call.uncertain) == ("inbound", told.caller, "8001", True)
    assert call.talk_seconds == pytest.approx(30, abs=1)
    assert call.ended_at.timestamp() == pytest.approx(told.now, abs=1)
    assert await rows(store, sa.select(t.callbacks)) == []
    await store.close()


async def test_an_agents_word_on_it_stands(url: str) -> None:
    """Who talked filed an outcome before the book's half story was replaced."""
    store = Store(url)
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    told = whole(1)
    async with store.writing() as db:
        word = {"call_id": told.call, "outcome": "direct", "at": NOW, "agent": "1001"}
        await db.execute(sa.insert(t.outcomes).values(word))
    (late,) = seen(told).ended.values()
    await scribe.write_seen([late], {})
    (outcome,) = await rows(store, sa.select(t.outcomes))
    assert (outcome.outcome, outcome.agent) == ("direct", "1001")
    await store.close()


async def test_refused_rows_and_gaps_are_breaches_until_accepted(url: str) -> None:
    """Committed with the batch that tells them; read again after a crash they are the same rows, accepted ones too."""
    store = Store(url)
    scribe, book = Scribe(store, "xm1"), DifferenceBook(store, "xm1")
    await scribe.resume()
    gap = BookGap(Instant(T0), Instant(T0 + 60), "hotline.csv was cut")
    for place in (100, 200):  # told twice
        await scribe.write([REFUSED, gap], mark(place))
    noted = await book.open()
    assert {one.kind for one in noted} == {str(Kind.REFUSED), str(Kind.GAP)}
    assert {one.rule for one in await verify(store, NOW)} == {str(Kind.REFUSED), str(Kind.GAP)}
    for one in noted:
        assert await book.accept(one.key, "shell:root", "looked", NOW)
    await scribe.write([REFUSED, gap], mark(300))
    assert await verify(store, NOW) == []
    (interval,) = await rows(store, sa.select(t.blind_intervals))
    assert (interval.reason, interval.ended_at) == ("hotline.csv was cut", datetime.fromtimestamp(T0 + 60, UTC))
    await store.close()


async def test_a_difference_told_anew_says_the_new_and_keeps_its_moment(url: str) -> None:
    store = Store(url)
    book = DifferenceBook(store, "xm1")
    one = Difference("recording:a.raw", "spool", Kind.UNCLAIMED, "a.raw", "first")
    await book.note([one], NOW)
    await book.note(
        [Difference("recording:a.raw", "spool", Kind.UNCLAIMED, "a.raw", "second")], NOW + timedelta(hours=1)
    )
    (row,) = await book.open()
    assert (row.detail, row.seen_at) == ("second", NOW)
    assert await book.fresh([one]) == []
    assert await book.get("nothing") is None
    await store.close()


def test_a_call_open_in_the_book_that_the_wire_does_not_list_is_stale_after_its_time() -> None:
    """One whose leg is listed again in between begins anew."""
    call = Call(CallId("a"), LegId("a"), Direction.INBOUND, Instant(T0))
    call.legs[LegId("a")] = Leg(LegId("a"), "PJSIP/telecom-1", "telecom", call, Instant(T0), True)
    stale = compare.Stale()
    assert stale.look({call.id: call}, {}, T0) == []
    assert stale.look({call.id: call}, {LegId("a"): 1}, T0 + PATIENCE) == []
    assert stale.look({call.id: call}, {}, T0 + PATIENCE + 1) == []
    assert stale.look({call.id: call}, {}, T0 + 2 * PATIENCE + 1) == [call.id]
    assert compare.end_of(call, None, Instant(T0 - 5)) == T0, "never before it began"


def test_a_call_whose_number_the_book_lost_is_written_from_the_wire() -> None:
    """Its beginning was read, and the row that says who calls was not: the disk was full between the two."""
    wire = seen(whole(1))
    (late,) = wire.overdue(T0 + 1000)
    call = late.record.call
    assert late.record.caller
    has = {LegId(call): call}
    talked = frozenset({call})
    assert compare.unbooked([late], compare.Known(has, talked)) == []
    assert compare.unbooked([late], compare.Known(has, talked, numberless=talked)) == [late]
    assert compare.unbooked([late], compare.Known(has, talked, frozenset({call}), talked)) == [], (
        "it was written already"
    )

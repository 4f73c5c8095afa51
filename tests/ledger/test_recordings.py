"""The shelf book: which recordings are due, and what became of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cti import events as ev
from cti.ids import CallId, Instant, LegId, QueueId, SeatId
from cti.journey_events import NoticePlayed
from ledger.audit_log import AuditLog
from ledger.call_list import Filter
from ledger.history import History
from ledger.recordings import ListeningLog, RecordingTable
from ledger.store import Store
from recordings.ids import RecordingId
from recordings.ports import Claim, Failed, Shelved
from recordings.states import State

from .desk import Told, contents
from .test_scribe import write_all

NOW = datetime(2026, 10, 1, tzinfo=UTC)


def shelved(call: CallId) -> Shelved:
    return Shelved(
        RecordingId(call),
        "2026/10/01/x.opus",
        "opus",
        60.0,
        100,
        "a" * 64,
        110,
        "b" * 64,
        True,
        NOW,
        ("short", "node_died"),
    )


async def test_a_closed_calls_recording_is_due_until_settled(url: str) -> None:
    """Open: not due. Closed: due with its talks and its notice. Shelved: not again, also not as failed."""
    done, open_ = Told(1).arrive().queue().talk(60).end(), Told(2).arrive().queue()
    await write_all(url, done, open_)
    store = Store(url)
    book = RecordingTable(store)
    (due,) = await book.due(9)
    assert (due.call, due.file, due.notice, due.node_died) == (done.call, f"{done.call}.raw", "welcome", False)
    (talk,) = due.talks
    assert (talk.ended - talk.began).total_seconds() == 60
    assert await book.claims([due.file, f"{open_.call}.raw", "stranger.raw"]) == {
        due.file: Claim(RecordingId(done.call), State.DUE),
        f"{open_.call}.raw": Claim(RecordingId(open_.call), State.OPEN),
    }
    await book.settle([shelved(done.call)])
    await book.settle([Failed(RecordingId(done.call), "missing", NOW), shelved(done.call)])
    assert await book.due(9) == []
    assert (await book.claims([due.file]))[due.file] == Claim(
        RecordingId(done.call), State.SHELVED, "2026/10/01/x.opus"
    )
    await store.close()


async def test_many_are_settled_together(url: str) -> None:
    """One transaction, several of each kind."""
    told = [Told(n).arrive().end(after=9) for n in range(1, 5)]
    await write_all(url, *told)
    store = Store(url)
    book = RecordingTable(store)
    ends = [shelved(one.call) if n % 2 else Failed(RecordingId(one.call), "missing", NOW) for n, one in enumerate(told)]
    await book.settle(ends)
    assert await book.due(9) == []
    claims = await book.claims([f"{one.call}.raw" for one in told])
    assert sorted(str(claim.state) for claim in claims.values()) == ["failed", "failed", "shelved", "shelved"]
    await store.close()


async def test_a_failed_recording_may_still_be_found(url: str) -> None:
    """Failed is final for the worker, yet a later find is kept; an empty settlement is none."""
    done = Told(1).arrive().end(ev.EndedBy.NODE_DIED, after=9)
    await write_all(url, done)
    store = Store(url)
    book = RecordingTable(store)
    assert (await book.due(9))[0].node_died
    await book.settle([])
    await book.settle([Failed(RecordingId(done.call), "missing", NOW)])
    assert await book.due(9) == []
    assert await book.claims([f"{done.call}.raw"]) == {
        f"{done.call}.raw": Claim(RecordingId(done.call), State.FAILED, reason="missing")
    }
    await book.reopen([RecordingId(done.call)])
    (again,) = await book.due(9)
    await book.settle([Failed(RecordingId(done.call), "gave_up", NOW)])
    await book.settle([shelved(again.call)])
    await book.reopen([RecordingId(done.call)])  # it came too late: nothing is undone
    assert (await book.claims([f"{done.call}.raw"]))[f"{done.call}.raw"].state is State.SHELVED
    await store.close()


async def test_the_scribe_leaves_the_shelfs_columns_alone(url: str) -> None:
    """Reading the book again after a crash does not make a shelved recording due."""
    long, done = Told(1).arrive(), Told(2).arrive().end(after=9)
    await write_all(url, long, done)
    store = Store(url)
    await RecordingTable(store).settle([replace(shelved(done.call))])
    await store.close()
    await write_all(url, long, done, Told(3).arrive())
    store = Store(url)
    assert await RecordingTable(store).due(9) == []
    await store.close()


async def test_a_merged_calls_recording_knows_the_talks_it_heard_later(url: str) -> None:
    """The caller went on in another call: its talks are on this tape too; the tape ends with the leg."""
    kept, gone = Told(1), Told(2)
    kept.arrive()
    gone.arrive()
    gone.say(
        ev.CallsMerged(kept.call, gone.at(1), gone.call),
        ev.CallEnded(gone.call, gone.at(0), ev.EndedBy.UNKNOWN, 0, False),
    )
    await write_all(url, kept, gone)
    store = Store(url)
    assert await RecordingTable(store).due(9) == []
    await store.close()
    later = Told(9)
    later.call, later.leg, later.number, later.now = kept.call, kept.leg, kept.number, kept.now
    later.queue().talk(30)
    later.say(ev.LegEnded(kept.call, later.at(1), gone.leg, "telecom", 16)).end()
    await write_all(url, kept, gone, later)
    store = Store(url)
    due = {one.call: one for one in await RecordingTable(store).due(9)}
    assert len(due[gone.call].talks) == len(due[kept.call].talks) == 1
    await store.close()


async def test_listening_is_in_the_audit_chain(url: str) -> None:
    """Who, what (which part), why."""
    store = Store(url)
    await ListeningLog(AuditLog(store)).listened(
        RecordingId(CallId("xm1-1.1"), 2), by="2001", purpose="复核投诉", at=NOW
    )
    await store.close()
    (row,) = contents(url)["audit"]
    assert row[2:6] == ("2001", "listened", "xm1-1.1", '{"part":"2","purpose":"复核投诉"}')


def outgoing(number: int, *notice: NoticePlayed, answered: float = 5.0, over: float = 30.0) -> Told:
    """A seat calls the world: the called leg is recorded, and goes on for ``over`` seconds after the seat has left."""
    told = Told(number).arrive(ev.Direction.OUTBOUND)
    far = LegId(f"{told.leg}9")
    told.say(ev.LegBegan(told.call, told.at(0.1), far, "telecom"))
    told.say(ev.RecordingStarted(told.call, told.at(3), f"{told.call}.raw", far))
    told.say(*(replace(one, call=told.call, at=told.at(0.1)) for one in notice))
    told.say(ev.TalkBegan(told.call, told.at(answered), told.leg, SeatId("8001"), QueueId("")))
    told.say(ev.LegMedia(told.call, told.at(4), told.leg, 200, 2, 1.25, 198, 0))
    told.say(ev.TalkEnded(told.call, told.at(0), told.leg, SeatId("8001")))
    told.say(ev.LegEnded(told.call, told.at(0), told.leg, "8001", 16))
    return told.say(ev.LegEnded(told.call, told.at(over), far, "telecom", 16)).say(
        ev.CallEnded(told.call, told.now, ev.EndedBy.CALLED, 16, True)  # type: ignore[arg-type]
    )


SAID = {who: NoticePlayed(CallId(""), Instant(0.0), "outbound", who) for who in ("dialplan", "agent")}


async def test_the_recording_of_an_outgoing_call_ends_with_the_leg_that_is_recorded(url: str) -> None:
    """R1: not with the leg that the file is named after. What sound went over a leg stands with it."""
    told = outgoing(1, SAID["dialplan"])
    await write_all(url, told)
    store = Store(url)
    (due,) = await RecordingTable(store).due(9)
    assert round((due.ended - due.started).total_seconds(), 3) == 0.1 + 5 + 4 + 30
    (call,) = await History(store).past(Filter())
    assert [(leg.endpoint, leg.received, leg.lost, leg.jitter_ms, leg.sent, leg.lost_there) for leg in call.legs] == [
        ("8001", 200, 2, 1.25, 198, 0)
    ]
    await store.close()


@pytest.mark.parametrize(("who", "seconds"), [("dialplan", 5.0), ("agent", None), ("", None)])
async def test_how_long_a_called_citizen_could_hear_the_notice(url: str, who: str, seconds: float | None) -> None:
    """Until the talk began, where a prompt was played; what an agent says has no length; not told: no notice."""
    await write_all(url, outgoing(1, *([SAID[who]] if who else [])))
    store = Store(url)
    (due,) = await RecordingTable(store).due(9)
    assert (due.notice, due.notice_seconds) == ("outbound" if who else "", seconds)
    await store.close()

"""The shelf book: which recordings are due, and what became of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from cti import events as ev
from cti.ids import CallId
from ledger.auditlog import AuditLog
from ledger.shelfbook import ListeningLog, ShelfBook
from ledger.store import Store
from recordings.ports import Claim, ClaimState, Failed, Shelved

from .desk import Told, contents
from .test_scribe import write_all

NOW = datetime(2026, 10, 1, tzinfo=UTC)


def shelved(call: CallId) -> Shelved:
    return Shelved(
        call, "2026/10/01/x.opus", "opus", 60.0, 100, "a" * 64, 110, "b" * 64, True, NOW, ("short", "node_died")
    )


async def test_a_closed_calls_recording_is_due_until_settled(url: str) -> None:
    """Open: not due. Closed: due with its talks and its notice. Shelved: not again, also not as failed."""
    done, open_ = Told(1).arrive().queue().talk(60).end(), Told(2).arrive().queue()
    await write_all(url, done, open_)
    store = Store(url)
    book = ShelfBook(store)
    (due,) = await book.due(9)
    assert (due.call, due.file, due.notice, due.node_died) == (done.call, f"{done.call}.raw", "welcome", False)
    (talk,) = due.talks
    assert (talk.ended - talk.began).total_seconds() == 60
    assert await book.claims([due.file, f"{open_.call}.raw", "stranger.raw"]) == {
        due.file: Claim(done.call, ClaimState.DUE),
        f"{open_.call}.raw": Claim(open_.call, ClaimState.OPEN),
    }
    await book.settle([shelved(done.call)])
    await book.settle([Failed(done.call, "missing", NOW), shelved(done.call)])
    assert await book.due(9) == []
    assert (await book.claims([due.file]))[due.file] == Claim(done.call, ClaimState.SHELVED, "2026/10/01/x.opus")
    await store.close()


async def test_many_are_settled_together(url: str) -> None:
    """One transaction, several of each kind."""
    told = [Told(n).arrive().end(after=9) for n in range(1, 5)]
    await write_all(url, *told)
    store = Store(url)
    book = ShelfBook(store)
    ends = [shelved(one.call) if n % 2 else Failed(one.call, "missing", NOW) for n, one in enumerate(told)]
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
    book = ShelfBook(store)
    assert (await book.due(9))[0].node_died
    await book.settle([])
    await book.settle([Failed(done.call, "missing", NOW)])
    assert await book.due(9) == []
    assert await book.claims([f"{done.call}.raw"]) == {
        f"{done.call}.raw": Claim(done.call, ClaimState.FAILED, reason="missing")
    }
    await book.reopen([done.call])
    (again,) = await book.due(9)
    await book.settle([Failed(done.call, "gave_up", NOW)])
    await book.settle([shelved(again.call)])
    await book.reopen([done.call])  # it came too late: nothing is undone
    assert (await book.claims([f"{done.call}.raw"]))[f"{done.call}.raw"].state is ClaimState.SHELVED
    await store.close()


async def test_the_scribe_leaves_the_shelfs_columns_alone(url: str) -> None:
    """Reading the book again after a crash does not make a shelved recording due."""
    long, done = Told(1).arrive(), Told(2).arrive().end(after=9)
    await write_all(url, long, done)
    store = Store(url)
    await ShelfBook(store).settle([replace(shelved(done.call))])
    await store.close()
    await write_all(url, long, done, Told(3).arrive())
    store = Store(url)
    assert await ShelfBook(store).due(9) == []
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
    assert await ShelfBook(store).due(9) == []
    await store.close()
    later = Told(9)
    later.call, later.leg, later.number, later.now = kept.call, kept.leg, kept.number, kept.now
    later.queue().talk(30)
    later.say(ev.LegEnded(kept.call, later.at(1), gone.leg, "telecom", 16)).end()
    await write_all(url, kept, gone, later)
    store = Store(url)
    due = {one.call: one for one in await ShelfBook(store).due(9)}
    assert len(due[gone.call].talks) == len(due[kept.call].talks) == 1
    await store.close()


async def test_listening_is_in_the_audit_chain(url: str) -> None:
    """Who, what, why."""
    store = Store(url)
    await ListeningLog(AuditLog(store)).listened(CallId("xm1-1.1"), by="2001", purpose="复核投诉", at=NOW)
    await store.close()
    (row,) = contents(url)["audit"]
    assert row[2:6] == ("2001", "listened", "xm1-1.1", '{"purpose":"复核投诉"}')

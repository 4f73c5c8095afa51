"""Hand-overs in the ledger: row and message in one transaction, ended once, by whoever is first; what was told is taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bridge.partner_handover import Asked, HandoverEnd
from cti import events as ev
from cti.events import DialResult, HandoverStep, HandoverStepped
from cti.ids import LegId, SeatId
from ledger import tables as t
from ledger.notifications import NotificationShelf
from ledger.partner_handovers import HandoverShelf, Row
from ledger.scribe import Scribe
from ledger.store import Store
from ledger.verify import verify
from tests.bridge.made import NOON

from .desk import Told, mark

ID = "01J0000000000000000000000A"
WAY, DESK = LegId("xm1-1790000000.900"), LegId("xm1-1790000000.901")


def asked(call: str, partner: str = "12345", ident: str = ID) -> Asked:
    return Asked(ident, call, partner, "8001", "1001", NOON, "13800000001", "路面塌陷")


def step(told: Told, which: HandoverStep, leg: LegId = WAY, after: float = 1.0, **more: Any) -> Told:
    seat = SeatId("8001" if leg == WAY else "")
    return told.say(HandoverStepped(told.call, told.at(after), leg, ID, "12345", seat, which, **more))


def gone(told: Told, leg: LegId, endpoint: str, after: float = 1.0) -> Told:
    return told.say(ev.LegEnded(told.call, told.at(after), leg, endpoint, 16))


def begun() -> Told:
    return Told().arrive().queue().talk(5)


async def one(store: Store, call: str) -> Row:
    (row,) = await HandoverShelf(store, ()).of_call(call)
    return row


async def messages(store: Store) -> list[tuple[str, str]]:
    n = t.notifications.c
    async with store.reading() as db:
        return [(row.kind, row.state) for row in await db.execute(sa.select(n.kind, n.state).order_by(n.made_at, n.id))]


async def booked(store: Store, told: Told) -> None:
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    await scribe.write(told.events, mark(100))


def accepted(told: Told) -> Told:
    step(step(told, HandoverStep.ASKED), HandoverStep.ANSWERED, DESK, reference="FZ1")
    return gone(told, LegId("xm1-1790000000.777"), "8001")


def hung_up(told: Told) -> Told:
    return gone(step(step(told, HandoverStep.ASKED), HandoverStep.ANSWERED, DESK), DESK, "telecom")


def let_go(told: Told) -> Told:
    return gone(step(told, HandoverStep.ASKED), WAY, "")


def left_while_it_rang(told: Told) -> Told:
    gone(step(told, HandoverStep.ASKED), LegId("xm1-1790000000.777"), "8001")
    return step(told, HandoverStep.ANSWERED, DESK)


def busy(told: Told) -> Told:
    return step(step(told, HandoverStep.ASKED), HandoverStep.OVER, result=DialResult.BUSY)


def caller_left(told: Told) -> Told:
    return gone(step(told, HandoverStep.ASKED), told.leg, "telecom")


@pytest.mark.parametrize(
    ("way", "how"),
    [
        (accepted, HandoverEnd.ACCEPTED), (hung_up, HandoverEnd.NOT_TAKEN), (let_go, HandoverEnd.CANCELLED),
        (left_while_it_rang, HandoverEnd.ACCEPTED), (busy, HandoverEnd.BUSY), (caller_left, HandoverEnd.CALLER_LEFT),
    ],
)  # fmt: skip
async def test_the_telephone_alone_tells_how_it_ended(url: str, way: Any, how: HandoverEnd) -> None:
    """Without the daemon, and told twice: one row, one ending; who goes first says which."""
    store = Store(url)
    told = way(begun()).end()
    await booked(store, told)
    await booked(store, told)
    row = await one(store, told.call)
    assert (row.how, row.partner, row.seat, row.by) == (how, "12345", "8001", "")
    assert row.ended_at is not None
    assert [breach for breach in await verify(store, NOON) if breach.rule == "handover_endless"] == []
    await store.close()


async def test_what_was_told_is_taken_back(url: str) -> None:
    """Not sent yet: it is not sent. Sent: the partner is told that it is off, once. Accepted: nothing more is said."""
    store = Store(url)
    shelf = HandoverShelf(store, {"12345"})
    for ident, sent, how in (
        ("01J0000000000000000000000A", False, HandoverEnd.BUSY),
        ("01J0000000000000000000000B", True, HandoverEnd.REFUSED),
        ("01J0000000000000000000000C", True, HandoverEnd.ACCEPTED),
    ):
        await shelf.ask(asked("xm1-1.1", ident=ident))
        await shelf.ask(asked("xm1-1.1", ident=ident))
        if sent:
            book = NotificationShelf(store, "xm1", rules=_none())
            (due,) = [row for row in await book.due(NOON, 9) if ident in row.key]
            assert await book.begun(due.id)
            await book.sent(due.id, "", NOON)
        for _again in range(2):
            assert await shelf.end(ident, how, NOON + timedelta(seconds=9), by="1001", note="x")
    assert [(row.told, row.how) for row in await shelf.of_call("xm1-1.1")] == [
        ("withdrawn", "busy"), ("sent", "refused"), ("sent", "accepted"),
    ]  # fmt: skip
    assert sorted(await messages(store)) == [
        ("handover", "sent"), ("handover", "sent"), ("handover", "withdrawn"), ("withdrawn", "waiting"),
    ]  # fmt: skip
    await store.close()


async def test_the_agents_word_stands_over_the_telephones(url: str) -> None:
    """Refused, or accepted with a number, whenever the book comes to it; what the telephone knows for certain stays."""
    store = Store(url)
    shelf = HandoverShelf(store, ())
    told = hung_up(begun())
    await shelf.ask(asked(told.call))
    assert await shelf.end(ID, HandoverEnd.REFUSED, NOON, by="1001", note="不属于本单位")
    await booked(store, told)
    row = await one(store, told.call)
    assert (row.how, row.note, row.by, row.agent) == ("refused", "不属于本单位", "1001", "1001")
    assert row.answered_at is not None
    assert not await shelf.end(ID, HandoverEnd.ACCEPTED, NOON, by="1001")
    await store.close()


async def test_what_the_telephone_never_told_of_ends_with_its_call(url: str) -> None:
    """The daemon died between the row and the telephone: at the call's end, or after the next start, it is over."""
    store = Store(url)
    shelf = HandoverShelf(store, {"12345"})
    told = begun()
    await shelf.ask(asked(told.call))
    await booked(store, told.end())
    assert (await one(store, told.call)).how == "unknown"
    other = "01J0000000000000000000000B"
    await shelf.ask(asked(told.call, ident=other))
    assert [breach.rule for breach in await verify(store, NOON) if "handover" in breach.rule] == ["handover_endless"]
    await booked(store, Told(2, at=1_790_000_500.0).arrive().end())
    assert [row.how for row in await shelf.of_call(told.call)] == ["unknown", "unknown"]
    assert await messages(store) == [("handover", "withdrawn"), ("handover", "withdrawn")]
    await store.close()


def _none() -> Any:
    from bridge.notifications.rules import Rules

    return Rules()

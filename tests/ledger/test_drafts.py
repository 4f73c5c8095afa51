"""Drafts: the newest word stands, filing ends them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bridge.disposition import CallOutcome, Disposition
from ledger.drafts import KEPT, Draft, DraftBook
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests.bridge.made import NOON, ticket

ONE = Draft("xm1-1790000000.1", "1001", 3, NOON, {"title": "路灯不亮", "place": {"lng": 118.1}, "part": None})


async def put(book: DraftBook, draft: Draft) -> Draft | None:
    return await book.write(draft.call, draft.agent, draft.version, draft.at, draft.fields)


async def test_the_newest_word_stands(url: str) -> None:
    """An older version is refused with the standing one told; the same again is no conflict; other content is one."""
    store = Store(url)
    book = DraftBook(store)
    assert await put(book, ONE) is None
    assert await put(book, ONE) is None
    newer = replace(ONE, version=4, fields={"title": "路灯不亮，已三天"})
    assert await put(book, newer) is None
    assert await put(book, replace(ONE, version=4)) == newer
    assert await put(book, ONE) == newer
    assert await book.get(ONE.call, ONE.agent) == newer
    await store.close()


async def test_each_agent_has_a_draft_of_a_call(url: str) -> None:
    """A call that changed hands: neither sees nor overwrites the other's."""
    store = Store(url)
    book = DraftBook(store)
    other = replace(ONE, agent="1002", version=1, at=NOON + timedelta(minutes=1))
    second = replace(ONE, call="xm1-1790000000.2", at=NOON + timedelta(minutes=2))
    for one in (ONE, other, second):
        assert await put(book, one) is None
    assert await book.of_agent("1001") == [second, ONE]
    assert await book.drop(ONE.call, "1001")
    assert not await book.drop(ONE.call, "1001")
    assert await book.of_agent("1002") == [other]
    await store.close()


async def test_filing_or_disposing_ends_the_draft(url: str) -> None:
    """In the ticket's own transaction; only the draft of whoever did it."""
    store = Store(url)
    book, shelf = DraftBook(store), TicketShelf(store)
    filed, disposed = ticket(1), ticket(2).call
    assert filed.call is not None
    assert disposed is not None
    for call in (filed.call, disposed):
        await put(book, replace(ONE, call=call))
        await put(book, replace(ONE, call=call, agent="1002"))
    await shelf.file(filed)
    assert [draft.call for draft in await book.of_agent("1001")] == [disposed]
    await shelf.dispose(Disposition(disposed, CallOutcome.DIRECT, NOON, "1001", "8001"))
    assert await book.of_agent("1001") == []
    assert len(await book.of_agent("1002")) == 2
    await store.close()


async def test_what_nobody_touched_for_long_is_swept(url: str) -> None:
    """Thirty days after the last keystroke."""
    store = Store(url)
    book = DraftBook(store)
    await put(book, ONE)
    await put(book, replace(ONE, call="xm1-1790000000.2", at=NOON + timedelta(days=1)))
    assert await book.sweep(NOON + KEPT) == 0
    assert await book.sweep(NOON + KEPT + timedelta(hours=1)) == 1
    assert [draft.call for draft in await book.of_agent("1001")] == ["xm1-1790000000.2"]
    await store.close()

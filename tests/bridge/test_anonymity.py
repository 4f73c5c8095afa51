"""Secrecy that a citizen asked for, in every store: what is written down, what is delivered, what old files hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge import catalogue, ticket_choices
from bridge.anonymity import delivered, kept
from bridge.delivery_state import DeliveryState
from bridge.intake import Intake, Source
from bridge.ports import Filed
from bridge.ticket import CallFacts, Person, Place, Ticket
from bridge.ticket_json import dump
from cti.ids import CallId
from cti.numbers import Numbers, home
from tests.bridge.made import ticket
from tests.fakes.book import MemoryBook

NOON = datetime(2026, 10, 1, 4, tzinfo=UTC)
NUMBER, NAME, HOME = "13812345678", "林某某", "湖滨南路 1 号 302"
ID = ticket().id
RAW = {
    "kind": "help", "title": f"回电 {NUMBER}", "content": f"请打 138-1234-5678 或 138 1234 5678,{NUMBER}",
    "person": {"name": NAME, "gender": "female", "phones": [NUMBER], "address": HOME},
}  # fmt: skip


def _whole(**more: bool) -> Ticket:
    facts = CallFacts(CallId("xm1-1.1"), line="citizen", ani=NUMBER, ani_trust="network", dnis="12319")
    made = ticket(1, facts=facts, id=ID)
    return replace(
        made, person=Person(NAME, "female", (NUMBER,), HOME), content=f"电话 {NUMBER}",
        place=Place(address_text=f"近 {NUMBER}"), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def _knows(text: str) -> bool:
    return any(word in text for word in (NUMBER, NAME, HOME, "1234-5678", "1234 5678"))


def test_an_anonymous_person_is_not_written_down() -> None:
    """Not even where the number was typed into the text; the matter itself is whole."""
    assert _knows(dump(_whole()))
    found = kept(_whole(anonymous=True))
    assert not _knows(dump(found))
    assert (found.kind, found.facts and found.facts.dnis, found.person) == (_whole().kind, "12319", Person())
    assert kept(_whole(confidential=True)) == _whole(confidential=True)
    assert kept(_whole()) == _whole() == delivered(_whole())


def test_who_it_was_is_taken_out_wherever_it_was_typed_again() -> None:
    """Their name, number and home in the words, a photograph's name, another system's number; not what any citizen is called."""
    again = replace(
        _whole(anonymous=True), title=f"{NAME} 反映", content=f"{NAME}说,住在{HOME},路灯不亮",
        attachments=(f"{NUMBER}-1.jpg",), external_ids=(("12345", f"FZ-{NAME}"),),
    )  # fmt: skip
    found = kept(again)
    assert not _knows(dump(found))
    assert (found.title, found.content) == ("*** 反映", "***说,住在***,路灯不亮")
    assert found.attachments == ("xxx.jpg",)
    plain = replace(again, person=Person("市民", "", (), "湖里"), title="市民反映", content="湖里的市民反映路灯不亮")
    assert (kept(plain).title, kept(plain).content) == ("市民反映", "湖里的市民反映路灯不亮")


def test_a_confidential_person_is_not_delivered() -> None:
    for asked in ({"confidential": True}, {"anonymous": True}, {"confidential": True, "anonymous": True}):
        assert not _knows(dump(delivered(_whole(**asked))))


@pytest.mark.parametrize("written", [NUMBER, "138 1234 5678", "138-1234-5678", "1381234 5678"])
def test_numbers_in_groups(written: str) -> None:
    assert home().without(f"打{written}。", [NUMBER], "***") == "打***。"
    assert home().without("打 12345", [NUMBER], "***") == "打 12345"


async def test_filing(tmp_path: Path) -> None:
    """By the desk, to the book; the same sent twice is the same; a dead letter that is mended stays anonymous."""
    book = MemoryBook()
    intake = Intake(book, ticket_choices.load(), catalogue.load(), Numbers("0592"), lambda _event: None, lambda: None)
    source = Source(CallFacts(CallId("xm1-1.1"), ani=NUMBER))
    raw = RAW | {"anonymous": True, "attachments": [f"a/{NUMBER}.jpg"]}
    first = await intake.file(raw, source)
    again = await intake.file(raw, source)
    assert isinstance(first, Filed)
    assert isinstance(again, Filed)
    assert (first.new, again.new) == (True, False)
    assert not _knows(dump(first.push.ticket))
    book.put(replace(first.push, state=DeliveryState.POISONED))
    mended = await intake.replay(first.push.id, {"anonymous": False, "person": {"name": NAME}})
    assert mended is not None
    assert not isinstance(mended, tuple)
    assert mended.ticket.anonymous
    assert not _knows(dump(mended.ticket))

"""What may be said of a ticket as it stands, how a correction is told, and what of a citizen's words goes no further."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.anonymity import words_delivered, words_kept
from bridge.case_state import OVER, CaseState
from bridge.case_store_messages import MessageKind
from bridge.delivery_state import DeliveryState
from bridge.ports import Push
from bridge.ticket import CallFacts, Person, Place
from bridge.ticket_acts import Unfit, described, unfit
from cti.ids import CallId
from tests.bridge.made import NOON, ticket

WORDS = "我是王小明，电话 138 0600 0012，住海沧区沧林路 8 号，路灯还没修。"
WANG = Person("王小明", "", ("13806000012",), "海沧区沧林路 8 号")


def standing(state: CaseState | None, merged: str = "", *, direct: bool = False) -> Push:
    one = ticket(1, merged_into=merged, answered_directly=direct)
    return Push(one, DeliveryState.DELIVERED, 1, 0, NOON, True, case_state=state)


@pytest.mark.parametrize("state", [None, *CaseState])
def test_what_may_be_said_in_which_state(state: CaseState | None) -> None:
    """Nothing is added to what is over; a case is given back when it was returned, and never else."""
    push = standing(state)
    for kind in (
        MessageKind.SUPPLEMENT,
        MessageKind.URGE,
        MessageKind.PLUS_ONE,
        MessageKind.WITHDRAW,
        MessageKind.MERGE,
    ):
        assert unfit(kind, push) is (Unfit.OVER if state in OVER else None)
    assert (unfit(MessageKind.RETURN, push) is None) is (state is CaseState.RETURNED)
    assert unfit(MessageKind.UNMERGE, push) is Unfit.NOT_MERGED


def test_merged_and_answered_ones() -> None:
    assert unfit(MessageKind.MERGE, standing(None, "C9")) is Unfit.MERGED
    assert unfit(MessageKind.UNMERGE, standing(CaseState.CLOSED, "C9")) is None
    assert unfit(MessageKind.URGE, standing(None, direct=True)) is Unfit.DIRECT
    assert unfit(MessageKind.SUPPLEMENT, standing(None, direct=True)) is None


def test_a_correction_is_told_in_a_line_without_whose_it_is() -> None:
    one = ticket(1, person=WANG, place=Place(address_text="湖滨南路"))
    told = described(one, replace(one, title="路灯不亮", person=replace(WANG, name="王大明")))
    assert one.title in told
    assert "路灯不亮" in told
    assert "大明" not in told
    assert "小明" not in told


def test_later_words_keep_what_the_citizen_asked_for() -> None:
    """Open: as they are; confidential: kept whole, delivered without whose they are; anonymous: not even kept."""
    one = ticket(1, person=WANG, facts=CallFacts(CallId("c"), ani="13806000012"))
    assert words_kept(one, WORDS) == words_delivered(one, WORDS) == WORDS
    secret = replace(one, confidential=True)
    assert words_kept(secret, WORDS) == WORDS
    told = words_delivered(secret, WORDS)
    for gone in ("王小明", "0600 0012", "沧林路 8 号"):
        assert gone not in told
    assert "路灯还没修" in told
    nobody = ticket(1, anonymous=True)
    assert "0600 0012" not in words_kept(nobody, WORDS)

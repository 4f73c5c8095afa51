"""What a case in each state wants of us, who is called about a result, and which answers open the case again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.callbacks import Kind
from bridge.case_state import CaseState
from bridge.citizen_replies import Answer, Unowed, asked, numbers, rating_wrong, reopens, unowed
from bridge.ticket import CallFacts, Person
from cti.ids import CallId

from .made import ticket


def test_each_state_wants_one_thing_or_nothing() -> None:
    """A result is told, a case that came back is completed; whatever else says that the case goes on."""
    wants = {state: asked(state) for state in CaseState}
    assert {state for state, kind in wants.items() if kind is Kind.REPLY} == {CaseState.CHECKED, CaseState.CLOSED}
    assert {state for state, kind in wants.items() if kind is Kind.RETURNED} == {CaseState.RETURNED}
    assert sum(kind is None for kind in wants.values()) == len(CaseState) - 3


def test_numbers_of_a_citizen_are_tried_in_order() -> None:
    """What they left first, then what they called from; one number in two spellings is one; a partner's own is nobody's."""
    facts = CallFacts(CallId("xm1-1.1"), ani="+8613806010001", dnis="12319")
    one = replace(ticket(1), person=Person(phones=("0592-5551234", "13806010001", "匿名")), facts=facts)
    assert numbers(one) == ("0592-5551234", "13806010001")
    handed = replace(one, person=Person(), facts=replace(facts, ani="12345", partner="12345"))
    assert numbers(handed) == ()
    local = replace(facts, line="citizen", dnis="059212319001")  # a line of ours that is written like anybody's number
    assert numbers(replace(one, person=Person(), facts=local)) == ("+8613806010001",)
    ours = replace(one, person=Person(), facts=replace(facts, ani="", dnis="13806010009"))
    assert numbers(ours) == ("13806010009",)


def test_why_nobody_is_called() -> None:
    """Each reason by itself; who can be called is."""
    facts = CallFacts(CallId("xm1-1.1"), ani="13806010001")
    one = replace(ticket(1), facts=facts)
    assert unowed(one) is None
    assert unowed(replace(one, anonymous=True)) is Unowed.ANONYMOUS
    assert unowed(replace(one, answered_directly=True)) is Unowed.ANSWERED
    assert unowed(replace(one, person=Person(), facts=replace(facts, ani=""))) is Unowed.NO_NUMBER


@pytest.mark.parametrize(
    ("answer", "satisfied", "again"),
    [
        (Answer.SOLVED, 5, False), (Answer.SOLVED, 3, False), (Answer.SOLVED, 2, True), (Answer.SOLVED, 1, True),
        (Answer.UNSOLVED, 5, True), (Answer.REFUSED, None, False), (Answer.UNREACHED, None, False),
    ],
)  # fmt: skip
def test_who_is_not_content_is_opened_again(answer: Answer, satisfied: int | None, again: bool) -> None:
    """And only who spoke has a rating."""
    assert reopens(answer, satisfied) is again
    assert not rating_wrong(answer, satisfied)
    assert rating_wrong(answer, 4 if satisfied is None else None)

"""Rounds of a case: each result that is to be told to its citizen (办理答复), each question back to the seat (退单待补充). Pure.

A round begins with the event that says so and stands until the case goes on: told again, closed after it was checked, heard twice
or late, it is the same round. A store that closes by itself begins one too. ``ledger/replies.py`` writes what this file decides.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from agents.callbacks import Kind
from cti.numbers import NumberKind, home

from .case_state import CaseState
from .ticket import Ticket

TO_TELL = frozenset({CaseState.CHECKED, CaseState.CLOSED})
_ASKS = {**dict.fromkeys(TO_TELL, Kind.REPLY), CaseState.RETURNED: Kind.RETURNED}


def asked(state: CaseState) -> Kind | None:
    """What a case in this state wants of us; None: nothing, and whatever it wanted before is over."""
    return _ASKS.get(state)


class Unowed(StrEnum):
    """Why nobody is called about a result."""

    ANONYMOUS = "anonymous"  # the citizen asked to stay nobody: nothing of them was kept
    NO_NUMBER = "no_number"
    ANSWERED = "answered"  # on the spot, in the call itself
    BEFORE = "before"  # the case was over before results were told


class Answer(StrEnum):
    """What the citizen said to the result."""

    SOLVED = "solved"
    UNSOLVED = "unsolved"
    REFUSED = "refused"  # was there, and does not want to talk about it
    UNREACHED = "unreached"  # never the same as content


SPOKEN = frozenset({Answer.SOLVED, Answer.UNSOLVED, Answer.REFUSED})
"""Said by the citizen in a call; the other is what the telephone told."""
RATED = frozenset({Answer.SOLVED, Answer.UNSOLVED})
DISSATISFIED = 2
"""Of 1 to 5: this and less."""


def reopens(answer: Answer, satisfied: int | None) -> bool:
    """To supervision, not to whoever handled it."""
    return answer is Answer.UNSOLVED or (satisfied is not None and satisfied <= DISSATISFIED)


def rating_wrong(answer: Answer, satisfied: int | None) -> bool:
    """Who was reached and rated nothing is no figure; who was not reached rated nothing."""
    return (satisfied is None) is (answer in RATED)


def numbers(ticket: Ticket) -> tuple[str, ...]:
    """The citizen's, in the order they are tried: what they left, then what they called from (or we called)."""
    facts = ticket.facts
    ours = facts is not None and not facts.line  # else what was dialled is our own line, however it is written
    calls = (facts.ani, facts.dnis if ours and home().read(facts.dnis).personal else "") if facts else ()
    found: dict[str, str] = {}
    for written in (*ticket.person.phones, *calls):
        number = home().read(written)
        service = facts is not None and bool(facts.partner) and number.kind is NumberKind.SERVICE
        if number.somebody and not service:  # a partner's own number stands for everybody it handed over
            found.setdefault(number.national, written)
    return tuple(found.values())


def unowed(ticket: Ticket, numbers_of: Callable[[Ticket], tuple[str, ...]] = numbers) -> Unowed | None:
    """None: the citizen is to be called."""
    if ticket.answered_directly:
        return Unowed.ANSWERED
    if ticket.anonymous:
        return Unowed.ANONYMOUS
    return None if numbers_of(ticket) else Unowed.NO_NUMBER

"""Call-backs: the table cell by cell, who may, what a try was, when one is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from agents.callbacks import (
    BY_WORD,
    HELD,
    MEANS,
    OWED,
    SAID,
    TRANSITIONS,
    WISHES,
    Cue,
    Denied,
    Kind,
    Moved,
    Result,
    Rules,
    State,
    Task,
    Try,
    Why,
    counts,
    result_of,
    step,
)  # fmt: skip
from config.hours import parse

S, C = State, Cue
NOON = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)  # a Friday in Xiamen
RULES = Rules(
    parse("Mon-Fri 08:00-12:00,14:30-21:00; Sat 09:00-12:00"),
    ZoneInfo("Asia/Shanghai"),
    dict.fromkeys(Kind, 30),
    (30, 120),
)


def task(state: State, owner: str | None = None, tries: int = 0) -> Task:
    held = "1001" if state in HELD else ""
    return Task("xm1-1.1", Kind.MISSED, state, held if owner is None else owner, tries, NOON)


def expected(state: State, cue: Cue) -> State | None:
    """The essay of ``callbacks.py``, said a second time."""
    if cue in WISHES:
        if cue is C.ASSIGN:
            return None if state is S.DONE else S.ASSIGNED
        if state not in OWED:
            return None
        if cue is C.GIVE_UP:
            return S.GIVEN_UP
        if cue is C.GIVE_BACK:
            return S.OPEN if state in HELD else None
        return S.ASSIGNED if state is S.ASSIGNED else S.TAKEN
    if cue in (C.WRITTEN, C.OVERTAKEN, C.EXHAUSTED):
        return state if state not in OWED else S.DONE if cue is C.WRITTEN else S.GIVEN_UP
    if cue in (C.REACHED, C.HEARD):
        return S.DONE
    if cue is C.MISTAKEN:
        return S.GIVEN_UP
    if cue is C.RETRACTED and state is S.DONE:
        return S.OPEN
    if state is S.TAKEN and cue is not C.UNTRIED:
        return S.OPEN
    return state


@pytest.mark.parametrize(("state", "cue"), product(State, Cue), ids=str)
def test_every_cell(state: State, cue: Cue) -> None:
    """Each cue in each state leads where the essay says; a wish that makes no sense is refused, a fact never."""
    assert TRANSITIONS[state].get(cue) is expected(state, cue)
    moved = step(task(state), cue, NOON, RULES, agent="1001", chief=True)
    to = expected(state, cue)
    if to is None:
        assert isinstance(moved, Denied)
        assert cue in WISHES
    else:
        assert isinstance(moved, Moved)
        assert moved.state is to
        assert bool(moved.owner) is (to in HELD)


@pytest.mark.parametrize("kind", sorted(BY_WORD))
@pytest.mark.parametrize(("state", "cue"), product(State, Cue), ids=str)
def test_no_call_ends_what_wants_a_word(kind: Kind, state: State, cue: Cue) -> None:
    """Whatever the telephone tells: it is owed until the word is written, the case went on, or it was tried often enough."""
    moved = step(replace(task(state, tries=1), kind=kind), cue, NOON, RULES, agent="1001", chief=True)
    ends = {C.WRITTEN: S.DONE, C.OVERTAKEN: S.GIVEN_UP, C.EXHAUSTED: S.GIVEN_UP, C.GIVE_UP: S.GIVEN_UP}
    if state not in OWED:
        assert moved == Denied(Why.OVER) if cue in WISHES else isinstance(moved, Moved) and moved.state is state
    elif isinstance(moved, Moved):
        assert (moved.state in OWED) is (cue not in ends)
        assert moved.state is ends.get(cue, moved.state)
        assert bool(moved.owner) is (moved.state in HELD)
    else:
        came_back = kind is Kind.RETURNED and cue is C.GIVE_UP  # it ends when its case goes on
        assert moved == Denied(Why.CAME_BACK) if came_back else (state, cue) == (S.OPEN, C.GIVE_BACK)


def test_who_spoke_with_the_citizen_owes_the_word() -> None:
    """A result told by a call that nobody had taken is of whoever made it; a wrong number makes the next one due."""
    one = replace(task(S.OPEN), kind=Kind.REPLY, tries=1)
    assert step(one, C.REACHED, NOON, RULES, agent="1002") == Moved("xm1-1.1", S.TAKEN, "1002", 1, NOON)
    assert step(one, C.MISTAKEN, NOON, RULES, agent="1002") == Moved(
        "xm1-1.1", S.OPEN, "", 1, RULES.again(1, NOON, Kind.REPLY)
    )


def test_results_have_hours_and_waits_of_their_own() -> None:
    """Told later in the morning, tried on another day; after so many tries nobody is called any more."""
    own = replace(
        RULES, reply_hours=parse("Mon-Sun 10:00-18:00"), reply_retry_minutes=(60, 1440), reply_attempts=2
    )  # fmt: skip
    night = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)  # four in the morning
    assert own.first(Kind.REPLY, night) == datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
    assert own.first(Kind.MISSED, night) == datetime(2026, 11, 27, 0, 0, tzinfo=UTC)
    assert own.again(2, NOON, Kind.REPLY) - NOON == timedelta(days=1)
    assert [own.exhausted(Kind.REPLY, tries) for tries in (1, 2, 3)] == [False, True, True]
    assert not own.exhausted(Kind.MISSED, 99)


@pytest.mark.parametrize("state", [S.TAKEN, S.ASSIGNED])
@pytest.mark.parametrize("cue", [C.TAKE, C.GIVE_BACK, C.GIVE_UP])
def test_what_another_has_is_refused_with_who(state: State, cue: Cue) -> None:
    """And a supervisor may give it back or up all the same."""
    assert step(task(state), cue, NOON, RULES, agent="1002") == Denied(Why.HELD, "1001")
    assert isinstance(step(task(state), cue, NOON, RULES, agent="1001"), Moved)
    assert isinstance(step(task(state), C.GIVE_UP, NOON, RULES, agent="2001", chief=True), Moved)


def test_what_nobody_has_is_taken_first() -> None:
    """An agent does not give up, or back, what they have not."""
    for cue in (C.GIVE_UP, C.GIVE_BACK):
        assert step(task(S.OPEN), cue, NOON, RULES, agent="1001") == Denied(Why.NOT_HELD)
    for state, cue in product((S.DONE, S.GIVEN_UP), (C.TAKE, C.GIVE_BACK, C.GIVE_UP)):
        assert step(task(state), cue, NOON, RULES, agent="1001") == Denied(Why.OVER)


def test_anothers_try_takes_nobodys_work_away() -> None:
    """Whoever has it keeps it, and it is due later for them too."""
    moved = step(task(S.TAKEN, tries=1), C.UNREACHED, NOON, RULES, agent="1002")
    assert moved == Moved("xm1-1.1", S.TAKEN, "1001", 1, RULES.again(1, NOON))
    assert step(task(S.TAKEN), C.LEFT, NOON, RULES, agent="1002") == Moved("xm1-1.1", S.TAKEN, "1001", 0, NOON)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-11-27 10:00", "2026-11-27 10:30"),
        ("2026-11-27 11:45", "2026-11-27 14:30"),  # noon's rest
        ("2026-11-27 20:45", "2026-11-28 09:00"),  # Saturday begins later
        ("2026-11-28 11:40", "2026-11-30 08:00"),  # over Sunday
        ("2026-11-27 03:00", "2026-11-27 08:00"),  # a call in the night
    ],
)
def test_nobody_is_due_outside_the_hours(at: str, due: str) -> None:
    """Half an hour later, or when citizens may be called again."""
    zone = ZoneInfo("Asia/Shanghai")
    made, wanted = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (at, due))
    assert RULES.first(Kind.MISSED, made.astimezone(UTC)) == wanted


def test_tries_in_vain_lie_further_apart() -> None:
    """The last interval is for all that follow; hours that never come move nothing."""
    always = replace(RULES, hours=parse("always"))
    waits = [(always.again(tries, NOON) - NOON) // timedelta(minutes=1) for tries in (1, 2, 3, 9)]
    assert waits == [30, 120, 120, 120]


TRIED = Try(answered=False, refused_by_us=False, out=True, cause=0, by_seat=False, seconds=40.0)


@pytest.mark.parametrize(
    ("told", "result"),
    [
        (replace(TRIED, answered=True, cause=17), Result.REACHED),
        (replace(TRIED, refused_by_us=True, out=False), Result.NOT_LET_OUT),
        (replace(TRIED, out=False), Result.NOT_LET_OUT),
        (replace(TRIED, cause=17), Result.BUSY),
        (replace(TRIED, cause=21), Result.DECLINED),
        (replace(TRIED, cause=19), Result.NO_ANSWER),
        (replace(TRIED, cause=16), Result.NO_ANSWER),
        (replace(TRIED, cause=1), Result.UNAVAILABLE),
        (replace(TRIED, cause=20), Result.UNAVAILABLE),
        (replace(TRIED, cause=34), Result.NOT_LET_OUT),
        (replace(TRIED, cause=16, by_seat=True, seconds=4), Result.CANCELLED),
        (replace(TRIED, cause=16, by_seat=True, seconds=30), Result.NO_ANSWER),
        (replace(TRIED, uncertain=True, out=False), Result.UNKNOWN),
    ],
)
def test_what_the_telephone_tells(told: Try, result: Result) -> None:
    """By the cause of the leg that went out, and by who ended it when."""
    assert result_of(told) is result


def test_each_result_means_something() -> None:
    """What never rang there is no try; what an agent may say is among them."""
    assert set(MEANS) == set(Result)
    assert {result for result in Result if not counts(result)} == {Result.CANCELLED, Result.NOT_LET_OUT}
    assert set(SAID) < set(Result)

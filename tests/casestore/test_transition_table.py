"""The table of transitions: total, without dead ends, with its page; and the rules that deployed centres live by."""

from __future__ import annotations

from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from casestore.clock_effects import STAGES, WITH_UNIT
from casestore.states import (
    CHINESE,
    COMMAND_WORD,
    OVER,
    ROLE_WORD,
    STAFF,
    STATE_WORD,
    STEP_OF,
    TASK_WORD,
    Command,
    Role,
    State,
    Step,
    TaskKind,
)
from casestore.transition_table import (
    HOLDER,
    TABLE,
    TASK_ROLE,
    ClockEffect,
    Guard,
    Refusal,
    Rule,
    Verb,
    commands_of,
    rule_for,
)
from casestore.transition_table_page import page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "case-table.md"
ENDS = OVER
MESSAGES = (
    Command.SUPPLEMENT, Command.URGE, Command.PLUS_ONE, Command.REPLY, Command.REPLY_OPEN, Command.GIVE_BACK,
    Command.WITHDRAW, Command.REOPEN, Command.UNMERGE,
)  # fmt: skip


def reached(start: State, *, staff_only: bool = False) -> set[State]:
    found = {start}
    while True:
        more = {row.target for row in TABLE if row.state in found and not (staff_only and row.role not in STAFF)}
        if more <= found:
            return found
        found |= more


def test_there_is_one_answer_for_everything() -> None:
    """For each state, command and role: a row, or the reason why there is none."""
    assert [key for key, n in Counter((row.state, row.command, row.role) for row in TABLE).items() if n > 1] == []
    reasons: Counter[Refusal] = Counter()
    for state, command, role in product(State, Command, Role):
        found = rule_for(state, command, role)
        if isinstance(found, Rule):
            assert (found.state, found.command, found.role) == (state, command, role)
        else:
            reasons[found] += 1
    assert set(reasons) == set(Refusal)


def test_each_word_and_holder_is_there() -> None:
    assert set(STATE_WORD) == set(STEP_OF) == set(HOLDER) == set(State)
    assert set(COMMAND_WORD) == set(Command)
    assert set(ROLE_WORD) == set(Role)
    assert set(TASK_WORD) == set(TASK_ROLE) == set(TaskKind)
    assert set(CHINESE) == set(Step) == set(STEP_OF.values())
    assert {row.command for row in TABLE} == set(Command)


def test_every_state_is_reached_and_reaches_an_end() -> None:
    assert reached(State.REPORTED) == set(State)
    for state in State:
        assert reached(state) & ENDS, state


@pytest.mark.parametrize("state", [one for one in State if HOLDER[one] is not None and one not in ENDS])
def test_nobody_holds_a_case_without_a_way_on(state: State) -> None:
    """Whose step it is has a row that moves the case."""
    assert any(row.moves for row in TABLE if row.state is state and row.role is HOLDER[state]), state


def test_all_seven_steps_lie_on_the_main_way() -> None:
    way = [
        (State.REPORTED, Command.ACCEPT, Role.ACCEPTER), (State.ACCEPTED, Command.DISPATCH, Role.DISPATCHER),
        (State.DISPATCHED, Command.ASSIGN, Role.UNIT_OFFICE), (State.ASSIGNED, Command.REPORT, Role.UNIT_WORKER),
        (State.WORK_DONE, Command.FINISH, Role.UNIT_OFFICE), (State.HANDLED, Command.CONFIRM, Role.DISPATCHER),
        (State.CONFIRMED, Command.REPLY, Role.CENTRE), (State.REPLIED, Command.CLOSE, Role.ACCEPTER),
        (State.CLOSED, Command.EVALUATE, Role.JUDGE),
    ]  # fmt: skip
    at, steps = State.REPORTED, [STEP_OF[State.REPORTED]]
    for state, command, role in way:
        assert at is state
        row = rule_for(state, command, role)
        assert isinstance(row, Rule)
        at = row.target
        steps.append(STEP_OF[at])
    assert list(dict.fromkeys(steps)) == list(Step)


def test_forward_and_return_are_different_verbs_and_a_return_says_why() -> None:
    for row in TABLE:
        if row.verb is Verb.RETURN:
            assert "reason" in row.needs, row
            assert row.command not in (Command.ACCEPT, Command.DISPATCH, Command.CONFIRM, Command.CLOSE), row
        if row.command in (Command.RETURN, Command.RETURN_AGAIN):
            assert row.verb is Verb.RETURN, row


def test_who_receives_a_return_does_not_do_the_next_main_step() -> None:
    """The dispatcher may not confirm; the accepter may only file, void or ask for a check (and answer what he asked)."""
    assert Command.CONFIRM not in commands_of(State.RETURNED_DISPATCHER, Role.DISPATCHER)
    assert set(commands_of(State.RETURNED_ACCEPTER, Role.ACCEPTER)) == {
        Command.ACCEPT, Command.VOID, Command.ASK_CHECK, Command.CANCEL_CHECK,
    }  # fmt: skip
    assert not {Command.DISPATCH, Command.CONFIRM} & set(commands_of(State.RULING, Role.DISPATCHER))


def test_a_unit_closes_nothing_and_revokes_before_it_returns() -> None:
    for role in (Role.UNIT_OFFICE, Role.UNIT_WORKER):
        assert not any(row.target in (State.CLOSED, State.CONFIRMED) and row.moves for row in TABLE if row.role is role)
    for state in (State.ASSIGNED, State.WORK_DONE):
        assert Command.RETURN not in commands_of(state, Role.UNIT_OFFICE)
        assert Command.REVOKE in commands_of(state, Role.UNIT_OFFICE)
    assert Command.RETURN in commands_of(State.ASSIGNED, Role.UNIT_WORKER)
    assert commands_of(State.WORK_DONE, Role.UNIT_WORKER) == ()
    for row in TABLE:
        if row.role in (Role.UNIT_OFFICE, Role.UNIT_WORKER):
            assert Guard.OWN_UNIT in row.guards or row.command is Command.ASK_VERIFY, row


def test_closing_needs_its_condition_and_a_recorded_reply() -> None:
    into_closed = [row for row in TABLE if row.target is State.CLOSED and row.moves]
    assert {row.role for row in into_closed} == {Role.ACCEPTER}
    for row in into_closed:
        assert "condition" in row.needs
        assert {Guard.REPLY_RECORDED, Guard.ANSWERED_DIRECTLY} & set(row.guards)


def test_side_tasks_decide_nothing() -> None:
    """Whatever opens or answers a check leaves the case where it is; each kind that is opened can be ended."""
    for row in TABLE:
        if row.opens is not None or row.command in (Command.REPORT_CHECK, Command.CANCEL_CHECK, Command.REVIEW_APPEAL):
            assert not row.moves, row
    for kind in TaskKind:
        opened = {row.state for row in TABLE if row.opens is kind}
        assert opened
        for state in opened:
            assert any(kind in row.closes and row.state is state and not row.moves for row in TABLE) or any(
                kind in row.closes and row.state is state for row in TABLE
            ), (kind, state)


def test_a_message_is_never_refused_for_the_state_it_comes_in() -> None:
    """What a citizen says would become a dead letter. Merging alone may be wrong: into or out of what is over."""
    for state, command in product(State, MESSAGES):
        assert isinstance(rule_for(state, command, Role.CENTRE), Rule), (state, command)


def test_reopening_goes_to_supervision_and_not_to_a_clerk() -> None:
    for row in TABLE:
        if row.command in (Command.REOPEN, Command.REPLY_OPEN) and row.moves:
            assert row.target is State.SUPERVISION
    assert HOLDER[State.SUPERVISION] is Role.JUDGE
    assert all(Guard.OTHER_CLERK in row.guards for row in TABLE
               if row.state is State.SUPERVISION and row.role is Role.JUDGE and row.moves)  # fmt: skip


def test_clocks_belong_to_their_states() -> None:
    """The handling clock begins with the dispatch alone; a state with a unit has no stage of its own."""
    for row in TABLE:
        if row.target in WITH_UNIT and row.moves and row.state not in WITH_UNIT:
            assert row.clock is ClockEffect.HANDLING_BEGINS, row
        if row.state in WITH_UNIT and row.target not in WITH_UNIT:
            assert row.clock in (ClockEffect.HANDLING_STANDS, ClockEffect.STOPS), row
    assert not set(STAGES) & WITH_UNIT


def test_the_page_is_the_table() -> None:
    """Else: ``python -m casestore.table_page > docs/case-table.md``."""
    assert PAGE.read_text(encoding="utf-8") == page()

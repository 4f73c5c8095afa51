"""Who may do what with a case in which state, and what follows: one table of data. Pure.

``command_runner.py`` moves cases by ``rule_for`` alone; what it needs and who else must agree stands in the row too. Printed in
``docs/case-table.md`` by ``transition_table_page.py``. For each state, command and role there is a row, or the reason why there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .states import OVER, STAFF, Command, Role, State, TaskKind

_S, _C, _R, _T = State, Command, Role, TaskKind


class Verb(StrEnum):
    """What kind of movement it is; the log of transitions keeps it."""

    FORWARD = "forward"  # 批转
    RETURN = "return"  # 回退
    CANCEL = "cancel"  # 撤销
    CLOSE = "close"  # 结案
    ASSIGN = "assign"  # 指派
    REVOKE = "revoke"  # 撤销指派
    SIDE = "side"  # a side task or a note: the case stays


class ClockEffect(StrEnum):
    NONE = "none"
    STAGE = "stage"
    """The new state's own clock begins (``clock_effects.STAGES``)."""
    ACCEPT_STANDS = "accept_stands"
    ACCEPT_GOES_ON = "accept_goes_on"
    """With what was left."""
    HANDLING_BEGINS = "handling_begins"
    """At dispatch, not when somebody signs for it. To the same unit: with what was left."""
    HANDLING_STANDS = "handling_stands"
    """Given back or handled: what was used is kept; the new state's own clock begins."""
    SUSPENDS = "suspends"
    RESUMES = "resumes"
    EXTENDS = "extends"
    STOPS = "stops"
    """No clock runs any more."""


class Guard(StrEnum):
    """What must be so beside state, command and role."""

    OWN_UNIT = "own_unit"  # the case is this unit's
    OWN_WORK = "own_work"  # it is assigned to this worker
    NO_OPEN_CHECK = "no_open_check"
    OPEN_CHECK = "open_check"
    NO_OPEN_TASK = "no_open_task"  # none of the kind that would be opened
    OPEN_TASK = "open_task"  # of the kind the row closes
    NOT_BOUND = "not_bound"  # no ruling has said that it is this unit's
    RETURN_IN_TIME = "return_in_time"
    REPLY_RECORDED = "reply_recorded"  # of each caller
    NAMED_CLOSER = "named_closer"  # whom the dispatcher named, where one was named
    ANSWERED_DIRECTLY = "answered_directly"
    NOT_SUSPENDED_BEFORE = "not_suspended_before"
    NOT_EXTENDED_OFTEN = "not_extended_often"
    NOT_OVERDUE = "not_overdue"
    WAS_OVERDUE = "was_overdue"
    NOT_APPEALED_BEFORE = "not_appealed_before"
    OTHER_REVIEWER = "other_reviewer"  # the second is not the first
    OTHER_CLERK = "other_clerk"  # not who confirmed or closed it before
    SAME_UNIT = "same_unit"  # there is a unit that had it
    NO_CHILDREN = "no_children"  # no other case was merged into it


@dataclass(frozen=True, slots=True)
class Rule:
    state: State | None
    """None: there is no case yet."""
    command: Command
    role: Role
    target: State
    verb: Verb = Verb.FORWARD
    clock: ClockEffect = ClockEffect.STAGE
    opens: TaskKind | None = None
    closes: tuple[TaskKind, ...] = ()
    told: tuple[Role, ...] = ()
    """Who sees it next; ``centre``: the seat that took it, or the call-back list."""
    needs: tuple[str, ...] = ()
    """Fields of the command that must be said."""
    guards: tuple[Guard, ...] = ()

    @property
    def moves(self) -> bool:
        return self.state is not self.target


class Refusal(StrEnum):
    OTHER_ROLE = "other_role"  # it may be done in this state, by others
    OTHER_STATE = "other_state"  # this role may do it, in other states
    NEVER = "never"  # this role never does


def _rows(
    states: State | Iterable[State], command: Command, role: Role, target: State | None, **more: object
) -> tuple[Rule, ...]:
    """``target`` None: the case stays."""
    wanted = [states] if isinstance(states, State) else list(states)
    return tuple(Rule(one, command, role, one if target is None else target, **more) for one in wanted)  # type: ignore[arg-type]


_SIDE = {"verb": Verb.SIDE, "clock": ClockEffect.NONE}
_WITH_UNIT = (_S.DISPATCHED, _S.ASSIGNED, _S.WORK_DONE)
_BEFORE_UNIT = (_S.REPORTED, _S.RETURNED_SEAT, _S.RETURNED_ACCEPTER, _S.ACCEPTED, _S.RETURNED_DISPATCHER, _S.RULING)
_OPEN = tuple(one for one in State if one not in OVER and one is not _S.MERGED)
_UNIT = (Guard.OWN_UNIT,)
_WORKER = (Guard.OWN_UNIT, Guard.OWN_WORK)

TABLE: tuple[Rule, ...] = (
    Rule(None, _C.FILE, _R.CENTRE, _S.REPORTED, told=(_R.ACCEPTER,)),
    # -- 受理立案 ----------------------------------------------------------------------------
    *_rows((_S.REPORTED, _S.RETURNED_ACCEPTER), _C.ACCEPT, _R.ACCEPTER, _S.ACCEPTED, told=(_R.DISPATCHER,),
           guards=(Guard.NO_OPEN_CHECK,)),
    *_rows((_S.REPORTED, _S.RETURNED_ACCEPTER), _C.VOID, _R.ACCEPTER, _S.VOIDED, verb=Verb.CLOSE,
           clock=ClockEffect.STOPS, closes=(_T.CHECK, _T.SUPERVISION), needs=("reason",), told=(_R.CENTRE,),
           guards=(Guard.NO_CHILDREN,)),
    *_rows((_S.REPORTED, _S.RETURNED_ACCEPTER), _C.ASK_CHECK, _R.ACCEPTER, None, verb=Verb.SIDE,
           clock=ClockEffect.ACCEPT_STANDS, opens=_T.CHECK, told=(_R.CHECKER,), needs=("reason",),
           guards=(Guard.NO_OPEN_TASK,)),
    *_rows((_S.REPORTED, _S.RETURNED_ACCEPTER), _C.REPORT_CHECK, _R.CHECKER, None, verb=Verb.SIDE,
           clock=ClockEffect.ACCEPT_GOES_ON, closes=(_T.CHECK,), told=(_R.ACCEPTER,), needs=("opinion", "passed"),
           guards=(Guard.OPEN_TASK,)),
    *_rows((_S.REPORTED, _S.RETURNED_ACCEPTER), _C.CANCEL_CHECK, _R.ACCEPTER, None, verb=Verb.CANCEL,
           clock=ClockEffect.ACCEPT_GOES_ON, closes=(_T.CHECK,), told=(_R.CHECKER,), guards=(Guard.OPEN_TASK,)),
    *_rows(_S.REPORTED, _C.RETURN, _R.ACCEPTER, _S.RETURNED_SEAT, verb=Verb.RETURN, clock=ClockEffect.ACCEPT_STANDS,
           needs=("reason",), told=(_R.CENTRE,), guards=(Guard.NO_OPEN_CHECK,)),
    *_rows(_S.RETURNED_SEAT, _C.TAKE_BACK, _R.ACCEPTER, _S.REPORTED, verb=Verb.CANCEL,
           clock=ClockEffect.ACCEPT_GOES_ON, told=(_R.CENTRE,)),
    *_rows(_S.REPORTED, _C.CLOSE, _R.ACCEPTER, _S.CLOSED, verb=Verb.CLOSE, clock=ClockEffect.STOPS,
           needs=("condition",), guards=(Guard.ANSWERED_DIRECTLY, Guard.NO_CHILDREN), closes=(_T.CHECK, _T.SUPERVISION),
           told=(_R.JUDGE,)),
    # -- 任务派遣 ----------------------------------------------------------------------------
    *_rows(_S.ACCEPTED, _C.DISPATCH, _R.DISPATCHER, _S.DISPATCHED, clock=ClockEffect.HANDLING_BEGINS,
           needs=("unit", "limit"), told=(_R.UNIT_OFFICE,)),
    *_rows(_S.RETURNED_DISPATCHER, _C.DISPATCH, _R.DISPATCHER, _S.DISPATCHED, clock=ClockEffect.HANDLING_BEGINS,
           needs=("unit", "limit"), told=(_R.UNIT_OFFICE,)),
    *_rows((_S.ACCEPTED, _S.RETURNED_DISPATCHER), _C.RETURN, _R.DISPATCHER, _S.RETURNED_ACCEPTER, verb=Verb.RETURN,
           needs=("reason",), told=(_R.ACCEPTER,)),
    *_rows(_S.DISPATCHED, _C.TAKE_BACK, _R.DISPATCHER, _S.ACCEPTED, verb=Verb.CANCEL,
           clock=ClockEffect.HANDLING_STANDS, needs=("reason",), closes=(_T.EXTENSION, _T.SUSPENSION),
           told=(_R.UNIT_OFFICE,)),
    *_rows(_S.RULING, _C.RULE, _R.JUDGE, _S.DISPATCHED, clock=ClockEffect.HANDLING_BEGINS,
           needs=("unit", "reason", "limit"), told=(_R.UNIT_OFFICE, _R.DISPATCHER)),
    # -- 事件处置 ----------------------------------------------------------------------------
    *_rows(_S.DISPATCHED, _C.ASSIGN, _R.UNIT_OFFICE, _S.ASSIGNED, verb=Verb.ASSIGN, clock=ClockEffect.NONE,
           needs=("worker",), told=(_R.UNIT_WORKER,), guards=_UNIT),
    *_rows((_S.ASSIGNED, _S.WORK_DONE), _C.REVOKE, _R.UNIT_OFFICE, _S.DISPATCHED, verb=Verb.REVOKE,
           clock=ClockEffect.NONE, told=(_R.UNIT_WORKER,), guards=_UNIT),
    *_rows(_S.ASSIGNED, _C.RETURN, _R.UNIT_WORKER, _S.DISPATCHED, verb=Verb.RETURN, clock=ClockEffect.NONE,
           needs=("reason",), told=(_R.UNIT_OFFICE,), guards=_WORKER),
    *_rows(_S.ASSIGNED, _C.REPORT, _R.UNIT_WORKER, _S.WORK_DONE, clock=ClockEffect.NONE, needs=("opinion",),
           told=(_R.UNIT_OFFICE,), guards=_WORKER),
    *_rows(_S.WORK_DONE, _C.REJECT, _R.UNIT_OFFICE, _S.ASSIGNED, verb=Verb.RETURN, clock=ClockEffect.NONE,
           needs=("reason",), told=(_R.UNIT_WORKER,), guards=_UNIT),
    *_rows((_S.DISPATCHED, _S.WORK_DONE), _C.FINISH, _R.UNIT_OFFICE, _S.HANDLED, clock=ClockEffect.HANDLING_STANDS,
           needs=("opinion",), closes=(_T.EXTENSION, _T.SUSPENSION), told=(_R.DISPATCHER,), guards=_UNIT),
    *_rows(_S.DISPATCHED, _C.RETURN, _R.UNIT_OFFICE, _S.RETURNED_DISPATCHER, verb=Verb.RETURN,
           clock=ClockEffect.HANDLING_STANDS, needs=("reason",), closes=(_T.EXTENSION, _T.SUSPENSION),
           told=(_R.DISPATCHER,), guards=(Guard.OWN_UNIT, Guard.NOT_BOUND, Guard.RETURN_IN_TIME)),
    *_rows(_S.DISPATCHED, _C.RETURN_AGAIN, _R.UNIT_OFFICE, _S.RULING, verb=Verb.RETURN,
           clock=ClockEffect.HANDLING_STANDS, needs=("reason",), closes=(_T.EXTENSION, _T.SUSPENSION),
           told=(_R.JUDGE, _R.DISPATCHER), guards=(Guard.OWN_UNIT, Guard.NOT_BOUND, Guard.RETURN_IN_TIME)),
    *_rows(_WITH_UNIT, _C.ASK_EXTENSION, _R.UNIT_OFFICE, None, **_SIDE, opens=_T.EXTENSION, needs=("reason",),
           told=(_R.DISPATCHER,), guards=(Guard.OWN_UNIT, Guard.NO_OPEN_TASK, Guard.NOT_OVERDUE,
                                          Guard.NOT_EXTENDED_OFTEN)),
    *_rows(_WITH_UNIT, _C.GRANT_EXTENSION, _R.DISPATCHER, None, verb=Verb.SIDE, clock=ClockEffect.EXTENDS,
           closes=(_T.EXTENSION,), told=(_R.UNIT_OFFICE, _R.CENTRE),
           guards=(Guard.OPEN_TASK, Guard.NOT_OVERDUE, Guard.NOT_EXTENDED_OFTEN)),
    *_rows(_WITH_UNIT, _C.REFUSE_EXTENSION, _R.DISPATCHER, None, **_SIDE, closes=(_T.EXTENSION,), needs=("reason",),
           told=(_R.UNIT_OFFICE,), guards=(Guard.OPEN_TASK,)),
    *_rows(_WITH_UNIT, _C.ASK_SUSPENSION, _R.UNIT_OFFICE, None, **_SIDE, opens=_T.SUSPENSION,
           needs=("reason", "until"), told=(_R.DISPATCHER,),
           guards=(Guard.OWN_UNIT, Guard.NO_OPEN_TASK, Guard.NOT_SUSPENDED_BEFORE)),
    *_rows(_WITH_UNIT, _C.GRANT_SUSPENSION, _R.DISPATCHER, _S.SUSPENDED, clock=ClockEffect.SUSPENDS,
           closes=(_T.SUSPENSION,), told=(_R.UNIT_OFFICE, _R.CENTRE),
           guards=(Guard.OPEN_TASK, Guard.NOT_SUSPENDED_BEFORE)),
    *_rows(_WITH_UNIT, _C.REFUSE_SUSPENSION, _R.DISPATCHER, None, **_SIDE, closes=(_T.SUSPENSION,), needs=("reason",),
           told=(_R.UNIT_OFFICE,), guards=(Guard.OPEN_TASK,)),
    *_rows(_S.SUSPENDED, _C.RESUME, _R.DISPATCHER, _S.DISPATCHED, clock=ClockEffect.RESUMES, needs=("reason",),
           told=(_R.UNIT_OFFICE,)),
    *_rows(_S.SUSPENDED, _C.RESUME, _R.UNIT_OFFICE, _S.DISPATCHED, clock=ClockEffect.RESUMES, told=(_R.DISPATCHER,),
           guards=_UNIT),
    *_rows(_S.SUSPENDED, _C.RESUME, _R.CLOCK, _S.DISPATCHED, clock=ClockEffect.RESUMES, told=(_R.UNIT_OFFICE,)),
    # -- 结果反馈 ----------------------------------------------------------------------------
    *_rows(_S.HANDLED, _C.ASK_VERIFY, _R.DISPATCHER, None, **_SIDE, opens=_T.VERIFY, told=(_R.CHECKER,),
           guards=(Guard.NO_OPEN_TASK,)),
    *_rows(_S.HANDLED, _C.REPORT_CHECK, _R.CHECKER, None, **_SIDE, closes=(_T.VERIFY,), needs=("opinion", "passed"),
           told=(_R.DISPATCHER,), guards=(Guard.OPEN_TASK,)),
    *_rows(_S.HANDLED, _C.CANCEL_CHECK, _R.DISPATCHER, None, verb=Verb.CANCEL, clock=ClockEffect.NONE,
           closes=(_T.VERIFY,), told=(_R.CHECKER,), guards=(Guard.OPEN_TASK,)),
    *_rows(_S.HANDLED, _C.CONFIRM, _R.DISPATCHER, _S.CONFIRMED, told=(_R.CENTRE,), guards=(Guard.NO_OPEN_CHECK,)),
    *_rows((_S.HANDLED, _S.RETURNED_DISPATCHER), _C.REWORK, _R.DISPATCHER, _S.DISPATCHED, verb=Verb.RETURN,
           clock=ClockEffect.HANDLING_BEGINS, needs=("reason",), told=(_R.UNIT_OFFICE,),
           guards=(Guard.NO_OPEN_CHECK, Guard.SAME_UNIT)),
    *_rows(_S.CONFIRMED, _C.REPLY, _R.CENTRE, _S.REPLIED, told=(_R.ACCEPTER,), guards=(Guard.REPLY_RECORDED,)),
    *_rows(_S.CONFIRMED, _C.REPLY_PART, _R.CENTRE, None, **_SIDE),
    *_rows((_S.CONFIRMED, _S.REPLIED), _C.NAME_CLOSER, _R.DISPATCHER, None, **_SIDE, told=(_R.ACCEPTER,)),
    *_rows((_S.CONFIRMED, _S.REPLIED, _S.CLOSED, _S.EVALUATED), _C.REPLY_OPEN, _R.CENTRE, _S.SUPERVISION,
           told=(_R.JUDGE,)),
    # -- 核查结案 ----------------------------------------------------------------------------
    *_rows(_S.REPLIED, _C.CLOSE, _R.ACCEPTER, _S.CLOSED, verb=Verb.CLOSE, clock=ClockEffect.STOPS,
           needs=("condition",), guards=(Guard.REPLY_RECORDED, Guard.NAMED_CLOSER),
           closes=(_T.SUPERVISION,), told=(_R.JUDGE, _R.CENTRE)),
    *_rows(_S.REPLIED, _C.RETURN, _R.ACCEPTER, _S.RETURNED_DISPATCHER, verb=Verb.RETURN, needs=("reason",),
           told=(_R.DISPATCHER,), guards=(Guard.NAMED_CLOSER,)),
    # -- 监督评价 ----------------------------------------------------------------------------
    *_rows(_S.CLOSED, _C.EVALUATE, _R.JUDGE, _S.EVALUATED, clock=ClockEffect.STOPS, needs=("score",),
           told=(_R.UNIT_OFFICE,)),
    *_rows(_S.SUPERVISION, _C.SEND_BACK, _R.JUDGE, _S.DISPATCHED, verb=Verb.RETURN,
           clock=ClockEffect.HANDLING_BEGINS, needs=("reason", "unit", "limit"), told=(_R.UNIT_OFFICE, _R.DISPATCHER),
           guards=(Guard.OTHER_CLERK,)),
    *_rows(_S.SUPERVISION, _C.DISMISS, _R.JUDGE, _S.REPLIED, needs=("reason",), told=(_R.ACCEPTER,),
           guards=(Guard.OTHER_CLERK,)),
    *_rows(_OPEN, _C.SUPERVISE, _R.JUDGE, None, **_SIDE, opens=_T.SUPERVISION, needs=("reason", "until"),
           told=(_R.UNIT_OFFICE, _R.DISPATCHER), guards=(Guard.NO_OPEN_TASK,)),
    *_rows(_OPEN, _C.ANSWER_SUPERVISION, _R.UNIT_OFFICE, None, **_SIDE, needs=("opinion",), told=(_R.JUDGE,),
           guards=(Guard.OWN_UNIT,)),
    *_rows(_OPEN, _C.END_SUPERVISION, _R.JUDGE, None, **_SIDE, closes=(_T.SUPERVISION,), needs=("opinion",),
           told=(_R.UNIT_OFFICE, _R.DISPATCHER), guards=(Guard.OPEN_TASK,)),
    *_rows((_S.CLOSED, _S.EVALUATED), _C.APPEAL, _R.UNIT_OFFICE, None, **_SIDE, opens=_T.APPEAL, needs=("reason",),
           told=(_R.JUDGE,), guards=(Guard.OWN_UNIT, Guard.NO_OPEN_TASK, Guard.WAS_OVERDUE,
                                     Guard.NOT_APPEALED_BEFORE)),
    *_rows((_S.CLOSED, _S.EVALUATED), _C.REVIEW_APPEAL, _R.JUDGE, None, **_SIDE, closes=(_T.APPEAL,),
           needs=("passed", "reason"), told=(_R.UNIT_OFFICE,), guards=(Guard.OPEN_TASK, Guard.OTHER_REVIEWER)),
    # -- what the citizen says, by messages: never refused for the state it comes in ------------
    *_rows(State, _C.SUPPLEMENT, _R.CENTRE, None, **_SIDE, told=(_R.ACCEPTER, _R.DISPATCHER, _R.UNIT_OFFICE)),
    *_rows(State, _C.PLUS_ONE, _R.CENTRE, None, **_SIDE, told=(_R.DISPATCHER, _R.UNIT_OFFICE)),
    *_rows(State, _C.URGE, _R.CENTRE, None, **_SIDE, told=(_R.DISPATCHER, _R.UNIT_OFFICE)),
    *_rows((one for one in State if one is not _S.CONFIRMED), _C.REPLY, _R.CENTRE, None, **_SIDE),
    *_rows((one for one in State if one not in (_S.CONFIRMED, _S.REPLIED, _S.CLOSED, _S.EVALUATED)),
           _C.REPLY_OPEN, _R.CENTRE, None, **_SIDE),
    *_rows(_S.RETURNED_SEAT, _C.GIVE_BACK, _R.CENTRE, _S.REPORTED, clock=ClockEffect.ACCEPT_GOES_ON,
           told=(_R.ACCEPTER,)),
    *_rows((one for one in State if one is not _S.RETURNED_SEAT), _C.GIVE_BACK, _R.CENTRE, None, **_SIDE),
    *_rows((*_BEFORE_UNIT, *_WITH_UNIT, _S.SUSPENDED, _S.MERGED), _C.WITHDRAW, _R.CENTRE, _S.VOIDED,
           verb=Verb.CANCEL, clock=ClockEffect.STOPS, closes=tuple(TaskKind), told=(_R.DISPATCHER, _R.UNIT_OFFICE)),
    *_rows((_S.HANDLED, _S.CONFIRMED, _S.REPLIED, _S.SUPERVISION, *sorted(OVER)), _C.WITHDRAW, _R.CENTRE, None, **_SIDE),
    *_rows((*_BEFORE_UNIT, *_WITH_UNIT, _S.SUSPENDED), _C.WITHDRAW_PART, _R.CENTRE, None, **_SIDE,
           told=(_R.DISPATCHER, _R.UNIT_OFFICE)),
    *_rows((_S.CONFIRMED, _S.REPLIED, *sorted(OVER)), _C.REOPEN, _R.CENTRE, _S.SUPERVISION, told=(_R.JUDGE,)),
    *_rows((*_BEFORE_UNIT, *_WITH_UNIT, _S.SUSPENDED, _S.HANDLED, _S.SUPERVISION, _S.MERGED), _C.REOPEN, _R.CENTRE,
           None, **_SIDE),
    *_rows((*_BEFORE_UNIT, *_WITH_UNIT, _S.SUSPENDED, _S.HANDLED, _S.SUPERVISION), _C.MERGE, _R.CENTRE, _S.MERGED,
           verb=Verb.FORWARD, clock=ClockEffect.STOPS, closes=tuple(TaskKind), told=(_R.DISPATCHER, _R.UNIT_OFFICE)),
    *_rows(_S.MERGED, _C.MERGE, _R.CENTRE, None, **_SIDE),
    *_rows(_S.MERGED, _C.UNMERGE, _R.CENTRE, _S.ACCEPTED, verb=Verb.CANCEL, told=(_R.DISPATCHER,)),
    *_rows((one for one in State if one is not _S.MERGED), _C.UNMERGE, _R.CENTRE, None, **_SIDE),
)  # fmt: skip

_BY = {(row.state, row.command, row.role): row for row in TABLE}
HOLDER: dict[State, Role | None] = {
    _S.REPORTED: _R.ACCEPTER, _S.RETURNED_SEAT: _R.CENTRE, _S.RETURNED_ACCEPTER: _R.ACCEPTER,
    _S.ACCEPTED: _R.DISPATCHER, _S.DISPATCHED: _R.UNIT_OFFICE, _S.RETURNED_DISPATCHER: _R.DISPATCHER,
    _S.RULING: _R.JUDGE, _S.ASSIGNED: _R.UNIT_WORKER, _S.WORK_DONE: _R.UNIT_OFFICE, _S.SUSPENDED: _R.UNIT_OFFICE,
    _S.HANDLED: _R.DISPATCHER, _S.CONFIRMED: _R.CENTRE, _S.REPLIED: _R.ACCEPTER, _S.CLOSED: _R.JUDGE,
    _S.EVALUATED: None, _S.SUPERVISION: _R.JUDGE, _S.MERGED: None, _S.VOIDED: None,
}  # fmt: skip
"""Whose main step is next; None: nobody's."""
TASK_ROLE: dict[TaskKind, Role] = {
    _T.CHECK: _R.CHECKER, _T.VERIFY: _R.CHECKER, _T.EXTENSION: _R.DISPATCHER, _T.SUSPENSION: _R.DISPATCHER,
    _T.SUPERVISION: _R.UNIT_OFFICE, _T.APPEAL: _R.JUDGE,
}  # fmt: skip
"""In whose list a side task stands."""


def rule_for(state: State | None, command: Command, role: Role) -> Rule | Refusal:
    """The row, or why there is none."""
    found = _BY.get((state, command, role))
    if found is not None:
        return found
    if any(row.state is state and row.command is command for row in TABLE):
        return Refusal.OTHER_ROLE
    if any(row.command is command and row.role is role for row in TABLE):
        return Refusal.OTHER_STATE
    return Refusal.NEVER


def commands_of(state: State, role: Role) -> tuple[Command, ...]:
    """What this role may begin with in this state; guards may still say no."""
    return tuple(row.command for row in TABLE if row.state is state and row.role is role)


def roles_that_may(state: State, command: Command) -> tuple[Role, ...]:
    return tuple(role for role in STAFF if (state, command, role) in _BY)


def states_where(command: Command, role: Role) -> tuple[State, ...]:
    return tuple(row.state for row in TABLE if row.command is command and row.role is role and row.state is not None)

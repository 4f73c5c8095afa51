"""Moves a case by the table: what a clerk, a message or a timer wants, checked and done within one transaction.

What is refused raises ``Refused`` before anything was written. A merged case follows its parent: each move of the parent is told of
its children, in their own history.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from config.case_clock import MOST_EXTENSIONS, MOST_SUSPENDED, ClockRefused
from config.language import say as _
from config.work_time import TimeLimit, Unit, WorkTime

from . import case_rows, clock_effects, timers
from .case_rows import at_of, text_of
from .clock_effects import Clocks, Moved
from .states import COMMAND_WORD, OVER, ROLE_WORD, STATE_WORD, Command, EventKind, Role, State, TaskKind
from .tables import cases
from .transition_table import ClockEffect, Guard, Refusal, Rule, Verb, roles_that_may, rule_for, states_where

_C = cases.c


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted. ``said``: the fields of ``contract.CommandIn``, or of a message's payload, that were given."""

    command: Command
    role: Role
    by: str
    at: datetime
    own_unit: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return str(self.said.get(name) or "")

    @property
    def note(self) -> str:
        return self.text("reason") or self.text("opinion") or self.text("text")


class Refused(Exception):
    """``error``: a ``Refusal``, a ``Guard``, or 'needs' with the fields that are missing."""

    def __init__(self, error: str, message: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.error, self.message, self.fields = error, message, fields


def run(db: sa.Connection, number: str, order: Order, work: WorkTime) -> State:
    """The case's state afterwards. Raises ``Refused``; ``number`` is a case's."""
    case = _row(db, number)
    order = replace(order, command=_said_finer(db, case, order))
    rule = _rule(State(case.state), order)
    tasks = case_rows.tasks_of(db, [number], only_open=True)
    limit = _limit(case, order)
    unit = order.text("unit") or case.unit
    _need(rule, order, unit, limit)
    for guard in rule.guards:
        if (why := _refusal(guard, rule, case, order, tasks, db, work)) is not None:
            raise Refused(guard, why)
    clocks = _clocks(case, rule, order, tasks, unit, limit, work)
    values = _values(case, rule, order, clocks, work)
    ended = _end_tasks(db, rule, order, tasks)
    _open_task(db, number, rule, order)
    case_rows.change(db, number, values)
    _tell(
        db, case, rule, order, values, moves=rule.moves or rule.clock is not ClockEffect.NONE or order.role in _CLERKS
    )
    if rule.clock is not ClockEffect.NONE:
        timers.set_for_case(db, number, rule.target, clocks, case.overdue, order.at, work)
    if rule.moves:
        _mirror(db, number, rule, order, values)
    if case.parent and values.get("parent", case.parent) != case.parent:
        _left(db, case.parent, order, work)
    if rule.command is Command.REVIEW_APPEAL and ended == "passed":
        case_rows.change(db, number, {"exempt": 1})
    if rule.command is Command.CONFIRM and _all_told(db, _row(db, number)):
        nobody = {"answer": NOBODY, "text": _("nobody is to be told: the citizen left no number")}
        return run(db, number, Order(Command.REPLY, Role.CENTRE, "", order.at, said=nobody), work)
    return rule.target


NOBODY = "nobody"
"""In place of a reply, of who cannot be told anything: no call-back is made for them."""


def first_reply(ticket: str) -> str:
    """What stands for a citizen's answer when there is a result to tell: nothing, or that nobody can be told.

    ``ticket``: JSON. Of a confidential citizen this store has no number, and the hotline has."""
    said = json.loads(ticket)
    numbers = (said.get("person") or {}).get("phones") or (said.get("facts") or {}).get("ani")
    elsewhere = said.get("channel") == "georeport"  # the hotline does not know it: its program tells the citizen
    return NOBODY if elsewhere or said.get("anonymous") or not (numbers or said.get("confidential")) else ""


_CLERKS = frozenset({Role.ACCEPTER, Role.DISPATCHER, Role.UNIT_OFFICE, Role.UNIT_WORKER, Role.CHECKER, Role.JUDGE})


def _row(db: sa.Connection, number: str) -> Row[Any]:
    row = case_rows.case_for_update(db, number)
    assert row is not None, number
    return row


def _said_finer(db: sa.Connection, case: Row[Any], order: Order) -> Command:
    """A unit's second return, and what one of several callers says who are not all of that mind, are commands of their own in the
    table."""
    if order.command is Command.RETURN and order.role is Role.UNIT_OFFICE and case.returns:
        return Command.RETURN_AGAIN
    if order.command is Command.REPLY and case.state == State.CONFIRMED and not _all_told(db, case):
        return Command.REPLY_PART
    if order.command is Command.WITHDRAW and case_rows.children_of(db, case.number):
        finer = rule_for(State(case.state), Command.WITHDRAW_PART, order.role)
        return Command.WITHDRAW_PART if isinstance(finer, Rule) else order.command
    return order.command


def _all_told(db: sa.Connection, case: Row[Any]) -> bool:
    return bool(case.reply) and all(child.reply for child in case_rows.children_of(db, case.number))


def _rule(state: State, order: Order) -> Rule:
    found = rule_for(state, order.command, order.role)
    if isinstance(found, Rule):
        return found
    words: dict[str, str] = {
        "command": COMMAND_WORD[order.command], "role": ROLE_WORD[order.role], "state": STATE_WORD[state],
    }  # fmt: skip
    if found is Refusal.OTHER_ROLE:
        who = "、".join(ROLE_WORD[role] for role in roles_that_may(state, order.command)) or ROLE_WORD[Role.CENTRE]
        raise Refused(found, _("{command}: not by {role} while the case is {state}; {who} may", who=who, **words))
    if found is Refusal.OTHER_STATE:
        when = "、".join(STATE_WORD[one] for one in states_where(order.command, order.role))
        raise Refused(
            found, _("{command} is not possible while the case is {state}; only in: {when}", when=when, **words)
        )
    raise Refused(found, _("{role} never does this: {command}", **words))


def _limit(case: Row[Any], order: Order) -> TimeLimit | None:
    """The command's, or else the ticket's: what its promise was reckoned from, or what the agent said."""
    said = order.said.get("limit")
    if said is None:
        ticket = json.loads(case.ticket)
        said = (ticket.get("promise") or {}).get("limit") or ticket.get("handle_limit")
    try:
        return None if said is None else TimeLimit(int(said["value"]), Unit(said["unit"]))
    except (KeyError, ValueError, TypeError):
        return None  # a ticket of another program: the dispatcher says it


def _need(rule: Rule, order: Order, unit: str, limit: TimeLimit | None) -> None:
    here: dict[str, bool] = {"unit": bool(unit if rule.command is Command.SEND_BACK else order.text("unit")),
                             "limit": limit is not None}  # fmt: skip
    missing = tuple(name for name in rule.needs if not here.get(name, order.said.get(name) not in (None, "", [])))
    if missing:
        raise Refused("needs", _("{command} must say: {fields}", command=COMMAND_WORD[rule.command],
                                 fields=" ".join(missing)), missing)  # fmt: skip
    if "until" in rule.needs:
        until: datetime = order.said["until"]
        most = order.at + MOST_SUSPENDED
        if not order.at < until <= most:
            raise Refused("needs", _("until: later than now, within a year"), ("until",))


def _refusal(
    guard: Guard, rule: Rule, case: Row[Any], order: Order, tasks: list[Row[Any]], db: sa.Connection, work: WorkTime
) -> str | None:
    """Why this condition is not met; None: it is."""
    clocks, by = clock_effects.load(case.clock), order.by
    checks = [one for one in tasks if one.kind in (TaskKind.CHECK, TaskKind.VERIFY)]
    match guard:
        case Guard.OWN_UNIT:
            return None if order.own_unit and order.own_unit == case.unit else _("the case is another unit's")
        case Guard.OWN_WORK:
            return None if by == case.worker else _("the case is assigned to somebody else")
        case Guard.NO_OPEN_CHECK:
            return _("a check is not answered yet: wait for it, or cancel it") if checks else None
        case Guard.OPEN_CHECK:
            return None if checks else _("no check is open")
        case Guard.NO_OPEN_TASK:
            return _("this is asked for already") if any(one.kind == rule.opens for one in tasks) else None
        case Guard.OPEN_TASK:
            return None if any(one.kind in rule.closes for one in tasks) else _("nothing of this kind is asked for")
        case Guard.NOT_BOUND:
            return (
                _("the centre has ruled that this is the unit's: it may not give it back")
                if case.bound == case.unit
                else None
            )
        case Guard.RETURN_IN_TIME:
            latest = work.due(at_of(case.dispatched_at), clock_effects.RETURN_LIMIT).at
            return None if order.at <= latest else _("a case is given back within 4 working hours of its dispatch")
        case Guard.REPLY_RECORDED:
            return None if _all_told(db, case) else _("no attempt to tell the citizen is recorded yet")
        case Guard.NAMED_CLOSER:
            return None if case.closer in ("", by) else _("another accepter was named to close it")
        case Guard.ANSWERED_DIRECTLY:
            direct = json.loads(case.ticket).get("answered_directly") is True
            return None if direct else _("only what was answered in the call is closed without handling")
        case Guard.NOT_SUSPENDED_BEFORE:
            before = clocks.handling is not None and clocks.handling.suspension is not None
            return _("a case is suspended once only") if before else None
        case Guard.NOT_EXTENDED_OFTEN:
            often = clocks.handling is not None and clocks.handling.extensions >= MOST_EXTENSIONS
            return _("a limit is extended twice at most") if often else None
        case Guard.NOT_OVERDUE:
            return _("the limit is over: it is extended no more") if clocks.overdue(work, order.at) else None
        case Guard.WAS_OVERDUE:
            return None if case.overdue else _("the case was not overdue")
        case Guard.NOT_APPEALED_BEFORE:
            every = case_rows.tasks_of(db, [case.number])
            return (
                _("an overdue case is appealed once only")
                if any(one.kind == TaskKind.APPEAL for one in every)
                else None
            )
        case Guard.OTHER_REVIEWER:
            first = next((one.first_by for one in tasks if one.kind == TaskKind.APPEAL), "")
            return _("the second reviewer is another than the first") if first and first == by else None
        case Guard.OTHER_CLERK:
            return (
                _("who confirmed or closed it does not decide this")
                if by in (case.confirmed_by, case.closed_by)
                else None
            )
        case Guard.SAME_UNIT:
            return None if case.unit else _("no unit has had it yet")
        case Guard.NO_CHILDREN:
            others = [child.number for child in case_rows.children_of(db, case.number)]
            why = _("other citizens' cases were merged into this one: {numbers}", numbers=" ".join(others[:5]))
            return why if others else None


def _clocks(
    case: Row[Any], rule: Rule, order: Order, tasks: list[Row[Any]], unit: str, limit: TimeLimit | None, work: WorkTime
) -> Clocks:
    until = next((case_rows.moment_of(one.until) for one in tasks if one.kind == TaskKind.SUSPENSION), None)
    before = clock_effects.load(case.clock)
    afresh = order.role is Role.JUDGE and order.said.get("limit") is not None
    moved = Moved(rule.clock, rule.target, order.at, unit, _kept_limit(case, rule, before, order, limit), until, afresh)
    try:
        return clock_effects.applied(before, moved, work)
    except ClockRefused as refused:
        raise Refused(str(refused.why), _("the clock cannot be moved so: {why}", why=refused.why)) from None


def _kept_limit(case: Row[Any], rule: Rule, before: Clocks, order: Order, limit: TimeLimit | None) -> TimeLimit | None:
    """Rework at the same unit goes on by the limit it had."""
    if rule.command is Command.REWORK and before.handling is not None:
        return before.handling.limit
    return limit


def _helping(case: Row[Any], command: Command, unit: str) -> list[str]:
    """Who helps where nobody said: at the same unit again those of before, at the first dispatch those the ticket names."""
    if command is Command.REWORK:
        return case_rows.helping(case)
    if command is not Command.DISPATCH:
        return []
    named = json.loads(case.ticket).get("units_helping") or []
    return [str(one)[:80] for one in named if one != unit][:10]


def _values(case: Row[Any], rule: Rule, order: Order, clocks: Clocks, work: WorkTime) -> dict[str, Any]:
    """What becomes of the case's own row."""
    target, at = rule.target, text_of(order.at)
    made: dict[str, Any] = {"state": target}
    if rule.clock is not ClockEffect.NONE:
        made |= {"clock": clock_effects.dump(clocks), "due_at": text_of(clocks.due(target, work))}
    elif rule.moves:
        made["due_at"] = text_of(clocks.due(target, work))
    match rule.command:
        case Command.DISPATCH | Command.RULE | Command.SEND_BACK | Command.REWORK:
            unit = order.text("unit") if rule.command is not Command.REWORK else ""
            helping = order.said.get("units_helping") or _helping(case, rule.command, unit)
            made |= {"unit": unit or case.unit, "worker": "", "dispatched_at": at,
                     "units_helping": json.dumps(helping, ensure_ascii=False)}  # fmt: skip
            if rule.command is Command.RULE:
                made["bound"] = made["unit"]
            if case.handled_at and made["unit"] == case.unit:
                made["reworks"] = case.reworks + 1
        case Command.ASSIGN:
            made["worker"] = order.text("worker")
        case Command.REVOKE | Command.RESUME | Command.GRANT_SUSPENSION:
            made["worker"] = ""
        case Command.RETURN | Command.RETURN_AGAIN if order.role is Role.UNIT_WORKER:
            made["worker"] = ""
        case Command.RETURN | Command.RETURN_AGAIN if order.role is Role.UNIT_OFFICE:
            made |= {"returns": case.returns + 1, "worker": ""}
        case Command.FINISH:
            made["handled_at"] = at
        case Command.CONFIRM:
            made |= {
                "confirmed_by": order.by,
                "reply": first_reply(case.ticket),
                "satisfied": 0,
                "closer": order.text("closer"),
            }
        case Command.NAME_CLOSER:
            made["closer"] = order.text("closer")
        case Command.CLOSE:
            made |= {"closed_at": at, "closed_by": order.by, "condition": order.text("condition")}
            if rule.state is State.REPORTED:
                made["reply"] = "direct"
        case Command.EVALUATE:
            made["score"] = int(order.said["score"])
        case Command.URGE:
            made["urged"] = case.urged + 1
        case Command.PLUS_ONE:
            made["plus_ones"] = case.plus_ones + 1
        case Command.MERGE:
            made |= {"parent": order.text("into"), "unit": "", "worker": "", "reply": first_reply(case.ticket)}
        case _:
            pass
    if rule.state is State.MERGED and rule.moves:
        made["parent"] = ""
    if target is State.SUPERVISION and rule.moves:
        made |= {"reopened": case.reopened + 1, "closed_at": "", "condition": ""}
    if not case.overdue and clock_effects.load(case.clock).overdue(work, order.at) and _running(case):
        made["overdue"] = 1
    return made


def _running(case: Row[Any]) -> bool:
    return State(case.state) in clock_effects.WITH_UNIT


def _end_tasks(db: sa.Connection, rule: Rule, order: Order, tasks: list[Row[Any]]) -> str:
    """How the side tasks ended that the row closes; '' none did."""
    result = ""
    for task in tasks:
        if task.kind not in rule.closes:
            continue
        if rule.command is Command.REVIEW_APPEAL and order.said["passed"] and not task.first_by:
            case_rows.first_review(db, task.id, order.by)
            continue
        result = _result(rule, order)
        case_rows.end_task(db, task.id, order.at, order.by, result, order.note)
        timers.clear_task(db, task.id)
    return result


def _result(rule: Rule, order: Order) -> str:
    match rule.command:
        case Command.REPORT_CHECK | Command.REVIEW_APPEAL:
            return "passed" if order.said["passed"] else "failed"
        case Command.GRANT_EXTENSION | Command.GRANT_SUSPENSION | Command.END_SUPERVISION:
            return "passed"
        case Command.REFUSE_EXTENSION | Command.REFUSE_SUSPENSION:
            return "failed"
        case _:
            return "cancelled"


def _open_task(db: sa.Connection, number: str, rule: Rule, order: Order) -> None:
    if rule.opens is None:
        return
    until = order.said.get("until")
    due: datetime | None = None
    if rule.opens in (TaskKind.CHECK, TaskKind.VERIFY):
        due = order.at + clock_effects.CHECK_LIMIT
    elif rule.opens is TaskKind.SUPERVISION:
        due = until
    task = case_rows.open_task(
        db, number, rule.opens, order.by, order.at, due=due, reason=order.note,
        until=until if rule.opens is TaskKind.SUSPENSION else None,
    )  # fmt: skip
    if due is not None:
        timers.set_for_task(db, number, task, rule.opens, order.at, due)


def _tell(
    db: sa.Connection, case: Row[Any], rule: Rule, order: Order, values: Mapping[str, Any], *, moves: bool
) -> None:  # fmt: skip
    """The row in the log of transitions."""
    unit, worker = str(values.get("unit", case.unit)), str(values.get("worker", case.worker))
    named = {Role.UNIT_OFFICE: unit, Role.UNIT_WORKER: worker or case.worker}
    receiver = " ".join(f"{role}:{named[role]}" if named.get(role) else role.value for role in rule.told)
    shown = rule.target
    if rule.target is State.MERGED:
        parent = db.execute(sa.select(_C.state).where(_C.number == values.get("parent", case.parent))).scalar_one()
        shown = State(parent)
    due = str(values.get("due_at", "")) if rule.clock in _MOVES_DUE else ""
    case_rows.add_event(
        db, case.number, EventKind.MOVED if rule.moves else EventKind.NOTED, shown, order.at,
        unit=unit, note=order.note, body=_body(order, due), command=rule.command, verb=rule.verb, role=order.role, by=order.by,
        receiver=receiver, moves=moves,
    )  # fmt: skip


DUE = "due_at"
"""In the body of an event that moved the day by which a unit is to be done: the new one."""
_MOVES_DUE = frozenset({ClockEffect.EXTENDS, ClockEffect.SUSPENDS, ClockEffect.RESUMES})


def _body(order: Order, due: str) -> str:
    """``due``: '' where the day was not moved."""
    said = {name: value for name, value in order.said.items() if value not in (None, "", [])}
    said |= {DUE: due} if due else {}
    return json.dumps(said, ensure_ascii=False, default=str) if said else ""


def _left(db: sa.Connection, parent: str, order: Order, work: WorkTime) -> None:
    """Where a result waited for the reply of one who follows no more, it waits no longer."""
    case = _row(db, parent)
    if case.state == State.CONFIRMED and _all_told(db, case):
        run(db, parent, Order(Command.REPLY, Role.CENTRE, "", order.at), work)


def _mirror(db: sa.Connection, number: str, rule: Rule, order: Order, values: Mapping[str, Any]) -> None:
    """Those who were merged into it are told of each of its moves, and close with it."""
    if rule.target is State.MERGED:
        return
    for child in case_rows.children_of(db, number):
        change: dict[str, Any] = {}
        if rule.command is Command.CONFIRM:
            change = {"reply": first_reply(child.ticket), "satisfied": 0}
        elif rule.target in OVER and "closed_at" in values:
            change = {"closed_at": values["closed_at"]}
        case_rows.change(db, child.number, change)
        case_rows.add_event(
            db, child.number, EventKind.MOVED, rule.target, order.at, unit=str(values.get("unit", "")),
            command=rule.command, verb=Verb.SIDE, role=order.role, by=order.by, note=number,
        )  # fmt: skip

"""What the hotline says of a matter, taken once each: filed, supplemented, urged, replied to, withdrawn, merged … Within a transaction.

A message that files is told from one that was taken by its key in ``cases``; the others by theirs in ``taken_keys``.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Row

from config.language import say as _
from config.work_time import WorkTime

from . import case_rows, clock_effects, numbers, timers
from .case_rows import text_of
from .clock_effects import Clocks
from .command_runner import Order, Refused, run
from .contract import MessageIn
from .states import OVER, STATE_WORD, Command, EventKind, Role, State
from .tables import case_events, cases, taken_keys
from .transition_table import Rule, rule_for

_C, _E, _K = cases.c, case_events.c, taken_keys.c
SCOPE = "message"
COMMAND_OF = {
    "supplement": Command.SUPPLEMENT, "urge": Command.URGE, "plus_one": Command.PLUS_ONE, "reply": Command.REPLY,
    "return": Command.GIVE_BACK, "withdraw": Command.WITHDRAW, "reopen": Command.REOPEN, "merge": Command.MERGE,
    "unmerge": Command.UNMERGE,
}  # fmt: skip
NEEDS = {
    "supplement": ("text",),
    "plus_one": ("text",),
    "reply": ("answer",),
    "return": ("reason",),
    "merge": ("into",),
}
DISSATISFIED = 2
"""Of five: so little and less opens the case again."""
SHARED = frozenset({Command.SUPPLEMENT, Command.URGE, Command.PLUS_ONE})
"""Said of a merged case, they are said of its parent too."""


def take(
    db: sa.Connection, message: MessageIn, raw: dict[str, Any], now: datetime, zone: ZoneInfo, work: WorkTime
) -> tuple[Row[Any], bool, bool]:
    """The case, whether the message was new, whether there are news. Raises ``Refused``; then nothing of it happened."""
    if message.kind == "file":
        if message.ticket is None:
            raise Refused("needs", _("is missing"), ("ticket",))
        return _file(db, message, raw["ticket"], now, zone, work)
    payload = message.payload
    missing = tuple(f"payload.{name}" for name in NEEDS.get(message.kind, ()) if not getattr(payload, name, None))
    if missing:
        raise Refused("needs", _("is missing"), missing)
    case = db.execute(sa.select(cases).where(_C.key == message.stream).with_for_update()).one_or_none()
    if case is None:
        raise Refused("needs", _("no case was filed under this: the matter's first message comes first"), ("stream",))
    known = db.execute(sa.select(taken_keys).where(_K.scope == SCOPE, _K.key == message.key)).one_or_none()
    if known is not None:
        return case, False, False
    said = {} if payload is None else payload.model_dump(exclude_defaults=True)
    order = Order(COMMAND_OF[message.kind], Role.CENTRE, str(said.get("by", "")), now, said=said)
    _do(db, case, order, work)
    text = json.dumps(raw, ensure_ascii=False, sort_keys=True)
    row = {"scope": SCOPE, "key": message.key, "number": case.number, "answer": "",
           "digest": hashlib.sha256(text.encode()).hexdigest()}  # fmt: skip
    db.execute(sa.insert(taken_keys).values(row))
    return _again(db, case.number), True, True


def found(db: sa.Connection, key: str) -> Row[Any] | None:
    """The case of the message with this key."""
    row = db.execute(sa.select(cases).where(_C.key == key)).one_or_none()
    if row is not None:
        return row
    number = db.execute(sa.select(_K.number).where(_K.scope == SCOPE, _K.key == key)).scalar_one_or_none()
    return None if number is None else _again(db, str(number))


def _again(db: sa.Connection, number: str) -> Row[Any]:
    return db.execute(sa.select(cases).where(_C.number == number)).one()


# -- filing ----------------------------------------------------------------------------------


def _file(
    db: sa.Connection, message: MessageIn, ticket: dict[str, Any], now: datetime, zone: ZoneInfo, work: WorkTime
) -> tuple[Row[Any], bool, bool]:
    assert message.ticket is not None
    known = db.execute(sa.select(cases).where(_C.key == message.key).with_for_update()).one_or_none()
    text = json.dumps(ticket, ensure_ascii=False, separators=(",", ":"))
    if known is not None:
        return known, False, _keep_other(db, known, message.ticket.id, text, now)
    rule = rule_for(None, Command.FILE, Role.CENTRE)
    assert isinstance(rule, Rule)
    number = _next_number(db, now.astimezone(zone).date())
    clocks = Clocks(stage_due=clock_effects.state_due(rule.target, now, work))
    row = {
        "number": number, "key": message.key, "query_code": numbers.query_code(secrets.choice), "state": rule.target,
        "kind": message.ticket.kind, "title": message.ticket.title, "accepted_at": text_of(now), "ticket": text,
        "clock": clock_effects.dump(clocks), "due_at": text_of(clocks.stage_due),
    }  # fmt: skip
    db.execute(sa.insert(cases).values(row))
    receiver = " ".join(rule.told)
    case_rows.add_event(
        db, number, EventKind.MOVED, rule.target, message.ticket.filed_at, command=rule.command, verb=rule.verb,
        role=rule.role, receiver=receiver,
    )  # fmt: skip
    timers.set_for_case(db, number, rule.target, clocks, 0, now, work)
    return _again(db, number), True, True


def _keep_other(db: sa.Connection, case: Row[Any], ticket_id: str, text: str, now: datetime) -> bool:
    """What another ticket of the same matter says is kept in the history: nothing filed is lost. Whether it was new."""
    if json.loads(case.ticket).get("id") == ticket_id:
        return False
    mine = _E.number == case.number
    if db.execute(sa.select(_E.turn).where(mine, _E.body == text)).first() is not None:
        return False
    case_rows.add_event(
        db, case.number, EventKind.TICKET, shown(db, case), now.astimezone(UTC), body=text, moves=False
    )  # fmt: skip
    return True


def _next_number(db: sa.Connection, day: date) -> str:
    while (serial := case_rows.count(db, f"{day:%Y%m%d}")) > numbers.MOST_SERIAL:
        day = numbers.next_day(day)
    return numbers.case_number(day, serial)


def shown(db: sa.Connection, case: Row[Any]) -> State:
    """The state a citizen is told: of a merged case its parent's."""
    if case.state != State.MERGED:
        return State(case.state)
    return State(db.execute(sa.select(_C.state).where(_C.number == case.parent)).scalar_one())


# -- what was said of it -----------------------------------------------------------------------


def _do(db: sa.Connection, case: Row[Any], order: Order, work: WorkTime) -> None:
    merged = case.state == State.MERGED
    match order.command:
        case Command.MERGE:
            _merge(db, case, order, work)
        case Command.REPLY:
            _reply(db, case, order, work)
        case Command.REOPEN if merged:
            run(db, case.number, order, work)
            run(db, case.parent, order, work)
        case one if merged and one in SHARED:
            run(db, case.number, order, work)
            run(db, case.parent, order, work)
        case _:
            run(db, case.number, order, work)


def _reply(db: sa.Connection, case: Row[Any], order: Order, work: WorkTime) -> None:
    """An attempt is recorded whatever came of it. Whoever was not reached is not satisfied, and nobody opens it for that."""
    answer, satisfied = order.text("answer"), order.said.get("satisfied") or 0
    open_ = answer == "unsolved" or (answer == "solved" and 0 < satisfied <= DISSATISFIED)
    whole = case if case.state != State.MERGED else _again(db, case.parent)
    case_rows.change(db, case.number, {"reply": answer, "satisfied": satisfied})
    command = Command.REPLY_OPEN if open_ else Command.REPLY
    finer = Order(command, order.role, order.by, order.at, said=order.said)
    run(db, case.number, finer, work)
    if whole.number != case.number and (open_ or whole.state == State.CONFIRMED):
        run(db, whole.number, finer, work)


def _merge(db: sa.Connection, case: Row[Any], order: Order, work: WorkTime) -> None:
    """Into the case at the root: nobody follows one that follows another. Those that followed this one go along."""
    wanted = numbers.typed_number(order.text("into")) or ""
    into = db.execute(sa.select(cases).where(_C.number == wanted).with_for_update()).one_or_none()
    if into is not None and into.parent and into.state == State.MERGED:
        into = _again(db, into.parent)
    if into is None:
        raise Refused("into", _("there is no case {number}", number=order.text("into")[:40]), ("payload.into",))
    if into.number == case.number:
        raise Refused("into", _("a case is not merged into itself"), ("payload.into",))
    if into.state == State.REPLIED:  # whoever came now would be told nothing any more
        why = _("the result of case {number} was told already ({state}): file this one on its own",
                number=into.number, state=STATE_WORD[State.REPLIED])  # fmt: skip
        raise Refused("into", why, ("payload.into",))
    if State(into.state) in OVER:
        why = _(
            "case {number} is over ({state}): open it again instead",
            number=into.number,
            state=STATE_WORD[State(into.state)],
        )
        raise Refused("into", why, ("payload.into",))
    finer = Order(order.command, order.role, order.by, order.at, said=dict(order.said) | {"into": into.number})
    run(db, case.number, finer, work)
    for child in case_rows.children_of(db, case.number):
        run(db, child.number, finer, work)

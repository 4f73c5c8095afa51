"""Messages and commands taken once each; cases, their history and work lists read. Over ``database.py``, behind ``api.py``.

Exactly once: keys are unique in their tables, case, history and counters are one transaction, and whoever sends the
same key again gets the first answer, be it after a crash between the commit and that answer.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Row

from config.language import say as _
from config.work_time import WorkTime

from . import case_rows, message_taker, timers
from .case_rows import EVENTS, at_of, event_out, moment_of
from .command_runner import Order, Refused, run
from .contract import (
    CaseOut,
    CasesOut,
    CommandIn,
    CommandOut,
    EventsOut,
    MessageIn,
    ReceiptOut,
    WholeCaseOut,
)
from .database import Database
from .georeport_accounts import PREFIX
from .states import STATE_WORD, STEP_OF, Command, EventKind, Role, State
from .tables import case_events, cases, taken_keys
from .transition_table import commands_of
from .waiting import Waiting

__all__ = ["EVENTS", "NoCase", "Store"]

_C, _E, _K = cases.c, case_events.c, taken_keys.c
SCOPE = "command"


class NoCase(Exception):
    """There is no case of this number."""


@dataclass(frozen=True, slots=True)
class Taken:
    receipt: ReceiptOut
    news: bool


class Store:
    """:param timezone: whose midnight begins a new series of numbers; ``work``: the units' working time."""

    def __init__(self, database: Database, timezone: str, work: WorkTime) -> None:
        self._db, self._zone, self.work = database, ZoneInfo(timezone), work
        self.news = Waiting()
        """Told whenever a case's history grew."""

    async def take(self, message: MessageIn, raw: dict[str, Any], now: datetime) -> ReceiptOut:
        """``raw``: the message as it came, every field of its ticket. Raises ``Refused``, and ``Away``: then nothing of it
        happened, or all of it."""

        def write(db: sa.Connection) -> Taken:
            row, new, news = message_taker.take(db, message, raw, now, self._zone, self.work)
            return Taken(_receipt(row, new=new), news)

        taken = await self._db.write(write)
        if taken.news:
            self.news.tell()
        return taken.receipt

    async def command(self, number: str, asked: CommandIn, now: datetime) -> CommandOut:
        """Raises ``NoCase``, ``Refused`` (of which nothing was written), ``Away``."""
        answer = await self._db.write(lambda db: _command(db, number, asked, now, self.work))
        if answer.new:
            self.news.tell()
        return answer

    async def said_before(self, number: str, asked: CommandIn) -> CommandOut | None:
        """The answer this very command had, of the same person, under the same key. Raises ``Away``."""
        mine = sa.and_(_K.scope == SCOPE, _K.key == asked.key, _K.digest == _digest(number, asked))
        known = await self._db.read(lambda db: db.execute(sa.select(_K.answer).where(mine)).scalar_one_or_none())
        return None if known is None else _answered(known)

    async def fire_timers(self, now: datetime) -> int:
        """Those that are due; how many. Raises ``Away``."""

        def resume(db: sa.Connection, number: str) -> None:
            run(db, number, Order(Command.RESUME, Role.CLOCK, "", now), self.work)

        fired = await self._db.write(lambda db: timers.fire(db, now, resume))
        if fired:
            self.news.tell()
        return fired

    async def receipt(self, key: str) -> ReceiptOut | None:
        def read(db: sa.Connection) -> ReceiptOut | None:
            row = message_taker.found(db, key)
            return None if row is None else _receipt(row, new=False)

        return await self._db.read(read)

    async def page(self, after: str, most: int) -> CasesOut:
        """In the order of their numbers, those after ``after``."""

        def read(db: sa.Connection) -> CasesOut:
            wanted = sa.select(cases).where(_C.number > after).order_by(_C.number).limit(most + 1)
            rows = db.execute(wanted).all()
            return CasesOut(cases=[CaseOut(**_case(row)) for row in rows[:most]], more=len(rows) > most)

        return await self._db.read(read)

    async def whole(self, number: str, now: datetime) -> WholeCaseOut | None:
        return await self._db.read(lambda db: _whole(db, number, now, self.work))

    async def events(self, mark: str, most: int) -> EventsOut:
        """After ``mark``; from the first where this store has no such mark (it was restored, or is another)."""

        def read(db: sa.Connection) -> EventsOut:
            known = _known(db, mark)
            rows = db.execute(_history().where(_E.seq > known).order_by(_E.seq).limit(most + 1)).all()
            told = rows[:most]
            here = _mark(told[-1]) if told else mark if known else ""
            return EventsOut(events=[event_out(row) for row in told], mark=here, more=len(rows) > most)

        return await self._db.read(read)


def _digest(number: str, asked: CommandIn) -> str:
    """Of everything that was asked but the turn, which may have been read anew before it was sent again."""
    text = json.dumps([number, asked.model_dump(mode="json", exclude={"turn"})], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _answered(answer: str) -> CommandOut:
    return CommandOut(**json.loads(answer) | {"new": False})


def _command(db: sa.Connection, number: str, asked: CommandIn, now: datetime, work: WorkTime) -> CommandOut:
    digest = _digest(number, asked)
    case = case_rows.case_for_update(db, number)
    if case is None:
        raise NoCase
    known = db.execute(sa.select(taken_keys).where(_K.scope == SCOPE, _K.key == asked.key)).one_or_none()
    if known is not None:
        if known.digest != digest:
            raise Refused("key_used", _("this key was used for another command"))
        return _answered(known.answer)
    if not case.moved_turn <= asked.turn <= case.turn:
        raise Refused("moved", _("the case was moved meanwhile (turn {turn}, {state}): look at it again", turn=case.turn,
                                 state=STATE_WORD[State(case.state)]))  # fmt: skip
    order = Order(
        asked.command, asked.role, asked.by, now, asked.own_unit,
        asked.model_dump(exclude={"command", "role", "by", "own_unit", "turn", "key"}, exclude_none=True),
    )  # fmt: skip
    run(db, number, order, work)
    row = case_rows.case_for_update(db, number)
    assert row is not None
    state = State(row.state)
    answer = CommandOut(
        number=number, turn=row.turn, state=state, state_word=STATE_WORD[state], step=STEP_OF[state], unit=row.unit, new=True
    )  # fmt: skip
    db.execute(sa.insert(taken_keys).values(
        scope=SCOPE, key=asked.key, number=number, digest=digest, answer=answer.model_dump_json()
    ))  # fmt: skip
    return answer


def _whole(db: sa.Connection, number: str, now: datetime, work: WorkTime) -> WholeCaseOut | None:
    row = db.execute(sa.select(cases).where(_C.number == number)).one_or_none()
    if row is None:
        return None
    rows = db.execute(_history().where(_E.number == number).order_by(_E.turn)).all()
    state = State(row.state)
    return WholeCaseOut(
        **_case(row), turn=row.turn, state_word=STATE_WORD[state], unit=row.unit, units_helping=case_rows.helping(row),
        worker=row.worker, closer=row.closer, parent=row.parent,
        children=[child.number for child in case_rows.children_of(db, number)], due_at=moment_of(row.due_at),
        due_provisional=case_rows.due_provisional(row, work), clock=case_rows.clock_out(row, work, now), urged=row.urged, returns=row.returns, reworks=row.reworks,
        plus_ones=row.plus_ones, reopened=row.reopened, condition=row.condition, reply=row.reply,
        satisfied=row.satisfied or None, score=row.score or None,
        tasks=[case_rows.task_out(one) for one in case_rows.tasks_of(db, [number])],
        commands={role: list(commands_of(state, role)) for role in Role if commands_of(state, role)},
        ticket=json.loads(row.ticket), history=[event_out(one) for one in rows],
        further_tickets=[json.loads(one.body) for one in rows if one.body and one.kind == EventKind.TICKET],
    )  # fmt: skip


def _history() -> sa.Select[Any]:
    others = sa.and_(_E.turn == 1, _C.key.startswith(PREFIX))
    filed = sa.case((others, _C.ticket), else_=sa.literal("")).label("filed")
    return sa.select(case_events, _C.key, _C.query_code, filed).join_from(case_events, cases, _C.number == _E.number)


def _known(db: sa.Connection, mark: str) -> int:
    """The place ``mark`` names; 0: none of this store."""
    place, _colon, name = mark.partition(":")
    if not (place.isascii() and place.isdigit() and len(place) < 19):
        return 0
    row = db.execute(sa.select(_E.number, _E.turn).where(_E.seq == int(place))).one_or_none()
    return int(place) if row is not None and f"{row.number}/{row.turn}" == name else 0


def _mark(row: Row[Any]) -> str:
    return f"{row.seq}:{row.number}/{row.turn}"


def _case(row: Row[Any]) -> dict[str, Any]:
    state = State(row.state)
    return {
        "number": row.number, "key": row.key, "query_code": row.query_code, "state": state, "step": STEP_OF[state],
        "kind": row.kind, "title": row.title, "accepted_at": at_of(row.accepted_at),
    }  # fmt: skip


def _receipt(row: Row[Any], *, new: bool) -> ReceiptOut:
    state = State(row.state)
    return ReceiptOut(
        number=row.number, query_code=row.query_code, state=state, step=STEP_OF[state],
        accepted_at=at_of(row.accepted_at), new=new,
    )  # fmt: skip

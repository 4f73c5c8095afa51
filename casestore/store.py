"""Messages taken once each, cases numbered and read, their history in one order. Over ``database.py``, behind ``api.py``.

Exactly once: the key is unique in the table, case, history and counters are one transaction, and whoever sends the
same key again gets the first answer, be it after a crash between the commit and that answer.
"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Row

from . import numbers
from .contract import CaseOut, CasesOut, EventOut, EventsOut, MessageIn, ReceiptOut, WholeCaseOut
from .database import Database
from .states import CHINESE, STEP_OF, Command, EventKind, State, Step, next_state
from .tables import case_events, cases, counters
from .waiting import Waiting

_C, _E, _N = cases.c, case_events.c, counters.c
EVENTS = "events"


class Store:
    """:param timezone: whose midnight begins a new series of numbers."""

    def __init__(self, database: Database, timezone: str) -> None:
        self._db, self._zone = database, ZoneInfo(timezone)
        self.news = Waiting()
        """Told whenever a case's history grew."""

    async def take(self, message: MessageIn, ticket: dict[str, Any], now: datetime) -> ReceiptOut:
        """``ticket``: as it came, every field of it. Raises ``Away``; then nothing of it happened, or all of it."""
        receipt, news = await self._db.write(lambda db: _take(db, message, ticket, now, self._zone))
        if news:
            self.news.tell()
        return receipt

    async def receipt(self, key: str) -> ReceiptOut | None:
        def read(db: sa.Connection) -> ReceiptOut | None:
            row = db.execute(sa.select(cases).where(_C.key == key)).one_or_none()
            return None if row is None else _receipt(row, new=False)

        return await self._db.read(read)

    async def page(self, after: str, most: int) -> CasesOut:
        """In the order of their numbers, those after ``after``."""

        def read(db: sa.Connection) -> CasesOut:
            wanted = sa.select(cases).where(_C.number > after).order_by(_C.number).limit(most + 1)
            rows = db.execute(wanted).all()
            return CasesOut(cases=[CaseOut(**_case(row)) for row in rows[:most]], more=len(rows) > most)

        return await self._db.read(read)

    async def whole(self, number: str) -> WholeCaseOut | None:
        def read(db: sa.Connection) -> WholeCaseOut | None:
            row = db.execute(sa.select(cases).where(_C.number == number)).one_or_none()
            if row is None:
                return None
            rows = db.execute(_history().where(_E.number == number).order_by(_E.turn)).all()
            return WholeCaseOut(
                **_case(row), ticket=json.loads(row.ticket), history=[_event(one) for one in rows],
                further_tickets=[json.loads(one.body) for one in rows if one.body],
            )  # fmt: skip

        return await self._db.read(read)

    async def events(self, mark: str, most: int) -> EventsOut:
        """After ``mark``; from the first where this store has no such mark (it was restored, or is another)."""

        def read(db: sa.Connection) -> EventsOut:
            known = _known(db, mark)
            rows = db.execute(_history().where(_E.seq > known).order_by(_E.seq).limit(most + 1)).all()
            told = rows[:most]
            here = _mark(told[-1]) if told else mark if known else ""
            return EventsOut(events=[_event(row) for row in told], mark=here, more=len(rows) > most)

        return await self._db.read(read)


def _take(
    db: sa.Connection, message: MessageIn, ticket: dict[str, Any], now: datetime, zone: ZoneInfo
) -> tuple[ReceiptOut, bool]:
    known = db.execute(sa.select(cases).where(_C.key == message.key).with_for_update()).one_or_none()
    text = json.dumps(ticket, ensure_ascii=False, separators=(",", ":"))
    if known is not None:
        return _receipt(known, new=False), _keep_other(db, known, message.ticket.id, text, now)
    moment = now.astimezone(UTC).isoformat()
    reported = _moved(None, Command.FILE)
    accepted = _moved(reported, Command.ACCEPT)
    number = _next_number(db, now.astimezone(zone).date())
    row = {
        "number": number, "key": message.key, "query_code": numbers.query_code(secrets.choice), "state": accepted,
        "kind": message.ticket.kind, "title": message.ticket.title, "accepted_at": moment, "ticket": text,
    }  # fmt: skip
    db.execute(sa.insert(cases).values(row))
    filed = message.ticket.filed_at.astimezone(UTC).isoformat()
    for turn, (state, at) in enumerate(((reported, filed), (accepted, moment)), 1):
        _add_event(db, number, turn, EventKind.MOVED, STEP_OF[state], at)
    return _receipt(db.execute(sa.select(cases).where(_C.number == number)).one(), new=True), True


def _moved(source: State | None, command: Command) -> State:
    target = next_state(source, command)
    assert target is not None, f"states.py has no row for {source}, {command}"
    return target


def _keep_other(db: sa.Connection, case: Row[Any], ticket_id: str, text: str, now: datetime) -> bool:
    """What another ticket of the same matter says is kept in the history: nothing filed is lost. Whether it was new."""
    if json.loads(case.ticket).get("id") == ticket_id:
        return False
    mine = _E.number == case.number
    if db.execute(sa.select(_E.turn).where(mine, _E.body == text)).first() is not None:
        return False
    turn = int(db.execute(sa.select(sa.func.max(_E.turn)).where(mine)).scalar_one()) + 1
    at = now.astimezone(UTC).isoformat()
    _add_event(db, case.number, turn, EventKind.TICKET, STEP_OF[State(case.state)], at, body=text)
    return True


def _next_number(db: sa.Connection, day: date) -> str:
    while (serial := _count(db, f"{day:%Y%m%d}")) > numbers.MOST_SERIAL:
        day = numbers.next_day(day)
    return numbers.case_number(day, serial)


def _add_event(
    db: sa.Connection, number: str, turn: int, kind: EventKind, step: Step, at: str, body: str = ""
) -> None:  # fmt: skip
    row = {"seq": _count(db, EVENTS), "number": number, "turn": turn, "kind": kind, "step": step, "at": at}
    db.execute(sa.insert(case_events).values(row | {"unit": "", "note": "", "body": body}))


def _count(db: sa.Connection, name: str) -> int:
    """One more. Its row is locked until the transaction ends, so that what has a smaller number is there before."""
    up = sa.update(counters).where(_N.name == name).values(last=_N.last + 1).returning(_N.last)
    found = db.execute(up).scalar_one_or_none()
    if found is None:
        db.execute(sa.insert(counters).values(name=name, last=1))
        return 1
    return int(found)


def _history() -> sa.Select[Any]:
    return sa.select(case_events, _C.key, _C.query_code).join_from(case_events, cases, _C.number == _E.number)


def _known(db: sa.Connection, mark: str) -> int:
    """The place ``mark`` names; 0: none of this store."""
    place, _colon, name = mark.partition(":")
    if not (place.isascii() and place.isdigit() and len(place) < 19):
        return 0
    row = db.execute(sa.select(_E.number, _E.turn).where(_E.seq == int(place))).one_or_none()
    return int(place) if row is not None and f"{row.number}/{row.turn}" == name else 0


def _mark(row: Row[Any]) -> str:
    return f"{row.seq}:{row.number}/{row.turn}"


def _event(row: Row[Any]) -> EventOut:
    step = Step(row.step)
    return EventOut(
        number=row.number, key=row.key, query_code=row.query_code, turn=row.turn, kind=row.kind, step=step,
        word=CHINESE[step], at=_at(row.at), unit=row.unit, note=row.note,
    )  # fmt: skip


def _case(row: Row[Any]) -> dict[str, Any]:
    state = State(row.state)
    return {
        "number": row.number, "key": row.key, "query_code": row.query_code, "state": state, "step": STEP_OF[state],
        "kind": row.kind, "title": row.title, "accepted_at": _at(row.accepted_at),
    }  # fmt: skip


def _receipt(row: Row[Any], *, new: bool) -> ReceiptOut:
    state = State(row.state)
    return ReceiptOut(
        number=row.number, query_code=row.query_code, state=state, step=STEP_OF[state],
        accepted_at=_at(row.accepted_at), new=new,
    )  # fmt: skip


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

"""Driver of a case store that is a database of the city's: one table to write messages into, one to read events from.

``DDL`` is what that database must have; its owner may add columns, triggers and jobs. The owner's side puts ``number`` (and
``query_code``) into a row it has taken, or ``refused``, a sentence, into one that is wrong. Exactly once rests on the primary
key. Work runs whole on a thread, each a transaction, so that a question that is cut off leaves nothing half done.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from bridge.case_state import CaseState
from bridge.case_store_messages import Message, MessageKind
from bridge.ticket import Ticket

from . import CaseEvent, Heard, Receipt, Rejected, Unreachable

T = TypeVar("T")
DDL = """
CREATE TABLE hotline_messages (
  key         VARCHAR(200) PRIMARY KEY,      -- the hotline writes each key once
  message_id  VARCHAR(64)  NOT NULL,
  stream      VARCHAR(200) NOT NULL,         -- the matter: the key of the message that filed it
  kind        VARCHAR(40)  NOT NULL,         -- file, supplement, urge, ...
  title       VARCHAR(400) NOT NULL,
  content     TEXT         NOT NULL,
  appeal_kind VARCHAR(40)  NOT NULL,
  code        VARCHAR(40)  NOT NULL,         -- part or event code
  address     VARCHAR(400) NOT NULL,
  lng         DOUBLE PRECISION,
  lat         DOUBLE PRECISION,
  crs         VARCHAR(20)  NOT NULL,
  payload     TEXT         NOT NULL,         -- JSON: what the kind adds
  filed_at    VARCHAR(40)  NOT NULL,         -- ISO 8601, UTC
  sent_at     VARCHAR(40)  NOT NULL,
  number      VARCHAR(40),                   -- written by the database's owner: the case
  query_code  VARCHAR(40),
  refused     VARCHAR(500)                   -- written by the owner: why the row is wrong
);
CREATE TABLE hotline_case_events (
  seq         BIGINT       PRIMARY KEY,      -- grows with each row
  key         VARCHAR(200) NOT NULL,         -- of the message that filed the case
  number      VARCHAR(40)  NOT NULL,
  sequence    BIGINT       NOT NULL,         -- of the case's changes, from 1
  state       VARCHAR(40)  NOT NULL,         -- filed dispatched handling suspended handled checked closed returned voided
  at          VARCHAR(40)  NOT NULL,         -- ISO 8601 with a zone
  word        VARCHAR(80),
  unit        VARCHAR(200),
  note        TEXT
);
"""
_metadata = sa.MetaData()
messages = sa.Table(
    "hotline_messages", _metadata,
    sa.Column("key", sa.String(200), primary_key=True),
    *(sa.Column(name, sa.Text) for name in (
        "message_id", "stream", "kind", "title", "content", "appeal_kind", "code", "address", "crs", "payload",
        "filed_at", "sent_at", "number", "query_code", "refused",
    )),
    *(sa.Column(name, sa.Float(53)) for name in ("lng", "lat")),
)  # fmt: skip
events = sa.Table(
    "hotline_case_events", _metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("sequence", sa.BigInteger),
    *(sa.Column(name, sa.Text) for name in ("key", "number", "state", "at", "word", "unit", "note")),
)  # fmt: skip
_M, _E = messages.c, events.c
GAP_SECONDS = 30.0
"""A number may be seen before a smaller one whose transaction is still open: so long the smaller ones are waited for."""
_STEP_SECONDS = 1.0


class Sql:
    """:param url: SQLAlchemy's, synchronous; ``password``: kept out of it, and out of every message."""

    carries = frozenset(MessageKind)

    def __init__(self, url: str, password: str = "", *, ticks: Callable[[], float] = time.monotonic) -> None:
        made = sa.make_url(url)
        self.engine = sa.create_engine(
            made.set(password=password) if password else made, hide_parameters=True, pool_pre_ping=True,
            connect_args={"timeout": 5} if made.get_backend_name() == "sqlite" else {"connect_timeout": 5},
        )  # fmt: skip
        self._threads = ThreadPoolExecutor(4, "sql")
        self._ticks = ticks
        self._highest: list[tuple[int, float]] = []
        """The highest number there was, and when it was first seen: growing, the first of them waited for long enough."""

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.engine.dispose()

    async def find(self, key: str) -> Receipt | Unreachable | None:
        """None also where the row stands without a number or was refused: the same key again says which."""
        if "\0" in key:
            return None
        return await self._run(lambda db: _receipt(_row(db, key)))

    async def deliver(self, message: Message) -> Receipt | Rejected | Unreachable:
        return await self._run(lambda db: _deliver(db, message))

    async def hear(self, mark: str, most: int) -> Heard | Unreachable:
        return await self._run(lambda db: self._hear(db, mark, most))

    def _hear(self, db: sa.Connection, mark: str, most: int) -> Heard:
        since = _known(db, mark)
        settled = self._settled(db.execute(sa.select(sa.func.max(_E.seq))).scalar() or 0)
        found = db.execute(sa.select(events).where(_E.seq > since).order_by(_E.seq).limit(most + 1)).all()
        told: list[Any] = []
        before = since
        for row in found[:most]:
            if row.seq != before + 1 and row.seq > settled:
                return _heard(told, mark if since else "", False)
            told.append(row)
            before = row.seq
        return _heard(told, mark if since else "", len(found) > most)

    def _settled(self, highest: int) -> int:
        """Below it nothing is missing that would still come: it was seen ``GAP_SECONDS`` ago. All gaps wait at once."""
        now, seen = self._ticks(), self._highest
        if seen and highest < seen[-1][0]:  # another table in its place
            seen.clear()
        if not seen or (highest > seen[-1][0] and now - seen[-1][1] >= _STEP_SECONDS):
            seen.append((highest, now))
        while len(seen) > 1 and now - seen[1][1] >= GAP_SECONDS:
            del seen[0]
        return seen[0][0] if now - seen[0][1] >= GAP_SECONDS else 0

    async def _run(self, work: Callable[[sa.Connection], T]) -> T | Unreachable:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: self._done(work))
        except (SQLAlchemyError, OSError) as fault:
            return Unreachable(_plain(fault))

    def _done(self, work: Callable[[sa.Connection], T]) -> T:
        with self.engine.begin() as db:
            return work(db)


def _deliver(db: sa.Connection, message: Message) -> Receipt | Rejected | Unreachable:
    known = _row(db, message.key)
    if known is None:
        try:
            with db.begin_nested():
                db.execute(sa.insert(messages).values(_values(message)))
        except (IntegrityError, DataError) as fault:
            if (known := _row(db, message.key)) is None:  # no other's row: the table forbids what it says
                return Rejected(_plain(fault))
        else:
            known = _row(db, message.key)
    elif known.refused:  # said again by a person, corrected perhaps: the owner looks anew
        values = _values(message) | {"refused": None}
        db.execute(sa.update(messages).where(_M.key == message.key, _M.number.is_(None)).values(values))
        known = _row(db, message.key)
    assert known is not None
    if known.refused:
        return Rejected(str(known.refused)[:500])
    return _receipt(known) or Unreachable("taken, its case number comes later", silent=False)


def _row(db: sa.Connection, key: str) -> Any:
    return db.execute(sa.select(_M.number, _M.query_code, _M.refused).where(_M.key == key)).one_or_none()


def _receipt(row: Any) -> Receipt | None:
    return None if row is None or not row.number else Receipt(str(row.number)[:40], str(row.query_code or "")[:40])


def _values(message: Message) -> dict[str, Any]:
    ticket: Ticket = message.ticket
    files = message.kind is MessageKind.FILE
    place = ticket.place
    return {
        "key": message.key, "message_id": message.id, "stream": message.stream, "kind": str(message.kind),
        "title": ticket.title if files else "", "content": ticket.content if files else "",
        "appeal_kind": ticket.kind, "code": ticket.subject.code if ticket.subject else "",
        "address": place.address_std or place.address_text, "lng": place.lng, "lat": place.lat, "crs": place.crs,
        "payload": json.dumps(dict(message.payload), ensure_ascii=False, separators=(",", ":")),
        "filed_at": ticket.filed_at.astimezone(UTC).isoformat(), "sent_at": datetime.now(UTC).isoformat(),
    }  # fmt: skip


def _known(db: sa.Connection, mark: str) -> int:
    """The place ``mark`` names; 0: none of this database."""
    place, _colon, name = mark.partition(":")
    if not (place.isascii() and place.isdigit() and len(place) < 19):
        return 0
    row = db.execute(sa.select(_E.number, _E.sequence).where(_E.seq == int(place))).one_or_none()
    return int(place) if row is not None and f"{row.number}/{row.sequence}" == name else 0


def _heard(rows: list[Any], mark: str, more: bool) -> Heard:
    """Rows that are no events are passed over: they would be again."""
    here = f"{rows[-1].seq}:{rows[-1].number}/{rows[-1].sequence}" if rows else mark
    return Heard(tuple(event for row in rows if (event := _event(row)) is not None), here, more)


def _event(row: Any) -> CaseEvent | None:
    try:
        at = datetime.fromisoformat(row.at)
        return CaseEvent(
            row.key, row.number, row.sequence, CaseState(row.state), at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC),
            (row.word or "")[:80], (row.unit or "")[:200], (row.note or "")[:2000],
        )  # fmt: skip
    except (ValueError, TypeError, OverflowError):  # the last: a moment at the edge of the calendar
        return None


def _plain(fault: Exception) -> str:
    """Without the statement, its parameters and the address."""
    cause = getattr(fault, "orig", None) or fault
    if isinstance(fault, SQLAlchemyError) and getattr(fault, "orig", None) is None:
        return type(fault).__name__
    said = str(cause).splitlines()
    return f"{type(cause).__name__}: {said[0] if said else ''}"[:300]


def lacking_tables(url: str, password: str) -> list[str]:
    """Which of the tables and columns of ``DDL`` are not there. Raises SQLAlchemyError."""
    made = Sql(url, password)
    try:
        looked = sa.inspect(made.engine)
        found = []
        for table in (messages, events):
            if not looked.has_table(table.name):
                found.append(table.name)
                continue
            there = {one["name"] for one in looked.get_columns(table.name)}
            found += [f"{table.name}.{one.name}" for one in table.c if one.name not in there]
        return found
    finally:
        made.engine.dispose()

"""A city's own database for tests: the documented tables, and its owner's triggers that number rows or refuse them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from bridge.case_state import CaseState
from bridge.case_store_messages import Message, filing
from bridge.drivers import CaseStore, Receipt
from bridge.drivers.sql import DDL, Sql
from bridge.ticket import Ticket

if TYPE_CHECKING:
    from .rigs import Rig

T = TypeVar("T")
_LITE = """
UPDATE hotline_messages SET
  refused = CASE WHEN kind = 'file' AND title = '' THEN 'title is empty' END,
  number = CASE WHEN kind = 'file' AND title = '' THEN NULL
    ELSE 'S' || COALESCE((SELECT m.number FROM hotline_messages m WHERE m.key = NEW.stream AND m.key <> NEW.key), NEW.message_id) END,
  query_code = '87654321'
WHERE key = NEW.key;
"""
_FILED = """
INSERT INTO hotline_case_events (seq, key, number, sequence, state, at)
  SELECT COALESCE((SELECT MAX(seq) FROM hotline_case_events), 0) + 1, key, number, 1, 'filed', sent_at
  FROM hotline_messages WHERE key = NEW.key AND kind = 'file' AND number IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM hotline_case_events WHERE key = NEW.key);
"""
TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER taken AFTER INSERT ON hotline_messages BEGIN {_LITE} {_FILED} END",
        f"CREATE TRIGGER again AFTER UPDATE OF title ON hotline_messages BEGIN {_LITE} {_FILED} END",
    ),
    "postgresql": (
        """CREATE FUNCTION taken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF NEW.kind = 'file' AND NEW.title = '' THEN NEW.refused := 'title is empty';
             ELSE NEW.number := 'S' || NEW.message_id; NEW.query_code := '87654321'; END IF;
             RETURN NEW; END $$""",
        "CREATE TRIGGER taken BEFORE INSERT OR UPDATE OF title ON hotline_messages FOR EACH ROW EXECUTE FUNCTION taken()",
        f"""CREATE FUNCTION filed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             LOCK TABLE hotline_case_events IN EXCLUSIVE MODE; {_FILED} RETURN NULL; END $$""",
        "CREATE TRIGGER filed AFTER INSERT OR UPDATE OF title ON hotline_messages FOR EACH ROW EXECUTE FUNCTION filed()",
    ),
}


def prepared(url: str) -> sa.Engine:
    """Its owner's connection."""
    engine = sa.create_engine(url)
    with engine.begin() as db:
        for statement in DDL.split(";"):
            if statement.strip():
                db.execute(sa.text(statement))
        for statement in TRIGGERS[engine.dialect.name]:
            db.exec_driver_sql(statement)
    return engine


class LosingSql(Sql):
    losing = 0

    def _done(self, work: Callable[[sa.Connection], T]) -> T:
        done = super()._done(work)
        if self.losing > 0 and isinstance(done, Receipt):
            self.losing -= 1
            raise OperationalError("", {}, Exception("the connection was lost after the commit"))
        return done


class SqlRig:
    states = (CaseState.DISPATCHED, CaseState.HANDLED, CaseState.CLOSED)
    history = True

    def __init__(self, url: str) -> None:
        self.owner = prepared(url)
        self._sql = LosingSql(url)
        self.driver: CaseStore = self._sql
        self._heard: set[str] = set()

    async def close(self) -> None:
        await self._sql.close()
        self.owner.dispose()

    async def keys(self) -> list[str]:
        with self.owner.begin() as db:
            rows = db.execute(
                sa.text("SELECT key FROM hotline_messages WHERE kind = 'file' AND number IS NOT NULL ORDER BY filed_at")
            )
            return [row.key for row in rows]

    def refused(self, ticket: Ticket) -> Message:
        return filing(replace(ticket, title=""))

    def lose_answers(self, count: int) -> None:
        self._sql.losing = count

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        self._sql.engine.dispose()
        with self.owner.begin() as db:
            db.execute(sa.text("ALTER TABLE hotline_messages RENAME TO gone_messages"))
            db.execute(sa.text("ALTER TABLE hotline_case_events RENAME TO gone_events"))
        try:
            yield
        finally:
            with self.owner.begin() as db:
                db.execute(sa.text("ALTER TABLE gone_messages RENAME TO hotline_messages"))
                db.execute(sa.text("ALTER TABLE gone_events RENAME TO hotline_case_events"))

    async def move(self, key: str, state: CaseState) -> None:
        with self.owner.begin() as db:
            number = db.execute(
                sa.text("SELECT number FROM hotline_messages WHERE key = :key"), {"key": key}
            ).scalar_one()
            counted = "SELECT COALESCE(MAX(seq), 0), COALESCE(MAX(CASE WHEN key = :key THEN sequence END), 0) FROM hotline_case_events"
            seq, sequence = db.execute(sa.text(counted), {"key": key}).one()
            db.execute(
                sa.text(
                    "INSERT INTO hotline_case_events (seq, key, number, sequence, state, at)"
                    " VALUES (:seq, :key, :number, :sequence, :state, :at)"
                ),
                {
                    "seq": seq + 1, "key": key, "number": number, "sequence": sequence + 1, "state": str(state),
                    "at": datetime.now(UTC).isoformat(),
                },
            )  # fmt: skip

    async def restart(self) -> None:
        self._sql.engine.dispose()


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    made = SqlRig(f"sqlite:///{folder / 'city.db'}")
    try:
        yield made
    finally:
        await made.close()

"""The revisions lead exactly to the tables this program uses, on both databases."""

from __future__ import annotations

import ast
import hashlib
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from cti.ids import CallId
from ledger import migrate
from ledger.call_list import Filter
from ledger.errors import LedgerDamaged, LedgerMisshapen, LedgerOutdated, LedgerTooNew
from ledger.history import History
from ledger.store import Store
from ledger.tables import metadata
from ledger.verify import verify
from tests.ledger.conftest import psycopg_url
from tests.ledger.seed import ANSWERED, NOW

VERSIONS = Path(migrate.__file__).parent / "migrations" / "versions"
LANDED = Path(__file__).parent / "landed"


def test_migrations_end_at_the_tables(url: str) -> None:
    """After all revisions Alembic finds no difference to ``tables``."""
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_upgrade_twice_is_silent(url: str) -> None:
    """An up-to-date ledger is left as it is, and says its revision."""
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.head()


def test_a_ledger_in_sqlite_is_a_wal_file(tmp_path: Path) -> None:
    """Written into the file itself: whoever opens it, and however many at once, finds it so."""
    file = tmp_path / "ledger.db"
    migrate.upgrade(f"sqlite+aiosqlite:///{file}")
    assert file.read_bytes()[18:20] == b"\x02\x02"  # SQLite's file format, 1.3.3


def fingerprint(file: Path) -> str:
    """Of all a revision does: its description and its place in the chain may change."""
    text = file.read_text(encoding="utf-8")
    described = ast.parse(text).body[0]
    assert isinstance(described, ast.Expr), f"{file.name} begins with no docstring"
    lines = text.splitlines()[described.end_lineno :]
    kept = [line for line in lines if not re.match(r"down_revision\b", line)]
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()


def test_a_landed_revision_is_never_changed() -> None:
    """A ledger that went through a revision never goes through it again: what is added there it lacks for ever.

    A new revision gets its line in ``landed/hashes.txt`` in the commit it lands with.
    """
    said = (LANDED / "hashes.txt").read_text(encoding="utf-8").splitlines()
    told = dict(line.split() for line in said if line and not line.startswith("#"))
    found = {path.name: fingerprint(path) for path in sorted(VERSIONS.glob("0*.py"))}
    assert told == found


@pytest.fixture
def landed(request: pytest.FixtureRequest, databases: object, tmp_path: Path, url: str) -> str:
    """A ledger as revision 0002 left it, with the seed's rows, on the database at hand."""
    if url.startswith("sqlite"):
        file = tmp_path / "landed.db"
        with closing(sqlite3.connect(file)) as db:
            db.executescript((LANDED / "0002.sqlite.sql").read_text(encoding="utf-8"))
        return f"sqlite+aiosqlite:///{file}"
    server = request.getfixturevalue("postgres")
    name = f"hotline_landed_{abs(hash(request.node.name)) % 10**8}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    made = psycopg_url(server, name)
    with psycopg.connect(made.replace("+psycopg", ""), autocommit=True) as db:
        db.execute((LANDED / "0002.postgresql.sql").read_text(encoding="utf-8"))
    return made


async def test_a_landed_ledger_is_upgraded_with_all_it_holds(landed: str) -> None:
    """The last landed revision's own dump: upgraded, equal to the tables, without a breach, its calls in the list."""
    with pytest.raises(LedgerOutdated):
        migrate.require(landed)
    migrate.upgrade(landed)
    migrate.require(landed)
    assert migrate.differences(landed) == ([], [])
    store = Store(landed)
    assert await verify(store, NOW) == []
    assert len(await History(store).past(Filter())) == 6
    await store.close()


def test_a_ledger_made_by_an_edited_revision_is_mended(landed: str) -> None:
    """0002 was changed four times after it had landed: what a ledger of its first form lacks is added."""
    change(
        landed,
        "DROP INDEX ix_tickets_agent_filed_at",
        "DROP INDEX ix_drafts_agent_at",
        "ALTER TABLE notices DROP COLUMN heard",
        "ALTER TABLE tickets DROP COLUMN code_kind",
    )
    migrate.upgrade(landed)
    assert migrate.differences(landed) == ([], [])


def test_what_a_ledger_lacks_is_named(url: str) -> None:
    """A table, column or index that is gone, and what stands there beside."""
    change(url, "ALTER TABLE notices DROP COLUMN heard", "DROP INDEX ix_alarms_at", "DROP TABLE drafts",
           "CREATE INDEX my_own ON calls (dialled)")  # fmt: skip
    missing, beside = migrate.differences(url)
    assert {"notices.heard", "ix_alarms_at", "drafts"} <= set(missing)
    assert beside == ["my_own"]
    assert set(migrate.upgrade(url)) == set(missing)
    assert migrate.differences(url) == ([], ["my_own"])


async def test_a_missing_column_is_not_told_as_weather(url: str) -> None:
    """'No such column' is a wrong ledger with its cure, never 'try again later'."""
    change(url, "ALTER TABLE calls DROP COLUMN refusal")
    store = Store(url)
    with pytest.raises(LedgerMisshapen, match="db upgrade"):
        await History(store).get(CallId(ANSWERED))
    await store.close()


def test_a_newer_ledger_is_refused_untouched(url: str) -> None:
    """One sentence that says what to do, from every door; nothing is changed."""
    change(url, "UPDATE alembic_version SET version_num = '9999'")
    for door in (migrate.upgrade, migrate.require):
        with pytest.raises(LedgerTooNew, match="9999"):
            door(url)
    assert migrate.current(url) == "9999"


def test_tables_without_a_revision_are_said(url: str) -> None:
    """An ``alembic_version`` that lost its row: not made anew over what is there."""
    change(url, "DELETE FROM alembic_version")
    with pytest.raises(LedgerMisshapen):
        migrate.upgrade(url)


async def test_a_damaged_file_is_said_with_its_cure(tmp_path: Path) -> None:
    """Garbage, and a page of random bytes: ``hotline restore``, not 'try again later'."""
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"no database" * 1000)
    with pytest.raises(LedgerDamaged, match="hotline restore"):
        migrate.upgrade(f"sqlite+aiosqlite:///{garbage}")
    store = Store(f"sqlite+aiosqlite:///{garbage}")
    with pytest.raises(LedgerDamaged, match="hotline restore"):
        await store.look(lambda db: db.execute(sa.text("SELECT 1 FROM calls")))
    await store.close()


def test_downgrade_takes_back_the_indexes(url: str) -> None:
    """The newest and back again: the tables are as before."""
    from alembic import command

    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
    engine.dispose()
    assert "ix_seat_log_time" in migrate.differences(url)[0]
    migrate.upgrade(url)
    assert migrate.differences(url) == ([], [])


def test_call_backs_are_carried_over_as_tasks(url: str) -> None:
    """Owed ones are due; of tries all is known that the calls tell; down again without what is new."""
    from alembic import command

    engine = sa.create_engine(url.replace("+aiosqlite", ""))

    def turn(way: str, revision: str) -> None:
        with engine.begin() as connection:
            config = migrate._config()
            config.attributes["connection"] = connection
            getattr(command, way)(config, revision)

    day = "2026-11-23 0{}:00:00.000000+00:00"
    turn("downgrade", "0008")
    with engine.begin() as db:
        for n, (number, state, done) in enumerate(
            [("13806010001", "open", None), ("+8613806010002", "done", day.format(5)), ("anonymous", "open", None)]
        ):
            values = {"call": f"xm1-1.{n}", "number": number, "state": state, "made": day.format(1), "done": done}
            db.execute(
                sa.text(
                    "INSERT INTO callbacks (call_id, reason, number, made_at, state, done_at, done_by)"
                    " VALUES (:call, 'timeout', :number, :made, :state, :done, '1001')"
                ),
                values,
            )
        for n, (dialled, hour, talk, refusal) in enumerate(
            [("13806010001", 0, None, ""), ("13806010001", 2, None, ""), ("13806010001", 3, None, "dial_pace"),
             ("13806010002", 4, day.format(4), ""), ("13806010002", 6, None, ""), ("anonymous", 4, None, "")]
        ):  # fmt: skip
            values = {"call": f"xm1-2.{n}", "to": dialled, "at": day.format(hour), "talk": talk, "refusal": refusal}
            db.execute(
                sa.text(
                    "INSERT INTO calls (call_id, direction, endpoint, agent, dialled, arrived_at, ended_at, talk_began_at,"
                    " refusal, state) VALUES (:call, 'outbound', '8001', '1001', :to, :at, :at, :talk, :refusal, 'closed')"
                ),
                values,
            )
    turn("upgrade", "head")
    with engine.connect() as db:
        rows = "SELECT task_id, call_id, kind, state, owner, tries, done_how, done_call FROM callbacks ORDER BY task_id"
        assert [tuple(row) for row in db.execute(sa.text(rows))] == [
            ("xm1-1.0", "xm1-1.0", "missed", "open", "", 1, "", ""),
            ("xm1-1.1", "xm1-1.1", "missed", "done", "", 1, "reached", "xm1-2.3"),
            ("xm1-1.2", "xm1-1.2", "missed", "open", "", 0, "", ""),
        ]
        tries = "SELECT task_id, call_id, agent, seat, result FROM callback_attempts ORDER BY call_id"
        assert [tuple(row) for row in db.execute(sa.text(tries))] == [
            ("xm1-1.0", "xm1-2.1", "1001", "8001", "unknown"),
            ("xm1-1.0", "xm1-2.2", "1001", "8001", "not_let_out"),
            ("xm1-1.1", "xm1-2.3", "1001", "8001", "reached"),
        ]
        assert db.scalar(sa.text("SELECT count(*) FROM callbacks WHERE due_at = made_at")) == 3
    turn("downgrade", "0008")
    with engine.connect() as db:
        found = db.execute(sa.text("SELECT call_id, state FROM callbacks ORDER BY call_id"))
        assert [tuple(row) for row in found] == [("xm1-1.0", "open"), ("xm1-1.1", "done"), ("xm1-1.2", "open")]
    turn("upgrade", "head")
    engine.dispose()
    assert migrate.differences(url) == ([], [])


def change(url: str, *statements: str) -> None:
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as db:
        for statement in statements:
            db.execute(sa.text(statement))
    engine.dispose()

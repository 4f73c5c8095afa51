"""Databases of before come along whole; those of others, and of later programs, are left alone."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from casestore import migrate
from casestore.contract import InquiryIn
from casestore.engine import make_engine
from casestore.tables import metadata
from hotline.verbs.backups import case_reader
from ledger import migrate as ledger_migrate
from tests.casestore.kit import cases_at

LANDED = Path(__file__).parent / "landed"
NUMBER, NAME = "13812345678", "林某某"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file of the store inside the daemon: seven cases, one with a second ticket of its matter."""
    return Path(shutil.copy(LANDED / "embedded.db", tmp_path / "casestore.db"))


def rows(file: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as db:
        return db.execute(statement).fetchall()


def dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as db:
        return list(db.iterdump())


async def test_a_store_of_before_loses_nothing(old: Path) -> None:
    """Every case, code, ticket, step and serial is there; old numbers answer, new ones go on behind them."""
    before = rows(old, "SELECT number, key, query_code, kind, title, accepted_at, ticket FROM cases ORDER BY number")
    steps = rows(old, "SELECT number, turn, at, note FROM case_steps ORDER BY number, turn")
    assert len(before) == 7
    async with cases_at(old) as cases:
        kept = rows(old, "SELECT number, key, query_code, kind, title, accepted_at, ticket FROM cases ORDER BY number")
        assert kept == before
        assert rows(old, "SELECT number, turn, at, body FROM case_events ORDER BY number, turn") == steps
        heard = await cases.store.events("", 500)
        assert [(one.number, one.turn) for one in heard.events if one.turn > 1] == sorted(
            ((row[0], row[1]) for row in steps if row[1] > 1), key=lambda one: (one[0], one[1])
        )
        for number, key, code, *_rest in before:
            asked = InquiryIn(number=number.lower(), code=code.lower())
            found = await cases.client.post("/inquiries", json=asked.model_dump(), headers=cases.headers)
            assert found.json()["word"] == "受理立案"
            receipt = await cases.store.receipt(key)
            assert receipt is not None
            assert (receipt.number, receipt.query_code) == (number, code)
        (second,) = (await cases.store.whole("GD20261127000001", datetime.now(UTC))).further_tickets  # type: ignore[union-attr]
        assert second["content"] == "另补充：电动车也过不去。"
        assert rows(old, "SELECT last FROM counters WHERE name = '20261128'") == [(2,)]
    assert not migrate.upgrade(f"sqlite:///{old}")


async def test_a_case_of_before_waits_as_any_other(old: Path) -> None:
    """It stands in the dispatcher's list with a time of its own, which ends once."""
    async with cases_at(old) as cases:
        answer = await cases.client.get("/work", params={"role": "dispatcher"}, headers=cases.headers)
        assert [one["due_at"] is not None for one in answer.json()["items"]] == [True] * 7
        assert await cases.store.fire_timers(cases.clock.now) == 0
        later = cases.clock.now + timedelta(minutes=16)
        assert [await cases.store.fire_timers(later) for _ in range(2)] == [7, 0]
        number = answer.json()["items"][0]["number"]
        told = await cases.client.get(f"/cases/{number}", headers=cases.headers)
        assert told.json()["history"][-1]["kind"] == "timed"


async def test_what_an_older_version_delivered_goes(old: Path) -> None:
    """Before anybody could ask for secrecy: citizens who asked are forgotten, once; others' cases stay as they are."""
    with closing(sqlite3.connect(old)) as db, db:
        db.execute("PRAGMA user_version = 0")
        found = db.execute("SELECT number, ticket FROM cases ORDER BY number").fetchall()
        for (number, text), asked in zip(found, ("anonymous", "confidential", ""), strict=False):
            person = {"name": NAME, "gender": "", "phones": [NUMBER], "address": "湖滨南路 1 号"}
            body = json.loads(text) | {"person": person, "title": f"回电 138-1234-5678 {NUMBER}"}
            db.execute("UPDATE cases SET ticket = ?, key = ? WHERE number = ?",
                       (json.dumps(body | ({asked: True} if asked else {}), ensure_ascii=False), body["id"], number))  # fmt: skip
    async with cases_at(old):
        pass
    told = [json.loads(text) for (text,) in rows(old, "SELECT ticket FROM cases ORDER BY number")]
    assert [one["person"]["phones"] for one in told][:3] == [[], [], [NUMBER]]
    assert [NUMBER in json.dumps(one) or "138-1234" in json.dumps(one) for one in told[:3]] == [False, False, True]
    assert [one["key"] for one in told] == [key for (key,) in rows(old, "SELECT key FROM cases ORDER BY number")]


def test_an_upgrade_is_whole_or_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It fails after the last revision: the file says what it said before, to the letter."""
    before = dump(old)
    upgrade = command.upgrade

    def fails(*words: Any) -> None:
        upgrade(*words)
        raise OSError("no room")

    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", fails)
        with pytest.raises(OSError, match="no room"):
            migrate.upgrade(f"sqlite:///{old}")
    assert dump(old) == before
    assert migrate.upgrade(f"sqlite:///{old}")


@pytest.mark.parametrize("place", ["old", "new"])
def test_tables_are_what_the_program_thinks(old: Path, tmp_path: Path, place: str) -> None:
    url = f"sqlite:///{old if place == 'old' else tmp_path / 'new.db'}"
    migrate.upgrade(url)
    engine = make_engine(url, pooled=False)
    with engine.begin() as db:
        context = MigrationContext.configure(db, opts={"version_table": migrate.VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_what_is_read_from_outside_is_there_in_every_revision(old: Path) -> None:
    """Verify and restore know four columns by name."""
    url = f"sqlite:///{old}"
    before = [case for some in case_reader.known(url, 3) for case in some]
    whole = case_reader.whole(url, [case.number for case in before])
    migrate.upgrade(url)
    assert [case for some in case_reader.known(url) for case in some] == before
    assert case_reader.whole(url, [case.number for case in before]) == whole
    assert len(before) == len(whole) == 7
    assert not case_reader.there(f"sqlite:///{old}.none")
    assert not Path(f"{old}.none").exists()


def test_databases_of_others_are_refused(tmp_path: Path) -> None:
    """The ledger's, and any that has other cases: untouched."""
    ledger = tmp_path / "ledger.db"
    ledger_migrate.upgrade(f"sqlite+aiosqlite:///{ledger}")
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as db, db:
        db.execute("CREATE TABLE cases (id INTEGER PRIMARY KEY)")
    for file in (ledger, other):
        before = dump(file)
        with pytest.raises(migrate.WrongDatabase, match=r"casestore\.url"):
            migrate.upgrade(f"sqlite:///{file}")
        assert dump(file) == before


def test_a_store_of_a_newer_program_is_left_alone(old: Path) -> None:
    url = f"sqlite:///{old}"
    migrate.upgrade(url)
    with closing(sqlite3.connect(old)) as db, db:
        db.execute(f"UPDATE {migrate.VERSION_TABLE} SET version_num = '9999'")
    before = dump(old)
    with pytest.raises(migrate.WrongDatabase, match="9999"):
        migrate.upgrade(url)
    assert dump(old) == before


def test_revisions_do_not_change_once_they_have_landed() -> None:
    """A store that went through one never goes through it again: a line is added here when a revision lands."""
    from tests.ledger.test_migrate import fingerprint

    folder = Path(migrate.__file__).parent / "migrations" / "versions"
    said = dict(line.split() for line in (LANDED / "hashes.txt").read_text("utf-8").splitlines() if line[0] != "#")
    assert {file.name: fingerprint(file) for file in folder.glob("0*.py")} == said

"""An installation that the last landed main made is upgraded, and nothing of it is lost: ledger, case store, shelf, settings.

``landed/efa5293`` was made by commit efa5293 itself: ``hotline demo --calls 16 --seed 7``, then, by that commit's classes
(its bridge, ledger and embedded case store): a ticket that replaced a direct answer and became a dead letter, a dead
letter of no call, one that was corrected, replayed and delivered, one that arrived and whose receipt was lost, one that
waits; a draft, a notice, an alarm, two audit rows, a try nobody answered and one that reached the citizen.

===============  ==========================================================================================
``ledger.json``  every row of its ledger (revision 0002), as SQLite holds it
``casestore.sql``  its case store, table by table
``verify.json``  what its ``ledger.verify`` said a day later
``hotline.toml``  the settings it ran with
``var/``         what it wrote beside: Asterisk's record, one sealed recording with its key
===============  ==========================================================================================
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import shutil
import sqlite3
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
import sqlalchemy as sa
import tomli_w

from bridge import ticket_json
from bridge.courier import Courier
from bridge.delivery_retry import RetryRule
from bridge.delivery_state import DeliveryState
from casestore import migrate as case_migrate
from config.file_places import Places
from hotline.cli import main
from hotline.lab import ports
from hotline.lab.hotline_instance import HotlineInstance, derive
from hotline.verbs import verify as verb
from ledger import migrate
from ledger.outbox import OutboxShelf
from ledger.store import Store
from ledger.tickets import TicketShelf
from recordings.master_key import MasterKeyFile
from recordings.shelf import Shelf
from recordings.storage import storage_of
from recordings.vault import Keys, unseal
from tests.casestore.kit import cases_at
from tests.casestore.test_with_daemon import begin, until
from tests.ledger.conftest import postgres, psycopg_url  # noqa: F401 - a fixture

LANDED = Path(__file__).parent / "landed" / "efa5293"
REVISION = "0002"
A_DAY_LATER = datetime(2026, 11, 30, 2, tzinfo=UTC)
NOTICE = "您好，12319热线来电，通话将被录音。"
"""A sentence that settings of before do not have, and today's must."""
Row = dict[str, Any]
Rows = dict[str, list[Row]]

MOVED = {
    ("callbacks", "call_id"): ("callbacks", "task_id"),
    ("outbox", "ticket_id"): ("outbox", "message_id"),
    ("outbox", "case_number"): ("cases", "number"),
    ("outbox", "query_code"): ("cases", "query_code"),
}
"""(table, column) of then → where it is today."""
KEYS = {
    "callbacks": ("call_id",), "outbox": ("ticket_id",), "legs": ("leg_id",), "tail_marks": ("source",),
}  # fmt: skip
GONE = {("accounts", "failures"), ("accounts", "locked_until")}
"""An account rested some minutes after wrong passwords; by address and account it is counted elsewhere today (decision 0017)."""
ANEW = {("callbacks", "tries"), ("tail_marks", "inode"), ("tail_marks", "resume_inode")}
"""Tries: counted from the calls, as nobody counted them then; inodes: of the files as this test laid them out."""


@dataclass
class Installation:
    """VAR and settings on disk, the ledger where the settings say."""

    config: Path
    places: Places
    url: str

    def do(self, *words: str) -> int:
        return main([*words, "--config", str(self.config), "--var", str(self.places.var)])

    def rows(self, table: str) -> list[Row]:
        engine = sa.create_engine(self.url.replace("+aiosqlite", ""))
        with engine.connect() as db:
            there = sa.Table(table, sa.MetaData(), autoload_with=db)
            found = [dict(row) for row in db.execute(sa.select(there)).mappings()]
        engine.dispose()
        return found

    def adopt(self) -> None:
        """As its program does at its start."""
        assert case_migrate.upgrade(f"sqlite:///{self.places.casestore}")


def but_for_sounds(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Breaches, without those of the sounds that this copy was made without: it has one."""
    gone = [one for one in found if one["rule"] == "recording_damaged" and one["said"].endswith(": gone")]
    assert len(gone) == len([row for row in rows_before()["recordings"] if row["state"] == "shelved"]) - 1
    return [one for one in found if one not in gone]


def rows_before() -> Rows:
    told = json.loads((LANDED / "ledger.json").read_text("utf-8"))
    return {name: [dict(zip(one["columns"], row, strict=True)) for row in one["rows"]] for name, one in told.items()}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def made(request: pytest.FixtureRequest) -> Callable[[Path], Installation]:
    """Lays one out, as efa5293 left it, on the database at hand."""

    def lay(folder: Path) -> Installation:
        places = Places(folder / "var")
        if request.param == "sqlite":
            return lay_out(places, f"sqlite+aiosqlite:///{places.ledger}")
        server = request.getfixturevalue("postgres")
        name = f"hotline_{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        return lay_out(places, psycopg_url(server, name))

    return lay


@pytest.fixture
def old(made: Callable[[Path], Installation], tmp_path: Path) -> Installation:
    """Upgraded by nobody yet."""
    return made(tmp_path)


@pytest.fixture(scope="module")
def now(made: Callable[[Path], Installation], tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Upgraded; only to be read."""
    installation = made(tmp_path_factory.mktemp("landed"))
    upgrade(installation)
    return installation


def lay_out(places: Places, url: str) -> Installation:
    shutil.copytree(LANDED / "var", places.var)
    for packed in places.var.rglob("*.gz"):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    places.make()
    with closing(sqlite3.connect(places.casestore)) as db:
        db.executescript((LANDED / "casestore.sql").read_text("utf-8"))
    migrate.upgrade(url, REVISION)
    rows = rows_before()
    for mark in rows["tail_marks"]:  # that program knew a file by its inode alone
        file = places.cel if mark["source"] == "cel" else places.queue_log
        mark["inode"] = mark["resume_inode"] = file.stat().st_ino
    fill(url, rows)
    settings = tomllib.loads((LANDED / "hotline.toml").read_text("utf-8"))
    settings["ledger"] = settings.get("ledger", {}) | {"url": "sqlite" if url.startswith("sqlite") else url}
    config = places.var / "hotline.toml"
    config.write_text(tomli_w.dumps(settings), encoding="utf-8")
    return Installation(config, places, url)


def fill(url: str, rows: Rows) -> None:
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as db:
        tables = sa.MetaData()
        tables.reflect(db)
        for table in tables.sorted_tables:
            if rows.get(table.name):
                there = [{name: value_of(table.c[name].type, value) for name, value in row.items()}
                         for row in rows[table.name]]  # fmt: skip
                db.execute(sa.insert(table), there)
    engine.dispose()


def value_of(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    """SQLite's value as this column's driver wants it."""
    if value is None:
        return None
    match kind:
        case sa.Boolean():
            return bool(value)
        case sa.DateTime():
            return datetime.fromisoformat(value)
        case sa.JSON():
            return json.loads(value)
    return value


def plain(value: Any) -> Any:
    """The same for both databases: SQLite's reflected columns give text and 0 or 1."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        return moment.astimezone(UTC) if moment.tzinfo and " " in value else value
    return json.dumps(value) if isinstance(value, list) else value


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[Installation], Any]:
    """What ``hotline verify`` finds a day later."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return A_DAY_LATER

    monkeypatch.setattr(verb, "datetime", Later)

    def verified(installation: Installation) -> Any:
        capsys.readouterr()
        installation.do("verify", "--json")
        return json.loads(capsys.readouterr().out)["details"]

    return verified


def upgrade(old: Installation) -> None:
    """As its operator does it: the one sentence that is missing is added, then the tables are brought up."""
    settings = tomllib.loads(old.config.read_text("utf-8"))
    settings["prompts"]["outbound"] = NOTICE
    old.config.write_text(tomli_w.dumps(settings), encoding="utf-8")
    assert old.do("db", "upgrade") == 0
    old.adopt()


def test_what_its_settings_lack_is_named_with_its_cure(old: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, and nothing was touched."""
    assert old.do("db", "upgrade") != 0
    said = capsys.readouterr().err
    assert "prompts.outbound" in said
    assert "recording.outbound_notice" in said
    assert migrate.current(old.url) == REVISION


def test_verify_says_the_same_before_and_after(now: Installation, told: Callable[[Installation], Any]) -> None:
    """Rule, subject and sentence of each breach; case store, record, spool and shelf have nothing to add."""
    said = [{name: one[name] for name in ("rule", "subject", "said")} for one in but_for_sounds(told(now))]
    assert said == json.loads((LANDED / "verify.json").read_text("utf-8"))
    assert Counter(one["rule"] for one in said) == {"push_stuck": 4, "recording_missing": 1}


def test_no_row_and_no_field_is_lost(now: Installation) -> None:
    """Every table has as many rows as before, and every value stands where it stood, or where ``MOVED`` says."""
    before = rows_before()
    assert {name for name, rows in before.items() if rows} >= {
        "calls", "legs", "offers", "talks", "outcomes", "outcome_history", "callbacks", "tickets", "ticket_history",
        "outbox", "recordings", "seat_log", "accounts", "drafts", "notices", "alarms", "audit",
    }  # fmt: skip
    for table, rows in before.items():
        today = now.rows(table)
        assert len(today) == len(rows), table
        if not rows:
            continue
        key = KEYS.get(table) or keys_of(now.url, table)
        found = {tuple(plain(row[MOVED.get((table, name), (table, name))[1]]) for name in key): row for row in today}
        for row in rows:
            place = found[tuple(plain(row[name]) for name in key)]
            for name, value in row.items():
                where, column = MOVED.get((table, name), (table, name))
                if where == table and (table, name) not in GONE | ANEW:
                    assert plain(place[column]) == plain(value), f"{table}.{name} of {row}"
    assert migrate.differences(now.url) == ([], [])


def keys_of(url: str, table: str) -> tuple[str, ...]:
    """The primary key of then: what of today's the older rows have."""
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    named = sa.inspect(engine).get_pk_constraint(table)["constrained_columns"]
    engine.dispose()
    known = rows_before()[table][0]
    return tuple(name for name in named if name in known)


def test_what_is_new_is_filled_from_what_was_there(now: Installation) -> None:
    """Cases with number, code and call; tries of call-backs; which call-backs are open, and due when."""
    before = rows_before()
    delivered = {row["ticket_id"]: row for row in before["outbox"] if row["case_number"]}
    tickets = {row["ticket_id"]: row for row in before["tickets"]}
    cases = {row["ticket_id"]: row for row in now.rows("cases")}
    assert len(cases) == len(delivered) == 8
    for ticket, row in delivered.items():
        case = cases[ticket]
        assert (case["number"], case["query_code"]) == (row["case_number"], row["query_code"])
        assert (case["stream"], case["call_id"]) == (tickets[ticket]["key"], tickets[ticket]["call_id"])
        assert (case["state"], plain(case["opened_at"])) == ("filed", plain(row["delivered_at"]))
    assert len(now.rows("case_history")) == len(cases)
    assert {(row["stream"], row["key"], row["kind"]) for row in now.rows("outbox")} == {
        (row["key"], row["key"], "file") for row in before["tickets"]
    }
    owed = {row["call_id"]: row for row in before["callbacks"]}
    assert Counter(row["state"] for row in owed.values()) == {"open": 4, "done": 1}
    for task in now.rows("callbacks"):
        row = owed[task["call_id"]]
        assert (task["state"], task["number"], task["kind"], task["owner"]) == (
            row["state"], row["number"], "missed", ""
        )  # fmt: skip
        assert plain(task["due_at"]) == plain(row["made_at"])
    tried = {(one["call_id"], one["agent"], one["result"]) for one in now.rows("callback_attempts")}
    assert {result for _call, _agent, result in tried} == {"unknown", "reached"}
    assert {agent for _call, agent, _result in tried} == {"1003"}


async def test_its_case_store_is_adopted_and_the_outbox_goes_on(
    old: Installation, told: Callable[[Installation], Any]
) -> None:
    """Each old case is found by its matter; what arrived before is no second case, what waited is one, the dead are revived."""
    with closing(sqlite3.connect(old.places.casestore)) as db:
        there = dict(db.execute("SELECT key, number FROM cases"))  # by that program's key: the ticket's id
    assert len(there) == 9
    await asyncio.to_thread(upgrade, old)
    known = {one.id: one for one in (ticket_json.load(row["body"]) for row in rows_before()["tickets"])}
    (lost,) = [known[row["ticket_id"]] for row in rows_before()["outbox"] if row["error"] == "connection reset"]
    store = Store(old.url)
    tickets, outbox = TicketShelf(store), OutboxShelf(store, "xm1")
    async with cases_at(old.places.casestore) as cases:
        for ticket, number in there.items():
            receipt = await cases.store.receipt(known[ticket].key)
            assert receipt is not None
            assert receipt.number == number
        courier = Courier(
            outbox, cases.driver, RetryRule(0.01, 0.02), lambda _: None, chance=lambda: 0.5, clock=lambda: A_DAY_LATER
        )
        for letter in await tickets.dead_letters(9):
            assert await tickets.replay(letter.id, A_DAY_LATER - timedelta(days=1)) is not None
        courier.start()
        while any(await tickets.backlog()):
            await asyncio.sleep(0.01)
        await courier.stop()
        assert len(await cases.numbers()) == len(known) == 12
        assert sorted(await cases.keys()) == sorted(one.key for one in known.values())
    pushes = {push.ticket.id: push for push in await tickets.recent(99)}
    assert {push.state for push in pushes.values()} == {DeliveryState.DELIVERED}
    assert pushes[lost.id].case_number == there[lost.id]
    await store.close()
    assert {one["rule"] for one in but_for_sounds(await asyncio.to_thread(told, old))} == {"recording_missing"}


def test_its_recordings_are_opened(now: Installation) -> None:
    """By the key and the place it noted: the plain sound is what it hashed."""
    rows = {row["call_id"]: row for row in now.rows("recordings")}
    assert {row["part"] for row in rows.values()} == {1}
    (file,) = now.places.var.rglob("*.sealed")
    row = rows["xm1-1795914930.5"]
    keys = Keys(now.places.recording_keys, MasterKeyFile(now.places.secrets / "recording-master"))
    with Shelf(storage_of(now.places), ZoneInfo("Asia/Shanghai")).open(row["path"]) as sealed:
        sound = b"".join(unseal(sealed, keys.get(row["path"])))
    assert file.name == Path(row["path"]).name
    assert (len(sound), hashlib.sha256(sound).hexdigest()) == (row["plain_bytes"], row["plain_sha256"])


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[HotlineInstance]:
    """The daemon of today over that installation; Asterisk and nginx are elsewhere, and away."""
    block, places = ports.find(), Places(tmp_path / "var")
    laid = lay_out(places, f"sqlite+aiosqlite:///{places.ledger}")
    with closing(sqlite3.connect(places.ledger)) as db, db:  # whatever this machine's clock says
        db.execute("UPDATE outbox SET next_try = '2020-01-01 00:00:00.000000+00:00'")

    def alone(table: dict[str, Any]) -> None:
        log, spool = places.asterisk_log, places.spool.parent
        table["asterisk"] = {"mode": "external", "log_dir": str(log), "spool_dir": str(spool)}
        table["edge"]["mode"] = "external"
        table["prompts"]["outbound"] = NOTICE

    made = HotlineInstance(
        derive(tomllib.loads(laid.config.read_text("utf-8")), block.base, alone), places.var, base=block.base
    )
    try:
        yield made
    finally:
        made.close()
        block.free()


@pytest.mark.slow
@pytest.mark.bound(300)
def test_the_daemon_itself_goes_on_with_it(instance: HotlineInstance) -> None:
    """It brings the tables up, its case store adopts the old file, what waited is delivered once, the dead wait for a person."""

    def delivered() -> int:
        with closing(sqlite3.connect(f"file:{instance.places.ledger}?mode=ro", uri=True)) as db:
            return int(db.execute("SELECT count(*) FROM outbox WHERE state = 'delivered'").fetchone()[0])

    begin(instance)
    until(lambda: delivered() == 10, instance)
    assert instance.stop(60) == 0
    with closing(sqlite3.connect(instance.places.casestore)) as db:
        keys = [key for (key,) in db.execute("SELECT key FROM cases ORDER BY key")]
    dead = {row["ticket_id"] for row in rows_before()["outbox"] if row["state"] == "poisoned"}
    assert keys == sorted(row["key"] for row in rows_before()["tickets"] if row["ticket_id"] not in dead)
    found = json.loads(instance.command("verify", "--json").stdout)["details"]
    assert {one["subject"] for one in found if one["rule"] == "push_stuck"} == dead
    assert {one["rule"] for one in but_for_sounds(found)} == {"push_stuck", "recording_missing"}
    with closing(sqlite3.connect(instance.places.ledger)) as db:
        assert db.execute("SELECT count(*) FROM calls").fetchone() == (18,)

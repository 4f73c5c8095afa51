"""The case store in PostgreSQL: once a key, one order of events, two programs at one database, and its backup."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bridge.case_store_messages import filing
from bridge.drivers import Heard, Receipt, Unreachable
from casestore import migrate
from casestore.engine import make_engine
from casestore.tables import metadata
from hotline.cli import main
from hotline.verbs.backups import case_reader
from ledger import migrate as ledger_migrate
from tests.bridge.made import NOON, ticket
from tests.casestore.kit import cases_at
from tests.hotline.test_backup import CALL, LATER, City
from tests.hotline.test_backup_postgresql import tools  # noqa: F401 - a fixture
from tests.ledger.conftest import postgres, psycopg_url  # noqa: F401 - a fixture

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(postgres: str, request: pytest.FixtureRequest) -> Iterator[str]:  # noqa: F811
    """A new, empty database."""
    name = f"cases_{os.getpid()}_{abs(hash(request.node.name)) % 10**6}"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    yield psycopg_url(postgres, name)
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_two_programs_at_one_database_are_one_store(url: str) -> None:
    """By mistake only; even so a key is one case, and events come in one order without a gap."""
    messages = [filing(ticket(n)) for n in range(20)]
    async with cases_at(url, NOON) as one, cases_at(url, NOON) as other:
        answers = await asyncio.gather(*(to.driver.deliver(each) for each in messages for to in (one, other)))
        again = [await other.driver.deliver(each) for each in messages]
        assert all(isinstance(each, Receipt) for each in again)
        assert {each for each in answers if isinstance(each, Receipt)} <= set(again)
        assert len(await one.numbers()) == len(set(again)) == 20
        heard = await one.driver.hear("", 500)
        assert isinstance(heard, Heard)
        assert {each.case_number for each in heard.events} == set(await one.numbers())
        assert len(heard.events) == 20
        receipt = again[0]
        assert isinstance(receipt, Receipt)
        asked = {"number": receipt.case_number, "code": receipt.query_code}
        assert (await one.client.post("/inquiries", json=asked, headers=one.headers)).json()["word"] == "信息报送"


def test_its_tables_are_what_the_program_thinks(url: str) -> None:
    assert migrate.upgrade(url)
    assert not migrate.upgrade(url)
    engine = make_engine(url, pooled=False)
    with engine.begin() as db:
        context = MigrationContext.configure(db, opts={"version_table": migrate.VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_ledger_s_database_is_refused(url: str) -> None:
    ledger_migrate.upgrade(url)
    with pytest.raises(migrate.WrongDatabase, match=r"casestore\.url"):
        migrate.upgrade(url)


async def test_a_server_that_goes_away_says_no_password(url: str) -> None:
    gone = (
        sa.make_url(url).set(password="very-secret", query={"host": "/nowhere"}).render_as_string(hide_password=False)
    )
    async with cases_at(gone, NOON, opened=False) as cases:
        with pytest.raises(Exception, match="nowhere") as fault:
            await cases.database.open()
        assert "very-secret" not in str(fault.value)
        assert isinstance(await cases.driver.deliver(filing(ticket())), Unreachable)


async def test_it_is_backed_up_and_gives_tickets_back(
    url: str, tmp_path: Path, tools: None, capsys: pytest.CaptureFixture[str]  # noqa: F811
) -> None:  # fmt: skip
    """A ledger older than its case store gets the ticket back; a lost store comes back from the dump."""
    city = City(tmp_path)
    text = city.config.read_text(encoding="utf-8")
    head, mark, tail = text.partition("[casestore]")
    city.config.write_text(head + mark + tail.replace('"sqlite"', f'"{url}"', 1), encoding="utf-8")
    city.cases_url = url
    first = await city.file(CALL)
    folder = tmp_path / "backup"
    assert await asyncio.to_thread(main, city.words("backup", str(folder), "--json")) == 0
    assert (folder / "casestore.dump").stat().st_mode & 0o077 == 0
    later = await city.file(LATER)
    capsys.readouterr()
    assert await asyncio.to_thread(main, city.words("restore", str(folder), "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["casestore"], told["tickets_taken_back"]) == ("kept", 1)
    assert await city.file(LATER) == later
    assert await asyncio.to_thread(main, city.words("restore", str(folder), "--everything", "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["casestore"] == "restored"
    assert (Path(told["set_aside"]) / "casestore.dump").exists()
    assert [case.number for some in case_reader.known(url) for case in some] == first

"""Which driver the settings choose, and what is wrong with them: told by name, with a cure, and never what a secret holds."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bridge.case_store_choice import chosen, faults, shown, sql_faults
from bridge.drivers.native import Native
from bridge.drivers.old import Old
from bridge.drivers.open311 import Open311
from bridge.drivers.sql import DDL, Sql
from bridge.drivers.webhook import Webhook
from config import secrets as secret_names
from config.files import FileRefused
from config.read import SettingsError, parse
from config.settings import Settings

TREE = Path(__file__).resolve().parents[2]
SECRET = "0123456789abcdef0123"
STORES: dict[str, dict[str, Any]] = {
    "native": {}, "embedded": {}, "open311": {"url": "https://311.city.example/v2", "service": "001"},
    "old": {"url": "https://old.city.example"}, "webhook": {"url": "https://hook.city.example/in"},
    "sql": {"url": "postgresql+psycopg://hotline@db.city.example/cases"},
}  # fmt: skip
SECRETS = {
    secret_names.CASESTORE: SECRET, secret_names.CASESTORE_KEY: SECRET, secret_names.CASESTORE_WEBHOOK: SECRET,
    secret_names.CASESTORE_CALLBACK: SECRET, secret_names.CASESTORE_SQL_PASSWORD: SECRET,
}  # fmt: skip


def settings(driver: str, **more: Any) -> Settings:
    table = tomllib.loads((TREE / "hotline.toml").read_text("utf-8"))
    table["casestore"] |= {"driver": driver} | ({driver: STORES[driver] | more} if STORES[driver] else {})
    return parse(table)


@pytest.mark.parametrize(
    ("driver", "kind"),
    [("native", Native), ("embedded", Native), ("open311", Open311), ("old", Old), ("webhook", Webhook), ("sql", Sql)],
)
async def test_each_is_made(driver: str, kind: type) -> None:
    one = chosen(settings(driver), SECRETS)
    assert isinstance(one.driver, kind)
    assert len(one.name) <= 32
    assert faults(settings(driver), SECRETS) == []
    await one.driver.close()


def test_without_its_table_a_driver_is_refused() -> None:
    for driver in ("open311", "old", "webhook", "sql"):
        table = tomllib.loads((TREE / "hotline.toml").read_text("utf-8"))
        table["casestore"]["driver"] = driver
        with pytest.raises(SettingsError, match=rf"casestore\.{driver}"):
            parse(table)


@pytest.mark.parametrize(
    "url",
    ["http://311.city.example/v2", "https://user:pw@311.city.example", "https://311.city.example/?api_key=x", "ftp://x",
     "http://127.0.0.1.evil.example/", "//x", "https://"],
)  # fmt: skip
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(SettingsError, match=r"casestore\.open311\.url"):
        settings("open311", url=url)


def test_a_password_does_not_stand_in_the_settings() -> None:
    with pytest.raises(SettingsError, match=r"casestore\.sql\.url"):
        settings("sql", url="postgresql+psycopg://hotline:geheim@db/cases")


def test_what_is_wrong_with_secrets_is_named_and_not_told() -> None:
    for driver, name in (("open311", secret_names.CASESTORE_KEY), ("old", secret_names.CASESTORE_KEY)):
        (fault,) = faults(settings(driver), {})
        assert (fault.field, fault.starts) == (f"VAR/secrets/{name}", True)
    bad = SECRETS | {secret_names.CASESTORE_CALLBACK: "whsec_no!", secret_names.CASESTORE_WEBHOOK: "tooshort"}
    found = faults(settings("webhook"), bad)
    assert len(found) == 2
    assert not any("whsec_no" in f"{one}" or "tooshort" in f"{one}" for one in found)
    with pytest.raises(FileRefused) as refused:
        chosen(settings("webhook"), bad)
    assert "tooshort" not in str(refused.value)
    assert faults(settings("webhook"), {}) == []  # made at the first start


def test_what_the_citys_database_lacks(tmp_path: Path) -> None:
    file = tmp_path / "city.db"
    given = settings("sql", url=f"sqlite:///{file}")
    engine = sa.create_engine(f"sqlite:///{file}")
    assert [one.message for one in sql_faults(given, {})] != []
    with engine.begin() as db:
        for statement in DDL.split(";"):
            if statement.strip():
                db.execute(sa.text(statement))
    assert sql_faults(given, {}) == []
    with engine.begin() as db:
        db.execute(sa.text("ALTER TABLE hotline_messages DROP COLUMN refused"))
    (fault,) = sql_faults(given, {})
    assert "hotline_messages.refused" in fault.message
    engine.dispose()


def test_who_it_speaks_to_is_shown_without_a_password() -> None:
    assert shown(settings("open311")) == "open311, 311.city.example"
    assert shown(settings("sql")) == "sql, db.city.example"
    assert shown(settings("native")) == "native"

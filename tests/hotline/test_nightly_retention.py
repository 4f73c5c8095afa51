"""A night's deleting: what the settings say, in steps with a rest, told in the audit log; counted first where asked."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from config.file_places import Places
from config.settings import Settings
from hotline.books import nightly_retention as n
from hotline.cli import main
from hotline.lab.hotline_instance import derive, shipped
from ledger import migrate
from ledger import tables as t
from ledger.audit_log import AuditLog
from ledger.retention import BATCH, names
from ledger.store import Store

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)


def settings(**kept: object) -> Settings:
    def put(raw: dict[str, object]) -> None:
        raw["retention"] = {"line_checks_days": 30, "record_files_days": 30, **kept}

    return Settings.model_validate(derive(shipped(), 20000, put))


async def ledger(tmp_path: Path, read: datetime | None = None) -> Store:
    url = f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}"
    migrate.upgrade(url)
    store = Store(url)
    async with store.writing() as db:
        checks = [
            {"line": "citizen", "at": NOW - timedelta(days=31, minutes=one), "ok": True} for one in range(BATCH + 5)
        ]
        await db.execute(sa.insert(t.line_checks), [*checks, {"line": "citizen", "at": NOW, "ok": True}])
        if read is not None:
            mark = {
                "node": settings().centre.node,
                "source": "cel",
                "inode": 1,
                "offset": 1,
                "row_at": read.timestamp(),
            }
            more = {"resume_inode": 1, "resume_offset": 0, "moved_at": NOW}
            await db.execute(sa.insert(t.tail_marks), [{**mark, **more}])
    return store


async def test_a_night_deletes_in_steps_and_says_so(tmp_path: Path) -> None:
    store, rests = await ledger(tmp_path), list[float]()

    async def rest(seconds: float) -> None:
        rests.append(seconds)

    deleting = n.Deleting(store, AuditLog(store), settings(), Places(tmp_path), rest)
    counted = await deleting.count(NOW)
    assert counted["line_checks"] == BATCH + 5
    assert (await AuditLog(store).head())[0] == 0, "counting changes nothing"
    assert await deleting.run(NOW, "hotline") == counted
    assert rests == [n.REST_SECONDS], "others write between two batches"
    (entry,), _whole = await AuditLog(store).page(5)
    assert (entry.actor, entry.action, json.loads(entry.detail)) == (
        "hotline",
        "retention",
        {"line_checks": str(BATCH + 5)},
    )
    assert not any((await deleting.run(NOW, "hotline")).values())
    assert (await AuditLog(store).head())[0] == 1, "a night without anything to delete writes nothing"
    await store.close()


def test_every_kind_of_the_ledger_has_its_days() -> None:
    assert {*names(), n.FILES} == set(n.days(settings()))


async def test_what_is_kept_for_ever_is_not_looked_at(tmp_path: Path) -> None:
    store = await ledger(tmp_path)
    kept = settings(line_checks_days=0, record_files_days=0)
    found = await n.Deleting(store, AuditLog(store), kept, Places(tmp_path)).count(NOW)
    assert not {"line_checks", "record_files"} & found.keys()
    await store.close()


@pytest.mark.parametrize(("read", "left"), [(timedelta(), ["hotline.csv", "hotline.csv-20260924"]),
                                            (timedelta(days=59, hours=12), ["hotline.csv", "hotline.csv-20260801", "hotline.csv-20260924"])])  # fmt: skip
async def test_only_renamed_files_that_the_ledger_has_read_are_deleted(
    tmp_path: Path, read: timedelta, left: list[str]
) -> None:
    """However old: a daemon that was away for two months has them still to read."""
    store, places = await ledger(tmp_path, NOW - read), Places(tmp_path)
    places.cel.parent.mkdir(parents=True)
    for name, days in (("hotline.csv", 90), ("hotline.csv-20260801", 60), ("hotline.csv-20260924", 7)):
        file = places.cel.parent / name
        file.write_text("row\n")
        moment = (NOW - timedelta(days=days)).timestamp()
        os.utime(file, (moment, moment))
    deleting = n.Deleting(store, AuditLog(store), settings(), places)
    assert (await deleting.count(NOW))["record_files"] == 3 - len(left)
    await deleting.run(NOW, "hotline")
    assert sorted(file.name for file in places.cel.parent.iterdir()) == left
    await store.close()


def test_it_is_due_once_a_night_in_the_centres_time(tmp_path: Path) -> None:
    store = Store(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}")
    deleting = n.Deleting(store, AuditLog(store), settings(), Places(tmp_path))
    night = n.NightlyRetention(deleting, settings(at="03:30"))
    before = datetime(2026, 9, 30, 19, 29, tzinfo=UTC)  # 03:29 in Xiamen
    assert night.next(before) == before + timedelta(minutes=1)
    assert night.next(before + timedelta(minutes=1)) == before + timedelta(days=1, minutes=1)


def test_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run counts and changes nothing."""
    migrate.upgrade(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}")
    file = Path("hotline.toml").absolute()
    words = ["retention", "--config", str(file), "--var", str(tmp_path), "--json"]
    assert main([*words, "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["dry_run"] is True
    assert main(words) == 0
    assert set(json.loads(capsys.readouterr().out)["deleted"].values()) == {0}

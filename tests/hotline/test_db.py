"""``hotline db``: up to date at once and the second time; a dead database is said, not raised."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from config.file_places import Places
from config.read import read
from hotline.cli import main
from hotline.verbs import check
from hotline.verbs.check_result import State
from ledger import migrate
from tests import new_ledger

CONFIG = Path(__file__).parents[2] / "hotline.toml"


def _ledger(var: Path) -> None:
    """Up to date."""
    places = Places(var)
    places.make()
    new_ledger.make(places.ledger)


def test_upgrade_then_current(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A new machine: not up to date, upgraded, up to date, and silent work the second time."""
    common = ["--config", str(CONFIG), "--var", str(tmp_path / "var")]
    assert main(["db", "current", *common]) == 1
    assert main(["db", "upgrade", *common]) == 0
    assert main(["db", "upgrade", *common]) == 0
    assert main(["db", "current", *common]) == 0
    assert migrate.head() in capsys.readouterr().out


def test_a_dead_database_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No server at the url: one line, exit status 3."""
    text = CONFIG.read_text(encoding="utf-8")
    config = tmp_path / "hotline.toml"
    config.write_text(
        text.replace('url = "sqlite"', 'url = "postgresql+psycopg://nobody@127.0.0.1:12499/none"', 1), encoding="utf-8"
    )
    assert main(["db", "upgrade", "--config", str(config), "--var", str(tmp_path)]) == 3
    assert len(capsys.readouterr().err.strip()) > 10


def test_a_newer_ledger_is_refused_by_every_verb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence without a traceback, status 3; ``check`` calls it a failure; the ledger is as it was."""
    var = tmp_path / "var"
    common = ["--config", str(CONFIG), "--var", str(var)]
    _ledger(var)
    with closing(sqlite3.connect(var / "ledger.db")) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.commit()
    verbs = (
        ["db", "upgrade"], ["db", "current"], ["verify"], ["report", "kpi"], ["report", "calls"], ["recording", "verify"],
        ["backup", str(tmp_path / "backup")],
    )  # fmt: skip
    for verb in verbs:
        capsys.readouterr()
        assert main([*verb, *common]) == 3, verb
        said = capsys.readouterr().err
        assert "9999" in said, verb
        assert "Traceback" not in said
        assert len(said.strip().splitlines()) == 1
    found = [one for one in check.everything(read(CONFIG), Places(var), CONFIG) if one.name == "database"]
    assert [one.state for one in found] == [State.FAIL]
    assert "9999" in found[0].message


def test_check_names_what_a_ledger_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At the newest revision, and yet a column is missing: a failure that names it; ``db upgrade`` makes it."""
    var = tmp_path / "var"
    common = ["--config", str(CONFIG), "--var", str(var)]
    _ledger(var)
    with closing(sqlite3.connect(var / "ledger.db")) as db:
        db.execute("ALTER TABLE notices DROP COLUMN heard")
    for state, upgrade in ((State.FAIL, True), (State.OK, False)):
        (found,) = (one for one in check.everything(read(CONFIG), Places(var), CONFIG) if one.name == "database")
        assert found.state is state
        if upgrade:
            assert "notices.heard" in found.message
            assert main(["db", "upgrade", *common]) == 0


@pytest.mark.parametrize("there", [False, True])
def test_check_tells_a_ledger_that_is_away_from_a_wrong_one(tmp_path: Path, there: bool) -> None:
    """Nobody listens at that port; an update asks for the difference (``hotline.relaunch``)."""
    settings, var = read(CONFIG), tmp_path / "var"
    if there:
        var.mkdir()
        (var / "ledger.db").write_bytes(b"no database at all " * 500)
    else:
        ledger = settings.ledger.model_copy(update={"url": "postgresql+psycopg://u:p@127.0.0.1:1/hotline"})
        settings = settings.model_copy(update={"ledger": ledger})
    (found,) = (one for one in check.everything(settings, Places(var), CONFIG) if one.name == "database")
    assert (found.state, found.away) == (State.FAIL, not there)


@pytest.mark.parametrize("words", [["verify"], ["verify", "--quick"]])
def test_verify_says_that_a_ledger_is_damaged(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Random bytes in the file: a breach with its cure, no traceback and no 'ok'."""
    var = tmp_path / "var"
    common = ["--config", str(CONFIG), "--var", str(var)]
    _ledger(var)
    ledger = var / "ledger.db"
    with open(ledger, "r+b") as file:
        file.seek(ledger.stat().st_size // 8192 * 4096)
        file.write(bytes(range(256)) * 64)
    assert main([*words, *common]) == 1
    assert "database_damaged" in capsys.readouterr().out


def test_where_it_stands_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For programs: the status is the same as without."""
    common = ["--config", str(CONFIG), "--var", str(tmp_path / "var"), "--json"]
    assert main(["db", "current", *common]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["revision"], said["needed"]) == (None, migrate.head())
    assert main(["db", "upgrade", *common[:-1]]) == 0
    capsys.readouterr()
    assert main(["db", "current", *common]) == 0
    assert json.loads(capsys.readouterr().out)["standing"] == "current"

"""``hotline db``: up to date at once and the second time; a dead database is said, not raised."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.cli import main
from ledger import migrate

CONFIG = Path(__file__).parents[2] / "hotline.toml"


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
        text.replace('url = "sqlite"', 'url = "postgresql+psycopg://nobody@127.0.0.1:12499/none"'), encoding="utf-8"
    )
    assert main(["db", "upgrade", "--config", str(config), "--var", str(tmp_path)]) == 3
    assert len(capsys.readouterr().err.strip()) > 10

"""The daemon begins anew by the name it was called by, and asks the release which that leads to first."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from config.file_places import Places
from config.read import parse
from hotline import relaunch, reload
from hotline.lab.hotline_instance import shipped


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The name; ``leads_to`` points it."""
    current = tmp_path / "current"
    monkeypatch.setenv(relaunch.LAUNCHER, str(current / "bin" / "hotline"))
    return current


def leads_to(current: Path, version: str, script: str) -> Path:
    home = current.parent / f"hotline-{version}"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "hotline").write_text(f"#!/bin/sh\n{script}\n")
    (home / "bin" / "hotline").chmod(0o755)
    current.unlink(missing_ok=True)
    current.symlink_to(home)
    return home


def judged(tmp_path: Path, config: str = "hotline.toml") -> reload.Outcome:
    return reload.judge(parse(shipped()), Path(config), Places(tmp_path / "var"), 1.0)


def test_a_checkout_begins_anew_as_it_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(relaunch.LAUNCHER, raising=False)
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "hotline.cli", "run"])
    assert relaunch.command() == [sys.executable, "-m", "hotline.cli", "run"]
    assert relaunch.another() is None


def test_a_release_begins_anew_by_its_name(launcher: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["cli.py", "run", "--var", "/v"])
    assert relaunch.command() == [str(launcher / "bin" / "hotline"), "run", "--var", "/v"]


def test_the_same_release_is_not_asked(launcher: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = leads_to(launcher, "1", "exit 1")
    monkeypatch.setattr(relaunch, "HOME", home)
    assert relaunch.another() is None


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo '!! /x is not installed. Cure: /x/install' >&2; exit 3", "/x is not installed"),
        ("echo 'ImportError: no module' >&2; exit 1", "ImportError: no module"),
        ("echo '[1]'", "?"),
    ],
)
def test_one_that_does_not_run_is_refused(launcher: Path, tmp_path: Path, script: str, said: str) -> None:
    leads_to(launcher, "2", script)
    outcome = judged(tmp_path)
    assert outcome.state == "refused"
    assert said in outcome.problems[0]
    assert str(launcher) in outcome.problems[0]


def test_a_name_that_leads_nowhere_is_refused(launcher: Path, tmp_path: Path) -> None:
    launcher.symlink_to(tmp_path / "gone")
    assert judged(tmp_path).state == "refused"


def test_its_word_about_the_settings_counts(launcher: Path, tmp_path: Path) -> None:
    """What it calls wrong is refused; what only it knows is taken."""
    found = [{"name": "settings", "state": "fail", "message": "seats.new: wrong", "cure": ""}]
    leads_to(launcher, "3", f"echo '{json.dumps(found)}'; exit 2")
    assert judged(tmp_path).problems == ["seats.new: wrong"]
    home = leads_to(launcher, "4", "echo '[]'")
    newer = tmp_path / "newer.toml"
    newer.write_text("[what_only_the_new_one_knows]\nx = 1\n")
    outcome = judged(tmp_path, str(newer))
    assert outcome.state == "going"
    assert outcome.changed == [f"program: {relaunch.HOME} → {home}"]


def test_a_ledger_that_is_merely_away_refuses_nobody(launcher: Path, tmp_path: Path) -> None:
    """No release is the wrong one for it: the new one waits for it as this one does."""
    found = [{"name": "database", "state": "fail", "message": "does not answer", "cure": "", "away": True}]
    leads_to(launcher, "6", f"echo '{json.dumps(found)}'; exit 1")
    assert judged(tmp_path).state == "going"


def test_an_older_release_than_the_ledger_is_refused(launcher: Path, tmp_path: Path) -> None:
    """Going back needs the backup of before; other findings (ports that we hold ourselves) are its start's own matter."""
    found = [
        {"name": "ports", "state": "fail", "message": "taken", "cure": ""},
        {"name": "database", "state": "fail", "message": "made by a newer program", "cure": ""},
    ]
    leads_to(launcher, "5", f"echo '{json.dumps(found)}'; exit 1")
    assert judged(tmp_path).problems == ["made by a newer program"]

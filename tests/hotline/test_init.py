"""The first settings of a centre: they run as they are, and nothing that is there is written over."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import language
from config.read import read
from hotline import cli
from hotline.relaunch import LAUNCHER
from hotline.verbs import init

NAMES = (init.SETTINGS, init.UNIT, init.NGINX, init.LOGROTATE)


@pytest.fixture(autouse=True)
def called_by(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """As from an unpacked release."""
    monkeypatch.setenv(LAUNCHER, "/opt/hotline/current/bin/hotline")
    with language.speaking("en"):
        yield "/opt/hotline/current/bin/hotline"


def unit(folder: Path) -> dict[str, dict[str, str]]:
    told = configparser.ConfigParser(strict=True, interpolation=None)
    told.optionxform = str  # type: ignore[method-assign, assignment]
    told.read(folder / init.UNIT)
    return {section: dict(told[section]) for section in told.sections()}


def test_four_files_are_written_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["init", str(tmp_path / "etc")]) == 0
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "etc" / name) for name in NAMES]
    assert {path.name for path in (tmp_path / "etc").iterdir()} == set(NAMES)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "etc").iterdir()} == {0o644}
    read(tmp_path / "etc" / init.SETTINGS)


@pytest.mark.parametrize("there", NAMES)
def test_what_is_there_is_not_written_over(tmp_path: Path, there: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A link that leads nowhere is there too; then nothing at all is written."""
    (tmp_path / there).symlink_to(tmp_path / "nowhere")
    assert cli.main(["init", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert str(tmp_path / there) in told
    assert "Cure:" in told
    assert [path.name for path in tmp_path.iterdir()] == [there]


def test_the_second_time_says_all_that_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["init", str(tmp_path)])
    mine = (tmp_path / init.SETTINGS).read_bytes() + b"# edited\n"
    (tmp_path / init.SETTINGS).write_bytes(mine)
    assert cli.main(["init", str(tmp_path), "--bind", "10.0.0.5"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == len(NAMES)
    assert (tmp_path / init.SETTINGS).read_bytes() == mine


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (["--bind", "10.0.0.256"], "--bind"), (["--bind", "0.0.0.0"], "--bind"), (["--bind", "2001:db8::5"], "--bind"),
        (["--bind", 'x"\n[ports]'], "--bind"), (["--user", "Hot Line"], "--user"), (["--user", "-u"], "--user"),
        (["--var", "/var/lib/hot line"], "--var"), (["--var", "/var/%h"], "--var"),
    ],
)  # fmt: skip
def test_what_a_unit_or_the_settings_cannot_hold_is_refused(
    tmp_path: Path, words: list[str], field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [f"{words[0]}={words[1]}"]
    assert cli.main(["init", str(tmp_path / "etc"), *given]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"{field}: ")
    assert "Cure:" in told
    assert not (tmp_path / "etc").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "etc").touch()
    assert cli.main(["init", str(tmp_path / "etc")]) == 2
    assert "Cure: name another folder" in capsys.readouterr().err


def test_the_address_stands_where_seats_and_carriers_look(tmp_path: Path) -> None:
    address = "10.0.0.5"
    assert cli.main(["init", str(tmp_path), "--bind", address]) == 0
    settings = read(tmp_path / init.SETTINGS)
    assert (str(settings.asterisk.bind), str(settings.edge.bind), list(settings.edge.names)) == (
        address,
        address,
        [address],
    )


def test_the_unit_runs_all_of_it_as_one_user(tmp_path: Path, called_by: str) -> None:
    """Shut in as the shipped one; restarts and limits are its own."""
    assert cli.main(["init", str(tmp_path), "--user", "line"]) == 0
    told = unit(tmp_path)
    service = told["Service"]
    assert service["ExecStart"] == f"{called_by} run --config {tmp_path}/hotline.toml --var /var/lib/hotline"
    assert (service["User"], service["Group"], service["StateDirectory"], service["Type"]) == (
        "line",
        "line",
        "hotline",
        "notify",
    )
    assert (service["KillMode"], service["Restart"], service["RestartPreventExitStatus"]) == ("process", "always", "2")
    assert (service["ProtectSystem"], service["NoNewPrivileges"]) == ("strict", "yes")
    assert told["Unit"]["StartLimitIntervalSec"] == "0"
    text = (tmp_path / init.UNIT).read_text("utf-8")
    assert "hotline-asterisk" not in text
    assert "SupplementaryGroups" not in text


def test_a_var_elsewhere_may_be_written_to(tmp_path: Path) -> None:
    assert cli.main(["init", str(tmp_path), "--var", "/data/hotline"]) == 0
    service = unit(tmp_path)["Service"]
    assert service["ReadWritePaths"] == "/data/hotline"
    assert "StateDirectory" not in service


PROGRAM, ETC, VAR = "/opt/hotline/current/bin/hotline", Path("/etc/hotline/hotline.toml"), Path("/var/lib/hotline")


@pytest.mark.parametrize(
    ("program", "config", "var", "hidden"),
    [
        (PROGRAM, ETC, VAR, "yes"),
        ("/home/li/hotline/bin/hotline", ETC, VAR, "no"),
        (PROGRAM, Path("/root/hotline.toml"), VAR, "no"),
        (PROGRAM, ETC, Path("/run/user/1000/hotline"), "no"),
        ("/homes/li/hotline", ETC, VAR, "yes"),
    ],
)
def test_what_lies_at_somebodys_home_is_not_hidden_from_the_unit(
    program: str, config: Path, var: Path, hidden: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could not start: systemd hides these folders from a service that says ``ProtectHome=yes``."""
    monkeypatch.setenv(LAUNCHER, program)
    told = init.unit(config, var, "hotline").splitlines()
    assert [line for line in told if line.startswith("ProtectHome=")] == [f"ProtectHome={hidden}"]


def test_a_link_that_leads_home_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "hotline").symlink_to(tmp_path / "home" / "hotline")
    monkeypatch.setattr(init, "HOMES", (tmp_path / "home",))
    monkeypatch.setenv(LAUNCHER, str(tmp_path / "hotline"))
    assert "ProtectHome=no" in init.unit(ETC, VAR, "hotline").splitlines()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_takes_the_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LAUNCHER, "/bin/true")
    assert cli.main(["init", str(tmp_path), "--user", "root"]) == 0
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / init.UNIT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if init.UNIT in line]) == (0, [])


def test_logrotate_renames_and_never_copies(tmp_path: Path) -> None:
    """What retention looks for, in the folder it looks in; Asterisk is told to go on in new files."""
    cli.main(["init", str(tmp_path)])
    text = (tmp_path / init.LOGROTATE).read_text("utf-8")
    words = [line.strip() for line in text.splitlines() if not line.startswith("#")]
    assert words[0] == "/var/lib/hotline/asterisk/log/cel-custom/hotline.csv /var/lib/hotline/asterisk/log/queue_log {"
    assert {"nocreate", "nocompress", "dateext", "dateformat .%Y%m%d"} <= set(words)
    assert "copytruncate" not in text
    assert any(line.endswith("-- logger reload") for line in words)
    if shutil.which("logrotate"):
        done = subprocess.run(
            ["logrotate", "-d", str(tmp_path / init.LOGROTATE)], capture_output=True, text=True, check=False
        )
        assert "error" not in done.stderr

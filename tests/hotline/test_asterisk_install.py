"""Getting an Asterisk: what there is, what it is open to, and what stands in the way."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hotline.programs import apt_sources, asterisk_found, asterisk_install, asterisk_packages
from hotline.programs.asterisk_install import install
from hotline.programs.asterisk_packages import InstallError, Source


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Asterisk."""
    monkeypatch.setattr(asterisk_found, "SYSTEM", ())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("HOTLINE_ASTERISK", raising=False)
    (tmp_path / "bin").mkdir()
    return tmp_path


def pretend(root: Path, version: str) -> None:
    """An unpacked Asterisk that only says its version."""
    (root / "usr/sbin").mkdir(parents=True)
    (root / "usr/lib64").mkdir()
    (root / "usr/sbin/asterisk").write_text("")
    loader = root / "usr/lib64/ld-linux-x86-64.so.2"
    loader.write_text(f"#!/bin/sh\necho 'Asterisk {version}+dfsg-1'\n")
    loader.chmod(0o755)


def program(bare: Path, name: str, script: str) -> None:
    (bare / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
    (bare / "bin" / name).chmod(0o755)


def test_one_that_is_there_is_used_without_a_word(bare: Path) -> None:
    """The second time nothing is done and nothing is said."""
    pretend(asterisk_found.unpacked(), "22.10.1")
    said: list[str] = []
    found, version = install(said.append)
    assert (found.root, version, said) == (asterisk_found.unpacked(), (22, 10, 1), [])


def test_an_old_one_is_not_good_enough(bare: Path) -> None:
    """Below the release that closed the advisories it is passed over, and what it is open to can be told."""
    pretend(asterisk_found.unpacked(), "22.5.0")
    assert asterisk_found.find() is None
    assert [version for _one, version in asterisk_found.everything()] == [(22, 5, 0)]
    assert any("ICE" in risk for risk in asterisk_found.risks((22, 5, 0)))
    assert not asterisk_found.risks((22, 10, 1))
    assert not asterisk_found.risks((22, 11, 0))


def test_no_apt(bare: Path) -> None:
    """Without apt the message names what is missing and the cure."""
    with pytest.raises(InstallError, match="apt-get"):
        install(lambda _line: None)


def test_no_network(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mirror that can not be reached is told by name, and no half Asterisk is left behind."""
    for name in ("dpkg-deb", "tar", "apt-cache"):
        program(bare, name, "exit 0")
    program(bare, "apt-get", "echo 'W: Failed to fetch http://mirror.example/debian: no route' >&2; exit 0")
    monkeypatch.setattr(apt_sources, "KEYRING", __file__)
    monkeypatch.setattr(asterisk_install, "where", lambda: Source("http://mirror.example/debian", "sid"))
    with pytest.raises(InstallError, match="no route"):
        install(lambda _line: None)
    assert [path.name for path in asterisk_found.cache().iterdir()] == [".install.lock"]


def test_never_unsigned(bare: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The source names Debian's keyring, and every way around a signature is shut whatever the machine's apt says."""
    asked: list[list[str]] = []
    monkeypatch.setattr(asterisk_packages, "_run", lambda command, _fault: asked.append(command))
    asterisk_packages.fetched(tmp_path, Source("http://mirror.example/debian", "sid"))
    assert len(asked) == 2
    line = (tmp_path / "sources.list").read_text()
    assert "signed-by=/usr/share/keyrings/debian-archive-keyring.gpg" in line
    assert "trusted" not in line
    for command in asked:
        assert "-oAPT::Get::AllowUnauthenticated=false" in command
        assert "-oAcquire::AllowInsecureRepositories=false" in command


@pytest.mark.live
def test_the_installed_one_runs() -> None:
    """Through its own loader, with its modules and its documentation."""
    found = asterisk_found.find()
    assert found is not None
    assert found[1] >= asterisk_found.LEAST
    assert found[0].documentation is not None
    help_text = subprocess.run(found[0].command("-h"), capture_output=True, text=True, check=False).stdout
    assert "Asterisk" in help_text


def test_a_home_that_is_hidden_is_no_reason_not_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """By ``ProtectHome=yes`` the daemon's user may not look into homes, where an Asterisk is looked for last."""
    hidden = Path("/home/hotline/.cache/hotline/asterisk-22")
    looked = Path.is_file

    def refused(file: Path) -> bool:
        if file.is_relative_to("/home"):
            raise PermissionError(13, "Permission denied", str(file))
        return looked(file)

    monkeypatch.setattr(Path, "is_file", refused)
    assert asterisk_found.at(hidden) is None

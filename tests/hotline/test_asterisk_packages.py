"""Packages of Asterisk: kept as a folder, taken from it without a network, known by their hashes when they were tried."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import pytest

from hotline.programs import asterisk_found, asterisk_install, asterisk_packages
from hotline.programs.asterisk_packages import InstallError, Source, Tried


def package(folder: Path, name: str, content: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}_1%3a2.0_amd64.deb").write_text(content)
    return folder / f"{name}_1%3a2.0_amd64.deb"


def rows(file: Path, of: dict[str, list[Path]]) -> Path:
    lines = [f"{name},{one.name},{asterisk_packages.sha256(one)}" for name, packages in of.items() for one in packages]
    file.write_text("\n".join(["set,package,sha256", *lines]) + "\n")
    return file


def test_a_set_is_known_when_each_of_its_packages_is_there_and_no_other(tmp_path: Path) -> None:
    one, two, other = (package(tmp_path, name, name) for name in ("asterisk", "libssl", "libc6"))
    known = rows(tmp_path / "tried.csv", {"22.10.1": [one, two], "22.11.0": [one, other]})
    assert asterisk_packages.tried([one, two], known) == Tried("22.10.1")
    assert asterisk_packages.tried([other, one], known) == Tried("22.11.0")
    assert asterisk_packages.tried([one], known) == Tried("")
    assert asterisk_packages.tried([one, two, other], known) == Tried(""), "a mixture of two sets is none of them"


def test_what_was_never_tried_is_named(tmp_path: Path) -> None:
    one, two = (package(tmp_path, name, name) for name in ("asterisk", "libssl"))
    known = rows(tmp_path / "tried.csv", {"22.10.1": [one, two]})
    two.write_text("another build of it")
    assert asterisk_packages.tried([one, two], known) == Tried("", ("libssl",))


def test_the_shipped_list_is_whole() -> None:
    with asterisk_packages.TRIED.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    sets = {row["set"] for row in told}
    for name in sets:
        mine = [row for row in told if row["set"] == name]
        assert len({row["sha256"] for row in mine}) == len(mine) > 100
        assert all(len(row["sha256"]) == 64 for row in mine)
        heads = {row["package"].partition("_")[0] for row in mine}
        assert set(asterisk_packages.PACKAGES) <= heads


@pytest.mark.parametrize("made", [(), ("dists/sid",), ("dists/sid/InRelease", "dists/trixie/InRelease")])
def test_a_folder_that_is_none_is_refused_with_the_cure(tmp_path: Path, made: tuple[str, ...]) -> None:
    for path in made:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    with pytest.raises(InstallError, match="asterisk fetch"):
        asterisk_packages.of_folder(tmp_path)


def test_a_folder_is_asked_through_apt_as_a_mirror_is(tmp_path: Path) -> None:
    """Its signature is checked by the same keyring: nothing in it is believed for lying there."""
    folder = tmp_path / "with a space"
    (folder / "dists" / "sid").mkdir(parents=True)
    (folder / "dists" / "sid" / "InRelease").touch()
    source = asterisk_packages.of_folder(folder)
    assert source == Source(f"copy:{tmp_path}/with%20a%20space", "sid")
    assert source.line.startswith("deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] copy:")


def test_a_forged_folder_is_refused(tmp_path: Path) -> None:
    """By the real apt: a list nobody signed, without a network."""
    (tmp_path / "dists" / "sid" / "main" / "binary-amd64").mkdir(parents=True)
    (tmp_path / "dists" / "sid" / "InRelease").write_text("Origin: Debian\nSuite: unstable\nCodename: sid\n")
    (tmp_path / "dists" / "sid" / "main" / "binary-amd64" / "Packages").write_text("")
    with pytest.raises(InstallError):
        asterisk_packages.fetched(tmp_path / "draft", asterisk_packages.of_folder(tmp_path))


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """What apt would have fetched; ``keep`` makes its folder of it."""
    source, name = Source("http://mirror", "sid"), "mirror_dists_sid"
    one = package(tmp_path, "asterisk", "its content")
    arch = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
    lists = tmp_path / "draft" / "state" / "lists"
    lists.mkdir(parents=True)
    (lists / f"{name}_InRelease").write_text("signed")
    listed = f"Filename: pool/main/a/asterisk.deb\nSHA256: {asterisk_packages.sha256(one)}\n"
    (lists / f"{name}_main_binary-{arch}_Packages").write_text(listed)
    monkeypatch.setattr(asterisk_packages, "fetched", lambda _draft, _source: [one])
    return source


@pytest.mark.parametrize("name", ["dists", "pool"])
def test_folders_that_somebody_else_made_are_not_taken_away(tmp_path: Path, name: str, mirror: Source) -> None:
    """A mirror of Debian, for one, is called the same."""
    mine = tmp_path / "mirror" / name / "mine"
    mine.parent.mkdir(parents=True)
    mine.touch()
    with pytest.raises(InstallError, match=r"Cure: an empty folder|办法：使用空目录"):
        asterisk_packages.keep(tmp_path / "draft", mirror, tmp_path / "mirror")
    assert mine.exists()
    assert [one.name for one in (tmp_path / "mirror").iterdir()] == [name]


def test_its_own_folder_is_made_anew_the_second_time(tmp_path: Path, mirror: Source) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    assert asterisk_packages.keep(tmp_path / "draft", mirror, folder) == 1
    (folder / "pool" / "old.deb").touch()
    assert asterisk_packages.keep(tmp_path / "draft", mirror, folder) == 1
    assert [one.name for one in folder.glob("pool/**/*.deb")] == ["asterisk.deb"]
    assert asterisk_packages.of_folder(folder).suite == "sid"


def test_a_release_has_it_beside_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that every user of the machine finds it, and the next release too."""
    monkeypatch.setattr(asterisk_found, "RELEASE", tmp_path / "hotline-0.1.0")
    (tmp_path / "hotline-0.1.0").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert asterisk_found.unpacked() == tmp_path / "cache" / "hotline" / "asterisk-22"
    (tmp_path / "hotline-0.1.0" / "RELEASE.json").touch()
    assert asterisk_found.unpacked() == tmp_path / "asterisk-22"


def test_what_it_was_made_of_is_remembered(tmp_path: Path) -> None:
    one = asterisk_found.Asterisk(tmp_path / "usr/sbin/asterisk", tmp_path)
    assert asterisk_install.set_of(one) is None
    (tmp_path / asterisk_install.SET).write_text('{"set": "", "others": ["libc6"]}')
    assert asterisk_install.set_of(one) == Tried("", ("libc6",))
    assert asterisk_install.set_of(asterisk_found.Asterisk(Path("/usr/sbin/asterisk"))) is None


def test_a_name_that_leads_nowhere_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_ASTERISK", str(tmp_path))
    assert asterisk_found.named_missing() == str(tmp_path)
    monkeypatch.delenv("HOTLINE_ASTERISK")
    assert asterisk_found.named_missing() == ""

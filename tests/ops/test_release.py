"""The release file: the same from the same tree, whole, with what runs and nothing that only builds or tests."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tarfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILDS = ROOT / ".ci" / "release"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not (ROOT / ".git").exists(), reason="the tree is not under git")]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draft(tmp_path_factory.mktemp("release"))


def draft(folder: Path, version: str = "") -> Path:
    words: list[str | Path] = [BUILDS, "--draft", folder, *(["--version", version] if version else [])]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def content(archive: Path) -> Iterator[tarfile.TarFile]:
    with tarfile.open(archive) as opened:
        yield opened


def text(content: tarfile.TarFile, path: str) -> str:
    file = content.extractfile(f"hotline-{version()}/{path}")
    assert file is not None
    return file.read().decode()


def version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def names(lock: str) -> set[str]:
    return {one.lower().replace("_", "-") for one in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}


def test_the_same_tree_gives_the_same_file(archive: Path, tmp_path: Path) -> None:
    again = draft(tmp_path)
    assert again.name == archive.name
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(archive.read_bytes()).digest()


def test_all_of_it_lies_in_one_folder_and_belongs_to_nobody(content: tarfile.TarFile) -> None:
    parts = content.getmembers()
    assert {part.name.partition("/")[0] for part in parts} == {f"hotline-{version()}"}
    assert {(part.uid, part.gid, part.isfile()) for part in parts} == {(0, 0, True)}
    assert {part.name.partition("/")[2] for part in parts if part.mode & 0o111} == {"install", "bin/hotline"}


@pytest.mark.parametrize(
    "path",
    ["web/dist/index.html", "web/dist/cases.html", "hotline.toml", "docs/operating.md", "CHANGELOG.md", "LICENSE", "RELEASE.json",
     "hotline/data/systemd/hotline.service", "hotline/data/release/logrotate.conf", "ivr/sounds/welcome.wav",
     "ledger/migrations/env.py", "config/locale/zh/LC_MESSAGES/hotline.po", "requirements-build.lock", "hotline/data/asterisk-tried.csv"],
)  # fmt: skip
def test_what_a_day_needs_is_in_it(content: tarfile.TarFile, path: str) -> None:
    assert (
        len(text(content, path)) > 40
        if not path.endswith(".wav")
        else content.getmember(f"hotline-{version()}/{path}").size > 1000
    )


def test_nothing_in_it_builds_or_tests(content: tarfile.TarFile) -> None:
    tops = {part.name.split("/")[1] for part in content.getmembers()}
    assert not tops & {"tests", ".ci", "Makefile", "BRIEF.md"}
    assert not [part.name for part in content.getmembers() if "/web/src/" in part.name or part.name.endswith(".pyc")]


def test_its_lock_is_the_part_of_ours_that_runs(content: tarfile.TarFile) -> None:
    """Each package with its hashes as we have them; all that pyproject names; nothing that only checks or tests."""
    lock, ours = text(content, "requirements.lock"), (ROOT / "requirements.lock").read_text("utf-8")
    entries = [one for one in re.split(r"^(?=\S)", lock, flags=re.MULTILINE) if one]
    assert all(one in ours and "--hash=sha256:" in one for one in entries)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {re.split(r"[\[=<>;]", one)[0].lower() for one in project["dependencies"]}
    assert wanted <= names(lock)
    dev = {re.split(r"[\[=<>;]", one)[0].lower() for one in project["optional-dependencies"]["dev"]}
    assert not dev & names(lock)
    assert names(text(content, "requirements-build.lock")) == {"setuptools"}


def test_no_registry_is_named_in_it(content: tarfile.TarFile) -> None:
    for path in ("requirements.lock", "install", "bin/hotline"):
        assert "://" not in text(content, path)


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (["--wheelhouse", "/nowhere"], "no such folder. Cure: ./install --make-wheelhouse", 2),
        (["--wheelhouse"], "a value is missing", 2),
        (["--offline"], "--offline: there is no such option. Cure: --wheelhouse DIR", 2),
        (["--python", "/bin/true2"], "not a Python 3.11 to 3.14", 1),
    ],
)
def test_what_cannot_be_installed_is_said_with_its_cure(
    archive: Path, tmp_path: Path, words: list[str], said: str, status: int
) -> None:
    """Nothing is made then."""
    subprocess.run(["tar", "-xzf", archive, "-C", tmp_path], check=True)
    home = tmp_path / f"hotline-{version()}"
    done = subprocess.run([home / "install", *words], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr
    assert not (home / ".venv").exists()
    run = subprocess.run([home / "bin" / "hotline", "--version"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (3, f"!! {home} is not installed. Cure: {home}/install\n")


def test_a_folder_of_packages_that_lacks_one_is_refused(archive: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "-xzf", archive, "-C", tmp_path], check=True)
    home, wheels = tmp_path / f"hotline-{version()}", tmp_path / "wheels with a space"
    wheels.mkdir()
    done = subprocess.run(
        [home / "install", "--wheelhouse", wheels], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 1
    assert "--make-wheelhouse filled" in done.stderr
    assert not list((home / ".venv").glob(".ready*"))

"""The Debian packages that make an Asterisk: fetched and verified by apt, held against those that were tried, kept as a folder.

Used by ``asterisk_install.py``. apt is given folders of its own (``options``), and one source: a mirror of Debian, or a folder that
``keep`` made, which is a part of such a mirror. The signature of the archive is checked in either case by Debian's own keyring.
``hotline/data/asterisk-tried.csv`` has a row for each package of each set that our tests ran on: set, package, sha256.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.language import say as _
from hotline.programs import apt_sources

PACKAGES = ("asterisk", "asterisk-modules", "asterisk-config")
TRIED = Path(__file__).resolve().parents[1] / "data" / "asterisk-tried.csv"
KEPT = ("dists", "pool")
MARK = "hotline-asterisk-fetch"
"""Lies in a folder that ``keep`` made: what else is called dists or pool is somebody's own, a mirror of Debian maybe."""
FOLDERS = ("state/lists/partial", "cache/archives/partial")


class InstallError(RuntimeError):
    """It could not be installed; the message names the cure."""


@dataclass(frozen=True, slots=True)
class Source:
    """One of apt's: ``uri`` of a mirror (http, https, or copy: of a folder), and its suite."""

    uri: str
    suite: str

    @property
    def line(self) -> str:
        return f"deb [signed-by={apt_sources.KEYRING}] {self.uri} {self.suite} main\n"


def of_folder(folder: Path) -> Source:
    """A folder that ``keep`` made. Raises InstallError."""
    suites = sorted(path.parent.name for path in folder.glob("dists/*/InRelease"))
    if len(suites) != 1:
        fault = _("{folder} holds no packages of Asterisk", folder=folder)
        raise InstallError(f"{fault}. " + _("Cure: a folder made by `hotline asterisk fetch`"))
    return Source("copy:" + quote(str(folder.absolute())), suites[0])


def fetched(draft: Path, source: Source) -> list[Path]:
    """The packages and all they depend on, in ``draft``; apt has checked their signatures. Raises InstallError."""
    base = apt(draft, source)
    _run([*base, "update"], _("the package list could not be fetched from {mirror}", mirror=source.uri))
    _run([*base, "-y", "--download-only", "install", *PACKAGES], _("the packages could not be fetched"))
    return sorted((draft / "cache/archives").glob("*.deb"))


def apt(draft: Path, source: Source) -> list[str]:
    """apt-get's words for it; its folders are made."""
    for folder in FOLDERS:
        (draft / folder).mkdir(parents=True)
    (draft / "status").touch()  # nothing is installed there: every dependency is fetched
    (draft / "sources.list").write_text(source.line)
    return ["apt-get", *(f"-o{key}={value}" for key, value in options(draft).items())]


def options(draft: Path) -> dict[str, object]:
    return {
        "Dir::State": draft / "state",
        "Dir::State::status": draft / "status",
        "Dir::Cache": draft / "cache",
        "Dir::Etc::SourceList": draft / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        # a mirror's copy may be some weeks old; who signed it is still checked
        "Acquire::Check-Valid-Until": "false",
        "Acquire::AllowInsecureRepositories": "false",
        "Acquire::AllowWeakRepositories": "false",
        "Acquire::AllowDowngradeToInsecureRepositories": "false",
        # as they are signed: a list that apt packed anew is none that the archive names
        "Acquire::GzipIndexes": "false",
        "APT::Get::AllowUnauthenticated": "false",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",  # the cache is the user's own, closed to _apt
        "APT::Update::Post-Invoke": "",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Acquire::http::Timeout": "30",
        "Acquire::https::Timeout": "30",
    }


def _run(command: list[str], fault: str) -> str:
    """Its standard output. Raises InstallError."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    trouble = [line for line in done.stderr.splitlines() if line.startswith(("E:", "W:", "Err"))]
    # apt-get update ends well although a list could not be fetched
    if done.returncode != 0 or any("Failed to fetch" in line or "not signed" in line for line in trouble):
        unsigned = any("NO_PUBKEY" in line or "not signed" in line for line in trouble)
        cure = (
            _("Cure: apt-get install {package}", package="debian-archive-keyring")
            if unsigned
            else _("Cure: check the network")
        )
        raise InstallError(f"{fault}: {' '.join(trouble[:3]).rstrip('.') or done.stderr[-300:]}. {cure}")
    return done.stdout


def keep(draft: Path, source: Source, folder: Path) -> int:
    """Fetch into ``folder``, as the part of a mirror that ``of_folder`` reads; how many packages. Raises InstallError."""
    there = [name for name in KEPT if os.path.lexists(folder / name)]
    if there and not (folder / MARK).is_file():
        fault = _(
            "{folder} holds {names} that `hotline asterisk fetch` did not make", folder=folder, names=", ".join(there)
        )
        raise InstallError(f"{fault}. " + _("Cure: an empty folder"))
    packages = {sha256(path): path for path in fetched(draft, source)}
    (folder / MARK).touch()
    for old in KEPT:
        shutil.rmtree(folder / old, ignore_errors=True)
    lists = draft / "state" / "lists"
    for ending in (f"_dists_{source.suite}_InRelease", f"_dists_{source.suite}_main_binary-{_architecture()}_Packages"):
        found = next(iter(lists.glob(f"*{ending}")), None)
        if found is None:
            raise InstallError(_("the package list could not be fetched from {mirror}", mirror=source.uri))
        _copied(found, folder / ending.removeprefix("_").replace("_", "/"))
    for sum_, path in _paths(lists, packages):
        _copied(packages[sum_], folder / path)
    return len(packages)


def _paths(lists: Path, wanted: Container[str]) -> Iterator[tuple[str, str]]:
    """(SHA-256, path in the mirror) of these, as the signed list says it."""
    for listing in lists.glob("*_Packages"):
        path = ""
        with listing.open(encoding="utf-8") as file:
            for line in file:
                word, _colon, value = line.partition(": ")
                if word == "Filename":
                    path = value.strip()
                elif word == "SHA256" and value.strip() in wanted:
                    yield value.strip(), path


def _architecture() -> str:
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def _copied(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


# -- what was tried ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tried:
    name: str
    """Of the set of packages that was tried and is these; '' when there is none."""
    others: tuple[str, ...] = ()
    """Names of packages that stand in no set."""


def tried(packages: Sequence[Path], file: Path = TRIED) -> Tried:
    """Whether these very packages were tried, by their SHA-256."""
    sets: dict[str, set[str]] = {}
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            sets.setdefault(row["set"], set()).add(row["sha256"])
    mine = {sha256(path): path.name for path in packages}
    for name, known in sets.items():
        if mine.keys() == known:
            return Tried(name)
    known_all = set().union(*sets.values()) if sets else set()
    return Tried("", tuple(sorted(re.sub(r"_.*", "", name) for sum_, name in mine.items() if sum_ not in known_all)))


def sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()

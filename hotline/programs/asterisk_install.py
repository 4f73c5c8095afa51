"""``hotline asterisk install``: a real Asterisk 22 in the user's cache, from signed Debian packages.

Called by ``asterisk.py``. Where the machine has a new enough Asterisk, nothing is
done. Else Debian's packages of a suite that carries one are fetched by apt into folders
of its own (no root, the machine's own package state is never touched), with the archive's
signature checked against Debian's keyring, and unpacked side by side; it then runs
through its own loader. It appears whole, by one rename, or not at all.
"""

from __future__ import annotations

import fcntl
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.language import say as _
from hotline.programs import apt_sources
from hotline.programs.asterisk_found import LEAST, Asterisk, Version, at, cache, dotted, everything, find, unpacked

PACKAGES = ("asterisk", "asterisk-modules", "asterisk-config")
TRIMMED = ("./usr/share/doc", "./usr/share/man", "./usr/share/locale", "./usr/share/perl*", "./usr/lib/*/perl*",
           "./usr/share/info", "./usr/share/i18n", "./usr/share/X11", "./usr/share/icons", "./usr/share/lintian",
           "./usr/share/zoneinfo*", "./usr/lib/*/gconv", "./usr/share/terminfo")  # fmt: skip
"""What no telephone call needs."""
NEWEST_SUITE = "sid"

Progress = Callable[[str], None]


class InstallError(RuntimeError):
    """It could not be installed; the message names the cure."""


def install(progress: Progress) -> tuple[Asterisk, Version]:
    """The Asterisk to use, installed when there was none. Raises InstallError."""
    if found := find():
        return found
    _needed()
    cache().mkdir(parents=True, exist_ok=True)
    with _alone(progress):
        if found := find():  # another installer was quicker
            return found
        return _install(progress)


def _needed() -> None:
    if platform.machine() not in ("x86_64", "aarch64"):
        fault = _("no Debian packages for a machine of type {machine}", machine=platform.machine())
        raise InstallError(fault + ". " + _("Cure: run Asterisk elsewhere and set mode = external"))
    for program, package in (("apt-get", "apt"), ("dpkg-deb", "dpkg"), ("tar", "tar")):
        if shutil.which(program) is None:
            fault = _("{program} is missing, and this machine has no Asterisk 22", program=program)
            cure = _(
                "Cure: install {package}, or an Asterisk {least} of your own", package=package, least=dotted(LEAST)
            )
            raise InstallError(f"{fault}. {cure}")
    if not Path(apt_sources.KEYRING).is_file():
        fault = _("Debian's archive keys are not on this machine")
        raise InstallError(f"{fault}. " + _("Cure: apt-get install {package}", package="debian-archive-keyring"))
    free = shutil.disk_usage(cache() if cache().exists() else Path.home()).free
    if free < 700 * 2**20:
        fault = _("only {free} MB are free at {place}, 700 are needed", free=free // 2**20, place=cache())
        raise InstallError(f"{fault}. " + _("Cure: make room, or set XDG_CACHE_HOME"))


@contextmanager
def _alone(progress: Progress) -> Iterator[None]:
    with open(cache() / ".install.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(_("another hotline installs Asterisk; waiting for it"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(progress: Progress) -> tuple[Asterisk, Version]:
    mirror, suite = where()
    old = [dotted(version) for _one, version in everything() if version]
    if old:
        progress(_("the Asterisk here is {old}, at least {least} is needed", old=", ".join(old), least=dotted(LEAST)))
    progress(
        _("fetching Asterisk 22 from {mirror} {suite} (about 90 MB, signatures checked)", mirror=mirror, suite=suite)
    )
    with tempfile.TemporaryDirectory(prefix=".install-", dir=cache()) as name:
        draft = Path(name)
        packages = _fetch(draft, mirror, suite)
        progress(_("unpacking {count} packages", count=len(packages)))
        root = draft / "root"
        root.mkdir()
        for package in packages:
            _unpack(package, root)
        made = at(root)
        version = made.version() if made else ()
        if version < LEAST:
            fault = _("{mirror} {suite} gave Asterisk {version}", mirror=mirror, suite=suite, version=dotted(version))
            cure = _("Cure: a mirror whose {suite} is newer than June 2026", suite=suite)
            raise InstallError(f"{fault}. {cure}")
        _put_in_place(root)
    ready = at(unpacked())
    if ready is None:
        raise InstallError(_("the unpacked Asterisk vanished from {place}", place=unpacked()))
    progress(_("Asterisk {version} is ready in {place}", version=dotted(version), place=unpacked()))
    return ready, version


def where() -> tuple[str, str]:
    """(mirror, suite): the machine's own suite when it has a new enough Asterisk, else Debian's newest."""
    release = platform.freedesktop_os_release() if Path("/etc/os-release").exists() else {}
    codename = release.get("VERSION_CODENAME", "")
    own = codename if release.get("ID") == "debian" and _offered() >= LEAST else NEWEST_SUITE
    mirror = apt_sources.mirror(codename)
    if not mirror:
        fault = _("this machine's apt sources name no mirror of Debian")
        raise InstallError(
            f"{fault}. " + _("Cure: add one to /etc/apt/sources.list, or install an Asterisk 22 of your own")
        )
    return mirror, own


def _offered() -> Version:
    """The version the machine's own apt would install; () when none."""
    said = subprocess.run(
        ["apt-cache", "policy", "asterisk"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout
    found = re.search(r"Candidate: (?:\d+:)?(\d+(?:\.\d+)*)", said)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def _fetch(draft: Path, mirror: str, suite: str) -> list[Path]:
    """The packages and all they depend on, downloaded; apt has checked their signatures."""
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (draft / folder).mkdir(parents=True)
    (draft / "status").touch()  # nothing is installed there: every dependency is fetched
    (draft / "sources.list").write_text(f"deb [signed-by={apt_sources.KEYRING}] {mirror} {suite} main\n")
    options = {
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
        "APT::Get::AllowUnauthenticated": "false",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",  # the cache is the user's own, closed to _apt
        "APT::Update::Post-Invoke": "",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Acquire::http::Timeout": "30",
        "Acquire::https::Timeout": "30",
    }
    base = ["apt-get", *(f"-o{key}={value}" for key, value in options.items())]
    _run([*base, "update"], _("the package list could not be fetched from {mirror}", mirror=mirror))
    _run([*base, "-y", "--download-only", "install", *PACKAGES], _("the packages could not be fetched"))
    return sorted((draft / "cache/archives").glob("*.deb"))


def _run(command: list[str], fault: str) -> None:
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


def _unpack(package: Path, root: Path) -> None:
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as data:
        drop = [f"--exclude={pattern}" for pattern in TRIMMED]
        done = subprocess.run(
            ["tar", "-x", "-C", str(root), "--no-same-owner", "--no-same-permissions", *drop],
            stdin=data.stdout, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode or data.returncode:
        raise InstallError(
            _("{package} could not be unpacked: {fault}", package=package.name, fault=done.stderr[-300:])
        )


def _put_in_place(root: Path) -> None:
    """One rename; an older one is moved aside first, for a running Asterisk may still hold its files open."""
    target = unpacked()
    if target.exists():
        aside = Path(tempfile.mkdtemp(prefix=".old-", dir=cache()))
        target.rename(aside / "root")
        shutil.rmtree(aside, ignore_errors=True)
    root.rename(target)

"""``hotline asterisk install``, ``fetch``: a real Asterisk 22 beside the release or in the user's cache, from signed Debian packages.

Called by ``asterisk.py``. Where the machine has a new enough Asterisk, nothing is
done. Else Debian's packages of a suite that carries one are fetched by apt into folders
of its own (no root, the machine's own package state is never touched), with the archive's
signature checked against Debian's keyring, and unpacked side by side; it then runs
through its own loader. It appears whole, by one rename, or not at all. Packages that our tests ran on are known by
their hashes (``asterisk_packages.py``); others of the signed archive are taken with a warning.
"""

from __future__ import annotations

import fcntl
import json
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
from hotline.programs import asterisk_packages as packages
from hotline.programs.asterisk_found import LEAST, Asterisk, Version, at, cache, dotted, everything, find, unpacked
from hotline.programs.asterisk_packages import InstallError, Source, Tried

TRIMMED = ("./usr/share/doc", "./usr/share/man", "./usr/share/locale", "./usr/share/perl*", "./usr/lib/*/perl*",
           "./usr/share/info", "./usr/share/i18n", "./usr/share/X11", "./usr/share/icons", "./usr/share/lintian",
           "./usr/share/zoneinfo*", "./usr/lib/*/gconv", "./usr/share/terminfo")  # fmt: skip
"""What no telephone call needs."""
NEWEST_SUITE = "sid"
SET = "asterisk-packages.json"
"""In the unpacked folder: whether it is a set that was tried."""
MOST_NAMES = 8

Progress = Callable[[str], None]


def install(progress: Progress, folder: Path | None = None) -> tuple[Asterisk, Version]:
    """The Asterisk to use, installed when there was none.

    :param folder: one that ``fetch`` made: installed from there without a network, also in place of one that is there.
    Raises InstallError.
    """
    if folder is None and (found := find()):
        return found
    source = packages.of_folder(folder) if folder else None
    _needed()
    cache().mkdir(parents=True, exist_ok=True)
    with _alone(progress):
        if source is None and (found := find()):  # another installer was quicker
            return found
        return _install(progress, source or where())


def fetch(progress: Progress, folder: Path) -> int:
    """The packages into ``folder``, for machines without a network; how many. Raises InstallError."""
    _needed()
    source = where()
    progress(_fetching(source))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as draft:
        return packages.keep(Path(draft), source, folder)


def _fetching(source: Source) -> str:
    return _(
        "fetching Asterisk 22 from {mirror} {suite} (about 90 MB, signatures checked)",
        mirror=source.uri,
        suite=source.suite,
    )


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


def _install(progress: Progress, source: Source) -> tuple[Asterisk, Version]:
    old = [dotted(version) for _one, version in everything() if version]
    if old and find() is None:
        progress(_("the Asterisk here is {old}, at least {least} is needed", old=", ".join(old), least=dotted(LEAST)))
    progress(_fetching(source))
    with tempfile.TemporaryDirectory(prefix=".install-", dir=cache()) as name:
        draft = Path(name)
        fetched = packages.fetched(draft, source)
        known = packages.tried(fetched)
        progress(_said(known))
        progress(_("unpacking {count} packages", count=len(fetched)))
        root = draft / "root"
        root.mkdir()
        for package in fetched:
            _unpack(package, root)
        made = at(root)
        version = made.version() if made else ()
        if version < LEAST:
            fault = _(
                "{mirror} {suite} gave Asterisk {version}",
                mirror=source.uri,
                suite=source.suite,
                version=dotted(version),
            )
            cure = _("Cure: a mirror whose {suite} is newer than June 2026", suite=source.suite)
            raise InstallError(f"{fault}. {cure}")
        (root / SET).write_text(json.dumps({"set": known.name, "others": known.others}), encoding="utf-8")
        _put_in_place(root)
    ready = at(unpacked())
    if ready is None:
        raise InstallError(_("the unpacked Asterisk vanished from {place}", place=unpacked()))
    progress(_("Asterisk {version} is ready in {place}", version=dotted(version), place=unpacked()))
    return ready, version


def _said(known: Tried) -> str:
    if known.name:
        return _("these very packages were tried: {name}", name=known.name)
    names = ", ".join(known.others[:MOST_NAMES]) + (" …" if len(known.others) > MOST_NAMES else "")
    return _("warning: signed, but not the packages that were tried: {names}", names=names or "?")


def set_of(one: Asterisk) -> Tried | None:
    """Which packages it was made of; None where that is not known."""
    try:
        told = json.loads(((one.root or Path("/nonexistent")) / SET).read_text(encoding="utf-8"))
        return Tried(str(told["set"]), tuple(map(str, told["others"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def where() -> Source:
    """The machine's own suite when it has a new enough Asterisk, else Debian's newest."""
    release = platform.freedesktop_os_release() if Path("/etc/os-release").exists() else {}
    codename = release.get("VERSION_CODENAME", "")
    own = codename if release.get("ID") == "debian" and _offered() >= LEAST else NEWEST_SUITE
    mirror = apt_sources.mirror(codename)
    if not mirror:
        fault = _("this machine's apt sources name no mirror of Debian")
        raise InstallError(
            f"{fault}. " + _("Cure: add one to /etc/apt/sources.list, or install an Asterisk 22 of your own")
        )
    return Source(mirror, own)


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

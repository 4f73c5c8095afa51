"""The Asterisk there is on this machine: where, how it is started, which version.

Used by ``embedded_asterisk.py``, ``asterisk.py`` and ``check.py``. Looks, in this order, at
``HOTLINE_ASTERISK`` (a folder as the installer makes it), the system's own when it is new
enough, and where the installer puts it: beside an unpacked release, else in the user's cache. Never installs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

Version = tuple[int, ...]
RELEASE = Path(__file__).resolve().parents[2]
LEAST: Version = (22, 10, 1)
"""The release of June 2026 that closed twenty advisories at once."""

ADVISORIES: tuple[tuple[Version, str], ...] = (
    ((20, 8, 1), "GHSA-qqxj-v78h-hrf9: identify-by-IP matched every request (toll fraud)"),
    ((20, 9, 2), "CVE-2024-42365: an AMI account with originate could run any program"),
    ((22, 0, 0), "GHSA-v428-g3cw-7hv9: a malformed Contact or Record-Route crashes it"),
    ((22, 1, 1), "GHSA-33x6-fj46-6rfh: AMI ListCategories reads any file"),
    ((22, 4, 1), "GHSA-2grh-7mhv-fcfw: forged caller identity; GHSA-c7p6-7mvq-8jq2: cli_permissions bypass"),
    ((22, 5, 2), "GHSA-64qc-9x89-rx5j: a malformed Authorization crashes it; GHSA-mrq5-74j5-f5cr: STIR/SHAKEN"),
    ((22, 8, 2), "XXE, cross-site scripting in /httpstatus, root escalation by ast_coredumper"),
    ((22, 9, 0), "ICE use-after-free and overflow in the bundled pjproject (browser phones)"),
    ((22, 10, 1), "June 2026: twenty advisories, among them TCP/SDP use-after-free and an MWI NOTIFY overflow"),
)
"""First release without it → what an older one is open to."""

SYSTEM = (Path("/usr/sbin/asterisk"), Path("/usr/local/sbin/asterisk"))


@dataclass(frozen=True, slots=True)
class Asterisk:
    """One Asterisk. ``root``: the folder it is unpacked in, run through its own loader; None: the system's."""

    binary: Path
    root: Path | None = None

    def command(self, *arguments: str) -> list[str]:
        if self.root is None:
            return [str(self.binary), *arguments]
        libraries = _libraries(self.root)
        path = ":".join(str(place) for place in (libraries, libraries / "pulseaudio", self.root / "usr/lib"))
        return [str(_loader(self.root)), "--library-path", path, str(self.binary), *arguments]

    @property
    def modules(self) -> Path | None:
        """Its module folder, or None for the one compiled in."""
        return None if self.root is None else _libraries(self.root) / "asterisk" / "modules"

    @property
    def documentation(self) -> Path | None:
        """Its XML documentation: without it no module with checked options loads."""
        roots = [self.root] if self.root else [Path("/"), Path("/usr/local")]
        places = [
            root / place for root in roots for place in ("usr/share/asterisk", "share/asterisk", "var/lib/asterisk")
        ]
        return next((p / "documentation" for p in places if (p / "documentation" / "core-en_US.xml").is_file()), None)

    def version(self) -> Version:
        """As it says itself; () when it does not run."""
        try:
            said = subprocess.run(self.command("-V"), capture_output=True, text=True, timeout=20, check=False).stdout
        except (OSError, subprocess.SubprocessError):
            return ()
        found = re.search(r"Asterisk (?:certified/)?(\d+(?:\.\d+)*)", said)
        return tuple(int(part) for part in found[1].split(".")) if found else ()


def _loader(root: Path) -> Path:
    return next((path for path in sorted(root.glob("usr/lib*/ld-linux*.so.*"))), root / "usr/lib64/ld.so")


def _libraries(root: Path) -> Path:
    return next((path for path in sorted(root.glob("usr/lib/*-linux-gnu*"))), root / "usr/lib")


def dotted(version: Version) -> str:
    return ".".join(map(str, version)) or "?"


def risks(version: Version) -> list[str]:
    """What an Asterisk of this version is open to."""
    return [text for fixed, text in ADVISORIES if version < fixed]


def cache() -> Path:
    """Of an unpacked release its neighbour, which every user of the machine finds, and a later release too."""
    if (RELEASE / "RELEASE.json").is_file():
        return RELEASE.parent
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "hotline"


def unpacked() -> Path:
    """Where the installer puts it."""
    return cache() / "asterisk-22"


def named_missing() -> str:
    """What ``HOTLINE_ASTERISK`` names, where no Asterisk is there; '' when all is well."""
    named = os.environ.get("HOTLINE_ASTERISK", "")
    return named if named and at(Path(named)) is None else ""


def at(root: Path) -> Asterisk | None:
    binary = root / "usr/sbin/asterisk"
    return Asterisk(binary, root) if _seen(binary) else None


def _seen(file: Path) -> bool:
    """A home that the unit hides (ProtectHome) holds nothing for us, and is no reason not to start."""
    try:
        return file.is_file()
    except PermissionError:
        return False


def find() -> tuple[Asterisk, Version] | None:
    """The first that is new enough, and its version."""
    return next(((one, version) for one, version in everything() if version >= LEAST), None)


def everything() -> list[tuple[Asterisk, Version]]:
    """Every Asterisk in reach, the preferred first, old ones included."""
    found: list[Asterisk | None] = []
    if named := os.environ.get("HOTLINE_ASTERISK"):
        found.append(at(Path(named)))
    which = shutil.which("asterisk")
    for binary in dict.fromkeys((*SYSTEM, *((Path(which),) if which else ()))):
        if _seen(binary):
            found.append(Asterisk(binary))
    found.append(at(unpacked()))
    return [(one, one.version()) for one in found if one is not None]

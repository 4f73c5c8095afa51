"""Writes what the embedded Asterisk reads: configuration, sounds, folders. Only what changed, each file whole.

Used by ``embedded.py`` before every start of Asterisk.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from config.places import Places
from config.render import render
from config.render.core import run_folder
from config.settings import Settings
from hotline.asterisk_found import Asterisk
from hotline.sounds import lay_out

SECRET_FILES = ("manager.conf", "pjsip.conf")


def write(settings: Settings, places: Places, secrets: Mapping[str, str], asterisk: Asterisk) -> set[str]:
    """Bring everything up to date; returns the names of the configuration files that changed."""
    places.make()
    for folder in ("lib/keys", "cache", "agi-bin", "sbin"):
        (places.asterisk / folder).mkdir(parents=True, exist_ok=True)
    _private(run_folder(places))
    _link(places.asterisk / "documentation", asterisk.documentation)
    lay_out(places)
    files = render(settings, places, secrets, modules=asterisk.modules)
    changed = {name for name, text in files.items() if _write(places.asterisk_etc / name, text)}
    for stale in places.asterisk_etc.glob("*.conf"):
        if stale.name not in files:
            stale.unlink()
            changed.add(stale.name)
    return changed


def _private(folder: Path) -> None:
    """The folder of the control socket: whoever may write to it commands Asterisk."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    folder.chmod(0o700)


def _link(link: Path, target: Path | None) -> None:
    if target is None or (link.is_symlink() and link.readlink() == target):
        return
    if link.is_symlink():
        link.unlink()
    link.symlink_to(target)


def _write(path: Path, text: str) -> bool:
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    draft = path.with_name(f".{path.name}.new")
    draft.touch(mode=0o600)
    draft.chmod(0o600 if path.name in SECRET_FILES else 0o644)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    return True

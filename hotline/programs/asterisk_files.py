"""Writes what the embedded Asterisk reads: configuration, sounds, folders. Only what changed, each file whole.

Used by ``embedded_asterisk.py`` before every start of Asterisk.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path

from config.file_places import Places
from config.render import render
from config.render.base_conf_files import run_folder
from config.settings import Settings
from hotline.programs.asterisk_found import Asterisk
from hotline.programs.sounds import lay_out, lay_out_comfort
from hotline.programs.write_if_changed import write_changed

SECRET_FILES = ("manager.conf", "pjsip.conf", "extensions.conf")
Socket = tuple[str, str, int, socket.SocketKind]
"""Field of hotline.toml, address, port, kind."""


def sockets(settings: Settings) -> list[Socket]:
    """What Asterisk must listen on, or callers, browser phones or the daemon do not reach it."""
    ports, stream = settings.ports, socket.SOCK_STREAM
    return [
        ("ports.sip", str(settings.asterisk.bind), ports.sip, socket.SOCK_DGRAM),
        ("ports.sip", str(settings.asterisk.bind), ports.sip, stream),
        ("ports.http", "127.0.0.1", ports.http, stream),
        ("ports.ami", "127.0.0.1", ports.ami, stream),
    ]


def write(settings: Settings, places: Places, secrets: Mapping[str, str], asterisk: Asterisk) -> set[str]:
    """Bring everything up to date; returns the names of the configuration files that changed."""
    places.make()
    for folder in ("lib/keys", "cache", "agi-bin", "sbin"):
        (places.asterisk / folder).mkdir(parents=True, exist_ok=True)
    _private(run_folder(places))
    _link(places.asterisk / "documentation", asterisk.documentation)
    lay_out(places)
    lay_out_comfort(places.asterisk, settings)
    files = render(settings, places, secrets, modules=asterisk.modules)
    changed = {
        name for name, text in files.items()
        if write_changed(places.asterisk_etc / name, text.encode(), 0o600 if name in SECRET_FILES else 0o644)
    }  # fmt: skip
    for stale in places.asterisk_etc.glob("*.conf"):
        if stale.name not in files:
            stale.unlink()
            changed.add(stale.name)
    return changed


def modules(places: Places) -> list[str]:
    """Those that modules.conf names, in its order; none before there is one."""
    try:
        lines = (places.asterisk_etc / "modules.conf").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [line.partition("=")[2].strip() for line in lines if line.startswith("load =")]


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

"""``hotline check``: everything the daemon needs, one line each, with the cure.

Changes nothing. ``--json`` gives a list of objects with ``name``, ``state`` (ok, warn,
fail), ``message`` and ``cure``. Status 0: the daemon can run; 1: something must be cured
first; 2: the settings are wrong.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.language import say as _
from config.places import Places
from config.ports import rtp_count
from config.read import SettingsError, read
from config.settings import Mode, Settings
from hotline import apt_sources, asterisk_found, books, edge_check, port_owners
from hotline.finding import Checked, Finding, State
from ivr import manifest
from ivr.manifest import State as Sound
from ledger import migrate
from ledger.errors import LedgerUnavailable
from ledger.store import url_of

OK, FAILED, WRONG = 0, 1, 2
HOUR_MB = 110
"""What an hour of talk takes before it is encoded: two channels of 8 kHz, 16 bit."""


MARKS = {State.OK: "✓", State.WARN: "!", State.FAIL: "✗"}


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = sub.add_parser("check", help=_("is everything there that the daemon needs, and if not, the cure"))
    books.options(parser)
    parser.add_argument("--json", action="store_true", help=_("a list of objects"))
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    try:
        settings = read(args.config)
    except SettingsError as fault:
        told = [
            Finding("settings", State.FAIL, f"{one}", _("Cure: edit {path}", path=args.config))
            for one in fault.problems
        ]
        _print(told, as_json=args.json)
        return WRONG
    found = everything(settings, Places(args.var.absolute()), args.config)
    _print(found, as_json=args.json)
    return FAILED if any(one.state is State.FAIL for one in found) else OK


def _print(found: list[Finding], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([dataclasses.asdict(one) for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        cure = f" {one.cure}" if one.cure else ""
        print(f"{MARKS[one.state]} {_(one.name)}: {one.message}.{cure}")


def everything(settings: Settings, places: Places, path: Path) -> list[Finding]:
    """All findings, in the order in which one would cure them."""
    external = settings.asterisk.mode is Mode.EXTERNAL
    checks: tuple[Callable[[Settings, Places], Checked], ...] = (
        _external_asterisk if external else _asterisk, _ports, edge_check.look, _disk, _sound_tools, _database, _prompts, _clock,
    )  # fmt: skip
    head = _("{path}: {lines} lines, {queues} queues, {seats} seats", path=path, lines=len(settings.line),
             queues=len(settings.queue), seats=len(settings.seat))  # fmt: skip
    return [Finding("settings", State.OK, head), *(one for check in checks for one in check(settings, places))]


def _asterisk(_settings: Settings, _places: Places) -> Checked:
    all_ = asterisk_found.everything()
    fit = asterisk_found.find()
    least = asterisk_found.dotted(asterisk_found.LEAST)
    if fit:
        place = fit[0].root or fit[0].binary
        yield Finding("asterisk", State.OK, f"{asterisk_found.dotted(fit[1])}, {place}")
        return
    for _one, version in all_:
        for risk in asterisk_found.risks(version):
            shown = _("{version} is open to {risk}", version=asterisk_found.dotted(version), risk=risk)
            yield Finding("asterisk", State.WARN, shown)
    cure = _("Cure: hotline asterisk install")
    yield Finding("asterisk", State.FAIL, _("no Asterisk {least} or newer on this machine", least=least), cure)
    missing = [tool for tool in ("apt-get", "dpkg-deb", "tar") if shutil.which(tool) is None]
    if not Path(apt_sources.KEYRING).is_file():
        missing.append("debian-archive-keyring")
    if missing:
        cure = _("Cure: install {names}, or an Asterisk {least} of your own", names=", ".join(missing), least=least)
        yield Finding("asterisk", State.FAIL, _("to install it, {names} are missing", names=", ".join(missing)), cure)


def _external_asterisk(settings: Settings, _places: Places) -> Checked:
    wanted = settings.asterisk
    try:
        with socket.create_connection((wanted.ami_host, settings.ports.ami), timeout=3) as link:
            greeting = link.recv(100).decode(errors="replace").strip()
        yield Finding("asterisk", State.OK, f"{wanted.ami_host}:{settings.ports.ami} {greeting}")
    except OSError as fault:
        where = f"{wanted.ami_host}:{settings.ports.ami}"
        cure = _("Cure: start it; hotline asterisk render DIR writes its configuration")
        yield Finding("asterisk", State.FAIL, _("no AMI at {where}: {fault}", where=where, fault=fault), cure)
    for folder, name in ((wanted.log_dir, "log_dir"), (wanted.spool_dir, "spool_dir")):
        if folder is None or not folder.is_dir():
            cure = _("Cure: share that Asterisk's folder with this machine")
            yield Finding("asterisk", State.FAIL, _("{name} {folder} can not be read", name=name, folder=folder), cure)


def _ports(settings: Settings, places: Places) -> Checked:
    bind = str(settings.asterisk.bind)
    ours = settings.asterisk.mode is Mode.EMBEDDED
    stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
    wanted = [("agi", "127.0.0.1", stream), ("api", "127.0.0.1", stream)]
    if ours:
        wanted += [("ami", "127.0.0.1", stream), ("http", "127.0.0.1", stream), ("sip", bind, datagram)]
    busy = 0
    for name, host, kind in wanted:
        port = getattr(settings.ports, name)
        if not port_owners.taken(host, port, kind):
            continue
        owner = port_owners.owner(port, kind, places.var)
        if owner is None or not owner.serves(places.var):
            busy += 1
            who = f"{owner.name} ({owner.pid})" if owner else _("somebody else")
            cure = _("Cure: end it, or choose another {field}", field=f"ports.{name}")
            yield Finding(
                "ports", State.FAIL, _("{name} {port} is taken by {who}", name=name, port=port, who=who), cure
            )
    if not busy:
        first = settings.ports.rtp_first
        last = first + rtp_count([line.capacity for line in settings.line], len(settings.seat)) - 1
        used = ", ".join(f"{name} {getattr(settings.ports, name)}" for name, *_rest in wanted)
        yield Finding("ports", State.OK, f"{used}, rtp {first}-{last}")


def _disk(settings: Settings, places: Places) -> Checked:
    folder = next(place for place in (places.var, *places.var.parents) if place.exists())
    free, least = shutil.disk_usage(folder).free // 2**20, settings.recording.min_free_mb
    message = _("{free} MB free at {folder}, about {hours} hours of talk before encoding", free=free, folder=folder,
                hours=max(0, free - least) // HOUR_MB)  # fmt: skip
    state = State.FAIL if free < least else State.WARN if free < 4 * least else State.OK
    cure = "" if state is State.OK else _("Cure: make room; below {least} MB recordings are at risk", least=least)
    yield Finding("disk", state, message, cure)


def _sound_tools(settings: Settings, _places: Places) -> Checked:
    cure = _("Cure: apt-get install {package}", package="ffmpeg")
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        yield Finding("ffmpeg", State.FAIL, _("is missing: recordings can not be encoded"), cure)
        return
    wanted = {"opus": "libopus", "mp3": "libmp3lame"}.get(settings.recording.format, "pcm_s16le")
    known = subprocess.run([ffmpeg, "-hide_banner", "-encoders"], capture_output=True, text=True, check=False).stdout
    if wanted in known:
        yield Finding("ffmpeg", State.OK, f"{ffmpeg}, {wanted}")
    else:
        yield Finding("ffmpeg", State.FAIL, _("can not encode {format}", format=settings.recording.format), cure)


def _database(settings: Settings, places: Places) -> Checked:
    url = url_of(settings, places)
    shown = settings.ledger.url.rpartition("@")[2] if "@" in settings.ledger.url else settings.ledger.url
    if url.startswith("sqlite") and not places.ledger.exists():  # asking would make it
        yield Finding("database", State.OK, _("{path} will be made at the first start", path=places.ledger))
        return
    try:
        now, head = migrate.current(url), migrate.head()
    except LedgerUnavailable as fault:
        cure = _("Cure: start the database, or correct ledger.url")
        yield Finding("database", State.FAIL, f"{shown}: {str(fault).splitlines()[0]}", cure)
        return
    if now == head:
        yield Finding("database", State.OK, _("{name}, revision {now}", name=shown, now=now))
    else:
        message = _("{name} is at revision {now}, this program needs {head}", name=shown, now=now or "-", head=head)
        yield Finding(
            "database", State.WARN, message, _("Cure: hotline db upgrade (or the daemon does it at its start)")
        )


def _prompts(settings: Settings, places: Places) -> Checked:
    states = manifest.states(settings.prompts, places.prompts)
    silent = [name for name, state in states.items() if state is Sound.MISSING]
    old = [name for name, state in states.items() if state is Sound.OUTDATED]
    cure = _(
        "Cure: hotline prompts build --var {var}, or put NAME.wav into {folder}", var=places.var, folder=places.prompts
    )
    if silent:
        yield Finding("prompts", State.FAIL, _("no sound for {names}", names=", ".join(silent)), cure)
    if old:
        yield Finding("prompts", State.WARN, _("the sound says another text: {names}", names=", ".join(old)), cure)
    if not silent and not old:
        yield Finding("prompts", State.OK, _("{count} texts, all with sound", count=len(states)))


def _clock(settings: Settings, _places: Places) -> Checked:
    name = settings.centre.timezone
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        cure = _("Cure: apt-get install {package}", package="tzdata")
        yield Finding("clock", State.FAIL, _("no time zone {name} on this machine", name=name), cure)
        return
    now = datetime.fromtimestamp(time.time(), zone)
    if not Path("/usr/share/zoneinfo", name).exists():  # Python may bring its own; Asterisk does not
        cure = _("Cure: apt-get install {package}", package="tzdata")
        yield Finding("clock", State.WARN, _("Asterisk finds no time zone {name}", name=name), cure)
    if _synchronised() is False:
        yield Finding("clock", State.WARN, _("{now:%F %T %Z}, not synchronised", now=now), _("Cure: run NTP"))
    else:
        yield Finding("clock", State.OK, f"{now:%F %T %Z}")


def _synchronised() -> bool | None:
    """What systemd knows of it; None when it can not be asked."""
    try:
        done = subprocess.run(["timedatectl", "show", "-p", "NTPSynchronized", "--value"], capture_output=True, text=True,
                              timeout=5, check=False)  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())

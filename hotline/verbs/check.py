"""``hotline check``: everything the daemon needs, one line each, with the cure.

Changes nothing. ``--json`` gives a list of objects with ``name``, ``state`` (ok, warn,
fail), ``message``, ``cure`` and ``away`` (it did not answer). Status 0: the daemon can run; 1: something must be cured
first (``--strict``: or is warned of); 2: the settings are wrong.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config import called_numbers
from config.calendar import WorkCalendar
from config.file_places import Places
from config.files import stands
from config.journey import faults as journey_faults
from config.journey.graph import of_settings as journeys_of
from config.language import say as _
from config.problems import likely
from config.read import SettingsError, read, remarks
from config.rtp_ports import rtp_count
from config.sections.recording import OUTBOUND_PROMPT
from config.sections.telephone import Mode
from config.settings import Settings
from hotline import operator_files, start_check
from hotline.programs import apt_sources, asterisk_found, asterisk_install, case_store, edge_check, sounds
from hotline.verbs import (
    callback_check,
    ledger_reading,
    line_settings_check,
    queue_check,
    retention_check,
    scanner_check,
    seat_settings_check,
)
from hotline.verbs.check_result import Checked, Finding, State
from hotline.verbs.period_arguments import today
from ivr import manifest
from ivr.manifest import State as Sound
from ivr.prompts import OwnSounds
from ledger import migrate
from ledger.errors import LedgerUnavailable, LedgerWrong
from ledger.store import url_of
from recordings import consent, storage
from recordings.errors import SealBroken

OK, FAILED, WRONG = 0, 1, 2
HOUR_MB = 110
"""What an hour of talk takes before it is encoded: two channels of 8 kHz, 16 bit."""


MARKS = {State.OK: "✓", State.WARN: "!", State.FAIL: "✗"}


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = sub.add_parser("check", help=_("is everything there that the daemon needs, and if not, the cure"))
    ledger_reading.options(parser)
    parser.add_argument("--json", action="store_true", help=_("a list of objects"))
    parser.add_argument("--strict", action="store_true", help=_("for programs: status 1 for warnings too"))
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
    bad = {State.FAIL, State.WARN} if args.strict else {State.FAIL}
    return FAILED if any(one.state in bad for one in found) else OK


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
        _external_asterisk if external else _asterisk, _ports, edge_check.look, _disk, _sound_tools, _master_key, _database, case_store.look, _files, _prompts, _told, _journeys, queue_check.look, seat_settings_check.look, line_settings_check.look, _calendar, _clock, _called, callback_check.look, retention_check.look, scanner_check.look,
    )  # fmt: skip
    head = _("{path}: {lines} lines, {queues} queues, {seats} seats", path=path, lines=len(settings.line),
             queues=len(settings.queue), seats=len(settings.seat))  # fmt: skip
    settings_file = [Finding("settings", State.OK, head)]
    settings_file += [Finding("settings", State.WARN, remark) for remark in remarks(path)]
    return [*settings_file, *(one for check in checks for one in check(settings, places))]


def _asterisk(_settings: Settings, _places: Places) -> Checked:
    all_ = asterisk_found.everything()
    fit = asterisk_found.find()
    least = asterisk_found.dotted(asterisk_found.LEAST)
    if named := asterisk_found.named_missing():
        cure = _("Cure: let it name a folder that `hotline asterisk install` made, or unset it")
        yield Finding("asterisk", State.FAIL, _("HOTLINE_ASTERISK: no Asterisk is in {folder}", folder=named), cure)
    if fit:
        place, made_of = fit[0].root or fit[0].binary, asterisk_install.set_of(fit[0])
        said = f"{asterisk_found.dotted(fit[1])}, {place}"
        if made_of is not None and not made_of.name:
            cure = _("Cure: hotline asterisk install --from the folder of the release, or have it tried")
            yield Finding(
                "asterisk", State.WARN, _("{said}: signed, but not the packages that were tried", said=said), cure
            )
        else:
            yield Finding("asterisk", State.OK, said)
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
    wanted = [one for one in start_check.wanted(settings) if one[0] != "edge.port"]  # the edge tells of its own
    busy = [found for one in wanted if (found := start_check.refused(one, places.var)) is not None]
    yield from dict.fromkeys(
        busy
    )  # an address that this machine has not is one fault, however many ports are bound there
    if not busy:
        first = settings.ports.rtp_first
        last = first + rtp_count([line.capacity for line in settings.line], len(settings.seat)) - 1
        used = ", ".join(f"{field.removeprefix('ports.')} {port}" for field, _host, port, _kind in wanted)
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


def _master_key(settings: Settings, places: Places) -> Checked:
    """Only whether it can be read: nothing is made here."""
    master, own = storage.master_key_of(settings.recording, places), places.secrets / storage.MASTER
    if not settings.recording.enabled:
        return
    if not settings.recording.master_key and not own.exists() and not storage.keys_of(settings.recording, places).any():
        yield Finding("recording key", State.OK, _("{path} will be made at the first recording", path=own))
        return
    try:
        name, mode = master.current(), stat.S_IMODE(master.file.stat().st_mode)
    except (SealBroken, OSError) as fault:
        cure = _("Cure: until it is there recordings wait in the spool, and none is heard")
        yield Finding("recording key", State.FAIL, fault.detail if isinstance(fault, SealBroken) else str(fault), cure)
        return
    said = _("{file}, key {name}, {former} former ones", file=master.file, name=name, former=master.former())
    if mode & 0o077:
        cure = _("Cure: chmod 600 {file}", file=master.file)
        yield Finding("recording key", State.WARN, _("{file} may be read by others", file=master.file), cure)
    elif settings.recording.master_key and own.exists():
        cure = _("Cure: delete it, once a recording was heard with the other")
        yield Finding("recording key", State.WARN, _("{said}; an unused one lies in {own}", said=said, own=own), cure)
    else:
        yield Finding("recording key", State.OK, said)


def _database(settings: Settings, places: Places) -> Checked:
    url = url_of(settings, places)
    shown = settings.ledger.url.rpartition("@")[2] if "@" in settings.ledger.url else settings.ledger.url
    if url.startswith("sqlite") and not places.ledger.exists():  # asking would make it
        yield Finding("database", State.OK, _("{path} will be made at the first start", path=places.ledger))
        return
    try:
        now, head = migrate.current(url), migrate.head()
        state = migrate.standing(now)
        missing = migrate.differences(url)[0] if state is migrate.Standing.CURRENT else []
    except LedgerUnavailable as fault:
        cure = _("Cure: start the database, or correct ledger.url")
        yield Finding("database", State.FAIL, f"{shown}: {str(fault).splitlines()[0]}", cure, away=True)
        return
    except LedgerWrong as fault:  # says its cure itself
        yield Finding("database", State.FAIL, f"{shown}: {str(fault).splitlines()[0]}")
        return
    if missing:
        message = _("{name}, revision {now}, lacks {names}", name=shown, now=now, names=", ".join(missing))
        cure = _("Cure: hotline db upgrade, with the daemon stopped")
        yield Finding("database", State.FAIL, message, cure)
    elif state is migrate.Standing.CURRENT:
        yield Finding("database", State.OK, _("{name}, revision {now}", name=shown, now=now))
    elif state is migrate.Standing.NEWER:
        yield Finding("database", State.FAIL, f"{shown}: {migrate.too_new(str(now))}")
    else:
        message = _("{name} is at revision {now}, this program needs {head}", name=shown, now=now or "-", head=head)
        yield Finding(
            "database", State.WARN, message, _("Cure: hotline db upgrade (or the daemon does it at its start)")
        )


def _files(settings: Settings, places: Places) -> Checked:
    """Read as a start reads them."""
    refused = list(operator_files.refusals(settings, places))
    for fault in refused:
        yield Finding("files", State.FAIL, str(fault))
    if refused:
        return
    found = operator_files.load(places, settings.cases.codes)
    for remark in found.remarks:
        yield Finding("files", State.WARN, remark)
    own = [path.name for path in (places.choices, places.codes) if stands(path)]
    if own and not found.remarks:
        yield Finding("files", State.OK, ", ".join(own))


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
    sounds_, refused = sounds.chosen(places.prompts)
    for path, why in refused:
        used = _("a caller hears the shipped one") if path.stem.casefold() in sounds_ else _("nobody hears it")
        yield Finding(
            "prompts", State.FAIL, _("{path} is not used: {why}; {used}", path=path, why=why, used=used), cure
        )
    unknown = sorted(OwnSounds(places.prompts).chosen.keys() - settings.prompts.keys() - manifest.spoken().keys())
    for name in unknown:
        hint = likely(name, settings.prompts)
        more = "; " + _("did you mean {hint}?", hint=hint) if hint else ""
        yield Finding("prompts", State.WARN, _("no prompt is called {name}: nobody hears it", name=name) + more)
    if not silent and not old and not refused:
        yield Finding("prompts", State.OK, _("{count} texts, all with sound", count=len(states)))


def _told(settings: Settings, _places: Places) -> Checked:
    """A recording whose caller was not told is kept, with a fault that verify names: said here before anybody calls."""
    if not settings.recording.enabled:
        return
    cure = _("Cure: a text of [prompts] that says so, as a step notice before the queue (or recording.enabled = false)")
    for line, graph in journeys_of(settings).items():
        if queues := consent.untold(graph, settings.prompts):
            text = _("line {line}: callers come to {queues} without having heard that they are recorded",
                     line=line, queues=", ".join(queues))  # fmt: skip
            yield Finding("notices", State.WARN, text, cure)
    if settings.recording.outbound and not consent.says_recorded(settings.prompts.get(OUTBOUND_PROMPT, "")):
        text = _("prompts.{name} does not tell whom a seat calls that he is recorded", name=OUTBOUND_PROMPT)
        yield Finding("notices", State.WARN, text, _('Cure: let it say so, or recording.outbound_notice = "off"'))


def _journeys(settings: Settings, _places: Places) -> Checked:
    """Ways that lead nowhere and rounds without an end were refused with the settings; what nobody hears is told here."""
    used = {line.journey for line in settings.line}
    idle = [name for name in settings.journey if name not in used]
    for name in idle:
        cure = _("Cure: name it in a line's journey, or take it out")
        yield Finding("journeys", State.WARN, _("journey.{name}: no line has this journey", name=name), cure)
    lost = [(name, step) for name, steps in settings.journey.items() for step in journey_faults.unreachable(steps)]
    for name, step in lost:
        cure = _("Cure: let a way of another step lead to it, or take it out")
        yield Finding("journeys", State.WARN, _("journey.{name}.{step}: no caller comes to this step", name=name, step=step), cure)  # fmt: skip
    for name, step, seconds in journey_faults.silent(settings.journey):
        cure = _("Cure: seconds = {most}, and more times", most=journey_faults.SILENCE_MOST)
        text = _(
            "journey.{name}.{step}: {seconds} s without a sound after its prompt", name=name, step=step, seconds=seconds
        )
        yield Finding("journeys", State.WARN, text, cure)
    if not idle and not lost:
        steps = sum(len(graph.steps) for graph in journeys_of(settings).values())
        text = _("{lines} lines, {steps} steps, every way ends", lines=len(settings.line), steps=steps)
        yield Finding("journeys", State.OK, text)


def _calendar(settings: Settings, _places: Places) -> Checked:
    yield from calendar_of(settings, today(settings))


def calendar_of(settings: Settings, today: date) -> Checked:
    """Next year's holidays are known in time, or the operator is told how to give them."""
    calendar = WorkCalendar.of(settings.calendar.holidays, settings.calendar.workdays)
    year = calendar.unknown_year(today)
    if year is None:
        return
    cure = _(
        "Cure: once they are announced, hotline calendar import NOTICE.txt writes them into [calendar]; or install a newer chinesecalendar"
    )
    yield Finding(
        "calendar",
        State.WARN,
        _(
            "the holidays of {year} are not known: its days count as plain weekdays, and what is promised into it is provisional",
            year=year,
        ),
        cure,
    )


def _called(settings: Settings, _places: Places) -> Checked:
    """Spellings of our numbers that are other numbers of ours, and numbers shown outside that nobody answers."""
    for number, spelling, other in called_numbers.lost(settings):
        text = _("{number} as carriers may write it ({spelling}) is the number {other} of another line",
                 number=number, spelling=spelling, other=other)  # fmt: skip
        yield Finding("numbers", State.WARN, text, _("Cure: have the carrier write it otherwise"))
    known = called_numbers.folded(settings)
    for trunk in settings.trunk:
        shown = trunk.calling_number or settings.centre.number
        if shown not in known:
            text = _("calls out on {trunk} show {number}, and whoever calls that back reaches no line",
                     trunk=trunk.name, number=shown)  # fmt: skip
            yield Finding("numbers", State.WARN, text, _("Cure: add it to a line's numbers"))


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

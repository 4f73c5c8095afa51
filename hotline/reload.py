"""Settings read again by a running daemon: judged first, then taken over by a new daemon in the old one's place.

The daemon leaves Asterisk and nginx running, with every call, and becomes the new program in the same process
(``run.py``); the next start adopts both and reloads what changed. What Asterisk takes up only when it is started
itself is named. The outcome stands in ``VAR/run/reload.json`` for ``hotline reload``. No rule of telephony lives here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from config.file_places import Places
from config.language import say as _
from config.read import SettingsError, read
from config.sections.telephone import Mode
from config.settings import Settings

from . import relaunch, start_check
from .programs.write_if_changed import write_changed

WAITS = ("asterisk.bind", "ports.sip", "ports.rtp_first")
"""What a running Asterisk does not take up: it goes on by the old value until a restart that ends the calls."""
NEVER = ("asterisk.mode", "edge.mode", "centre.node", "ports.ami", "ports.http")
"""What the daemon, nginx and a running Asterisk must agree on: without a restart of all of them nothing would work."""


@dataclass(slots=True)
class Outcome:
    state: Literal["refused", "going", "done"]
    at: float
    """When it was asked for; also its name."""
    changed: list[str] = field(default_factory=list)
    """Settings taken over: 'agent.1009: new', 'seats.wrap_up_seconds: 30 → 20'."""
    waits: list[str] = field(default_factory=list)
    """Settings that wait for a restart of Asterisk."""
    problems: list[str] = field(default_factory=list)
    """Why nothing was done."""
    away: list[str] = field(default_factory=list)
    """What was not there when the new daemon was ready."""


def judge(old: Settings, config: Path, places: Places, at: float) -> Outcome:
    """What taking over the file as it stands now would come to; changes nothing."""
    release = relaunch.another()
    if release is not None and (wrong := relaunch.problems(config, places)):
        return Outcome("refused", at, problems=wrong)
    program = [] if release is None else [f"program: {relaunch.HOME} → {release}"]
    try:
        new = read(config)
    except SettingsError as fault:
        if release is not None:  # written for the other one, which takes them
            return Outcome("going", at, program)
        return Outcome("refused", at, problems=[str(one) for one in fault.problems])
    if problems := start_check.problems(new, places, running=True):
        return Outcome("refused", at, problems=problems)
    changed: list[str] = []
    waits: list[str] = []
    never: list[str] = []
    for name, said in _differences(flat(old), flat(new)):
        if name in NEVER and old.asterisk.mode is Mode.EMBEDDED:
            never.append(
                _(
                    "{field}: cannot change while calls stand. Cure: end the daemon (SIGTERM), start it again",
                    field=name,
                )
            )
        (waits if name in WAITS else changed).append(f"{name}: {said}")
    if never:
        return Outcome("refused", at, problems=never)
    return Outcome("going", at, [*program, *changed], waits)


def keep(places: Places, outcome: Outcome) -> None:
    write_changed(places.reload, json.dumps(asdict(outcome), ensure_ascii=False).encode(), 0o600)


def kept(places: Places) -> Outcome | None:
    """The last one; None when there is none, or one of another program."""
    try:
        return Outcome(**json.loads(places.reload.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def finish(places: Places, away: list[str]) -> None:
    """The daemon is ready: a reload that was on its way has come to its end."""
    outcome = kept(places)
    if outcome is not None and outcome.state == "going":
        outcome.state, outcome.away = "done", away
        keep(places, outcome)


def flat(settings: Settings) -> dict[str, Any]:
    """'seats.wrap_up_seconds' → value; entries that have an id under it: 'agent.1009' → all of it."""
    found: dict[str, Any] = {}
    for section, value in settings.model_dump(mode="json").items():
        if isinstance(value, list) and all(isinstance(one, dict) and "id" in one for one in value):
            found |= {f"{section}.{one['id']}": one for one in value}
        elif isinstance(value, dict):
            found |= {f"{section}.{name}": one for name, one in value.items()}
        else:
            found[section] = value
    return found


def _differences(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (name, "new" if name not in old else "gone" if name not in new else _changed(name, old[name], new[name]))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _changed(name: str, old: object, new: object) -> str:
    if isinstance(old, dict) and isinstance(new, dict):
        return ", ".join(sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key)))
    return "changed" if name in ("ledger.url", "casestore.url") else f"{old} → {new}"  # a url may hold a password

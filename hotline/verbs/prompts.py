"""``hotline prompts``: the texts of the settings become sounds (``build``), and which have one (``list``).

Building needs the extra ``voice`` and some seconds a sentence; only what changed is
built. Without ``--var`` the shipped sounds are built, as developers do; with it the
operator's own texts, into VAR/prompts, where a sound recorded by a person is left alone.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from config.file_places import Places
from config.language import say as _
from ivr import manifest
from ivr.errors import VoiceMissing
from ivr.manifest import Built, State
from ivr.prompts import SHIPPED, seconds_of

OK, FAILED = 0, 1


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    prompts = sub.add_parser("prompts", help=_("what callers are told: build the sounds, list them"))
    verbs = prompts.add_subparsers(dest="verb", required=True)
    build = verbs.add_parser("build", help=_("make the sounds whose text changed, with the offline voice"))
    build.add_argument("--force", action="store_true", help=_("build all anew, except what a person recorded"))
    build.set_defaults(run=_build)
    listing = verbs.add_parser("list", help=_("each text, and the sound a caller hears for it"))
    listing.set_defaults(run=_list)
    one = verbs.add_parser("say", help=_("make one sound, of a text that stands in no settings: a mass event's words"))
    one.add_argument("name", help=_("of the prompt: letters a-z, digits and _"))
    one.add_argument("text")
    one.add_argument("--var", type=Path, required=True)
    one.set_defaults(run=_say)
    for verb in (build, listing):
        verb.add_argument("--config", type=Path, default=Path("hotline.toml"))
    build.add_argument("--var", type=Path, help=_("build into DIR/prompts what differs from the shipped sounds"))
    listing.add_argument("--var", type=Path, default=Path("var"))


def _list(args: argparse.Namespace) -> int:
    texts = _texts(args.config)
    found = manifest.states(texts, Places(args.var).prompts)
    for name, text in texts.items():
        print(f"{name:<12} {_(found[name].value):<8} {text}")
    return FAILED if State.MISSING in found.values() else OK


def _say(args: argparse.Namespace) -> int:
    if not re.fullmatch(r"[a-z0-9_]{1,60}", args.name):
        print(_("the name of a prompt is of the letters a-z, digits and _"), file=sys.stderr)
        return FAILED
    folder = Places(args.var).prompts
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return build({args.name: args.text}, folder)
    except VoiceMissing as missing:
        print(_("the voice is not there: {why}", why=missing), file=sys.stderr)
        return FAILED


def _build(args: argparse.Namespace) -> int:
    texts = _texts(args.config)
    if args.var is None:
        folder, texts = SHIPPED, texts | manifest.spoken()
    else:
        folder, texts = Places(args.var).prompts, _unlike_shipped(texts)
        folder.mkdir(parents=True, exist_ok=True)
    try:
        return build(texts, folder, force=args.force)
    except VoiceMissing as missing:
        print(_("the voice is not there: {why}", why=missing), file=sys.stderr)
        return FAILED


def build(texts: Mapping[str, str], folder: Path, *, force: bool = False) -> int:
    """Build what is missing or outdated into ``folder``. Returns the exit code."""
    from ivr.voice import NAME, RATE, RECIPE, Voice

    made_by = f"{NAME}/{RECIPE}"
    built = manifest.read(folder)
    due = [name for name, text in texts.items() if _due(manifest.state(name, text, folder, built, made_by), force)]
    if not due:
        print(_("all {count} sounds are up to date", count=len(texts)))
        return OK
    voice = Voice(voice_cache())
    for number, name in enumerate(due, 1):
        path = folder / f"{name}.wav"
        _write(path, voice.say(texts[name]), RATE)
        length = round(seconds_of(path), 2)
        built[name] = Built(manifest.text_hash(texts[name]), made_by, length, manifest.file_hash(path))
        manifest.write(folder, built)
        print(f"[{number}/{len(due)}] {name} {length:.1f} s  {texts[name]}", flush=True)
    return OK


def _due(state: State, force: bool) -> bool:
    return state in (State.MISSING, State.OUTDATED) or (force and state is State.BUILT)


def _write(path: Path, samples: object, rate: int) -> None:
    import soundfile

    from ivr.telephone_loudness import RATE, for_telephone

    soundfile.write(path, for_telephone(samples, rate), RATE, subtype="PCM_16", format="WAV")  # type: ignore[arg-type]


def _unlike_shipped(texts: Mapping[str, str]) -> dict[str, str]:
    built = manifest.read(SHIPPED)
    return {name: text for name, text in texts.items() if manifest.state(name, text, SHIPPED, built) is not State.BUILT}


def _texts(config: Path) -> dict[str, str]:
    from config.read import read

    return dict(read(config).prompts)


def voice_cache() -> Path:
    """Where the offline voice keeps what was fetched once."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotline" / "voice"

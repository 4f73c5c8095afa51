"""What the voice has built: beside its WAVs, ``built.json`` says from which text, so that only changes are built anew.

Written by ``hotline prompts build``; read by it and by ``hotline check``. A sound that is
not in the manifest, or differs from it, was recorded by a person and is never overwritten.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from config.files import FileRefused, read_text
from config.language import say as _

from .prompts import MANIFEST, SHIPPED, OwnSounds


@dataclass(frozen=True, slots=True)
class Built:
    """One built sound; hashes are SHA-256 in hex."""

    text: str
    """Hash of the text."""
    voice: str
    """Voice and recipe."""
    seconds: float
    sound: str
    """Hash of the WAV file."""


class State(StrEnum):
    RECORDED = "recorded"  # a person's; nobody knows what it says
    BUILT = "built"  # says the text
    OUTDATED = "outdated"  # built from another text or voice
    MISSING = "missing"


def read(folder: Path) -> dict[str, Built]:
    """The manifest of a folder; empty when there is none. Raises FileRefused."""
    path = folder / MANIFEST
    if not path.exists():
        return {}
    try:
        return {name: Built(**entry) for name, entry in json.loads(read_text(path).text).items()}
    except (ValueError, TypeError, AttributeError) as fault:
        cure = _("Cure: delete it, then all sounds in the folder count as recorded by a person")
        raise FileRefused(path, "", _("is not what the voice wrote: {fault}", fault=fault), cure) from None


def write(folder: Path, built: Mapping[str, Built]) -> None:
    lines = {name: asdict(built[name]) for name in sorted(built)}
    fresh = folder / (MANIFEST + ".part")
    fresh.write_text(json.dumps(lines, indent=1, ensure_ascii=False) + "\n", "utf-8")
    fresh.replace(folder / MANIFEST)


def state(name: str, text: str, folder: Path, built: Mapping[str, Built], voice: str | None = None) -> State:
    """What the folder's sound ``name`` is to this text (and, when given, this voice)."""
    path = folder / f"{name}.wav"
    if not path.exists():
        return State.MISSING
    entry = built.get(name)
    if entry is None or entry.sound != file_hash(path):
        return State.RECORDED
    if entry.text != text_hash(text) or (voice is not None and entry.voice != voice):
        return State.OUTDATED
    return State.BUILT


def states(texts: Mapping[str, str], own: Path, shipped: Path = SHIPPED) -> dict[str, State]:
    """What a caller would hear for each text: the operator's sound where there is one, else the shipped one."""
    ours, theirs, recorded = read(own), read(shipped), OwnSounds(own).chosen

    def of(name: str, text: str) -> State:
        if name not in recorded:
            return state(name, text, shipped, theirs)
        built = recorded[name] == own / f"{name}.wav"  # the voice writes no other kind
        return state(name, text, own, ours) if built else State.RECORDED

    return {name: of(name, text) for name, text in texts.items()}


def spoken() -> dict[str, str]:
    """The internal words that numbers are composed of: sound name → text."""
    words: dict[str, str] = tomllib.loads((SHIPPED / "spoken.toml").read_text("utf-8"))["spoken"]
    return words


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

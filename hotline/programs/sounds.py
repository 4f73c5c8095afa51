"""Lays out what Asterisk plays: the shipped prompts, the operator's own, the music, short blanks.

Called before Asterisk starts (``embedded_asterisk.py``) and by ``hotline asterisk render``. A file
is written whole or not at all and only when it differs, so that a running Asterisk
never plays half a prompt.
"""

from __future__ import annotations

from pathlib import Path

import structlog

from config.file_places import Places
from config.render.comfort_words import FOLDER
from config.settings import Settings
from hotline.programs.music import music
from hotline.programs.write_if_changed import write_changed
from ivr.prompts import SHIPPED, OwnSounds
from ivr.sound_file import RATE, WIDTH, SoundRefused, plain, with_header

log = structlog.get_logger("sounds")

BLANKS = ("beep", "beeperr", "pbx-transfer", "pbx-invalid")
"""Asterisk's own English sounds that AMI Atxfer plays to the seat: an agent needs none of them."""


def lay_out(places: Places, shipped: Path = SHIPPED) -> list[str]:
    """Bring the embedded Asterisk's sounds/ and moh/ up to date; returns what was written."""
    return lay_out_at(places.asterisk, places.prompts, shipped)


def lay_out_at(data: Path, replaced: Path, shipped: Path = SHIPPED) -> list[str]:
    """The same under ``data``, Asterisk's astdatadir; what can be played of ``replaced`` outranks the shipped ones."""
    sounds, refused = chosen(replaced, shipped)
    for path, why in refused:
        log.error("prompt not used", file=str(path), why=why)
    wanted = {data / "sounds" / "hotline" / f"{name}.wav": sound for name, sound in sounds.items()}
    wanted |= {data / "sounds" / f"{name}.wav": _blank(0.06) for name in BLANKS}
    written = [str(path) for path, content in wanted.items() if write_changed(path, content)]
    tune = data / "moh" / "hotline.wav"
    if not (tune.parent.is_dir() and any(tune.parent.iterdir())):
        write_changed(tune, music())
        written.append(str(tune))
    return written


def lay_out_comfort(data: Path, settings: Settings) -> None:
    """Under ``data``, Asterisk's astdatadir, for each queue with comfort words: they, then the music. After the others."""
    for queue in settings.queue:
        folder = data / FOLDER / queue.id
        wanted: dict[str, bytes] = {}
        if queue.comfort is not None:
            said = data / "sounds" / "hotline" / f"{queue.comfort}.wav"
            tunes = sorted((data / "moh").iterdir())
            files = [(f"1-{said.name}", said), *((f"2-{tune.name}", tune) for tune in tunes)]
            wanted = {name: file.read_bytes() for name, file in files if file.is_file()}
        for name, content in wanted.items():
            write_changed(folder / name, content)
        for stale in folder.iterdir() if folder.is_dir() else ():
            if stale.name not in wanted:
                stale.unlink()


def ready(places: Places, prompt: str) -> bool:
    """Whether Asterisk can play it. One of the operator's own that came since the start is laid out now (a mass event's words)."""
    played = places.sounds / "hotline" / f"{prompt}.wav"
    if played.exists():
        return True
    own = OwnSounds(places.prompts).chosen.get(prompt)
    if own is None:
        return False
    try:
        write_changed(played, plain(own))
    except (SoundRefused, OSError) as fault:
        log.error("prompt not used", file=str(own), why=str(fault))
        return False
    return True


def chosen(replaced: Path, shipped: Path = SHIPPED) -> tuple[dict[str, bytes], list[tuple[Path, str]]]:
    """Prompt → its sound as Asterisk is to play it; and the operator's files that are not used, each with the reason."""
    sounds = {name: plain(path) for name, path in OwnSounds(shipped).chosen.items()}
    own = OwnSounds(replaced)
    refused = list(own.unused)
    for name, path in own.chosen.items():
        try:
            sounds[name] = plain(path)
        except SoundRefused as fault:
            refused.append((path, str(fault)))
            sounds.setdefault(name, _blank(0.5))  # a text of the operator's own: a short silence, not a failed call
    return sounds, refused


def _blank(seconds: float) -> bytes:
    return with_header(bytes(WIDTH * int(seconds * RATE)))

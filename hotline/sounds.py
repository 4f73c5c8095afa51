"""Lays out what Asterisk plays: the shipped prompts, the operator's own, the music, short blanks.

Called before Asterisk starts (``embedded.py``) and by ``hotline asterisk render``. A file
is written whole or not at all and only when it differs, so that a running Asterisk
never plays half a prompt.
"""

from __future__ import annotations

import io
import wave
from pathlib import Path

import structlog

from config.places import Places
from hotline.music import music

log = structlog.get_logger("sounds")

SHIPPED = Path(__file__).resolve().parent.parent / "ivr" / "sounds"
RATE = 8000
BLANKS = ("beep", "beeperr", "pbx-transfer", "pbx-invalid")
"""Asterisk's own English sounds that AMI Atxfer plays to the seat: an agent needs none of them."""


def lay_out(places: Places, shipped: Path = SHIPPED) -> list[str]:
    """Bring the embedded Asterisk's sounds/ and moh/ up to date; returns what was written."""
    return lay_out_at(places.asterisk, places.prompts, shipped)


def lay_out_at(data: Path, replaced: Path, shipped: Path = SHIPPED) -> list[str]:
    """The same under ``data``, Asterisk's astdatadir; WAVs in ``replaced`` outrank the shipped ones."""
    chosen: dict[Path, Path] = {}
    for folder in (shipped, replaced):
        for path in sorted(folder.rglob("*.wav")) if folder.is_dir() else ():
            chosen[path.relative_to(folder)] = path
    wanted = {data / "sounds" / "hotline" / name: _playable(path, shipped / name) for name, path in chosen.items()}
    wanted |= {data / "sounds" / f"{name}.wav": _blank(0.06) for name in BLANKS}
    written = [str(path) for path, content in wanted.items() if _write(path, content)]
    tune = data / "moh" / "hotline.wav"
    if not (tune.parent.is_dir() and any(tune.parent.iterdir())):
        _write(tune, music())
        written.append(str(tune))
    return written


def _playable(path: Path, shipped: Path) -> bytes:
    """The sound, fitted; an operator's file that nobody can read is said, and the shipped one plays."""
    try:
        return fit(path.read_bytes())
    except Exception as fault:  # pydub raises whatever ffmpeg and it could not do
        if path == shipped:
            raise
        log.error("prompt cannot be played; the shipped one is used", file=str(path), fault=str(fault)[:200])
        return fit(shipped.read_bytes()) if shipped.exists() else _blank(0.5)


def fit(data: bytes) -> bytes:
    """A WAV as Asterisk's format_wav takes it: 8 kHz, mono, 16 bit; others are converted (short files only)."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            fits = (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
    except (wave.Error, EOFError):
        fits = False
    if fits:
        return data
    from pydub import AudioSegment  # converts at most a prompt, and only when somebody recorded one

    out = io.BytesIO()
    segment = AudioSegment.from_file(io.BytesIO(data))
    segment.set_frame_rate(RATE).set_channels(1).set_sample_width(2).export(out, format="wav")
    return out.getvalue()


def _blank(seconds: float) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"\0\0" * int(seconds * RATE))
    return out.getvalue()


def _write(path: Path, data: bytes) -> bool:
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(data)
    draft.replace(path)
    return True

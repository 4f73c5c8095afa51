"""Sounds as programs write them: played, or refused with the reason (kind J)."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.prompts import OwnSounds, Prompts, seconds_of
from ivr.sound_file import SoundRefused, plain, with_header

TONE = (8000 * np.sin(np.arange(8000) / 3)).astype("<i2").tobytes()
"""A second."""
FORMAT = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)


def riff(*chunks: tuple[bytes, bytes, int], size: int | None = None) -> bytes:
    """A WAV by hand: (name, content, length that its header tells)."""
    body = b"".join(name + struct.pack("<I", told) + content for name, content, told in chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body) if size is None else size) + b"WAVE" + body


def test_what_python_can_read_is_written_anew_with_a_plain_header(tmp_path: Path) -> None:
    """A header written into a pipe; chunks before and behind, of odd length; an extensible format."""
    extensible = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 8000, 16000, 2, 16, 22, 16, 4) + b"\x01\0" + bytes.fromhex(
        "000000001000800000aa00389b71")  # fmt: skip
    for data in (
        riff((b"fmt ", FORMAT, 16), (b"data", TONE, 0xFFFFFFFF), size=0xFFFFFFFF),
        riff((b"fmt ", FORMAT, 16), (b"LIST", b"INFOIART\3\0\0\0abc\0", 15), (b"data", TONE, len(TONE))),
        riff((b"fmt ", FORMAT, 16), (b"data", TONE, len(TONE)), (b"id3 ", b"xyz\0", 3)),
        riff((b"JUNK", b"\0" * 28, 28), (b"fmt ", FORMAT, 16), (b"data", TONE, len(TONE))),
        riff((b"fmt ", extensible, len(extensible)), (b"data", TONE, len(TONE))),
    ):
        path = tmp_path / "welcome.wav"
        path.write_bytes(data)
        assert plain(path) == with_header(TONE)
        assert seconds_of(path) <= 1.1, "a deadline as long as the header says would be for ever"


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg")
@pytest.mark.parametrize("kind", ["mp3", "flac", "ogg", "m4a", "wav"])
def test_other_kinds_are_converted(tmp_path: Path, kind: str) -> None:
    """As a person's program saves them."""
    (tmp_path / "in.wav").write_bytes(with_header(TONE))
    path = tmp_path / f"welcome.{kind}"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", tmp_path / "in.wav", "-ar", "44100", "-ac", "2", path], check=True, timeout=30
    )
    with wave.open(io.BytesIO(plain(path))) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        assert abs(sound.getnframes() / 8000 - 1.0) < 0.15


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ID3 mp3",
        b"RIFF",
        with_header(b""),
        with_header(bytes(16000)),
        with_header(b"\x00\x20" * 8000),
        with_header(TONE)[:-100],
        with_header(TONE * 130),
    ],
    ids=["empty", "text", "begun", "no sound", "silence", "a constant", "cut off", "too long"],
)
def test_what_nobody_would_hear_is_refused(tmp_path: Path, data: bytes) -> None:
    """With a reason."""
    path = tmp_path / "welcome.wav"
    path.write_bytes(data)
    with pytest.raises(SoundRefused, match=r"\w"):
        plain(path)


def test_each_file_of_the_folder_is_used_or_said(tmp_path: Path) -> None:
    """Endings of any case and kind; of two for one prompt the WAV; a name that is none."""
    for name in (
        "welcome.WAV",
        "Busy.mp3",
        "menu.mp3",
        "menu.wav",
        "closed (1).wav",
        "notes.txt",
        ".menu.wav.part",
        "built.json",
    ):
        (tmp_path / name).write_bytes(b"x")
    own = OwnSounds(tmp_path)
    assert {name: path.name for name, path in own.chosen.items()} == {
        "welcome": "welcome.WAV", "busy": "Busy.mp3", "menu": "menu.wav",
    }  # fmt: skip
    assert sorted(path.name for path, _why in own.unused) == ["closed (1).wav", "menu.mp3", "notes.txt"]


def test_the_length_of_a_sound_is_what_the_file_holds(tmp_path: Path) -> None:
    """A header's promise decides no deadline."""
    (tmp_path / "welcome.wav").write_bytes(riff((b"fmt ", FORMAT, 16), (b"data", TONE, 0xFFFFFFFF), size=0xFFFFFFFF))
    assert Prompts(tmp_path).seconds("welcome") == pytest.approx(1.0, abs=0.1)

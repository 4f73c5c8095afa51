"""Raw files that ended badly."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from recordings import audio, unfinished_files

from .sound import stereo


def test_a_file_that_another_process_writes_is_not_complete(tmp_path: Path) -> None:
    """Complete means that nobody in any process holds it open for writing, however quiet."""
    path = tmp_path / "a.raw"
    path.write_bytes(stereo(1.0))
    os.utime(path, (1, 1))
    code = "import sys; f = open(sys.argv[1], 'ab'); print('open', flush=True); sys.stdin.read()"
    writer = subprocess.Popen([sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"open\n"
        assert not unfinished_files.complete(path)
    finally:
        writer.communicate()
    assert unfinished_files.complete(path)


@pytest.mark.parametrize("cut", [0, 1, 3, 4000])
def test_a_headless_wav_is_repaired(tmp_path: Path, cut: int) -> None:
    """A WAV whose writer was killed says 0 bytes; afterwards all of its sound is there."""
    raw, wav = tmp_path / "a.raw", tmp_path / "a.wav"
    raw.write_bytes(stereo(2.0))
    audio.encode(raw, wav, "wav", 24, seconds=2)
    whole = bytearray(wav.read_bytes())
    at = whole.index(b"data") + 4
    whole[4:8] = whole[at : at + 4] = struct.pack("<I", 0)
    wav.write_bytes(whole[: len(whole) - cut])
    assert unfinished_files.repair_wav(wav)
    assert not unfinished_files.repair_wav(wav)
    assert soundfile.info(wav).frames == (64000 - cut) // 4
    assert audio.measure(wav).seconds == pytest.approx(2.0 - cut / 32000, abs=0.001)


def test_what_is_no_wav_is_left_alone(tmp_path: Path) -> None:
    """Repair never touches a file it does not understand."""
    for content in (b"", b"RIFF", b"x" * 100, b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff"):
        path = tmp_path / "a.wav"
        path.write_bytes(content)
        assert not unfinished_files.repair_wav(path)
        assert path.read_bytes() == content


def test_lists_old_raw_files_only(tmp_path: Path) -> None:
    """Foreign, hidden and young files are not named."""
    for name, when in (("a.raw", 10), ("b.wav", 10), ("c.raw", 30), (".d.raw", 10), ("e.txt", 10)):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (when, when))
    assert sorted(unfinished_files.raw_files(tmp_path, 20)) == ["a.raw", "b.wav"]

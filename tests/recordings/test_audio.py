"""The door to ffmpeg and soundfile, with real sound."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from recordings import audio
from recordings.errors import Hopeless, TryLater

from .sound import stereo


def test_measures_each_channel(tmp_path: Path) -> None:
    """Length, loudness and peaks are those of the sound, per channel, in steps of 50 ms."""
    raw = tmp_path / "a.raw"
    raw.write_bytes(stereo(60.0, 440, 0) + stereo(61.52, 0, 1000, 0.5) + b"\1\2\3")
    found = audio.measure(raw)
    assert found.seconds == pytest.approx(121.52)
    assert found.rms.shape == found.peak.shape == (2431, 2)
    assert found.loud_seconds(0, 0, 200, 0.003) == pytest.approx(60.0, abs=0.1)
    assert found.loud_seconds(1, 0, 60, 0.003) == 0
    assert found.loud_seconds(1, 60, 1000, 0.003) == pytest.approx(61.52, abs=0.1)
    peaks = json.loads(found.peaks_json())
    assert peaks["step_ms"] == 50
    assert [max(channel) for channel in peaks["channels"]] == pytest.approx([32, 64], abs=1)


@pytest.mark.parametrize("form", ["opus", "mp3", "wav"])
def test_encodes_without_mixing_the_two(tmp_path: Path, form: str) -> None:
    """Both voices stay on their own channel, nothing is cut, and the same sound gives the same bytes."""
    raw = tmp_path / "a.raw"
    raw.write_bytes(stereo(3.0, 440, 0) + stereo(3.0, 0, 1000))
    for target in (tmp_path / f"a.{form}", tmp_path / f"b.{form}"):
        audio.encode(raw, target, form, 24, seconds=6)
    assert (tmp_path / f"a.{form}").read_bytes() == (tmp_path / f"b.{form}").read_bytes()
    assert audio.decoded_seconds(tmp_path / f"a.{form}") == pytest.approx(6.0, abs=0.2)
    sound, rate = soundfile.read(tmp_path / f"a.{form}", always_2d=True)
    assert sound.shape[1] == 2
    first, second = sound[rate // 2 : rate * 2], sound[rate * 7 // 2 : rate * 5]
    for part, loud in ((first, 0), (second, 1)):
        rms = np.sqrt(np.mean(part**2, axis=0))
        assert rms[loud] == pytest.approx(0.25 / np.sqrt(2), rel=0.2)
        assert rms[1 - loud] < rms[loud] / 10


def test_says_what_cannot_be_used(tmp_path: Path) -> None:
    """Empty and foreign files are hopeless; a broken encoding is found by decoding it."""
    (tmp_path / "empty.raw").write_bytes(b"\0\0")
    with pytest.raises(Hopeless, match="empty"):
        audio.measure(tmp_path / "empty.raw")
    (tmp_path / "no.wav").write_bytes(b"no sound at all" * 10)
    with pytest.raises(Hopeless, match="unreadable"):
        audio.measure(tmp_path / "no.wav")
    (tmp_path / "cut.opus").write_bytes(b"OggS" + bytes(100))
    with pytest.raises(TryLater, match="encoder_failed"):
        audio.decoded_seconds(tmp_path / "cut.opus")


def test_cuts_a_clip(tmp_path: Path) -> None:
    """A passage of a recording as a file of its own."""
    (tmp_path / "a.raw").write_bytes(stereo(4.0))
    audio.encode(tmp_path / "a.raw", tmp_path / "a.wav", "wav", 24, seconds=4)
    audio.clip(tmp_path / "a.wav", tmp_path / "c.wav", 1.0, 2.5)
    assert soundfile.info(tmp_path / "c.wav").duration == pytest.approx(1.5, abs=0.01)

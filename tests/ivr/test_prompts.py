"""Prompts: what exists, what it says, what may be replaced."""

from __future__ import annotations

import os
import shutil
import socket
import tomllib
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr import manifest
from ivr.manifest import Built, State
from ivr.prompts import SHIPPED, UNKNOWN_SECONDS, OwnSounds, Prompts
from ivr.sound_file import plain
from ivr.telephone_loudness import CEILING, LOUDNESS, decibels, loudness

TEXTS: dict[str, str] = tomllib.loads(Path("hotline.toml").read_text("utf-8"))["prompts"]
SOUNDS = sorted(SHIPPED.glob("*.wav"))


def wav(path: Path, seconds: float = 0.5, *, rate: int = 8000, channels: int = 1, width: int = 2) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(b"\1" * int(seconds * rate) * channels * width)
    return path


@pytest.mark.parametrize("path", SOUNDS, ids=lambda path: path.stem)
def test_each_shipped_sound_is_fit_for_the_telephone(path: Path) -> None:
    """8 kHz mono 16 bit, one loudness, nothing clipped, no silence at its ends."""
    assert len(plain(path)) == path.stat().st_size
    samples, rate = soundfile.read(path, dtype="float32")
    assert abs(decibels(loudness(samples)) - LOUDNESS) < 1.5
    assert decibels(float(np.abs(samples).max())) <= CEILING + 0.1
    for edge in (samples[: rate // 5], samples[-rate // 5 :]):
        assert decibels(float(np.abs(edge).max())) > -40, "more than 0.2 s of silence"


def test_every_shipped_text_has_its_sound() -> None:
    """The texts of hotline.toml and the committed sounds belong together."""
    assert manifest.states(TEXTS, Path("/nonexistent")) == dict.fromkeys(TEXTS, State.BUILT)


def test_a_changed_text_is_outdated_and_a_new_one_missing(tmp_path: Path) -> None:
    """Editing a text does not pass unseen."""
    found = manifest.states({"welcome": "您好。", "holiday": "新年好。"}, tmp_path)
    assert found == {"welcome": State.OUTDATED, "holiday": State.MISSING}


def test_a_recorded_sound_outranks_the_shipped_one(tmp_path: Path) -> None:
    """Its length counts, and it is known as a person's."""
    wav(tmp_path / "welcome.wav", 1.5)
    assert Prompts(tmp_path, SHIPPED).seconds("welcome") == pytest.approx(1.5)
    assert manifest.states(TEXTS, tmp_path)["welcome"] is State.RECORDED


def test_a_built_sound_that_was_recorded_over_is_a_persons(tmp_path: Path) -> None:
    """The manifest knows its own file by its hash: another one is never overwritten."""
    path = tmp_path / "menu.wav"
    shutil.copy(SHIPPED / "menu.wav", path)
    entry = Built(manifest.text_hash("按1"), "voice/1", 1.0, manifest.file_hash(path))
    manifest.write(tmp_path, {"menu": entry})
    built = manifest.read(tmp_path)
    assert manifest.state("menu", "按1", tmp_path, built) is State.BUILT
    assert manifest.state("menu", "按1", tmp_path, built, "voice/2") is State.OUTDATED
    wav(path)
    assert manifest.state("menu", "按1", tmp_path, built) is State.RECORDED


def test_an_unknown_sound_gets_a_generous_deadline(tmp_path: Path) -> None:
    """What nobody measured, or what is no WAV, is not cut off."""
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    prompts = Prompts(tmp_path)
    assert prompts.seconds("broken") == prompts.seconds("none") == UNKNOWN_SECONDS
    assert prompts.without_sound(["broken"]) == ("broken",)


@pytest.mark.parametrize("what", ["pipe", "link to nothing", "loop", "folder", "socket"])
def test_what_has_a_sounds_name_and_is_none_is_said(tmp_path: Path, what: str) -> None:
    """Kind J: the shipped one plays, and who put it there is told that his does not."""
    path = tmp_path / "welcome.wav"
    match what:
        case "pipe":
            os.mkfifo(path)
        case "link to nothing":
            path.symlink_to("/nonexistent/welcome.wav")
        case "loop":
            path.symlink_to(path)
        case "folder":
            path.mkdir()
        case _:
            with socket.socket(socket.AF_UNIX) as one:
                one.bind(str(path))
    own = OwnSounds(tmp_path)
    assert own.chosen == {}
    assert [file for file, _why in own.unused] == [path]


def test_a_folder_of_prompts_that_is_none_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "prompts"
    folder.symlink_to("/nonexistent/share")
    assert [file for file, _why in OwnSounds(folder).unused] == [folder]
    assert OwnSounds(tmp_path / "never").unused == []

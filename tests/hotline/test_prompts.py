"""``hotline prompts build``: only what changed, and never over a person's recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ivr.voice
from hotline.verbs.prompts import build
from ivr import manifest
from ivr.manifest import State
from ivr.sound_file import plain
from ivr.telephone_loudness import Samples


class Hum:
    """A voice that hums one second, and remembers what it was asked to say."""

    asked: list[str]

    def __init__(self, cache: Path) -> None:
        Hum.asked = []

    def say(self, text: str) -> Samples:
        Hum.asked.append(text)
        return (0.2 * np.sin(np.arange(ivr.voice.RATE) / 10)).astype(np.float32)


@pytest.fixture(autouse=True)
def humming(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ivr.voice, "Voice", Hum)
    Hum.asked = []


def test_only_what_changed_is_built(tmp_path: Path) -> None:
    """First all, then none, then the one with a new text; the sounds can be played."""
    texts = {"welcome": "您好。", "busy": "忙。"}
    assert build(texts, tmp_path) == 0
    assert Hum.asked == ["您好。", "忙。"]
    assert all(plain(tmp_path / f"{name}.wav") for name in texts)
    Hum.asked = []
    assert build(texts, tmp_path) == 0
    assert Hum.asked == []
    assert build(texts | {"busy": "请稍候。"}, tmp_path) == 0
    assert Hum.asked == ["请稍候。"]


def test_force_builds_all_anew(tmp_path: Path) -> None:
    """What the voice made, it makes again."""
    build({"welcome": "您好。"}, tmp_path)
    build({"welcome": "您好。"}, tmp_path, force=True)
    assert Hum.asked == ["您好。"]


def test_a_persons_recording_is_left_alone(tmp_path: Path) -> None:
    """Whatever its text says now, and with force too."""
    own = tmp_path / "welcome.wav"
    own.write_bytes(b"a person's")
    assert build({"welcome": "您好。"}, tmp_path, force=True) == 0
    assert own.read_bytes() == b"a person's"
    assert manifest.state("welcome", "您好。", tmp_path, {}) is State.RECORDED

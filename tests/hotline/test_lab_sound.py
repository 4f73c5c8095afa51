"""The phones' sound: A-law there and back, and what an ear says of it."""

from __future__ import annotations

import numpy as np
import pytest

from hotline.lab.sound import (
    ALAW_TO_MULAW,
    FRAME,
    FRAME_SECONDS,
    MULAW_TO_ALAW,
    SILENCE,
    Ear,
    from_alaw,
    key_tones,
    speech,
    to_alaw,
    tone,
)


def listen(*parts: tuple[bytes, ...], since: float = 100.0) -> Ear:
    ear = Ear()
    for number, frame in enumerate(frame for part in parts for frame in part):
        ear.hear(frame, since + number * FRAME_SECONDS)
    return ear


def test_alaw_keeps_a_sample_within_its_step() -> None:
    """Encoding and decoding changes no sample by more than the step of its segment."""
    samples = np.arange(-32256, 32257, 17).astype(np.float64)
    error = np.abs(from_alaw(to_alaw(samples)) - samples)
    assert (error <= np.maximum(np.abs(samples) / 30, 9)).all()


def test_mulaw_is_another_spelling_of_the_same_sound() -> None:
    """G.711's own bytes for the loudest samples, silence stays silent, a tone there and back is that tone."""
    assert SILENCE.translate(ALAW_TO_MULAW)[0] in (0x7E, 0x7F, 0xFE, 0xFF)
    loudest = to_alaw(np.array([-32768.0, 32767.0]))
    assert loudest.translate(ALAW_TO_MULAW) == b"\x00\x80"
    back = tuple(frame.translate(ALAW_TO_MULAW).translate(MULAW_TO_ALAW) for frame in tone(620))
    assert listen(back).tone_level(620) > 0.95


@pytest.mark.parametrize(
    ("key", "hertz"), [("1", (697, 1209)), ("5", (770, 1336)), ("#", (941, 1477)), ("0", (941, 1336))]
)
def test_a_key_is_its_two_tones(key: str, hertz: tuple[int, int]) -> None:
    frames = key_tones(key) * 3
    assert {len(frame) for frame in frames} == {FRAME}
    heard = listen(frames)
    pressed = 0.12 * 3
    assert heard.loud_seconds() == pytest.approx(pressed, abs=0.03)
    assert sum(heard.tone_level(one) for one in hertz) > 0.5


def test_an_ear_tells_sound_from_silence() -> None:
    """One second of tone between seconds of silence is one second of sound, with its gap measured."""
    quiet = (SILENCE,) * 50
    ear = listen(quiet, tone(440), quiet, quiet)
    assert abs(ear.loud_seconds() - 1.0) < 0.05
    assert abs((ear.first_sound() or 0) - 101.0) < 0.05
    assert abs(ear.longest_silence(100.0, 104.0) - 2.0) < 0.05


def test_an_ear_knows_one_tone_from_another() -> None:
    """The tone that was sent has the energy; another pitch has none."""
    ear = listen(tone(620))
    assert ear.tone_level(620) > 0.95
    assert ear.tone_level(440) < 0.01


def test_an_ear_may_be_asked_while_it_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sound that comes in between the two things a look takes spoils neither."""
    ear, frames = listen(tone(440)), tone(440)

    class Interrupted(list[float]):
        def copy(self) -> list[float]:
            kept = list(self)
            ear.hear(frames[0], 200.0)
            return kept

    monkeypatch.setattr(ear, "_at", Interrupted(ear._at))
    assert ear.tone_level(440) == pytest.approx(1, abs=0.05)
    assert ear.loud_seconds() == pytest.approx(1.02)


def test_speech_is_whole_frames_with_sound_and_pauses() -> None:
    """Made-up speech is deterministic, mostly sound, and has pauses as a voice has."""
    voice = speech(7, seconds=4)
    assert voice == speech(7, seconds=4)
    assert {len(frame) for frame in voice} == {FRAME}
    assert 2.0 < listen(voice).loud_seconds() < 3.9

"""From a voice's samples to what the telephone carries."""

from __future__ import annotations

import numpy as np
import pytest

from ivr.telephone_loudness import (
    CEILING,
    LEAD,
    LOUDNESS,
    RATE,
    Samples,
    decibels,
    decimate,
    first_word,
    for_telephone,
    loudness,
)

VOICE = 24_000


def tone(seconds: float, *, hertz: float = 500, size: float = 0.3, rate: int = VOICE) -> Samples:
    return (size * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * VOICE), np.float32)


def test_the_silence_at_both_ends_goes() -> None:
    """What is left is the sound and a breath around it, at the common loudness, under the ceiling."""
    made = for_telephone(np.concatenate([silence(0.8), tone(0.5), silence(1.2)]), VOICE)
    assert made.size / RATE == pytest.approx(0.5 + 2 * LEAD, abs=0.03)
    assert decibels(loudness(made)) == pytest.approx(LOUDNESS, abs=1)
    assert decibels(float(np.abs(made).max())) <= CEILING


def test_a_peak_limits_the_loudness() -> None:
    """A sound with one sharp peak stays under the ceiling, be it quieter than the others."""
    peaky = tone(0.5, size=0.05)
    peaky[VOICE // 4 : VOICE // 4 + 12] = 0.9
    made = for_telephone(peaky, VOICE)
    assert decibels(float(np.abs(made).max())) <= CEILING + 0.01
    assert decibels(loudness(made)) < LOUDNESS


def test_nothing_folds_back() -> None:
    """Tones above 4 kHz are gone, those of speech unharmed."""
    assert decibels(loudness(decimate(tone(0.5, hertz=5500), VOICE)[200:-200]) / loudness(tone(0.5))) < -40
    assert loudness(decimate(tone(0.5), VOICE)) == pytest.approx(loudness(tone(0.5)), rel=0.1)


@pytest.mark.parametrize(("samples", "rate"), [(tone(0.1), 11_025), (silence(0.5), VOICE), (silence(0), VOICE)])
def test_what_cannot_become_a_prompt(samples: Samples, rate: int) -> None:
    """An odd rate, silence, nothing at all."""
    with pytest.raises(ValueError, match=r"multiple|nothing"):
        for_telephone(samples, rate)


def test_the_first_word_is_cut_off() -> None:
    """At the first short silence after it; a word that runs on is refused."""
    sentence = np.concatenate([silence(0.4), tone(0.3), silence(0.08), tone(1.0)])
    assert for_telephone(first_word(sentence, VOICE), VOICE).size / RATE == pytest.approx(0.3 + LEAD, abs=0.06)
    with pytest.raises(ValueError, match="cannot be told"):
        first_word(np.concatenate([silence(0.4), tone(2.0)]), VOICE)

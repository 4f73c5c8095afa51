"""Numbers as they are said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import manifest
from ivr.numbers import MOST, cardinal, digits, readable, words
from ivr.prompts import SHIPPED, Prompts


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "零"), (2, "二"), (10, "十"), (12, "十二"), (20, "二十"), (102, "一百零二"), (110, "一百一十"),
     (1020, "一千零二十"), (20_002, "二万零二"), (123_456, "十二万三千四百五十六")],
)  # fmt: skip
def test_a_quantity(number: int, said: str) -> None:
    """As a person says it: 十二, not 一十二."""
    assert words(number) == said


def test_two_of_something() -> None:
    """两位, not 二位; but 十二位."""
    assert cardinal(2, counting=True) == ("n_liang",)
    assert cardinal(12, counting=True) == ("n_ten", "n_2")


def test_a_name_is_spelled() -> None:
    """One is yao, and what is no digit is left out."""
    assert digits("2026-0110") == ("n_2", "n_0", "n_2", "n_6", "n_0", "n_yao", "n_yao", "n_0")


def test_a_text_is_made_readable() -> None:
    """Telephone numbers are spelled, keys and amounts are counted."""
    assert readable("厦门12319，请按1，拨110，12分钟") == "厦门幺二三幺九，请按一，拨幺幺零，十二分钟"


@pytest.mark.parametrize("number", [-1, MOST + 1])
def test_what_cannot_be_said(number: int) -> None:
    """Out of bounds is refused."""
    with pytest.raises(ValueError, match="can be said"):
        cardinal(number)


@given(st.integers(0, MOST), st.booleans())
def test_every_number_has_its_sounds(number: int, counting: bool) -> None:
    """Whatever is composed is shipped."""
    assert not SOUNDS.without_sound(cardinal(number, counting=counting))
    assert not SOUNDS.without_sound(digits(str(number)))


SOUNDS = Prompts(SHIPPED)


def test_the_spoken_set_is_built() -> None:
    """Each word of spoken.toml has its sound, built from that word."""
    built = manifest.read(SHIPPED)
    found = {name: manifest.state(name, text, SHIPPED, built) for name, text in manifest.spoken().items()}
    assert set(found.values()) == {manifest.State.BUILT}

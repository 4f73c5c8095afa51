"""Opening hours, read and rendered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.hours import Span, parse


def test_clauses_and_ranges() -> None:
    """Days may be ranges and lists, over the weekend too; an end is exclusive."""
    hours = parse("Mon-Fri 08:00-12:00,14:30-17:30; Sat,Sun 9:00-24:00")
    assert hours.spans[0] == Span((0, 1, 2, 3, 4), 480, 720)
    assert hours.open_at(4, 719)
    assert not hours.open_at(4, 720)
    assert hours.open_at(6, 1439)
    assert parse("Sat-Mon 00:00-01:00").spans[0].weekdays == (0, 5, 6)


@given(st.integers(0, 6), st.integers(0, 1439))
def test_always_is_always(weekday: int, minute: int) -> None:
    """A line that is always open never closes."""
    assert parse(" Always ").open_at(weekday, minute)


@pytest.mark.parametrize(
    "text", ["", "Mon", "Mon-Fry 08:00-09:00", "Mon 8-9", "Mon 09:00-08:00", "Mon 24:01-25:00", "Mon 08:60-09:00", ";"]
)
def test_what_is_wrong_is_said(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError):
        parse(text)


@given(st.text(max_size=40))
def test_garbage_is_refused_and_nothing_worse(text: str) -> None:
    """No text makes it fail in another way."""
    try:
        parse(text)
    except ValueError:
        pass

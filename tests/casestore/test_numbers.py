"""Case numbers and query codes: what a keypad types, and which faults of typing are found."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from casestore.numbers import MOST_SERIAL, case_number, query_code, typed_code, typed_number

NUMBERS = some.builds(
    case_number, some.dates(date(2000, 1, 1), date(2999, 12, 31)), some.integers(1, MOST_SERIAL)
)  # fmt: skip


@given(NUMBERS)
def test_fourteen_digits_that_are_found_as_typed(number: str) -> None:
    assert len(number) == 14
    assert number.isdigit()
    assert typed_number(number) == number
    assert typed_number(f" {number[:8]} {number[8:13]}-{number[13]}\n") == number


@given(NUMBERS)
def test_every_wrong_digit_and_every_swap_is_found(number: str) -> None:
    """All 126 of the one and 13 of the other kind, of each number."""
    for place, right in enumerate(number):
        for wrong in "0123456789".replace(right, ""):
            assert typed_number(number[:place] + wrong + number[place + 1 :]) is None
    for place, (one, other) in enumerate(itertools.pairwise(number)):
        if one != other:
            assert typed_number(number[:place] + other + one + number[place + 2 :]) is None


@given(NUMBERS, NUMBERS)
def test_day_and_serial_make_the_number(one: str, other: str) -> None:
    assert (one[:13] == other[:13]) == (one == other)
    assert one[:8] == f"{date.fromisoformat(one[:8]):%Y%m%d}"


@pytest.mark.parametrize(
    "text", ["", "1", "20261128000011", "GD2026112800001", "GD202611280000012", "GDX0261128000001", "２０２６１１２８００００１７", "x" * 5000]
)  # fmt: skip
def test_what_cannot_be_a_number(text: str) -> None:
    if text == "20261128000011":
        assert case_number(date(2026, 11, 28), 1) != text
    assert typed_number(text) is None


def test_numbers_of_the_store_before() -> None:
    assert typed_number("gd20261128 000001") == "GD20261128000001"
    assert typed_code("abcd-2345") == "ABCD2345"


@pytest.mark.parametrize("serial", [0, -1, MOST_SERIAL + 1])
def test_no_number_beyond_the_serials(serial: int) -> None:
    with pytest.raises(ValueError, match="serial"):
        case_number(date(2026, 11, 28), serial)


def test_codes_are_eight_digits_of_the_given_chance() -> None:
    given_out = iter("40718253")
    assert query_code(lambda digits: next(given_out) if digits == "0123456789" else "x") == "40718253"

"""Whom a nuisance tag may be about, and what counts as danger."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.nuisance import Grade, grades, is_danger, may_be_graded, our_numbers
from bridge.ticket import Limit, Subject, Ticket
from config.read import parse
from cti.numbers import of_settings
from hotline.lab.hotline_instance import shipped
from tests.bridge.made import NOON

SETTINGS = parse(shipped())
NUMBERS = of_settings(SETTINGS)
OURS = our_numbers(SETTINGS, NUMBERS)
TICKET = Ticket("0" * 26, "1/1", NOON, "1001", "8001", "phone", "citizen", "help", "t", "c")  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["13800000001", "+86 138-0000-0001", "0592 2000001", "+886 912 345 678"])
def test_a_persons_number_may_be_graded(written: str) -> None:
    assert may_be_graded(NUMBERS.read(written), OURS)


@pytest.mark.parametrize(
    "written",
    [
        "", "anonymous", "0000000", "8001", "110", "119", "12345", "95588", "4008001234",  # nobody, seats, services
        "12319", "059212319", "1231912345", "12319110", "05922212319", "2212319",  # ours, partners', the phonebook's
    ],
)  # fmt: skip
def test_nobody_services_and_our_own_never(written: str) -> None:
    assert not may_be_graded(NUMBERS.read(written), OURS)


def test_the_trunks_own_number_never() -> None:
    table = shipped()
    table["trunk"][0]["calling_number"] = "05925550001"
    settings = parse(table)
    numbers = of_settings(settings)
    assert not may_be_graded(numbers.read("5550001"), our_numbers(settings, numbers))


@pytest.mark.parametrize(
    ("change", "danger"),
    [
        ({}, False),
        ({"subject": Subject("CJ/T 214", "2007", "0102", "event")}, False),
        ({"subject": Subject("CJ/T 214", "2007", "0401", "part")}, False),
        ({"subject": Subject("CJ/T 214", "2007", "0401", "event")}, True),
        ({"work_type": "sudden"}, True),
        ({"urgency": "urgent"}, True),
        ({"urgency": "critical"}, True),
        ({"handle_limit": Limit(4, "work_hour")}, False),
        ({"handle_limit": Limit(2, "urgent_work_hour")}, True),
    ],
)
def test_danger_by_code_limit_and_word(change: dict[str, object], danger: bool) -> None:
    assert is_danger(replace(TICKET, **change), ("04",)) == danger  # type: ignore[arg-type]


def test_a_queue_of_its_own_is_a_grade_where_it_is_named() -> None:
    table = shipped()
    assert grades(parse(table)) == (Grade.QUOTA, Grade.MESSAGE)
    table["nuisance"]["queue"] = "minnan"
    assert grades(parse(table)) == tuple(Grade)
    del table["nuisance"]
    assert grades(parse(table)) == ()

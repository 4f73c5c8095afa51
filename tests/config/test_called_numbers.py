"""Every spelling of a number of ours is that number, and only of ours."""

from __future__ import annotations

import pytest

from config import called_numbers
from config.read import parse
from config.settings import Settings
from hotline.lab.hotline_instance import shipped


@pytest.fixture(scope="module")
def settings() -> Settings:
    return parse(shipped())


@pytest.mark.parametrize(
    "digits",
    ["12319", "059212319", "59212319", "8612319", "8659212319", "86059212319", "008659212319", "0086059212319"],
)
def test_spellings_of_the_hotline(settings: Settings, digits: str) -> None:
    assert called_numbers.same(called_numbers.folded(settings)[digits], "12319", "0592")


@pytest.mark.parametrize("digits", ["12320", "01012319", "861012319", "123190", "112319", "", "86"])
def test_other_numbers_are_not_ours(settings: Settings, digits: str) -> None:
    assert digits not in called_numbers.folded(settings)


def test_partner_numbers_are_folded_alike(settings: Settings) -> None:
    assert called_numbers.folded(settings)["865921231912345"] == "1231912345"


def test_a_number_of_another_area_has_no_local_form() -> None:
    assert called_numbers.spellings("01088886666", "0592") == (
        "01088886666", "1088886666", "8601088886666", "861088886666", "008601088886666", "00861088886666",
    )  # fmt: skip


def test_what_is_another_line_stays_the_other_line() -> None:
    """A line's own number outranks a spelling of another; the lost form is named for ``hotline check``."""
    table = shipped()
    table["line"][1]["partners"] = {"8612319": "110"}
    settings = parse(table)
    assert called_numbers.folded(settings)["8612319"] == "8612319"
    assert ("12319", "8612319", "8612319") in list(called_numbers.lost(settings))


def test_trunks_may_have_several_addresses() -> None:
    from config.read import SettingsError

    table = shipped()
    table["trunk"][0]["host"] = ["127.0.0.2", "10.1.2.0/24", "2001:db8::/64", "sbc.example.cn"]
    assert parse(table).trunk[0].hosts[1] == "10.1.2.0/24"
    for hosts, word in (
        (["10.1.2.0/24"], "10.1.2.0/24"),
        (["127.0.0.2", "127.0.0.0/24"], "127.0.0.0/24"),
        (["127.0.0.2", "10.1.2.3/24"], "10.1.2.3/24"),
        (["127.0.0.3"], "127.0.0.3"),
        ([], "host"),
    ):
        table["trunk"][0]["host"] = hosts
        with pytest.raises(SettingsError) as told:
            parse(table)
        assert word in str(told.value)

"""Asterisk's clock steps: beginnings told by a wrong clock end no living call, and every step is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from cti import events as ev
from cti.asterisk_deaths import AsteriskDeaths
from cti.ids import Instant

from .operator import BASE, Asterisk, Ledger

AHEAD = 8 * 3600


@pytest.fixture
def asterisk(tmp_path: Path) -> Asterisk:
    return Asterisk(tmp_path)


@pytest.fixture
def ledger(asterisk: Asterisk) -> Ledger:
    return Ledger(asterisk)


def test_a_beginning_ends_what_was_open_though_the_clock_was_set_back_before_it(
    asterisk: Asterisk, ledger: Ledger
) -> None:
    """Began at +8 h, the clock was set right, a call, a second beginning (G2): it ends the call, and is told."""
    asterisk.tick(AHEAD)
    asterisk.begin()
    asterisk.clock = BASE
    going = asterisk.arrive()
    asterisk.clock = BASE + 60
    asterisk.begin()
    living = asterisk.arrive()
    ledger.read()
    assert (ledger.ended[going], str(ledger.by[going])) == (BASE + 60, "node_died")
    assert living not in ledger.ended
    assert ledger.lives == [BASE + AHEAD, BASE + 60]
    assert [step.seconds for step in ledger.steps] == [60 - AHEAD]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_beginning_in_the_future_of_the_rows_ends_no_living_call(
    asterisk: Asterisk, ledger: Ledger, restarted: bool
) -> None:
    """Booted with a clock that was ahead (G3): the call lives on, its real end is booked, the step is told."""
    asterisk.tick(AHEAD)
    asterisk.begin()
    asterisk.clock = BASE
    going = asterisk.arrive()
    ledger.read()
    assert not ledger.ended
    asterisk.tick(190)
    asterisk.leave(going)
    if restarted:
        ledger.die()
    ledger.read()
    assert ledger.ended == {going: asterisk.calls[going][1]}
    assert str(ledger.by[going]) != "node_died"
    assert restarted or [step.file for step in ledger.steps] == ["queue_log"]


def test_a_beginning_later_than_all_rows_ends_them_where_their_life_is_known(
    asterisk: Asterisk, ledger: Ledger
) -> None:
    """The ordinary case, read at once or after a restart of the daemon: the call was cut, nobody calls since."""
    asterisk.begin()
    going = asterisk.arrive()
    ledger.read()
    asterisk.tick(AHEAD)
    asterisk.begin()
    ledger.die()
    ledger.read()
    assert str(ledger.by[going]) == "node_died"
    assert not ledger.steps


def test_of_two_beginnings_in_one_second_the_second_ends_what_lies_between(asterisk: Asterisk, ledger: Ledger) -> None:
    """The next call shows by its channel's number that it is of another life."""
    asterisk.begin()
    asterisk.tick(0.1)
    first = asterisk.arrive()
    asterisk.clock = BASE
    asterisk.begin()
    asterisk.clock = BASE + 4
    second = asterisk.arrive()
    # both beginnings within one second, the rows between them too
    text = asterisk.cel.read_bytes().replace(f"{BASE + 1.1:.6f}".encode(), f"{BASE + 0.1:.6f}".encode())
    asterisk.cel.write_bytes(text.replace(f"{BASE + 2.1:.6f}".encode(), f"{BASE + 0.2:.6f}".encode()))
    ledger.read()
    assert str(ledger.by[first]) == "node_died"
    assert BASE < ledger.ended[first] < BASE + 1
    assert second not in ledger.ended
    assert ledger.lives == [BASE, BASE]


def test_rows_dated_before_older_ones_tell_of_a_clock_set_back(asterisk: Asterisk, ledger: Ledger) -> None:
    """Said once, not again after a restart; the call over which it happened is there once, with its end."""
    asterisk.begin()
    going = asterisk.arrive()
    asterisk.call()
    asterisk.tick(-600)
    asterisk.call()
    ledger.read()
    ledger.die()
    asterisk.leave(going)
    ledger.read()
    assert [round(step.seconds) for step in ledger.steps] == [-599]
    assert ledger.lost() == []
    assert ledger.book.last == asterisk.clock


def test_rows_a_little_out_of_order_are_no_step(asterisk: Asterisk, ledger: Ledger) -> None:
    asterisk.call()
    asterisk.tick(-4)
    asterisk.call()
    ledger.read()
    assert not ledger.steps


def test_a_death_that_was_noted_ends_the_call_though_no_life_was_known(asterisk: Asterisk, tmp_path: Path) -> None:
    deaths = AsteriskDeaths(tmp_path / "deaths")
    going = asterisk.arrive()
    deaths.note(Instant(asterisk.tick(5)))
    asterisk.tick(AHEAD)
    asterisk.begin()
    ledger = Ledger(asterisk, deaths.before)
    ledger.read()
    assert ledger.ended == {going: BASE + 7}
    assert ledger.by[going] is ev.EndedBy.NODE_DIED

"""One spender's share of a thing: at once, then at a steady rate, and nobody else's."""

from __future__ import annotations

from console.rate_limit import Shares, Waits


def test_a_share_is_used_up_and_comes_back_alone() -> None:
    shares = Shares(a_second=2.0, at_once=3)
    assert [shares.take("a", 100.0) for _ in range(5)] == [0, 0, 0, 1, 1]
    assert shares.take("b", 100.0) == 0, "another's is untouched"
    assert [shares.take("a", 100.5), shares.take("a", 100.5)] == [0, 1]
    assert [shares.take("a", 1000.0) for _ in range(4)] == [0, 0, 0, 1], "no more than at once is saved up"


def test_what_is_refused_costs_nothing() -> None:
    """Who asks on and on gets their rate all the same, and is told how long to wait."""
    shares = Shares(a_second=0.25, at_once=1)
    assert shares.take("a", 0.0) == 0
    assert [shares.take("a", 0.0) for _ in range(50)] == [4] * 50
    assert shares.take("a", 4.0) == 0


def test_what_costs_more_waits_longer() -> None:
    shares = Shares(a_second=10.0, at_once=20)
    assert [shares.take("a", 0.0, 15), shares.take("a", 0.0, 15), shares.take("a", 0.0, 5)] == [0, 1, 0]
    assert shares.take("a", 0.0, 20) == 2


def test_a_clock_that_steps_back_takes_nothing_away() -> None:
    shares = Shares(a_second=1.0, at_once=1)
    assert shares.take("a", 50.0) == 0
    assert shares.take("a", 10.0) == 1
    assert shares.take("a", 11.0) == 0


def test_a_wait_that_was_told_is_over_in_its_time() -> None:
    waits = Waits()
    waits.begin("a", 10.0, 2)
    assert [waits.left("a", now) for now in (10.0, 11.5, 12.0, 12.1)] == [2, 1, 0, 0]
    assert waits.left("b", 10.0) == 0

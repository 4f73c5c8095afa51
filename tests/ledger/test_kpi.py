"""The figures: each is what its denominator says, and its calls can be listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ledger import tables as t
from ledger.kpi import SETS, Period, kpi_report, members

from .conftest import Fresh
from .seed import ANSWERED, BEGAN, DIRECT, MISSED, NOW, OPEN, OUT, REFUSED, after, do, ledger


@pytest.fixture(scope="module")
def url(databases: Fresh) -> str:
    """One database for all tests of this file: each begins with the true ledger anew."""
    return databases()


DAY = Period(BEGAN - timedelta(hours=1), NOW)


async def test_the_figures_of_a_morning(url: str) -> None:
    """Counted by hand: five offered, three asked for a person, two were answered, one of them within 15 s."""
    async with ledger(url) as store:
        made = await kpi_report(store, DAY, NOW)
    counts = {name: made.counts[name] for name in ("offered", "requests", "answered", "answered_15s", "closed", "open")}
    assert counts == {"offered": 5, "requests": 3, "answered": 2, "answered_15s": 1, "closed": 1, "open": 1}
    figures = {figure.name: (figure.numerator, figure.denominator, figure.value) for figure in made.figures}
    assert figures["connect_rate"] == (2, 3, pytest.approx(2 / 3, abs=1e-6))
    assert figures["service_level_15s"][:2] == (1, 3)
    assert figures["service_level_15s_ring"][:2] == (2, 3)
    assert figures["abandon_rate"][:2] == (1, 5)
    assert figures["wait_seconds_mean"] == (25.0, 2, 12.5)
    assert figures["talk_seconds_mean"] == (90.0, 2, 45.0)
    assert figures["wrap_up_seconds_mean"] == (30.0, 1, 30.0)
    assert figures["handle_seconds_mean"] == (120.0, 2, 60.0)
    assert figures["callback_rate"] == (1, 2, 0.5)
    assert figures["filing_rate"] == (1, 1, 1.0)
    assert made.outcomes == {"direct": 1, "missed": 2, "ticket": 1}
    assert made.by_line == {"citizen": 4, "partner": 1}


async def test_the_figures_of_a_queue_are_of_the_calls_that_stood_in_it_last(url: str) -> None:
    """Each call counts in one queue or in none; the figures of a queue add up to what is said of it among all."""
    async with ledger(url) as store:
        everything = await kpi_report(store, DAY, NOW)
        each = {
            queue: await kpi_report(store, replace(DAY, queue=queue), NOW) for queue in everything.by_queue if queue
        }
        calls = await members(store, replace(DAY, queue="mandarin"), "answered")
    assert sum(everything.by_queue.values()) == everything.counts["offered"]
    assert {queue: made.counts["offered"] for queue, made in each.items()} == {
        queue: count for queue, count in everything.by_queue.items() if queue
    }
    mandarin = each["mandarin"]
    assert 0 < mandarin.counts["answered"] == len(calls) <= everything.counts["answered"]
    rates = {one.name: one for one in mandarin.figures}
    assert rates["service_level_15s"].denominator == mandarin.counts["requests"]
    everywhere = {one.name: one for one in everything.figures}
    assert 0 < rates["callback_rate"].denominator <= everywhere["callback_rate"].denominator


async def test_handling_time_of_a_line_is_of_its_own_calls(url: str) -> None:
    """Wrap-up after another line's calls, or after a call to the world, is not handling of this line's."""
    other = {"seat": "8002", "since": after(520), "until": after(560), "state": "wrap_up", "call_id": OUT}
    async with ledger(url) as store:
        await do(store, sa.insert(t.seat_log).values(**other))
        of = {
            line: {figure.name: figure for figure in (await kpi_report(store, DAY, NOW, line)).figures}[
                "handle_seconds_mean"
            ]
            for line in ("", "citizen", "partner")
        }
    assert (of[""].numerator, of["citizen"].numerator) == (120.0, 120.0)
    assert (of["partner"].numerator, of["partner"].value) == (0.0, None)


async def test_seat_time_is_cut_to_the_period(url: str) -> None:
    """An interval that began before or still goes on counts only inside the period."""
    async with ledger(url) as store:
        made = await kpi_report(store, Period(after(45), after(125)), NOW)
    figures = {figure.name: figure for figure in made.figures}
    assert figures["occupancy"].numerator == pytest.approx(60.0, abs=0.01)
    assert figures["occupancy"].denominator == pytest.approx(80.0, abs=0.01)
    assert figures["utilisation"].denominator == pytest.approx(80.0, abs=0.01)


async def test_a_short_abandon_leaves_only_one_variant(url: str) -> None:
    """Callers gone within 5 s are in the connect rate and not in its second variant."""
    async with ledger(url) as store:
        await do(store, sa.update(t.calls).where(t.calls.c.call_id == MISSED).values(short_abandon=True))
        figures = {figure.name: figure for figure in (await kpi_report(store, DAY, NOW)).figures}
    assert figures["connect_rate"].denominator == 3
    assert figures["connect_rate_but_short"].denominator == 2


async def test_an_empty_period_has_no_value(url: str) -> None:
    """Nothing divided by nothing is no figure, not zero and not an error."""
    async with ledger(url) as store:
        made = await kpi_report(store, Period(NOW + timedelta(days=1), NOW + timedelta(days=2)), NOW)
    assert {figure.value for figure in made.figures} == {None}
    assert set(made.counts.values()) == {0}


@pytest.mark.parametrize(
    ("of", "calls"),
    [
        ("offered", [ANSWERED, MISSED, DIRECT, OPEN, REFUSED]),
        ("answered_15s", [ANSWERED]),
        ("abandoned_in_queue", [MISSED]),
        ("closed", [REFUSED]),
        ("open", [OPEN]),
        ("pending", []),
    ],
)
async def test_a_figure_drills_down_to_its_calls(url: str, of: str, calls: list[str]) -> None:
    """The calls of a set can be listed."""
    async with ledger(url) as store:
        assert await members(store, DAY, of) == calls


async def test_every_set_lists_as_many_as_it_counts(url: str) -> None:
    """No set counts what it can not show; one line is told apart."""
    async with ledger(url) as store:
        for line in ("", "citizen", "partner"):
            made = await kpi_report(store, DAY, NOW, line)
            for of in SETS:
                assert len(await members(store, DAY, of, line)) == made.counts[of]
        assert len(await members(store, DAY, "offered", after=DIRECT, most=1)) == 1


async def test_time_without_a_record_is_said(url: str) -> None:
    """An interval in which Asterisk's record was lost stands beside the figures."""
    lost = {"node": "xm1", "source": "book", "began_at": after(50), "ended_at": after(60)}
    async with ledger(url) as store:
        await do(store, sa.insert(t.blind_intervals).values(**lost))
        assert (await kpi_report(store, DAY, NOW)).blind == [(after(50), after(60))]

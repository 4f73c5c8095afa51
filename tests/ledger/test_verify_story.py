"""Checker and scribe meet: whatever calls are told to the book, the ledger made of them breaks no rule."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from cti import events as ev
from cti import frame_types as fr
from cti.fold import Fold
from ledger import rows
from ledger.invariant.rule import Limits
from ledger.scribe import Scribe
from ledger.store import Store
from ledger.verify import verify
from tests.cti.story import PLAN, as_book, stories
from tests.sampling import examples

from .conftest import Fresh
from .desk import empty, mark
from .test_scribe import merging

pytestmark = pytest.mark.slow

LIMITS = Limits(disposition=timedelta(days=1), recorded=False)
ELSEWHERE = {"seat_in_two_talks"}
"""The stories' seats are drawn at random and may be in two of them at once."""


@pytest.fixture(scope="module")
def url(databases: Fresh) -> str:
    return databases()


async def told(url: str, frames: list[fr.Frame]) -> set[str]:
    """The rules the scribe's ledger of these frames breaks."""
    store, fold = Store(url), Fold(PLAN, live=False)
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    events: list[ev.Event] = [event for frame in frames for event in fold.apply(frame)]
    await scribe.write(events, mark(100))
    now = rows.moment(frames[-1].at) + timedelta(seconds=60)
    found = await verify(store, now, LIMITS)
    await store.close()
    return {str(breach) for breach in found if breach.rule not in ELSEWHERE}


@settings(max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(frames=stories())
def test_no_story_breaks_a_rule(url: str, frames: list[fr.Frame]) -> None:
    """Abandoned, missed, refused, answered, held: all of them end lawfully."""
    empty(url)
    assert asyncio.run(told(url, as_book(frames))) == set()


@settings(max_examples=examples(6), deadline=None, suppress_health_check=list(HealthCheck))
@given(frames=merging())
def test_no_merge_breaks_a_rule(url: str, frames: list[fr.Frame]) -> None:
    """A consultation that joins the citizen's call leaves nothing open behind."""
    empty(url)
    assert asyncio.run(told(url, as_book(frames))) == set()

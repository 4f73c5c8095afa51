"""What callers go through beside the talk: messages, scores, what they were told of their wait; pure rules and what the ledger makes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from cti import events as ev
from cti.ids import QueueId
from ledger import tables as t
from ledger.expected_wait import ExpectedWait, Wait, kept, seconds_a_place
from ledger.satisfaction import satisfaction
from ledger.scribe import Scribe
from ledger.store import Store

from .desk import Told, mark
from .seed import NOW


async def written(url: str, *told: Told) -> Store:
    store = Store(url)
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    await scribe.write([event for one in told for event in one.events], mark(100))
    return store


def speaking(told: Told, seconds: float, how: ev.VoicemailEnd) -> Told:
    told.say(ev.VoicemailBegan(told.call, told.at(2), "voicemail_nobody"))
    return told.say(ev.VoicemailEnded(told.call, told.at(seconds), how))


@pytest.mark.parametrize(
    ("seconds", "how", "kind", "said"),
    [
        (8.0, ev.VoicemailEnd.SILENCE, "voicemail", 5.0),
        (8.0, ev.VoicemailEnd.HANGUP, "voicemail", 8.0),
        (3.5, ev.VoicemailEnd.SILENCE, "missed", 0.5),
        (0.4, ev.VoicemailEnd.HANGUP, "missed", 0.4),
    ],
)
async def test_a_message_is_one_when_something_was_said(
    url: str, seconds: float, how: ev.VoicemailEnd, kind: str, said: float
) -> None:
    """The silence that ended it is none of it; who said nothing is owed a call as whoever is missed."""
    told = Told().arrive().queue().leave_queue(ev.QueueExit.TIMEOUT)
    store = await written(url, speaking(told, seconds, how).end(ev.EndedBy.CALLER))
    async with store.reading() as db:
        (task,) = (await db.execute(sa.select(t.callbacks.c.kind, t.callbacks.c.reason))).all()
        (row,) = (await db.execute(sa.select(t.voicemails))).all()
    await store.close()
    assert tuple(task) == (kind, "timeout")
    assert (row.how, row.said_seconds) == (how.value, pytest.approx(said))


async def test_a_message_in_which_asterisk_died_is_one(url: str) -> None:
    """Its end is the call's."""
    told = Told().arrive().queue().leave_queue(ev.QueueExit.TIMEOUT)
    told.say(ev.VoicemailBegan(told.call, told.at(2), "voicemail_nobody"))
    store = await written(url, told.end(ev.EndedBy.NODE_DIED, after=4))
    async with store.reading() as db:
        row = (await db.execute(sa.select(t.voicemails))).one()
    await store.close()
    assert (row.how, row.said_seconds) == ("unknown", pytest.approx(4))


@pytest.mark.parametrize(
    ("score", "solved", "reason"),
    [
        (5, True, None),
        (3, None, None),
        (2, True, "low_score"),
        (1, False, "low_score"),
        (4, False, "unsolved"),
        (None, None, None),
    ],
)
async def test_who_was_not_content_is_asked_why(
    url: str, score: int | None, solved: bool | None, reason: str | None
) -> None:
    """A review beside whatever else is owed; the score stands with the seat he talked with."""
    told = Told().arrive().queue().talk()
    told.say(ev.SurveyAnswered(told.call, told.at(5), score, solved))
    store = await written(url, told.end())
    async with store.reading() as db:
        tasks = (await db.execute(sa.select(t.callbacks.c.task_id, t.callbacks.c.kind, t.callbacks.c.reason))).all()
        row = (await db.execute(sa.select(t.surveys))).one()
    counted = await satisfaction(store, None, None)
    assert await satisfaction(store, None, NOW - timedelta(days=4000)) == []
    await store.close()
    assert [tuple(task) for task in tasks] == ([(f"review-{told.call}", "review", reason)] if reason else [])
    assert (row.score, row.solved, row.seat, row.queue) == (
        score,
        {True: "yes", False: "no", None: ""}[solved],
        "8001",
        "mandarin",
    )
    assert [(one.of, one.asked, one.scored) for one in counted[:2]] == [
        ("all", 1, int(score is not None)),
        ("line", 1, int(score is not None)),
    ]


async def test_what_was_promised_is_held_against_what_was_waited(url: str) -> None:
    """A caller who was answered: from the announcement on; one who gave up proves nothing."""
    one, two = Told(1).arrive().queue(), Told(2, caller="13806010002").arrive().queue()
    for told in (one, two):
        told.say(ev.WaitPromised(told.call, told.at(10), QueueId("mandarin"), 2, 1))
    one.talk(ring=50 - 0.2)
    store = await written(url, one.end(), two.end())
    (row,) = await kept(store, None, None)
    assert await kept(store, NOW + timedelta(days=4000), None) == []
    await store.close()
    assert (row.queue, row.told, row.timed) == ("mandarin", 2, 1)
    assert (row.promised_seconds, row.waited_seconds) == (60.0, pytest.approx(50.0, abs=0.5))
    assert row.error_share == pytest.approx(10 / 50, abs=0.02)


def waits(*pairs: tuple[float, float | None], answered: bool = True) -> list[Wait]:
    """(entered, left) in seconds before now; None: still waiting."""
    return [
        Wait(
            NOW - timedelta(seconds=begin),
            None if end is None else NOW - timedelta(seconds=end),
            answered and end is not None,
        )
        for begin, end in pairs
    ]


def test_a_place_takes_as_long_as_one_caller_after_the_other_is_answered() -> None:
    """Ten wait, one is answered every 30 s: 30 s a place, whoever is asked."""
    everybody = waits(*((300.0, 300.0 - 30.0 * (n + 1)) for n in range(10)))
    assert seconds_a_place(everybody, NOW) == pytest.approx(30.0)


def test_a_queue_that_nobody_serves_any_more_is_slow_at_once() -> None:
    """Three were answered quickly, then nobody: who waits since then makes the place longer with every second."""
    quick = waits((1000, 995), (990, 985), (980, 975))
    stalled = [*quick, *waits((600, None), (500, None))]
    before, after = seconds_a_place(quick, NOW), seconds_a_place(stalled, NOW)
    assert before == pytest.approx(5.0)
    assert after is not None
    assert after > 100


def test_of_two_callers_no_time_is_told() -> None:
    """Too few were answered to know anything."""
    assert seconds_a_place(waits((20, 10), (30, 15)), NOW) is None
    assert seconds_a_place([], NOW) is None


async def test_where_nobody_called_lately_the_same_hour_of_other_days_tells(url: str) -> None:
    """Yesterday at this hour a place took 40 s; of a queue without a past nothing is told."""
    began = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    rows = [
        {"call_id": f"xm1-1.{n}", "seq": 0, "queue": "mandarin", "entered_at": began, "left_at": began + timedelta(seconds=40 * n), "result": "answered"}
        for n in range(1, 6)
    ]  # fmt: skip
    store = Store(url)
    await store.transact(lambda db: db.execute(sa.insert(t.queue_visits), rows))
    paces = await ExpectedWait(store).paces(["mandarin", "minnan"], NOW)
    await store.close()
    assert paces == {"mandarin": pytest.approx(40.0)}

"""What callers go through beside the talk: messages, scores, what they were told of their wait; pure rules and what the ledger makes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from cti import events as ev
from cti.ids import LegId, QueueId, SeatId
from cti.journey_events import (
    CallbackAsked,
    CallbackOffered,
    CallbackTaken,
    CallbackTakenOver,
    CitizenCalledBack,
    KeptPlaceUp,
    SurveyAnswered,
    VoicemailBegan,
    VoicemailEnd,
    VoicemailEnded,
    WaitPromised,
)
from cti.numbers import ANYWHERE
from ledger import tables as t
from ledger.callbacks import heard
from ledger.expected_wait import LATELY, ExpectedWait, Wait, kept, seconds_a_place
from ledger.kpi import Period, kpi_report, members
from ledger.satisfaction import satisfaction
from ledger.scribe import Scribe
from ledger.store import Store

from .desk import T0, Told, mark
from .seed import NOW


async def written(url: str, *told: Told) -> Store:
    store = Store(url)
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    await scribe.write([event for one in told for event in one.events], mark(100))
    return store


def speaking(told: Told, seconds: float, how: VoicemailEnd) -> Told:
    told.say(VoicemailBegan(told.call, told.at(2), "voicemail_nobody"))
    return told.say(VoicemailEnded(told.call, told.at(seconds), how))


@pytest.mark.parametrize(
    ("seconds", "how", "kind", "said"),
    [
        (8.0, VoicemailEnd.SILENCE, "voicemail", 5.0),
        (8.0, VoicemailEnd.HANGUP, "voicemail", 8.0),
        (3.5, VoicemailEnd.SILENCE, "missed", 0.5),
        (0.4, VoicemailEnd.HANGUP, "missed", 0.0),
        (2.9, VoicemailEnd.HANGUP, "missed", 0.0),
    ],
)
async def test_a_message_is_one_when_something_was_said(
    url: str, seconds: float, how: VoicemailEnd, kind: str, said: float
) -> None:
    """The silence that ended it is none of it; who said nothing, or hung up before three seconds of it, is missed as others are."""
    told = Told().arrive().queue().leave_queue(ev.QueueExit.TIMEOUT)
    store = await written(url, speaking(told, seconds, how).end(ev.EndedBy.CALLER))
    async with store.reading() as db:
        (task,) = (await db.execute(sa.select(t.callbacks.c.kind, t.callbacks.c.reason))).all()
        (row,) = (await db.execute(sa.select(t.voicemails))).all()
    await store.close()
    assert tuple(task) == (kind, "timeout")
    assert (row.how, row.said_seconds) == (how.value, pytest.approx(said))


async def test_a_message_left_after_the_agents_word_is_owed(url: str) -> None:
    """He talked, was given on, and nobody came: the outcome is the agent's word, and the message is there to be heard."""
    told = Told().arrive().queue().talk().queue().leave_queue(ev.QueueExit.TIMEOUT)
    store = Store(url)
    said = sa.insert(t.outcomes).values(
        call_id=told.call, outcome="direct", detail="", at=NOW, agent="1001", seat="8001"
    )
    await store.transact(lambda db: db.execute(said))
    await store.close()
    store = await written(url, speaking(told, 8.0, VoicemailEnd.HANGUP).end(ev.EndedBy.CALLER))
    async with store.reading() as db:
        (task,) = (await db.execute(sa.select(t.callbacks.c.task_id, t.callbacks.c.kind, t.callbacks.c.state))).all()
    assert tuple(task) == (told.call, "voicemail", "open")
    at = NOW + timedelta(days=4000)
    assert await store.transact(lambda db: heard(db, told.call, at, "1001", ANYWHERE)) == []
    other = Told(7).arrive().queue().talk().end()
    await store.close()
    store = await written(url, other)
    (moved,) = await store.transact(lambda db: heard(db, other.call, at, "1001", ANYWHERE))
    await store.close()
    assert moved.task == told.call


async def test_who_was_asked_for_a_message_has_not_given_up(url: str) -> None:
    """Nobody served him, as without a message: he hangs up at its end, and is no abandoned call."""
    told = Told().arrive().queue().leave_queue(ev.QueueExit.TIMEOUT)
    gone = Told(2, caller="13806010002").arrive().queue().leave_queue(ev.QueueExit.ABANDONED).end(ev.EndedBy.CALLER)
    store = await written(url, speaking(told, 8.0, VoicemailEnd.HANGUP).end(ev.EndedBy.CALLER), gone)
    arrived = datetime.fromtimestamp(T0, UTC)
    day = Period(arrived - timedelta(hours=1), arrived + timedelta(hours=1))
    found = {of: await members(store, day, of) for of in ("unserved", "abandoned", "abandoned_in_queue")}
    counts = (await kpi_report(store, day, day.until)).counts
    await store.close()
    assert found == {"unserved": [told.call], "abandoned": [gone.call], "abandoned_in_queue": [gone.call]}
    assert (counts["unserved"], counts["abandoned"]) == (1, 1)


async def test_a_message_in_which_asterisk_died_is_one(url: str) -> None:
    """Its end is the call's."""
    told = Told().arrive().queue().leave_queue(ev.QueueExit.TIMEOUT)
    told.say(VoicemailBegan(told.call, told.at(2), "voicemail_nobody"))
    store = await written(url, told.end(ev.EndedBy.NODE_DIED, after=4))
    async with store.reading() as db:
        row = (await db.execute(sa.select(t.voicemails))).one()
    await store.close()
    assert (row.how, row.said_seconds) == ("unknown", pytest.approx(4))


def keeping(told: Told) -> Told:
    """He waits, takes the offer, hangs up; his place waits on."""
    told.arrive().queue().say(CallbackOffered(told.call, told.at(20), QueueId("mandarin"), 2))
    told.say(CallbackAsked(told.call, told.at(3), QueueId("mandarin"), 2))
    told.leave_queue(ev.QueueExit.MOVED)
    told.say(ev.CallQueued(told.call, told.at(0.2), QueueId("mandarin"), 2))
    return told.say(CallbackTaken(told.call, told.at(9), "13806010009"))


@pytest.mark.parametrize(
    ("died", "cause", "tries", "reason"),
    [(True, None, 0, "node_died"), (False, 17, 1, "call_back"), (False, None, 0, "call_back")],
)
async def test_whose_place_was_kept_in_vain_is_owed_in_his_order(
    url: str, died: bool, cause: int | None, tries: int, reason: str
) -> None:
    """At the number he said, dated by when he took it; a call of him that reached nobody was the first try."""
    told = keeping(Told())
    taken = told.events[-1].at  # type: ignore[union-attr]
    if cause is not None:
        told.leave_queue(ev.QueueExit.ANSWERED)
        told.say(KeptPlaceUp(told.call, told.at(30)))
        told.say(CitizenCalledBack(told.call, told.at(12), answered=False, cause=cause))
    store = await written(url, told.end(ev.EndedBy.NODE_DIED if died else ev.EndedBy.SEAT))
    async with store.reading() as db:
        task = (await db.execute(sa.select(t.callbacks))).one()
        offer = (await db.execute(sa.select(t.callback_offers))).one()
    await store.close()
    assert (task.kind, task.reason, task.number, task.tries, task.state) == (
        "queue_offer",
        reason,
        "13806010009",
        tries,
        "open",
    )
    assert task.made_at.timestamp() == pytest.approx(taken)
    assert (task.due_at - task.made_at > timedelta(minutes=30)) is bool(tries), (
        "due by the promise, after a try by the try"
    )
    assert (offer.result, offer.place, offer.cause) == ("owed", 2, cause or 0)


async def test_who_comes_back_himself_has_his_former_call_told_so(url: str) -> None:
    """He stands at his place by the later call; the former is still owed until an agent has spoken with him."""
    former, later = keeping(Told()), Told(2).arrive()
    later.say(CallbackTakenOver(later.call, later.at(60), former.call))
    store = Store(url)
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    await scribe.write([*former.events, *later.events], mark(100))
    async with store.reading() as db:
        assert (await db.execute(sa.select(t.callback_offers.c.came_back))).scalar_one() == later.call
    held = len(former.events)
    await scribe.write(former.end(ev.EndedBy.CALLER).events[held:], mark(200))
    async with store.reading() as db:
        assert (await db.execute(sa.select(t.callback_offers.c.result))).scalar_one() == "came_back"
        assert (await db.execute(sa.select(t.callbacks.c.kind))).scalar_one() == "queue_offer"
    await store.close()


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
    told.say(SurveyAnswered(told.call, told.at(5), score, solved))
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


@pytest.mark.parametrize(("first_leaves_first", "seat"), [(True, "8002"), (False, "8001")])
async def test_who_left_last_of_three_is_scored(url: str, first_leaves_first: bool, seat: str) -> None:
    """Whoever began: after a conference Asterisk tells both talks anew, in either order."""
    told = Told().arrive().queue()
    legs = {"8002": LegId("xm1-1.802"), "8001": LegId("xm1-1.801")}
    for name, leg in legs.items():
        told.say(ev.LegBegan(told.call, told.at(1), leg, name))
        told.say(ev.TalkBegan(told.call, told.at(1), leg, SeatId(name), QueueId("mandarin")))
    for name in ("8001", "8002") if first_leaves_first else ("8002", "8001"):
        told.say(ev.TalkEnded(told.call, told.at(5), legs[name], SeatId(name)))
    told.say(SurveyAnswered(told.call, told.at(9), 5, True))
    store = await written(url, told.end())
    async with store.reading() as db:
        row = (await db.execute(sa.select(t.surveys))).one()
    await store.close()
    assert row.seat == seat


async def test_what_was_promised_is_held_against_what_was_waited(url: str) -> None:
    """A caller who was answered: from the announcement on; one who gave up proves nothing."""
    one, two = Told(1).arrive().queue(), Told(2, caller="13806010002").arrive().queue()
    for told in (one, two):
        told.say(WaitPromised(told.call, told.at(10), QueueId("mandarin"), 2, 1))
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


def test_who_began_to_wait_long_ago_counts_for_the_window_alone() -> None:
    """A call a minute is answered, each after a quarter of an hour: a minute a place, as of those who wait five."""
    since = NOW - LATELY
    for minutes in (2, 5, 10, 15):
        begun = [(60.0 * k + 30, 60.0 * k + 30 - 60 * minutes) for k in range(40)]
        everybody = waits(*((entered, left if left > 0 else None) for entered, left in begun if left < LATELY.seconds))
        assert seconds_a_place(everybody, NOW, since) == pytest.approx(60.0, rel=0.02)


@pytest.mark.parametrize("minutes", [15, 35, 50, 90])
async def test_a_long_wait_makes_a_place_no_longer(url: str, minutes: int) -> None:
    """A call a minute is answered, each after so many minutes: a minute a place, however long ago those answered now came."""
    rows = [
        {"call_id": f"xm1-1.{n}", "seq": 0, "queue": "mandarin", "entered_at": NOW - timedelta(minutes=n + minutes, seconds=30),
         "left_at": NOW - timedelta(minutes=n, seconds=30) if n >= 0 else None, "result": "answered" if n >= 0 else ""}
        for n in range(-minutes, 40)
    ]  # fmt: skip
    store = Store(url)
    await store.transact(lambda db: db.execute(sa.insert(t.queue_visits), rows))
    paces = await ExpectedWait(store).paces(["mandarin"], NOW)
    await store.close()
    assert paces == {"mandarin": pytest.approx(60.0, rel=0.05)}


def history(seconds: float, last_left: float) -> list[dict[str, object]]:
    """Five of yesterday, one after the other; the last of them, who waited from the hour's end on, left so late."""
    began = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    spans = [(0.0, seconds * n) for n in range(1, 6)] + ([(3590.0, last_left)] if last_left else [])
    return [
        {"call_id": f"xm1-1.{n}", "seq": 0, "queue": "mandarin", "entered_at": began + timedelta(seconds=entered),
         "left_at": began + timedelta(seconds=left), "result": "answered"}
        for n, (entered, left) in enumerate(spans)
    ]  # fmt: skip


@pytest.mark.parametrize(("waiting", "gave_up", "told"), [(30, False, True), (50, False, False), (300, True, False)])
async def test_of_a_queue_that_nobody_serves_yesterday_tells_nothing(
    url: str, waiting: float, gave_up: bool, told: bool
) -> None:
    """Somebody has waited longer in vain than a place took then: no time is told, only the place."""
    entered = NOW - timedelta(seconds=waiting)
    row = {"call_id": "xm1-9.9", "seq": 0, "queue": "mandarin", "entered_at": entered,
           "left_at": NOW if gave_up else None, "result": "abandoned" if gave_up else ""}  # fmt: skip
    store = Store(url)
    await store.transact(lambda db: db.execute(sa.insert(t.queue_visits), [*history(40.0, 0.0), row]))
    paces = await ExpectedWait(store).paces(["mandarin"], NOW)
    await store.close()
    assert paces == ({"mandarin": pytest.approx(40.0)} if told else {})


async def test_the_hour_of_other_days_ends_with_the_hour(url: str) -> None:
    """Who came in its last seconds and waited far beyond it makes the hour no slower."""
    store = Store(url)
    await store.transact(lambda db: db.execute(sa.insert(t.queue_visits), history(40.0, 9000.0)))
    paces = await ExpectedWait(store).paces(["mandarin"], NOW)
    await store.close()
    assert paces == {"mandarin": pytest.approx(40.0, abs=1.0)}

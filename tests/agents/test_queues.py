"""Memberships: what is told to app_queue, and how a contradiction is corrected within bounds."""

from __future__ import annotations

import pytest

from agents.queues import GRACE, PATIENCE, Membership, Memberships, difference, wanted
from cti import commands as tel
from cti.equipment_events import MemberSeen
from cti.ids import Instant, QueueId, SeatId

Q, S = QueueId("mandarin"), SeatId("8001")
READY, LUNCH = Membership(0, paused=False), Membership(0, paused=True, reason="就餐")


def seen(at: float, member: Membership | None) -> MemberSeen:
    m = member or Membership(0, paused=False)
    return MemberSeen(Instant(at), Q, S, m.paused, m.reason, m.penalty, member is not None)


def done(command: tel.Command) -> tel.Outcome:
    return tel.Outcome(command, tel.Result.DONE)


@pytest.mark.parametrize(
    ("have", "want", "commands"),
    [
        (None, None, []),
        (READY, READY, []),
        (None, LUNCH, [tel.AddMember(Q, S, "8001", 0, paused=True, reason="就餐")]),
        (READY, None, [tel.RemoveMember(Q, S)]),
        (READY, LUNCH, [tel.PauseMember(Q, S, True, "就餐")]),
        (LUNCH, READY, [tel.PauseMember(Q, S, False)]),
        (Membership(3, paused=False), READY, [tel.RemoveMember(Q, S), tel.AddMember(Q, S, "8001")]),
    ],
)
def test_difference(have: Membership | None, want: Membership | None, commands: list[tel.Command]) -> None:
    """The fewest commands that turn what is into what shall be, each naming its queue."""
    assert difference(Q, S, have, want) == commands


def test_wanted_is_in_every_queue_of_the_agent() -> None:
    """A level becomes a penalty, a pause stands in each queue."""
    assert wanted({Q: 0, QueueId("minnan"): 1}, "就餐") == {Q: LUNCH, QueueId("minnan"): Membership(1, True, "就餐")}
    assert wanted({Q: 0}, None) == {Q: READY}


def settled() -> Memberships:
    m = Memberships()
    [add] = m.want(S, {Q: READY}, busy=False, at=Instant(0))
    m.seen(seen(0.1, READY))
    m.outcome(done(add), Instant(0.2))
    assert m.due() is None
    return m


def test_agreement_needs_nothing() -> None:
    """When app_queue says what we told it, nothing is due."""
    assert settled().want(S, {Q: READY}, busy=False, at=Instant(1)) == []


def test_a_contradiction_is_corrected_with_patience_and_then_told() -> None:
    """One correction after the grace, then ever slower, an alarm at the third, an all-clear at the end."""
    m = settled()
    m.seen(seen(10, None))
    assert m.correct((), Instant(10 + GRACE - 0.1)) == ([], [])
    at, alarms, corrections = 10 + GRACE, [], 0
    for wait in PATIENCE:
        commands, doubts = m.correct((), Instant(at))
        assert commands[:1] == [tel.AddMember(Q, S, "8001")]
        corrections += 1
        for command in commands:
            m.outcome(done(command), Instant(at))
        alarms += doubts
        assert m.due() == at + wait
        assert m.correct((), Instant(at + wait - 0.1)) == ([], [])
        at += wait
    assert corrections == len(PATIENCE)
    assert [(d.seat, d.over) for d in alarms] == [(S, False)]
    m.seen(seen(at, READY))
    assert [(d.seat, d.over) for d in m.agreed()] == [(S, True)]
    assert m.due() is None
    assert m.agreed() == []


def test_a_word_that_crossed_ours_is_no_contradiction() -> None:
    """A late MemberSeen of the state before last is overtaken by the next one: nothing is sent."""
    m = settled()
    [pause] = m.want(S, {Q: LUNCH}, busy=False, at=Instant(5))
    m.outcome(done(pause), Instant(5.01))
    [again] = m.want(S, {Q: READY}, busy=False, at=Instant(5.02))
    m.outcome(done(again), Instant(5.03))
    m.seen(seen(5.04, LUNCH))
    m.seen(seen(5.05, READY))
    assert m.due() is None


@pytest.mark.parametrize("result", [tel.Result.REFUSED, tel.Result.LOST])
def test_a_command_that_failed_is_looked_at_again(result: tel.Result) -> None:
    """A refused or lost command is never the end of it."""
    m = settled()
    [pause] = m.want(S, {Q: LUNCH}, busy=False, at=Instant(5))
    assert m.due() is None  # while it is under way there is nothing to look at
    m.outcome(tel.Outcome(pause, result, "no"), Instant(6))
    assert m.due() == 6 + GRACE
    commands, _ = m.correct((), Instant(6 + GRACE))
    assert tel.PauseMember(Q, S, True, "就餐") in commands


def test_nothing_is_corrected_while_a_command_is_flying() -> None:
    """Until our own command is answered, app_queue's word is not compared."""
    m = settled()
    m.want(S, {Q: LUNCH}, busy=False, at=Instant(5))
    assert m.correct((), Instant(60)) == ([], [])


def test_a_busy_seat_is_never_unpaused() -> None:
    """Neither by a wish nor by a correction."""
    m = Memberships()
    [add] = m.want(S, {Q: LUNCH}, busy=False, at=Instant(0))
    m.seen(seen(0, LUNCH))
    m.outcome(done(add), Instant(0))
    assert m.want(S, {Q: READY}, busy=True, at=Instant(1)) == []
    assert m.want(S, {Q: READY}, busy=False, at=Instant(2)) == [tel.PauseMember(Q, S, False)]


def test_a_new_connection_believes_the_snapshot() -> None:
    """After the link was down, what is told starts from what app_queue says."""
    m = settled()
    m.seen(seen(10, LUNCH))
    m.begin_again()
    assert m.want(S, {Q: READY}, busy=False, at=Instant(10)) == [tel.PauseMember(Q, S, False)]


def test_strangers_are_known() -> None:
    """Members that are no seats of ours are named."""
    m = settled()
    assert m.strangers(frozenset()) == {S}
    assert m.strangers(frozenset({S})) == frozenset()


THREE = (QueueId("a"), QueueId("b"), QueueId("c"))


def in_three(*, unsaid: bool = False) -> Memberships:
    """A seat with three skills, ready; ``unsaid``: app_queue has not said it of the last one yet."""
    m = Memberships()
    for add in m.want(S, dict.fromkeys(THREE, READY), busy=False, at=Instant(0)):
        m.outcome(done(add), Instant(0))
    for queue in THREE[: 2 if unsaid else 3]:
        m.seen(MemberSeen(Instant(0), queue, S, False, "", 0, True))
    return m


@pytest.mark.parametrize("unsaid", [False, True])
def test_a_pause_of_all_memberships_is_one_command(unsaid: bool) -> None:
    """OPS 32: one action for all queues of a member, and its answer is that of each."""
    m = in_three(unsaid=unsaid)
    [pause] = m.want(S, dict.fromkeys(THREE, LUNCH), busy=False, at=Instant(5))
    assert pause == tel.PauseMember(THREE[0], S, True, "就餐", THREE[1:])
    assert m.correct((), Instant(60)) == ([], []), "it flies for all of them"
    m.outcome(done(pause), Instant(60))
    for queue in THREE:
        m.seen(MemberSeen(Instant(60), queue, S, True, "就餐", 0, True))
    assert m.settled(S)
    [back] = m.want(S, dict.fromkeys(THREE, READY), busy=False, at=Instant(65))
    assert back == tel.PauseMember(THREE[0], S, False, "", THREE[1:])


def test_one_that_did_not_take_it_is_corrected_by_itself() -> None:
    m = in_three()
    [pause] = m.want(S, dict.fromkeys(THREE, LUNCH), busy=False, at=Instant(5))
    m.outcome(done(pause), Instant(5))
    for queue in THREE[:2]:
        m.seen(MemberSeen(Instant(5), queue, S, True, "就餐", 0, True))
    commands, _doubts = m.correct((), Instant(5 + GRACE))
    assert commands == [tel.PauseMember(THREE[2], S, True, "就餐")]


def test_no_membership_is_touched_that_is_to_stay_as_it_is() -> None:
    """Who is in another queue under another word, or is put into one, is not paused there by the way."""
    m = in_three()
    wish = {THREE[0]: LUNCH, THREE[1]: LUNCH, THREE[2]: READY}
    assert m.want(S, wish, busy=False, at=Instant(5)) == [
        tel.PauseMember(queue, S, True, "就餐") for queue in THREE[:2]
    ]
    fresh = in_three()
    new = QueueId("d")
    commands = fresh.want(S, dict.fromkeys((*THREE, new), LUNCH), busy=False, at=Instant(5))
    assert [type(one) for one in commands] == [tel.PauseMember] * 3 + [tel.AddMember]
    assert not any(one.also for one in commands if isinstance(one, tel.PauseMember))


def test_all_memberships_gone_are_all_put_back() -> None:
    m = in_three()
    [pause] = m.want(S, dict.fromkeys(THREE, LUNCH), busy=False, at=Instant(5))
    m.outcome(tel.Outcome(pause, tel.Result.REFUSED, "Interface not found"), Instant(5))
    commands, _doubts = m.correct((), Instant(5 + GRACE))
    assert [one.queue for one in commands if isinstance(one, tel.AddMember)] == list(THREE)

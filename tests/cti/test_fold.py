"""The fold: what frames mean, whatever order and however often they come."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from cti import events as ev
from cti import frame_types as fr
from cti import snapshot as resync
from cti.equipment_events import MemberSeen
from cti.fold import Fold
from cti.ids import BridgeId, CallId, Instant, LegId, LineId, QueueId, SeatId, TrunkId
from cti.numbering_plan import Plan
from tests.sampling import examples

from .story import PLAN, Q, Story, as_book, stories


def told(frames: list[fr.Frame], *, live: bool = True) -> tuple[Fold, list[ev.Event]]:
    fold = Fold(PLAN, live=live)
    return fold, [event for frame in frames for event in fold.apply(frame)]


def kinds(events: list[ev.Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def answered_call() -> Story:
    story = Story(0)
    story.arrive()
    story.queue()
    leg = story.offer("8001")
    bridge = story.answer(leg)
    story.talk_over(leg, bridge)
    return story


def test_an_answered_call_is_told_as_it_happened() -> None:
    """A queued, answered call gives the events of its life once each, in order."""
    _, events = told(answered_call().frames)
    seen = [k for k in kinds(events) if not k.startswith("Leg")]
    assert seen == [
        "CallArrived", "CallLined", "CallAnswered", "CallQueued", "CallOffered", "OfferEnded", "CallLeftQueue",
        "TalkBegan", "TalkEnded", "CallEnded",
    ]  # fmt: skip
    end = events[-1]
    assert isinstance(end, ev.CallEnded)
    assert (end.by, end.talked) == (ev.EndedBy.CALLER, True)


def test_a_recording_begun_anew_is_no_second_wait() -> None:
    """For CEL the Queue() of who talks begins once more behind the Gosub() that renews his recording: he waits for nobody."""
    story = Story(0)
    story.arrive()
    story.queue()
    leg = story.offer("8001")
    bridge = story.answer(leg)
    story.queue()
    story.talk_over(leg, bridge)
    _, events = told(as_book(story.frames), live=False)
    assert kinds(events).count("CallQueued") == 1
    assert [e.result for e in events if isinstance(e, ev.CallLeftQueue)] == [ev.QueueExit.ANSWERED]
    (end,) = [e for e in events if isinstance(e, ev.CallEnded)]
    assert end.alone is ev.Alone.NO


def test_a_caller_who_leaves_while_a_seat_rings_withdraws_the_offer() -> None:
    """Board and book agree that the seat did not miss a call its caller gave up."""
    story = Story(0)
    story.arrive()
    story.queue()
    story.abandon(story.offer("8001"))
    for frames, live in ((story.frames, True), (as_book(story.frames), False)):
        _, events = told(frames, live=live)
        (offer,) = [e for e in events if isinstance(e, ev.OfferEnded)]
        (left,) = [e for e in events if isinstance(e, ev.CallLeftQueue)]
        assert offer.result is ev.OfferResult.WITHDRAWN
        assert left.result is ev.QueueExit.ABANDONED


def test_an_offer_that_rang_out_is_missed_in_board_and_book() -> None:
    """A seat that did not answer while the caller went on waiting has missed the offer."""
    story = Story(0)
    story.arrive()
    story.queue()
    story.miss(story.offer("8001"))
    leg = story.offer("8002")
    story.talk_over(leg, story.answer(leg))
    for frames, live in ((story.frames, True), (as_book(story.frames), False)):
        _, events = told(frames, live=live)
        results = [(e.seat, e.result) for e in events if isinstance(e, ev.OfferEnded)]
        assert results == [("8001", ev.OfferResult.MISSED), ("8002", ev.OfferResult.ANSWERED)]


def test_a_consultation_of_a_second_channel_is_merged_into_the_citizens_call() -> None:
    """When the legs of two calls meet in one bridge the citizen's call goes on and the other ends."""
    story = Story(0)
    story.arrive()
    story.queue()
    leg = story.offer("8001")
    bridge = story.answer(leg)
    other, callee = LegId("xm1-2000.1"), LegId("xm1-2000.2")
    story.say(
        fr.LegNew(story.at(), other, "PJSIP/8001-000000ff", other, CallId(""), "8001", "", "8002", True),
        fr.LegNew(story.at(), callee, "PJSIP/8002-000000fe", other, CallId(""), "", "", "", False),
        fr.LegUp(story.at(), callee),
        fr.BridgeIn(story.at(), other, BridgeId("consult"), False),
        fr.BridgeIn(story.at(), callee, BridgeId("consult"), False),
        fr.Transferred(story.at(), leg, ev.TransferKind.ATTENDED, "", callee),
        fr.BridgeIn(story.at(), callee, bridge, False),
        fr.LegGone(story.at(), leg, 16, ""),
        fr.LegGone(story.at(), other, 16, ""),
        fr.LegGone(story.at(), callee, 16, ""),
        fr.LegGone(story.at(), story.caller, 16, ""),
    )
    fold, events = told(story.frames)
    (merged,) = [e for e in events if isinstance(e, ev.CallsMerged)]
    assert (merged.call, merged.merged) == (story.call, other)
    assert Counter(e.call for e in events if isinstance(e, ev.CallEnded)) == {story.call: 1, CallId(other): 1}
    assert not fold.board.calls


def test_a_pickup_moves_the_offer_to_the_seat_that_picked_up() -> None:
    """A ringing leg renamed to another seat's channel is that seat's offer from then on."""
    story = Story(0)
    story.arrive()
    story.queue()
    leg = story.offer("8001")
    story.say(fr.LegRenamed(story.at(), leg, "PJSIP/8002-000000aa"), fr.LegUp(story.at(), leg))
    _, events = told(story.frames)
    offers = [(e.seat, e.result) for e in events if isinstance(e, ev.OfferEnded)]
    assert offers == [("8001", ev.OfferResult.WITHDRAWN), ("8002", ev.OfferResult.ANSWERED)]


def test_a_call_begun_before_our_time_ends_once() -> None:
    """Read from the middle, a call whose beginning is missing is ended once; its later legs are no calls of their own."""
    caller, one, two = LegId("xm1-1.1"), LegId("xm1-1.2"), LegId("xm1-1.3")
    _, events = told(
        [
            fr.LegNew(Instant(1.0), one, "PJSIP/8001-00000001", caller, CallId(""), "", "", "", False),
            fr.LegGone(Instant(2.0), one, 17, ""),
            fr.LegNew(Instant(3.0), two, "PJSIP/8002-00000002", caller, CallId(""), "", "", "", False),
            fr.LegGone(Instant(4.0), two, 16, ""),
        ],
        live=False,
    )
    assert [e.call for e in events if isinstance(e, ev.CallArrived | ev.CallEnded)] == [caller, caller]


def test_a_talk_goes_through_a_local_channel_and_survives_its_going() -> None:
    """A seat behind a Local channel talks once the sound reaches it, and on while the channel is taken away."""
    story = Story(0)
    story.arrive()
    one, two = story.leg(), story.leg()
    near, far = BridgeId("near"), BridgeId("far")
    for leg, half in ((one, 1), (two, 2)):
        channel = f"Local/8001@seats-00000001;{half}"
        story.say(fr.LegNew(story.at(), leg, channel, story.caller, story.call, "", "", "", False))
    seat = story.offer("8001")
    story.say(
        fr.BridgeIn(story.at(), story.caller, near, False),
        fr.BridgeIn(story.at(), one, near, False),
        fr.LegUp(story.at(), seat),
        fr.BridgeIn(story.at(), seat, far, False),
    )
    fold, events = told(story.frames)
    assert "TalkBegan" not in kinds(events)
    steps = [
        fr.BridgeIn(story.at(), two, far, False),
        fr.LocalMelting(story.at(), one, True),
        fr.BridgeOut(story.at(), seat, far),
        fr.BridgeOut(story.at(), one, near),
        fr.BridgeIn(story.at(), seat, near, False),
        fr.LocalMelting(story.at(), one, False),
        fr.BridgeOut(story.at(), story.caller, near),
    ]
    seen = [kinds(fold.apply(step)) for step in steps]  # type: ignore[arg-type]
    assert seen == [["TalkBegan"], [], [], [], [], [], ["TalkEnded"]]


def test_a_new_life_of_asterisk_ends_every_call_of_the_old_one() -> None:
    """Calls born before Asterisk's start are ended with the cause that it died."""
    story = Story(0)
    story.arrive()
    story.queue()
    _, events = told([*story.frames, fr.NodeLife(Instant(2000.0), "xm1")], live=False)
    (end,) = [e for e in events if isinstance(e, ev.CallEnded)]
    (left,) = [e for e in events if isinstance(e, ev.CallLeftQueue)]
    assert end.by is ev.EndedBy.NODE_DIED
    assert left.result is ev.QueueExit.DIED


def test_the_line_watch_is_no_call() -> None:
    """Legs of the probe never become calls."""
    leg = LegId("xm1-1.1")
    _, events = told([fr.LegNew(Instant(1.0), leg, "PJSIP/probe-00000001", leg, CallId(""), "", "", "citizen", True)])
    assert events == []


def test_setting_a_phones_key_is_no_call() -> None:
    """Neither half of the Local channel that puts a key down becomes a call; one to anywhere else does."""

    def born(name: str) -> list[fr.Frame]:
        one, two = LegId("xm1-1.1"), LegId("xm1-1.2")
        return [fr.LegNew(Instant(1.0), leg, f"Local/{name}-00000001;{half}", one, CallId(""), "", "", "8001", True)
                for half, leg in enumerate((one, two), 1)]  # fmt: skip

    assert told(born("8001@phone-key"))[1] == []
    assert told(born("8001@seats"))[1] != []


@given(stories())
def test_every_call_ends_once_and_nothing_stays(frames: list[fr.Frame]) -> None:
    """Whole stories leave an empty board and one end for each arrival."""
    fold, events = told(frames)
    assert Counter(e.call for e in events if isinstance(e, ev.CallArrived)) == Counter(
        e.call for e in events if isinstance(e, ev.CallEnded)
    )
    assert not fold.board.calls
    assert not fold.board.legs
    assert not fold.board.bridges
    assert not fold.board.linked


def test_a_seat_that_said_no_while_we_began_does_not_hide_its_call() -> None:
    """Its leg came and went before the snapshot: the caller, who waits still, is in the snapshot and is there."""
    story = Story(0)
    story.arrive()
    story.queue()
    fold = Fold(PLAN)
    story.frames.clear()
    story.refuse(story.offer("8001"))
    for frame in story.frames:
        fold.apply(frame)
    channel = "PJSIP/telecom-00000000"
    seen = fr.LegSeen(
        story.at(), story.caller, channel, story.caller, story.call, "13806010001", "", "mandarin", True, BridgeId(""),
        QueueId("mandarin"), 1, Instant(1000.0),
    )  # fmt: skip
    for frame in (fr.SnapshotBegan(story.at()), seen, fr.SnapshotEnded(story.at())):
        fold.apply(frame)
    assert [(call.id, call.queue, call.dialled) for call in fold.board.calls.values()] == [(story.call, "mandarin", "")]
    later = fr.LegNew(
        story.at(), LegId("xm1-1000.9"), "PJSIP/8002-0000001", story.caller, story.call, "", "", "", False
    )
    assert kinds(fold.apply(later))[:1] == ["LegBegan"]


def test_the_book_knows_when_an_offer_rang_out() -> None:
    """Nobody else is free, and the caller waits on for minutes before he gives up: it was missed, and then."""
    story = Story(0)
    story.arrive()
    story.queue()
    leg = story.offer("8001")
    story.say(fr.RangOut(story.at(15), leg), fr.LegGone(story.at(), leg, 0, ""))
    gone = story.frames[-1].at
    story.clock += 300
    story.abandon()
    _, events = told(as_book(story.frames), live=False)
    (offer,) = [e for e in events if isinstance(e, ev.OfferEnded)]
    assert (offer.result, offer.at) == (ev.OfferResult.MISSED, gone)


def test_what_the_dialplan_said_is_recalled_from_the_book() -> None:
    """After a restart the board knows again whose line it is, who handed it over, and whom a seat dialled."""
    story = Story(0)
    at, call = story.at(), story.caller
    story.say(
        fr.LegNew(at, call, "PJSIP/telecom-00000000", call, CallId(""), "12345", "", "1231912345", True),
        fr.Lined(at, call, LineId("partner"), TrunkId("telecom"), "1231912345", "12345", "GD-7", "13806010009"),
    )
    book, _ = told(story.frames, live=False)
    board, _ = told([story.frames[0]._replace(exten="s")])  # type: ignore[call-arg]
    for frame in resync.recalled(board.board, book.board.calls.get, at):
        board.apply(frame)
    (found,) = board.board.calls.values()
    assert (found.line, found.partner, found.reference, found.origin, found.dialled) == (
        "partner", "12345", "GD-7", "13806010009", "1231912345",
    )  # fmt: skip
    assert resync.recalled(board.board, book.board.calls.get, at) == []


@given(stories(), st.randoms(use_true_random=False), st.floats(0, 1))
@settings(max_examples=examples(120))
def test_every_arrival_ends_exactly_once_after_any_garbage(frames: list[fr.Frame], rng: object, loss: float) -> None:
    """Shuffled, doubled and dropped frames, then the end of the world: one end for each arrival."""
    mixed = [f for f in frames if rng.random() >= loss * 0.5]  # type: ignore[attr-defined]
    mixed += [f for f in frames if rng.random() < 0.3]  # type: ignore[attr-defined]
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    fold, events = told([*mixed, fr.SnapshotBegan(Instant(5000.0)), fr.SnapshotEnded(Instant(5000.0))])
    arrived = Counter(e.call for e in events if isinstance(e, ev.CallArrived))
    ended = Counter(e.call for e in events if isinstance(e, ev.CallEnded))
    assert arrived == ended
    assert set(arrived.values()) <= {1}
    assert not fold.board.calls
    assert not fold.board.legs
    assert not fold.board.bridges
    offers = Counter(e.leg for e in events if isinstance(e, ev.CallOffered))
    assert offers == Counter(e.leg for e in events if isinstance(e, ev.OfferEnded))
    talks = Counter(e.leg for e in events if isinstance(e, ev.TalkBegan))
    assert talks == Counter(e.leg for e in events if isinstance(e, ev.TalkEnded))


@given(stories(), st.data())
def test_frames_heard_twice_change_nothing(frames: list[fr.Frame], data: st.DataObject) -> None:
    """A frame repeated right after itself brings about no event."""
    fold = Fold(PLAN)
    for frame in frames:
        fold.apply(frame)
        if not isinstance(frame, fr.Lined | fr.Transferred | fr.Noticed | fr.TurnedAway | fr.Recorded):
            assert fold.apply(frame) == []


@given(stories(), st.data())
def test_drop_and_snapshot_reach_the_same_board(frames: list[fr.Frame], data: st.DataObject) -> None:
    """A board that missed frames and then saw a snapshot shows what one that saw all shows."""
    cut = data.draw(st.integers(0, len(frames)))
    deaf_from = data.draw(st.integers(0, cut))
    whole, _ = told(frames[:cut])
    deaf, _ = told(frames[:deaf_from])
    truth = whole.board
    seen: list[fr.Frame] = [fr.SnapshotBegan(Instant(3000.0))]
    for leg in sorted(truth.legs.values(), key=lambda leg: (not leg.first, leg.id)):
        waits = leg.first and leg.call.queue
        seen.append(
            fr.LegSeen(
                Instant(3000.0), leg.id, leg.channel, LegId(leg.call.id), leg.call.id, leg.call.caller,
                leg.call.caller_name, leg.call.dialled if leg.first else "", leg.up is not None,
                leg.bridge or BridgeId(""), leg.call.queue if waits else leg.call.queue and type(leg.call.queue)(""),
                1, leg.born,
            )
        )  # fmt: skip
    for frame in [*seen, fr.SnapshotEnded(Instant(3000.0))]:
        deaf.apply(frame)
    for board in (truth, deaf.board):
        for leg in board.legs.values():
            leg.held = False  # no snapshot tells of a hold
        for call in board.calls.values():
            call.line, call.dialled = type(call.line)(""), ""  # nor of the dialplan's words, nor of what was dialled
            call.talked = any(leg.talking for leg in call.legs.values())  # nor of talks that are over
    assert deaf.board.facts() == truth.facts()


def test_a_member_that_vanished_while_we_were_away_is_no_member() -> None:
    """What a snapshot does not name any more is removed, and said."""
    at = Instant(1.0)
    member = fr.Member(at, QueueId("mandarin"), SeatId("8001"), False, "", 0, True)
    gone = member._replace(seat=SeatId("8002"))
    snapshot = [fr.SnapshotBegan(at), member, fr.SnapshotEnded(at)]
    fold, events = told([member, gone, *snapshot])  # type: ignore[list-item]
    assert list(fold.board.members) == [("mandarin", "8001")]
    assert [(e.seat, e.present) for e in events if isinstance(e, MemberSeen)][-1] == ("8002", False)


def test_memory_is_flat_over_many_calls() -> None:
    """Ten thousand calls leave only the bounded memory of what ended."""
    fold = Fold(Plan.foreign())
    for number in range(10_000):
        story = Story(number)
        story.arrive()
        story.queue()
        leg = story.offer("8001")
        story.talk_over(leg, story.answer(leg))
        for frame in story.frames:
            fold.apply(frame)
    assert not fold.board.calls
    assert len(fold.board.ended) <= 16384
    assert not fold.board.linked


def kept(story: Story, half: int) -> str:
    return f"Local/k{story.call}@kept-place-0000000a;{half}"


def test_a_place_that_is_kept_is_its_callers_call() -> None:
    """He hangs up, the place waits on, a seat takes it, he is called: one call, whose talk begins when he hears the seat."""
    story = Story(0)
    story.arrive()
    story.queue()
    near, far, citizen = LegId("xm1-1001.7"), LegId("xm1-1001.8"), LegId("xm1-1009.9")
    story.say(fr.QueueOut(story.at(9), story.caller, Q, ev.QueueExit.MOVED))
    for half, leg in ((1, near), (2, far)):
        story.say(fr.LegNew(story.at(), leg, kept(story, half), near, CallId(""), "13806010001", "", "s", False))
    story.say(
        fr.CallbackAsked(story.at(), story.caller, Q, 1),
        fr.LegUp(story.at(), far),
        fr.LegUp(story.at(), near),
        fr.QueueIn(story.at(), near, Q, 1),
        fr.CallbackTaken(story.at(4), story.caller, "13806010001"),
        fr.LegAsked(story.at(), story.caller),
        fr.LegGone(story.at(), story.caller, 16, "PJSIP/telecom-00000000"),
    )
    fold, waiting = told(story.frames)
    call = fold.board.calls[story.call]
    assert (call.queue, call.direction, call.caller) == (Q, ev.Direction.INBOUND, "13806010001")
    assert [e.result for e in waiting if isinstance(e, ev.CallLeftQueue)] == [ev.QueueExit.MOVED]

    seat = LegId("xm1-1008.1")
    story.frames.clear()
    story.say(
        fr.LegNew(story.at(), seat, "PJSIP/8001-00000002", near, story.call, "", "", "", False),
        fr.LegUp(story.at(), seat),
        fr.BridgeIn(story.at(), seat, BridgeId("near"), False),
        fr.BridgeIn(story.at(), near, BridgeId("near"), False),
        fr.PlaceUp(story.at(), far),
    )
    answered = [event for frame in story.frames for event in fold.apply(frame)]
    assert "TalkBegan" not in kinds(answered), "nobody is there yet"
    assert [e.result for e in answered if isinstance(e, ev.CallLeftQueue)] == [ev.QueueExit.ANSWERED]

    story.frames.clear()
    story.say(
        fr.LegNew(story.at(), citizen, "PJSIP/telecom-00000003", near, story.call, "", "", "", False),
        fr.LegUp(story.at(), citizen),
        fr.BridgeIn(story.at(), far, BridgeId("far"), False),
        fr.BridgeIn(story.at(), citizen, BridgeId("far"), False),
    )
    talks = [event for frame in story.frames for event in fold.apply(frame)]
    assert [(e.call, e.seat) for e in talks if isinstance(e, ev.TalkBegan)] == [(story.call, "8001")]
    assert call.first == citizen
    story.frames.clear()
    story.say(fr.LegAsked(story.at(5), citizen))
    for leg in (citizen, far, near, seat):
        story.say(fr.LegGone(story.at(), leg, 16, ""))
    ended = [event for frame in story.frames for event in fold.apply(frame)]
    assert [(e.by, e.talked) for e in ended if isinstance(e, ev.CallEnded)] == [(ev.EndedBy.CALLER, True)]
    assert not fold.board.calls
    told_of = {e.leg for e in (*waiting, *answered, *talks, *ended) if isinstance(e, ev.LegBegan | ev.LegEnded)}
    assert told_of == {story.caller, seat, citizen}, "the halves are no telephones"


def test_who_waits_on_stands_where_his_place_was_kept() -> None:
    """He takes it back: he waits, whichever of the two Asterisk tells of first; the end of the kept place is not his."""
    for back_first in (True, False):
        story = Story(0)
        story.arrive()
        story.queue()
        near = LegId("xm1-1001.7")
        story.say(
            fr.QueueOut(story.at(9), story.caller, Q, ev.QueueExit.MOVED),
            fr.LegNew(story.at(), near, kept(story, 1), near, CallId(""), "", "", "s", False),
            fr.QueueIn(story.at(), near, Q, 1),
        )
        comes: list[fr.Frame] = [fr.QueueIn(story.at(), story.caller, Q, 1)]
        goes: list[fr.Frame] = [
            fr.QueueOut(story.at(), near, Q, ev.QueueExit.ABANDONED),
            fr.LegGone(story.at(), near, 16, ""),
        ]
        story.say(*(comes + goes if back_first else goes + comes))
        fold, _ = told(story.frames)
        assert fold.board.calls[story.call].queue == Q
        assert [one.id for one in fold.board.waiting(Q)] == [story.call]

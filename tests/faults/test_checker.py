"""The judge itself: silent when all witnesses agree, and red for every way the ledger can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from . import logs
from .checker import Plan, check, shown_as_it_is
from .witness import CaseRow, CelCall, FreeTime, History, KeptPlace, LedgerCall, PhoneCall, QueueCall

PLAN = Plan(lines={"12319": "citizen", "12319110": "partner"})


def caller(number: str, at: float, *, talk: float | None, dialled: str = "12319", rack: str = "telecom") -> PhoneCall:
    end = at + 6 + (talk or 0)
    return PhoneCall(rack, True, number, dialled, at, at + 0.1, end, "us" if talk is None else "far", 0, "王小明")


def seat(name: str, call: PhoneCall) -> PhoneCall:
    return PhoneCall("desk", False, call.caller, name, call.began + 5, call.began + 6, call.ended, "us", 0)


def written(name: str, call: PhoneCall, seat_name: str, outcome: str) -> LedgerCall:
    talk = call.ended - call.began - 6 if seat_name else 0.0
    return LedgerCall(
        name, "inbound", PLAN.lines[call.dialled], call.rack, call.caller, call.dialled, call.began + 5,
        call.began + 6 if seat_name else None, call.ended, seat_name, talk, outcome,
        call.ended - call.began if seat_name else None, "王小明", (), call.began + 0.1, "welcome", "", 1, (f"{name}.raw",),
    )  # fmt: skip


def agreed() -> History:
    """Two answered calls on two lines and one that was abandoned."""
    one = caller("13800000001", 1000.0, talk=10.0)
    two = caller("13800000002", 1002.0, talk=20.0, dialled="12319110", rack="unicom")
    three = caller("13800000003", 1004.0, talk=None)
    return History(
        phones=(one, seat("8001", one), two, seat("8002", two), three),
        cel=(
            CelCall(
                "n-1",
                "telecom",
                one.caller,
                "12319",
                one.began,
                one.ended,
                ("8001",),
                True,
                "welcome",
                "",
                ("n-1.raw",),
            ),
            CelCall("n-2", "unicom", two.caller, "12319110", two.began, two.ended, ("8002",)),
            CelCall("n-3", "telecom", three.caller, "12319", three.began, three.ended, ()),
        ),
        queue=(
            QueueCall("n-1", True, "8001", False),
            QueueCall("n-2", True, "8002", False),
            QueueCall("n-3", True, "", True),
        ),
        ledger=(
            written("n-1", one, "8001", "ticket"),
            written("n-2", two, "8002", "direct"),
            written("n-3", three, "", "missed"),
        ),
    )


def at(number: int, **changes: object) -> Callable[[History], History]:
    def change(history: History) -> History:
        rows = list(history.ledger)
        rows[number] = replace(rows[number], **changes)  # type: ignore[arg-type]
        return replace(history, ledger=tuple(rows))

    return change


def swapped(history: History) -> History:
    """Two calls got each other's facts."""
    one, two, three = history.ledger
    return replace(history, ledger=(replace(two, call=one.call), replace(one, call=two.call), three))


def seats_swapped(history: History) -> History:
    one, two, three = history.ledger
    return replace(history, ledger=(replace(one, seat=two.seat), replace(two, seat=one.seat), three))


def twice_in_the_store(history: History) -> History:
    return replace(history, cases=(CaseRow("GD1", "t1", "n-1"), CaseRow("GD2", "t1", "n-1")))


def test_a_seat_rung_in_its_wrap_up_is_named() -> None:
    """A seat whose phone rings again too soon after a talk; one that was left alone long enough is not named."""
    history = agreed()
    late, soon = (replace(history.phones[1], began=history.phones[1].ended + after, answered=None) for after in (9, 2))
    plan = replace(PLAN, wrap_up=5.0)
    assert check(replace(history, phones=(*history.phones, replace(late, ended=late.began + 1))), plan) == []
    (said,) = check(replace(history, phones=(*history.phones, replace(soon, ended=soon.began + 1))), plan)
    assert "seat 8001: rung 2.0 s after a talk" in said


def of_length(seconds: float, **row: object) -> History:
    """The first call's talk lasted so long."""
    history = agreed()
    one, chair = history.phones[:2]
    short = replace(one, ended=one.began + 6 + seconds), replace(chair, ended=chair.began + 1 + seconds)
    row = {"ended": short[0].ended, "talk_seconds": seconds, "recorded_seconds": 6 + seconds} | row
    return at(0, **row)(replace(history, phones=(*short, *history.phones[2:])))


NEVER: dict[str, object] = {"answered": None, "seat": "", "talk_seconds": 0.0}


def test_a_talk_of_a_moment_may_be_missed() -> None:
    """Under a second it is no answer, and an agent's word stands; at about a second either is right; then it is one."""
    for outcome in ("missed", "ticket"):
        assert check(of_length(0.4, outcome=outcome, **NEVER), PLAN) == []
    assert check(of_length(1.1), PLAN) == check(of_length(1.1, outcome="missed", **NEVER), PLAN) == []
    assert any("no seat talked" in said for said in check(of_length(0.4), PLAN))
    assert any("outcome none" in said for said in check(of_length(0.4, outcome="", **NEVER), PLAN))
    said = check(of_length(1.5, outcome="missed", **NEVER), PLAN)
    assert (
        len([one for one in said if "never answered" in one or "not answered" in one or "outcome missed" in one]) == 3
    )


def test_witnesses_that_agree_give_no_breach() -> None:
    """A true ledger is not accused."""
    assert check(agreed(), PLAN) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda h: replace(h, ledger=h.ledger[:2]), "missing in the ledger"),
        (lambda h: replace(h, ledger=(*h.ledger, h.ledger[0])), "2 times in the ledger"),
        (lambda h: replace(h, ledger=(*h.ledger, replace(h.ledger[0], call="n-9"))), "unknown to CEL"),
        (at(0, ended=None), "still open"),
        (swapped, "the ledger says caller"),
        (seats_swapped, "the ledger says seat"),
        (at(0, caller="13800000009"), "the ledger says caller 13800000009"),
        (at(0, name="王明"), "the ledger says 王明"),
        (at(0, trunk="unicom"), "the ledger says unicom"),
        (at(0, line="partner"), "the ledger says partner"),
        (at(0, outcome="missed"), "outcome missed"),
        (at(2, outcome="ticket"), "outcome ticket"),
        (at(2, outcome=""), "outcome none"),
        (at(0, answered=None, seat="", talk_seconds=0.0), "the ledger says not answered"),
        (at(2, answered=1010.0, seat="8001"), "the ledger says answered by 8001"),
        (at(0, talk_seconds=11.5), "the ledger says 11.5 s"),
        (at(0, recorded_seconds=None), "no good recording"),
        (at(0, recorded_seconds=11.0), "the recording has 11.0 s"),
        (at(2, queued=None), "never queued"),
        (at(0, picked_up=None), "never picked up"),
        (at(0, notice=""), "the ledger says none"),
        (at(0, refusal="closed"), "the ledger says closed"),
        (at(0, tapes=()), "no such recording"),
        (at(0, offers=0), "rang 1 times at a seat"),
        (at(0, tickets=(("t1", "GD1"),)), "the case store has none"),
        (lambda h: replace(h, cases=(CaseRow("GD1", "t1", "n-1"),)), "which the ledger does not have"),
        (lambda h: twice_in_the_store(at(0, tickets=(("t1", "GD1"),))(h)), "2 times in the case store"),
        (lambda h: replace(h, queue=h.queue[1:]), "no ENTERQUEUE"),
        (lambda h: replace(h, cel=h.cel[1:]), "CEL has no such call"),
        (lambda h: replace(h, breaches=("n-1: two outcomes",)), "verify: n-1"),
    ],
)
def test_every_lie_is_named(wrong: Callable[[History], History], said: str) -> None:
    """One thing wrong anywhere gives at least one breach that says what."""
    breaches = check(wrong(agreed()), PLAN)
    assert any(said in breach for breach in breaches), breaches


@pytest.mark.parametrize(("unsent", "recorded", "said"), [
    (0.0, 12.5, ["verify", "the recording has"]),  # nothing was unsent: the breach stands
    (3.0, 12.5, []),
    (3.0, 9.5, ["verify", "the recording has"]),  # it lacks more than that
    (3.0, 18.0, ["verify", "the recording has"]),  # and what was not sent makes none longer
])  # fmt: skip
def test_a_recording_may_lack_what_its_phone_never_sent(unsent: float, recorded: float, said: list[str]) -> None:
    """Judged by the frames that really left, not by the clock of a machine that had no time for the phone."""
    history = at(0, recorded_seconds=recorded)(agreed())
    starved = replace(history.phones[0], unsent=unsent)
    short = f"{history.ledger[0].call}: answered, and its recording is not good: short [recording_missing]"
    history = replace(history, phones=(starved, *history.phones[1:]), breaches=(short,))
    found = check(history, PLAN)
    assert len(found) == len(said)
    assert all(word in one for word, one in zip(said, found, strict=True)), found
    other = short.replace("short", "seat_silent")
    assert any("seat_silent" in one for one in check(replace(history, breaches=(other,)), PLAN)), (
        "of another fault, nothing"
    )


def test_a_killed_asterisk_ends_its_calls_at_its_death() -> None:
    """The phones learn nothing of the death; talk and recording are measured up to it."""
    history = agreed()
    died = 1012.0
    cut = replace(
        history, ledger=(replace(history.ledger[0], talk_seconds=6.0, recorded_seconds=11.0), *history.ledger[1:])
    )
    cut = at(1, talk_seconds=4.0, recorded_seconds=9.0)(cut)
    assert check(cut, replace(PLAN, deaths=(died,))) == []


def shown(history: History, *free: tuple[str, float, float | None], plan: Plan = PLAN) -> list[str]:
    return list(shown_as_it_is(replace(history, free=tuple(FreeTime(*one) for one in free)), plan))


def test_a_seat_that_is_shown_free_while_it_talks_is_named() -> None:
    """8001 talks from 1006 to 1016: free before and after it, and a moment into it, is as it should be."""
    told = agreed()
    assert shown(told, ("8001", 990.0, 1007.5), ("8001", 1016.0, None), ("8003", 990.0, None)) == []
    (breach,) = shown(told, ("8001", 990.0, None))
    assert "8001" in breach
    assert "10.0 s" in breach
    assert check(replace(told, free=(FreeTime("8001", 990.0, 1010.0),)), PLAN)


def test_nobody_is_shown_anything_while_nobody_looks() -> None:
    """No daemon, a blind one, an Asterisk that was killed: what could be seen between is judged."""
    told, free = agreed(), ("8001", 990.0, None)
    assert shown(told, free, plan=replace(PLAN, away=((1000.0, 1015.0),))) == []
    assert shown(told, free, plan=replace(PLAN, away=((1000.0, 1007.0), (1012.0, 1013.0))))
    assert shown(replace(told, blind=((1005.0, None),)), free) == []
    assert shown(told, free, plan=replace(PLAN, deaths=(1007.0,))) == []


def test_what_nobody_caught_is_found_in_a_log() -> None:
    """A traceback in JSON, in plain text, a task nobody asked after; not what a test means to cause."""
    caught = 'Traceback (most recent call last):\n  File "x.py", line 1, in f\n    f()\nValueError: no\n'
    row = '{"event": "the alarm_service could not look", "exception": "Traceback (most recent call last):\\n ValueError: no"}'
    assert len(list(logs.unhandled(f"started\n{row}\nended\n"))) == 1
    (plain,) = logs.unhandled(f"started\n{caught}ended\n")
    assert "ValueError: no" in plain
    assert list(logs.unhandled("Task exception was never retrieved\nfuture: <Task>\n"))
    assert list(logs.unhandled(f"{row}\n{caught}", ["ValueError: no"])) == []
    assert list(logs.unhandled('{"event": "started"}\n{"event": "cannot read", "fault": "no"}\n')) == []
    away = '{"event": "no", "exception": "Traceback (most recent call last):\\n  x\\nledger.errors.LedgerUnavailable: away"}'
    assert list(logs.unhandled(away)), "a ledger that is away is one sentence, whoever meets it"


def called_back() -> History:
    """One hangs up in the queue and is called when his place comes up: told the seat, then reached."""
    one = caller("13800000001", 1000.0, talk=None)
    place = KeptPlace("n-8", 1005.0, 1040.0, one.caller, met=True)
    told = PhoneCall("desk", False, one.caller, "8001", 1020.0, 1020.5, 1040.0, "us", 0)
    back = PhoneCall("telecom", False, "12319", one.caller, 1022.0, 1023.0, 1040.0, "far", 0)
    row = written("n-1", one, "", "direct")
    return History(
        phones=(one, told, back),
        cel=(CelCall("n-1", "telecom", one.caller, "12319", one.began, one.ended, ("8001",), places=(place,)),),
        queue=(QueueCall("n-1", True, "", False), QueueCall("n-8", True, "8001", False)),
        ledger=(
            replace(row, answered=1023.0, seat="8001", talk_seconds=17.0, recorded_seconds=one.ended - one.began - 0.1),
        ),
    )


def test_a_kept_place_is_of_the_call_it_is_kept_for() -> None:
    assert check(called_back(), PLAN) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (at(0, talk_seconds=19.5), "talked 17.0 s"),
        (at(0, answered=None, seat="", talk_seconds=0.0, outcome="missed"), "never answered"),
        (at(0, seat="8002"), "CONNECT 8001"),
        (lambda history: replace(history, phones=history.phones[:2]), "no seat talked"),
        (lambda history: replace(history, cel=(replace(history.cel[0], places=()),)), "missing in the ledger"),
        (
            lambda history: replace(history, queue=(history.queue[0], QueueCall("n-8", True, "", True))),
            "ABANDON",
        ),
    ],
)
def test_a_kept_place_hides_nothing(change: Callable[[History], History], said: str) -> None:
    assert any(said in breach for breach in check(change(called_back()), PLAN))

"""A surge's callers, their ears, what was to be expected of it, and the judge of what they lived through."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from config.read import parse
from config.sections.recording import Priority
from hotline.lab.hotline_instance import HotlineInstance, derive, shipped
from hotline.lab.sound import FRAME, to_alaw
from hotline.programs.music import music
from hotline.programs.sounds import chosen
from hotline.surge import instance
from hotline.surge.ear import PROMPTS, Announcement, Ear, Heard, announcements, samples
from hotline.surge.erlang_c import answered_within, waits
from hotline.surge.facts import Citizen, LedgerCall, Load, SeatCall
from hotline.surge.instance import Surge
from hotline.surge.judge import judge
from hotline.surge.plan import MOST_PATIENCE, SHORTEST_SECONDS, callers
from hotline.surge.run import MUTE, _StoppedRecorders
from ivr.prompts import SHIPPED

NOTICE = 2.0


# -- the plan ---------------------------------------------------------------------------------


def test_the_same_seed_brings_the_same_callers_with_other_numbers_in_each_phase() -> None:
    first, again, other = (
        callers(7, phase, rate=2, seconds=200, talk=20, patience=30, takes=0.5) for phase in (0, 0, 1)
    )
    assert first == again
    assert [replace(one, number="") for one in first] == [replace(one, number="") for one in other]
    assert not {one.number for one in first} & {one.number for one in other}


def test_callers_come_as_often_and_talk_as_long_as_was_asked_for() -> None:
    some = callers(7, 0, rate=5, seconds=1000, talk=20, patience=30, takes=0.25)
    assert len(some) == pytest.approx(5000, rel=0.05)
    assert np.mean([one.talk for one in some]) == pytest.approx(20, rel=0.05)
    assert min(one.talk for one in some) >= SHORTEST_SECONDS
    assert max(one.patience for one in some) <= MOST_PATIENCE * 30
    assert np.mean([one.takes for one in some]) == pytest.approx(0.25, abs=0.03)


def test_more_callers_than_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="10000"):
        callers(7, 0, rate=1000, seconds=100, talk=5, patience=5)


# -- what was to be expected --------------------------------------------------------------------


def test_erlang_c_is_what_the_tables_say() -> None:
    """DOMAIN.md 0.1: 4.4 Erlang of 240 s need 9 seats for 95 % within 15 s, and ten times as many 55, 54 giving 94.95 %."""
    assert waits(1.0, 2) == pytest.approx(1 / 3)
    assert answered_within(15, 43.87, 54, 240) == pytest.approx(0.9495, abs=0.002)
    assert answered_within(15, 4.4, 9, 240) > 0.95 > answered_within(15, 4.4, 8, 240)


def test_too_few_seats_answer_nobody_in_time_for_long() -> None:
    assert waits(10, 10) == 1.0
    assert answered_within(15, 10, 9, 60) == 0.0
    assert waits(0, 5) == 0.0


# -- ears -------------------------------------------------------------------------------------


def sound(words: Sequence[str], *, beneath: float = 0.0) -> list[bytes]:
    """Frames of these prompts with a pause between them, over the music."""
    pieces = [part for word in words for part in (samples(word, 0.5).astype(float), np.zeros(1600))]
    whole = np.concatenate(pieces)
    if beneath:
        tune = np.frombuffer(music()[44:], "<i2").astype(float)
        whole = whole + beneath * np.resize(tune, len(whole))
    data = to_alaw(np.clip(whole, -32000, 32000))
    return [data[at : at + FRAME] for at in range(0, len(data) - FRAME + 1, FRAME)]


def hears(words: Sequence[str], beneath: float = 0.0) -> list[Heard]:
    ear = Ear()
    for number, frame in enumerate(sound(words, beneath=beneath)):
        ear.hear(frame, 1000 + number * 0.02)
    return ear.heard


@pytest.mark.parametrize("beneath", [0.0, 1.0])
def test_each_prompt_is_told_from_every_other_over_the_music(beneath: float) -> None:
    assert [one.prompt for one in hears(PROMPTS, beneath)] == list(PROMPTS)


def test_the_music_alone_is_no_prompt() -> None:
    ear = Ear()
    data = to_alaw(np.frombuffer(music()[44:], "<i2").astype(float))
    for at in range(0, len(data) - FRAME + 1, FRAME):
        ear.hear(data[at : at + FRAME], at / 8000)
    assert ear.heard == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["s_next"], (1, None, False)),
        (["s_ahead", "n_liang", "s_waiting"], (3, None, False)),
        (["s_ahead", "n_ten", "s_waiting", "s_wait_about", "n_liang", "s_minutes", "callback_offer"], (11, 2, True)),
        (["s_ahead", "n_2", "n_ten", "n_5", "s_waiting", "callback_offer"], (26, None, True)),
        (["s_ahead", "n_ten", "n_2", "s_waiting", "s_wait_about"], (13, None, False)),  # cut off by a seat
        (["s_ahead", "n_ten"], (None, None, False)),
    ],
)
def test_an_announcement_is_put_together_from_its_words(
    words: list[str], told: tuple[int | None, int | None, bool]
) -> None:
    (one,) = announcements(hears(words))
    assert (one.place, one.minutes, one.offered) == told


def test_two_announcements_are_two() -> None:
    assert [one.place for one in announcements(hears(["s_ahead", "n_3", "s_waiting", "s_next"]))] == [4, 1]
    assert announcements([]) == []
    assert isinstance(announcements(hears(["s_next"]))[0], Announcement)


# -- the judge ----------------------------------------------------------------------------------


def citizen(number: str, at: float, wait: float | None, *, talk: float = 10.0, **more: object) -> Citizen:
    """Answered by Asterisk at ``at``, by a person ``wait`` seconds after the notice; None: by nobody, for thirty seconds."""
    one = Citizen(number, invited=at - 0.1, answered=at)
    if wait is not None:
        answered = at + NOTICE + wait
        one.seats, one.ended = [SeatCall("8001", answered - 1, answered, answered + talk)], answered + talk
    else:
        one.ended, one.gave_up = at + NOTICE + 30, True
    for name, value in more.items():
        setattr(one, name, value)
    return one


def row(one: Citizen, **more: object) -> LedgerCall:
    """What a ledger says that agrees."""
    answered = one.answered or 0.0
    known: dict[str, object] = {
        "call": one.number, "arrived": one.invited, "queued": answered + NOTICE, "talked": one.person,
        "wait": one.person - answered - NOTICE if one.person is not None else None, "closed": True,
        "outcome": "direct" if one.person is not None else "missed", "refusal": "",
    }  # fmt: skip
    return LedgerCall(**{**known, **more})  # type: ignore[arg-type]


def agreed(*some: Citizen) -> dict[str, LedgerCall]:
    return {one.number: row(one) for one in some}


def test_who_was_answered_in_time_is_a_share_of_all_who_asked() -> None:
    some = [
        citizen("1", 0, 3), citizen("2", 1, 15), citizen("3", 2, 16), citizen("4", 3, None),
        Citizen("5", invited=4, ended=4.1, code=486), Citizen("6", invited=5, ended=37, silent=True, again=6, first_again=5.5),
    ]  # fmt: skip
    lived = judge(some, None, NOTICE)
    assert (lived.answered, lived.within_15, lived.within_15_share) == (3, 2, round(2 / 6, 4))
    assert (lived.gave_up, lived.refused, lived.unreached, lived.invites_again) == (1, {"486": 1}, 1, 6)
    assert lived.wait_median == 15
    assert [what for what, _ in lived.broke] == ["refused", "invite_again", "waited_over_15", "gave_up", "unreached"]


def test_a_wait_is_untold_unless_place_or_time_was_heard() -> None:
    told = citizen("1", 0, 25, heard=[Heard("s_next", 12, 13), Heard("callback_offer", 14, 16)])
    silent, short = citizen("2", 0.5, 25), citizen("3", 100, 19)
    deaf = citizen("4", 200, 25, deaf=True)
    lived = judge([told, silent, short, deaf], None, NOTICE)
    assert (lived.waited_long, lived.untold, lived.unoffered) == (2, 1, 1)
    assert (lived.places, lived.places_true) == (1, 1)


@pytest.mark.parametrize(("said", "error"), [(["n_2"], 0), (["n_3"], 1), (["n_9"], 7)])
def test_a_place_is_true_when_so_many_really_were_ahead(said: list[str], error: int) -> None:
    ahead = [citizen("1", 0, 30), citizen("2", 1, 30), citizen("3", 2, 1)]
    heard = [
        Heard("s_ahead", 14, 15), *(Heard(word, 15, 15.5) for word in said), Heard("s_waiting", 15.5, 17)
    ]  # fmt: skip
    lived = judge([*ahead, citizen("4", 3, 40, heard=heard)], None, NOTICE)
    assert (lived.places, lived.places_true, lived.place_error_most) == (1, error == 0, error)


def test_a_time_is_held_against_what_was_waited_from_then_on() -> None:
    heard = [
        Heard("s_next", 12, 13), Heard("s_wait_about", 13, 14), Heard("n_1", 14, 14.5), Heard("s_minutes", 14.5, 15)
    ]  # fmt: skip
    lived = judge([citizen("1", 0, 58, heard=heard)], None, NOTICE)  # answered at 60: 48 s after the first word
    assert (lived.times, lived.time_error_median) == (1, 0.25)


def test_who_is_passed_by_more_than_a_second_is_overtaken() -> None:
    fair = judge([citizen("1", 0, 10), citizen("2", 1, 9.5)], None, NOTICE)
    assert fair.overtaken == 0
    passed = judge([citizen("1", 0, 20), citizen("2", 1, 9)], None, NOTICE)
    assert (passed.overtaken, passed.overtaken_most) == (1, 10)
    never_rung = judge([citizen("1", 0, None), citizen("2", 1, 9)], None, NOTICE)
    assert never_rung.overtaken == 1
    gone_before = judge([citizen("1", 0, None, ended=5.0), citizen("2", 1, 9)], None, NOTICE)
    assert gone_before.overtaken == 0


def test_a_call_back_that_was_taken_is_made_or_owed_or_a_fault() -> None:
    made = citizen("1", 0, None, gave_up=False, took=True, called_back=50.0, called_back_answered=51.0)
    owed, forgotten = (citizen(number, 1, None, gave_up=False, took=True) for number in "23")
    rows = {
        "1": row(made, taken=30.0, offer_result="talked"), "2": row(owed, taken=30.0, owed="queue_offer", outcome="missed"),
        "3": row(forgotten, taken=30.0),
    }  # fmt: skip
    lived = judge([made, owed, forgotten], rows, NOTICE)
    assert (lived.taken, lived.made, lived.talked_back, lived.owed, lived.unmade) == (3, 1, 1, 1, 1)
    assert lived.gave_up == 0


def test_who_took_a_call_back_stays_ahead_of_those_behind_him() -> None:
    kept = citizen("1", 0, None, gave_up=False, took=True, ended=15.0)
    heard = [Heard("s_ahead", 30, 31), Heard("n_1", 31, 31.5), Heard("s_waiting", 31.5, 33)]
    lived = judge([kept, citizen("2", 1, 40, heard=heard)], None, NOTICE)
    assert lived.places_true == 1


def test_ledger_and_telephones_are_held_against_one_another() -> None:
    right, missing, late, unheard, undone = (citizen(number, 1, 5) for number in "12345")
    assert right.person is not None
    rows = agreed(right, late, unheard, undone)
    rows["3"] = replace(rows["3"], talked=right.person + 3)
    rows["4"] = replace(rows["4"], talked=None)
    rows["5"] = replace(rows["5"], closed=False)
    lived = judge([right, missing, late, unheard, undone], rows, NOTICE)
    assert (lived.lost, lived.no_outcome) == (1, 1)
    assert [one.partition(":")[0] for one in lived.differences] == ["2", "3", "4", "5"]
    assert judge([right], agreed(right), NOTICE).differences == []


def test_refusals_are_told_with_the_ledgers_cause() -> None:
    busy = Citizen("1", invited=0, ended=0.2, code=486)
    lived = judge([busy], {"1": row(busy, queued=None, refusal="full", outcome="missed")}, NOTICE)
    assert lived.refused == {"486 full": 1}
    assert lived.no_outcome == 0


def test_recordings_that_fall_behind_give_way() -> None:
    some = [citizen("1", 0, 1)]
    assert ("recordings_behind", 50.0) in judge(some, None, NOTICE, Load(owed_most=50)).broke
    assert judge(some, None, NOTICE, Load(owed_most=3)).broke == []


# -- the instance -----------------------------------------------------------------------------


def asked(seats: int, **more: object) -> Surge:
    return Surge(seats=seats, rate=1.0, seconds=10, talk=5, patience=5, **more)  # type: ignore[arg-type]


def test_a_rehearsal_keeps_the_settings_and_makes_room_in_proportion_to_the_seats() -> None:
    """55 robots in place of 8 seats: skills and reserve as its agents have them, the mode as it stands."""
    own = shipped()
    own["agent"][0]["reserve"] = {"emergency": 2}
    table = derive(own, 20000, lambda made: instance.rehearsal(made, asked(55, mode="typhoon")))
    settings = parse(table)
    assert len(settings.seat) == len(settings.agent) == 55
    assert settings.queue[0].max_waiting == round(20 * 55 / 8)
    assert settings.line[0].capacity == round(60 * 55 / 8) >= 55 + settings.queue[0].max_waiting
    assert [agent.skills for agent in settings.agent[:8]] == [one["skills"] for one in own["agent"][:8]]
    assert settings.agent[0].reserve == settings.agent[8].reserve == {"emergency": 2}
    assert settings.mode == parse(own).mode
    assert settings.recording.priority is Priority.IDLE


def test_fewer_seats_than_the_settings_have_take_no_room_away() -> None:
    settings = parse(derive(shipped(), 20000, lambda made: instance.rehearsal(made, asked(3))))
    assert (len(settings.seat), settings.queue[0].max_waiting, settings.line[0].capacity) == (3, 20, 60)


def test_a_bench_has_one_queue_without_an_end() -> None:
    settings = parse(derive(shipped(), 20000, lambda made: instance.bench(made, asked(24))))
    assert (len(settings.queue), len(settings.line), settings.mode) == (1, 1, ())
    assert settings.line[0].capacity == 24 + settings.queue[0].max_waiting


@pytest.mark.parametrize(
    ("said", "excused"),
    [
        ("xm1-1.2: answered, and its recording is not good: short [recording_missing]", True),
        ("xm1-1.2: answered, and its recording is not good: caller_silent seat_silent [recording_missing]", True),
        ("xm1-1.2: answered, and its recording is not good: no_notice short [recording_missing]", False),
        ("xm1-1.2: answered, and its recording is lost: missing [recording_missing]", False),
        ("xm1-1.2: answered, and was not recorded [recording_missing]", False),
        ("xm1-1.2: 2 outcomes [short]", False),
    ],
)
def test_only_the_silence_of_mute_telephones_is_excused(said: str, excused: bool) -> None:
    assert bool(MUTE.search(said)) is excused


def test_the_short_notice_is_played_in_place_of_the_shipped_one(tmp_path: Path) -> None:
    """What Asterisk is given is what the judge counts with."""
    stage = HotlineInstance(derive(shipped(), 20000, lambda made: instance.bench(made, asked(3))), tmp_path, base=20000)
    assert instance.lay_out(stage, asked(3)) == instance.SHORT_NOTICE_SECONDS
    sounds, refused = chosen(stage.places.prompts, SHIPPED)
    assert refused == []
    for name in ("welcome", "callback_offer"):
        assert sounds[name] != chosen(tmp_path / "none", SHIPPED)[0][name]


# -- the recorder standing still ------------------------------------------------------------------


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def stopped(one: subprocess.Popen[bytes]) -> bool:
    """Waited for by the kernel's own word."""
    _pid, status = os.waitpid(one.pid, os.WUNTRACED)
    return os.WIFSTOPPED(status)


def test_recorders_that_come_later_stand_still_too_and_those_that_end_cost_no_run() -> None:
    """Started anew while the phase runs; one dies before it is let go."""
    first, second = (subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) for _one in range(2))
    found = [first.pid]
    recorders = _StoppedRecorders(lambda: found)
    try:
        recorders.look()
        assert stopped(first)
        found.append(second.pid)
        recorders.look()
        assert stopped(second)
        first.kill()
        first.wait()
        recorders.look()
        recorders.go_on()
        assert state(second.pid) != "T"
    finally:
        for one in (first, second):
            one.kill()
            one.communicate()

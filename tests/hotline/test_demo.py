"""The demo's play and account, without a telephone: same seed same play, and what is lost is named."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import tomli_w

from config.settings import Settings
from hotline.demo.case_figures import CaseFigures
from hotline.demo.guests import admit, guests_of, subscriber
from hotline.demo.run import numbers, settings
from hotline.demo.run_result import account_of
from hotline.demo.scenario import Filing, Intent, Numbers, filing, play
from hotline.demo.voices import LINES, spoken
from hotline.lab.hotline_instance import shipped
from hotline.lab.ports import find
from hotline.lab.sound import Ear
from tests.fakes.hotline import FakeHotline, door, services
from tests.fakes.people import command_line

NUMBERS = Numbers(("12319", "059212319"), ("1231912345",), "12319001", "12319002", ("telecom", "unicom"))
Row = dict[str, Any]


def test_the_same_seed_gives_the_same_play() -> None:
    """Forty citizens of one seed are the same forty each time; another seed gives others."""
    assert play(40, 7, NUMBERS) == play(40, 7, NUMBERS)
    assert play(40, 7, NUMBERS) != play(40, 8, NUMBERS)


@pytest.mark.parametrize("count", [10, 40, 200])
def test_every_kind_of_citizen_calls(count: int) -> None:
    """Some talk, some press keys, some give up in the notice and in the queue, some call after hours; all differ."""
    people = play(count, 12319, NUMBERS)
    kinds = Counter(citizen.intent for citizen in people)
    assert set(kinds) == set(Intent)
    assert kinds[Intent.TALK] >= count * 0.4
    assert len({citizen.caller for citizen in people}) == count
    assert {citizen.trunk for citizen in people} == set(NUMBERS.trunks)
    assert [citizen.at for citizen in people] == sorted(citizen.at for citizen in people)


@pytest.mark.parametrize("count", [40, 200])
@pytest.mark.parametrize("seed", [7, 12319, 281744])
def test_some_call_about_what_somebody_has_just_told(count: int, seed: int) -> None:
    """Each follows the one before them closely, who talked and of whose matter a ticket is made."""
    people = {citizen.caller: citizen for citizen in play(count, seed, NUMBERS)}
    after = [citizen for citizen in people.values() if citizen.neighbour]
    assert count / 20 <= len(after) <= count / 6
    for citizen in after:
        before = people[citizen.neighbour]
        assert before.number < citizen.number
        assert not before.neighbour
        assert before.intent is citizen.intent is Intent.TALK
        assert filing(seed, before.caller)[0] is Filing.TICKET


def test_the_stage_s_settings_are_valid() -> None:
    """What the demo derives from the shipped file is a file the daemon takes."""
    table = settings(shipped(), 17000)
    read = Settings.model_validate(tomllib.loads(tomli_w.dumps(table)))
    assert {line.id for line in read.line} >= {"citizen", "partner", "menu", "night"}
    assert all(seat.device == "desk" for seat in read.seat)
    assert numbers(table).partner


def test_people_find_seats_and_are_served_first() -> None:
    """In the open run the browser seats are free for people, and every robot's skill is behind theirs."""
    table = settings(shipped(), 17000, people=True)
    read = Settings.model_validate(tomllib.loads(tomli_w.dumps(table)))
    free = {seat.id for seat in read.seat if seat.device == "browser"}
    assert free == {"8001", "8002", "8003", "8004"}
    people = [agent for agent in read.agent if agent.id in ("1001", "1002", "1003", "1004")]
    robots = [agent for agent in read.agent if agent.id in ("1005", "1006", "1007", "1008")]
    for queue in ("mandarin", "minnan", "emergency"):
        best = min(agent.skills[queue] for agent in people if queue in agent.skills)
        assert all(agent.skills[queue] > best for agent in robots if queue in agent.skills)
    visitors = guests_of(table)
    assert {visitor.role for visitor in visitors} == {"agent", "supervisor", "auditor", "operator"}
    seats = [visitor.seat for visitor in visitors if visitor.seat]
    assert set(seats) == free
    assert len(seats) == len(free), "two people at one seat"
    assert len({visitor.password for visitor in visitors}) == len(visitors)


async def test_a_demo_in_a_folder_of_before_gives_new_passwords() -> None:
    """The operator of the demo before could confirm: for the demo's own accounts nobody has to."""
    table = settings(shipped(), 17000, people=True)
    fake = FakeHotline()
    async with command_line(door(services(fake))) as client:
        for _turn in range(2):
            visitors = await admit(client, table)
            for one in visitors:
                body = {"account": one.account, "password": one.password}
                assert (await client.post("/api/session", json=body)).status_code == 200, one.account
    assert fake.changes.rows == {}


@pytest.mark.parametrize("name", LINES)
def test_every_part_is_spoken(name: str) -> None:
    """Each part has its sounds, loud enough to be heard, and a pause before it begins again."""
    part = spoken(name)
    ear = Ear()
    for place, frame in enumerate(part):
        ear.hear(frame, place * 0.02)
    assert ear.loud_seconds() > 3
    assert ear.loud_seconds() < len(part) * 0.02 - LINES[name].rest


def test_two_stages_never_share_a_port() -> None:
    """Blocks are held while they are used."""
    one, two = find(), find()
    try:
        assert abs(one.base - two.base) >= 1000
    finally:
        one.free()
        two.free()


def row(caller: str, **changes: Any) -> Row:
    made: Row = {
        "call": f"n-{caller}", "direction": "inbound", "line": "citizen", "caller": caller, "talk_began_at": "t",
        "ended_at": "t", "outcome": "ticket", "wait_seconds": 3.0, "refusal": "",
        "recordings": [{"state": "shelved", "faults": []}], "tickets": [{"case": "GD1"}],
    }  # fmt: skip
    return made | changes


def phones(*callers: str) -> list[Row]:
    both = [{"role": "caller", "caller": caller, "by": "far", "answered": 1.0} for caller in callers]
    return both + [{"role": "callee", "caller": caller, "by": "us", "answered": 1.0} for caller in callers]


def test_a_true_account_is_clean() -> None:
    """Two calls, one answered with a ticket and one given up: figures as they were, nothing lost."""
    rows = [row("1"), row("2", talk_began_at=None, outcome="missed", tickets=[], recordings=[])]
    seen = [*phones("1"), {"role": "caller", "caller": "2", "by": "us", "answered": 1.0}]
    made = account_of(rows, seen, cases=CaseFigures(1), verify=[], seconds=9.96)
    assert made.clean
    assert (made.offered, made.answered, made.abandoned, made.recordings, made.recordings_ok) == (2, 1, 1, 1, 1)
    assert (made.tickets, made.cases, made.by_line, made.service_level_15s) == (1, 1, {"citizen": 2}, 1.0)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda rows, seen: rows.clear(), "in the ledger 0 times"),
        (lambda rows, seen: rows.append(row("1", call="n-x")), "in the ledger 2 times"),
        (lambda rows, seen: rows[0].update(ended_at=None), "still open"),
        (lambda rows, seen: rows[0].update(outcome=""), "no outcome"),
        (lambda rows, seen: rows[0].update(talk_began_at=None), "differ on whether somebody talked"),
        (lambda rows, seen: rows[0]["recordings"].clear(), "without a good recording"),
        (lambda rows, seen: rows[0]["recordings"][0].update(faults=["silent_seat"]), "without a good recording"),
        (lambda rows, seen: rows[0]["tickets"].append({"case": ""}), "2 tickets, 1 cases"),
        (lambda rows, seen: seen.append({"role": "caller", "caller": "3", "by": "silent", "answered": None}), "nothing answered"),
    ],
)  # fmt: skip
def test_what_is_lost_is_named(spoil: Callable[[list[Row], list[Row]], None], said: str) -> None:
    """Each way to lose a call, a recording or a ticket makes the account unclean and says so."""
    rows, seen = [row("1")], phones("1")
    spoil(rows, seen)
    made = account_of(rows, seen, cases=CaseFigures(1), verify=[], seconds=1)
    assert not made.clean
    assert any(said in line for line in made.lost), made.lost


class Dialled:
    """A call to a subscriber of the demo, as far as a manner asks of it."""

    def __init__(self, number: str) -> None:
        self.dialled = number
        self.refused = 0
        self.heard: tuple[bytes, ...] = ()

    def ring(self) -> None: ...

    def refuse(self, code: int) -> None:
        self.refused = code

    async def answer(self, sound: tuple[bytes, ...]) -> None:
        self.heard = sound


@pytest.mark.parametrize(("number", "refused"), [("12345", 0), ("110", 0), ("13800138000", 0), ("13800138009", 486)])
async def test_whoever_the_demo_s_people_call_answers(
    number: str, refused: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linkage numbers and citizens say something; one that ends in 9 is busy."""
    monkeypatch.setattr("hotline.demo.guests._ANSWERS_S", 0.0)
    call = Dialled(number)
    await subscriber(7)(call)  # type: ignore[arg-type]
    assert (call.refused, bool(call.heard)) == (refused, not refused)

"""The walker and a real Asterisk go the same way: each walk is read off the dialplan's own rows of CEL and held against ``ivr/walker.py``."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import random
import signal
import socket
import struct
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.journey.graph import of_journey
from config.render import journeys
from config.settings import Calendar
from cti.ids import Instant
from hotline.lab.hotline_instance import Table
from hotline.lab.phones import Call
from hotline.lab.sound import frames, from_alaw, to_alaw, tone
from ivr.walker import Circumstances, Walker, facts
from tests.config.alone import Alone, alone, extra
from tests.config.journeys import EVERYTHING
from tests.live.rawsip import Wire, offer
from tests.sampling import sampled

from .fastagi_process import Door

pytestmark = pytest.mark.live

CALLER = tone(440)
NUMBERS = {
    "citizen": "12319",
    "menu": "12319001",
    "night": "12319002",
    "day": "12319003",
    "all": "12319004",
    "week": "12319005",
}
WALKED = ("STEP", "NOTICE", "REFUSED", "UNPLAYED", "VOICEMAIL")
_callers = count(13806040001)


def lines(table: Table) -> None:
    hour = (time.gmtime().tm_hour + 8 + 12) % 24
    common = {"queue": "mandarin"}
    steps = copy.deepcopy(EVERYTHING)
    steps["office"]["hours"] = "Mon-Sun 00:00-24:00"  # type: ignore[index]
    steps["crowd"]["least"] = 1  # type: ignore[index]
    steps["choice"]["seconds"] = steps["number"]["seconds"] = 1  # type: ignore[index]
    steps["long"]["answers"] = {"long": "said"}  # type: ignore[index]
    steps["said"] = {"kind": "say", "prompt": "sorry", "next": "choice"}
    table.pop("mode", None)  # one set of steps: what is counted here is the journey's own
    table["journey"] = {"everything": steps}
    table["line"] += [
        {"id": "menu", "name": "按键", "numbers": [NUMBERS["menu"]], **common, "menu": {"2": "minnan", "#": "emergency"}},
        {"id": "night", "name": "夜间", "numbers": [NUMBERS["night"]], **common,
         "hours": f"Mon-Sun {hour:02}:00-{hour:02}:30"},
        {"id": "day", "name": "全天", "numbers": [NUMBERS["day"]], **common, "hours": "Mon-Sun 00:00-24:00"},
        {"id": "week", "name": "工作日", "numbers": [NUMBERS["week"]], **common, "hours": "Mon-Fri 00:00-24:00"},
        {"id": "all", "name": "全部", "numbers": [NUMBERS["all"]], **common, "journey": "everything"},
    ]  # fmt: skip


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    with alone(
        tmp_path_factory.mktemp("walks"),
        lines,
        cut={"voicemail_nobody": 1.0, "menu": 1.0, "sorry": 0.5, "closed": 1.0, "welcome": 1.0},
    ) as one:
        yield one


@asynccontextmanager
async def calling(here: Alone, caller: str, line: str) -> AsyncIterator[Call]:
    """A caller who is answered; afterwards no channel may be left."""
    async with here.rack("telecom") as telecom:
        call = await telecom.dial(NUMBERS[line], caller=caller, sound=CALLER)
        assert await call.until_answered(5)
        yield call
        call.hang_up()
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"), 5)


def by_asterisk(here: Alone, caller: str) -> list[tuple[str, str]]:
    """The walk of this caller's call as Asterisk wrote it."""
    rows = [row for row in here.rows() if row[3] == caller]
    calls = [row[15] for row in rows]
    out = []
    for row in rows:
        if row[15] != calls[-1]:
            continue
        if row[18] in WALKED:
            out.append((row[18], extra(row[19])))
        elif row[0] == "APP_START" and row[10].lower() == "queue":
            out.append(("QUEUE", row[11].partition(",")[0]))
    return out


async def press(here: Alone, call: Call, caller: str, answers: list[str]) -> None:
    """One answer a question: a key is heard only where one is asked for, so the first is pressed until it is."""

    def asked() -> list[tuple[str, str]]:
        return [
            (word, said)
            for word, said in by_asterisk(here, caller)
            if said.partition("|")[0] in ("choice", "menu", "number")
        ]

    for place, answer in enumerate(answers):
        before = len(asked())
        if not answer:
            await here.until(lambda before=before: len(asked()) > before, 30)  # type: ignore[misc]
            continue
        limit = time.monotonic() + 30
        while True:
            await call.press(answer)
            with contextlib.suppress(AssertionError):
                await here.until(lambda before=before: len(asked()) > before, 1.0 if not place else 10.0)  # type: ignore[misc]
                break
            assert time.monotonic() < limit, f"{answer} was not heard: {by_asterisk(here, caller)}"


@dataclass
class Case:
    line: str
    keys: list[str] = field(default_factory=list)
    typhoon: bool = False
    district: str = ""
    door: str = "dead"
    """dead, alive (says that every wait is long) or frozen."""


CASES = {
    "greeted and queued": Case("citizen"),
    "a key": Case("menu", ["2"]),
    "the key #": Case("menu", ["#"]),
    "wrong keys and silence": Case("menu", ["7", "", "*"]),
    "closed by the hour": Case("night"),
    "open the whole week": Case("day"),
    "all branches off, silence": Case("all", ["", "", ""]),
    "a mode on": Case("all", ["1"], typhoon=True),
    "something stored": Case("all", ["1"], district="siming"),
    "something else stored": Case("all", ["1"], district="huli"),
    "an advice": Case("all", ["1"], door="alive"),
    "no advice in time": Case("all", ["1"], door="frozen"),
    "a number": Case("all", ["2", "1234#"]),
    "the longest number": Case("all", ["2", "123456"]),
    "a message": Case("all", ["3"]),
    "back and out by keys": Case("all", ["*", "9", "#"]),
}


@pytest.mark.parametrize("name", CASES)
async def test_asterisk_walks_as_the_walker(here: Alone, name: str) -> None:
    """Step by step, in the same order, to the same end; no fact more or less."""
    case = CASES[name]
    here.cli(f"devstate change Custom:mode-typhoon {'INUSE' if case.typhoon else 'NOT_INUSE'}")
    if case.district:
        here.cli(f"database put hotline district {case.district}")
    answers = iter(case.keys)
    met = Circumstances(
        at=Instant(time.time()),
        keys=lambda _prompt, _most: next(answers, ""),
        modes=frozenset({"typhoon"} if case.typhoon else ()),
        stored={"district": case.district},
        advice={"wait": "long"} if case.door == "alive" else {},
    )
    expected = facts(list(Walker.of(here.settings, of_journey(here.settings, case.line)).walk(met)))
    caller = str(next(_callers))
    with Door(here.settings.ports.agi) if case.door != "dead" else contextlib.nullcontext() as door:
        if case.door == "frozen":
            door.process.send_signal(signal.SIGSTOP)  # type: ignore[union-attr]
        async with calling(here, caller, case.line) as call:
            await press(here, call, caller, case.keys)
            with contextlib.suppress(AssertionError):
                await here.until(lambda: len(by_asterisk(here, caller)) >= len(expected), 25)
            assert by_asterisk(here, caller) == expected
        if case.door == "frozen":
            door.process.send_signal(signal.SIGCONT)  # type: ignore[union-attr]
    if case.district:
        here.cli("database del hotline district")
    assert by_asterisk(here, caller) == expected, "nothing more came behind"


ANSWERS = ("1", "2", "3", "*", "#", "7", "")
"""What a caller may press at the menu; '' nothing."""


@pytest.mark.parametrize("number", sampled(list(range(100)), 6))
async def test_whatever_a_caller_presses_and_wherever_he_leaves_both_go_the_same_way(here: Alone, number: int) -> None:
    """Any keys in any order, numbers of any length that is one, and one in three hangs up at a question: Asterisk has come as far as the
    walker then, and not a step elsewhere. The same numbers are the same callers in each run."""
    chance = random.Random(number)
    answers: list[str] = []

    def pressed(_prompt: str, most: int) -> str:
        menu = most == 1
        answer = chance.choice(ANSWERS) if menu else "".join(chance.choices("0123456789", k=chance.randint(4, 6)))
        answers.append(answer if menu or len(answer) == most else answer + "#")
        return answer

    here.cli("devstate change Custom:mode-typhoon NOT_INUSE")
    met = Circumstances(at=Instant(time.time()), keys=pressed)
    expected = facts(list(Walker.of(here.settings, of_journey(here.settings, "all")).walk(met)))
    leaves = chance.randrange(len(answers)) if answers and chance.random() < 1 / 3 else None
    caller = str(next(_callers))
    async with calling(here, caller, "all") as call:
        await press(here, call, caller, answers[:leaves])
        if leaves is None:
            await here.until(lambda: len(by_asterisk(here, caller)) >= len(expected), 25)
        call.hang_up()
    told = by_asterisk(here, caller)
    assert told == expected[: len(told)], answers
    assert leaves is not None or told == expected, answers


async def test_a_crowd_is_counted_by_asterisk(here: Alone) -> None:
    """With somebody in the queue the next caller goes the way of many, as the walker does with one who waits."""
    walker = Walker.of(here.settings, of_journey(here.settings, "all"))
    expected = facts(list(walker.walk(Circumstances(Instant(time.time()), lambda *_: "1", waiting={"mandarin": 1}))))
    here.cli("devstate change Custom:mode-typhoon NOT_INUSE")
    first, second = str(next(_callers)), str(next(_callers))
    async with here.rack("unicom") as unicom:
        waiting = await unicom.dial(NUMBERS["citizen"], caller=first, sound=CALLER)
        await here.until(lambda: "1 calls" in here.cli("queue show mandarin"))
        async with here.rack("telecom") as telecom:
            call = await telecom.dial(NUMBERS["all"], caller=second, sound=CALLER)
            await press(here, call, second, ["1"])
            await here.until(lambda: by_asterisk(here, second) == expected)
            call.hang_up()
        waiting.hang_up()
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"))
    assert ("STEP", "crowd|many") in expected


@pytest.mark.parametrize("what", ["plain", "holiday", "made_up"])
async def test_asterisk_knows_what_day_it_is(here: Alone, what: str) -> None:
    """By the calendar as it is rendered, with the operator's word on today: an ordinary day, a holiday, one worked for another."""
    today = datetime.now(ZoneInfo(here.settings.centre.timezone)).date()
    days = {"plain": {}, "holiday": {"holidays": (today,)}, "made_up": {"workdays": (today,)}}[what]
    settings = here.settings.model_copy(update={"calendar": Calendar(**days)})
    for name, value in journeys.calendar(settings):
        here.cli(f"dialplan set global {name} {value}")
    walker = Walker.of(settings, of_journey(settings, "week"))
    expected = facts(list(walker.walk(Circumstances(Instant(time.time())))))
    caller = str(next(_callers))
    async with calling(here, caller, "week"):
        await here.until(lambda: by_asterisk(here, caller) == expected)
    assert what != "holiday" or ("STEP", "hours|closed") in expected
    assert what != "made_up" or ("STEP", "hours|open") in expected


ALAW_ALONE = "m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
KEY_2 = (697.0, 1336.0)
"""Hertz."""


def by_sound(here: Alone, caller: str, line: str, silence: int = 100, pressed: int = 8) -> None:
    """A telephone that offers no telephone-event says its key as tones: frames of 20 ms, paced as a telephone paces them."""
    low = sum(
        (np.asarray(from_alaw(b"".join(tone(hertz, level=7000)))).astype(float) for hertz in KEY_2), np.zeros(8000)
    )
    key, quiet = frames(to_alaw(low)), frames(to_alaw(np.zeros(160)))
    address = next((str(one.host), here.base + 40) for one in here.settings.trunk if one.id == "telecom")
    with (
        Wire(address, ("127.0.0.1", here.settings.ports.sip)) as wire,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sound,
    ):
        sound.bind((address[0], 0))
        sdp = offer(address[0], ALAW_ALONE, port=sound.getsockname()[1])
        answer = wire.invite(f"sip:{NUMBERS[line]}@HOST", caller=caller, sdp=sdp, end=False)
        assert answer.status == 200
        assert "telephone-event" not in answer.body
        media = ("127.0.0.1", int(answer.body.partition("m=audio ")[2].partition(" ")[0]))
        began = time.monotonic()
        for number, frame in enumerate((*quiet * silence, *key[:pressed], *quiet * silence)):
            sound.sendto(struct.pack("!BBHII", 0x80, 8, number, number * 160, 7) + frame, media)
            time.sleep(max(0.0, began + number * 0.02 - time.monotonic()))
        wire.bye(answer)


async def test_a_key_that_comes_as_tones_in_the_sound_is_heard(here: Alone) -> None:
    """F4: RTP/AVP 8 alone, 2 pressed within the prompt: the way of the key, as with telephone-event."""
    caller = str(next(_callers))
    await asyncio.to_thread(by_sound, here, caller, "menu")
    walk = by_asterisk(here, caller)
    assert ("STEP", "menu|2") in walk
    assert ("QUEUE", "minnan") in walk


async def test_who_leaves_while_he_hears_that_we_are_closed(here: Alone) -> None:
    """He is booked as turned away all the same."""
    caller = str(next(_callers))
    async with calling(here, caller, "night") as call:
        await here.until(lambda: ("NOTICE", "closed|dialplan") in by_asterisk(here, caller))
        call.hang_up()
    assert by_asterisk(here, caller).count(("REFUSED", "closed")) == 1


async def test_a_menu_that_cannot_be_played_is_told_and_no_trap(here: Alone) -> None:
    """Its sound is gone from the disk: said to CEL, and the caller still gets a person."""
    sound = here.places.sounds / "hotline" / "menu.wav"
    files = list(sound.parent.glob("menu.*"))
    assert files
    for file in files:
        file.rename(file.with_name(f"away-{file.name}"))
    caller = str(next(_callers))
    try:
        async with calling(here, caller, "menu"):
            await here.until(lambda: ("QUEUE", "mandarin") in by_asterisk(here, caller), 40)
    finally:
        for file in files:
            file.with_name(f"away-{file.name}").rename(file)
    walk = by_asterisk(here, caller)
    assert walk.count(("UNPLAYED", "menu")) == 3
    assert walk.count(("STEP", "menu|silence")) == 3


def test_asterisk_complains_of_nothing(here: Alone) -> None:
    """No step of any walk above is one it does not understand."""
    found = [line for line in here.complaints() if "res_agi" not in line and "menu" not in line]
    assert found == []

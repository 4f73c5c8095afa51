"""What callers hear when something has died, hangs, is slow or dies in the middle: the cells of docs/operating.md, at their ears (decision 0059).

Four callers at once: one leaves a message, one is asked what he thought of the service, one has his place kept, one helps himself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import Call, answering
from hotline.lab.sound import SILENCE, tone
from tests.config.journeys import HELPED
from tests.faults.checker import Tolerances
from tests.sampling import sampled

from .site import SEAT_TONE, TINY, Site, SiteTelephones, eventually, usual
from .test_call_back import CITIZEN, offers
from .test_endings_told import everywhere, out_call
from .test_self_service import rows, served
from .test_survey import told as surveyed
from .test_voicemail import BEEP
from .tones import as_tone, tone_heard, tone_over, unheard

pytestmark = [pytest.mark.live, pytest.mark.bound(240)]

ASKED, HELPED_LINE = "12319008", "12319007"
LEAVE, THANKED, NEXT, OFFER, KEYS, THANKS, SCORE, SOLVED, BYE, MENU, NUMBER, CODE, SORRY, WRONG, STAYS = (
    1010, 1070, 1130, 1190, 1250, 1310, 1390, 1450, 1510, 1570, 1630, 1690, 1750, 1810, 1990,
)  # fmt: skip
TONES = {
    "voicemail_nobody": LEAVE, "voicemail_thanks": THANKED, "s_next": NEXT, "callback_offer": OFFER, "callback_keys": KEYS,
    "callback_thanks": THANKS, "survey": SCORE, "survey_solved": SOLVED, "survey_thanks": BYE, "menu": MENU,
    "progress_number": NUMBER, "progress_code": CODE, "sorry": SORRY, "progress_wrong": WRONG, "callback_stays": STAYS,
}  # fmt: skip
"""Each prompt a tone of its own."""
MOST_SILENCE = 3.3
"""Seconds; three are waited for a key, and a prompt begins within a moment."""
CASE, CODE_KEYS = "20261130000001", "12345678"
"""No case has this number."""


def all_of_it(table: Table) -> None:
    usual(table)
    table["journey"] = {"helped": HELPED}
    table["queue"][0] |= {"words_seconds": 20, "call_back_seconds": 10, "ring_seconds": 15}
    table["agent"][1]["skills"] = {"emergency": 1}
    table["callbacks"]["hours"] = "always"  # what is due at once is, by night too
    for line in table["line"]:
        line["voicemail"] = line["id"] == "tiny"
    own = {"hours": "always", "check_seconds": 0}
    table["line"] += [
        {"id": "asked", "name": "评价", "numbers": [ASKED], "queue": "emergency", "survey": True} | own,
        {"id": "helped", "name": "自助", "numbers": [HELPED_LINE], "queue": "mandarin", "journey": "helped"} | own,
    ]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"), all_of_it)
    for name, hertz in TONES.items():
        as_tone(here.places.prompts, name, hertz, 0.8)
    with here:
        yield here


class Callers:
    """The four of one test, with numbers of their own; 8001 talks with a fifth, 8002 with the one who will be asked."""

    def __init__(self, floor: SiteTelephones, number: int) -> None:
        self.floor = floor
        self.leaves, self.rated, self.kept, self.helped, self.talks = (f"138059294{number}{n}" for n in range(5))
        self.seat: Call
        self.rating: tuple[Call, Call]

    async def begin(self) -> None:
        floor = self.floor
        for sits in ("8001", "8002"):
            await floor.sit(sits, answering(0.2, None, SEAT_TONE))
        await everywhere(floor, self.kept, answering(0.3, None, tone(CITIZEN)))
        await floor.dial(caller=self.talks)
        self.seat = await floor.seat_call(self.talks)
        rating = await floor.dial(ASKED, caller=self.rated)
        self.rating = rating, await floor.seat_call(self.rated)
        assert (self.seat.dialled, self.rating[1].dialled) == ("8001", "8002")

    async def dialled(self, number: str, caller: str) -> Call:
        call = await self.floor.dial(number, caller=caller)
        assert await call.until_answered(10)
        return call

    async def asked_for_a_message(self, *, prompt: int | None = LEAVE) -> Call:
        """Until he speaks."""
        call = await self.dialled(TINY, self.leaves)
        begin = call.answered or 0.0
        if prompt is not None:
            begin = await tone_heard(call, prompt, begin, 30)
        await tone_over(call, BEEP, 0.4, begin, 30)
        return call

    async def leaves_it(self, call: Call) -> None:
        """He speaks on, stops, is thanked, and let go."""
        await asyncio.sleep(3)
        call.speak((SILENCE,))
        await tone_heard(call, THANKED, time.time(), 10)
        await call.until_ended(10)
        assert call.by == "far"

    async def asked_for_his_number(self) -> tuple[Call, float]:
        """He has heard that he is the next, the offer and his number, and has not confirmed it yet."""
        call = await self.dialled("12319", self.kept)
        said = await tone_heard(call, NEXT, call.answered or 0.0, 30)
        offered = await tone_heard(call, OFFER, said, 15)
        await call.press("1")
        return call, await tone_heard(call, KEYS, offered, 30)

    async def confirms(self, call: Call, asked: float) -> None:
        await call.press("1")
        await tone_heard(call, THANKS, asked, 15)
        call.hang_up()

    async def asked_for_a_score(self) -> float:
        call, seat = self.rating
        gone = time.time()
        seat.hang_up()
        return await tone_heard(call, SCORE, gone)

    async def scores(self, asked: float) -> None:
        """Both keys, thanked, let go."""
        call, _seat = self.rating
        await call.press("5")
        solved = await tone_heard(call, SOLVED, asked)
        await call.press("1")
        await tone_heard(call, BYE, solved)
        await call.until_ended(10)

    async def helps_himself(self) -> Call:
        """He asks for a case; an answer in time is that there is none such, and he asks for a person; none is `sorry`, and a person."""
        call = await self.dialled(HELPED_LINE, self.helped)
        at = await tone_heard(call, MENU, call.answered or 0.0)
        await call.press("3")
        at = await tone_heard(call, NUMBER, at)
        await call.press(CASE)
        at = await tone_heard(call, CODE, at)
        await call.press(CODE_KEYS)
        typed = time.time()
        heard: list[int] = []

        def said() -> bool:
            heard[:] = [one for one in (SORRY, WRONG) if not unheard(call, one, typed - 0.3, time.time())]
            return bool(heard)

        await eventually(said, 10)
        if heard == [WRONG]:
            await tone_heard(call, NUMBER, typed)
            await call.press("#")
        return call

    async def is_called_back(self) -> None:
        """8001 gets free: his place comes up, and he and the seat hear each other."""
        freed = time.time()
        self.seat.hang_up()
        back = await out_call(self.floor, self.kept)
        mine = [one for one in self.floor.desk.calls if one.caller == self.kept and one.answered is not None][-1]
        await tone_heard(mine, CITIZEN, freed)
        await tone_heard(back, 620, freed)
        await asyncio.sleep(2)  # a talk of a second is no answer
        mine.hang_up()
        await back.until_ended(10)

    async def comes_to_a_person(self, call: Call) -> None:
        seat = await self.floor.seat_call(self.helped, 40)
        call.hang_up()
        await seat.until_ended(10)


def task(site: Site, caller: str) -> list[tuple[Any, ...]]:
    asked = "select b.kind, b.state from callbacks b join calls c using (call_id) where c.caller = :caller"
    return rows(site, asked, caller=caller)


@contextmanager
def away(site: Site, how: str) -> Iterator[None]:
    if how == "slow":
        with site.slow():
            yield
        return
    (site.freeze if how == "hung" else site.kill)()
    try:
        yield
    finally:
        (site.thaw if how == "hung" else site.start)()


@pytest.mark.parametrize(
    ("how", "number"),
    sampled([("dead", 1), ("hung", 2), ("slow", 3)], 1, always=[("hung", 2)]),
    ids=["dead", "hung", "slow"],
)
async def test_without_a_daemon_that_answers_everybody_is_served(site: Site, how: str, number: int) -> None:
    """Dead, stopped, or with a fifth of its time from before they do anything until after: all prompts, in time, and what they did is
    in the ledger afterwards."""
    async with SiteTelephones(site, 0) as floor:
        callers = Callers(floor, number)
        await callers.begin()
        with away(site, how):
            speaking, (waiting, asked), helped = await asyncio.gather(
                callers.asked_for_a_message(), callers.asked_for_his_number(), callers.helps_himself()
            )
            await asyncio.gather(callers.leaves_it(speaking), callers.confirms(waiting, asked))
            await callers.scores(await callers.asked_for_a_score())
            await callers.is_called_back()
            await callers.comes_to_a_person(helped)
            silent = {one.caller: one.line()["longest_silence"] for one in (waiting, helped, callers.rating[0])}
        assert all(isinstance(gap, float) and gap < MOST_SILENCE for gap in silent.values()), silent
        await eventually(lambda: task(site, callers.leaves) == [("voicemail", "open")], 40)
        await eventually(lambda: surveyed(site, callers.rated) == [(5, "yes", "8002", "1002", None, None)], 40)
        await eventually(lambda: [one["result"] for one in offers(site, callers.kept)] == ["talked"], 40)

        def told() -> bool:
            found = [row[1] for row in served(site, callers.helped)]
            return found == ["unanswered"] or bool(
                how == "slow" and found and set(found) <= {"wrong", "unanswered", "silent"}
            )

        await eventually(told, 40)
    assert site.settle() == []


async def test_a_daemon_that_dies_in_the_middle_is_missed_by_nobody(site: Site) -> None:
    """Killed while one speaks, one is asked for his number and one for a score; and another time while a caller's question is with it."""
    async with SiteTelephones(site, 0) as floor:
        callers = Callers(floor, 4)
        await callers.begin()
        speaking, (waiting, asked) = await asyncio.gather(callers.asked_for_a_message(), callers.asked_for_his_number())
        score = await callers.asked_for_a_score()
        site.kill()
        await asyncio.gather(callers.leaves_it(speaking), callers.confirms(waiting, asked), callers.scores(score))
        await callers.is_called_back()
        await asyncio.to_thread(site.start)
        await eventually(lambda: task(site, callers.leaves) == [("voicemail", "open")], 40)
        await eventually(lambda: surveyed(site, callers.rated) == [(5, "yes", "8002", "1002", None, None)], 40)
        await eventually(lambda: [one["result"] for one in offers(site, callers.kept)] == ["talked"], 40)

        site.freeze()
        call = await callers.dialled(HELPED_LINE, callers.helped)
        at = await tone_heard(call, MENU, call.answered or 0.0)
        await call.press("3")
        at = await tone_heard(call, NUMBER, at)
        await call.press(CASE)
        await tone_heard(call, CODE, at)
        await call.press(CODE_KEYS)
        typed = time.time()
        await asyncio.sleep(1)
        site.kill()
        heard = await tone_heard(call, SORRY, typed)
        assert heard - typed < 3.0, "the dead daemon was waited for"
        await asyncio.to_thread(site.start)
        await callers.comes_to_a_person(call)
        await eventually(lambda: served(site, callers.helped) == [("progress", "unanswered", "")], 40)
    assert site.settle() == []


async def test_what_is_left_when_asterisk_dies_in_the_middle(site: Site) -> None:
    """What was said so far is kept and owed; a score that was not told yet is lost, and nothing else of that call; who waited, and whose
    place was kept, is owed a call-back at once."""
    async with SiteTelephones(site, 0) as floor:
        callers = Callers(floor, 5)
        await callers.begin()
        _speaking, (waiting, asked) = await asyncio.gather(
            callers.asked_for_a_message(), callers.asked_for_his_number()
        )
        await callers.confirms(waiting, asked)
        patient = await callers.dialled("12319", callers.helped)
        assert await patient.until_heard(5.0)  # the notice is over: he waits
        await callers.asked_for_a_score()
        await callers.rating[0].press("5")
        site.kill_asterisk()
        await asyncio.sleep(0.5)
        for rack in (*floor.phones.trunks.values(), floor.desk):
            for call in list(rack.calls):
                call.hang_up()
        await eventually(lambda: task(site, callers.leaves) == [("voicemail", "open")], 60)
        await eventually(lambda: [one["result"] for one in offers(site, callers.kept)] == ["owed"], 40)
        await eventually(lambda: task(site, callers.kept) == [("queue_offer", "open")], 40)
        await eventually(lambda: task(site, callers.helped) == [("missed", "open")], 40)
        assert surveyed(site, callers.rated) == []
        (due,) = rows(
            site, "select b.due_at <= o.taken_at from callbacks b join callback_offers o using (call_id) join calls c using (call_id) "
            "where c.caller = :caller", caller=callers.kept,
        )  # fmt: skip
        assert due[0], "not due at once"
    assert site.settle(40, Tolerances(recording=3.0)) == []


async def test_a_prompt_that_is_missing_holds_nobody_up(site: Site) -> None:
    """Gone from the disk: the tone comes at once; a word is left out; who cannot be asked for his number waits on where he stood; who cannot
    be asked for a score is thanked; who cannot be asked for his code comes to a person. The alarms name them."""
    names = ("voicemail_nobody", "s_next", "callback_keys", "survey", "progress_code")
    gone = [file for name in names for file in (site.places.sounds / "hotline").glob(f"{name}.*")]
    assert {file.stem for file in gone} == set(names)
    for file in gone:
        file.rename(file.with_name(f"away-{file.name}"))
    try:
        async with SiteTelephones(site, 0) as floor:
            callers = Callers(floor, 6)
            await callers.begin()
            speaking, waiting, helped = await asyncio.gather(
                callers.asked_for_a_message(prompt=None),
                callers.dialled("12319", callers.kept),
                callers.dialled(HELPED_LINE, callers.helped),
            )

            async def asks_on() -> None:
                at = await tone_heard(helped, MENU, helped.answered or 0.0)
                await helped.press("3")
                for _try in range(3):
                    at = await tone_heard(helped, NUMBER, at + 1)
                    await helped.press(CASE)

            async def waits_on() -> None:
                offered = await tone_heard(waiting, OFFER, waiting.answered or 0.0, 30)
                await waiting.press("1")
                await tone_heard(waiting, STAYS, offered, 60)

            await asyncio.gather(callers.leaves_it(speaking), asks_on(), waits_on())
            call, seat = callers.rating
            left = time.time()
            seat.hang_up()
            await tone_heard(call, BYE, left)
            await call.until_ended(10)
            callers.seat.hang_up()
            mine = await floor.seat_call(callers.kept, 40)
            mine.hang_up()
            await waiting.until_ended(10)
            await callers.comes_to_a_person(helped)
            assert surveyed(site, callers.rated)[0][:2] == (None, "")
            await eventually(lambda: task(site, callers.leaves) == [("voicemail", "open")], 40)

            async def alarmed() -> None:
                alarms = (await floor.client.get("/api/alarms")).json()
                told = " ".join(one["detail"] for one in alarms if one["kind"] == "prompt")
                assert all(name in told for name in ("voicemail_nobody", "callback_keys", "survey", "progress_code")), (
                    told
                )

            await eventually(alarmed, 20)
    finally:
        for file in gone:
            file.with_name(f"away-{file.name}").rename(file)
    assert site.settle() == []

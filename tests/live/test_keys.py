"""Keys that a carrier sends as tones in the sound, or as SIP INFO, in what callers do by keys: self-service, the call-back's number, the survey.

By RFC 4733 they are pressed in the tests of each of these; of a menu the tones are tried in ``tests/ivr/test_live_walks.py``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.media import ALAW, MULAW
from hotline.lab.phones import Keys, answering
from hotline.lab.sound import tone
from tests.config.journeys import HELPED
from tests.sampling import sampled

from . import test_self_service as self_service
from .site import Site, SiteTelephones, eventually, usual
from .test_call_back import CITIZEN, offers
from .test_endings_told import everywhere, out_call
from .test_replies import case_store, filed
from .test_survey import told as surveyed
from .tones import as_tone, tone_heard

pytestmark = [pytest.mark.live, pytest.mark.bound(240)]

OFFER, KEYS, TYPE, THANKS = 1010, 1070, 1190, 1250
SCORE, SOLVED = 1430, 1610
TONES = self_service.TONES | {
    "callback_offer": OFFER, "callback_keys": KEYS, "callback_type": TYPE, "callback_thanks": THANKS, "survey": SCORE,
    "survey_solved": SOLVED,
}  # fmt: skip
"""Each prompt a tone of its own."""


def by_keys(table: Table) -> None:
    usual(table)
    table["journey"] = {"helped": HELPED}
    table["queue"][0] |= {"words_seconds": 20, "call_back_seconds": 10, "ring_seconds": 15}
    table["line"][0]["survey"] = True
    table["line"].append(
        {"id": "helped", "name": "自助", "numbers": [self_service.LINE], "queue": "mandarin", "journey": "helped", "hours": "always",
         "check_seconds": 0}
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"), by_keys)
    for name, hertz in TONES.items():
        as_tone(here.places.prompts, name, hertz, 0.8)
    with here:
        yield here


@pytest.mark.parametrize(
    ("how", "codec", "number"),
    sampled(
        [("tones", ALAW, 1), ("tones", MULAW, 2), ("info", ALAW, 3)], 2, always=[("tones", ALAW, 1), ("info", ALAW, 3)]
    ),
    ids=["tones", "tones-over-mu-law", "info"],
)
async def test_keys_are_heard_however_a_carrier_sends_them(site: Site, how: Keys, codec: int, number: int) -> None:
    """Fourteen digits and eight, right at once; two keys after the talk; a number typed to be called at: each as it was pressed."""
    helped, served, kept = (f"1380592{number}10{n}" for n in range(3))
    other = f"1380592{number}999"
    async with SiteTelephones(site, 1) as floor, case_store(site) as store:
        _call, case = await filed(floor)
        await self_service.dispatched(store, case)

        def codes() -> list[tuple[str, ...]]:
            asked = "select query_code from cases where number = :number and state = 'dispatched'"
            return self_service.rows(site, asked, number=case)

        await eventually(codes, 40)
        ((code,),) = codes()
        for rack in floor.phones.trunks.values():
            rack.codec, rack.keys = codec, how

        asking = await self_service.calls(floor, helped)
        await asking.type("menu", "3")
        await asking.asks(case, code)
        await asking.hear(self_service.TONES["progress_dispatch"])
        asking.call.hang_up()
        await eventually(lambda: self_service.served(site, helped) == [("progress", "told", "dispatch")], 40)

        call = await floor.dial(caller=served)
        seat = await floor.seat_call(served)
        gone = time.time()
        seat.hang_up()
        scored = await tone_heard(call, SCORE, gone)
        await call.press("4")
        await tone_heard(call, SOLVED, scored)
        await call.press("1")
        await call.until_ended(15)
        await eventually(lambda: surveyed(site, served) == [(4, "yes", "8001", "1001", None, None)], 20)

        await everywhere(floor, other, answering(0.3, None, tone(CITIZEN)))
        await floor.until_state("8001", "ready", 20)
        talking = await floor.dial(caller=f"1380592{number}500")
        seat = await floor.seat_call(talking.caller)
        waits = await floor.dial(caller=kept)
        assert await waits.until_answered(5)
        assert waits.answered is not None
        offered = await tone_heard(waits, OFFER, waits.answered, 60)
        await waits.press("1")
        asked = await tone_heard(waits, KEYS, offered, 30)
        await waits.press("2")
        typed = await tone_heard(waits, TYPE, asked, 30)
        await waits.press(other + "#")
        asked = await tone_heard(waits, KEYS, typed + 1, 40)
        await waits.press("1")
        await tone_heard(waits, THANKS, asked, 30)
        waits.hang_up()
        talking.hang_up()
        back = await out_call(floor, other)
        await asyncio.sleep(2)
        back.hang_up()
        await eventually(
            lambda: [(one["number"], one["result"]) for one in offers(site, kept)] == [(other, "talked")], 30
        )
        await seat.until_ended(10)
    assert site.settle() == []

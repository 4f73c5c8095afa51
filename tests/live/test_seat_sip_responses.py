"""What a seat's telephone answers to an offer, in all its ways: whose no it was, and that the citizen goes on waiting."""

from __future__ import annotations

import asyncio
import json
import sqlite3

import pytest

from hotline.lab.phones import Call, Manner, answering
from hotline.lab.sound import tone
from tests.sampling import sampled

from .site import Site, SiteTelephones, eventually
from .test_endings_told import closed, world
from .test_verbs import CITIZEN, ONE, TWO, hear

pytestmark = pytest.mark.live

FORWARDED = "13805920777"


def saying(code: int, **headers: str) -> Manner:
    """Ring, then this final answer with these headers."""

    async def manner(call: Call) -> None:
        call.ring()
        assert call._in is not None
        call._in._send_response(code, "No", extra_headers=headers)
        call._in.dialog.terminate()
        call.over("us", code)

    return manner


def offers(site: Site, call: str) -> list[tuple[str, str]]:
    with sqlite3.connect(f"file:{site.places.ledger}?mode=ro", uri=True) as db:
        return db.execute("select seat, result from offers where call_id = ? order by seq", (call,)).fetchall()


ANSWERS = [
    (300, "", "unable"), (301, f"<sip:{FORWARDED}@HOST>", "unable"), (302, f"<sip:{FORWARDED}@HOST>", "unable"),
    (302, "<sip:8003@HOST>", "unable"), (302, "<sip:8001@HOST>", "unable"), (302, "<tel:110>", "unable"),
    (305, "<sip:x@127.0.0.9:5999>", "unable"), (380, "", "unable"), (480, "", "unable"), (404, "", "unable"),
    (500, "", "unable"), (503, "", "unable"), (606, "", "unable"), (486, "", "refused"), (600, "", "refused"),
    (603, "", "refused"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "contact", "result"), sampled(ANSWERS, 3, always=ANSWERS[2:3]))
async def test_whose_no_it_was(site: Site, code: int, contact: str, result: str) -> None:
    """T3: the telephone's answer or the person's. A forward is not followed, to the world or to a seat; nobody was missed by the
    agent, and the next seat answers."""
    caller = f"13805931{ANSWERS.index((code, contact, result)):03}"
    async with SiteTelephones(site) as floor:
        host, port = floor.desk.registrar
        extra = {"Contact": contact.replace("HOST", f"{host}:{port}")} if contact else {}
        await floor.sit("8001", saying(code, **extra))
        call = await floor.dial(caller=caller)
        await eventually(lambda: floor.desk.calls_to("8001"), 20)
        await floor.sit("8002", answering(0.2, None, tone(TWO)))
        await hear((call, {TWO}))
        await asyncio.sleep(1.2)
        call.hang_up()
        assert world(floor) == []
        assert floor.desk.calls_to("8003") == []
    told = await closed(site, caller=caller)
    results = offers(site, told["call"])
    assert {one for seat, one in results if seat == "8001"} == {result}, results
    assert results[-1] == ("8002", "answered")


@pytest.mark.parametrize("code", sampled([181, 182, 183, 199], 2))
async def test_provisional_answers_are_ringing(site: Site, code: int) -> None:
    """Queued, forwarded, in progress without sound, 199 for a branch that is gone: the phone still may answer, and does."""

    async def manner(call: Call) -> None:
        assert call._in is not None
        call._in._send_response(code, "Soon")
        await asyncio.sleep(0.5)
        await call.answer(tone(ONE))

    caller = f"13805932{code}"
    async with SiteTelephones(site) as floor:
        await floor.sit("8001", manner)
        call = await floor.dial(caller=caller)
        seat = await floor.seat_call(caller)
        await hear((call, {ONE}), (seat, {CITIZEN}))
        call.hang_up()
        await seat.until_ended(5)
    told = await closed(site, caller=caller)
    assert (told["seat"], offers(site, told["call"])) == ("8001", [("8001", "answered")])
    assert not [
        breach for breach in json.loads(site.command("verify", "--json").stdout)["breaches"] if told["call"] in breach
    ]

"""A surge's telephones against a far end that is late, silent or rude: what they send again, and what they note."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hotline.lab.sip_message import Message
from hotline.lab.sound import SILENCE
from hotline.surge import sip_telephones
from hotline.surge.callers import Callers
from hotline.surge.facts import Citizen
from hotline.surge.sip_telephones import Telephones

HOST = "127.0.0.1"


class FarEnd(asyncio.DatagramProtocol):
    """Hears everything; answers as it is told."""

    def __init__(self, answers: Callable[[Message], list[str]]) -> None:
        self.heard: list[str] = []
        self.answers = answers
        self.transport: Any = None
        self.port = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        said = Message.of(data)
        self.heard.append(said.first.split(" ")[0])
        for status in self.answers(said):
            head = [f"SIP/2.0 {status}", *(f"Via: {via}" for via in said.via)]
            head += [f"{name}: {said.headers[name.lower()]}" for name in ("From", "Call-ID", "CSeq")]
            head += [
                f"To: {said.headers['to']};tag=far",
                f"Contact: <sip:far@{HOST}:{self.port}>",
                "Content-Length: 0",
                "",
                "",
            ]
            self.transport.sendto("\r\n".join(head).encode(), addr)


async def one_call(
    answers: Callable[[Message], list[str]], last: str, *, patience: float = 0.2, seconds: float = 10.0
) -> tuple[Citizen, FarEnd, Telephones]:
    loop = asyncio.get_running_loop()
    far = FarEnd(answers)
    await loop.create_datagram_endpoint(lambda: far, local_addr=(HOST, 0))
    carriers: list[Telephones] = []
    everybody = Callers(carriers, "12319", 0.1, (SILENCE,))
    here = Telephones(HOST, 0, (HOST, far.port), None, everybody.citizen_rung)
    await loop.create_datagram_endpoint(lambda: here, local_addr=(HOST, 0))
    assert here.transport is not None
    here.port = here.transport.get_extra_info("sockname")[1]
    carriers.append(here)
    everybody.plan([{"number": "13900000000", "at": 0.0, "talk": 1.0, "patience": patience, "takes": False}])
    try:
        (fact,) = await asyncio.wait_for(everybody.run(seconds), seconds + 5)
        async with asyncio.timeout(5):
            while far.heard[-1] != last:
                await asyncio.sleep(0.01)
    finally:
        far.transport.close()
        here.transport.close()
    return fact, far, here


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip_telephones, "T1", 0.05)
    monkeypatch.setattr(sip_telephones, "GIVES_UP_SECONDS", 1.0)


def late(quiet: int, *statuses: str) -> Callable[[Message], list[str]]:
    """Nothing to the first INVITEs, then this; 200 to whatever else wants an answer."""
    left = [quiet]

    def answers(said: Message) -> list[str]:
        if said.method == "ACK":
            return []
        if said.method != "INVITE":
            return ["200 OK"]
        left[0] -= 1
        return [] if left[0] >= 0 else list(statuses)

    return answers


async def test_an_invite_that_nobody_answers_is_sent_again_and_counted() -> None:
    fact, far, _here = await one_call(late(2, "486 Busy Here"), "ACK")
    assert (fact.again, fact.code, fact.silent) == (2, 486, False)
    assert fact.first_again is not None
    assert far.heard == ["INVITE", "INVITE", "INVITE", "ACK"]


async def test_who_is_answered_at_once_sends_nothing_again_and_gives_up_with_a_bye() -> None:
    fact, far, _here = await one_call(late(0, "100 Trying", "200 OK"), "BYE")
    assert (fact.again, fact.gave_up, fact.code) == (0, True, 0)
    assert fact.answered is not None
    assert far.heard == ["INVITE", "ACK", "BYE"]


async def test_a_far_end_that_never_answers_is_told_as_such() -> None:
    fact, far, _here = await one_call(lambda _said: [], "INVITE")
    assert fact.silent
    assert fact.again == len([word for word in far.heard if word == "INVITE"]) - 1 >= 3


async def test_a_provisional_answer_ends_the_sending_again() -> None:
    """Asterisk has the call: however long it takes, one INVITE was enough."""
    fact, far, _here = await one_call(late(0, "100 Trying"), "INVITE", seconds=0.5)
    assert (fact.again, fact.silent, far.heard) == (0, False, ["INVITE"])


async def test_garbage_ends_no_telephone() -> None:
    fact, far, here = await one_call(late(0, "100 Trying", "200 OK"), "BYE")
    head = "\r\nVia: SIP/2.0/UDP x\r\nFrom: <sip:a@b>\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n"
    texts = [
        "",
        "SIP/2.0 abc\r\n\r\n",
        "INVITE\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n",
        f"SIP/2.0{head}",
        f"SIP/2.0 abc{head}",
    ]
    for data in (b"\xff\xfe", *(text.encode() for text in texts)):
        here.datagram_received(data, (HOST, far.port))
    assert fact.answered is not None

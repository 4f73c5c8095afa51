"""A bench's telephone stays registered for longer than Asterisk grants at once, and says so where it can't."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from hotline.lab.registration import Registration, granted, registered
from hotline.lab.sip_message import Message


class Registrar:
    """``asked``: the CSeq of each REGISTER; ``late``: of answers that come once more before each."""

    def __init__(self, answer: Callable[[int], str]) -> None:
        self.waiting: dict[str, asyncio.Future[Message]] = {}
        self.asked: list[int] = []
        self.late: list[int] = []
        self.more = asyncio.Event()
        self._answer = answer

    def hear(self, _first: str, headers: list[str]) -> None:
        said = dict(line.split(": ", 1) for line in headers)
        self.asked.append(int(said["CSeq"].split()[0]))
        self.more.set()
        for number, turn in enumerate((*self.late, self.asked[-1])):
            answer = self._answer(len(self.asked)).replace("\r\n", f"\r\nCSeq: {turn} REGISTER\r\n", 1)
            # two in one turn of the loop would be one packet lost
            asyncio.get_running_loop().call_later(number / 100, self._say, said["Call-ID"], Message.of(answer.encode()))

    def _say(self, call: str, answer: Message) -> None:
        waiting = self.waiting.get(call)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def telephone(self) -> Registration:
        return Registration(
            "8001", "x", ("127.0.0.1", 7), ("127.0.0.1", 9), expires=600, waiting=self.waiting, send=self.hear
        )


async def test_it_is_said_again_before_the_time_granted_is_over() -> None:
    """A second is granted where ten minutes were asked for."""
    there = Registrar(lambda _turn: "SIP/2.0 200 OK\r\nContact: <sip:8001@127.0.0.1:7>;expires=1\r\n\r\n")
    async with registered([there.telephone()]), asyncio.timeout(20):
        while len(there.asked) < 3:
            there.more.clear()
            await there.more.wait()
    assert there.asked == sorted(set(there.asked)), "each is newer than the one before"


async def test_a_packet_that_is_lost_is_sent_again() -> None:
    there = Registrar(lambda _turn: "SIP/2.0 200 OK\r\nExpires: 600\r\n\r\n")
    hears = there.hear
    lost: list[str] = []

    def loses_the_first(first: str, headers: list[str]) -> None:
        if lost:
            hears(first, headers)
        else:
            lost.append(first)

    telephone = Registration(
        "8001", "x", ("127.0.0.1", 7), ("127.0.0.1", 9), expires=600, waiting=there.waiting, send=loses_the_first
    )
    assert await telephone.register() == 600
    assert (len(lost), there.asked) == (1, [1])


async def test_an_answer_to_another_turn_is_none() -> None:
    there = Registrar(lambda _turn: "SIP/2.0 200 OK\r\nExpires: 600\r\n\r\n")
    there.late = [7]
    assert await there.telephone().register() == 600
    assert set(there.asked) == {1}


async def test_one_that_can_be_registered_no_more_ends_what_stands_on_it() -> None:
    there = Registrar(
        lambda turn: "SIP/2.0 200 OK\r\nExpires: 1\r\n\r\n" if turn == 1 else "SIP/2.0 403 Forbidden\r\n\r\n"
    )
    with pytest.raises(ExceptionGroup) as fault:
        async with registered([there.telephone()]), asyncio.timeout(20):
            await asyncio.Event().wait()
    assert "seat 8001 could not register: SIP/2.0 403 Forbidden" in str(fault.value.exceptions[0])


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("Contact: <sip:8001@127.0.0.1:7>;expires=599", 599), ("Expires: 120", 120), ("Server: none", 600)],
)
def test_what_was_granted(header: str, seconds: int) -> None:
    assert granted(Message.of(f"SIP/2.0 200 OK\r\n{header}\r\n\r\n".encode()), 600) == seconds

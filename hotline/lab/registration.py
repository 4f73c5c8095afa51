"""A telephone of a bench says where it is: REGISTER, once more with the proof that is asked for, and again before the time that was granted is over."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from .sip_message import GIVES_UP_SECONDS, T1, T2, Message, digest_proof

AGAIN_FRACTION = 0.5
"""Of the time granted: an answer that was lost has as much again to be asked for."""
_GRANTED = re.compile(r"expires\s*=?\s*(\d+)", re.IGNORECASE)


class Registration:
    """One seat's telephone at Asterisk. ``own``, ``asterisk``: host and port; ``waiting``: by Call-ID, whoever reads puts the answer there;
    ``send``: first line and headers."""

    def __init__(
        self, user: str, password: str, own: tuple[str, int], asterisk: tuple[str, int], *, expires: int,
        waiting: dict[str, asyncio.Future[Message]], send: Callable[[str, list[str]], None],
    ) -> None:  # fmt: skip
        self._user, self._password, self._own, self._asterisk = user, password, own, asterisk
        self._expires, self._waiting, self._send = expires, waiting, send
        self._turns = itertools.count(1)
        self._proof = ""

    async def register(self) -> int:
        """Gives the seconds that were granted. Raises RuntimeError where it is refused, TimeoutError."""
        (host, port), at, user = self._own, f"{self._asterisk[0]}:{self._asterisk[1]}", self._user
        call, uri = f"r{user}-{port}", f"sip:{at}"
        for _ in range(2):
            turn = next(self._turns)
            headers = [
                f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bKr{user}x{turn};rport", f"From: <sip:{user}@{at}>;tag=r{user}",
                f"To: <sip:{user}@{at}>", f"Call-ID: {call}", f"CSeq: {turn} REGISTER",
                f"Contact: <sip:{user}@{host}:{port}>", f"Expires: {self._expires}", "Max-Forwards: 70",
                *([self._proof] if self._proof else []),
            ]  # fmt: skip
            try:
                async with asyncio.timeout(GIVES_UP_SECONDS):
                    said = await self._answered(call, turn, f"REGISTER {uri} SIP/2.0", headers)
            finally:
                self._waiting.pop(call, None)
            if said.status == 200:
                return granted(said, self._expires)
            if said.status != 401:
                break
            self._proof = digest_proof(said.headers["www-authenticate"], user, self._password, uri)
        raise RuntimeError(f"seat {user} could not register: {said.first}")

    async def _answered(self, call: str, turn: int, first: str, headers: list[str]) -> Message:
        """Says it until there is an answer to this turn: one that comes twice is no answer to the next."""
        pause, loop = T1, asyncio.get_running_loop()
        while True:
            answer: asyncio.Future[Message] = loop.create_future()
            self._waiting[call] = answer
            self._send(first, headers)
            due = loop.time() + pause
            while (left := due - loop.time()) > 0:
                await asyncio.wait({answer}, timeout=left)
                if answer.done():
                    if answer.result().headers.get("cseq", "").split()[:1] == [str(turn)]:
                        return answer.result()
                    answer = self._waiting[call] = loop.create_future()
            pause = min(2 * pause, T2)

    async def stay(self, seconds: int) -> None:
        """For as long as it is awaited, after the first time: ``seconds`` were granted. Raises as ``register`` does."""
        while True:
            await asyncio.sleep(seconds * AGAIN_FRACTION)
            seconds = await self.register()


@asynccontextmanager
async def registered(every: Iterable[Registration]) -> AsyncIterator[None]:
    """All of them for as long as the block runs, which ends where one of them can be no more. Raises as ``register`` does, in a group."""
    async with asyncio.TaskGroup() as group:
        stays = [group.create_task(one.stay(await one.register())) for one in every]
        yield
        for each in stays:
            each.cancel()


def granted(said: Message, asked: int) -> int:
    """Seconds, by the answer's contact, else its Expires, else as asked."""
    for header in ("contact", "expires"):
        value = said.headers.get(header, "")
        if value.isdecimal():
            return int(value)
        if found := _GRANTED.search(value):
            return int(found[1])
    return asked

"""A partner that only answers questions is asked, over real sockets: bounded, no matter twice a round, and a silent one is left alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bridge.notifications.partner_endpoint import signature
from bridge.partner_questions import PartnerQuestions, Question
from bridge.partner_states import MatterState, OpenMatter, PartnerState, StatesHeard, answered
from tests.bridge.http_server import HttpServer, Reply, Request
from tests.bridge.made import NOON

MATTERS = [OpenMatter(f"M{n:02}", f"FZ/{n}", "", 0) for n in range(1, 61)]
ASK = Question("12345", "", 300, 30, {"办结": MatterState.DONE}, "a secret of theirs")
MS = int(NOON.timestamp() * 1000)


@dataclass
class Book:
    matters: list[OpenMatter] = field(default_factory=lambda: list(MATTERS))
    heard: list[PartnerState] = field(default_factory=list)
    away: bool = False

    async def open_at(self, partner: str, after: str, most: int) -> Sequence[OpenMatter]:
        assert partner == "12345"
        after = "" if after.startswith("0") else after
        return [one for one in self.matters if one.id > after][:most]

    async def hear(self, partner: str, states: Sequence[PartnerState], now: datetime) -> StatesHeard:
        if self.away:
            raise RuntimeError("the ledger is away")
        self.heard += states
        return StatesHeard(moved=len(states))


def told(**more: Any) -> bytes:
    return json.dumps({"state": "办结", "at": NOON.isoformat(), **more}).encode()


@dataclass
class Asking:
    """A partner's server, and who asks it; ``waited``: the pauses in between."""

    server: HttpServer
    questions: PartnerQuestions
    book: Book
    waited: list[float]
    seen: list[Request]
    woken: list[int]


@asynccontextmanager
async def asking() -> AsyncIterator[Asking]:
    seen: list[Request] = []
    waited: list[float] = []
    woken: list[int] = []

    async def answer(request: Request) -> Reply | None:
        seen.append(request)
        return Reply(200, told())

    server = HttpServer(answer)
    await server.start()

    async def pause(seconds: float) -> None:
        waited.append(seconds)
        await asyncio.sleep(0)

    book = Book()
    questions = PartnerQuestions(
        [replace(ASK, url=f"{server.url}/matters/{{number}}/status")], book, lambda: woken.append(1), clock=lambda: NOON,
        pause=pause, chance=lambda: 1.0,
    )  # fmt: skip
    yield Asking(server, questions, book, waited, seen, woken)
    await questions.stop()
    await server.stop()


async def test_each_matter_is_asked_once_a_round_at_its_pace() -> None:
    """By the partner's own number, signed; two seconds apart, as thirty a minute are; each answer is heard."""
    async with asking() as given:
        one = given.questions.questions[0]
        assert await given.questions.round(one) == ""
        assert [request.raw_path for request in given.seen] == [f"/matters/FZ%2F{n}/status" for n in range(1, 61)]
        assert given.waited == [2.0] * 60
        assert [(state.number, state.state, state.sequence) for state in given.book.heard] == [
            (one.number, MatterState.DONE, MS) for one in MATTERS
        ]
        headers = given.seen[0].headers
        said = signature(ASK.secret, headers["webhook-id"], int(headers["webhook-timestamp"]), b"")
        assert headers["webhook-signature"] == said
        assert len({request.headers["webhook-id"] for request in given.seen}) == 60
        assert len(given.woken) == 60


@pytest.mark.parametrize(
    "reply", [Reply(503), Reply(401), Reply(302, headers={"Location": "http://127.0.0.1:9/"}), None]
)
async def test_who_does_not_answer_is_left_alone_longer_each_time(reply: Reply | None) -> None:
    """One question a round, after a minute, two, four … half an hour; then at its pace again."""
    async with asking() as given:

        async def silent(request: Request) -> Reply | None:
            given.seen.append(request)
            return reply

        given.server.answers = silent
        given.questions.questions = [replace(given.questions.questions[0], seconds=10)]
        given.questions.start()
        async with asyncio.timeout(20):
            while len(given.waited) < 7:
                await asyncio.sleep(0.01)
        assert given.waited[:7] == [60, 120, 240, 480, 960, 1800, 1800]
        assert len(given.seen) <= len(given.waited) + 1
        assert given.book.heard == []


async def test_one_the_partner_does_not_know_or_says_nonsense_of_holds_up_nobody() -> None:
    async with asking() as given:

        async def odd(request: Request) -> Reply | None:
            number = request.path.split("/")[3]
            return {"1": Reply(404), "2": Reply(200, b"<html>"), "3": Reply(200, told(state="gefressen"))}.get(
                number, Reply(200, told())
            )

        given.server.answers = odd
        assert await given.questions.round(given.questions.questions[0]) == ""
        assert [state.number for state in given.book.heard] == [one.number for one in MATTERS[3:]]


async def test_one_that_drips_its_answer_holds_nobody_for_ever() -> None:
    async with asking() as given:

        async def never(request: Request) -> Reply | None:
            await asyncio.sleep(60)
            return None

        given.server.answers, given.questions.deadline = never, 0.2
        assert await given.questions.round(given.questions.questions[0]) == "no whole answer in time"


async def test_a_ledger_that_is_away_loses_no_answer() -> None:
    """It is asked again: nothing is noted as heard that is not."""
    async with asking() as given:
        given.book.matters, given.book.away = MATTERS[:1], True
        given.questions.start()
        async with asyncio.timeout(20):
            while len(given.waited) < 2:
                await asyncio.sleep(0.01)
            given.book.away = False
            while not given.book.heard:
                await asyncio.sleep(0.01)
        assert given.book.heard[0].number == "FZ/1"


STANDS = OpenMatter("M", "FZ/7", "handling", MS)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ({"state": "handling"}, []),  # as it stands: nothing new
        ({"state": "done"}, [("done", MS + 1)]),  # another one of the same moment
        ({"state": "办结", "at": (NOON + timedelta(seconds=1)).isoformat()}, [("done", MS + 1000)]),
        ({"state": "accepted", "at": (NOON - timedelta(hours=1)).isoformat()}, [("accepted", MS - 3_600_000)]),  # late
        ({"state": "handling", "sequence": 7}, [("handling", 7)]),  # its own number counts
        ({"state": "done", "their_number": "fz7"}, [("done", MS + 1)]),
        ({"state": "done", "work_order": "another's"}, [("done", MS + 1)]),
    ],
)
def test_an_answer_is_heard_as_what_it_is(said: dict[str, Any], heard: list[tuple[str, int]]) -> None:
    found = answered(told(**said), STANDS, ASK.words, NOON)
    assert not isinstance(found, str)
    assert [(str(one.state), one.sequence) for one in found] == heard
    assert {(one.number, one.work_order) for one in found} <= {("FZ/7", "")}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b'{"states": []}', b'{"states": [1]}', told(state="x"), told(at="never"), told(their_number="FZ/8"),
        told(at=(NOON + timedelta(days=2)).isoformat()), told(sequence=0), b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_cannot_be_read_changes_nothing_and_says_why(body: bytes) -> None:
    assert isinstance(answered(body, STANDS, ASK.words, NOON), str)

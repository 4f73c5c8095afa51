"""Asks partners whose system only answers questions how shared matters stand there: one matter after the other, at a bounded pace.

What is over at the partner is asked no more. An answer goes the way of a signed call (``partner_states.py``): what comes again or late
changes nothing. A partner that does not answer is left alone for longer each time.
"""

from __future__ import annotations

import asyncio
import random
import secrets as noise
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import quote

import httpx
import structlog

from bridge.delivery_retry import RetryRule
from bridge.drivers import Unreachable
from bridge.http_answer import asked
from bridge.notifications.partner_endpoint import signature
from bridge.partner_states import MatterState, OpenMatter, PartnerState, StatesHeard, answered
from bridge.ticket import ticket_id
from config import secrets
from config.sections.citizens import PartnerQuestion
from config.settings import Settings

log = structlog.get_logger("partners")
PAGE = 50
KEPT = timedelta(days=180)
"""A matter that is older is asked no more, whatever the partner made of it."""
SILENT = RetryRule(first=60, most=1800)


class MatterBook(Protocol):
    """``ledger.partner_matters.PartnerMatters``: what is asked of it here."""

    async def open_at(self, partner: str, after: str, most: int) -> Sequence[OpenMatter]:
        """By id, those behind ``after``."""
        ...

    async def hear(self, partner: str, states: Sequence[PartnerState], now: datetime) -> StatesHeard: ...


@dataclass(frozen=True, slots=True)
class Question:
    system: str
    url: str
    """With ``{number}``, the partner's own of the matter."""
    seconds: float
    """From one round's begin to the next at least."""
    per_minute: float
    words: Mapping[str, MatterState]
    """What the partner calls its states, where it does not use our words."""
    secret: str = ""
    """'' the question is not signed."""


@dataclass(slots=True)
class PartnerQuestions:
    """``moved``: told where anything became known."""

    questions: Sequence[Question]
    book: MatterBook
    moved: Callable[[], None]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    deadline: float = 20.0
    client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=10.0, trust_env=False))
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._run(one), name=f"asking {one.system}") for one in self.questions]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self.client.aclose()

    async def _run(self, one: Question) -> None:
        silent = 0
        while True:
            began = self.clock()
            try:
                fault = await self.round(one)
            except Exception as wrong:  # the loop top: the ledger may be away; what was not noted is asked again
                log.exception("a partner's answers could not be taken", partner=one.system)
                fault = type(wrong).__name__
            if fault and not silent:
                log.warning("a partner does not answer", partner=one.system, reason=fault)
            if silent and not fault:
                log.info("a partner answers again", partner=one.system)
            silent = silent + 1 if fault else 0
            spent = (self.clock() - began).total_seconds()
            await self.pause(max(one.seconds - spent, 1.0, SILENT.wait(silent, self.chance()) if silent else 0.0))

    async def round(self, one: Question) -> str:
        """Every matter that is open there, once. Why it was broken off; '' it was not."""
        after: str = ticket_id(self.clock() - KEPT, bytes(10))
        while page := await self.book.open_at(one.system, after, PAGE):
            for matter in page:
                if fault := await self._ask(one, matter):
                    return fault
                await self.pause(60.0 / one.per_minute)
            after = page[-1].id
        return ""

    async def _ask(self, one: Question, matter: OpenMatter) -> str:
        ident, at = ticket_id(self.clock(), noise.token_bytes(10)), int(self.clock().timestamp())
        headers = {"Accept": "application/json"}
        if one.secret:
            signed = signature(one.secret, ident, at, b"")
            headers |= {"webhook-id": ident, "webhook-timestamp": str(at), "webhook-signature": signed}
        url = one.url.replace("{number}", quote(matter.number, safe=""))
        try:
            async with asyncio.timeout(self.deadline):  # whole: one that sends a byte a second answers nothing
                answer = await asked(self.client, "GET", url, headers=headers)
        except TimeoutError:
            return "no whole answer in time"
        if isinstance(answer, Unreachable):
            return answer.reason
        if answer.status in (404, 410):
            return ""  # the partner does not know it (yet)
        if not answer.good:
            return f"HTTP {answer.status}"
        states = answered(answer.body, matter, one.words, self.clock())
        if isinstance(states, str):
            log.warning("a partner's answer cannot be read", partner=one.system, number=matter.number, reason=states)
            return ""
        if states:
            heard = await self.book.hear(one.system, states, self.clock())
            if heard.moved or heard.learned:
                self.moved()
        return ""


def build(settings: Settings, book: MatterBook, moved: Callable[[], None]) -> PartnerQuestions:
    """Raises FileRefused: a secret's file that cannot be read, or holds none."""
    return PartnerQuestions([_question(one) for one in settings.partner_question], book, moved)


def _question(one: PartnerQuestion) -> Question:
    words = {word: MatterState(state) for word, state in one.states.items()}
    secret = secrets.value(one.secret) if one.secret else ""
    return Question(one.system, one.url, one.seconds, one.per_minute, words, secret)

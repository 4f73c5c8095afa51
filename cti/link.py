"""The AMI door: one guarded connection to Asterisk; the only file that knows panoramisk.

panoramisk makes the connection and writes the actions. What it does not do, or does
wrong, is guarded here (each guard has its test in ``tests/cti/test_link.py``):

- it decodes each TCP piece by itself, losing characters cut in two → ``data_received``
  is ours: bytes go to ``ami.Framer`` and are decoded when a message is whole;
- a raising callback kills the connection → listeners are called inside a guard;
- it re-sends unanswered actions after a reconnect → every connection is a new Manager,
  and nothing unanswered survives the old one;
- it never checks that a Ping was answered → ``_pulse`` drops a silent peer;
- answers may never come → every ``ask`` has a deadline;
- its own reconnecting and login can not be told from outside → both are done here, with
  backoff and jitter; a refused login is said and retried slowly.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import panoramisk
import structlog
from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol

from . import ami_decoder
from .errors import LinkError, LinkLost, LoginRefused, NoAnswer, Refused
from .ids import Instant

log = structlog.get_logger("ami")

PULSE_SECONDS = 5.0
PULSE_DEADLINE = 3.0
LOGIN_DEADLINE = 5.0
BACKOFF_FIRST, BACKOFF_MOST = 0.2, 5.0
REFUSED_PAUSE = 10.0
LONGEST_VALUE = 900


@dataclass(slots=True)
class _Question:
    answer: asyncio.Future[list[ami_decoder.Headers]]
    on_done: Callable[[list[ami_decoder.Headers]], None] | None
    parts: list[ami_decoder.Headers] = field(default_factory=list)
    listing: bool = False


class _Protocol(AMIProtocol):  # type: ignore[misc]
    """panoramisk's protocol with our reading."""

    link: Link

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.framer = ami_decoder.Framer()

    def data_received(self, data: bytes) -> None:
        try:
            self.link._hear(self.framer.feed(data), data)
        except ami_decoder.Overrun as fault:
            log.error("stream is no AMI; dropped", link=self.link.name, fault=str(fault))
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self.link._gone(self, exc)


class _Manager(panoramisk.Manager):  # type: ignore[misc]
    """Without panoramisk's own pings, login and reconnecting."""

    def connection_made(self, future: Any) -> None:
        raise NotImplementedError  # Link awaits the connection itself

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing: ``Link.run`` decides about a new connection."""


class Link:
    """One AMI connection that comes back. ``hear`` gets every event message, whole.

    :param on_event: called with the raw event message; must return at once.
    :param on_up: called after each login; on_down: after each loss, with the reason.
    :param tap: gets every byte received (``hotline tape record``).
    """

    def __init__(
        self,
        name: str,
        *,
        host: str,
        port: int,
        user: str,
        secret: str,
        events: bool,
        on_event: Callable[[bytes], None],
        on_up: Callable[[], None] = lambda: None,
        on_down: Callable[[str], None] = lambda _: None,
        tap: Callable[[bytes], None] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self._host, self._port, self._user, self._secret = host, port, user, secret
        self._events = events
        self._on_event, self._on_up, self._on_down, self._tap = on_event, on_up, on_down, tap
        self._now = now
        self._questions: dict[bytes, _Question] = {}
        self._protocol: _Protocol | None = None
        self._lost: asyncio.Event = asyncio.Event()
        self._reason = "not connected yet"
        self.up = False
        self.messages = 0
        self.heard_at: Instant = Instant(0.0)

    @property
    def reason(self) -> str:
        """Why there is no connection, or was none before this one."""
        return self._reason

    # -- life ----------------------------------------------------------------------

    async def run(self) -> None:
        """Connect, log in, watch, come back; until cancelled."""
        backoff = BACKOFF_FIRST
        while True:
            try:
                await self._connect()
            except (OSError, LinkError) as fault:
                refused = isinstance(fault, LoginRefused)
                if refused:
                    log.error("AMI login refused", link=self.name, user=self._user)
                self._drop(str(fault) or type(fault).__name__)
                await asyncio.sleep(REFUSED_PAUSE if refused else backoff * random.uniform(0.7, 1.3))  # noqa: S311
                backoff = min(backoff * 1.6, BACKOFF_MOST)
                continue
            except asyncio.CancelledError:
                self._drop("stopped")
                raise
            backoff = BACKOFF_FIRST
            self.up = True
            log.info("AMI up", link=self.name)
            self._guarded(self._on_up)
            try:
                await self._pulse()
            finally:
                self.up = False
                self._drop(self._reason)
                self._guarded(self._on_down, self._reason)
            log.warning("AMI down", link=self.name, reason=self._reason)

    async def _connect(self) -> None:
        self._lost = asyncio.Event()
        self._reason = "connection refused"
        loop = asyncio.get_running_loop()
        manager = _Manager(loop=loop, host=self._host, port=self._port, encoding="utf8")

        def build() -> _Protocol:
            protocol = _Protocol()
            protocol.link, protocol.factory, protocol.encoding = self, manager, "utf8"
            return protocol

        async with asyncio.timeout(LOGIN_DEADLINE):
            _, protocol = await loop.create_connection(build, self._host, self._port)
        protocol.factory, protocol.encoding = manager, "utf8"
        self._protocol = protocol
        try:
            await self.ask(
                {
                    "Action": "Login",
                    "Username": self._user,
                    "Secret": self._secret,
                    "Events": "on" if self._events else "off",
                },
                deadline=LOGIN_DEADLINE,
            )
        except Refused as fault:
            raise LoginRefused(str(fault)) from fault

    async def _pulse(self) -> None:
        """Return when the connection is lost, or the peer no longer answers."""
        while True:
            try:
                async with asyncio.timeout(PULSE_SECONDS):
                    await self._lost.wait()
                return
            except TimeoutError:
                pass
            try:
                await self.ask({"Action": "Ping"}, deadline=PULSE_DEADLINE)
            except (NoAnswer, LinkLost):
                self._reason = self._reason if self._lost.is_set() else "peer does not answer"
                return
            except Refused as fault:  # it is shutting down: this connection is none any more
                self._reason = str(fault)
                return

    def _drop(self, reason: str) -> None:
        """Close, and answer every open question with the loss: nothing is replayed."""
        protocol, self._protocol = self._protocol, None
        if protocol is not None:
            protocol.responses.clear()
            protocol.transport.abort()
        questions, self._questions = self._questions, {}
        for question in questions.values():
            if not question.answer.done():
                question.answer.set_exception(LinkLost(reason))

    def reset(self, reason: str) -> None:
        """Drop this connection on purpose; ``run`` makes the next."""
        self._reason = reason
        self._lost.set()

    def _gone(self, protocol: _Protocol, exc: Exception | None) -> None:
        if protocol is self._protocol:
            self._reason = f"connection lost: {exc}" if exc else "closed by Asterisk"
            self._lost.set()
            for question in self._questions.values():
                if not question.answer.done():
                    question.answer.set_exception(LinkLost(self._reason))

    # -- asking ----------------------------------------------------------------------

    async def ask(
        self,
        action: Mapping[str, str | list[str]],
        *,
        deadline: float,
        on_done: Callable[[list[ami_decoder.Headers]], None] | None = None,
    ) -> list[ami_decoder.Headers]:
        """Send one action; its answer: the response, and the items when it is a list.

        ``on_done`` is called with the same, in the stream, before any later message is
        handled: a snapshot must be folded exactly there.

        :raises LinkLost, NoAnswer, Refused: see ``errors.py``.
        :raises ValueError: a value could smuggle a header in.
        """
        protocol = self._protocol
        if protocol is None or self._lost.is_set():
            raise LinkLost(self._reason)
        for key, value in action.items():
            for one in value if isinstance(value, list) else [value]:
                if any(c in one or c in key for c in "\r\n\0") or len(one.encode()) > LONGEST_VALUE:
                    raise ValueError(f"{key}: not sendable: {one[:60]!r}")
        sent = Action(dict(action))
        ident = str(sent.id).encode()
        question = _Question(asyncio.get_running_loop().create_future(), on_done)
        self._questions[ident] = question
        try:
            protocol.transport.write(str(sent).encode())
            async with asyncio.timeout(deadline):
                return await question.answer
        except TimeoutError:
            raise NoAnswer(f"{action['Action']}: no answer in {deadline:g} s") from None
        finally:
            self._questions.pop(ident, None)

    # -- hearing ---------------------------------------------------------------------

    def _hear(self, messages: list[bytes], piece: bytes) -> None:
        if self._tap is not None:
            self._tap(piece)
        if not messages:
            return
        self.heard_at = Instant(self._now())
        self.messages += len(messages)
        questions = self._questions
        for message in messages:
            if questions and b"ActionID: " in message and self._answers(message):
                continue
            self._guarded(self._on_event, message)

    def _answers(self, message: bytes) -> bool:
        """Whether the message belongs to an open question; then it is taken."""
        h = ami_decoder.headers(message.lstrip(b"\r\n"))
        question = self._questions.get(h.get(b"ActionID", b""))
        if question is None or question.answer.done():
            return False
        question.parts.append(h)
        if h.get(b"Response") in (b"Error", b"Fail"):
            question.answer.set_exception(Refused(ami_decoder.text(h.get(b"Message", b"refused"))))
            return True
        if h.get(b"EventList") == b"start":
            question.listing = True
        elif b"Event" in h and not question.listing and b"Response" not in h:
            question.parts.pop()
            return False  # an event of an action that is not a list (OriginateResponse): for the listeners
        if not question.listing or h.get(b"EventList") in (b"Complete", b"cancelled"):
            if question.on_done is not None:
                self._guarded(question.on_done, question.parts)
            question.answer.set_result(question.parts)
        return True

    def _guarded(self, listener: Callable[..., None], *args: Any) -> None:
        try:
            listener(*args)
        except Exception:  # a listener's fault must not cost us the connection: loop top
            log.exception("listener failed", link=self.name)

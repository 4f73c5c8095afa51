"""The FastAGI door: a caller's journey in Asterisk asks here for an advice, on loopback only.

``agi://127.0.0.1:PORT/advice,ASK,LINE,QUEUE,DIGITS,CODE,CALLER``: answered with one command, which sets
HOTLINE_ADVICE, and closed. Started and stopped by ``hotline/app.py``; its counts are read for
metrics. Whatever comes in (half a line, garbage, ten thousand headers, a connection that says
nothing) costs one bounded connection and nothing else: it is closed, and the dialplan leads its
caller on without us. Never blocks, never retries, never talks to anything but the one connection.
panoramisk's FastAGI is not used because a connect-and-close freezes its loop.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import structlog
from twisted.internet import protocol
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from config.journey.steps import ADVICE_SCRIPT
from cti.ids import CallId, LineId, QueueId

from .advice import Adviser, Question
from .agi import Garbled, Heard, HungUp, Opened, Reader, Reply, command
from .events import AdviceGiven, End
from .ports import Clock, Listener

log = structlog.get_logger("ivr")

HEADER_SECONDS = 2.0
"""From connection to the end of the environment block."""
SWEEP_SECONDS = 1.0
"""How often overdue connections are looked for."""
LOOK_SECONDS = 5.0
"""So long an answer may be looked for; the dialplan's own deadline is shorter."""
REPLY_SECONDS = 5.0
"""Asterisk answers our one command at once, or the caller has gone."""
VARIABLE = "HOTLINE_ADVICE"
DEAD = 511
"""Asterisk's code for a channel that is gone."""


class _Wire(Protocol):
    """What is used of a TCP transport."""

    def write(self, data: bytes) -> None: ...
    def loseConnection(self) -> None: ...
    def abortConnection(self) -> None: ...
    def setTcpNoDelay(self, enabled: bool) -> None: ...
    def getHandle(self) -> socket.socket: ...


class _Port(Protocol):
    def stopListening(self) -> Deferred[None]: ...


@dataclass(slots=True)
class ServerCounts:
    """Counts since the start, for metrics; ``open`` is a gauge."""

    open: int = 0
    connections: int = 0
    questions: int = 0
    commands: int = 0
    turned_away: int = 0  # above the cap
    unknown: int = 0  # a question nobody here knows
    done: int = 0
    hung_up: int = 0
    timed_out: int = 0
    garbled: int = 0
    failed: int = 0
    stopped: int = 0
    unopened: int = 0  # closed before the environment block was complete

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


class FastAgi(protocol.Factory):
    """All conversations of this daemon.

    ``advisers``: question → who answers it. ``most``: conversations at once; more are
    closed at once, which Asterisk takes as "go on by yourself".
    """

    noisy = False

    def __init__(
        self,
        port: int,
        advisers: Mapping[str, Adviser],
        clock: Clock,
        on_event: Listener,
        *,
        most: int = 2000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.port = port
        self.advisers = advisers
        self.clock = clock
        self.on_event = on_event
        self.most = most
        self.monotonic = monotonic
        self.counts = ServerCounts()
        self.open: set[Conversation] = set()
        self._listening: _Port | None = None
        self._sweeper = LoopingCall(self.sweep)

    def start(self, reactor: Any = None) -> None:
        """Listen on 127.0.0.1. Raises twisted.internet.error.CannotListenError when the port is taken."""
        if reactor is None:
            from twisted.internet import reactor  # the running one: importing it earlier would choose for the app
        self._listening = reactor.listenTCP(self.port, self, backlog=511, interface="127.0.0.1")
        self._sweeper.clock = reactor
        self._sweeper.start(SWEEP_SECONDS, now=False)

    async def stop(self) -> None:
        """Take no more callers and let those under way go on in the dialplan."""
        if self._sweeper.running:
            self._sweeper.stop()
        listening, self._listening = self._listening, None
        if listening is not None:
            await listening.stopListening()
        for conversation in list(self.open):
            conversation.finish(End.STOPPED)

    def buildProtocol(self, addr: object) -> Conversation:
        return Conversation(self)

    def sweep(self) -> None:
        """Close what is overdue."""
        now = self.monotonic()
        for conversation in [one for one in self.open if one.due < now]:
            conversation.finish(End.TIMED_OUT)


class Conversation(protocol.Protocol):
    """One connection: one caller, one question, one command."""

    transport: _Wire  # type: ignore[assignment]  # Twisted names only the interface, without types

    def __init__(self, door: FastAgi) -> None:
        self._door = door
        self._reader = Reader()
        self._question: Question | None = None
        self._answer = ""
        self._looking: asyncio.Future[str] | None = None
        self._over = False
        self.due = door.monotonic() + HEADER_SECONDS

    def connectionMade(self) -> None:
        door = self._door
        door.counts.connections += 1
        if len(door.open) >= door.most:
            door.counts.turned_away += 1
            self._over = True
            self.transport.abortConnection()
            return
        door.open.add(self)
        door.counts.open = len(door.open)
        self.transport.setTcpNoDelay(True)

    def dataReceived(self, data: bytes) -> None:
        try:
            for heard in self._reader.feed(data):
                if self._over:
                    return
                self._hear(heard)
        except Exception:  # the loop top of one caller: a faulty adviser must not touch the others
            log.exception("advice failed", call=self._call, ask=self._question.ask if self._question else "")
            self.finish(End.FAILED)

    def connectionLost(self, reason: Failure | None = None) -> None:
        self.finish(End.HUNG_UP)

    def finish(self, end: End) -> None:
        """Close the connection; Asterisk goes on in the dialplan. Once only, later ends are ignored."""
        if self._over:
            return
        self._over = True
        door = self._door
        if self._looking is not None:
            self._looking.cancel()
        door.open.discard(self)
        door.counts.open = len(door.open)
        if end is End.DONE:
            self.transport.loseConnection()
        else:
            self.transport.abortConnection()
        question = self._question
        if question is None and end is End.HUNG_UP:
            door.counts.unopened += 1
            return
        setattr(door.counts, end.value, getattr(door.counts, end.value) + 1)
        if question is not None:
            door.on_event(AdviceGiven(question.call, door.clock(), question.line, question.ask, self._answer, end))

    @property
    def _call(self) -> str:
        return self._question.call if self._question else ""

    def _hear(self, heard: Heard) -> None:
        match heard:
            case Opened():
                self._open(heard)
            case Reply():
                if self._question is not None:
                    self.finish(End.HUNG_UP if heard.code == DEAD or heard.result == "-1" else End.DONE)
            case HungUp():
                self.finish(End.HUNG_UP)
            case Garbled(reason):
                log.warning("not AGI", call=self._call, reason=reason)
                self.finish(End.GARBLED)

    def _open(self, opened: Opened) -> None:
        door = self._door
        ask, line, queue, digits, code, caller = (*opened.args, "", "", "", "", "", "")[:6]
        adviser = door.advisers.get(ask)
        if opened.script != ADVICE_SCRIPT or adviser is None:
            log.error("no such advice", call=opened.unique_id, script=opened.script, ask=ask)
            door.counts.unknown += 1
            self.finish(End.DONE)
            return
        self._question = question = Question(
            ask, CallId(opened.unique_id), LineId(line), QueueId(queue), digits, door.clock(), code, caller
        )
        door.counts.questions += 1
        answer = adviser(question)
        if isinstance(answer, str):
            self._reply(answer)
            return
        self.due = door.monotonic() + LOOK_SECONDS
        self._looking = asyncio.ensure_future(answer)
        self._looking.add_done_callback(self._found)

    def _found(self, looked: asyncio.Future[str]) -> None:
        if self._over or looked.cancelled():
            return
        self._looking = None
        if (
            fault := looked.exception()
        ) is not None:  # the ledger is away, or a fault of ours: the caller gets a person
            log.error(
                "advice failed", call=self._call, ask=self._question.ask if self._question else "", exc_info=fault
            )
            self.finish(End.FAILED)
            return
        self._reply(looked.result())

    def _reply(self, answer: str) -> None:
        door = self._door
        self._answer = answer.partition("&")[0]  # the outcome alone: what was told of whose case is in no log
        if not answer:
            self.finish(End.DONE)
            return
        self.due = door.monotonic() + REPLY_SECONDS
        door.counts.commands += 1
        self._write(command("SET", "VARIABLE", VARIABLE, answer))

    def _write(self, line: bytes) -> None:
        """One command, one send, all of it or none: half a line on an open connection makes Asterisk spin, deaf to
        its own deadline (run_agi in res_agi.c). Not through the reactor, whose way costs more than all else here."""
        try:
            sent = self.transport.getHandle().send(line)
        except BlockingIOError:
            sent = 0
        except OSError:  # the caller left this moment
            self.finish(End.HUNG_UP)
            return
        if sent < len(line):
            log.error("no room for a command", call=self._call)
            self.finish(End.FAILED)

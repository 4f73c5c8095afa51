"""The FastAGI door: Asterisk connects here with a caller, on loopback only.

Started and stopped by ``hotline/app.py``; its counts are read for metrics. Whatever
comes in (half a line, garbage, ten thousand headers, a connection that says nothing)
costs one bounded connection and nothing else: a broken dialogue is closed, and the
dialplan greets and queues its caller without us. Never blocks, never retries, never
talks to anything but the one connection. panoramisk's FastAGI is not used because a
connect-and-close freezes its loop.
"""

from __future__ import annotations

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

from cti.ids import CallId, LineId

from .agi import Garbled, Heard, HungUp, Opened, Reader, Reply
from .dialogue import Dialogue, Line
from .events import DialogueBegan, DialogueEnded, End, PromptFailed
from .journeys import Arrival, JourneyFactory
from .ports import Clock, Listener, Sounds

log = structlog.get_logger("ivr")

HEADER_SECONDS = 2.0
"""From connection to the end of the environment block."""
SWEEP_SECONDS = 1.0
"""How often overdue connections are looked for."""
SCRIPT = "line"


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
class Tally:
    """Counts since the start, for metrics; ``open`` is a gauge."""

    open: int = 0
    connections: int = 0
    dialogues: int = 0
    commands: int = 0
    turned_away: int = 0  # above the cap
    unknown_line: int = 0
    silent_prompts: int = 0
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
    """All dialogues of this daemon.

    ``lines``: line id → what begins a caller's journey. ``most``: dialogues at once;
    more are closed at once, which Asterisk takes as "go on by yourself".
    """

    noisy = False

    def __init__(
        self,
        port: int,
        lines: Mapping[LineId, JourneyFactory],
        prompts: Sounds,
        clock: Clock,
        on_event: Listener,
        *,
        most: int = 2000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.port = port
        self.lines = lines
        self.prompts = prompts
        self.clock = clock
        self.on_event = on_event
        self.most = most
        self.monotonic = monotonic
        self.tally = Tally()
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
    """One connection: one caller, one dialogue."""

    transport: _Wire  # type: ignore[assignment]  # Twisted names only the interface, without types

    def __init__(self, door: FastAgi) -> None:
        self._door = door
        self._reader = Reader()
        self._dialogue: Dialogue | None = None
        self._arrival: Arrival | None = None
        self._over = False
        self.due = door.monotonic() + HEADER_SECONDS

    def connectionMade(self) -> None:
        door = self._door
        door.tally.connections += 1
        if len(door.open) >= door.most:
            door.tally.turned_away += 1
            self._over = True
            self.transport.abortConnection()
            return
        door.open.add(self)
        door.tally.open = len(door.open)
        self.transport.setTcpNoDelay(True)

    def dataReceived(self, data: bytes) -> None:
        try:
            for heard in self._reader.feed(data):
                if self._over:
                    return
                self._hear(heard)
        except Exception:  # the loop top of one caller: a faulty journey must not touch the others
            log.exception("dialogue failed", call=self._arrival.call if self._arrival else "")
            self.finish(End.FAILED)

    def connectionLost(self, reason: Failure | None = None) -> None:
        self.finish(End.HUNG_UP)

    def finish(self, end: End) -> None:
        """Close the connection; Asterisk goes on in the dialplan. Once only, later ends are ignored."""
        if self._over:
            return
        self._over = True
        door = self._door
        door.open.discard(self)
        door.tally.open = len(door.open)
        if end is End.DONE:
            self.transport.loseConnection()
        else:
            self.transport.abortConnection()
        if self._dialogue is None or self._arrival is None:
            if end is End.HUNG_UP:
                door.tally.unopened += 1
            else:
                setattr(door.tally, end.value, getattr(door.tally, end.value) + 1)
            return
        setattr(door.tally, end.value, getattr(door.tally, end.value) + 1)
        self._report_end(self._dialogue, self._arrival, end)

    def _report_end(self, dialogue: Dialogue, arrival: Arrival, end: End) -> None:
        door, at = self._door, self._door.clock()
        dialogue.leave()
        door.tally.commands += dialogue.trips
        door.tally.silent_prompts += len(dialogue.silent)
        for prompt in dialogue.silent:
            log.error("prompt not played", call=arrival.call, prompt=prompt)
            door.on_event(PromptFailed(arrival.call, at, prompt))
        door.on_event(DialogueEnded(arrival.call, at, arrival.line, end, dialogue.trips))

    def _hear(self, heard: Heard) -> None:
        match heard:
            case Opened():
                self._open(heard)
            case Reply():
                if self._dialogue is not None:
                    self._go(self._dialogue.hear(heard))
            case HungUp():
                self.finish(End.HUNG_UP)
            case Garbled(reason):
                log.warning("not AGI", call=self._arrival.call if self._arrival else "", reason=reason)
                self.finish(End.GARBLED)

    def _open(self, opened: Opened) -> None:
        door = self._door
        line = LineId(opened.args[0]) if opened.args else LineId("")
        begin = door.lines.get(line)
        if opened.script != SCRIPT or begin is None:
            log.error("no such line", call=opened.unique_id, script=opened.script, line=line)
            door.tally.unknown_line += 1
            self.finish(End.DONE)
            return
        at = door.clock()
        self._arrival = Arrival(CallId(opened.unique_id), line, at, opened.caller, opened.dialled)
        self._dialogue = Dialogue(begin(self._arrival), door.prompts)
        door.tally.dialogues += 1
        door.on_event(DialogueBegan(self._arrival.call, at, line))
        self._go(self._dialogue.begin())

    def _go(self, answer: Line | End) -> None:
        if isinstance(answer, End):
            self.finish(answer)
            return
        self.due = self._door.monotonic() + answer.patience
        self._write(answer.text)

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
            log.error("no room for a command", call=self._arrival.call if self._arrival else "")
            self.finish(End.FAILED)

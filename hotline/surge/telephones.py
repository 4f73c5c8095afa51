"""Citizens and seats of a surge, hundreds in one process: they dial, wait, listen, press, talk, give up, and note what they lived through.

Just enough SIP and RTP: a telephone that speaks all of it would cost more than the hotline that is measured. One socket of SIP and one of
RTP for all citizens of a carrier, one of each for all seats; Asterisk's own ports tell the calls apart. A request that is not
answered is sent again as RFC 3261 says, and counted. Run by ``run.py`` as a program: one JSON object on standard input, ``ready``, then for
each phase a line ``{"callers": [...], "linger": seconds}`` and a line with what they lived through (``facts.Citizen`` as rows).
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from hotline.lab.registration import Registration, registered
from hotline.lab.sip_message import Message
from hotline.lab.sound import FRAME, FRAME_SECONDS, SILENCE, frames, to_alaw

from .ear import PERSON, Ear, samples
from .facts import Citizen, SeatCall

T1, T2, GIVES_UP_SECONDS = 0.5, 4.0, 32.0
"""Seconds: RFC 3261, 17.1.1.1."""
RING_SECONDS = 1.0
"""A seat's telephone rings so long before it is answered; a citizen's who is called back, too."""
REACTS_SECONDS = 1.0
"""Between what a citizen hears and the key he presses."""
QUIET_SECONDS = 40.0
"""When nobody calls or talks any more, a call-back that has not come by then does not come."""
CALLED_BACK_MORE_SECONDS = 10.0
"""A seat's talk lasts so much longer when it has a citizen called back: he must be dialled and come to his telephone."""
ALAW, EVENTS = 8, 101
SDP = (
    "v=0\r\no=s 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\n"
)
DISCARD = 9
"""Where sound is sent that nobody listens to."""
RTP_BUFFER = 8 << 20


@dataclass(slots=True, eq=False)
class Sound:
    """One call's stream: what it sends, and who hears what comes."""

    ssrc: int
    frames: tuple[bytes, ...] = (SILENCE,)
    ear: Callable[[bytes, float], None] | None = None
    to: tuple[str, int] | None = None
    sequence: int = 0
    at: int = 0


class Rtp(asyncio.DatagramProtocol):
    """One socket for the sound of many calls: Asterisk's port is the call."""

    def __init__(self) -> None:
        self.transport: asyncio.DatagramTransport | None = None
        self.streams: dict[int, Sound] = {}
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        with suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RTP_BUFFER)
        self._task = asyncio.get_running_loop().create_task(self._beat())

    def datagram_received(self, data: bytes, addr: Any) -> None:
        stream = self.streams.get(addr[1])
        if stream is not None and stream.ear is not None and len(data) == 12 + FRAME and data[1] & 0x7F == ALAW:
            stream.ear(data[12:], time.time())

    def begin(self, stream: Sound, to: tuple[str, int]) -> None:
        stream.to = to
        self.streams[to[1]] = stream

    def end(self, stream: Sound) -> None:
        if stream.to is not None and self.streams.get(stream.to[1]) is stream:
            del self.streams[stream.to[1]]

    async def press(self, stream: Sound, digit: str) -> None:
        """RFC 4733: 120 ms, its end said three times."""
        code, began = "0123456789*#".index(digit), stream.at * FRAME
        for n in range(9):
            ends, lasts = n >= 6, min(n + 1, 6) * FRAME
            head = struct.pack(
                "!BBHII",
                0x80,
                EVENTS | (0x80 if n == 0 else 0),
                stream.sequence & 0xFFFF,
                began & 0xFFFFFFFF,
                stream.ssrc,
            )
            self._out(head + struct.pack("!BBH", code, (0x80 if ends else 0) | 10, lasts), stream)
            stream.sequence += 1
            await asyncio.sleep(0 if ends else FRAME_SECONDS)

    def _out(self, packet: bytes, stream: Sound) -> None:
        if self.transport is not None and stream.to is not None:
            self.transport.sendto(packet, stream.to)

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for stream in tuple(self.streams.values()):
                head = struct.pack(
                    "!BBHII", 0x80, ALAW, stream.sequence & 0xFFFF, stream.at * FRAME & 0xFFFFFFFF, stream.ssrc
                )
                self._out(head + stream.frames[stream.at % len(stream.frames)], stream)
                stream.sequence, stream.at = stream.sequence + 1, stream.at + 1
            due = max(due + FRAME_SECONDS, loop.time() - 1.0)  # the machine stood still: no second's frames at once
            await asyncio.sleep(max(0.0, due - loop.time()))


@dataclass(slots=True, eq=False)
class Dialog:
    """One call of one telephone. ``local`` and ``remote``: its From and To as the next request has them."""

    id: str
    local: str
    remote: str
    target: str
    branch: str = ""
    sequence: int = 1
    rings: bool = False
    """Called, and not answered yet."""
    up: bool = False
    over: bool = False
    acknowledged: bool = False
    again: asyncio.TimerHandle | None = None
    sound: Sound | None = None
    told: Callable[[str, Message | None], None] = lambda _what, _said: None
    """Hears ``progress``, ``answered``, ``refused``, ``ended`` (by the far end) or ``silent``."""


class Telephones(asyncio.DatagramProtocol):
    """All telephones of one address: ``call`` dials; who is called is asked of ``rung``."""

    def __init__(
        self,
        host: str,
        port: int,
        asterisk: tuple[str, int],
        rtp: Rtp | None,
        rung: Callable[[Telephones, Message], None],
    ) -> None:
        self.host, self.port, self.asterisk, self.rtp, self._rung = host, port, asterisk, rtp, rung
        self.transport: asyncio.DatagramTransport | None = None
        self.dialogs: dict[str, Dialog] = {}
        self.repeated = 0
        """Requests of Asterisk's that came again."""
        self._waiting: dict[str, asyncio.Future[Message]] = {}
        self._n = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        with suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RTP_BUFFER)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        said = Message.of(data)
        if not said.whole:
            return
        if said.status:
            self._answered(said)
        else:
            self._asked(said)

    # -- what goes out -----------------------------------------------------------------

    def _send(self, first: str, headers: list[str], body: str = "") -> None:
        assert self.transport is not None
        kind = ["Content-Type: application/sdp"] if body else []
        text = "\r\n".join([first, *headers, *kind, f"Content-Length: {len(body)}", "", body])
        self.transport.sendto(text.encode(), self.asterisk)

    def sdp(self) -> str:
        if self.rtp is None or self.rtp.transport is None:
            return SDP.format(host=self.host, port=DISCARD)
        return SDP.format(host=self.host, port=self.rtp.transport.get_extra_info("sockname")[1])

    def _request(self, method: str, dialog: Dialog, branch: str, sequence: int, body: str = "") -> None:
        headers = [
            f"Via: SIP/2.0/UDP {self.host}:{self.port};branch={branch};rport", f"From: {dialog.local}", f"To: {dialog.remote}",
            f"Call-ID: {dialog.id}", f"CSeq: {sequence} {method}", f"Contact: <sip:s@{self.host}:{self.port}>", "Max-Forwards: 70",
        ]  # fmt: skip
        self._send(f"{method} {dialog.target} SIP/2.0", headers, body)

    def call(self, number: str, caller: str, told: Callable[[str, Message | None], None]) -> Dialog:
        self._n += 1
        at = f"{self.asterisk[0]}:{self.asterisk[1]}"
        name = f"s{self._n}-{self.port}-{int(time.time())}"
        dialog = Dialog(
            name, f"<sip:{caller}@{self.host}:{self.port}>;tag=s{self._n}", f"<sip:{number}@{at}>", f"sip:{number}@{at}",
            branch=f"z9hG4bK{name}", told=told,
        )  # fmt: skip
        self.dialogs[name] = dialog
        self._invite(dialog, time.monotonic(), T1)
        return dialog

    def _invite(self, dialog: Dialog, began: float, pause: float) -> None:
        if dialog.over:
            return
        if time.monotonic() - began > GIVES_UP_SECONDS:
            self._over(dialog, "silent", None)
            return
        if pause > T1:
            dialog.told("again", None)
        self._request("INVITE", dialog, dialog.branch, 1, self.sdp())
        dialog.again = asyncio.get_running_loop().call_later(pause, self._invite, dialog, began, pause * 2)

    def hang_up(self, dialog: Dialog) -> None:
        """Whatever its state; nothing is told."""
        if dialog.over:
            return
        if dialog.up:
            dialog.sequence += 1
            self._bye(dialog, f"z9hG4bKb{dialog.id}{dialog.sequence}", time.monotonic(), T1)
        else:
            self._request("CANCEL", dialog, dialog.branch, 1)
        self._over(dialog, "", None)

    def _bye(self, dialog: Dialog, branch: str, began: float, pause: float) -> None:
        if branch in self._waiting and self._waiting[branch].done():
            del self._waiting[branch]
            return
        if time.monotonic() - began > GIVES_UP_SECONDS:
            self._waiting.pop(branch, None)
            return
        self._waiting.setdefault(branch, asyncio.get_running_loop().create_future())
        self._request("BYE", dialog, branch, dialog.sequence)
        asyncio.get_running_loop().call_later(pause, self._bye, dialog, branch, began, min(pause * 2, T2))

    def _reply(self, to: Message, status: str, body: str = "", tag: str = "") -> None:
        remote = to.headers["to"] if ";tag=" in to.headers["to"] else f"{to.headers['to']};tag={tag or 's'}"
        headers = [
            *(f"Via: {via}" for via in to.via), f"From: {to.headers['from']}", f"To: {remote}", f"Call-ID: {to.headers['call-id']}",
            f"CSeq: {to.headers['cseq']}", f"Contact: <sip:s@{self.host}:{self.port}>",
        ]  # fmt: skip
        self._send(f"SIP/2.0 {status}", headers, body)

    # -- what comes in -----------------------------------------------------------------

    def _answered(self, said: Message) -> None:
        branch = said.via[0].partition("branch=")[2].partition(";")[0] if said.via else ""
        for key in (branch, said.headers["call-id"]):
            waiting = self._waiting.get(key)
            if waiting is not None and not waiting.done():
                waiting.set_result(said)
                return
        if said.method != "INVITE":
            return
        dialog = self.dialogs.get(said.headers["call-id"])
        if said.status >= 200:
            self._acknowledge(said, dialog)
        if dialog is None or dialog.over:
            if 200 <= said.status < 300 and dialog is not None:  # it crossed our CANCEL
                dialog.remote, dialog.target, dialog.up, dialog.over = (
                    said.headers["to"],
                    said.target or dialog.target,
                    True,
                    False,
                )
                self.hang_up(dialog)
            return
        if dialog.again is not None:
            dialog.again.cancel()
            dialog.again = None
        if said.status < 200:
            dialog.told("progress", said)
        elif said.status >= 300:
            self._over(dialog, "refused", said)
        elif not dialog.up:
            dialog.up, dialog.remote, dialog.target = True, said.headers["to"], said.target or dialog.target
            dialog.told("answered", said)

    def _acknowledge(self, said: Message, dialog: Dialog | None) -> None:
        fine = said.status < 300
        target = (said.target if fine else "") or (
            dialog.target if dialog else f"sip:{self.asterisk[0]}:{self.asterisk[1]}"
        )
        via = said.via[0].replace("z9hG4bK", "z9hG4bKa") if fine else said.via[0]
        headers = [
            f"Via: {via}", f"From: {said.headers['from']}", f"To: {said.headers['to']}", f"Call-ID: {said.headers['call-id']}",
            f"CSeq: {said.headers['cseq'].split()[0]} ACK", "Max-Forwards: 70",
        ]  # fmt: skip
        self._send(f"ACK {target} SIP/2.0", headers)

    def _asked(self, said: Message) -> None:
        call, method = said.headers["call-id"], said.first.split(" ")[0]
        dialog = self.dialogs.get(call)
        match method:
            case "INVITE" if dialog is None:
                tag = f"s{len(self.dialogs)}{self.port}"
                self.dialogs[call] = Dialog(
                    call, f"{said.headers['to']};tag={tag}", said.headers["from"], said.target, branch=tag, rings=True
                )
                self._reply(said, "180 Ringing", tag=tag)
                self._rung(self, said)
            case "INVITE" if (
                dialog is not None and ";tag=" in said.headers["to"]
            ):  # of a call that is up: hold, or other ports
                self._reply(said, "200 OK", self.sdp())
                if dialog.sound is not None and self.rtp is not None and said.audio is not None:
                    self.rtp.end(dialog.sound)
                    self.rtp.begin(dialog.sound, said.audio)
            case "INVITE":
                self.repeated += 1
                if dialog is not None and dialog.rings:
                    self._reply(said, "180 Ringing", tag=dialog.branch)
            case "ACK":
                if dialog is not None:
                    dialog.acknowledged = True
            case "CANCEL":
                self._reply(said, "200 OK")
                if dialog is not None and not dialog.over:
                    self._over(dialog, "ended", said)
            case "BYE":
                self._reply(said, "200 OK")
                if dialog is not None and not dialog.over:
                    self._over(dialog, "ended", said)
            case "OPTIONS" | "NOTIFY" | "UPDATE" | "INFO":
                self._reply(said, "200 OK")

    def pick_up(
        self, invite: Message, told: Callable[[str, Message | None], None], sound: Sound | None = None
    ) -> Dialog | None:
        """Answer; None when the caller has gone."""
        dialog = self.dialogs[invite.headers["call-id"]]
        if dialog.over:
            return None
        dialog.rings, dialog.up, dialog.told = False, True, told
        self._listen(dialog, sound, invite)
        self._accept(dialog, invite, T1)
        return dialog

    def _accept(self, dialog: Dialog, invite: Message, pause: float) -> None:
        if not dialog.acknowledged and not dialog.over and pause < GIVES_UP_SECONDS:
            self._reply(invite, "200 OK", self.sdp(), tag=dialog.branch)
            asyncio.get_running_loop().call_later(pause, self._accept, dialog, invite, pause * 2)

    def _listen(self, dialog: Dialog, sound: Sound | None, said: Message) -> None:
        if sound is not None and self.rtp is not None and said.audio is not None:
            dialog.sound = sound
            self.rtp.begin(sound, said.audio)

    def listen(self, dialog: Dialog, sound: Sound, said: Message) -> None:
        """From the answer on."""
        self._listen(dialog, sound, said)

    def _over(self, dialog: Dialog, what: str, said: Message | None) -> None:
        dialog.over, dialog.rings = True, False
        if dialog.again is not None:
            dialog.again.cancel()
        if dialog.sound is not None and self.rtp is not None:
            self.rtp.end(dialog.sound)
        if what:
            dialog.told(what, said)

    def registration(self, user: str, password: str) -> Registration:
        return Registration(
            user, password, (self.host, self.port), self.asterisk, expires=600, waiting=self._waiting, send=self._send
        )


# -- what they do ------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Part:
    """One citizen of the plan, and his call."""

    plan: dict[str, Any]
    fact: Citizen
    dialog: Dialog | None = None
    sound: Sound | None = None
    ear: Ear = field(default_factory=Ear)
    person: bool = False
    """A seat answered him."""
    keeps: bool = False
    """He has pressed for a call-back."""


class Callers:
    """One phase: every citizen of the plan dials at his moment and does what he would."""

    def __init__(self, carriers: list[Telephones], number: str, notice: float, talk_sound: tuple[bytes, ...]) -> None:
        self._carriers, self._number, self._notice, self._voice = carriers, number, notice, talk_sound
        self.parts: dict[str, Part] = {}
        self._ssrc = 1000

    def plan(self, rows: list[dict[str, Any]]) -> None:
        self.parts = {
            row["number"]: Part(row, Citizen(row["number"], deaf=self._carriers[0].rtp is None)) for row in rows
        }

    def stream(self, ear: Callable[[bytes, float], None] | None, sound: tuple[bytes, ...]) -> Sound:
        self._ssrc += 1
        return Sound(self._ssrc, sound, ear)

    async def run(self, linger: float) -> list[Citizen]:
        """Everybody dials; until all calls are over, and ``linger`` seconds more at most for those who are called back."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for part in sorted(self.parts.values(), key=lambda one: float(one.plan["at"])):
            await asyncio.sleep(max(0.0, began + float(part.plan["at"]) - loop.time()))
            self._dial(part)
        until, quiet = loop.time() + linger, loop.time()
        while loop.time() < until:
            left = [part for part in self.parts.values() if not self._done(part)]
            if any(not self._waits_for_his_telephone(part) for part in left):
                quiet = loop.time()
            if not left or loop.time() - quiet > QUIET_SECONDS:
                break
            await asyncio.sleep(0.2)
        return [self._fact(part) for part in self.parts.values()]

    @staticmethod
    def _done(part: Part) -> bool:
        fact = part.fact
        if fact.ended is None or any(one.answered is not None and one.ended is None for one in fact.seats):
            return False
        return not fact.took or fact.called_back_ended is not None

    @staticmethod
    def _waits_for_his_telephone(part: Part) -> bool:
        """He took a call-back and nothing else of him goes on."""
        fact = part.fact
        return fact.took and fact.ended is not None and all(one.answered is None or one.ended for one in fact.seats)

    def _fact(self, part: Part) -> Citizen:
        part.fact.heard = list(part.ear.heard)
        return part.fact

    def _dial(self, part: Part) -> None:
        part.fact.invited = time.time()
        carrier = self._carriers[0]
        part.dialog = carrier.call(self._number, part.plan["number"], partial(self._told, part, carrier))

    def _told(self, part: Part, carrier: Telephones, what: str, said: Message | None) -> None:
        fact, now = part.fact, time.time()
        match what:
            case "again":
                fact.again += 1
                fact.first_again = fact.first_again or now
            case "answered" if said is not None and part.dialog is not None:
                fact.answered = now
                part.sound = self.stream(partial(self._hears, part, carrier), (SILENCE,))
                carrier.listen(part.dialog, part.sound, said)
                asyncio.get_running_loop().call_later(
                    self._notice + float(part.plan["patience"]), self._gives_up, part, carrier
                )
            case "refused" if said is not None:
                fact.ended, fact.code = now, said.status
            case "silent":
                fact.ended, fact.silent = now, True
            case "ended":
                fact.ended = now

    def _gives_up(self, part: Part, carrier: Telephones) -> None:
        if part.dialog is not None and not part.dialog.over and not part.person and not part.keeps:
            part.fact.gave_up = True
            self._hangs_up(part, carrier)

    def _hangs_up(self, part: Part, carrier: Telephones) -> None:
        if part.dialog is not None and not part.dialog.over:
            part.fact.ended = time.time()
            carrier.hang_up(part.dialog)

    def _hears(self, part: Part, carrier: Telephones, frame: bytes, now: float) -> None:
        if part.person:
            return  # what he hears of a seat is its voice: the seat's telephone has noted when
        heard = part.ear.hear(frame, now)
        if not heard or not part.plan["takes"]:
            return
        match heard:
            case "callback_offer" if not part.keeps:
                part.keeps = True
                self._later(part, carrier, self._press, "1")
            case "callback_keys":
                self._later(part, carrier, self._press, "1")
            case "callback_thanks":
                part.fact.took = True
                self._later(part, carrier, self._leave, "")
            case "callback_stays":
                part.keeps = False

    def _later(self, part: Part, carrier: Telephones, what: Callable[[Part, Telephones, str], None], word: str) -> None:
        asyncio.get_running_loop().call_later(REACTS_SECONDS, what, part, carrier, word)

    def _press(self, part: Part, carrier: Telephones, digit: str) -> None:
        if (
            part.sound is not None
            and carrier.rtp is not None
            and part.dialog is not None
            and not part.dialog.over
            and not part.person
        ):
            part.fact.pressed = part.fact.pressed or time.time()
            _keep(asyncio.get_running_loop().create_task(carrier.rtp.press(part.sound, digit)))

    def _leave(self, part: Part, carrier: Telephones, _word: str) -> None:
        self._hangs_up(part, carrier)

    # -- telephones that ring ---------------------------------------------------------------

    def seat_rung(self, desk: Telephones, invite: Message) -> None:
        part = self.parts.get(invite.caller)
        talk = float(part.plan["talk"]) if part is not None else 1.0
        call = SeatCall(seat=invite.first.split(" ")[1].partition(":")[2].partition("@")[0], rang=time.time())
        if part is not None:
            part.fact.seats.append(call)
            if part.fact.took:
                talk += CALLED_BACK_MORE_SECONDS
        asyncio.get_running_loop().call_later(RING_SECONDS, self._seat_answers, desk, invite, part, call, talk)

    def _seat_answers(self, desk: Telephones, invite: Message, part: Part | None, call: SeatCall, talk: float) -> None:
        def told(what: str, _said: Message | None) -> None:
            if what == "ended":
                call.ended = time.time()

        sound = self.stream(None, self._voice) if desk.rtp is not None else None
        dialog = desk.pick_up(invite, told, sound)
        if dialog is None:
            return
        call.answered = time.time()
        if part is not None and part.fact.ended is None:
            part.person = True
        asyncio.get_running_loop().call_later(talk, self._seat_hangs_up, desk, dialog, call)

    @staticmethod
    def _seat_hangs_up(desk: Telephones, dialog: Dialog, call: SeatCall) -> None:
        if not dialog.over:
            call.ended = time.time()
            desk.hang_up(dialog)

    def citizen_rung(self, carrier: Telephones, invite: Message) -> None:
        """He is called back."""
        number = invite.first.split(" ")[1].partition(":")[2].partition("@")[0]
        part = self.parts.get(number)
        if part is not None:
            part.fact.called_back = part.fact.called_back or time.time()
        asyncio.get_running_loop().call_later(RING_SECONDS, self._citizen_answers, carrier, invite, part)

    def _citizen_answers(self, carrier: Telephones, invite: Message, part: Part | None) -> None:
        def told(what: str, _said: Message | None) -> None:
            if what == "ended" and part is not None:
                part.fact.called_back_ended = time.time()

        if carrier.pick_up(invite, told, self.stream(None, (SILENCE,))) is not None and part is not None:
            part.fact.called_back_answered = part.fact.called_back_answered or time.time()


_tasks: set[asyncio.Task[None]] = set()


def _keep(task: asyncio.Task[None]) -> None:
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


@dataclass(slots=True)
class Told:
    """What standard input says first. ``sound``: whether telephones speak and listen."""

    asterisk: tuple[str, int]
    trunks: list[tuple[str, int]]
    desk: tuple[str, int]
    seats: dict[str, str]
    number: str
    notice: float
    sound: bool


def _itself(made: Any) -> Any:
    return made


async def _socket(protocol: Any, host: str, port: int) -> Any:
    await asyncio.get_running_loop().create_datagram_endpoint(partial(_itself, protocol), local_addr=(host, port))
    return protocol


async def _run(told: Told) -> None:
    voice = frames(to_alaw(samples(PERSON, 1.0).astype(float)))
    carriers: list[Telephones] = []
    everybody = Callers(carriers, told.number, told.notice, voice)
    for host, port in told.trunks:
        rtp = await _socket(Rtp(), host, 0) if told.sound else None
        carriers.append(await _socket(Telephones(host, port, told.asterisk, rtp, everybody.citizen_rung), host, port))
    rtp = await _socket(Rtp(), told.desk[0], 0) if told.sound else None
    desk = await _socket(Telephones(*told.desk, told.asterisk, rtp, everybody.seat_rung), *told.desk)
    async with registered(desk.registration(user, password) for user, password in told.seats.items()):
        print("ready", flush=True)
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=1 << 26)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            order = json.loads(line)
            everybody.plan(order["callers"])
            before = desk.repeated
            facts = await everybody.run(float(order["linger"]))
            print(
                json.dumps({"citizens": [asdict(one) for one in facts], "seat_invites_again": desk.repeated - before}),
                flush=True,
            )


if __name__ == "__main__":
    raw = json.loads(sys.stdin.readline())
    raw |= {name: tuple(raw[name]) for name in ("asterisk", "desk")} | {"trunks": [tuple(one) for one in raw["trunks"]]}
    asyncio.run(_run(Told(**raw)))

"""Automatic telephones: many seats, callers and carriers on one event loop.

A ``Rack`` is one SIP socket. On the address of a trunk it is that carrier: it answers
Asterisk's OPTIONS, places the citizens' calls and takes the outgoing ones. On any other
address it holds desk phones, which register as seats. Every call measures what it hears
and writes one line into the rack's log when it is over: what a person at that phone
lived through, told by nobody but the phone. Used by the demo and the tests; imports
nothing of the daemon.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from aiosipua import (
    Dialog,
    IncomingCall,
    OutgoingCall,
    Registration,
    SdpMessage,
    SdpNegotiationError,
    SipDigestAuth,
    build_sdp,
    negotiate_sdp,
)

from .media import ALAW, EVENTS, MULAW, Media, Metronome, RtpPorts
from .sip import Answerer, Dialler, Socket
from .sound import Ear

EndedBy = Literal["", "us", "far", "refused", "cancelled", "silent"]
"""Who ended a call: we, the far end, the far end by refusing, the caller before an answer, or no reply at all."""
Keys = Literal["events", "tones", "info"]
"""How a phone says its keys: by RFC 4733; as tones in the sound, and offering no telephone-event; by SIP INFO."""
INFO_SECONDS = 0.25
"""Between two keys told by SIP INFO."""
_NAMES = {ALAW: "PCMA", MULAW: "PCMU"}


class Call:
    """One call as one phone sees it. Moments are epoch seconds; None: did not happen."""

    def __init__(self, rack: Rack, *, outgoing: bool, caller: str, name: str, dialled: str) -> None:
        self.rack = rack
        self.outgoing, self.caller, self.name, self.dialled = outgoing, caller, name, dialled
        self.media = Media(rack.metronome, rack.codec)
        self.began = time.time()
        self.answered: float | None = None
        self.ended: float | None = None
        self.by: EndedBy = ""
        self.code = 0
        self.held = False
        self.spoke = False
        """Told to speak in mid-call."""
        self.sip_id = ""
        self.headers: dict[str, str] = {}
        self.progress: list[int] = []
        """What we were told of our own blind transfer (NOTIFY), in order."""
        self._answer = asyncio.Event()
        self._end = asyncio.Event()
        self._out: OutgoingCall | None = None
        self._in: IncomingCall | None = None

    @property
    def ear(self) -> Ear:
        return self.media.ear

    @property
    def up(self) -> bool:
        return self.answered is not None and self.ended is None

    async def until_answered(self, seconds: float = 15.0) -> bool:
        """True when answered, False when it ended first; ``TimeoutError`` when neither."""
        async with asyncio.timeout(seconds):
            waits = [asyncio.create_task(event.wait()) for event in (self._answer, self._end)]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        return self.answered is not None

    async def until_ended(self, seconds: float = 60.0) -> None:
        async with asyncio.timeout(seconds):
            await self._end.wait()

    async def until_heard(self, seconds: float, within: float = 15.0) -> bool:
        """Wait for so many seconds of sound; False when the call ends or time runs out first."""
        until = time.time() + within
        while self.ear.loud_seconds() < seconds:
            if self.ended is not None or time.time() > until:
                return False
            await asyncio.sleep(0.05)
        return True

    def speak(self, sound: tuple[bytes, ...]) -> None:
        self.spoke = True
        self.media.speak(sound)

    async def press(self, digits: str) -> None:
        """Keys ``0-9*#``, as this rack's phones say them."""
        if self.rack.keys == "events":
            await self.media.press(digits)
        elif self.rack.keys == "tones":
            await self.media.press_as_tones(digits)
        else:
            for digit in digits:
                self._tell_key(digit)
                await asyncio.sleep(INFO_SECONDS)

    def _tell_key(self, digit: str) -> None:
        dialog = self._dialog()
        if dialog is not None and self.up:
            body = f"Signal={digit}\r\nDuration=160\r\n"
            self.rack.dialler.send_info(dialog, body, "application/dtmf-relay", self.rack.registrar)

    def ring(self) -> None:
        """Incoming: say that it rings (180)."""
        if self._in is not None and self.ended is None:
            self._in.ringing()

    async def answer(self, sound: tuple[bytes, ...] = ()) -> None:
        """Incoming: pick up and talk."""
        if self._in is None or self.ended is not None or self.answered is not None:
            return
        await self.media.open(self.rack.host, self.rack.ports)
        if self.ended is not None:  # the caller went away while the socket was being opened
            await self.media.close()
            return
        self._in.accept(self._describe(self._in.sdp_offer))
        self.answered = time.time()
        self._answer.set()
        self.media.speak(sound)

    def refuse(self, code: int = 486) -> None:
        """Incoming: say no."""
        if self._in is not None and self.answered is None and self.ended is None:
            self._in.reject(code)
            self.over("us", code)

    def hang_up(self) -> None:
        """End the call, whatever its state."""
        if self.ended is not None:
            return
        if self._out is not None:
            if self.answered is None:
                self._out.cancel(self.rack.dialler)
                self.over("cancelled")
                return
            self._out.hangup(self.rack.dialler)
        elif self._in is not None:
            if self.answered is None:
                self.refuse(480)
                return
            self._in.hangup()
        self.over("us")

    def hold(self, on: bool = True) -> None:
        """Re-INVITE the far end to (or out of) hold, as a phone's hold key does."""
        dialog = self._dialog()
        if dialog is None or not self.up:
            return
        offer = self._offer()
        if on and offer.audio is not None:
            offer.audio.attributes.pop("sendrecv", None)
            offer.audio.attributes["sendonly"] = []
        self.rack.dialler.send_reinvite(dialog, offer, self.rack.registrar)

    def refer(self, to: str) -> None:
        """Blind transfer by the phone's own key (REFER)."""
        dialog = self._dialog()
        if dialog is not None and self.up:
            host, port = self.rack.registrar
            self.rack.dialler.send_refer(dialog, f"sip:{to}@{host}:{port}", self.rack.registrar)

    # -- told by the rack ---------------------------------------------------------

    def far_answered(self, out: OutgoingCall) -> None:
        if self.ended is not None:
            return
        self.answered = time.time()
        if out.sdp_answer is not None and out.sdp_answer.rtp_address:
            self.media.connect(out.sdp_answer.rtp_address)
        self._answer.set()

    def reinvited(self, invite: IncomingCall) -> None:
        offer = invite.sdp_offer
        if offer is not None and offer.audio is not None:
            self.held = offer.audio.direction in ("sendonly", "inactive")
        invite.accept(self._describe(offer))

    def over(self, by: EndedBy, code: int = 0) -> None:
        if self.ended is not None:
            return
        self.ended, self.by, self.code = time.time(), by, code
        self.media.fall_silent()
        self._end.set()
        self.rack.forget(self)

    def _dialog(self) -> Dialog | None:
        return self._out.dialog if self._out else self._in.dialog if self._in else None

    def _offer(self) -> SdpMessage:
        codec = self.media.codec
        return build_sdp(self.rack.host, self.media.port, codec, _NAMES[codec], dtmf_payload_type=self.rack.events)

    def _describe(self, offer: SdpMessage | None) -> SdpMessage:
        """Our SDP; also points our own sound to where the offer says."""
        if offer is None:
            return self._offer()
        media = self.media
        answer, _ = negotiate_sdp(
            offer, self.rack.host, media.port, supported_codecs=[media.codec], dtmf_payload_type=self.rack.events
        )
        if offer.rtp_address:
            self.media.connect(offer.rtp_address)
        return answer

    def line(self) -> dict[str, object]:
        """What this phone lived through, for the witness log."""
        end = self.ended or time.time()
        return {
            "rack": self.rack.name, "role": "caller" if self.outgoing else "callee", "caller": self.caller,
            "name": self.name, "dialled": self.dialled, "sip_id": self.sip_id, "began": self.began,
            "answered": self.answered, "ended": self.ended, "by": self.by, "code": self.code,
            "heard_seconds": round(self.ear.loud_seconds(), 2), "packets": self.ear.packets, "sent": self.media.sent,
            "unsent_seconds": round(self.media.unsent_seconds, 2),
            "longest_silence": round(self.ear.longest_silence(self.answered, end), 2) if self.answered else None,
        }  # fmt: skip


Manner = Callable[[Call], Awaitable[None]]
"""How a phone deals with an incoming call."""


def answering(after: float = 0.3, talk: float | None = None, sound: tuple[bytes, ...] = ()) -> Manner:
    """Ring, answer ``after`` seconds, talk; hang up after ``talk`` seconds or leave that to the far end."""

    async def manner(call: Call) -> None:
        call.ring()
        await asyncio.sleep(after)
        await call.answer(sound)
        if talk is not None:
            with suppress(TimeoutError):
                await call.until_ended(talk)
            call.hang_up()

    return manner


async def ringing_out(call: Call) -> None:
    """Nobody at home."""
    call.ring()


def refusing(code: int = 486) -> Manner:
    async def manner(call: Call) -> None:
        call.refuse(code)

    return manner


def one_at_a_time(manner: Manner) -> Manner:
    """A telephone without call waiting: whoever else calls hears busy."""

    async def single(call: Call) -> None:
        if any(other is not call and other.ended is None for other in call.rack.lines[call.dialled].calls):
            call.refuse(486)
            return
        await manner(call)

    return single


@dataclass(slots=True)
class Line:
    """A number on a rack that can be called: a seat, or any number of a carrier."""

    manner: Manner
    registration: Registration | None = None
    calls: list[Call] = field(default_factory=list)


class Rack:
    """One SIP socket with its phones. ``async with`` or ``open``/``close``."""

    def __init__(
        self,
        name: str,
        address: tuple[str, int],
        registrar: tuple[str, int],
        *,
        ports: RtpPorts,
        metronome: Metronome | None = None,
        log: Path | None = None,
        keep: bool = True,
    ) -> None:
        self.name, self.host, self.registrar, self.ports = name, address[0], registrar, ports
        self.metronome = metronome or Metronome()
        self.calls: list[Call] = []
        """Every call this rack ever had, in order; only those that live when it does not ``keep`` them."""
        self._keep = keep
        self.lines: dict[str, Line] = {}
        self.codec = ALAW
        """What its phones speak, and nothing else: ALAW or MULAW."""
        self.keys: Keys = "events"
        self.log = log
        self._live: dict[str, Call] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport = Socket(local_addr=address)
        self.dialler = Dialler(self._transport)
        self._answerer = Answerer(self._transport, uac=self.dialler)
        self._answerer.on_invite = self._invited
        self._answerer.on_reinvite = self._reinvited
        self._answerer.on_transfer_progress = self._progress
        self._answerer.on_bye = lambda call, _request: self._far_end(call.call_id)
        self._answerer.on_cancel = lambda request, _addr: self._far_end(request.call_id or "", "cancelled")

    @property
    def events(self) -> int:
        """The payload type of telephone events; 0: none are offered."""
        return 0 if self.keys == "tones" else EVENTS

    @property
    def asked(self) -> int:
        """How many of Asterisk's OPTIONS were answered."""
        return self._answerer.asked

    async def open(self) -> Rack:
        await self._answerer.start()
        return self

    async def close(self) -> None:
        """Hang up everything and let go of the sockets."""
        for call in list(self._live.values()):
            call.hang_up()
        for line in self.lines.values():
            if line.registration is not None:
                line.registration.unregister()
        await asyncio.sleep(0.1)  # goodbyes have to leave, and be challenged once
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._answerer.stop()

    async def die(self) -> None:
        """The power is gone: sockets fall silent in mid-word, nobody is told."""
        for line in self.lines.values():
            if line.registration is not None:
                line.registration.on_registered = line.registration.on_failed = None
        self.lines.clear()
        await self._answerer.stop()
        for call in list(self._live.values()):
            call.over("us")
        for task in tuple(self._tasks):
            await asyncio.wait({task})

    async def __aenter__(self) -> Rack:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # -- seats and carriers ----------------------------------------------------------

    async def register(self, seat: str, secret: str, manner: Manner, *, seconds: float = 5.0) -> None:
        """Register as a seat; ``TimeoutError`` or ``PermissionError`` when Asterisk won't have it."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        registration = Registration(
            self.dialler,
            f"sip:{seat}@{self.registrar[0]}",
            self.registrar,
            expires=600,
            auth=SipDigestAuth(seat, secret),
        )

        def failed(_registration: Registration, code: int, reason: str) -> None:
            if not done.done():
                done.set_exception(PermissionError(f"seat {seat}: {code} {reason}"))

        registration.on_registered = lambda _registration: None if done.done() else done.set_result(None)
        registration.on_failed = failed
        self.lines[seat] = Line(manner, registration)
        async with asyncio.timeout(seconds):
            while not done.done():  # UDP: ask again until somebody answers
                registration.register()
                await asyncio.wait({done}, timeout=1.0)
        done.result()

    def take(self, number: str, manner: Manner) -> None:
        """Answer calls to ``number`` ("" = any other) this way: a carrier's subscribers."""
        self.lines[number] = Line(manner)

    def calls_to(self, number: str) -> list[Call]:
        return [call for call in self.calls if not call.outgoing and call.dialled == number]

    # -- calling ---------------------------------------------------------------------

    async def dial(
        self,
        number: str,
        *,
        caller: str,
        name: str = "",
        headers: dict[str, str] | None = None,
        sound: tuple[bytes, ...] = (),
        secret: str | None = None,
    ) -> Call:
        """Place a call; returns as soon as the INVITE is out. ``secret``: call as a registered seat."""
        call = Call(self, outgoing=True, caller=caller, name=name, dialled=number)
        await call.media.open(self.host, self.ports)
        call.media.speak(sound)
        host, port = self.registrar
        self.dialler.display_name = name
        out = self.dialler.send_invite(
            f"sip:{caller}@{self.host}", f"sip:{number}@{host}:{port}", self.registrar,
            call._offer(), extra_headers=headers,
            auth=SipDigestAuth(caller, secret) if secret is not None else None,
        )  # fmt: skip
        call._out, call.sip_id, call.began = out, out.call_id, time.time()
        out.on_answer = call.far_answered
        out.on_rejected = lambda _out, code, _reason: call.over("refused", code)
        self.calls.append(call)
        self._live[call.sip_id] = call
        self._spawn(self._give_up(call))
        return call

    async def _give_up(self, call: Call) -> None:
        """No answer of any kind for 40 s: nobody is there."""
        with suppress(TimeoutError):
            await call.until_answered(40.0)
            return
        call.over("silent")

    # -- told by SIP -----------------------------------------------------------------

    def _invited(self, invite: IncomingCall) -> None:
        number = invite.invite.uri.partition(":")[2].partition("@")[0].partition(";")[0]
        sender = invite.invite.from_addr
        caller = (sender.uri.user if sender and sender.uri else "") or ""
        call = Call(
            self, outgoing=False, caller=caller, name=(sender.display_name if sender else "") or "", dialled=number
        )
        call._in, call.sip_id, call.headers = invite, invite.call_id, invite.x_headers
        self.calls.append(call)
        line = self.lines.get(number) or self.lines.get("")
        if line is None:
            call.refuse(404)
            return
        line.calls.append(call)
        self._live[call.sip_id] = call
        self._spawn(line.manner(call))

    def _reinvited(self, invite: IncomingCall) -> None:
        call = self._live.get(invite.call_id)
        if call is not None:
            try:
                call.reinvited(invite)
            except SdpNegotiationError:
                invite._send_response(488, "Not Acceptable Here")

    def _progress(self, sip_id: str, code: int, _reason: str) -> None:
        call = self._live.get(sip_id)
        if call is not None:
            call.progress.append(code)

    def _far_end(self, sip_id: str, by: EndedBy = "far") -> None:
        call = self._live.get(sip_id)
        if call is not None:
            call.over(by)

    def forget(self, call: Call) -> None:
        """The call is over: give its sockets back, write its line."""
        self._live.pop(call.sip_id, None)
        self._spawn(call.media.close())
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as out:
                out.write(json.dumps(call.line(), ensure_ascii=False) + "\n")
        if not self._keep:
            self.calls.remove(call)
            for line in self.lines.values():
                if call in line.calls:
                    line.calls.remove(call)

    def _spawn(self, job: Awaitable[None]) -> None:
        async def run() -> None:
            await job

        task = asyncio.get_running_loop().create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

"""pyVoIP behind one door: a telephone for short calls, with its known faults guarded.

pyVoIP 1.6.8 acknowledges an answer with a tag of its own, so that Asterisk ends every call
after 32 s; encodes A-law as mu-law; keeps every received packet; loses two bytes of a packet
when the sequence number wraps; waits for ever for a first reply; knows no refusal but 404
and 503; starts listening a second late; and leaves threads that keep a process alive. Each
is guarded below. Used by the line watch (``line_watch.py``) and for some citizens of the demo,
never in a real caller's sound path. Blocking: run it in a thread of its own.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pyVoIP.VoIP  # noqa: F401 - first: pyVoIP.SIP and pyVoIP.VoIP import each other, and only this order works
from pyVoIP import RTP, SIP
from pyVoIP.VoIP import CallState, VoIPCall, VoIPPhone

FRAME = 160
"""A-law bytes in 20 ms."""
ALAW, EVENTS = 8, 101
_SILENCE = b"\xd5" * FRAME
_FIRST_REPLY_S = 5.0
_DIGITS = "0123456789*#"


def _squares() -> tuple[int, ...]:
    """A-law byte → square of its 16-bit sample (ITU-T G.711)."""
    table = []
    for code in range(256):
        a = code ^ 0x55
        value, segment = (a & 0x0F) << 4, (a & 0x70) >> 4
        value = (value + (8 if segment == 0 else 0x108)) << max(segment - 1, 0)
        table.append(value * value)
    return tuple(table)


_SQUARE = _squares()
_LOUD = 200**2
"""Mean square above which a frame is sound: recorded speech is around 2000², line noise below 50²."""


def loud(payload: bytes) -> bool:
    """Whether this A-law frame is sound rather than silence."""
    return bool(payload) and sum(map(_SQUARE.__getitem__, payload)) > _LOUD * len(payload)


class _PatientSocket(socket.socket):
    """pyVoIP waits for a first reply without a limit: 'blocking' means five seconds here."""

    def setblocking(self, flag: bool) -> None:
        self.settimeout(_FIRST_REPLY_S if flag else 0.0)


class _Rtp(RTP.RTPClient):
    """A-law as it is in both directions; counts what it hears instead of keeping it."""

    def __init__(self, sin: socket.socket, mouth: tuple[bytes, ...], *args: Any) -> None:
        super().__init__(*args)
        self._bound, self._mouth, self._spoken = sin, mouth, 0
        self._press: deque[tuple[int, int, int]] = deque()
        self.frames = 0
        self.loud_frames = 0

    def start(self) -> None:
        self.sin = self.sout = self._bound
        self.sin.setblocking(False)
        for name, job in (("receiver", self.recv), ("sender", self.trans)):
            threading.Thread(target=job, name=f"probe rtp {name}", daemon=True).start()

    def parse_packet(self, packet: bytes) -> None:
        if len(packet) > 12 and packet[1] & 0x7F == ALAW:
            self.frames += 1
            self.loud_frames += loud(packet[12 + 4 * (packet[0] & 0x0F) :])

    def trans(self) -> None:
        """One packet every 20 ms, by the clock and not by the sum of sleeps; a DTMF packet goes before its sound."""
        due = time.monotonic()
        moment, sequence = random.getrandbits(31), random.getrandbits(15)
        digit_at = moment
        while self.NSD:
            if self._press:
                event, flags, duration = self._press.popleft()
                digit_at = moment if duration == FRAME else digit_at
                sequence += 1
                body = bytes([event, flags]) + duration.to_bytes(2, "big")
                self._put(EVENTS | (0x80 if duration == FRAME else 0), sequence, digit_at, body)
            sequence += 1
            self._spoken += 1
            self._put(ALAW, sequence, moment, self._mouth[self._spoken % len(self._mouth)] if self._mouth else _SILENCE)
            moment += FRAME
            due += FRAME / 8000
            time.sleep(max(0.0, due - time.monotonic()))

    def _put(self, kind: int, sequence: int, moment: int, payload: bytes) -> None:
        head = bytes([0x80, kind]) + (sequence & 0xFFFF).to_bytes(2, "big") + (moment & 0xFFFFFFFF).to_bytes(4, "big")
        with suppress(OSError):  # closed under us, or nobody listens there just now
            self.sout.sendto(head + self.outSSRC.to_bytes(4, "big") + payload, (self.outIP, self.outPort))

    def press(self, digit: str) -> None:
        """One DTMF digit (RFC 4733), which pyVoIP cannot send: 120 ms, its end said three times."""
        event = _DIGITS.index(digit)
        self._press.extend((event, 0x0A, step * FRAME) for step in range(1, 6))
        self._press.extend([(event, 0x8A, 6 * FRAME)] * 3)


class _Sip(SIP.SIPClient):
    """Calls without registering, acknowledges what it is answered, sees every refusal."""

    refused: Callable[[str, int], None]

    def start(self) -> None:
        self.NSD = True
        self.s = self.out = _PatientSocket(socket.AF_INET, socket.SOCK_DGRAM)
        self.s.bind((self.myIP, self.myPort))
        self.myPort = self.s.getsockname()[1]
        self.s.setblocking(True)
        # pyVoIP counts Call-IDs from 1 in every phone: two phones on one port would share them
        self.callID.x = random.getrandbits(48)
        threading.Thread(target=self.recv_loop, name="probe sip", daemon=True).start()

    def recv_loop(self) -> None:
        while self.NSD:
            try:
                super().recv_loop()
            except OSError:  # closed under us, or ICMP: nobody listens there just now
                time.sleep(0.02)

    def parse_message(self, message: SIP.SIPMessage) -> None:
        if message.type == SIP.SIPMessageType.MESSAGE:
            super().parse_message(message)
        elif message.headers["CSeq"]["method"] == "INVITE" and int(message.status) >= 200:
            if int(message.status) < 300:
                self.phone.callback(message)  # answered: VoIPPhone acknowledges
            else:
                self.out.sendto(self.gen_ack(message).encode(), (self.server, self.port))
                self.refused(message.headers["Call-ID"], int(message.status))

    def gen_ack(self, request: SIP.SIPMessage) -> str:
        """With the tag of whom it acknowledges; an answer's ACK is a transaction of its own (RFC 3261 13.2.2.4)."""
        text = str(super().gen_ack(request))
        lines = [
            f"To: {request.headers['To']['raw']};tag={request.headers['To']['tag']}"
            if line.startswith("To: ")
            else line
            for line in text.split("\r\n")
        ]
        if int(request.status) < 300:
            via = f"Via: SIP/2.0/UDP {self.myIP}:{self.myPort};branch={self.gen_branch()};rport"
            lines = [via if line.startswith("Via: ") else line for line in lines]
        return "\r\n".join(lines)


class ProbeCall(VoIPCall):
    """One outgoing call. ``state`` is pyVoIP's; ``refusal`` is the SIP code that ended it, or 0."""

    refusal = 0
    rtp_socket: socket.socket
    mouth: tuple[bytes, ...] = ()

    clients: tuple[_Rtp, ...] = ()

    def create_rtp_clients(self, codecs: Any, ip: str, port: int, request: Any, baseport: int) -> None:
        far = request.body["c"][0]["address"]
        client = _Rtp(self.rtp_socket, self.mouth, codecs, ip, port, far, baseport, self.sendmode)
        self.RTPClients.append(client)
        self.clients = (*self.clients, client)

    @property
    def heard_seconds(self) -> float:
        """Seconds of sound received so far."""
        return sum(client.loud_frames for client in self.clients) * 0.02

    def press(self, digits: str) -> None:
        for digit in digits:
            for client in self.clients:
                client.press(digit)
            time.sleep(0.25)

    def end(self) -> None:
        """Hang up if there is anything to hang up."""
        if self.state == CallState.ANSWERED:
            self.hangup()
        self.state = CallState.ENDED
        self.rtp_socket.close()

    def until(self, reached: Callable[[ProbeCall], bool], seconds: float) -> bool:
        """Wait for a condition; False when the call ended or time ran out first."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if reached(self):
                return True
            if self.state == CallState.ENDED:
                return False
            time.sleep(0.02)
        return reached(self)


class ProbePhone(VoIPPhone):
    """A telephone at ``my_ip`` that only places calls, one at a time. Use as a context manager."""

    def __init__(self, server: tuple[str, int], user: str, password: str, my_ip: str = "127.0.0.1") -> None:
        super().__init__(server[0], server[1], user, password, myIP=my_ip)
        self.placed: dict[str, ProbeCall] = {}
        old = self.sip
        self.sip = _Sip(
            old.server, old.port, user, password, phone=self, myIP=my_ip, myPort=0, callCallback=self.callback
        )
        self.sip.refused = self._refused

    def __enter__(self) -> ProbePhone:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        for call in list(self.placed.values()):
            call.end()
        self.stop()

    def dial(self, number: str, mouth: tuple[bytes, ...] = ()) -> ProbeCall:
        """Place a call, saying the A-law frames ``mouth`` over and over.

        Raises ``TimeoutError`` when nothing answers at all within five seconds.
        """
        sin = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sin.bind((self.myIP, 0))
        port = sin.getsockname()[1]
        media: Any = {port: {ALAW: RTP.PayloadType.PCMA, EVENTS: RTP.PayloadType.EVENT}}
        try:
            request, call_id, session = self.sip.invite(number, media, RTP.TransmitType.SENDRECV)
        except BaseException:
            sin.close()
            raise
        call = ProbeCall(self, CallState.DIALING, request, session, self.myIP, ms=media, sendmode=self.sendmode)
        call.rtp_socket, call.mouth = sin, mouth
        self.calls[call_id] = self.placed[call_id] = call
        return call

    def release_ports(self, call: VoIPCall | None = None) -> None:
        """Nothing to release: sockets are bound by the call itself."""

    def _refused(self, call_id: str, code: int) -> None:
        self.calls.pop(call_id, None)
        call = self.placed.get(call_id)
        if call is not None:
            call.refusal = code
            call.state = CallState.ENDED

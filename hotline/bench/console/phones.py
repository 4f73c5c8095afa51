"""Many telephones without sound, in one process: seats that ring, answer and hang up, and citizens who dial.

Just enough SIP over UDP for a bench: a robot that speaks all of it costs more than the daemon it
measures. Reads one JSON object from its standard input, prints ``ready`` when every seat is
registered, then dials at the rate until told to end. Run by ``run.py`` as a program.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hotline.lab.registration import Registration, registered
from hotline.lab.sip_message import Message

SDP = "v=0\r\no=b 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
RTP_PORT = 9
"""Discard: whatever Asterisk plays goes nowhere."""


class Phones(asyncio.DatagramProtocol):
    """One socket. Everything it hears is answered as one who rings, answers and hangs up would."""

    def __init__(self, host: str, port: int, asterisk: tuple[str, int], ring: float, talk: float) -> None:
        self.host, self.port, self.asterisk, self.ring, self.talk = host, port, asterisk, ring, talk
        self.transport: asyncio.DatagramTransport | None = None
        self.answered = 0
        self._n = 0
        self._calls: dict[str, str] = {}
        self._waiting: dict[str, asyncio.Future[Message]] = {}

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def send(self, first: str, headers: list[str], body: str = "") -> None:
        assert self.transport is not None
        kind = ["Content-Type: application/sdp"] if body else []
        text = "\r\n".join([first, *headers, *kind, f"Content-Length: {len(body)}", "", body])
        self.transport.sendto(text.encode(), self.asterisk)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        said = Message.of(data)
        if "call-id" not in said.headers:
            return
        if said.status:
            self._answer(said)
        else:
            self._request(said)

    # -- being called ----------------------------------------------------------------------

    def _reply(self, to: Message, status: str, body: str = "") -> None:
        tag = (
            to.headers["to"] if ";tag=" in to.headers["to"] else f"{to.headers['to']};tag=b{to.headers['call-id'][:8]}"
        )
        headers = [
            *(f"Via: {via}" for via in to.via), f"From: {to.headers['from']}", f"To: {tag}",
            f"Call-ID: {to.headers['call-id']}", f"CSeq: {to.headers['cseq']}", f"Contact: <sip:b@{self.host}:{self.port}>",
        ]  # fmt: skip
        self.send(f"SIP/2.0 {status}", headers, body)

    def _request(self, said: Message) -> None:
        loop = asyncio.get_running_loop()
        call = said.headers["call-id"]
        match said.first.split(" ")[0]:
            case "INVITE" if call not in self._calls:
                self._calls[call] = "ringing"
                self._reply(said, "180 Ringing")
                loop.call_later(self.ring, self._pick_up, said)
            case "CANCEL":
                self._calls.pop(call, None)
                self._reply(said, "200 OK")
            case "BYE":
                self._calls.pop(call, None)
                self._reply(said, "200 OK")
            case "OPTIONS" | "NOTIFY":
                self._reply(said, "200 OK")

    def _pick_up(self, invite: Message) -> None:
        if self._calls.get(invite.headers["call-id"]) == "ringing":
            self._calls[invite.headers["call-id"]] = "talking"
            self.answered += 1
            self._reply(invite, "200 OK", SDP.format(host=self.host, port=RTP_PORT))
            asyncio.get_running_loop().call_later(self.talk, self._hang_up, invite)

    def _hang_up(self, invite: Message) -> None:
        call = invite.headers["call-id"]
        if self._calls.pop(call, None) is None:
            return
        self._n += 1
        target = invite.headers["contact"].partition("<")[2].partition(">")[0]
        headers = [
            f"Via: SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bKe{self._n};rport",
            f"From: {invite.headers['to']};tag=b{call[:8]}", f"To: {invite.headers['from']}", f"Call-ID: {call}",
            "CSeq: 7 BYE", "Max-Forwards: 70",
        ]  # fmt: skip
        self.send(f"BYE {target} SIP/2.0", headers)

    # -- calling -----------------------------------------------------------------------------

    def _answer(self, said: Message) -> None:
        call = said.headers["call-id"]
        if (waiting := self._waiting.get(call)) is not None and not waiting.done():
            waiting.set_result(said)
        elif said.method == "INVITE" and said.status >= 200:
            self._acknowledge(said)

    def _acknowledge(self, said: Message) -> None:
        contact = said.headers.get("contact", "").partition("<")[2].partition(">")[0]
        target = contact if said.status < 300 and contact else f"sip:{self.asterisk[0]}:{self.asterisk[1]}"
        via = said.via[0].replace("z9hG4bK", "z9hG4bKa") if said.status < 300 else said.via[0]
        headers = [
            f"Via: {via}", f"From: {said.headers['from']}", f"To: {said.headers['to']}",
            f"Call-ID: {said.headers['call-id']}", "CSeq: 1 ACK", "Max-Forwards: 70",
        ]  # fmt: skip
        self.send(f"ACK {target} SIP/2.0", headers)

    def dial(self, number: str, caller: str) -> None:
        self._n += 1
        call = f"c{self._n}-{self.port}"
        at = f"{self.asterisk[0]}:{self.asterisk[1]}"
        headers = [
            f"Via: SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bKc{self._n};rport",
            f"From: <sip:{caller}@{self.host}:{self.port}>;tag=c{self._n}", f"To: <sip:{number}@{at}>",
            f"Call-ID: {call}", "CSeq: 1 INVITE", f"Contact: <sip:{caller}@{self.host}:{self.port}>", "Max-Forwards: 70",
        ]  # fmt: skip
        self.send(f"INVITE sip:{number}@{at} SIP/2.0", headers, SDP.format(host=self.host, port=RTP_PORT))

    def registration(self, user: str, password: str) -> Registration:
        return Registration(
            user, password, (self.host, self.port), self.asterisk, expires=600, waiting=self._waiting, send=self.send
        )


@dataclass(slots=True)
class Told:
    """What standard input says."""

    asterisk: tuple[str, int]
    trunk: tuple[str, int]
    desk: tuple[str, int]
    seats: dict[str, str] = field(default_factory=dict)
    ring: float = 1.0
    talk: float = 1.0
    number: str = "12319"


def _itself(phones: Phones) -> Phones:
    return phones


async def _run(told: Told) -> None:
    loop = asyncio.get_running_loop()
    made = []
    for host, port in (told.trunk, told.desk):
        phones = Phones(host, port, told.asterisk, told.ring, told.talk)
        await loop.create_datagram_endpoint(partial(_itself, phones), local_addr=(host, port))
        made.append(phones)
    trunk, desk = made
    async with registered(desk.registration(user, password) for user, password in told.seats.items()):
        print("ready", flush=True)
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := (await reader.readline()).decode().split():
            rate, seconds = float(line[0]), float(line[1])
            began, dialled = loop.time(), 0
            while (gone := loop.time() - began) < seconds:
                if dialled < gone * rate:
                    dialled += 1
                    trunk.dial(told.number, f"138{trunk._n % 100_000_000:08}")
                else:
                    await asyncio.sleep(1 / rate / 4)
            print(json.dumps({"dialled": dialled, "answered": desk.answered}), flush=True)


if __name__ == "__main__":
    raw = json.loads(sys.stdin.readline())
    raw |= {name: tuple(raw[name]) for name in ("asterisk", "trunk", "desk")}
    asyncio.run(_run(Told(**raw)))

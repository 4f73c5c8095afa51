"""SIP telephones of one address, many in one socket: they dial, ring, answer, hang up.

Just enough SIP: a telephone that speaks all of it would cost more than the hotline that is measured. Asterisk's own ports tell the
calls apart. A request that is not answered is sent again as RFC 3261 says, and counted.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from hotline.lab.registration import Registration
from hotline.lab.sip_message import GIVES_UP_SECONDS, T1, T2, Message

from .rtp_streams import RTP_BUFFER, Rtp, Sound

SDP = (
    "v=0\r\no=s 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\n"
)
DISCARD = 9
"""Where sound is sent that nobody listens to."""


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

"""aiosipua with what it lacks for a busy telephone, in one place.

aiosipua 0.7.1 logs an error for every socket on Python 3.11, does not acknowledge refusals (Asterisk then repeats them for 32 s), forgets
a call it cancelled (an answer that crossed the CANCEL stays up unacknowledged), takes a
repeated INVITE for a new call, and sends no display name. ``phones.py`` is the only caller.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiosipua import (
    CSeq,
    Dialog,
    OutgoingCall,
    SdpMessage,
    SipRequest,
    SipResponse,
    SipTransport,
    SipUAC,
    SipUAS,
    UdpSipTransport,
    Via,
    generate_branch,
    stringify_cseq,
    stringify_uri,
    stringify_via,
)


class _Datagrams(asyncio.DatagramProtocol):
    """aiosipua's own asserts a class that Python 3.11's transports are not."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._socket._dispatch(data, (str(addr[0]), int(addr[1])))

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there just now (Asterisk restarts): who waits will see no reply."""


class Socket(UdpSipTransport):
    """One UDP socket for SIP."""

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._udp_transport, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self), local_addr=self.local_addr
        )


class Dialler(SipUAC):
    """The calling side of one SIP socket."""

    display_name = ""
    """Display name of the next INVITE; set it right before ``send_invite``."""

    def __init__(self, transport: SipTransport) -> None:
        super().__init__(transport)
        self._cancelled: set[str] = set()

    def _build_invite(self, dialog: Dialog, *, sdp_offer: SdpMessage | None, user_agent: str | None) -> SipRequest:
        invite = super()._build_invite(dialog, sdp_offer=sdp_offer, user_agent=user_agent)
        invite.headers.set_single("Supported", "replaces")  # 100rel would make Asterisk repeat a provisional we ignore
        if self.display_name:
            name = self.display_name.replace("\\", "\\\\").replace('"', '\\"')
            invite.headers.set_single("From", f'"{name}" <{dialog.local_uri}>;tag={dialog.local_tag}')
        return invite

    def send_cancel(self, call: OutgoingCall) -> SipRequest:
        self._cancelled.add(call.call_id)
        return super().send_cancel(call)

    def handle_response(self, response: SipResponse, addr: tuple[str, int]) -> None:
        if response.cseq is not None and response.cseq.method == "INVITE" and response.status_code >= 200:
            if response.status_code >= 300:
                self._send("ACK", response, addr, branch=response.via[0].branch)
            elif response.call_id in self._cancelled:
                self._send("ACK", response, addr)
                self._send("BYE", response, addr)
        super().handle_response(response, addr)

    def _send(self, method: str, response: SipResponse, addr: tuple[str, int], *, branch: str | None = None) -> None:
        """A request that follows from the final response to our INVITE."""
        assert response.cseq is not None
        to = response.to_addr
        contact = response.contact
        uri = contact[0].uri if contact else (to.uri if to else None)
        request = SipRequest(method=method, uri=stringify_uri(uri) if uri else f"sip:{addr[0]}")
        host, port = self._local_addr()
        params: dict[str, str | None] = {"branch": branch or generate_branch(), "rport": None}
        request.headers.append("Via", stringify_via(Via(transport="UDP", host=host, port=port, params=params)))
        for name in ("From", "To", "Call-ID"):
            request.headers.set_single(name, response.get_header(name) or "")
        seq = response.cseq.seq + (method == "BYE")
        request.headers.set_single("CSeq", stringify_cseq(CSeq(seq=seq, method=method)))
        request.headers.set_single("Max-Forwards", "70")
        self.transport.send(request, addr)


class Answerer(SipUAS):
    """The called side of one SIP socket."""

    asked = 0
    """How many OPTIONS were answered: from the first on, whoever asks knows that somebody is there."""

    def _handle_options(self, request: SipRequest, addr: tuple[str, int]) -> None:
        self.asked += 1
        super()._handle_options(request, addr)

    def _handle_invite(self, request: SipRequest, addr: tuple[str, int]) -> None:
        known = self._calls.get(request.call_id or "")
        if known is not None and request.cseq is not None and request.cseq.seq == known.dialog.remote_cseq:
            return  # repeated because we were slow: the answer is on its way
        super()._handle_invite(request, addr)

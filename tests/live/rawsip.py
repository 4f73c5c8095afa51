"""A carrier's side of SIP, byte for byte as a test writes it: odd request lines, offers and headers that no library sends.

Blocking and small: one socket, one request at a time, every final answer to an INVITE
acknowledged, what was answered with 200 ended by BYE. Loopback only.
"""

from __future__ import annotations

import secrets
import socket
import time
from dataclasses import dataclass
from types import TracebackType

ALAW = "m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"


def offer(host: str, *media: str, lines: str = "", port: int = 4000) -> str:
    """A session description with these media parts (``{port}`` is put in)."""
    head = f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\n" + (lines or f"c=IN IP4 {host}\r\n") + "t=0 0\r\n"
    return head + "".join(part.format(port=port + 2 * place) for place, part in enumerate(media or (ALAW,)))


@dataclass(frozen=True, slots=True)
class Answer:
    """A final answer; status 0: none came."""

    status: int
    text: str

    def header(self, name: str) -> str:
        for line in self.text.split("\r\n\r\n")[0].split("\r\n")[1:]:
            if line.lower().startswith(f"{name.lower()}:"):
                return line.partition(":")[2].strip()
        return ""

    @property
    def body(self) -> str:
        return self.text.partition("\r\n\r\n")[2]


class Wire:
    """One address that speaks SIP. ``with``."""

    def __init__(self, address: tuple[str, int], asterisk: tuple[str, int]) -> None:
        self.address, self.asterisk = address, asterisk
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(address)

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def request(
        self, method: str, uri: str, *, caller: str = "13800000001", sender: str | None = None, headers: str = "",
        body: str = "", call: str = "", to_tag: str = "", kind: str = "application/sdp", length: str | None = None,
        seq: int = 1,
    ) -> str:  # fmt: skip
        """The text of a request. ``sender``: the whole From but its tag; ``length``: the Content-Length line as written."""
        host, port = self.address
        call = call or secrets.token_hex(8)
        sender = f"<sip:{caller}@{host}:{port}>" if sender is None else sender
        target = f"<sip:{self.asterisk[0]}:{self.asterisk[1]}>" + (f";tag={to_tag}" if to_tag else "")
        return (
            f"{method} {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{secrets.token_hex(8)};rport\r\nMax-Forwards: 70\r\n"
            f"From: {sender};tag={call[:8]}\r\nTo: {target}\r\nCall-ID: {call}\r\nCSeq: {seq} {method}\r\n"
            f"Contact: <sip:{host}:{port}>\r\n{headers}"
            + (f"Content-Type: {kind}\r\n" if body else "")
            + (length if length is not None else f"Content-Length: {len(body.encode())}\r\n")
            + f"\r\n{body}"
        )

    def invite(
        self, uri: str, *, sdp: str | None = None, seconds: float = 8.0, end: bool = True, **words: str
    ) -> Answer:
        """Call ``uri`` (``HOST`` in it is Asterisk); hang up when it was answered and ``end`` says so."""
        uri = uri.replace("HOST", f"{self.asterisk[0]}:{self.asterisk[1]}")
        text = self.request("INVITE", uri, body=offer(self.address[0]) if sdp is None else sdp, **words)  # type: ignore[arg-type]
        answer = self.ask(text, seconds)
        if answer.status == 200 and end:
            self.bye(answer)
        return answer

    def bye(self, answer: Answer, seq: int = 2) -> Answer:
        """End the call this 200 began."""
        return self.ask(self.within(answer, "BYE", seq), 3.0)

    def within(self, answer: Answer, method: str, seq: int, headers: str = "", body: str = "") -> str:
        """A later request of the call this 200 began."""
        host, port = self.address
        contact = answer.header("Contact").partition("<")[2].partition(">")[0]
        names = "".join(f"{name}: {answer.header(name)}\r\n" for name in ("From", "To", "Call-ID"))
        via = f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{secrets.token_hex(8)};rport\r\n"
        return (
            f"{method} {contact} SIP/2.0\r\n{via}Max-Forwards: 70\r\n{names}CSeq: {seq} {method}\r\n"
            f"Contact: <sip:{host}:{port}>\r\n{headers}"
            + ("Content-Type: application/sdp\r\n" if body else "")
            + f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
        )

    def ask(self, text: str, seconds: float = 4.0) -> Answer:
        """Send, and wait for the final answer to just this request; an INVITE's is acknowledged."""
        self.send(text)
        branch = text.partition("branch=")[2].partition(";")[0]
        limit = time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                got = self._socket.recv(65535).decode("utf-8", "replace")
            except TimeoutError:
                break
            if not got.startswith("SIP/2.0 "):
                self._polite(got)
            elif branch in got and (status := int(got[8:11])) >= 200:
                answer = Answer(status, got)
                if text.startswith("INVITE"):
                    self._acknowledge(text, answer)
                return answer
        return Answer(0, "")

    def send(self, text: str) -> None:
        self._socket.sendto(text.encode("utf-8", "surrogateescape"), self.asterisk)

    def heard(self, seconds: float) -> list[str]:
        """Whatever comes within so long; requests are answered with 200."""
        out: list[str] = []
        limit = time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                out.append(self._socket.recv(65535).decode("utf-8", "replace"))
            except TimeoutError:
                break
            if not out[-1].startswith("SIP/2.0 "):
                self._polite(out[-1])
        return out

    def _polite(self, request: str) -> None:
        """200 to OPTIONS and BYE of Asterisk's."""
        if request.startswith("ACK"):
            return
        kept = ("via:", "from:", "to:", "call-id:", "cseq:")
        lines = [line for line in request.split("\r\n\r\n")[0].split("\r\n")[1:] if line.lower().startswith(kept)]
        self.send("SIP/2.0 200 OK\r\n" + "\r\n".join(lines) + "\r\nContent-Length: 0\r\n\r\n")

    def _acknowledge(self, invite: str, answer: Answer) -> None:
        if answer.status == 200:
            seq = int(answer.header("CSeq").split()[0])
            self.send(self.within(answer, "ACK", seq))
            return
        uri = invite.split(" ")[1]
        lines = [
            line for line in invite.split("\r\n") if line.startswith(("Via:", "From:", "Call-ID:", "Max-Forwards:"))
        ]
        seq = answer.header("CSeq").split()[0]  # type: ignore[assignment]
        self.send(
            f"ACK {uri} SIP/2.0\r\n"
            + "\r\n".join(lines)
            + f"\r\nTo: {answer.header('To')}\r\nCSeq: {seq} ACK\r\nContent-Length: 0\r\n\r\n"
        )

"""A browser's telephone in small: SIP over the edge's WebSocket, without its sound."""

from __future__ import annotations

import hashlib
import os
import re

from websockets.asyncio.client import ClientConnection

OFFER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\nc=IN IP4 127.0.0.1\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\na=mid:0\r\n"
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\na=rtcp-mux\r\na=sendrecv\r\n"
    "a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host\r\n"
)


class Phone:
    """JsSIP in small: SIP over the edge's WebSocket."""

    def __init__(self, socket: ClientConnection, seat: str) -> None:
        self._socket, self._seat, self._number = socket, seat, 0
        self._call = os.urandom(8).hex()
        self._host = f"{os.urandom(4).hex()}.invalid"

    async def register(self, key: str) -> int:
        status, _answer = await self._asked("REGISTER", "sip:hotline", key)
        return status

    async def invite(self, to: str, key: str) -> str:
        _status, answer = await self._asked("INVITE", f"sip:{to}@hotline", key, OFFER)
        return answer

    async def _asked(self, method: str, uri: str, key: str, body: str = "") -> tuple[int, str]:
        status, answer = await self._send(method, uri, "", body)
        if status != 401:
            return status, answer
        challenge = dict(
            re.findall(r'(\w+)="?([^",\s]+)"?', answer.partition("WWW-Authenticate: Digest ")[2].partition("\r\n")[0])
        )

        def md5(text: str) -> str:
            return hashlib.md5(text.encode()).hexdigest()

        secret = md5(f"{self._seat}:{challenge['realm']}:{key}")
        proof = md5(f"{secret}:{challenge['nonce']}:00000001:abc:auth:{md5(f'{method}:{uri}')}")
        header = (
            f'Authorization: Digest username="{self._seat}", realm="{challenge["realm"]}", nonce="{challenge["nonce"]}", '
            f'uri="{uri}", response="{proof}", algorithm=MD5, qop=auth, nc=00000001, cnonce="abc", opaque="{challenge.get("opaque", "")}"\r\n'
        )
        return await self._send(method, uri, header, body)

    async def _send(self, method: str, uri: str, extra: str, body: str) -> tuple[int, str]:
        self._number += 1
        me = f"sip:{self._seat}@hotline"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        to = me if method == "REGISTER" else uri
        await self._socket.send(
            f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/WSS {self._host};branch=z9hG4bK{os.urandom(6).hex()}\r\n"
            f"From: <{me}>;tag=t1\r\nTo: <{to}>\r\nCall-ID: {method}{self._call}\r\nCSeq: {self._number} {method}\r\n"
            f"Max-Forwards: 70\r\nContact: <sip:x@{self._host};transport=ws>;expires=90\r\n{kind}{extra}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        while True:
            answer = str(await self._socket.recv())
            status = int(answer.split(" ", 2)[1]) if answer.startswith("SIP/2.0") else 0
            if status >= 200 and f"CSeq: {self._number} {method}" in answer:
                return status, answer

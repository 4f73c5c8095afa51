"""Another server answers as it likes: without end, byte by byte, packed, nested without end. Nobody waits for it, and no memory is filled."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from bridge.limited_answers import LimitedAnswers
from bridge.notifications.doors import Refused, Sent, Unclear
from bridge.notifications.sms_gateway import Shape, SmsGateway

from .test_notifications import gateway, outgoing


class Stream(httpx.AsyncByteStream):
    def __init__(self, part: bytes, times: int, pause: float) -> None:
        self.part, self.times, self.pause, self.closed, self.sent = part, times, pause, False, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _n in range(self.times):
            await asyncio.sleep(self.pause)
            self.sent += 1
            yield self.part

    async def aclose(self) -> None:
        self.closed = True


class Answering(httpx.AsyncBaseTransport):
    def __init__(self, stream: Stream, headers: dict[str, str] | None = None) -> None:
        self.stream, self.headers, self.asked = stream, headers or {}, ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked = request.headers["accept-encoding"]
        return httpx.Response(200, headers=self.headers, stream=self.stream)


@pytest.mark.parametrize(
    ("stream", "headers", "fault"),
    [
        (Stream(b"x", 100_000, 0.01), {}, httpx.ReadTimeout),  # each byte in time, the whole never
        (Stream(b"x" * 1000, 100_000, 0.0), {}, httpx.ReadError),
        (Stream(gzip.compress(bytes(1 << 20)), 1, 0.0), {"Content-Encoding": "gzip"}, httpx.DecodingError),
    ],
)
async def test_what_never_ends_is_given_up(stream: Stream, headers: dict[str, str], fault: type[Exception]) -> None:
    way = Answering(stream, headers)
    async with httpx.AsyncClient(transport=LimitedAnswers(0.2, 5000, way), timeout=5) as client:
        with pytest.raises(fault):
            await client.get("http://127.0.0.1/")
    assert stream.closed
    assert stream.sent < 100
    assert way.asked == "identity"


async def test_an_ordinary_answer_passes_whole() -> None:
    stream = Stream(b"ab", 3, 0.0)
    async with httpx.AsyncClient(transport=LimitedAnswers(5, 6, Answering(stream))) as client:
        answer = await client.get("http://127.0.0.1/")
    assert (answer.content, stream.closed) == (b"ababab", True)


async def test_a_gateway_that_says_a_byte_now_and_then_holds_up_no_other_message() -> None:
    """Its answer is unclear in time, though no reading of it ever took long."""
    async with gateway() as one:
        one.answer = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
        one.drips = True
        door = SmsGateway(Shape(f"http://127.0.0.1:{one.port}/"), "", seconds=0.3)
        async with asyncio.timeout(5):
            assert await door.send(outgoing()) == Unclear("ReadTimeout")
        await door.close()


@pytest.mark.parametrize(
    ("body", "means"),
    [
        ("[" * 200_000, Sent("")),
        ('{"id": "m\\u0000 7\\ud800"}', Sent("m 7")),
        ('{"id": ' + "9" * 5000 + "}", Sent("")),
        ('{"id": {"a": "' + "x" * 5000 + '"}}', Sent("{'a': '" + "x" * 73)),
    ],
)
async def test_whatever_a_gateway_calls_a_message_can_be_kept(body: str, means: Sent) -> None:
    async with gateway() as one:
        one.says(200, body)
        door = SmsGateway(Shape(f"http://127.0.0.1:{one.port}/", receipt="id"), "")
        assert await door.send(outgoing()) == means
        odd = SmsGateway(replace(Shape(f"http://127.0.0.1:{one.port}/"), accepted_field="id"), "")
        said = await odd.send(outgoing())
        assert isinstance(said, Refused | Unclear)
        assert not set("\0\ud800") & set(said.reason)
        await asyncio.gather(door.close(), odd.close())

"""What an answer from another server may cost: so many bytes, so many seconds to its last one, and nothing packed. A transport of httpx.

A server that sends a byte now and then never runs into a time-out of reading, and a packed answer is small until it is opened.
Used by the doors whose caller has no limit of its own over the whole of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx

BYTES_MOST = 1 << 20


class LimitedAnswers(httpx.AsyncBaseTransport):
    """:param seconds: from the request to the last byte; ``inner``: the way itself. What is over raises what httpx would."""

    def __init__(self, seconds: float, most: int = BYTES_MOST, inner: httpx.AsyncBaseTransport | None = None) -> None:
        self._seconds, self._most = seconds, most
        self._inner = inner or httpx.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        until = asyncio.get_running_loop().time() + self._seconds
        request.headers["Accept-Encoding"] = "identity"
        try:
            async with asyncio.timeout_at(until):
                answer = await self._inner.handle_async_request(request)
        except TimeoutError:
            raise httpx.ReadTimeout("no answer in time", request=request) from None
        if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
            await answer.aclose()
            raise httpx.DecodingError("the answer is packed, though nobody asked for that", request=request)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        stream = _Counted(answer.stream, request, until, self._most)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=stream, extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Counted(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, request: httpx.Request, until: float, most: int) -> None:
        self._inner, self._request, self._until, self._most = inner, request, until, most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size, parts = 0, aiter(self._inner)
        while True:
            try:
                async with asyncio.timeout_at(self._until):
                    part = await anext(parts)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise httpx.ReadTimeout("no whole answer in time", request=self._request) from None
            size += len(part)
            if size > self._most:
                raise httpx.ReadError(f"the answer has more than {self._most} bytes", request=self._request)
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()

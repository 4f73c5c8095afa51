"""One request to a case store over HTTP, whole and within limits, its answer or why there is none. For the drivers."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from bridge.drivers import Unreachable

BYTES_MOST = 32 * 1024 * 1024
MOVED = frozenset({301, 302, 307, 308})


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def moved(self) -> str:
        """Where to, if the server says so."""
        return self.headers.get("location", "") if self.status in MOVED else ""


class TooLarge(httpx.HTTPError):
    pass


def client_for(seconds: float, ca_file: Path | None = None) -> httpx.AsyncClient:
    """``ca_file``: certificates to believe beside the machine's own, where a server leaves out an intermediate one."""
    trusted = ssl.create_default_context()
    if ca_file is not None:
        trusted.load_verify_locations(cafile=ca_file)
    return httpx.AsyncClient(timeout=httpx.Timeout(seconds, connect=10.0), verify=trusted, trust_env=False)


async def asked(
    client: httpx.AsyncClient, method: str, url: str, *, unsent_is_silent: bool = True, **more: Any
) -> Answer | Unreachable:
    """:param unsent_is_silent: False: one that surely did not arrive has ``silent=False`` (see ``ListedStore``)."""
    try:
        async with client.stream(method, url, **more) as answer:
            parts, size = [], 0
            async for part in answer.aiter_bytes():
                size += len(part)
                if size > BYTES_MOST:
                    raise TooLarge("the answer is too large")
                parts.append(part)
            return Answer(answer.status_code, b"".join(parts), answer.headers)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as fault:
        return Unreachable(_why(fault), silent=unsent_is_silent)
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        return Unreachable(_why(fault))


def _why(fault: Exception) -> str:
    """Without the address: it may hold a key."""
    said = str(fault) if isinstance(fault, TooLarge | httpx.ConnectError) else ""
    return f"{type(fault).__name__}: {said}".rstrip(": ")[:300]


def same_host(one: str, other: str) -> bool:
    """The same machine and no weaker way to it: a key may go there too."""
    first, second = urlsplit(one), urlsplit(other)
    safe = first.scheme == second.scheme or (first.scheme, second.scheme) == ("http", "https")
    return safe and first.hostname == second.hostname

"""The door to a partner's endpoint (12345, 110): signed as Standard Webhooks says, so that a repeat is known by its id.

``webhook-id`` is the notification's, the same at each try; ``webhook-signature`` is ``v1,`` and the base64 of HMAC-SHA-256 over
``id.timestamp.body`` with the shared secret.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import httpx

from .doors import Answer, NotTaken, Outgoing, Refused, Sent, Unclear
from .sms_gateway import WRONG, client_for


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: str
    secret: str
    """As it stands in its file; ``whsec_`` before base64 is understood."""


def signature(secret: str, ident: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    signed = hmac.new(key, f"{ident}.{timestamp}.".encode() + body, sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


class PartnerEndpoints:
    """:param endpoints: by the system's name in ``Ticket.external_ids``."""

    repeats = True

    def __init__(
        self, endpoints: Mapping[str, Endpoint], *, seconds: float = 10.0, client: httpx.AsyncClient | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._endpoints, self._clock = endpoints, clock
        self._client = client or client_for(seconds)

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, one: Outgoing) -> Answer:
        endpoint = self._endpoints.get(one.target)
        if endpoint is None:
            return NotTaken("this partner has no endpoint in the settings any more")
        body, now = one.body.encode(), int(self._clock().timestamp())
        headers = {
            "Content-Type": "application/json", "webhook-id": one.id, "webhook-timestamp": str(now),
            "webhook-signature": signature(endpoint.secret, one.id, now, body),
        }  # fmt: skip
        try:
            answer = await self._client.post(endpoint.url, content=body, headers=headers)
        except httpx.ConnectError as fault:
            return NotTaken(type(fault).__name__)
        except httpx.HTTPError as fault:
            return Unclear(type(fault).__name__)
        status = f"HTTP {answer.status_code}"
        if answer.is_success:
            return Sent()
        return Refused(status) if answer.status_code in WRONG - {403, 404} else NotTaken(status)

"""The door to a text message gateway: one POST of JSON or of a form, names of the fields as the gateway wants them.

A refused connection means that nothing arrived; a time-out after the request left means that nobody knows. Numbers and texts stand in
no log: what is wrong is told by what the gateway answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from bridge.limited_answers import LimitedAnswers
from bridge.pasted_text import cleaned

from .doors import Answer, NotTaken, Outgoing, Refused, Sent, Unclear

WRONG = frozenset({400, 403, 404, 413, 422})
"""As wrong the next time; 401 is ours to mend, and what waits goes out then."""
REASON_MOST = 200


def client_for(seconds: float) -> httpx.AsyncClient:
    """``seconds``: each step of a request; the whole of it takes at most twice as long, and holds up nobody's messages any longer."""
    ways = LimitedAnswers(2 * seconds)
    return httpx.AsyncClient(timeout=seconds, trust_env=False, follow_redirects=False, transport=ways)


@dataclass(frozen=True, slots=True)
class Shape:
    """How this gateway is spoken to."""

    url: str
    form: bool = False
    number: str = "mobile"
    text: str = "content"
    key: str = "id"
    more: dict[str, str] = field(default_factory=dict)
    """Sent along as they are: an account's name, a signature."""
    secret_header: str = "Authorization"  # noqa: S105 - a header's name
    secret_before: str = "Bearer "  # noqa: S105
    accepted_field: str = ""
    """In the answer's JSON; '': a status of 2xx is enough."""
    accepted: str = "0"
    receipt: str = ""
    """Field of the answer that names the message there."""


class SmsGateway:
    """:param client: another way to it (tests); ``repeats``: it sends what has one key once."""

    def __init__(
        self, shape: Shape, secret: str, *, repeats: bool = False, seconds: float = 10.0,
        client: httpx.AsyncClient | None = None,
    ) -> None:  # fmt: skip
        self._shape, self.repeats = shape, repeats
        self._headers = {shape.secret_header: shape.secret_before + secret} if secret else {}
        self._client = client or client_for(seconds)

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, one: Outgoing) -> Answer:
        shape = self._shape
        said = {**shape.more, shape.number: one.target, shape.text: one.body, shape.key: one.id}
        try:
            if shape.form:
                answer = await self._client.post(shape.url, data=said, headers=self._headers)
            else:
                answer = await self._client.post(shape.url, json=said, headers=self._headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as fault:
            return NotTaken(type(fault).__name__)
        except httpx.HTTPError as fault:
            return Unclear(type(fault).__name__)
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> Answer:
        status = f"HTTP {answer.status_code}"
        if answer.status_code in WRONG:
            return Refused(status)
        if answer.status_code in (401, 429, 503):
            return NotTaken(status)
        if not answer.is_success:
            return Unclear(status)
        try:
            told = answer.json()
        except (ValueError, RecursionError):
            told = {}
        told = told if isinstance(told, dict) else {}
        shape = self._shape
        if shape.accepted_field:
            if shape.accepted_field not in told:  # a page of somebody's proxy, say
                return Unclear(f"{status} without {shape.accepted_field}")
            if str(told[shape.accepted_field]) != shape.accepted:
                said = cleaned(str(told[shape.accepted_field])[:REASON_MOST], lines=False)
                return Refused(f"{shape.accepted_field}={said}"[:REASON_MOST])
        return Sent(cleaned(str(told.get(shape.receipt, ""))[:REASON_MOST], lines=False)[:80] if shape.receipt else "")

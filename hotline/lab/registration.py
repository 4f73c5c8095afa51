"""A telephone of a bench says where it is: REGISTER, and once more with the proof that is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .sip_message import Message, digest_proof

ANSWER_SECONDS = 5.0


async def register(
    user: str, password: str, own: tuple[str, int], asterisk: tuple[str, int], *, expires: int,
    waiting: dict[str, asyncio.Future[Message]], send: Callable[[str, list[str]], None],
) -> None:  # fmt: skip
    """``own``, ``asterisk``: host and port; ``expires``: s; ``waiting``: by Call-ID, whoever reads puts the answer there;
    ``send``: first line and headers. Raises RuntimeError where it is refused, TimeoutError."""
    (host, port), at = own, f"{asterisk[0]}:{asterisk[1]}"
    call, uri, proof = f"r{user}-{port}", f"sip:{at}", ""
    for turn in (1, 2):
        waiting[call] = asyncio.get_running_loop().create_future()
        headers = [
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bKr{user}x{turn};rport", f"From: <sip:{user}@{at}>;tag=r{user}",
            f"To: <sip:{user}@{at}>", f"Call-ID: {call}", f"CSeq: {turn} REGISTER",
            f"Contact: <sip:{user}@{host}:{port}>", f"Expires: {expires}", "Max-Forwards: 70", *([proof] if proof else []),
        ]  # fmt: skip
        send(f"REGISTER {uri} SIP/2.0", headers)
        async with asyncio.timeout(ANSWER_SECONDS):
            said = await waiting[call]
        del waiting[call]
        if said.status == 200:
            return
        if said.status != 401:
            break
        proof = digest_proof(said.headers["www-authenticate"], user, password, uri)
    raise RuntimeError(f"seat {user} could not register: {said.first}")

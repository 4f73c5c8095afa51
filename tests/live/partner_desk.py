"""A partner's desk as tests have it: who answers it says the partner's own number of the matter in the answer."""

from __future__ import annotations

from typing import Any

from aiosipua import IncomingCall

from hotline.lab.phones import Call, Manner


def taking(header: str, number: str, answer: Manner) -> Manner:
    """Answers as ``answer`` does, with this header."""

    async def manner(call: Call) -> None:
        invite = call._in
        assert isinstance(invite, IncomingCall)
        send = invite._send_response

        def with_number(status: int, reason: str, **words: Any) -> Any:
            if status == 200:
                words["extra_headers"] = {**(words.get("extra_headers") or {}), header: number}
            return send(status, reason, **words)

        invite._send_response = with_number  # type: ignore[method-assign,assignment]
        await answer(call)

    return manner

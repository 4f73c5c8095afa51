"""The telephones of a surge as a program beside the hotline: hundreds of citizens and seats in one process.

One socket of SIP (``sip_telephones.py``) and one of RTP (``rtp_streams.py``) for all citizens of a carrier, one of each for all seats; what
they do is in ``callers.py``. Run by ``run.py``: one JSON object on standard input, ``ready``, then for each phase a
line ``{"callers": [...], "linger": seconds}`` and a line with what they lived through (``facts.Citizen`` as rows).
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from hotline.lab.registration import registered
from hotline.lab.sound import frames, to_alaw

from .callers import Callers
from .ear import PERSON, samples
from .rtp_streams import Rtp
from .sip_telephones import Telephones


@dataclass(slots=True)
class Told:
    """What standard input says first. ``sound``: whether telephones speak and listen."""

    asterisk: tuple[str, int]
    trunks: list[tuple[str, int]]
    desk: tuple[str, int]
    seats: dict[str, str]
    number: str
    notice: float
    sound: bool


def _itself(made: Any) -> Any:
    return made


async def _socket(protocol: Any, host: str, port: int) -> Any:
    await asyncio.get_running_loop().create_datagram_endpoint(partial(_itself, protocol), local_addr=(host, port))
    return protocol


async def _run(told: Told) -> None:
    voice = frames(to_alaw(samples(PERSON, 1.0).astype(float)))
    carriers: list[Telephones] = []
    everybody = Callers(carriers, told.number, told.notice, voice)
    for host, port in told.trunks:
        rtp = await _socket(Rtp(), host, 0) if told.sound else None
        carriers.append(await _socket(Telephones(host, port, told.asterisk, rtp, everybody.citizen_rung), host, port))
    rtp = await _socket(Rtp(), told.desk[0], 0) if told.sound else None
    desk = await _socket(Telephones(*told.desk, told.asterisk, rtp, everybody.seat_rung), *told.desk)
    async with registered(desk.registration(user, password) for user, password in told.seats.items()):
        print("ready", flush=True)
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=1 << 26)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            order = json.loads(line)
            everybody.plan(order["callers"])
            before = desk.repeated
            facts = await everybody.run(float(order["linger"]))
            print(
                json.dumps({"citizens": [asdict(one) for one in facts], "seat_invites_again": desk.repeated - before}),
                flush=True,
            )


if __name__ == "__main__":
    raw = json.loads(sys.stdin.readline())
    raw |= {name: tuple(raw[name]) for name in ("asterisk", "desk")} | {"trunks": [tuple(one) for one in raw["trunks"]]}
    asyncio.run(_run(Told(**raw)))

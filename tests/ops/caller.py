"""A citizen's telephone on the booted machine: ``python -m tests.ops.caller TRUNK_HOST TRUNK_PORT SIP_PORT``.

Dials 12319, says ``answered``, answers each line of its standard input with ``up`` or ``over``, and hangs up when that ends. What it
said last is how many seconds of sound it has heard.
"""

from __future__ import annotations

import asyncio
import sys

from hotline.lab.media import RtpPorts
from hotline.lab.phones import Rack
from tests.live.site import CALLER_TONE


async def main(host: str, port: int, sip: int) -> None:
    rack = Rack("telecom", (host, port), ("127.0.0.1", sip), ports=RtpPorts(port + 1000, port + 1100))
    await rack.open()
    try:
        call = await rack.dial("12319", caller="13800077001", sound=CALLER_TONE)
        print("answered" if await call.until_answered(20) else f"refused {call.code}", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print("up" if call.up else "over", flush=True)
        call.hang_up()
        await call.until_ended(5)
        print(f"{call.ear.loud_seconds():.1f}", flush=True)
    finally:
        await rack.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

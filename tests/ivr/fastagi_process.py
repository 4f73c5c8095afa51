"""The real FastAGI door in a process of its own, which a test can stop, continue and question. It says that every wait is long.

python -m tests.ivr.fastagi_process PORT [MOST]     counts on stdin line, ends at end of file
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

ROOT = Path(__file__).parents[2]


class Door:
    """``with Door(port) as door``: it listens inside the block."""

    def __init__(self, port: int, most: int = 2000) -> None:
        self.port = port
        self._most = most

    def __enter__(self) -> Door:
        words = [sys.executable, "-m", "tests.ivr.fastagi_process", str(self.port), str(self._most)]
        self.process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "listening\n"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.communicate()

    def counts(self) -> dict[str, int]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        told: dict[str, int] = json.loads(self.process.stdout.readline())
        return told

    def until(self, seconds: float = 10.0, **wanted: int) -> dict[str, int]:
        """Wait until the counts are as wanted; gives all of them."""
        limit = time.monotonic() + seconds
        while True:
            now = self.counts()
            if all(now[name] == count for name, count in wanted.items()):
                return now
            assert time.monotonic() < limit, f"wanted {wanted}, counted {now}"
            time.sleep(0.02)


def main(port: int, most: int) -> None:
    from twisted.internet import asyncioreactor

    asyncioreactor.install()  # type: ignore[no-untyped-call]
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    from twisted.internet import reactor, stdio
    from twisted.protocols.basic import LineOnlyReceiver

    from cti.ids import Instant
    from ivr.advice import Adviser, Question
    from ivr.server import FastAgi

    def broken(question: Question) -> str:
        raise RuntimeError("a fault of ours")

    async def looked_up(question: Question) -> str:
        await asyncio.sleep(0)
        if question.digits == "gone":
            raise OSError("the ledger is away")
        if question.digits == "hung":
            await asyncio.Event().wait()
        return f"told&{question.digits}&{question.code}&{question.caller}"

    advisers: dict[str, Adviser] = {
        "progress": looked_up,
        "wait": lambda _question: "long",
        "nothing": lambda _question: "",
        "broken": broken,
    }
    door = FastAgi(port, advisers, lambda: Instant(time.time()), lambda event: None, most=most)

    class Questions(LineOnlyReceiver):
        delimiter = b"\n"

        def lineReceived(self, line: bytes) -> None:
            self.sendLine(json.dumps(door.counts.as_dict()).encode())  # type: ignore[no-untyped-call]

        def connectionLost(self, reason: Any = None) -> None:
            reactor.stop()  # type: ignore[misc]

    door.start()
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    stdio.StandardIO(Questions())  # type: ignore[no-untyped-call]
    reactor.run()  # type: ignore[misc]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

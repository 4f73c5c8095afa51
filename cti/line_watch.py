"""The line watch: dials every line at an interval and must hear its notice.

Started by ``hotline/app.py``. Each check is one short call (under 30 s) of the endpoint
``probe``, which the dialplan greets exactly as a citizen on that line and then lets go: it
takes no place in the line's capacity, enters no queue, is not recorded and is no call in the
ledger. pyVoIP runs in one thread of its own; the loop is never blocked. Checks come one after
the other, spread over the interval.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import structlog
from pyVoIP.VoIP import CallState

from config.settings import Settings

from .equipment_events import LineChecked
from .ids import Instant, LineId
from .line_watch_phone import ProbePhone

log = structlog.get_logger("cti.line_watch")

ENOUGH_SECONDS = 1.0
"""So much sound is a notice, not a click."""
_ANSWER_S = 10.0
_NOTICE_S = 12.0
_FIRST_S = 15.0
"""The first check comes so soon after the start: an operator wants to know at once."""


@dataclass(frozen=True, slots=True)
class Watched:
    line: LineId
    every_seconds: float


def check(line: LineId, server: tuple[str, int], password: str) -> LineChecked:
    """One call to one line. Blocks up to 27 s; never raises for what the telephone does.

    ``reason`` is '' when the notice was heard, else 'unreachable' (no SIP reply), 'refused CODE',
    'no_answer', 'silent', or 'cut' (the line hung up before the notice was heard).
    """
    with ProbePhone(server, "probe", password) as phone:
        try:
            call = phone.dial(line)
        except (TimeoutError, OSError):
            return LineChecked(line, _now(), False, 0.0, "unreachable")
        try:
            if not call.until(lambda it: it.state == CallState.ANSWERED, _ANSWER_S):
                reason = f"refused {call.refusal}" if call.refusal else "cut" if call.clients else "no_answer"
                return LineChecked(line, _now(), False, 0.0, reason)
            heard = call.until(lambda it: it.heard_seconds >= ENOUGH_SECONDS, _NOTICE_S)
            reason = "" if heard else "cut" if call.state == CallState.ENDED else "silent"
            return LineChecked(line, _now(), heard, round(call.heard_seconds, 2), reason)
        finally:
            call.end()


def _now() -> Instant:
    return Instant(time.time())


class LineWatch:
    """``start`` and ``stop`` belong to the daemon's service tree; results go to ``publish`` on the loop."""

    def __init__(
        self,
        lines: Iterable[Watched],
        server: tuple[str, int],
        password: str,
        publish: Callable[[LineChecked], None],
        *,
        caller: Callable[[LineId, tuple[str, int], str], LineChecked] = check,
        first_seconds: float = _FIRST_S,
    ) -> None:
        self._lines = [line for line in lines if line.every_seconds > 0]
        self._server, self._password, self._publish, self._caller = server, password, publish, caller
        self._first = first_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="line watch")
        self._tasks: list[asyncio.Task[None]] = []
        self.latest: dict[LineId, LineChecked] = {}
        """The last result of each line, for ``hotline check`` and the console."""

    @classmethod
    def of(cls, settings: Settings, password: str, publish: Callable[[LineChecked], None]) -> LineWatch:
        """The watch of every line of ``hotline.toml``; ``password`` is the secret ``sip-probe``."""
        lines = [Watched(LineId(line.id), line.check_seconds) for line in settings.line]
        host = "127.0.0.1" if settings.asterisk.bind.is_unspecified else str(settings.asterisk.bind)
        return cls(lines, (host, settings.ports.sip), password, publish)

    def start(self) -> None:
        for place, line in enumerate(self._lines):
            first = min(self._first, line.every_seconds) + place
            self._tasks.append(asyncio.get_running_loop().create_task(self._watch(line, first)))

    async def stop(self) -> None:
        """Ends at once; a check under way ends by itself within its 27 s, in its own thread."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def check_now(self, line: LineId) -> LineChecked:
        """One check, now (after the one under way)."""
        loop = asyncio.get_running_loop()
        result = await loop.run_in_executor(self._thread, self._caller, line, self._server, self._password)
        self.latest[line] = result
        self._publish(result)
        return result

    async def _watch(self, line: Watched, first: float) -> None:
        wait = first
        while True:
            await asyncio.sleep(wait)
            begun = time.monotonic()
            with suppress(asyncio.TimeoutError):
                try:
                    await self.check_now(line.line)
                except Exception:  # pyVoIP may raise anything; the watch goes on (the loop top of this line)
                    log.exception("line check failed", line=line.line)
                    self.latest[line.line] = failed = LineChecked(line.line, _now(), False, 0.0, "error")
                    self._publish(failed)
            wait = max(1.0, line.every_seconds - (time.monotonic() - begun))

"""The daemon's side of recording: asks the book what is due, has the child do it, settles it.

Made by ``hotline/app.py``; ``start`` it with the daemon, ``wake`` it when a call ended in the
book, ``stop`` it last. Keeps no file open and does no blocking call: everything that touches
sound or disk is in the child (``child.py``), which is started when there is work and again,
with growing pauses, when it dies. Calls are settled in batches, raw files are forgotten only
after that. All that is due comes from the book, so a crash of anybody loses nothing.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from cti import background_task

from . import states
from .child_messages import Answer
from .child_pool import RecordingChildren
from .child_process import ChildLost, RecordingChild
from .events import RecordingDelayed, RecordingFailed, RecordingShelved
from .ids import RecordingId
from .ports import Due, Failed, RecordingBook, Shelved
from .states import Patience, State

log = structlog.get_logger("recordings")

BATCH = 500
GATHER_SECONDS = 0.5
REST_SECONDS = 2.0
"""So long calls are gathered before the book is asked: a lone one a moment, many for as long as a round may wait."""
SETTLE_MOST = 20
SETTLE_SECONDS = 2.0
IDLE_SECONDS = 30.0
SWEEP_SECONDS = 3600.0
HOPELESS_TRIES = 3
PATIENCE_SECONDS = 6 * 3600.0
"""So long a fault is met with another try: a shelf on the network may be away, a program be replaced."""
ROUND_FAILED_SECONDS = 5.0


@dataclass(slots=True)
class _Delay:
    since: float
    tries: int
    until: float
    reason: str


class RecordingQueue:
    def __init__(
        self, child: RecordingChild | RecordingChildren, book: RecordingBook, publish: Callable[[object], None],
        *, now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._child = child
        self._book = book
        self._publish = publish
        self._now = now
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._delays: dict[RecordingId, _Delay] = {}
        self._again_at = self._sweep_at = 0.0
        self._asked_at = -REST_SECONDS
        self._idle = asyncio.Event()

    async def start(self) -> None:
        """Begin with what earlier lives of the daemon left over."""
        self._wanted.set()
        self._task = background_task.begin(self._run(), "recordings")

    def wake(self, _event: object = None) -> None:
        """A recording may have become due (a listener of ``CallEnded`` on the book's bus)."""
        self._idle.clear()
        self._wanted.set()

    async def drained(self) -> None:
        """Wait until nothing is due that could be done now."""
        await self._idle.wait()

    async def stop(self) -> None:
        """End at once; what was being done is done again by the next life."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        await self._child.close()

    async def _run(self) -> None:
        while True:
            await self._wait()
            try:
                if self._clock() >= self._sweep_at:
                    await self._sweep()
                    self._sweep_at = self._clock() + SWEEP_SECONDS
                await self._work_off()
                if not self._wanted.is_set() and all(states.delay(d.reason).operator for d in self._delays.values()):
                    self._idle.set()
            except ChildLost as lost:
                log.warning("recording child lost", reason=str(lost))
                self._wanted.set()
            except Exception:  # the loop top of this room: the next round asks the book anew
                log.exception("recordings: this round failed")
                self._again_at = self._clock() + ROUND_FAILED_SECONDS
                self._wanted.set()

    async def _wait(self) -> None:
        if self._again_at > self._clock():  # the book or this program failed: not at once again
            await asyncio.sleep(self._again_at - self._clock())
        pause = IDLE_SECONDS
        if self._delays:
            pause = min(pause, max(0.1, min(d.until for d in self._delays.values()) - self._clock()))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wanted.wait(), pause)
            await asyncio.sleep(max(GATHER_SECONDS, self._asked_at + REST_SECONDS - self._clock()))
        self._wanted.clear()
        self._asked_at = self._clock()

    async def _work_off(self) -> None:
        """Everything that is due and not delayed, oldest first."""
        while True:
            limit = BATCH + len(self._delays)
            due = await self._book.due(limit)
            still = {one.id for one in due}
            self._delays = {ident: delay for ident, delay in self._delays.items() if ident in still}
            now = self._clock()
            ready = [one for one in due if one.id not in self._delays or self._delays[one.id].until <= now]
            await self._do(ready)
            if not ready or len(due) < limit:
                return

    async def _do(self, some: Sequence[Due]) -> None:
        """Have each done; settle those that are through together, but none later than a moment."""
        done: list[tuple[Due, Shelved | Failed]] = []
        settled = self._clock()
        todo = iter(some)
        running: dict[asyncio.Task[Shelved | Failed | None], Due] = {}
        lost: ChildLost | None = None
        fault: Exception | None = None
        try:
            while True:
                begins = lost is None and fault is None
                for due in itertools.islice(todo, self._child.width - len(running) if begins else 0):
                    running[asyncio.create_task(self._one(due))] = due
                if not running:
                    break
                finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in finished:
                    due = running.pop(task)
                    try:
                        result = task.result()
                    except ChildLost as died:  # the others' work goes on
                        lost = died
                        continue
                    if result is not None:
                        done.append((due, result))
                if len(done) >= SETTLE_MOST or self._clock() - settled >= SETTLE_SECONDS:
                    try:
                        await self._settle(done)
                    except Exception as failed:  # noqa: BLE001 - raised below: who is at work is not killed for it
                        fault = failed
                    else:
                        done, fault = [], None
                    settled = self._clock()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await self._settle(done)
        if lost is not None:
            raise lost
        if fault is not None:
            raise fault

    async def _one(self, due: Due) -> Shelved | Failed | None:
        """Raises ``ChildLost``, of one that is tried again."""
        try:
            return self._judge(due, await self._child.shelve(due))
        except ChildLost as lost:  # this one may be what kills it: it is tried a few times only
            result = self._later(due, "child_lost", str(lost))
            if result is None:
                raise
            return result

    async def _settle(self, done: Sequence[tuple[Due, Shelved | Failed]]) -> None:
        """The ledger first; only what it has committed may be forgotten and is told to others."""
        if not done:
            return
        await self._book.settle([result for _, result in done])
        self._child.forget((due.file, result.path) for due, result in done if isinstance(result, Shelved))
        for due, result in done:
            self._delays.pop(due.id, None)
            if isinstance(result, Shelved):
                # an ordinary one is no news: rendering its line would cost as much as all the rest
                say = log.warning if result.faults else log.debug
                say(
                    "recording shelved",
                    call=result.call,
                    part=result.id.part,
                    seconds=result.seconds,
                    faults=result.faults,
                )
                self._publish(RecordingShelved(result))
            else:
                log.error("recording failed", call=result.call, part=result.id.part, reason=result.reason)
                self._publish(RecordingFailed(result))

    def _judge(self, due: Due, answer: Answer) -> Shelved | Failed | None:
        if answer.facts is not None:
            return answer.facts
        if answer.hopeless:
            return self._later(due, answer.hopeless, answer.detail, hopeless=True)
        return self._later(due, answer.later, answer.detail)

    def _later(self, due: Due, reason: str, detail: str, *, hopeless: bool = False) -> Failed | None:
        """Put it off, or give up when that was done often enough; the raw file stays in any case."""
        now, known = self._clock(), self._delays.get(due.id)
        if known is None or known.reason != reason:
            delay = _Delay(now, 1, now, reason)
        else:
            delay = _Delay(known.since, known.tries + 1, now, reason)
        rule = states.delay(reason, hopeless=hopeless)
        if rule.patience is Patience.TRIES and delay.tries >= HOPELESS_TRIES:
            return Failed(due.id, reason, self._now())
        if rule.patience is Patience.HOURS and now - delay.since >= PATIENCE_SECONDS:
            return Failed(due.id, "gave_up", self._now())
        delay.until += 1.0 if rule.soon else min(2.0**delay.tries, 300.0)
        self._delays[due.id] = delay
        if delay.tries == 1:
            log.warning("recording delayed", call=due.call, part=due.id.part, reason=reason, detail=detail)
            self._publish(RecordingDelayed(due.id, reason, self._now()))
        return None

    async def _sweep(self) -> None:
        """Finish what a crash left between settling and forgetting; try again what came back."""
        answer = await self._child.sweep(self._now().timestamp())
        for first in range(0, len(answer.files), BATCH):
            files = answer.files[first : first + BATCH]
            claims = await self._book.claims(files)
            for file, claim in claims.items():
                if claim.state is State.SHELVED:
                    self._child.forget([(file, claim.path)])
            again = [c.id for c in claims.values() if c.state is State.FAILED and states.delay(c.reason).again]
            if again:
                log.warning("recordings given up are there: tried again", count=len(again), first=str(again[0]))
                await self._book.reopen(again)

    @staticmethod
    def _clock() -> float:
        return asyncio.get_running_loop().time()

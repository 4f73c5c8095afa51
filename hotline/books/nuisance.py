"""Nuisance callers between ledger, Asterisk and pages (decision 0050, design D15).

A supervisor's decision is a row of the ledger, and Asterisk is told; at each connection it is told again whatever it may still
hold. Nothing but this tells it, and of two words it keeps the later. Danger that is reported while a decision is in force ends it:
heard when the ticket is filed, looked for again every few minutes and whenever the ledger is opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from bridge.events import TicketFiled
from bridge.nuisance import OFF, End, Grade, grades, may_be_graded, our_numbers
from config.sections.switches import Nuisance
from config.settings import Settings
from console.ports import Audit
from cti.commands import Command, Outcome, Result, SetNuisance
from cti.equipment_events import BoardLive
from cti.journey_events import NuisanceHandled
from cti.numbers import PhoneNumber, of_settings
from ledger.nuisance import APPEALED, Appeal, Decision, NuisanceBook

from .ledger_turns import LedgerTurns

log = structlog.get_logger("nuisance")

TELL_AGAIN = timedelta(days=7)
"""What was over for longer Asterisk has forgotten, or is asked about no more: each look-up forgets what is over."""
AGAIN_SECONDS = 5.0
"""So long after a turn in which Asterisk was not told everything comes the next: the link of events may have stayed up."""
LOOK_SECONDS = 300.0
"""So often danger is looked for though nothing told of any: a case store may have said it, or a ticket was corrected."""
DAEMON = "hotline"
"""Who ends a decision because of danger, in the audit log."""


class NuisancePart:
    """``start()``, ``await open()`` when the ledger is there, ``await stop()``."""

    def __init__(
        self, settings: Settings, book: NuisanceBook, audit: Audit, perform: Callable[[Command], Awaitable[Outcome]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self.book, self._audit, self._perform, self._now = book, audit, perform, now
        self.rules: Nuisance | None = settings.nuisance
        self.grades: tuple[Grade, ...] = grades(settings)
        self._danger_lasts = timedelta(days=self.rules.danger_days if self.rules is not None else 0)
        self._numbers = of_settings(settings)
        self._ours = our_numbers(settings, self._numbers)
        self._all = False
        """Asterisk is to be told everything anew, not only what nobody here knows of."""
        self._cleared: set[tuple[str, datetime]] = set()
        """Numbers that nobody decided about, and when they were held back last: told off since everything was told."""
        self._telling = asyncio.Lock()
        """Of two words about one number Asterisk hears the later one last."""
        self._mirror = LedgerTurns(
            "nuisance-mirror", self._tell_asterisk, failed="decisions are not told to Asterisk yet"
        )
        self._watch = LedgerTurns(
            "nuisance-danger", self._end_for_danger, every=LOOK_SECONDS,
            failed="danger among graded callers is not looked for yet",
        )  # fmt: skip
        self._debts = LedgerTurns("nuisance-audit", self._pay, failed="appeals by telephone are not audited yet")
        self._tasks = (self._mirror, self._watch, self._debts)

    def start(self) -> None:
        if self.rules is not None:
            for task in self._tasks:
                task.start()

    async def stop(self) -> None:
        for task in reversed(self._tasks):
            await task.stop()

    async def open(self) -> None:
        self._all = True
        for task in self._tasks:
            task.open()

    def hear_board(self, _event: BoardLive) -> None:
        self._tell_all()

    def _tell_all(self) -> None:
        self._all = True
        self._mirror.wake()

    def hear_filed(self, _event: TicketFiled) -> None:
        self._watch.wake()

    def hear_book(self, event: NuisanceHandled) -> None:
        """Its row is in the ledger."""
        if event.step == APPEALED:
            self._debts.wake()
        self._mirror.wake()  # no decision may have said so

    # -- whom it may be about -----------------------------------------------------------------

    def read(self, written: str) -> PhoneNumber:
        return self._numbers.read(written)

    def may_be_graded(self, number: PhoneNumber) -> bool:
        return may_be_graded(number, self._ours)

    async def reported_danger(self, number: str) -> bool:
        """Lately. Raises ``LedgerUnavailable``."""
        return await self.book.reported_danger(number, self._now() - self._danger_lasts)

    # -- acts ------------------------------------------------------------------------------------

    async def decide(self, decision: Decision) -> tuple[Decision, bool] | None:
        """Durable when it returns, and whether Asterisk has it by now. None: somebody else was first."""
        made = await self.book.decide(decision)
        return None if made is None else (made, await self._tell_or_again(made))

    async def end(self, decision: str, how: End, by: str, why: str) -> tuple[Decision, bool] | None:
        """None: it is not in force (any more)."""
        ended = await self.book.end(decision, how, by, why, self._now())
        return None if ended is None else (ended, await self._tell_or_again(ended))

    async def decide_appeal(self, appeal: str, *, upheld: bool, by: str, answer: str) -> tuple[Appeal, bool] | None:
        """None: it is not open (any more)."""
        made = await self.book.decide_appeal(appeal, upheld=upheld, by=by, answer=answer, at=self._now())
        if made is None:
            return None
        ended = await self.book.find_decision(made.decision) if upheld else None
        return made, ended is None or await self._tell_or_again(ended)

    async def _tell_or_again(self, decision: Decision) -> bool:
        told = await self._tell(decision)
        if not told:
            log.warning("Asterisk was not told of a decision", decision=decision.id)
            # the link of events may be up all the while: no connection would say that it is time
            self._tell_all()
        return told

    async def _tell(self, decision: Decision) -> bool:
        if not _told(decision.number):
            return True  # Asterisk cannot be asked about such a number, and no call comes from it
        grade = decision.grade if decision.in_force(self._now()) else OFF
        return await self._say(SetNuisance(decision.number, grade, decision.said, int(decision.until.timestamp())))

    async def _tell_off(self, number: str, held: datetime) -> bool:
        """``held``: when Asterisk held it back last. What it was told before is older, a decision made since is later."""
        if (number, held) in self._cleared or not _told(number):
            return True
        done = await self._say(SetNuisance(number, OFF, int(held.timestamp() * 1000), 0))
        if done:
            log.warning("Asterisk held back a number that nobody decided about: it was told off", at=held.isoformat())
            self._cleared.add((number, held))
        return done

    async def _say(self, word: SetNuisance) -> bool:
        async with self._telling:
            done = await self._perform(word)
        return done.result is Result.DONE

    # -- what goes on by itself -----------------------------------------------------------------

    async def _tell_asterisk(self) -> float | None:
        everything, self._all, now = self._all, False, self._now()
        try:
            known = await self.book.to_tell(now - TELL_AGAIN) if everything else []
            stray = await self.book.graded_by_nobody(now - TELL_AGAIN, now)
        except Exception:
            self._all = self._all or everything
            raise
        if everything:
            self._cleared.clear()
        told = [await self._tell(decision) for decision in known]  # each, whatever became of the others
        told += [await self._tell_off(number, held) for number, held in stray]
        if all(told):
            return None
        self._all = self._all or everything
        log.warning("Asterisk was not told of decisions", untold=told.count(False), of=len(told))
        return AGAIN_SECONDS

    async def _end_for_danger(self) -> None:
        """After a crash between audit entry and end the entry stands twice, never not at all."""
        for decision in await self.book.in_force(self._now()):
            if await self.book.reported_danger(decision.number, decision.at - self._danger_lasts):
                detail = {"decision": decision.id, "how": str(End.DANGER)}
                await self._audit.append(self._now(), DAEMON, "nuisance_ended", detail=detail)
                await self.end(decision.id, End.DANGER, DAEMON, "")

    async def _pay(self) -> None:
        """After a crash between the two writes an entry stands twice, never not at all."""
        for one in await self.book.unaudited():
            detail = {"appeal": one.id, "decision": one.decision, "how": one.how}
            await self._audit.append(one.at, DAEMON, "nuisance_appealed", call=one.call, detail=detail)
            await self.book.audited(one.id)


def _told(number: str) -> bool:
    digits = number.removeprefix("+")
    return digits.isascii() and digits.isdecimal() and 7 <= len(digits) <= 20

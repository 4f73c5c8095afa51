"""Switches between ledger, Asterisk and pages (decision 0048, design D15).

A person's act is a row of the ledger with its audit entry, and Asterisk is told; what a seat's telephone switched is in force in
Asterisk already, and is heard here twice: live, for the pages, and from the book, when its row is in the ledger and the audit
log is owed. At each connection Asterisk is told again what the ledger says; its dialplan keeps what was said later, so that
nothing a telephone switched meanwhile is taken back. While the ledger is away nothing is switched by page: the telephone is
there for that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import structlog

from config.settings import Settings
from console.ports import Audit, Switchable, SwitchRow
from console.published_events import SwitchMoved
from cti.commands import Command, Outcome, Result, SetSwitch
from cti.equipment_events import BoardLive
from cti.journey_events import SwitchedByPhone
from hotline.parts import OneTask
from ledger.errors import WRONG_OR_AWAY
from ledger.mass_events import MassEvents
from ledger.store import Store
from ledger.switches import HOURS, MODE, PIN, SwitchBook, Switching, by_phone

from .ledger_turns import LedgerTurns

log = structlog.get_logger("switches")

BOARD, BOOK = (BoardLive, SwitchedByPhone), SwitchedByPhone
LOOK_SECONDS = 1.0
"""So late at most the end of a switch is told to pages; Asterisk needs no telling."""
AGAIN_SECONDS = 5.0
"""So long after a turn in which Asterisk was not told everything comes the next: the link of events may have stayed up."""
OWED_SECONDS = 30.0
"""So often the audit log's debts are looked for though nothing told of any: a write of theirs may have failed."""
FIRST = 1
"""When a mode that nobody ever switched was said to be off: before everything else."""


class SwitchPart:
    """``await start()``, ``await open()`` when the ledger is there, ``await stop()``."""

    def __init__(
        self, settings: Settings, store: Store, audit: Audit, perform: Callable[[Command], Awaitable[Outcome]],
        publish: Callable[[object], None], now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._book, self._audit, self._perform, self._publish, self._now = (
            SwitchBook(store),
            audit,
            perform,
            publish,
            now,
        )
        self._settings, self._events = settings, MassEvents(store)
        self._people = {agent.id: agent.name for agent in settings.agent}
        self._titles: dict[str, str] = {}
        """Of mass events, as they were named when a mode was switched on for them."""
        self._auditing = asyncio.Lock()
        self._known = {(HOURS, line.id) for line in settings.line} | {(MODE, mode.id) for mode in settings.mode}
        self._newest: dict[tuple[str, str], Switching] = {}
        self._shown: set[tuple[str, str]] = set()
        self._switching = asyncio.Lock()
        self._mirror = LedgerTurns(
            "switches-mirror", self._tell_asterisk, failed="switches are not told to Asterisk yet"
        )
        self._debts = LedgerTurns(
            "switches-audit", self._pay, every=OWED_SECONDS, failed="switches are not audited yet"
        )
        self._ends = OneTask("switches-ends", self._watch_ends)

    def start(self) -> None:
        self._mirror.start()
        self._debts.start()
        self._ends.start()

    async def stop(self) -> None:
        for task in (self._ends, self._debts, self._mirror):
            await task.stop()

    async def open(self) -> None:
        """The ledger is there. Raises ``LedgerUnavailable``."""
        for one in await self._book.newest(self._known):
            self._take(one)
        self._titles |= {event.id: event.title for event in await self._events.running(self._now())}
        self._mirror.open()
        self._debts.open()
        for kind, target in self._known:
            self._publish(SwitchMoved(kind, target))

    # -- what is so --------------------------------------------------------------------------

    def newest(self) -> Mapping[tuple[str, str], Switching]:
        """The act in force of each line and mode of the settings that was ever switched, its end come or not."""
        return {key: one for key, one in self._newest.items() if key in self._known}

    def switchable(self) -> list[Switchable]:
        lines = [Switchable(HOURS, line.id, line.name) for line in self._settings.line]
        modes = [Switchable(MODE, mode.id, mode.name, tuple(mode.districts)) for mode in self._settings.mode]
        return [*modes, *lines]

    def rows(self) -> list[SwitchRow]:
        """Modes first; each line and mode has one, ``clock`` and ``off`` where nothing is otherwise than usual."""
        return [self._row(one) for one in self.switchable()]

    def shown(self) -> dict[str, SwitchRow]:
        """``hours:citizen`` → how it stands: what the stream shows."""
        return {f"{row.kind}:{row.target}": row for row in self.rows()}

    def _row(self, of: Switchable) -> SwitchRow:
        act = self._newest.get((of.kind, of.target))
        usual = "off" if of.kind == MODE else "clock"
        if act is None:
            return SwitchRow(of.kind, of.target, of.name, usual)
        state = usual if act.over(self._now()) else act.state
        title = self._titles.get(act.event, "") if state == "on" else ""
        return SwitchRow(
            of.kind, of.target, of.name, state, act.until, act.district if state == "on" else "",
            act.event if state == "on" else "", title, act.at, act.by, self._people.get(act.by, ""), act.seat, act.reason,
        )  # fmt: skip

    async def history(self, most: int) -> list[Switching]:
        return await self._book.history(most)

    # -- acts ----------------------------------------------------------------------------------

    async def switch(self, wanted: Switching, event_title: str = "") -> bool:
        """Durable when it returns, whether or not Asterisk has it by now (else at its next connection).

        ``wanted.said`` is made here, later than all that was said before. Raises ``LedgerUnavailable``.
        """
        async with self._switching:
            before = self._newest.get((wanted.kind, wanted.target))
            now = self._now()
            said = max(int(now.timestamp() * 1000), before.said + 1 if before else 0)
            act = replace(wanted, said=said, at=now)
            await self._book.add(act)
            if event_title:
                self._titles[act.event] = event_title
            self._take(act)
            told = await self._tell(act)
            if not told:  # the link of events may be up all the while: no connection would say that it is time
                self._mirror.wake()
            self._publish(SwitchMoved(act.kind, act.target))
        try:
            await self._pay()
        except WRONG_OR_AWAY as fault:  # the row stands: its audit entry follows
            log.warning("a switch is not audited yet", fault=str(fault))
            self._debts.wake()
        return told

    async def _tell(self, act: Switching) -> bool:
        until = int(act.until.timestamp()) if act.until else 0
        kind: Literal["hours", "mode"] = "hours" if act.kind == HOURS else "mode"
        done = await self._perform(SetSwitch(kind, act.target, act.state, act.said, until, act.district))
        if done.result is not Result.DONE:
            log.warning("Asterisk was not told of a switch", target=act.target, state=act.state, reason=done.reason)
        return done.result is Result.DONE

    def _take(self, act: Switching) -> bool:
        key = (act.kind, act.target)
        before = self._newest.get(key)
        if before is not None and before.said > act.said:
            return False
        self._newest[key] = act
        return True

    # -- what Asterisk says -----------------------------------------------------------------------

    def hear_board(self, event: BoardLive | SwitchedByPhone) -> None:
        if isinstance(event, BoardLive):
            self._mirror.wake()
        else:
            self._hear(event)

    def hear_book(self, event: SwitchedByPhone) -> None:
        """Its row is in the ledger. What was switched while nobody here listened is known from now on, too."""
        self._hear(event)
        self._debts.wake()

    def _hear(self, event: SwitchedByPhone) -> None:
        if event.said and (event.kind, event.target) in self._known and self._take(by_phone(event)):
            self._publish(SwitchMoved(event.kind, event.target))

    async def _tell_asterisk(self) -> float | None:
        """Of everything."""
        later: float | None = None
        for kind, target in sorted(self._known):
            never = Switching(kind, target, "off" if kind == MODE else "clock", FIRST, self._now())
            act = self._newest.get((kind, target), never)
            if not await self._tell(act):  # the others are told all the same
                later = AGAIN_SECONDS
        return later

    # -- debts of the audit log -------------------------------------------------------------------

    async def _pay(self) -> None:
        """Raises ``LedgerUnavailable``. After a crash between the two writes an entry stands twice, never not at all."""
        async with self._auditing:
            for act in await self._book.unaudited():
                action = "switch_refused" if act.kind == PIN else "switch"
                await self._audit.append(act.at, act.by or f"seat:{act.seat}", action, detail=_detail(act))
                await self._book.audited(act)

    # -- ends ---------------------------------------------------------------------------------------

    async def _watch_ends(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = self._now()
            ended = {key for key, one in self.newest().items() if one.over(now)}
            for kind, target in ended - self._shown:
                self._publish(SwitchMoved(kind, target))
            self._shown = ended


def _detail(act: Switching) -> dict[str, str]:
    told = {
        "kind": act.kind, "target": act.target, "state": act.state, "until": act.until.isoformat() if act.until else "",
        "district": act.district, "event": act.event, "seat": act.seat, "reason": act.reason,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}

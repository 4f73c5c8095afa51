"""Call-backs plugged together: the settings' rules, the one writer, who hears what moved. Made by ``app.py``; no rule lives here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from agents.callbacks import CallbacksMoved, Moved, of_settings
from agents.events import SeatStateChanged
from agents.presence import Presence
from bridge.events import CaseMoved
from bridge.notifications.build import rules_of
from bridge.ports import CaseKnown
from config.settings import Settings
from cti.numbers import Numbers
from ledger.callback_list import CallbackList
from ledger.callback_requests import CallbackBook
from ledger.errors import WRONG_OR_AWAY
from ledger.store import Store

log = structlog.get_logger("callbacks")


class Callbacks:
    """``rules``, ``notify``, ``tell`` and ``tell_cases`` are also the scribe's and the ticket book's; ``hear`` wants ``SeatStateChanged``."""

    def __init__(self, store: Store, settings: Settings, numbers: Numbers, publish: Callable[[Any], None]) -> None:
        self._publish = publish
        self.rules = of_settings(settings, ZoneInfo(settings.centre.timezone))
        self.notify = rules_of(settings)
        self.book = CallbackBook(store, numbers, self.rules, self.tell, self.notify, self.tell_cases)
        self.list = CallbackList(store)
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, moved: Sequence[Moved]) -> None:
        if moved:
            self._publish(CallbacksMoved(tuple(moved)))

    def tell_cases(self, closed: Sequence[CaseKnown]) -> None:
        now = datetime.now(UTC)
        for case in closed:
            self._publish(
                CaseMoved(
                    case.case, case.ticket, case.agent, case.call, case.number, case.query_code, case.state, case.since, now
                )
            )  # fmt: skip

    def hear(self, event: SeatStateChanged) -> None:
        """Whoever leaves their seat leaves what they had taken to the others."""
        if event.new is not Presence.LOGGED_OUT or not event.agent:
            return
        task = asyncio.get_running_loop().create_task(self._left(event.agent), name="callbacks-left")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _left(self, agent: str) -> None:
        try:
            await self.book.left(agent, datetime.now(UTC))
        except WRONG_OR_AWAY as fault:  # a supervisor sees whose they are, and gives them to others
            log.warning("call-backs stay with an agent who left", agent=agent, fault=str(fault))

    async def stop(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

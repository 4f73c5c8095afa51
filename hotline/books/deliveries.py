"""What leaves the ledger for others, as one part: messages to the case store, text messages and echoes; and what becomes of cases meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agents.callbacks import CallbacksMoved
from bridge import build as bridge
from bridge import partner_questions
from bridge.events import CaseMoved, TicketDelivered
from bridge.notifications import build as notifications
from config.settings import Settings
from hotline.bus import Bus
from hotline.parts import Parts

from .build import Books


class Deliveries:
    def __init__(self, settings: Settings, secrets: Mapping[str, str], books: Books, house: Bus) -> None:
        """Raises ``config.files.FileRefused``."""
        self._marks, self._house, self._parts = books.marks, house, Parts()
        made = self._delivery = bridge.build(settings, secrets, books.outbox, books.cases, house.publish)
        self.courier, self.case_callbacks = made.courier, made.callbacks
        self._sender = notifications.build(settings, books.notifications)
        self.notify: Callable[[], None] = self._sender.wake
        self._questions = partner_questions.build(settings, books.matters, self._partner_said)

    async def start(self) -> None:
        await self._parts.begin(self._delivery)
        self._house.listen(CallbacksMoved, lambda _: self.courier.wake())  # a reply may have come of it
        await self._parts.begin(self._sender)
        self._house.listen((TicketDelivered, CaseMoved), self._sender.wake)
        await self._parts.begin(self._questions)
        await self._parts.begin(self._marks)
        self._house.listen(CaseMoved, self._marks.hear)

    def _partner_said(self) -> None:
        self._sender.wake()
        self.courier.wake()  # it may be a supplement of its case

    async def stop(self) -> None:
        await self._parts.stop()

"""Handing a call over to a partner (联动移交): the work order first, then its desk, then the agent's word of what came of it.

An emergency waits for nothing: while the ledger is away the partner's desk is dialled all the same, and the row is made later of
what the dialplan said.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from agents import commands
from agents.commands import Accepted, Refused, Why
from bridge import partner_handover as rules
from bridge.partner_handover import Asked, HandoverEnd
from bridge.partner_states import PartnerCalls
from bridge.ports import Push
from bridge.ticket import ticket_id
from cti.ids import LegId, SeatId
from ledger.partner_handovers import Row
from ledger.partner_matters import Matter

from .ports import CallRow, Desk

log = structlog.get_logger("handover")


@dataclass(frozen=True, slots=True)
class PartnerDesk:
    id: str
    name: str
    number: str


EVERYWHERE = frozenset({"110", "12345"})
"""Partners of every centre, whether or not the settings name them: tickets have a channel of theirs."""


def partners_of(plugs: HasHandovers) -> frozenset[str]:
    """All whose numbers a ticket may name: of the settings, and of every centre."""
    handovers = plugs.handovers
    if handovers is None:
        return EVERYWHERE
    return EVERYWHERE | frozenset(handovers.partners) | frozenset(handovers.calls.keys if handovers.calls else ())


class HasHandovers(Protocol):
    """``console.services.Services``, which holds this module's own."""

    @property
    def handovers(self) -> Handovers | None: ...


class HandoverBook(Protocol):
    """``ledger.partner_handovers.HandoverShelf``."""

    async def ask(self, asked: Asked) -> None: ...
    async def end(
        self, handover: str, how: HandoverEnd, at: datetime, *, by: str = "", note: str = "", reference: str = ""
    ) -> bool: ...
    async def of_call(self, call: str) -> Sequence[Row]: ...
    async def of_calls(self, calls: Collection[str]) -> Sequence[Row]: ...
    async def of_ticket(self, ticket: str) -> Sequence[Row]: ...


class MatterBook(Protocol):
    """``ledger.partner_matters.PartnerMatters``: what is read of it here."""

    async def of_tickets(self, tickets: Collection[str]) -> Sequence[Matter]: ...
    async def of_number(self, partner: str, number: str) -> Matter | None: ...


@dataclass(frozen=True, slots=True)
class Handovers:
    """:param absent: what the book raises while the ledger is away."""

    partners: Mapping[str, PartnerDesk]
    book: HandoverBook
    wake: Callable[[], None]
    """The sender's: what is due to a partner goes at once."""
    absent: tuple[type[Exception], ...] = ()
    noise: Callable[[int], bytes] = field(default=secrets.token_bytes)
    matters: MatterBook | None = None
    calls: PartnerCalls | None = None
    """Signed calls of partners' programs; None: no partner has a secret here."""

    async def ask(
        self, desk: Desk, row: CallRow, push: Push | None, partner: PartnerDesk, summary: str, *, seat: str, agent: str,
        number: str, now: datetime,
    ) -> tuple[Asked, Accepted | Refused]:  # fmt: skip
        """The ticket goes first; when the telephone does not begin it, what was told is taken back."""
        ticket = push.ticket if push is not None else None
        asked = Asked(
            ticket_id(now, self.noise(10)), row.call, partner.id, seat, agent, now, rules.told_number(number, ticket),
            rules.cleaned(summary) or rules.summary_of(ticket), ticket, push.case_number if push is not None else "",
        )  # fmt: skip
        try:
            await self.book.ask(asked)
        except self.absent as fault:
            log.error(
                "handed over without a row: the ledger is away", handover=asked.id, call=row.call, fault=str(fault)
            )
        self.wake()
        wish = commands.HandOver(
            SeatId(seat), partner.number, asked.id, asked.work_order[:64], asked.number, rules.encoded(asked.summary)
        )
        said = await desk.ask(wish)
        if isinstance(said, Refused):
            await self._off(asked, said, now)
        return asked, said

    async def _off(self, asked: Asked, said: Refused, now: datetime) -> None:
        try:
            await self.book.end(asked.id, HandoverEnd.FAILED, now, note=str(said.reason))
        except self.absent as fault:
            log.error("a hand-over that failed is not noted: the ledger is away", handover=asked.id, fault=str(fault))
        self.wake()

    async def accepted(self, desk: Desk, row: CallRow | None, seat: SeatId, partner: PartnerDesk) -> Accepted | Refused:
        """The agent leaves the two together: by the end of the consultation, or out of the three-way talk. Whoever has left already
        need not."""
        said = await desk.ask(commands.ConsultComplete(seat))
        if isinstance(said, Accepted) or said.why is Why.NO_CALL:
            return Accepted()
        if said.why is Why.NO_CONSULTATION and row is not None and _talks(row, partner):
            return await desk.ask(commands.HangUpCall(seat))
        return said

    async def refused(self, desk: Desk, row: CallRow | None, seat: SeatId, partner: PartnerDesk) -> Accepted | Refused:
        """The partner's leg goes, the citizen is the agent's again; the partner may have hung up already."""
        said = await desk.ask(commands.ConsultCancel(seat))
        if isinstance(said, Accepted) or said.why is not Why.NO_CONSULTATION:
            return said
        leg = _leg(row, partner) if row is not None else None
        return await desk.ask(commands.DropParty(seat, leg)) if leg is not None else Accepted()


def _leg(row: CallRow, partner: PartnerDesk) -> LegId | None:
    """The partner's, while it is up; a call of the past has no parties."""
    for one in getattr(row, "participants", ()):
        if one.number == partner.number and one.state in ("talking", "held"):
            return LegId(one.leg)
    return None


def _talks(row: CallRow, partner: PartnerDesk) -> bool:
    return _leg(row, partner) is not None

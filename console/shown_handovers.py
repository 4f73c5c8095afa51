"""Hand-overs and shared matters as they are shown: with the partner's name. Used by the pop, the ticket centre and the hand-over routes."""

from __future__ import annotations

from ledger.partner_handovers import Row
from ledger.partner_matters import Matter

from .contract.partner_handovers import HandoverOut, MatterOut
from .partner_handovers import Handovers, PartnerDesk


def partner_of(handovers: Handovers, partner: str) -> PartnerDesk:
    return handovers.partners.get(partner) or PartnerDesk(partner, partner, "")


def handover_out(row: Row, handovers: Handovers, *, words: bool) -> HandoverOut:
    """``words``: with what was said of the matter; ``visibility.partner_words``."""
    return HandoverOut(
        id=row.id, call=row.call, partner=row.partner, partner_name=partner_of(handovers, row.partner).name, seat=row.seat,
        agent=row.agent, ticket=row.ticket, asked_at=row.asked_at, told=row.told, told_at=row.told_at,
        answered_at=row.answered_at, ended_at=row.ended_at, how=row.how, by=row.by, reference=row.reference, note=row.note if words else "",
        their_state=row.their_state, their_note=row.their_note if words else "",
    )  # fmt: skip


def matter_out(row: Matter, handovers: Handovers) -> MatterOut:
    return MatterOut(
        partner=row.partner, partner_name=partner_of(handovers, row.partner).name, number=row.number, state=row.state,
        since=row.since, word=row.word, unit=row.unit, note=row.note,
    )  # fmt: skip

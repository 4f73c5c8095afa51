"""Matters shared with partners (12345, 110), one row a matter under both numbers: the only writer of ``partner_matters`` and ``partner_states``.

A matter gets its row when a ticket with a partner's number is filed, when a call is handed over, or when the partner speaks of it first.
What a partner says is history under its own number (sequence); only what is newer than all before moves the matter.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge import ticket_json
from bridge.case_state import CaseState
from bridge.case_store_messages import MessageKind
from bridge.notifications.rules import Known
from bridge.notifications.rules import Rules as NotificationRules
from bridge.partner_handover import HandoverEnd
from bridge.partner_states import OVER, TOLD, MatterState, OpenMatter, PartnerState, StatesHeard, folded, supplement
from bridge.ticket import Ticket
from bridge.ticket import ticket_id as new_id

from . import notifications
from . import tables as t
from .outbox_rows import say
from .rows import clip
from .store import Store

_M, _S, _H, _C, _T = t.partner_matters.c, t.partner_states.c, t.handovers.c, t.cases.c, t.tickets.c


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter at a partner. Times are aware UTC; None: not (yet) so."""

    id: str
    partner: str
    number: str
    """The partner's own; '' it has told none."""
    ticket: str
    handover: str
    state: str
    """A ``MatterState``; '' the partner has said none."""
    since: datetime | None
    word: str
    unit: str
    note: str


class PartnerMatters:
    """Each wish is one transaction, on disk when it returns."""

    def __init__(self, store: Store, notify: NotificationRules | None = None) -> None:
        """``notify``: to whom our own states are told; a partner's number that becomes known late gets them then."""
        self._store, self._notify = store, notify or NotificationRules()

    async def hear(self, partner: str, states: Sequence[PartnerState], now: datetime) -> StatesHeard:
        """What comes twice changes nothing, what comes late is history. Of a matter that nobody here knows what names the
        partner's number is kept until its ticket comes; what names a number of ours that was never that partner's is nobody's."""

        def work(db: sa.Connection) -> StatesHeard:
            moved = known = unknown = 0
            learned = False
            for one in states:
                did, fresh = self._heard(db, partner, one, now)
                learned = learned or fresh
                match did:
                    case True:
                        moved += 1
                    case False:
                        known += 1
                    case None:
                        unknown += 1
            return StatesHeard(moved, known, unknown, learned)

        return await self._store.transact(work, lasting=True)

    async def of_tickets(self, tickets: Collection[str]) -> Sequence[Matter]:
        """Oldest first."""
        if not tickets:
            return []
        mine = sa.and_(_M.ticket_id != sa.literal_column("''"), _M.ticket_id.in_(tickets))
        wanted = sa.select(t.partner_matters).where(mine).order_by(_M.matter_id)
        return await self._store.look(lambda db: [_matter(row) for row in db.execute(wanted)])

    async def of_number(self, partner: str, number: str) -> Matter | None:
        """By the partner's own number, however it is written."""
        wanted = sa.select(t.partner_matters).where(*_numbered(partner, folded(number)))
        row = await self._store.look(lambda db: db.execute(wanted).first())
        return _matter(row) if row is not None and folded(number) else None

    async def open_at(self, partner: str, after: str, most: int) -> Sequence[OpenMatter]:
        """Matters of ours that are not over at the partner, by id, those behind ``after``: what it may be asked about."""
        ours = sa.or_(_M.ticket_id != "", _M.handover_id != "")
        going = _M.state.not_in([str(one) for one in OVER])
        wanted = sa.select(_M.matter_id, _M.number, _M.state, _M.sequence).where(
            _M.matter_id > after, _M.partner == clip(partner, 40), _M.folded != "", going, ours
        )
        found = wanted.order_by(_M.matter_id).limit(most)
        return await self._store.look(lambda db: [OpenMatter(*row) for row in db.execute(found)])

    def _heard(self, db: sa.Connection, partner: str, one: PartnerState, now: datetime) -> tuple[bool | None, bool]:
        """True: it moved; False: it was known, or came late; None: of no matter that is known here. And whether anything became
        known by it."""
        row, learned = _row(self._store, db, partner, one, now)
        if row is None:
            return None, False
        said = {
            "matter_id": row.matter_id, "sequence": one.sequence, "state": str(one.state), "at": one.at, "heard_at": now,
            "word": one.word, "unit": one.unit, "note": one.note, "late": one.sequence <= row.sequence,
        }  # fmt: skip
        fresh = self._store.insert(t.partner_states).values(said).on_conflict_do_nothing().returning(_S.sequence)
        new = db.execute(fresh).first() is not None
        if new and one.sequence > row.sequence:
            values: dict[str, Any] = {
                "state": str(one.state), "since": one.at, "sequence": one.sequence, "word": one.word, "unit": one.unit,
                "note": one.note, "moved_at": now,
            }  # fmt: skip
            db.execute(sa.update(t.partner_matters).where(_M.matter_id == row.matter_id).values(values))
        if one.number:
            learned = _numbered_by(db, row, one.number) or learned
        told(self._store, db, row.matter_id, now, self._notify)
        moved = None if not (row.ticket_id or row.handover_id) else new and one.sequence > row.sequence
        return moved, new or learned


def _matter(row: Any) -> Matter:
    return Matter(
        row.matter_id, row.partner, row.number, row.ticket_id, row.handover_id, row.state, row.since, row.word, row.unit,
        row.note,
    )  # fmt: skip


def _numbered(partner: str, number: str) -> list[sa.ColumnElement[bool]]:
    return [_M.partner == clip(partner, 40), _M.folded == number, _M.folded != sa.literal_column("''")]


def _row(store: Store, db: sa.Connection, partner: str, one: PartnerState, now: datetime) -> tuple[Any, bool]:
    """Its row, locked, and whether two became one; made where only the partner's own number is known so far."""
    key = folded(one.number)
    row = (
        db.execute(sa.select(t.partner_matters).where(*_numbered(partner, key)).with_for_update()).first()
        if key
        else None
    )
    if one.work_order and (row is None or not (row.ticket_id or row.handover_id)):
        ours = _by_our_number(db, partner, one.work_order, key)
        if row is not None and ours is not None:
            return _joined(db, row, ours), True
        row = row or ours
    if row is None and key:
        row = _made(store, db, partner, one.number, "", "", now)
    return row, False


def _by_our_number(db: sa.Connection, partner: str, work_order: str, key: str) -> Any:
    """A hand-over's, a ticket's or a case's number, of a matter this partner has: no partner speaks of another's."""
    handed = sa.select(t.partner_matters).where(
        _M.partner == partner, _M.handover_id != sa.literal_column("''"), _M.handover_id == work_order
    )
    ticket = db.scalar(sa.select(_C.ticket_id).where(_C.number == work_order)) or work_order
    filed = sa.select(t.partner_matters).where(
        _M.partner == partner, _M.ticket_id != sa.literal_column("''"), _M.ticket_id == ticket
    )
    for wanted in (handed, filed):
        free = (
            wanted.where(_M.folded.in_((key, "")) if key else sa.true())
            .order_by(_M.matter_id.desc())
            .limit(1)
            .with_for_update()
        )
        if (row := db.execute(free).first()) is not None:
            return row
    return None


def _joined(db: sa.Connection, kept: Any, gone: Any) -> Any:
    """Two rows turn out to be one matter: the one with the ticket stays, for by its id the case store was told, else the one with
    the partner's number, with all that was heard of both. Of two hand-overs under one number each keeps its own."""
    if kept.matter_id == gone.matter_id or (kept.handover_id and gone.handover_id):
        return kept
    if gone.ticket_id and not kept.ticket_id:
        kept, gone = gone, kept
    numbered = kept if kept.folded else gone
    values: dict[str, Any] = {
        "number": numbered.number, "folded": numbered.folded,
        "handover_id": kept.handover_id or gone.handover_id, "ticket_id": kept.ticket_id or gone.ticket_id,
    }  # fmt: skip
    if gone.sequence > kept.sequence:
        values |= {
            name: getattr(gone, name) for name in ("state", "since", "sequence", "word", "unit", "note", "moved_at")
        }
    heard = sa.select(_S.sequence).where(_S.matter_id == kept.matter_id)
    other = sa.and_(_S.matter_id == gone.matter_id, _S.sequence.not_in(heard))
    db.execute(sa.update(t.partner_states).where(other).values(matter_id=kept.matter_id))
    db.execute(sa.delete(t.partner_states).where(_S.matter_id == gone.matter_id))
    db.execute(sa.delete(t.partner_matters).where(_M.matter_id == gone.matter_id))
    db.execute(sa.update(t.partner_matters).where(_M.matter_id == kept.matter_id).values(values))
    return db.execute(sa.select(t.partner_matters).where(_M.matter_id == kept.matter_id)).one()


def _made(
    store: Store, db: sa.Connection, partner: str, number: str, ticket: str, handover: str, now: datetime
) -> Any:  # fmt: skip
    """A row of its own; the other's where somebody was quicker with the same number."""
    ident = new_id(now, secrets.token_bytes(10))
    values = {
        "matter_id": ident, "partner": clip(partner, 40), "number": clip(number) if folded(number) else "",
        "folded": folded(number), "ticket_id": ticket, "handover_id": handover, "noted_at": now,
    }  # fmt: skip
    db.execute(store.insert(t.partner_matters).values(values).on_conflict_do_nothing())
    mine = sa.select(t.partner_matters).where(_M.matter_id == ident)
    other = sa.select(t.partner_matters).where(*_numbered(partner, folded(number))).with_for_update()
    return db.execute(mine).first() or db.execute(other).one()


def _numbered_by(db: sa.Connection, row: Any, number: str) -> bool:
    """The partner's number of a matter that had none; an open hand-over has it, too, for the agent to see. Whether it was new."""
    key, new = folded(number), 0
    if not row.folded and key:
        taken = sa.exists().where(*_numbered(row.partner, key))
        mine = sa.and_(_M.matter_id == row.matter_id, _M.folded == "", ~taken)
        new += db.execute(sa.update(t.partner_matters).where(mine).values(number=clip(number), folded=key)).rowcount
    if row.handover_id and key:
        lacks = sa.and_(_H.handover_id == row.handover_id, _H.reference == "")
        new += db.execute(sa.update(t.handovers).where(lacks).values(reference=clip(number))).rowcount
    return new > 0


# -- inside others' transactions ----------------------------------------------------------------------


def filed(
    store: Store, db: sa.Connection, ticket: Ticket, now: datetime, notify: NotificationRules | None = None
) -> None:  # fmt: skip
    """A ticket was filed: with partners' numbers, or of a call that is handed over. A matter that has a ticket already keeps its first."""
    for partner, number in ticket.external_ids:
        key = folded(number)
        if not key:
            continue
        row = db.execute(sa.select(t.partner_matters).where(*_numbered(partner, key)).with_for_update()).first()
        if row is None:
            row = _made(store, db, partner, number, ticket.id, "", now)
        if not row.ticket_id:
            db.execute(sa.update(t.partner_matters).where(_M.matter_id == row.matter_id).values(ticket_id=ticket.id))
        told(store, db, row.matter_id, now, notify)
    if not ticket.call:
        return
    here = sa.and_(_H.call_id == ticket.call, _H.ticket_id == "", _H.how.in_(("", str(HandoverEnd.ACCEPTED))))
    for handover in list(db.execute(sa.select(_H.handover_id).where(here)).scalars()):
        db.execute(sa.update(t.handovers).where(_H.handover_id == handover).values(ticket_id=ticket.id))
        handed_over(store, db, handover, now, notify)


def handed_over(
    store: Store, db: sa.Connection, handover: str, now: datetime, notify: NotificationRules | None = None
) -> None:
    """A hand-over was asked for, has its ticket now, or the partner's number of it became known."""
    one = db.execute(sa.select(*_H).where(_H.handover_id == handover)).first()
    if one is None:
        return
    mine = sa.and_(_M.handover_id != sa.literal_column("''"), _M.handover_id == handover)
    row = db.execute(sa.select(t.partner_matters).where(mine).with_for_update()).first()
    key = folded(one.reference)
    other = (
        db.execute(sa.select(t.partner_matters).where(*_numbered(one.partner, key)).with_for_update()).first()
        if key
        else None
    )
    if row is None and other is None:
        if one.how in ("", str(HandoverEnd.ACCEPTED)):
            row = _made(store, db, one.partner, one.reference, one.ticket_id, handover, now)
    elif row is None and other is not None:
        row = other
        changed = {"handover_id": other.handover_id or handover, "ticket_id": other.ticket_id or one.ticket_id}
        db.execute(sa.update(t.partner_matters).where(_M.matter_id == other.matter_id).values(changed))
    elif row is not None:
        row = _joined(db, other, row) if other is not None else row
        lacks = sa.and_(_M.matter_id == row.matter_id, _M.ticket_id == "")
        db.execute(sa.update(t.partner_matters).where(lacks).values(ticket_id=one.ticket_id))
        _numbered_by(db, row, one.reference)
    if row is not None:
        told(store, db, row.matter_id, now, notify)


def of_other(db: sa.Connection, ticket: Ticket) -> str:
    """The ticket that one of these partners' numbers belongs to already; '' none, or this one itself."""
    for partner, number in ticket.external_ids:
        if key := folded(number):
            found = db.scalar(sa.select(_M.ticket_id).where(*_numbered(partner, key)))
            if found and found != ticket.id:
                return str(found)
    return ""


def of_work_order(db: sa.Connection, ticket: Ticket) -> str:
    """The ticket that the work order of this ticket's call has already, where nobody typed that: both came by the partner's own
    trunk and number, or the first by a program that is bound to the partner. '' none."""
    facts = ticket.facts
    if facts is None or not facts.partner or not folded(facts.reference):
        return ""
    key = folded(facts.reference)
    first = db.scalar(
        sa.select(_T.body)
        .join_from(t.partner_matters, t.tickets, _T.ticket_id == _M.ticket_id)
        .where(*_numbered(facts.partner, key))
    )
    if first is None:
        return ""
    one = ticket_json.load(first)
    if one.id == ticket.id or one.key == ticket.key:
        return ""
    if one.facts is not None:
        return one.id if (one.facts.partner, folded(one.facts.reference)) == (facts.partner, key) else ""
    program = one.agent.removeprefix("program:") if one.agent.startswith("program:") else ""
    bound = sa.select(t.programs.c.partner).where(t.programs.c.name == program)
    return one.id if program and db.scalar(bound) == facts.partner else ""


def told_to(db: sa.Connection, ticket: Ticket) -> Ticket:
    """With those of its partners' numbers that are its own: of a number that another ticket had first the partner is told that one's states."""
    if not ticket.external_ids:
        return ticket
    own = tuple(one for one in ticket.external_ids if not of_other(db, replace(ticket, external_ids=(one,))))
    return ticket if own == ticket.external_ids else replace(ticket, external_ids=own)


def numbers_of(db: sa.Connection, ticket: str) -> dict[str, str]:
    """Partner → its number of this ticket's matter, however that came to be known."""
    mine = sa.and_(_M.ticket_id != sa.literal_column("''"), _M.ticket_id == ticket, _M.number != "")
    return {
        row.partner: row.number
        for row in db.execute(sa.select(_M.partner, _M.number).where(mine).order_by(_M.matter_id))
    }


def told(store: Store, db: sa.Connection, matter: str, now: datetime, notify: NotificationRules | None) -> None:
    """What the partner said last goes to the case store, and where our case stands to the partner: once each, whatever comes again."""
    row = db.execute(sa.select(t.partner_matters).where(_M.matter_id == matter)).one()
    if not row.ticket_id:
        return
    if row.state and MatterState(row.state) in TOLD:
        text = supplement(row.partner, row.number, MatterState(row.state), row.word, row.unit, row.note)
        name = f"{row.partner}/{row.matter_id}/{row.sequence}"
        say(
            db,
            row.ticket_id,
            MessageKind.SUPPLEMENT,
            name,
            {"text": text, "at": now.isoformat(), "by": row.partner},
            now,
        )
    if notify is None or row.partner not in notify.partners or not row.number:
        return
    wanted = sa.select(t.cases, _T.body).join_from(t.cases, t.tickets, _T.ticket_id == _C.ticket_id)
    case = db.execute(wanted.where(_C.ticket_id == row.ticket_id)).first()
    if case is not None:
        known = Known(
            ticket_json.load(case.body), case.number, case.query_code, CaseState(case.state), case.sequence, case.since,
            case.unit, linked=numbers_of(db, row.ticket_id),
        )  # fmt: skip
        notifications.put(store, db, notify.echoes(known), now)

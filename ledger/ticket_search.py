"""Which tickets a page of the ticket centre holds, newest first. Reads only.

A search begins at the narrowest of what it asks for, a walk down an index that ends when the page is full; the rest, words in
what was written too, is looked at ticket by ticket on the way, at most ``WALKED`` a page: the answer says how far back that was,
and the next page goes on from there. So a page costs what it looked at, and not what the ledger holds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bridge import ticket_json
from bridge.case_state import OVER, CaseState
from bridge.delivery_state import DeliveryState
from bridge.ports import Push
from bridge.ticket import Ticket, ticket_id
from cti.numbers import home

from . import tables as t
from .store import Store
from .tickets import PUSH, push_of

_T, _C, _N, _O = t.tickets.c, t.cases.c, t.ticket_numbers.c, t.outbox.c
WALKED = 4_000
_FIRST = datetime.fromtimestamp(0, UTC)
OPEN, UNDELIVERED, REFUSED = "open", "undelivered", "refused"
"""States that are none of a case: neither over nor answered on the spot; no case yet; refused by the case store."""
STATES = (OPEN, UNDELIVERED, REFUSED, *(str(state) for state in CaseState))
Condition = sa.ColumnElement[bool]
_ON_ITS_WAY: Condition = _O.state.in_([str(DeliveryState.WAITING), str(DeliveryState.POISONED)])
"""Beside ``undelivered``, so that its small index is searched and not read from end to end."""


@dataclass(frozen=True, slots=True)
class Sought:
    """'' and None ask for nothing; ``since`` <= filed < ``until``."""

    case: str = ""
    """A case's number, or a ticket's id."""
    number: str = ""
    """A citizen's number, in whatever spelling; anonymous ones are found by none."""
    words: str = ""
    """All of them, in title, content, place or unit."""
    code: str = ""
    kind: str = ""
    unit: str = ""
    """By its whole name: who has the case, or who was meant to."""
    state: str = ""
    """One of ``STATES``."""
    agent: str = ""
    """Who filed it."""
    since: datetime | None = None
    until: datetime | None = None
    after: str = ""
    """The ticket the page before ended with."""
    most: int = 50
    confidential: bool = True
    """False: what would tell of a confidential one what is not shown of it (its number, its words) does not find it."""


@dataclass(frozen=True, slots=True)
class FoundTickets:
    pushes: Sequence[Push]
    after: str
    """Where the next page goes on; '' there is no more."""
    back_to: datetime | None
    """So far back was looked at; None: all the way."""


class TicketSearch:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, sought: Sought) -> FoundTickets:
        return await self._store.look(lambda db: _find(db, sought))


def _find(db: sa.Connection, sought: Sought) -> FoundTickets:
    if sought.case:
        found = db.execute(PUSH.where(_C.number == sought.case)).all()
        found = found or db.execute(PUSH.where(_T.ticket_id == sought.case)).all()
        pushes = [push_of(row) for row in found]
        own = [push for push in pushes if not sought.agent or push.ticket.agent == sought.agent]
        return FoundTickets(own[: sought.most], "", None)
    last = None
    if sought.after:
        last = db.execute(sa.select(_T.ticket_id, _T.filed_at).where(_T.ticket_id == sought.after)).first()
        if last is None:
            return FoundTickets((), "", None)
    wanted = _folded(sought.words).split()
    walks, rest = _walks(sought)
    kept: list[str] = []
    rows: list[Any] = []
    looked = most = 0
    for most in _steps(sought.most, filtered=bool(wanted or rest)):
        rows = _walked(db, sought, walks, rest, last, most)
        kept, looked = [], 0
        for row in rows:
            looked += 1
            if row.fits and (not wanted or _holds(ticket_json.load(row.body), wanted)):
                kept.append(row.ticket_id)
                if len(kept) == sought.most:
                    break
        if len(kept) == sought.most or len(rows) < most:
            break
    more = looked < len(rows) or len(rows) == most
    at = rows[looked - 1] if more and looked else None
    pushes = _dressed(db, kept)
    return FoundTickets(pushes, at.ticket_id if at else "", at.filed_at if at else None)


def _steps(most: int, *, filtered: bool) -> Sequence[int]:
    """So many are walked; where some are left out a few first, which mostly fill the page."""
    return sorted({min(most * 8, WALKED), WALKED}) if filtered else [most]


@dataclass(frozen=True, slots=True)
class _Walk:
    source: sa.FromClause
    more: Sequence[Condition]
    at: Sequence[sa.ColumnElement[Any]]
    """By what it is in order, the newest first: with a moment the ticket's id behind it; a case's id alone sorts by time."""


def _walked(
    db: sa.Connection, sought: Sought, walks: Sequence[_Walk], rest: Sequence[Condition], last: Any, most: int
) -> list[Any]:
    """Newest first, each with whether the ``rest`` fits it, too; two ways to the same ticket are two walks."""
    found: dict[str, Any] = {}
    for walk in walks:
        columns = (_T.ticket_id, _T.filed_at, sa.and_(sa.true(), *rest).label("fits"))
        wanted = sa.select(*columns, *((_T.body,) if sought.words else ())).select_from(walk.source)
        wanted = wanted.where(*walk.more, *_between(walk, sought), *_behind(walk, last))
        for row in db.execute(wanted.order_by(*(column.desc() for column in walk.at)).limit(most)):
            found[row.ticket_id] = row
    return sorted(found.values(), key=lambda row: (row.filed_at, row.ticket_id), reverse=True)[:most]


def _walks(sought: Sought) -> tuple[list[_Walk], list[Condition]]:
    """And what a walk does not tell by itself: it is looked at on the way."""
    cased = t.tickets.outerjoin(t.cases, _C.stream == _T.key)
    of_case = t.cases.join(t.tickets, _T.ticket_id == _C.ticket_id)
    filed = (_T.filed_at, _T.ticket_id)
    if sought.number:
        national = home().read(sought.number).national
        numbered = t.ticket_numbers.join(t.tickets, _T.ticket_id == _N.ticket_id).outerjoin(
            t.cases, _C.stream == _T.key
        )
        mine = _Walk(numbered, [_N.national == national, ~_T.anonymous], (_N.filed_at, _N.ticket_id))
        return [mine] if national else [], _rest(sought)
    if sought.unit:
        units = [_Walk(cased, [_T.unit == sought.unit], filed), _Walk(of_case, [_C.unit == sought.unit], (_C.case_id,))]
        return units, _rest(sought)
    undelivered = t.outbox.join(t.tickets, _T.ticket_id == _O.ticket_id).outerjoin(t.cases, _C.stream == _T.key)
    if sought.state == UNDELIVERED:
        return [_Walk(undelivered, [t.undelivered, _ON_ITS_WAY, _O.message_id == _T.ticket_id], filed)], _rest(
            sought, "state"
        )
    if sought.state == REFUSED:
        poisoned = _O.state == str(DeliveryState.POISONED)
        return [_Walk(undelivered, [t.undelivered, poisoned], filed)], _rest(sought, "state")
    if sought.state and not (sought.agent or sought.code):
        states = [one for one in CaseState if one not in OVER] if sought.state == OPEN else [CaseState(sought.state)]
        todo = [~_T.answered_directly] if sought.state == OPEN else []
        walks = [_Walk(of_case, [_C.state == str(one), *todo], (_C.case_id,)) for one in states]
        caseless = _Walk(undelivered, [t.undelivered, _ON_ITS_WAY, _C.state.is_(None), *todo], filed)
        return [*walks, caseless] if sought.state == OPEN else walks, _rest(sought, "state")
    if sought.agent:
        return [_Walk(cased, [_T.agent == sought.agent], filed)], _rest(sought, "agent")
    if sought.code:
        return [_Walk(cased, [_T.code == sought.code], filed)], _rest(sought, "code")
    return [_Walk(cased, [], filed)], _rest(sought)


def _behind(walk: _Walk, last: Any) -> list[Condition]:
    """Older than the ticket a page ended with."""
    if last is None:
        return []
    if len(walk.at) == 1:
        return [walk.at[0] < last.ticket_id]
    at, ident = walk.at
    return [sa.and_(at <= last.filed_at, sa.or_(at < last.filed_at, ident < last.ticket_id))]


def _between(walk: _Walk, sought: Sought) -> list[Condition]:
    """In the time that is asked for, by the walk's own index; where that is a case's id, to the millisecond by it."""
    by_id = len(walk.at) == 1
    at = _T.filed_at if by_id else walk.at[0]
    asked: list[Condition] = []
    if sought.since is not None:
        asked += [walk.at[0] >= ticket_id(max(sought.since, _FIRST), bytes(10))] if by_id else []
        asked.append(at >= sought.since)
    if sought.until is not None:
        asked += [walk.at[0] <= ticket_id(max(sought.until, _FIRST), b"\xff" * 10)] if by_id else []
        asked.append(at < sought.until)
    return asked


def _rest(sought: Sought, *walked: str) -> list[Condition]:
    """All that is asked for but what is ``walked``, and the time."""
    asked = [
        column == value
        for name, column, value in (
            ("code", _T.code, sought.code), ("kind", _T.kind, sought.kind), ("agent", _T.agent, sought.agent),
        )
        if value and name not in walked
    ]  # fmt: skip
    if not sought.confidential and (sought.number or sought.words):
        asked.append(~_T.confidential)
    return asked if "state" in walked else [*asked, *_in_state(sought.state)]


def _in_state(state: str) -> list[Condition]:
    if state == OPEN:
        over = _C.state.in_([str(one) for one in OVER])
        return [~_T.answered_directly, sa.or_(_C.state.is_(None), ~over)]
    if state == UNDELIVERED:
        return [sa.exists().where(_O.message_id == _T.ticket_id, _ON_ITS_WAY)]
    if state == REFUSED:
        return [sa.exists().where(_O.stream == _T.key, _O.state == str(DeliveryState.POISONED))]
    return [_C.state == state] if state else []


def _dressed(db: sa.Connection, tickets: Sequence[str]) -> list[Push]:
    if not tickets:
        return []
    found = {row.ticket_id: push_of(row) for row in db.execute(PUSH.where(_T.ticket_id.in_(tickets)))}
    return [found[one] for one in tickets if one in found]


def _holds(ticket: Ticket, wanted: Sequence[str]) -> bool:
    place = ticket.place
    said = (
        ticket.title, ticket.content, place.address_text, place.address_std, *place.area, ticket.unit_suggested,
        ticket.unit_confirmed,
    )  # fmt: skip
    text = _folded(" ".join(said))
    return all(word in text for word in wanted)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()

"""How far a case is, for its citizen at the telephone: found by number and query code, of the ledger's own cases.

Implements ``ivr.ports.ProgressBook`` and ``EventBook``: no driver is asked, so it works with each of them, and while the case store
is away. A try is written down before anything is compared, in the same transaction, as on the public page (decision 0041): many at
once are counted as many, and unknown number and wrong code are one answer.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from accounts.query_code_limits import KEPT_SECONDS, LIMITS, OWN, Scope, refusal
from bridge.case_state import CaseState
from bridge.case_store_messages import MessageKind
from cti.numbers import Numbers
from ivr.ports import CaseStanding, NoSuchCase, OpenEvent, TooMany

from . import tables as t
from .store import Store

_C, _T, _P, _E, _O = t.cases.c, t.tickets.c, t.progress_tries.c, t.mass_events.c, t.outbox.c
_F = t.ticket_numbers.c
CHAIN = 8
"""So many cases are followed from one that was merged to the one it goes on within."""

STEP_OF: Mapping[CaseState, str] = {
    CaseState.FILED: "report",
    CaseState.RETURNED: "returned_seat",
    CaseState.DISPATCHED: "dispatch",
    CaseState.HANDLING: "handling",
    CaseState.SUSPENDED: "suspended",
    CaseState.HANDLED: "feedback",
    CaseState.CHECKED: "confirmed",
    CaseState.CLOSED: "closing",
    CaseState.VOIDED: "voided",
}
"""What is told of a state where the store's own word says no more."""
STEP_OF_WORD: Mapping[str, str] = {
    "待受理": "report",
    "退回话务补充": "returned_seat",
    "退回受理": "report",
    "待派遣": "acceptance",
    "退回派遣": "acceptance",
    "待审定": "acceptance",
    "已派遣": "dispatch",
    "处置中": "handling",
    "待单位确认": "handling",
    "挂账": "suspended",
    "待核实": "feedback",
    "待回复": "confirmed",
    "待结案": "replied",
    "督查": "supervision",
    "已结案": "closing",
    "已评价": "evaluation",
    "作废": "voided",
}
"""The words of the case store that comes with us, and of others that speak as the seven steps do; as its public page tells them."""


class CaseProgress:
    def __init__(self, store: Store, numbers: Numbers, zone: ZoneInfo, clock: Callable[[], float]) -> None:
        """``zone``: the centre's, whose days are told; ``clock``: seconds since 1970."""
        self._store, self._numbers, self._zone, self._clock = store, numbers, zone, clock

    async def ask(self, number: str, code: str, caller: str) -> CaseStanding | NoSuchCase | TooMany:
        """Raises ``LedgerUnavailable``."""
        who = self._numbers.read(caller)
        national, now = who.national if who.somebody else "", self._clock()
        return await self._store.transact(lambda db: self._ask(db, number, code, national, now), lasting=True)

    async def running(self) -> Sequence[OpenEvent]:
        """Mass events that are on, the newest first. Raises ``LedgerUnavailable``."""
        now = datetime.fromtimestamp(self._clock(), self._zone)
        return await self._store.look(lambda db: _running(db, now))

    def _ask(
        self, db: sa.Connection, number: str, code: str, caller: str, now: float
    ) -> CaseStanding | NoSuchCase | TooMany:
        db.execute(sa.delete(t.progress_tries).where(_P.at <= now - KEPT_SECONDS))
        wrong = _wrong(db, number, caller)
        if refusal(wrong, now, OWN) is not None:
            return TooMany()
        held = refusal(wrong, now) is not None
        if held and not _own(db, number, caller):
            return TooMany()
        row = db.execute(_CASE.where(_C.number == number)).first() if number else None
        kept = row.query_code if row is not None else ""
        right = hmac.compare_digest(kept.encode(), code.encode()) and bool(kept)
        db.execute(sa.insert(t.progress_tries).values(at=now, number=number, caller=caller, wrong=not right))
        if row is None or not right:
            return TooMany() if held else NoSuchCase()
        root = row
        for _ in range(CHAIN):
            above = db.execute(_CASE.where(_C.number == root.merged_into)).first() if root.merged_into else None
            if above is None:
                break
            root = above
        step = STEP_OF_WORD.get(root.word) or STEP_OF[CaseState(root.state)]
        return CaseStanding(
            number,
            step,
            self._day(root.since),
            self._promised(row.promised_by),
            provisional=bool(row.promise_provisional),
        )

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _promised(self, by: datetime | None) -> date | None:
        return None if by is None else self._day(by)


_CASE = sa.select(
    _C.number, _C.query_code, _C.state, _C.word, _C.since, _T.merged_into, _T.promised_by, _T.promise_provisional,
).join_from(t.cases, t.tickets, _T.ticket_id == _C.ticket_id)  # fmt: skip


def _own(db: sa.Connection, number: str, caller: str) -> bool:
    """Whether this telephone is one by which the case's ticket is found."""
    here = sa.and_(_F.ticket_id == _C.ticket_id, _F.national == caller)
    wanted = (
        sa.select(sa.literal(1)).select_from(t.cases).join(t.ticket_numbers, here).where(_C.number == number).limit(1)
    )
    return bool(caller) and db.execute(wanted).first() is not None


def _wrong(db: sa.Connection, number: str, caller: str) -> dict[Scope, list[float]]:
    """The newest wrong tries of each scope, as many as its limits ask for."""
    where = {Scope.NUMBER: _P.number == number, Scope.CALLER: _P.caller == caller, Scope.ALL: sa.true()}
    most = {scope: max(limit.tries for limit in LIMITS if limit.scope is scope) for scope in where}
    return {
        scope: list(
            db.execute(sa.select(_P.at).where(_P.wrong, mine).order_by(_P.at.desc()).limit(most[scope])).scalars()
        )
        for scope, mine in where.items()
    }


def _running(db: sa.Connection, now: datetime) -> list[OpenEvent]:
    on = (
        sa.select(_E.event_id, _E.district, _T.key)
        .outerjoin_from(t.mass_events, t.tickets, _T.ticket_id == _E.ticket_id)
        .where(_E.ends_at > now, _E.closed_at.is_(None), _E.words != "")
        .order_by(_E.opened_at.desc())
        .limit(20)
    )
    return [OpenEvent(row.event_id, row.district, 1 + _joined(db, row.key)) for row in db.execute(on).all()]


def _joined(db: sa.Connection, stream: str) -> int:
    """Others who said the same: +1 of agents and of keys. ``stream``: of the event's ticket."""
    plus = (
        sa.select(sa.func.count())
        .select_from(t.outbox)
        .where(_O.stream == stream, _O.kind == str(MessageKind.PLUS_ONE))
    )
    return int(db.execute(plus).scalar_one())

"""Nuisance callers: tags, decisions, appeals (decision 0050). The only writer of their tables.

A wish is one transaction, durable when it returns. What the telephone did with the calls of graded numbers is written by the scribe
(``put``), in the transaction of the row in which Asterisk told it; an appeal by key is an appeal from then on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from agents.callbacks import Kind, Moved
from agents.callbacks import Rules as CallbackRules
from bridge import ticket_json
from bridge.nuisance import MISTAKES, End, Grade, How, TagState, is_danger
from cti.numbers import Numbers

from . import callbacks, rows
from . import tables as t
from .call_record import CallRecord, Graded
from .callback_rows import Tell, untold
from .callbacks import Owed
from .chunks import chunks
from .store import Store

_T, _D, _A, _G = t.nuisance_tags.c, t.nuisance_decisions.c, t.nuisance_appeals.c, t.graded_calls.c
_OPEN_TAG: sa.ColumnElement[bool] = sa.literal_column("state = 'open'")
_OPEN_APPEAL: sa.ColumnElement[bool] = sa.literal_column("decided_at IS NULL")
_UNAUDITED: sa.ColumnElement[bool] = sa.literal_column("NOT audited")
"""As their indexes say it."""
APPEALED = "appealed"
"""The step by which a caller appeals."""
MOST = 500
A_DAY = timedelta(days=1)
"""A ticket of a call is filed within it."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tag:
    """An agent's word that a call was a nuisance. Moments are aware UTC; None: not (yet) so."""

    id: str
    call: str
    number: str
    at: datetime
    by: str
    seat: str
    reason: str
    note: str = ""
    state: str = TagState.OPEN
    decided_at: datetime | None = None
    decided_by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A supervisor's word on how calls of a number are held back, and until when."""

    id: str
    number: str
    grade: str
    at: datetime
    until: datetime
    by: str
    why: str
    tag: str = ""
    said: int = 0
    ended_at: datetime | None = None
    ended_by: str = ""
    ended_how: str = ""
    ended_why: str = ""

    def in_force(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.until

    def held_until(self, now: datetime) -> datetime:
        """So long it held, or has held by now."""
        return min(self.ended_at or self.until, now)


@dataclass(frozen=True, slots=True)
class Appeal:
    id: str
    decision: str
    number: str
    call: str
    at: datetime
    how: str
    by: str
    words: str
    due_at: datetime
    decided_at: datetime | None = None
    decided_by: str = ""
    upheld: bool | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """What the fairness report is made of."""

    tags: Sequence[Tag]
    decisions: Sequence[Decision]
    """Decided within the period, the newest first."""
    appeals: Sequence[Appeal]
    calls: Mapping[tuple[str, str], int]
    """(grade, step) → calls of graded numbers."""
    by_decision: Mapping[str, int]
    """Calls under each of ``decisions``."""
    in_force: Mapping[str, int]
    """Grade → numbers now."""
    deciders: Mapping[str, str] = field(default_factory=dict)
    """Of the appeals' decisions: who decided them."""

    def mistakes(self) -> int:
        return sum(1 for one in self.decisions if one.ended_how in MISTAKES)

    def reviewed_by_decider(self) -> int:
        """Appeals decided by who had decided what they were against."""
        return sum(1 for one in self.appeals if one.decided_at and self.deciders.get(one.decision) == one.decided_by)


class _DecidedMeanwhileError(Exception):
    """What was begun is undone."""


class NuisanceBook:
    def __init__(
        self, store: Store, danger_codes: Collection[str] = (), rules: CallbackRules | None = None, tell: Tell = untold
    ) -> None:
        """:param tell: hears of call-backs that were made, afterwards."""
        self._store, self._codes, self._rules, self._tell = store, tuple(danger_codes), rules or CallbackRules(), tell

    # -- tags -------------------------------------------------------------------------------

    async def tag(self, tag: Tag) -> Tag:
        """One a call: whose call has one gets that one."""

        def work(db: sa.Connection) -> Tag:
            put_ = self._store.insert(t.nuisance_tags).values(_tag_row(tag))
            db.execute(put_.on_conflict_do_nothing(index_elements=["call_id"]))
            return _tag(db.execute(sa.select(t.nuisance_tags).where(_T.call_id == tag.call)).one())

        return await self._store.transact(work, lasting=True)

    async def tag_of(self, call: str) -> Tag | None:
        return await self._one(sa.select(t.nuisance_tags).where(_T.call_id == call), _tag)

    async def find_tag(self, ident: str) -> Tag | None:
        return await self._one(sa.select(t.nuisance_tags).where(_T.tag_id == ident), _tag)

    async def tagged_calls(self, tags: Collection[str]) -> Mapping[str, str]:
        """Tag → the call it is of."""
        wanted = [sa.select(_T.tag_id, _T.call_id).where(_T.tag_id.in_(some)) for some in chunks(tags)]
        return await self._store.look(lambda db: {row.tag_id: row.call_id for one in wanted for row in db.execute(one)})

    async def open_tags(self) -> list[Tag]:
        """Oldest first."""
        return await self._many(sa.select(t.nuisance_tags).where(_OPEN_TAG).order_by(_T.at).limit(MOST), _tag)

    async def dismiss(self, ident: str, by: str, why: str, at: datetime) -> bool:
        """False: it is not open (any more)."""
        return await self._store.transact(
            lambda db: _settle(db, ident, TagState.DISMISSED, by, why, at), lasting=True
        )  # fmt: skip

    # -- decisions ---------------------------------------------------------------------------

    async def decide(self, decision: Decision) -> Decision | None:
        """In place of what was in force for its number; its tag is settled by it. None: the tag is not open (any more), or
        somebody decided about this number in the same moment.

        ``said`` is made here, later than all that was said of the number.
        """

        def work(db: sa.Connection) -> Decision | None:
            if decision.tag and not _settle(db, decision.tag, TagState.DECIDED, decision.by, decision.why, decision.at):
                return None
            before = db.execute(sa.select(sa.func.max(_D.said)).where(_D.number == decision.number)).scalar() or 0
            said = max(int(decision.at.timestamp() * 1000), before + 1)
            theirs = sa.and_(_D.number == decision.number, _D.ended_at.is_(None))
            over = sa.update(t.nuisance_decisions).where(theirs, _D.until <= decision.at)
            db.execute(over.values(ended_at=_D.until))
            ended = {"ended_at": decision.at, "ended_by": decision.by, "ended_how": str(End.REPLACED), "ended_why": ""}
            db.execute(sa.update(t.nuisance_decisions).where(theirs).values(ended))
            fresh = (
                self._store.insert(t.nuisance_decisions).values(_decision_row(decision, said)).on_conflict_do_nothing()
            )
            if db.execute(fresh.returning(_D.decision_id)).first() is None:  # another was decided in this very moment
                raise _DecidedMeanwhileError
            # others' tags of the same number are settled by the same word
            others = sa.and_(_T.number == decision.number, _T.state == str(TagState.OPEN))
            settled = {
                "state": str(TagState.DECIDED),
                "decided_at": decision.at,
                "decided_by": decision.by,
                "why": decision.why,
            }
            db.execute(sa.update(t.nuisance_tags).where(others).values(settled))
            return _decision(db.execute(_decisions(_D.decision_id == decision.id)).one())

        try:
            return await self._store.transact(work, lasting=True)
        except _DecidedMeanwhileError:
            return None

    async def end(self, ident: str, how: End, by: str, why: str, at: datetime) -> Decision | None:
        """Before its time. None: it is not in force (any more)."""
        return await self._store.transact(lambda db: _end(db, ident, how, by, why, at), lasting=True)

    async def find_decision(self, ident: str) -> Decision | None:
        return await self._one(_decisions(_D.decision_id == ident), _decision)

    async def find_decisions(self, idents: Collection[str]) -> list[Decision]:
        wanted = [_decisions(_D.decision_id.in_(some)) for some in chunks(idents)]
        return await self._store.look(lambda db: [_decision(row) for one in wanted for row in db.execute(one)])

    async def in_force_of(self, number: str, now: datetime) -> Decision | None:
        wanted = _decisions(_D.number == number, _D.ended_at.is_(None), _D.until > now)
        return await self._one(wanted.order_by(_D.at.desc()).limit(1), _decision)

    async def in_force(self, now: datetime) -> list[Decision]:
        """Those that end soonest first."""
        return await self._many(_decisions(_D.until > now, _D.ended_at.is_(None)).order_by(_D.until), _decision)

    async def to_tell(self, since: datetime) -> list[Decision]:
        """Whatever Asterisk may still hold: of each number that had one in force since then the newest word."""
        found = await self._many(_decisions(_D.until > since).order_by(_D.said), _decision)
        return list({one.number: one for one in found}.values())

    async def graded_by_nobody(self, since: datetime, now: datetime) -> list[tuple[str, datetime]]:
        """Numbers whose calls Asterisk held back since then though no decision here said so, and none does now; and when it did last.
        So it is after a restore of an older ledger."""
        calls, standing = t.calls.c, t.nuisance_decisions.alias().c
        held = sa.exists().where(
            standing.number == calls.caller_national, standing.ended_at.is_(None), standing.until > now
        )
        wanted = (
            sa.select(calls.caller_national, sa.func.max(_G.at))
            .join_from(t.graded_calls, t.calls, _G.call_id == calls.call_id)
            .where(_G.decision_id == "", _G.at >= since, calls.caller_national != "", ~held)
            .group_by(calls.caller_national)
        )
        return await self._store.look(lambda db: [(number, at) for number, at in db.execute(wanted)])

    async def ended(self, now: datetime, most: int) -> list[Decision]:
        """The latest first."""
        over = sa.or_(_D.ended_at.is_not(None), _D.until <= now)
        return await self._many(_decisions(over).order_by(_D.at.desc()).limit(most), _decision)

    async def reported_danger(self, number: str, since: datetime) -> bool:
        """Whether a ticket of this number since then is one of danger, filed with its caller's name or without."""
        theirs, calls, tickets = t.ticket_numbers.c, t.calls.c, t.tickets.c
        by_number = sa.select(tickets.body).join(t.ticket_numbers, theirs.ticket_id == tickets.ticket_id)
        by_call = sa.select(tickets.body).join(t.calls, calls.call_id == tickets.call_id)
        mine = sa.or_(calls.caller_national == number, calls.origin_national == number)

        def look(db: sa.Connection) -> bool:
            bodies = (
                body
                for which in (
                    by_number.where(theirs.national == number, theirs.filed_at >= since),
                    by_call.where(mine, tickets.filed_at >= since, calls.arrived_at >= since - A_DAY),
                )
                for body in db.execute(which).scalars()
            )
            return any(is_danger(ticket_json.load(body), self._codes) for body in bodies)

        return await self._store.look(look)

    async def went_through(self, call: str, queues: Collection[str]) -> bool:
        """Whether this call waited in one of these queues."""
        visits = t.queue_visits.c
        wanted = sa.select(visits.call_id).where(visits.call_id == call, visits.queue.in_(list(queues))).limit(1)
        return await self._store.look(lambda db: db.execute(wanted).first() is not None)

    # -- appeals -----------------------------------------------------------------------------

    async def appeal(self, appeal: Appeal) -> Appeal | None:
        """One open appeal a decision: whoever appeals again gets that one. None: the decision is not in force (any more)."""

        def work(db: sa.Connection) -> Appeal | None:
            live = _decisions(_D.decision_id == appeal.decision, _D.ended_at.is_(None), _D.until > appeal.at)
            if db.execute(live).first() is None:
                return None
            _put_appeal(self._store, db, appeal)
            wanted = sa.and_(_A.decision_id == appeal.decision, _A.decided_at.is_(None))
            return _appeal(db.execute(sa.select(t.nuisance_appeals).where(wanted).order_by(_A.at)).first())

        return await self._store.transact(work, lasting=True)

    async def find_appeal(self, ident: str) -> Appeal | None:
        return await self._one(sa.select(t.nuisance_appeals).where(_A.appeal_id == ident), _appeal)

    async def open_appeals(self) -> list[Appeal]:
        """Those due soonest first."""
        wanted = sa.select(t.nuisance_appeals).where(_OPEN_APPEAL).order_by(_A.due_at).limit(MOST)
        return await self._many(wanted, _appeal)

    async def unaudited(self) -> list[Appeal]:
        """By telephone, and the audit log does not know of them yet."""
        return await self._many(sa.select(t.nuisance_appeals).where(_UNAUDITED).order_by(_A.at).limit(MOST), _appeal)

    async def audited(self, ident: str) -> None:
        done = sa.update(t.nuisance_appeals).where(_A.appeal_id == ident).values(audited=True)
        await self._store.transact(lambda db: db.execute(done), lasting=True)

    async def decide_appeal(self, ident: str, *, upheld: bool, by: str, answer: str, at: datetime) -> Appeal | None:
        """Its caller is owed a call that tells him so. Upheld, the decision ends. None: it is not open (any more)."""
        moved: list[Moved] = []

        def work(db: sa.Connection) -> Appeal | None:
            moved.clear()
            mine = sa.and_(_A.appeal_id == ident, _A.decided_at.is_(None))
            values = {"decided_at": at, "decided_by": by, "upheld": upheld, "answer": answer}
            if db.execute(sa.update(t.nuisance_appeals).where(mine).values(values)).rowcount != 1:
                return None
            one = _appeal(db.execute(sa.select(t.nuisance_appeals).where(_A.appeal_id == ident)).one())
            if upheld:
                _end(db, one.decision, End.APPEAL, by, answer, at)
            why = "appeal_upheld" if upheld else "appeal_refused"
            line = db.execute(sa.select(t.calls.c.line).where(t.calls.c.call_id == one.call)).scalar() or ""
            # of one call more than one may come: its own by key, an agent's about another number, a second after a refusal
            task = "" if one.how == How.PHONE else f"{Kind.APPEAL}-{one.id}"
            owed = Owed(one.call, why, line, one.number, at, Kind.APPEAL, task)
            moved.extend(callbacks.owe(self._store, db, [owed], self._rules))
            return one

        done = await self._store.transact(work, lasting=True)
        if moved:
            self._tell(moved)
        return done

    # -- the report ---------------------------------------------------------------------------

    async def period(self, begin: datetime, end: datetime, now: datetime) -> Period:
        def look(db: sa.Connection) -> Period:
            tags = db.execute(sa.select(t.nuisance_tags).where(_T.at >= begin, _T.at < end)).all()
            decided = db.execute(_decisions(_D.at >= begin, _D.at < end).order_by(_D.at.desc())).all()
            appeals = db.execute(sa.select(t.nuisance_appeals).where(_A.at >= begin, _A.at < end)).all()
            held = sa.select(_G.grade, _G.step, sa.func.count()).where(_G.at >= begin, _G.at < end)
            calls = {(grade, step): int(n) for grade, step, n in db.execute(held.group_by(_G.grade, _G.step))}
            some = [row.decision_id for row in decided]
            under = sa.select(_G.decision_id, sa.func.count(sa.distinct(_G.call_id))).where(_G.decision_id.in_(some))
            by = {ident: int(n) for ident, n in db.execute(under.group_by(_G.decision_id))} if some else {}
            standing = db.execute(_decisions(_D.until > now, _D.ended_at.is_(None))).all()
            against = sa.select(_D.decision_id, _D.by).where(_D.decision_id.in_([row.decision_id for row in appeals]))
            return Period(
                [_tag(row) for row in tags], [_decision(row) for row in decided], [_appeal(row) for row in appeals], calls,
                by, Counter(str(row.grade) for row in standing), {row.decision_id: row.by for row in db.execute(against)},
            )  # fmt: skip

        return await self._store.look(look)

    async def _one(self, wanted: sa.Select[Any], made: Callable[[Any], T]) -> T | None:
        found = await self._store.look(lambda db: db.execute(wanted).first())
        return None if found is None else made(found)

    async def _many(self, wanted: sa.Select[Any], made: Callable[[Any], T]) -> list[T]:
        return [made(row) for row in await self._store.look(lambda db: db.execute(wanted).all())]


# -- the scribe's, inside its transaction ---------------------------------------------------------


def put(
    store: Store, db: sa.Connection, told: Iterable[tuple[Graded, CallRecord]], numbers: Numbers, hours: int
) -> None:
    """What the telephone did; read again it changes nothing. ``hours``: within which an appeal is decided."""
    for one, record in told:
        at, caller = rows.moment(one.at), numbers.read(record.caller).national
        held = sa.and_(_D.number == caller, _D.at <= at, _D.until > at, sa.or_(_D.ended_at.is_(None), _D.ended_at > at))
        decision = db.execute(sa.select(_D.decision_id).where(held).order_by(_D.at.desc())).scalar() or ""
        row = {**rows.graded_row(one, record), "decision_id": decision}
        db.execute(store.insert(t.graded_calls).values(row).on_conflict_do_nothing())
        if one.step == APPEALED and decision:
            due = at + timedelta(hours=hours)
            _put_appeal(store, db, Appeal(f"phone-{one.call}", decision, caller, one.call, at, How.PHONE, "", "", due))


def _put_appeal(store: Store, db: sa.Connection, appeal: Appeal) -> None:
    """None where its decision has one that is open."""
    standing = sa.select(_A.appeal_id).where(_A.decision_id == appeal.decision, _A.decided_at.is_(None))
    if db.execute(standing).first() is None:
        db.execute(store.insert(t.nuisance_appeals).values(_appeal_row(appeal)).on_conflict_do_nothing())


def _settle(db: sa.Connection, tag: str, state: TagState, by: str, why: str, at: datetime) -> bool:
    mine = sa.and_(_T.tag_id == tag, _T.state == str(TagState.OPEN))
    values = {"state": str(state), "decided_at": at, "decided_by": by, "why": why}
    return db.execute(sa.update(t.nuisance_tags).where(mine).values(values)).rowcount == 1


def _end(db: sa.Connection, ident: str, how: End, by: str, why: str, at: datetime) -> Decision | None:
    mine = sa.and_(_D.decision_id == ident, _D.ended_at.is_(None), _D.until > at)
    said = sa.case((_D.said >= int(at.timestamp() * 1000), _D.said + 1), else_=int(at.timestamp() * 1000))
    values = {"ended_at": at, "ended_by": by, "ended_how": str(how), "ended_why": why, "said": said}
    if db.execute(sa.update(t.nuisance_decisions).where(mine).values(values)).rowcount != 1:
        return None
    return _decision(db.execute(_decisions(_D.decision_id == ident)).one())


def _decisions(*which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(t.nuisance_decisions).where(*which)


def _tag_row(one: Tag) -> dict[str, Any]:
    return {
        "tag_id": one.id, "call_id": one.call, "number": one.number, "at": one.at, "by": one.by, "seat": one.seat,
        "reason": one.reason, "note": one.note, "state": str(one.state),
    }  # fmt: skip


def _tag(r: Any) -> Tag:
    return Tag(
        r.tag_id, r.call_id, r.number, r.at, r.by, r.seat, r.reason, r.note, r.state, r.decided_at, r.decided_by, r.why
    )


def _decision_row(one: Decision, said: int) -> dict[str, Any]:
    return {
        "decision_id": one.id, "number": one.number, "grade": str(Grade(one.grade)), "at": one.at, "until": one.until,
        "by": one.by, "why": one.why, "tag_id": one.tag, "said": said,
    }  # fmt: skip


def _decision(r: Any) -> Decision:
    return Decision(
        r.decision_id, r.number, r.grade, r.at, r.until, r.by, r.why, r.tag_id, r.said, r.ended_at, r.ended_by, r.ended_how,
        r.ended_why,
    )  # fmt: skip


def _appeal_row(one: Appeal) -> dict[str, Any]:
    return {
        "appeal_id": one.id, "decision_id": one.decision, "number": one.number, "call_id": one.call, "at": one.at,
        "how": str(one.how), "by": one.by, "words": one.words, "due_at": one.due_at,
        "audited": one.how == How.AGENT,
    }  # fmt: skip


def _appeal(r: Any) -> Appeal:
    return Appeal(
        r.appeal_id, r.decision_id, r.number, r.call_id, r.at, r.how, r.by, r.words, r.due_at, r.decided_at, r.decided_by,
        r.upheld, r.answer,
    )  # fmt: skip

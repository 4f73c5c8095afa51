"""Nuisance callers: an agent tags a call, a supervisor decides, whoever is held back appeals (decision 0050)."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import AwareDatetime

from bridge.errors import Problem
from bridge.nuisance import End, How, TagState
from bridge.ticket import ticket_id
from config.language import say as _
from console import day_bounds, exported_rows, exports, visibility
from console.access import Right
from console.authorization import BEARER, Asking, Who, needs
from console.call_ownership import their_call
from console.contract.nuisance import (
    AppealDecidedOut,
    AppealOut,
    AppealPath,
    CallAppealIn,
    CallNuisanceOut,
    CountedOut,
    DecideAppealIn,
    DecidedOut,
    DecideIn,
    DecisionOut,
    DismissIn,
    EndIn,
    FairnessOut,
    NuisanceOut,
    TagIn,
    TagOut,
    UlidPath,
)
from console.contract.rest import CallPath, Most
from console.error_answers import Failed, invalid, not_found
from console.ports import CallRow, Nuisance
from console.services import Library, Plugged, Services, reading
from console.shell_actor import acting
from console.stated_reason import worded
from cti.ids import CallId
from ledger.nuisance import Appeal, Decision, Period, Tag

router = APIRouter(prefix="/api", tags=["nuisance"])
Filer = Annotated[Who, needs(Right.FILE, persons=True)]
Decider = Annotated[Who, needs(Right.NUISANCE, persons=True)]
Reader = Annotated[Who, needs(Right.NUISANCE, Right.AUDIT, persons=True)]
DAY = 86400.0


def _new_id(now: datetime) -> str:
    return ticket_id(now, secrets.token_bytes(10))


# -- a call's agent -----------------------------------------------------------------------------


@router.get("/calls/{call}/nuisance")
async def of_call(call: CallPath, plugs: Plugged, books: Library, who: Asking) -> CallNuisanceOut:
    """Whether the own call may be tagged, and how its number is held back."""
    row = await their_call(plugs, books, who, call, Right.CALLS_ALL)
    nuisance = nuisance_of(plugs)
    why_not = await _why_not(nuisance, row)
    tag = await nuisance.book.tag_of(row.call)
    standing = await _standing(plugs, nuisance, row)
    return CallNuisanceOut(
        taggable=not why_not, why_not=why_not, tag=tag.state if tag else "", grade=standing.grade if standing else "",
        until=standing.until if standing else None,
    )  # fmt: skip


@router.post("/calls/{call}/nuisance", status_code=201)
async def tag(call: CallPath, body: TagIn, plugs: Plugged, books: Library, who: Filer) -> TagOut:
    """Of the own call. Nothing comes of it but a supervisor's decision; a call has one tag. Audited."""
    row = await their_call(plugs, books, who, call, Right.CALLS_ALL)
    nuisance = nuisance_of(plugs)
    if why_not := await _why_not(nuisance, row):
        raise Failed(409, _NEVER[why_not](), error=why_not)
    now, by = plugs.clock(), acting(who.account)
    number = nuisance.read(row.caller).national
    wanted = Tag(_new_id(now), row.call, number, now, by, row.seat, str(body.reason), body.note.strip())
    made = await nuisance.book.tag(wanted)
    if made.id == wanted.id:
        detail = {"tag": made.id, "reason": made.reason}
        await plugs.audit.append(now, who.account, "nuisance_tagged", call=row.call, detail=detail)
    return _tag(who, made, row)


@router.post("/calls/{call}/appeal", status_code=201)
async def appeal(call: CallPath, body: CallAppealIn, plugs: Plugged, books: Library, who: Filer) -> AppealOut:
    """What a caller says against it that a number is held back, his own or another; a supervisor decides. Audited."""
    row = await their_call(plugs, books, who, call, Right.CALLS_ALL)
    nuisance = nuisance_of(plugs)
    words, now = worded(body.words, "words"), plugs.clock()
    number = nuisance.read(body.number or row.caller)
    if body.number:  # the answer says whether that number is held back: whoever asks leaves a trace
        asked = {"call": row.call, "number": number.masked}
        await plugs.refusals.tell(plugs.audit, plugs.absent, now, who.account, "nuisance_asked", number.national, asked)
    standing = await nuisance.book.in_force_of(number.national, now) if number.somebody else None
    hours = nuisance.rules.appeal_hours if nuisance.rules is not None else 24
    made = None
    if standing is not None:
        ident = f"agent-{_new_id(now)}"
        due = now + timedelta(hours=hours)
        wanted = Appeal(ident, standing.id, number.national, row.call, now, How.AGENT, acting(who.account), words, due)
        made = await nuisance.book.appeal(wanted)
    if made is None:
        raise Failed(409, _("this number is not held back"), error="not_graded")
    detail = {"appeal": made.id, "decision": made.decision, "how": str(How.AGENT)}
    await plugs.audit.append(now, who.account, "nuisance_appealed", call=row.call, detail=detail)
    return _appeal(who, made, await _calls_of(plugs, nuisance, [], [made]), standing)


# -- supervisors -----------------------------------------------------------------------------------


@router.get("/nuisance")
async def overview(plugs: Plugged, who: Reader, most: Most = 50) -> NuisanceOut:
    """What is to be decided, what is in force, and the ``most`` that ended last."""
    nuisance = nuisance_of(plugs)
    book, now, rules = nuisance.book, plugs.clock(), nuisance.rules
    standing, ended, appeals = await book.in_force(now), await book.ended(now, most), await book.open_appeals()
    calls = await _calls_of(plugs, nuisance, [*standing, *ended], appeals)
    for ident in (*(one.id for one in (*standing, *ended)), *(one.id for one in appeals)):
        await plugs.bulk.one(plugs.audit, now, who, "decisions", ident)
    by_id = {one.id: one for one in standing}
    tags = await book.open_tags()
    tagged = await plugs.calls.some({CallId(one.call) for one in tags})
    return NuisanceOut(
        grades=[str(grade) for grade in nuisance.grades],
        most_days=rules.most_days if rules is not None else 0,
        quota_minutes=rules.quota_minutes if rules is not None else 0,
        tags=[_tag(who, one, tagged.get(CallId(one.call))) for one in tags],
        decisions=[_decision(who, one, calls) for one in standing],
        appeals=[_appeal(who, one, calls, by_id.get(one.decision)) for one in appeals],
        ended=[_decision(who, one, calls) for one in ended],
    )


@router.post("/nuisance/tags/{tag}/decide")
async def decide(tag: UlidPath, body: DecideIn, plugs: Plugged, who: Decider) -> DecidedOut:
    """In force for the next call of the number, in place of what was. Never by who tagged it, nor of who reported danger
    lately. Audited."""
    nuisance = nuisance_of(plugs)
    found = await _open_tag(nuisance, tag)
    if found.by == acting(who.account) and who is not BEARER:
        raise Failed(409, _("you tagged this call yourself: another supervisor decides"), error="own_tag")
    rules, now = nuisance.rules, plugs.clock()
    problems = []
    if body.grade not in map(str, nuisance.grades):
        problems.append(
            Problem("grade", _("there is no such grade in these settings"), tuple(map(str, nuisance.grades)))
        )
    if rules is not None and body.days > rules.most_days:
        problems.append(Problem("days", _("at most {days} days", days=rules.most_days)))
    if problems:
        raise invalid(problems)
    if not nuisance.may_be_graded(nuisance.read(found.number)):  # the settings may have changed since
        raise Failed(409, _NEVER["not_a_person"](), error="not_a_person")
    if await nuisance.reported_danger(found.number):
        raise Failed(409, _NEVER["danger"](), error="danger")
    wanted = Decision(
        _new_id(now), found.number, str(body.grade), now, now + timedelta(days=body.days), acting(who.account),
        worded(body.reason, "reason"), found.id,
    )  # fmt: skip
    made = await nuisance.decide(wanted)
    if made is None:
        raise _settled()
    detail = {
        "tag": found.id, "decision": made[0].id, "grade": made[0].grade, "until": made[0].until.isoformat(),
        "reason": made[0].why,
    }  # fmt: skip
    await plugs.audit.append(now, who.account, "nuisance_decided", call=found.call, detail=detail)
    calls = await _calls_of(plugs, nuisance, [made[0]])
    return DecidedOut(decision=_decision(who, made[0], calls), in_force=made[1])


@router.post("/nuisance/tags/{tag}/dismiss")
async def dismiss(tag: UlidPath, body: DismissIn, plugs: Plugged, who: Decider) -> TagOut:
    """Nothing comes of it. Audited."""
    nuisance = nuisance_of(plugs)
    found, now, why = await _open_tag(nuisance, tag), plugs.clock(), worded(body.reason, "reason")
    if not await nuisance.book.dismiss(tag, acting(who.account), why, now):
        raise _settled()
    detail = {"tag": tag, "reason": why}
    await plugs.audit.append(now, who.account, "nuisance_dismissed", call=found.call, detail=detail)
    return _tag(who, await nuisance.book.find_tag(tag) or found, await plugs.calls.get(CallId(found.call)))


@router.post("/nuisance/decisions/{decision}/end")
async def end(decision: UlidPath, body: EndIn, plugs: Plugged, who: Decider) -> DecidedOut:
    """Before its time. Audited."""
    nuisance = nuisance_of(plugs)
    if await nuisance.book.find_decision(decision) is None:
        raise not_found("decision", decision)
    why, how = worded(body.reason, "reason"), End.MISTAKE if body.mistake else End.LIFTED
    made = await nuisance.end(decision, how, acting(who.account), why)
    if made is None:
        raise _settled()
    detail = {"decision": decision, "how": str(how), "reason": why}
    await plugs.audit.append(plugs.clock(), who.account, "nuisance_ended", detail=detail)
    calls = await _calls_of(plugs, nuisance, [made[0]])
    return DecidedOut(decision=_decision(who, made[0], calls), in_force=made[1])


@router.post("/nuisance/appeals/{appeal}/decide")
async def decide_appeal(appeal: AppealPath, body: DecideAppealIn, plugs: Plugged, who: Decider) -> AppealDecidedOut:
    """Upheld, the number is held back no longer. Either way its caller is owed a call that tells him. Audited."""
    nuisance = nuisance_of(plugs)
    answer = worded(body.answer, "answer")
    made = await nuisance.decide_appeal(appeal, upheld=body.upheld, by=acting(who.account), answer=answer)
    if made is None:
        if await nuisance.book.find_appeal(appeal) is None:
            raise not_found("appeal", appeal[:40])
        raise _settled()
    detail = {"appeal": appeal, "decision": made[0].decision, "upheld": str(body.upheld).lower(), "answer": answer}
    await plugs.audit.append(plugs.clock(), who.account, "appeal_decided", call=made[0].call, detail=detail)
    calls = await _calls_of(plugs, nuisance, [], [made[0]])
    return AppealDecidedOut(appeal=_appeal(who, made[0], calls), in_force=made[1])


# -- the fairness report ------------------------------------------------------------------------------


@router.get("/nuisance/report")
async def report(
    plugs: Plugged, books: Library, who: Reader, since: AwareDatetime | None = None, until: AwareDatetime | None = None
) -> FairnessOut:
    """How many, by grade, for how long, appeals, mistakes; without bounds: of today."""
    begin, last = day_bounds.period(since, until, plugs.clock(), books.centre.zone)
    now, nuisance = plugs.clock(), nuisance_of(plugs)
    found = await nuisance.book.period(begin, last, now)
    for one in found.decisions:
        await plugs.bulk.one(plugs.audit, now, who, "decisions", one.id)
    return _fairness(who, found, await _calls_of(plugs, nuisance, found.decisions), begin, last, now)


@router.get("/nuisance/report/csv", response_class=Response, responses=exports.answers("DecisionOut"))
async def report_file(
    plugs: Plugged, books: Library, who: Reader, since: AwareDatetime | None = None, until: AwareDatetime | None = None,
    form: exports.Form = "csv",
) -> Response:  # fmt: skip
    """The decisions of the period, one a row. Audited before the first row leaves."""
    begin, last = day_bounds.period(since, until, plugs.clock(), books.centre.zone)
    now, nuisance = plugs.clock(), nuisance_of(plugs)
    found = await nuisance.book.period(begin, last, now)
    calls = await _calls_of(plugs, nuisance, found.decisions)
    said = {"since": begin.isoformat(), "until": last.isoformat()}
    reading(plugs, who)
    await plugs.audit.append(now, who.account, "nuisance_exported", detail=said)

    async def rows() -> AsyncIterator[Sequence[object]]:
        for one in found.decisions:
            shown = _decision(who, one, calls, found.by_decision)
            yield exported_rows.decision_row(shown, _held_days(one, now), _ended(one, now))

    return exports.file(form, "nuisance", exported_rows.decision_heads(), rows(), books.centre.zone)


def _fairness(
    who: Who, found: Period, calls: _Calls, begin: datetime, last: datetime, now: datetime
) -> FairnessOut:  # fmt: skip
    tags, decisions, appeals = found.tags, found.decisions, found.appeals
    decided = [one for one in appeals if one.decided_at is not None]
    mistakes = found.mistakes()
    return FairnessOut(
        since=begin, until=last,
        tags=len(tags), tags_open=_states(tags, TagState.OPEN), tags_dismissed=_states(tags, TagState.DISMISSED),
        tags_by_reason=_counted(one.reason for one in tags), tags_by_agent=_counted(one.by for one in tags),
        decisions=len(decisions), decisions_by_grade=_counted(one.grade for one in decisions),
        decided_days_mean=_mean([(one.until - one.at).total_seconds() / DAY for one in decisions]),
        held_days_mean=_mean([_held_days(one, now) for one in decisions]),
        ended=_counted(_ended(one, now) for one in decisions),
        mistakes=mistakes, mistake_share=mistakes / len(decisions) if decisions else None,
        appeals=len(appeals), appeals_by_phone=sum(1 for one in appeals if one.how == How.PHONE),
        appeals_open=len(appeals) - len(decided),
        appeals_overdue=sum(1 for one in appeals if one.decided_at is None and one.due_at < now),
        appeals_upheld=sum(1 for one in decided if one.upheld), appeals_refused=sum(1 for one in decided if not one.upheld),
        appeal_hours_mean=_mean([(one.decided_at - one.at).total_seconds() / 3600 for one in decided if one.decided_at]),
        appeals_by_decider=found.reviewed_by_decider(),
        calls=[CountedOut(key=f"{grade}/{step}", count=n) for (grade, step), n in sorted(found.calls.items())],
        in_force=[CountedOut(key=grade, count=n) for grade, n in sorted(found.in_force.items())],
        rows=[_decision(who, one, calls, found.by_decision) for one in decisions],
    )  # fmt: skip


def _states(tags: Sequence[Tag], state: TagState) -> int:
    return sum(1 for one in tags if one.state == state)


def _counted(keys: Iterable[str]) -> list[CountedOut]:
    return [CountedOut(key=key, count=count) for key, count in Counter(keys).most_common()]


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 2) if values else None


def _held_days(one: Decision, now: datetime) -> float:
    return round((one.held_until(now) - one.at).total_seconds() / DAY, 2)


def _ended(one: Decision, now: datetime) -> str:
    return one.ended_how or ("in_force" if one.in_force(now) else "expired")


# -- what may be said of whom --------------------------------------------------------------------------


_NEVER = {
    "none": lambda: _("nuisance callers are nobody's business by these settings: [nuisance] is missing"),
    "no_number": lambda: _("this caller's number is not known: nobody can be held back by it"),
    "partner": lambda: _("this call was handed over by a partner: its number is not the caller's own"),
    "not_a_person": lambda: _("this is a service's number, a seat's, a partner's or our own: it is never held back"),
    "anonymous": lambda: _("this caller asked to be nobody"),
    "emergency": lambda: _("this call came by a queue from which nobody is held back"),
    "danger": lambda: _("this number reported danger lately: it is never held back"),
}


async def _why_not(nuisance: Nuisance, row: CallRow) -> str:
    """A key of ``_NEVER``; '' it may be tagged."""
    if nuisance.rules is None:
        return "none"
    if row.direction != "inbound" or row.anonymous:
        return "anonymous" if row.anonymous else "no_number"
    if row.partner:
        return "partner"
    number = nuisance.read(row.caller)
    if not number.national:
        return "no_number"
    if not nuisance.may_be_graded(number):
        return "not_a_person"
    never = nuisance.rules.never_queues
    if never and (row.queue in never or await nuisance.book.went_through(row.call, never)):
        return "emergency"
    return "danger" if await nuisance.reported_danger(number.national) else ""


async def _standing(plugs: Services, nuisance: Nuisance, row: CallRow) -> Decision | None:
    number = nuisance.read(row.caller)
    return await nuisance.book.in_force_of(number.national, plugs.clock()) if number.somebody else None


async def _open_tag(nuisance: Nuisance, tag: str) -> Tag:
    found = await nuisance.book.find_tag(tag)
    if found is None:
        raise not_found("tag", tag)
    if found.state != TagState.OPEN:
        raise _settled()
    return found


def _settled() -> Failed:
    return Failed(409, _("somebody has decided this already"), error="settled")


def nuisance_of(plugs: Services) -> Nuisance:
    if plugs.nuisance is None:
        raise Failed(503, _("the ledger cannot be reached now; nothing was written, try again"))
    return plugs.nuisance


@dataclass(frozen=True, slots=True)
class _Calls:
    """What decisions and appeals are about: a number is shown as the most secret of these calls allows."""

    tagged: Mapping[str, str]
    decided: Mapping[str, str]
    rows: Mapping[CallId, CallRow]

    def of_decision(self, one: Decision) -> CallRow | None:
        return self.rows.get(CallId(self.tagged.get(one.tag, "")))

    def of_appeal(self, one: Appeal) -> tuple[CallRow | None, ...]:
        tag = self.decided.get(one.decision, "")
        return self.rows.get(CallId(one.call)), self.rows.get(CallId(self.tagged.get(tag, "")))


async def _calls_of(
    plugs: Services, nuisance: Nuisance, decisions: Iterable[Decision], appeals: Sequence[Appeal] = ()
) -> _Calls:
    """Raises ``LedgerUnavailable``."""
    tags = {one.id: one.tag for one in decisions}
    further = await nuisance.book.find_decisions({one.decision for one in appeals} - tags.keys())
    tags |= {one.id: one.tag for one in further}
    tagged = await nuisance.book.tagged_calls({tag for tag in tags.values() if tag})
    wanted = {CallId(call) for call in (*tagged.values(), *(one.call for one in appeals))}
    return _Calls(tagged, tags, await plugs.calls.some(wanted))


def _tag(who: Who, one: Tag, row: CallRow | None) -> TagOut:
    number = visibility.nuisance_number(who, one.number, one.by, row)
    said = {name: visibility.beside_number(one.number, number, getattr(one, name)) for name in ("note", "why")}
    return TagOut.model_validate(one).model_copy(update={"number": number, **said})


def _decision(who: Who, one: Decision, about: _Calls, counted: Mapping[str, int] | None = None) -> DecisionOut:
    number = visibility.nuisance_number(who, one.number, "", about.of_decision(one))
    said = {name: visibility.beside_number(one.number, number, getattr(one, name)) for name in ("why", "ended_why")}
    shown = {"number": number, "calls": (counted or {}).get(one.id, 0), **said}
    return DecisionOut.model_validate(one).model_copy(update=shown)


def _appeal(who: Who, one: Appeal, about: _Calls, against: Decision | None = None) -> AppealOut:
    number = visibility.nuisance_number(who, one.number, one.by, *about.of_appeal(one))
    said = {name: visibility.beside_number(one.number, number, getattr(one, name)) for name in ("words", "answer")}
    shown: dict[str, object] = {"number": number, **said}
    if against is not None:
        shown |= {"grade": against.grade, "decision_by": against.by, "until": against.until}
    return AppealOut.model_validate(one).model_copy(update=shown)

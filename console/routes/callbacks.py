"""Call-backs: who is owed a call; to take one, dial it, say what came of it, give it back or up, hand them out.

Two seats are never on one citizen: the ledger lets one agent have a number, and nobody is dialled who is in a call
with the house already. What came of a call is written by the ledger when it is over (``ledger/callbacks.py``), not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Response

from agents import commands
from agents.callback_list_rows import TaskRow, Wanted
from agents.callbacks import OWED, Denied, GivenUp, Kind, Moved, Result, State, Why
from agents.commands import Refused
from bridge.citizen_replies import Answer, rating_wrong
from bridge.errors import Problem
from config.language import say as _
from console import exported_rows, exports, visibility
from console.access import Right
from console.authorization import Who, demand, needs, refused
from console.contract.callbacks import (
    AssignedOut,
    AssignIn,
    CallbackOut,
    DialOwedIn,
    GiveUpIn,
    NotAssignedOut,
    ReplyIn,
    ResultIn,
    TaskPath,
)  # fmt: skip
from console.contract.rest import DoneOut, Most
from console.error_answers import Failed, done_or_fail, invalid, not_found
from console.ports import CallRow
from console.services import Library, Plugged, Services, reading
from console.words_in_headers import Number
from cti.ids import SeatId
from cti.numbers import Numbers, mask
from ledger.replies import Reply

from .pop import citizens_number

router = APIRouter(prefix="/api/callbacks", tags=["call-backs"])

Reader = Annotated[Who, needs(Right.CALLBACKS)]
Looker = Annotated[Who, needs(Right.SEAT, Right.CALLS_ALL, persons=True)]
Caller = Annotated[Who, needs(Right.SEAT)]
Chief = Annotated[Who, needs(Right.SUPERVISE)]
_Page = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{0,100}$", description="the last task of the page before")]
_Which = Annotated[str, Query(pattern="^(owed|open|taken|assigned|done|given_up)$")]
_OfKind = Annotated[str, Query(pattern=f"^({'|'.join(Kind)})?$")]
_STATUS = {
    Why.HELD: 409,
    Why.OVER: 409,
    Why.NOT_HELD: 409,
    Why.TOO_MANY: 429,
    Why.UNTRIED: 409,
    Why.NO_REPLY: 409,
    Why.CAME_BACK: 409,
}


@router.get("")
async def list_callbacks(
    plugs: Plugged, books: Library, who: Reader, number: Number, state: _Which = "owed", mine: bool = False, due: bool = False,
    kind: _OfKind = "", after: _Page = "", most: Most = 100,
) -> list[CallbackOut]:  # fmt: skip
    """What is owed by when it is due; what is over newest first. ``due``: by now; ``mine``: those that I have."""
    _may_look(who)
    national = _searched(who, books.centre.numbers, number)
    if mine and not who.session:
        raise refused(_("the installation's token has no call-backs of its own"))
    wanted = Wanted(
        states=OWED if state == "owed" else frozenset({State(state)}), owner=who.account if mine else "",
        kind=Kind(kind) if kind else None, number=national, due_before=plugs.clock() if due else None, after=after,
        most=most,
    )  # fmt: skip
    rows = await books.callback_list.page(wanted)
    await plugs.bulk.count(plugs.audit, plugs.clock(), who, "callbacks", rows)
    return [_shown(books, who, row) for row in rows]


@router.get("/csv", response_class=Response, responses=exports.answers("CallbackOut"))
async def callbacks_file(
    plugs: Plugged, books: Library, who: Reader, number: Number, state: _Which = "owed", mine: bool = False,
    due: bool = False, kind: _OfKind = "", form: exports.Form = "csv",
) -> Response:  # fmt: skip
    """The same as a file for a spreadsheet, numbers as the list shows them; audited."""
    _may_look(who)
    national = _searched(who, books.centre.numbers, number)
    wanted = Wanted(
        states=OWED if state == "owed" else frozenset({State(state)}), owner=who.account if mine else "",
        kind=Kind(kind) if kind else None, number=national, due_before=plugs.clock() if due else None,
        most=exports.PAGE,
    )  # fmt: skip

    async def page(last: TaskRow | None) -> Sequence[TaskRow]:
        rows = await books.callback_list.page(replace(wanted, after=last.id if last else ""))
        await plugs.bulk.count(plugs.audit, plugs.clock(), who, "callbacks", rows)
        return rows

    detail = {
        "state": state,
        "kind": kind,
        "number": mask(number),
        "mine": "yes" if mine else "",
        "due": "yes" if due else "",
    }
    detail = {name: word for name, word in detail.items() if word}
    reading(plugs, who)
    await plugs.audit.append(plugs.clock(), who.account, "callbacks_exported", detail=detail)
    lines = books.centre.lines
    rows = (
        exported_rows.callback_row(_shown(books, who, row), lambda one: lines.get(one, one))
        async for row in exports.paged(page)
    )
    return exports.file(form, "callbacks", exported_rows.callback_heads(), rows, books.centre.zone)


@router.post("/assign")
async def assign(body: AssignIn, plugs: Plugged, books: Library, who: Chief) -> AssignedOut:
    """Each of these to that agent, whoever had it; with it what else the same number is owed."""
    account = await plugs.accounts.get(body.agent)
    if account is None or account.role not in ("agent", "supervisor"):
        message = _("there is no agent {agent}", agent=body.agent)
        raise invalid([Problem("agent", message)])
    done, left = [], []
    for task in dict.fromkeys(body.tasks):
        said = await books.callbacks.assign(task, body.agent, plugs.clock())
        if isinstance(said, Moved):
            done.append(task)
            continue
        fault = await _fault(plugs, said, task)
        left.append(NotAssignedOut(task=task, error=fault.error, message=fault.message))
    if done:
        detail = {"agent": body.agent, "count": str(len(done)), "tasks": " ".join(done)[:1000]}
        await plugs.audit.append(plugs.clock(), who.account, "callbacks_assigned", detail=detail)
    return AssignedOut(assigned=done, refused=left)


@router.get("/{task}")
async def get_callback(task: TaskPath, plugs: Plugged, books: Library, who: Reader) -> CallbackOut:
    _may_look(who)
    row = await _row(books, task)
    await plugs.bulk.one(plugs.audit, plugs.clock(), who, "callbacks", row.id)
    return _shown(books, who, row)


@router.post("/{task}/take")
async def take(task: TaskPath, plugs: Plugged, books: Library, who: Caller) -> CallbackOut:
    """It is mine, with all that the same number is owed; another's is refused with who has it. Audited: its number is shown."""
    _must_sit(who)
    await _taken(plugs, books, who, task)
    return _shown(books, who, await _row(books, task))


@router.post("/{task}/give-back")
async def give_back(task: TaskPath, plugs: Plugged, books: Library, who: Looker) -> CallbackOut:
    """Anybody may take it. A supervisor also another's."""
    _may_change(who)
    row = await _row(books, task)
    if (seat := _at_phone(plugs, books.centre.numbers, row)) is not None:
        raise _busy(seat)
    said = await books.callbacks.give_back(task, who.account, plugs.clock(), chief=who.may(Right.SUPERVISE))
    await _moved(plugs, said, task)
    return _shown(books, who, await _row(books, task))


@router.post("/{task}/dial")
async def dial(task: TaskPath, plugs: Plugged, books: Library, who: Caller, body: DialOwedIn | None = None) -> DoneOut:
    """Take it and call: the own seat's phone rings first, then the citizen's."""
    _must_sit(who)
    row = await _row(books, task)
    number = books.centre.numbers.read(row.number)
    if not number.somebody:
        raise Failed(409, _("nobody knows the number: there is nobody to call"), error="no_number")
    if body is not None and body.number not in ("", number.national):
        raise Failed(409, _("this call-back is for another number: look again"), error="another_number")
    if (seat := _at_phone(plugs, books.centre.numbers, row)) is not None:
        raise _busy(seat)
    was_mine = row.owner == who.account
    await _taken(plugs, books, who, task)
    said = await plugs.desk.ask(commands.DialOut(SeatId(who.seat), number.national))
    if isinstance(said, Refused) and not was_mine:
        await books.callbacks.give_back(task, who.account, plugs.clock())
    return done_or_fail(said)


@router.post("/{task}/result")
async def result(task: TaskPath, body: ResultIn, plugs: Plugged, books: Library, who: Caller) -> CallbackOut:
    """Of my newest call to them, once it is over."""
    said = await books.callbacks.say(task, who.account, Result(body.result), body.note.strip(), plugs.clock())
    await _moved(plugs, said, task)
    return _shown(books, who, await _row(books, task))


@router.post("/{task}/reply")
async def reply(task: TaskPath, body: ReplyIn, plugs: Plugged, books: Library, who: Caller) -> CallbackOut:
    """What the citizen said to the result of their case: it goes to the case store, and the call-back is done. Audited.

    While they are on my line, whoever has the call-back; after a call, mine or nobody's."""
    answer = Answer(body.answer)
    if rating_wrong(answer, body.satisfied):
        message = _("how content they are is told by who answered whether it is solved, and by nobody else")
        raise invalid([Problem("satisfied", message)])
    row = await _row(books, task)
    live = _at_phone(plugs, books.centre.numbers, row)
    call = live.call if live is not None and who.owns(live) and live.state == "talking" else ""
    said = Reply(answer, body.satisfied, body.words.strip(), who.account, plugs.clock(), call)
    await _moved(plugs, await books.callbacks.reply(task, said, chief=who.may(Right.SUPERVISE)), task)
    plugs.intake.wake()
    detail = {"callback": task, "ticket": row.ticket, "answer": str(answer), "satisfied": str(body.satisfied or "")}
    detail = {name: word for name, word in detail.items() if word}
    await plugs.audit.append(plugs.clock(), who.account, "result_told", call=call or row.call, detail=detail)
    return _shown(books, who, await _row(books, task))


@router.post("/{task}/give-up")
async def give_up(task: TaskPath, body: GiveUpIn, plugs: Plugged, books: Library, who: Looker) -> CallbackOut:
    """Nobody calls any more; audited. An agent what they have, a supervisor any."""
    _may_change(who)
    note = body.note.strip()
    if body.reason == GivenUp.OTHER and not note:
        raise invalid([Problem("note", _("say why, in a few words"))])
    chief = who.may(Right.SUPERVISE)
    said = await books.callbacks.give_up(task, who.account, GivenUp(body.reason), note, plugs.clock(), chief=chief)
    await _moved(plugs, said, task)
    row = await _row(books, task)
    detail = {"callback": task, "reason": body.reason, "note": mask(note)}  # operators read the audit log
    await plugs.audit.append(plugs.clock(), who.account, "callback_given_up", call=row.call, detail=detail)
    return _shown(books, who, row)


# -- who may, and who has it -------------------------------------------------------------------------


def _may_look(who: Who) -> None:
    if not visibility.sees_callbacks(who):
        raise refused(_("your role may not do this"))


def _may_change(who: Who) -> None:
    """An auditor looks; agents and supervisors work."""
    demand(who, Right.SEAT, Right.SUPERVISE)


def _must_sit(who: Who) -> None:
    if who.token:
        raise refused(_("the installation's token has no seat"))
    if not who.seat:
        raise Failed(409, _("take a seat first"), error="no_seat")


def _searched(who: Who, numbers: Numbers, number: str) -> str:
    if not number:
        return ""
    if not visibility.sees_all_numbers(who):
        raise refused(_("your role may not search by a citizen's number"))
    if not (found := numbers.read(number)).somebody:
        raise invalid([Problem("number", _("this is nobody's number"))])
    return found.national


def _shown(books: Library, who: Who, row: TaskRow) -> CallbackOut:
    shape = visibility.callback(who, row)
    number = books.centre.numbers.read(row.number)
    whole = number.somebody and shape.number == row.number
    return shape.model_copy(update={"dials": number.national}) if whole else shape


async def _row(books: Library, task: str) -> TaskRow:
    row = await books.callback_list.get(task)
    if row is None:
        raise not_found("call-back", task)
    return row


async def _taken(plugs: Services, books: Library, who: Who, task: str) -> None:
    before = await _row(books, task)
    shows = before.owner != who.account and not visibility.sees_all_numbers(who)
    if shows and not plugs.takes.may(who.account, plugs.clock()):
        raise Failed(429, _("you take more call-backs in a minute than anybody can call"))
    said = await books.callbacks.take(task, who.account, plugs.clock())
    await _moved(plugs, said, task)
    if before.owner != who.account:
        await plugs.audit.append(
            plugs.clock(), who.account, "callback_taken", call=before.call, detail={"callback": task}
        )


async def _moved(plugs: Services, said: Moved | Denied | None, task: str) -> None:
    if not isinstance(said, Moved):
        raise await _fault(plugs, said, task)


async def _fault(plugs: Services, said: Denied | None, task: str) -> Failed:
    if said is None:
        return not_found("call-back", task)
    holder = await plugs.accounts.get(said.who) if said.who else None
    name = f"{said.who} {holder.name}" if holder is not None else said.who
    return Failed(_STATUS[said.why], _sentence(said.why, name), error=f"callback_{said.why}")


def _sentence(why: Why, who: str) -> str:
    match why:
        case Why.HELD:
            return _("{who} has this call-back", who=who)
        case Why.OVER:
            return _("this call-back is done, or given up")
        case Why.NOT_HELD:
            return _("nobody has this call-back: take it first")
        case Why.TOO_MANY:
            return _("you have taken as many call-backs as one person may: call those first, or give some back")
        case Why.UNTRIED:
            return _("you have not called this citizen, or the call is not over yet")
        case Why.NO_REPLY:
            return _("this call-back is about no result: there is no answer to write")
        case Why.CAME_BACK:
            return _("this case came back: add what it lacks, or withdraw the ticket")


def _at_phone(plugs: Services, numbers: Numbers, task: TaskRow) -> CallRow | None:
    """The live call that this citizen is in, by whichever number of theirs, whoever called whom."""
    theirs = [numbers.read(number) for number in dict.fromkeys((task.number, *task.numbers))]
    live = ((row, numbers.read(citizens_number(row))) for row in plugs.calls.live())
    return next((row for row, number in live if any(number.is_same(one) for one in theirs)), None)


def _busy(row: CallRow) -> Failed:
    if row.direction == "inbound":
        return Failed(409, _("this citizen is calling us right now"), error="citizen_calls")
    return Failed(409, _("seat {seat} is calling this citizen right now", seat=row.seat or "?"), error="citizen_called")

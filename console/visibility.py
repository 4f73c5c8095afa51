"""Who sees which part of a call, a ticket, a recording and a citizen's story: the one table, and what follows from it. Pure.

``access.py`` says what a role may *do*; here is what anybody is *shown*, by whatever way: REST, the live
stream, the wallboard's drill-down, exports. A column is a role, a row says whose it is; secrecy that
an agent was asked for (confidential, anonymous) has rows of its own, and the strictest one counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel

from agents.callback_list_rows import TaskRow
from bridge.case_state import OVER
from bridge.ports import Counted, Push, SaidMessage, Version
from bridge.repeat import LEAST, WEIGHTS, Reason, points
from cti.numbers import home, mask
from ledger.repeats import Repeat

from . import masking
from .access import Right, Role
from .authorization import Who
from .contract.callbacks import CallbackOut
from .contract.places import RepeatOut
from .contract.rest import CallOut, TicketOut
from .contract.tickets import ChangeOfField, ProgressOut, SaidOut, VersionOut
from .ports import CallRow

M = TypeVar("M", bound=BaseModel)


class Part(StrEnum):
    CALL = "call"
    """That there is such a call, its times, line, seat and agent."""
    CALL_NUMBER = "call_number"
    """The citizen's number in it, and what the network calls them."""
    TICKET = "ticket"
    """That there is such a ticket, its kind, code, times and way to the case store."""
    TICKET_CONTENT = "ticket_content"
    """What was said, and where."""
    TICKET_PERSON = "ticket_person"
    """Name, gender and address of whom it is about."""
    TICKET_NUMBER = "ticket_number"
    """The numbers they left and called from."""
    RECORDING = "recording"
    """Each listening has a purpose and is audited."""
    CALLBACK = "callback"
    """That somebody is owed a call: why, since when, due when, whose, tried how often."""
    CALLBACK_NUMBER = "callback_number"
    """Their number."""
    NUISANCE_NUMBER = "nuisance_number"
    """The number of a tag, a decision or an appeal about nuisance calls."""
    REPEAT = "repeat"
    """That a matter was filed before: its case, state, kind, code, title and address, nothing of whose it was. Masked: without title
    and address."""
    PROGRESS = "progress"
    """How far a case is: its number, state, unit, promised date, title and address, nothing of whose it was. Masked: without title and
    address."""
    STORY = "story"
    """Earlier calls and tickets of a call's citizen; each showing is audited."""


class Secrecy(StrEnum):
    OPEN = "open"
    CONFIDENTIAL = "confidential"
    """保密: kept from units, and from all who have no need."""
    ANONYMOUS = "anonymous"
    """匿名: who it was is nobody's."""


class Whose(StrEnum):
    LIVE = "live"
    """A call at the own seat that is not settled yet: it lives, or wants its outcome."""
    MINE = "mine"
    """A call one talked in; a ticket of such a call; a call-back one has to make."""
    FILED = "filed"
    """A ticket one filed."""
    OTHERS = "others"
    REFUSED = "refused"
    """A ticket that the case store refuses: it cannot be mended unseen."""
    CALLING = "calling"
    """The citizen of a story called, and the call is the own one."""
    OWED = "owed"
    """We called: they are owed a call-back, or talked with this agent lately."""
    STRANGER = "stranger"
    """We called, and owe them nothing."""
    WALL = "wall"
    """On the wallboard, a screen that a whole room reads: behind one of its figures, whoever opens it."""


class Sees(StrEnum):
    WHOLE = "W"
    MASKED = "m"
    REASON = "r"
    """Whole, for a reason that is said and audited; else not."""
    NOT = "-"


_P, _S, _W = Part, Secrecy, Whose
COLUMNS = "ASUPTG"
"""Agent, supervisor, auditor, operator; the installation's token (this machine's command line); a program with its own."""
TABLE: Mapping[tuple[Part, Secrecy], Mapping[Whose, str]] = {
    # an anonymous citizen's calls and tickets are work like any other; only who it was is gone
    (_P.CALL, _S.OPEN):                   {_W.LIVE: "WWWWW-", _W.MINE: "WWWWW-", _W.OTHERS: "-WW-WW"},
    (_P.CALL, _S.CONFIDENTIAL):           {_W.LIVE: "WWWWW-", _W.MINE: "WWWWW-", _W.OTHERS: "-WW-WW"},
    (_P.CALL, _S.ANONYMOUS):              {_W.LIVE: "WWWWW-", _W.MINE: "WWWWW-", _W.OTHERS: "-WW-WW"},
    (_P.CALL_NUMBER, _S.OPEN):            {_W.LIVE: "WWmmW-", _W.MINE: "mWmmW-", _W.OTHERS: "-Wm-Wm", _W.WALL: "-mm-mm"},
    (_P.CALL_NUMBER, _S.CONFIDENTIAL):    {_W.LIVE: "WW--W-", _W.MINE: "mr--r-", _W.OTHERS: "-r--r-", _W.WALL: "------"},
    (_P.CALL_NUMBER, _S.ANONYMOUS):       {_W.LIVE: "------", _W.MINE: "------", _W.OTHERS: "------", _W.WALL: "------"},

    (_P.TICKET, _S.OPEN):                 {_W.FILED: "WWWWWW", _W.MINE: "WWWWW-", _W.OTHERS: "-WW-WW", _W.REFUSED: "-W-WW-"},
    (_P.TICKET, _S.CONFIDENTIAL):         {_W.FILED: "WWWWWW", _W.MINE: "WWWWW-", _W.OTHERS: "-WW-WW", _W.REFUSED: "-W-WW-"},
    (_P.TICKET, _S.ANONYMOUS):            {_W.FILED: "WWWWWW", _W.MINE: "WWWWW-", _W.OTHERS: "-WW-WW", _W.REFUSED: "-W-WW-"},
    (_P.TICKET_CONTENT, _S.OPEN):         {_W.FILED: "WWWWWW", _W.MINE: "WWWWW-", _W.OTHERS: "-WW-WW", _W.REFUSED: "-W-WW-"},
    (_P.TICKET_CONTENT, _S.CONFIDENTIAL): {_W.FILED: "WWWWWW", _W.MINE: "-r--r-", _W.OTHERS: "-r--r-", _W.REFUSED: "-r--r-"},
    (_P.TICKET_CONTENT, _S.ANONYMOUS):    {_W.FILED: "WWWWWW", _W.MINE: "WWWWW-", _W.OTHERS: "-WW-WW", _W.REFUSED: "-W-WW-"},
    (_P.TICKET_PERSON, _S.OPEN):          {_W.FILED: "WWWWWW", _W.MINE: "WWWWW-", _W.OTHERS: "-WW-W-", _W.REFUSED: "-W-WW-"},
    (_P.TICKET_PERSON, _S.CONFIDENTIAL):  {_W.FILED: "WWWWWW", _W.MINE: "-r--r-", _W.OTHERS: "-r--r-", _W.REFUSED: "-r--r-"},
    (_P.TICKET_PERSON, _S.ANONYMOUS):     {_W.FILED: "------", _W.MINE: "------", _W.OTHERS: "------", _W.REFUSED: "------"},
    (_P.TICKET_NUMBER, _S.OPEN):          {_W.FILED: "mWmmWm", _W.MINE: "mWmmW-", _W.OTHERS: "-Wm-W-", _W.REFUSED: "-W-WW-", _W.WALL: "-mm-m-"},
    (_P.TICKET_NUMBER, _S.CONFIDENTIAL):  {_W.FILED: "mWmmWm", _W.MINE: "-r--r-", _W.OTHERS: "-r--r-", _W.REFUSED: "-r--r-", _W.WALL: "------"},
    (_P.TICKET_NUMBER, _S.ANONYMOUS):     {_W.FILED: "------", _W.MINE: "------", _W.OTHERS: "------", _W.REFUSED: "------", _W.WALL: "------"},

    # a voice is a person: the purpose, which every listening wants, is the reason
    (_P.RECORDING, _S.OPEN):              {_W.MINE: "WWW-W-", _W.OTHERS: "-WW-W-"},
    (_P.RECORDING, _S.CONFIDENTIAL):      {_W.MINE: "WW--W-", _W.OTHERS: "-W--W-"},
    (_P.RECORDING, _S.ANONYMOUS):         {_W.MINE: "WW--W-", _W.OTHERS: "-W--W-"},

    # who is to make the call has the number before them; the others know the work, not the person
    (_P.CALLBACK, _S.OPEN):               {_W.MINE: "WWWWW-", _W.OTHERS: "WWW-WW"},
    (_P.CALLBACK, _S.CONFIDENTIAL):       {_W.MINE: "WWWWW-", _W.OTHERS: "WWW-WW"},
    (_P.CALLBACK, _S.ANONYMOUS):          {_W.MINE: "WWWWW-", _W.OTHERS: "WWW-WW"},
    (_P.CALLBACK_NUMBER, _S.OPEN):        {_W.MINE: "WWmmW-", _W.OTHERS: "mWm-Wm"},
    (_P.CALLBACK_NUMBER, _S.CONFIDENTIAL): {_W.MINE: "WW--W-", _W.OTHERS: "-r--r-"},
    (_P.CALLBACK_NUMBER, _S.ANONYMOUS):   {_W.MINE: "------", _W.OTHERS: "------"},

    # whoever decides must know whom it is about; who tagged or appealed has had the call
    (_P.NUISANCE_NUMBER, _S.OPEN):         {_W.MINE: "mWmmW-", _W.OTHERS: "-Wm-W-"},
    (_P.NUISANCE_NUMBER, _S.CONFIDENTIAL): {_W.MINE: "mr--r-", _W.OTHERS: "-r--r-"},
    (_P.NUISANCE_NUMBER, _S.ANONYMOUS):    {_W.MINE: "------", _W.OTHERS: "------"},

    # who has a citizen on the line must know that the matter is known, whoever filed it; how often is paced, and audited
    (_P.REPEAT, _S.OPEN):                 {_W.LIVE: "WWW-W-", _W.OTHERS: "-WW-W-"},
    (_P.REPEAT, _S.CONFIDENTIAL):         {_W.LIVE: "mmm-m-", _W.OTHERS: "-mm-m-"},
    (_P.REPEAT, _S.ANONYMOUS):            {_W.LIVE: "WWW-W-", _W.OTHERS: "-WW-W-"},

    # "how far is my matter?" is asked by whoever calls, of whoever answers; which ones is the story's row below, or a case's number
    (_P.PROGRESS, _S.OPEN):               {_W.LIVE: "WWW-W-", _W.FILED: "WWW-W-", _W.MINE: "WWW-W-", _W.OTHERS: "-WW-W-"},
    (_P.PROGRESS, _S.CONFIDENTIAL):       {_W.LIVE: "mmm-m-", _W.FILED: "WWW-W-", _W.MINE: "mmm-m-", _W.OTHERS: "-mm-m-"},
    (_P.PROGRESS, _S.ANONYMOUS):          {_W.LIVE: "WWW-W-", _W.FILED: "WWW-W-", _W.MINE: "WWW-W-", _W.OTHERS: "-WW-W-"},

    # of what a story holds, each call and ticket is shown by its own row above
    (_P.STORY, _S.OPEN):                  {_W.CALLING: "WWW-W-", _W.OWED: "WWW-W-", _W.STRANGER: "------", _W.OTHERS: "-WW-W-"},
    (_P.STORY, _S.CONFIDENTIAL):          {_W.CALLING: "WWW-W-", _W.OWED: "WWW-W-", _W.STRANGER: "------", _W.OTHERS: "-WW-W-"},
    (_P.STORY, _S.ANONYMOUS):             {_W.CALLING: "------", _W.OWED: "------", _W.STRANGER: "------", _W.OTHERS: "------"},
}  # fmt: skip

_COLUMN = {Role.AGENT: "A", Role.SUPERVISOR: "S", Role.AUDITOR: "U", Role.OPERATOR: "P"}
_STRICT = "Wmr-"


_SCOPED = {
    Part.CALL: {Right.CALLS_ALL}, Part.CALL_NUMBER: {Right.CALLS_ALL}, Part.CALLBACK: {Right.CALLBACKS},
    Part.CALLBACK_NUMBER: {Right.CALLBACKS},
    Part.TICKET: {Right.TICKETS_ALL, Right.HAND_IN}, Part.TICKET_CONTENT: {Right.TICKETS_ALL, Right.HAND_IN},
    Part.TICKET_PERSON: {Right.TICKETS_ALL, Right.HAND_IN}, Part.TICKET_NUMBER: {Right.TICKETS_ALL, Right.HAND_IN},
}  # fmt: skip
"""What a program must have been given to be shown anything of it, wherever it stands: a picture of figures shows no call."""


def column(who: Who) -> str:
    if who.role is None:
        return "G"
    return "T" if who.token else _COLUMN[who.role]


def sees(who: Who, part: Part, whose: Whose, secret: Iterable[Secrecy] = (), reason: str = "") -> Sees:
    """WHOLE, MASKED or NOT; what wants a reason is NOT without one."""
    if who.program and not who.rights & _SCOPED.get(part, set()):
        return Sees.NOT
    return _seen(column(who), part, whose, secret, reason)


def _seen(letter: str, part: Part, whose: Whose, secret: Iterable[Secrecy], reason: str = "") -> Sees:
    place = COLUMNS.index(letter)
    found = [TABLE[part, secrecy][whose][place] for secrecy in (Secrecy.OPEN, *secret)]
    strictest = Sees(max(found, key=_STRICT.index))
    if strictest is Sees.REASON:
        return Sees.WHOLE if reason else Sees.NOT
    return strictest


def secrecy(row: CallRow) -> tuple[Secrecy, ...]:
    """Of a call: what its tickets ask for."""
    return _asked(anonymous=row.anonymous, confidential=row.confidential)


def _asked(*, anonymous: bool, confidential: bool) -> tuple[Secrecy, ...]:
    asked = ((Secrecy.ANONYMOUS, anonymous), (Secrecy.CONFIDENTIAL, confidential))
    return tuple(kind for kind, wanted in asked if wanted)


# -- calls ---------------------------------------------------------------------------------


def whose_call(who: Who, row: CallRow, *, mine: bool = False) -> Whose:
    """``mine``: they have a part in it beyond what the row tells (``call_ownership.py``)."""
    if who.owns(row):
        return Whose.LIVE if _unsettled(row) else Whose.MINE
    return Whose.MINE if mine else Whose.OTHERS


def _unsettled(row: CallRow) -> bool:
    """Only a citizen's call is given an outcome."""
    return row.ended_at is None or (row.direction == "inbound" and not row.outcome)


def number_of(who: Who, row: CallRow, *, mine: bool = False, reason: str = "") -> Sees:
    return sees(who, Part.CALL_NUMBER, whose_call(who, row, mine=mine), secrecy(row), reason)


def call(who: Who, row: CallRow, *, mine: bool = False, reason: str = "") -> CallOut:
    """A call that they may see at all, as they may see it. Cases are told to who may see tickets."""
    shape = CallOut.model_validate(row)
    if who.program and not who.may(Right.TICKETS_ALL):
        shape = shape.model_copy(update={"cases": []})
    return _numbered(shape, number_of(who, row, mine=mine, reason=reason))


def calls(who: Who, rows: Iterable[CallRow]) -> list[CallOut]:
    """Of these calls those this person may see at all, as they may see them."""
    return [call(who, row) for row in rows if _shows(who, row)]


def on_wall(who: Who, rows: Iterable[CallRow]) -> list[CallOut]:
    """The same behind a figure of the wallboard."""
    return [
        _numbered(CallOut.model_validate(row), sees(who, Part.CALL_NUMBER, Whose.WALL, secrecy(row)))
        for row in rows
        if _shows(who, row)
    ]


def _shows(who: Who, row: CallRow) -> bool:
    return sees(who, Part.CALL, whose_call(who, row), secrecy(row)) is Sees.WHOLE


def on_screens(row: CallRow) -> tuple[CallOut, CallOut, CallOut]:
    """A live call as the stream tells it: at its own seat, to those who see every call with its number, and without."""
    shown, secret = CallOut.model_validate(row), secrecy(row)
    own = _seen("A", Part.CALL_NUMBER, Whose.LIVE, secret)
    others = _seen("S", Part.CALL_NUMBER, Whose.OTHERS, secret)
    masked = _seen("U", Part.CALL_NUMBER, Whose.OTHERS, secret)
    return _numbered(shown, own), _numbered(shown, others), _numbered(shown, masked)


def only_asked(shown: CallOut) -> frozenset[str]:
    """Seats that are asked for advice about this call and do not hear its citizen: they are shown whom it is about, masked."""
    citizens = {one.group for one in shown.participants if one.role == "citizen" and one.group}
    return frozenset(
        one.seat for one in shown.participants if one.seat and one.role == "consulted" and one.group not in citizens
    )


def sees_all_calls(who: Who) -> bool:
    return sees(who, Part.CALL, Whose.OTHERS) is Sees.WHOLE


def sees_all_numbers(who: Who) -> bool:
    return sees(who, Part.CALL_NUMBER, Whose.OTHERS) is Sees.WHOLE


def _numbered(shape: CallOut, seen: Sees) -> CallOut:
    if seen is Sees.WHOLE:
        return shape
    return masking.masked(shape) if seen is Sees.MASKED else masking.without_number(shape)


# -- call-backs ------------------------------------------------------------------------------


def callback(who: Who, row: TaskRow) -> CallbackOut:
    """A call-back that they may see at all, as they may see it."""
    mine = bool(row.owner) and bool(who.session) and row.owner == who.account
    whose = Whose.MINE if mine else Whose.OTHERS
    secret = _asked(anonymous=row.anonymous, confidential=row.confidential)
    seen = sees(who, Part.CALLBACK_NUMBER, whose, secret)
    number = row.number if seen is Sees.WHOLE else mask(row.number) if seen is Sees.MASKED else ""
    shape = CallbackOut.model_validate(row)
    shown: dict[str, object] = {"number": number, "mine": mine, "withheld": bool(row.number) and not number}
    if (
        seen is not Sees.WHOLE
    ):  # an agent's words may hold the number, or another of the same citizen, or what it is about
        about = row.confidential and not mine
        tries = [
            one.model_copy(update={"note": "" if about else beside_number(row.number, number, one.note)})
            for one in shape.attempts
        ]
        shown |= {"note": "" if about else beside_number(row.number, number, shape.note), "attempts": tries}
    if seen is not Sees.WHOLE and not mine:  # what was done where is for whoever tells it
        shown |= {"title": "", "script": ""}
    return shape.model_copy(update=shown)


def nuisance_number(who: Who, number: str, by: str, *about: CallRow | None) -> str:
    """As they may see it: of what ``by`` said, about these calls; '' not."""
    whose = Whose.MINE if bool(who.session) and by == who.account else Whose.OTHERS
    asked = dict.fromkeys(one for row in about if row is not None for one in secrecy(row))
    seen = sees(who, Part.NUISANCE_NUMBER, whose, tuple(asked))
    return number if seen is Sees.WHOLE else mask(number) if seen is Sees.MASKED else ""


def beside_number(number: str, shown: str, words: str) -> str:
    """What people typed about a number, as it is ``shown``: where that is masked, so is any in the words; where it is not, it is not there
    either, in whatever spelling."""
    if shown == number:
        return words
    return mask(words if shown else home().without(words, {number}, "***"))


def partner_words(who: Who, row: CallRow, agent: str, *, mine: bool) -> bool:
    """Whether they see what was said of a hand-over of this call, by us and by the partner: as what a ticket of it says. ``agent``: who
    handed it over; ``mine``: they have a part in the call, or are told its citizen's story."""
    whose = Whose.FILED if who.session and agent == who.account else Whose.MINE if mine else Whose.OTHERS
    return sees(who, Part.TICKET_CONTENT, whose, secrecy(row)) is Sees.WHOLE


def sees_callbacks(who: Who) -> bool:
    return sees(who, Part.CALLBACK, Whose.OTHERS) is Sees.WHOLE


# -- tickets ---------------------------------------------------------------------------------


def whose_ticket(who: Who, push: Push, *, mine: bool = False, refused: bool = False) -> Whose:
    """``mine``: of a call they had a part in; ``refused``: it is, or was a moment ago, a dead letter, and asked for as one."""
    if not who.token and push.ticket.agent == who.account:
        return Whose.FILED
    if mine:
        return Whose.MINE
    return Whose.REFUSED if refused else Whose.OTHERS


def ticket_secrecy(push: Push) -> tuple[Secrecy, ...]:
    return _asked(anonymous=push.ticket.anonymous, confidential=push.ticket.confidential)


def shows_ticket(who: Who, push: Push, *, mine: bool = False) -> bool:
    whose = whose_ticket(who, push, mine=mine)
    return sees(who, Part.TICKET, whose, ticket_secrecy(push)) is Sees.WHOLE


def ticket(
    who: Who, push: Push, *, mine: bool = False, refused: bool = False, wall: bool = False, reason: str = ""
) -> TicketOut:
    """A ticket that they may see at all, as they may see it; ``withheld`` names what is left out. ``wall``: on the wallboard."""
    whose, secret, shape = whose_ticket(who, push, mine=mine, refused=refused), ticket_secrecy(push), TicketOut.of(push)
    seen = {part: sees(who, part, whose, secret, reason) for part in _PARTS}
    if wall:
        seen[Part.TICKET_NUMBER] = sees(who, Part.TICKET_NUMBER, Whose.WALL, secret)
    withheld = [name for part, name in _PARTS.items() if seen[part] is Sees.NOT]
    body = dict(shape.ticket)
    if seen[Part.TICKET_NUMBER] is Sees.MASKED:
        body = masking.masked_ticket(body)
    body = masking.without(body, withheld)
    if wall or (who.program and whose is not Whose.FILED):
        body = masking.masked_texts(body)
    said = dict(push.payload) if refused and "content" not in withheld else {}
    update: dict[str, Any] = {"ticket": body, "withheld": withheld, "payload": said}
    if sees(who, Part.TICKET, whose, secret) is Sees.NOT:  # heard of on a call: the code is its citizen's
        update["query_code"] = ""
    return shape.model_copy(update=update)


def same_matter(who: Who, push: Push) -> TicketOut:
    """Another's ticket, to which what they handed in was added: that there is one, and its case's number and state, nothing more."""
    shown = ticket(who, push)
    body = masking.without(dict(shown.ticket), ["content"])
    whole = {name: value for name, value in body.items() if name not in ("person", "facts", "agent", "seat", "key")}
    return shown.model_copy(
        update={"ticket": whole, "query_code": "", "call": None, "withheld": ["content"], "payload": {}}
    )


def of_work_order(who: Who, push: Push, *, live: bool) -> TicketOut | None:
    """The ticket that a partner's work order has: as they may see it; ``live``: who has that partner's call now is told that the matter
    is known, whoever filed it, as of a repeat: what it is about, its case's number and state."""
    if shows_ticket(who, push):
        return ticket(who, push)
    seen = sees(who, Part.REPEAT, Whose.LIVE if live else Whose.OTHERS, ticket_secrecy(push))
    if seen is Sees.NOT:
        return None
    shown = same_matter(who, push)
    title = mask(push.ticket.title) if seen is Sees.WHOLE else ""
    return shown.model_copy(update={"ticket": {**shown.ticket, "title": title}})


def repeat(who: Who, one: Repeat, *, live: bool) -> RepeatOut | None:
    """An earlier ticket that may be of a call's matter, as they may see it; ``live``: the call is the one they have now.

    Of a withheld one nothing is told that says where it lies or whose it is: no metres, a score of reasons alone, not that the
    caller is its citizen; what only that would bring is not told at all.
    """
    push, ticket_ = one.push, one.push.ticket
    seen = sees(who, Part.REPEAT, Whose.LIVE if live else Whose.OTHERS, ticket_secrecy(push))
    if seen is Sees.NOT:
        return None
    whole = seen is Sees.WHOLE
    reasons = [reason for reason in one.reasons if whole or reason is not Reason.CALLER]
    if len(reasons) < len(one.reasons) and one.score - WEIGHTS[Reason.CALLER] < LEAST:
        return None
    place, subject = ticket_.place, ticket_.subject
    return RepeatOut(
        id=ticket_.id, case_number=push.case_number, state=push.state, case_state=push.case_state,
        filed_at=ticket_.filed_at, kind=ticket_.kind, code=subject.code if subject else "",
        code_kind=subject.kind if subject else "", title=mask(ticket_.title) if whole else "",
        address=mask(place.address_std or place.address_text) if whole else "", merged_into=ticket_.merged_into,
        answered_directly=ticket_.answered_directly, withheld=not whole,
        own=not who.token and ticket_.agent == who.account, score=one.score if whole else points(reasons), reasons=reasons,
        metres=one.metres if whole else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket, the one its case goes on within (itself, mostly), and what was counted of that."""

    push: Push
    root: Push
    counted: Counted


def progress(who: Who, one: Standing, whose: Whose) -> ProgressOut | None:
    """How far it is, as they may see it; None: they may not. ``whose``: LIVE where they have its citizen on the line."""
    ticket_, root = one.push.ticket, one.root
    secret = (*ticket_secrecy(one.push), *ticket_secrecy(root))
    seen = sees(who, Part.PROGRESS, whose, secret)
    if seen is Sees.NOT:
        return None
    whole = seen is Sees.WHOLE
    place, subject, promise = ticket_.place, ticket_.subject, root.ticket.promise
    over = root.case_state in OVER or root.ticket.answered_directly
    return ProgressOut(
        id=ticket_.id, case_number=one.push.case_number, kind=ticket_.kind, code=subject.code if subject else "",
        code_kind=subject.kind if subject else "", title=mask(ticket_.title) if whole else "",
        address=mask(place.address_std or place.address_text) if whole else "", filed_at=ticket_.filed_at,
        state=one.push.state, case_state=root.case_state, case_since=root.case_since, word=root.case_word,
        unit=root.case_unit or root.ticket.unit_confirmed or root.ticket.unit_suggested,
        promised_by=promise.by if promise else None, provisional=bool(promise and promise.provisional),
        merged_into=ticket_.merged_into, answered_directly=ticket_.answered_directly, urged=one.counted.urged,
        joined=one.counted.joined, merged=one.counted.merged, open=not over,
        own=not who.token and ticket_.agent == who.account, withheld=not whole,
    )  # fmt: skip


def said(who: Who, push: Push, message: SaidMessage, *, mine: bool = False, reason: str = "") -> SaidOut:
    """What was said of a ticket that they may see; its words where they see what the citizen said, numbers in them as they see those."""
    whose, secret = whose_ticket(who, push, mine=mine), ticket_secrecy(push)
    payload = message.payload
    text = str(payload.get("text") or payload.get("reason") or payload.get("answer") or "")
    if sees(who, Part.TICKET_CONTENT, whose, secret, reason) is not Sees.WHOLE:
        text = ""
    if sees(who, Part.TICKET_NUMBER, whose, secret, reason) is not Sees.WHOLE:
        text = mask(text)
    return SaidOut(
        id=message.id, kind=message.kind, at=message.at, by=str(payload.get("by") or push.ticket.agent), text=text,
        call=str(payload.get("call") or ""), into=str(payload.get("into") or ""), state=message.state,
        delivered_at=message.delivered_at, error=message.error if text or not payload else "",
    )  # fmt: skip


def versions(who: Who, push: Push, of: Sequence[Version], *, mine: bool = False, reason: str = "") -> list[VersionOut]:
    """Who changed what when, the newest first: of each version what they see of the ticket."""
    bodies = []
    for one in of:  # what was written before the citizen asked for secrecy is as secret as what was written since
        anonymous = push.ticket.anonymous or one.ticket.anonymous
        confidential = push.ticket.confidential or one.ticket.confidential
        old = replace(push, ticket=replace(one.ticket, anonymous=anonymous, confidential=confidential))
        asked = {"anonymous": one.ticket.anonymous, "confidential": one.ticket.confidential}
        bodies.append({**ticket(who, old, mine=mine, reason=reason).ticket, **asked})
    return [
        VersionOut(at=one.until, by=one.by, why=one.why, changes=list(_changes(before, after)))
        for one, before, after in reversed(list(zip(of, bodies, bodies[1:], strict=False)))
        if one.until is not None
    ]


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = "") -> Iterator[ChangeOfField]:
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _changes(old, new, f"{prefix}{name}.")
        else:
            yield ChangeOfField(field=f"{prefix}{name}", before=old, after=new)


_PARTS = {Part.TICKET_CONTENT: "content", Part.TICKET_PERSON: "person", Part.TICKET_NUMBER: "number"}

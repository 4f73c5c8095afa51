"""What a partner (12345, 110) says of a matter we share with it: read, checked, put into words for the case store. Pure.

A matter has two numbers: the partner's own, and ours (the case's, the ticket's or the hand-over's, as the partner was told it).
Each state carries a number that grows, so that what comes twice changes nothing and what comes late moves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.language import say as _
from config.time_range import Moment

from .errors import Problem
from .partner_handover import cleaned
from .problem_texts import problems_of
from .webhook_signature import ID, Refusal, SeenIds, refusal

STATES_MOST = 200
KINDS = ("matter.state", "matter.states")


class MatterState(StrEnum):
    ACCEPTED = "accepted"  # 已受理
    REFUSED = "refused"  # 不予受理
    HANDLING = "handling"  # 办理中
    DONE = "done"  # 已办结
    CLOSED = "closed"  # 已结案
    WITHDRAWN = "withdrawn"  # 已撤回


WORDS: Mapping[MatterState, str] = {
    MatterState.ACCEPTED: "accepted by the partner",
    MatterState.REFUSED: "not accepted by the partner",
    MatterState.HANDLING: "being handled by the partner",
    MatterState.DONE: "done by the partner",
    MatterState.CLOSED: "closed by the partner",
    MatterState.WITHDRAWN: "withdrawn at the partner",
}
TOLD = frozenset({MatterState.REFUSED, MatterState.DONE, MatterState.CLOSED, MatterState.WITHDRAWN})
"""What the case store is told as a supplement of the case: those who handle it must know."""


OVER = TOLD
"""The partner's last words: of such a matter it is asked no more."""
AHEAD = timedelta(days=1)
"""No state is of a later moment: by it all that comes after would count as late."""


@dataclass(frozen=True, slots=True)
class PartnerState:
    """One thing a partner said of one matter."""

    number: str
    """The partner's own; '' where it names ours alone."""
    work_order: str
    """Ours, as it was told; '' where it names its own alone."""
    state: MatterState
    sequence: int
    """Grows with each state of a matter."""
    at: datetime
    word: str = ""
    """As the partner itself calls the state."""
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """A matter that is not over at its partner, under the partner's own number."""

    id: str
    number: str
    state: str
    sequence: int


@dataclass(frozen=True, slots=True)
class StatesHeard:
    """How many of them moved a matter, were heard before or came late, are of a matter nobody here knows (kept all the same
    where they name the partner's number)."""

    moved: int = 0
    known: int = 0
    unknown: int = 0
    learned: bool = field(default=False, compare=False)
    """Whether anything became known by it: a state, though a late one, or a number alone."""


@dataclass(frozen=True, slots=True)
class StatesTaken:
    heard: StatesHeard
    repeated: bool
    """A call with this id had been taken before."""


class _StateIn(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    their_number: Annotated[str, Field(max_length=64)] = ""
    work_order: Annotated[str, Field(max_length=64)] = ""
    state: MatterState
    sequence: Annotated[int, Field(strict=True, ge=1, le=2**53)]
    at: Moment
    word: Annotated[str, Field(max_length=80)] = ""
    unit: Annotated[str, Field(max_length=200)] = ""
    note: Annotated[str, Field(max_length=2000)] = ""


def folded(number: str) -> str:
    """A partner's number as it is compared: a header of a call loses what a body keeps (slashes, blanks)."""
    return "".join(letter for letter in number if letter.isascii() and letter.isalnum()).upper()[:64]


def supplement(partner: str, number: str, state: MatterState, word: str, unit: str, note: str) -> str:
    """What the case store is told of it."""
    who = f"{partner} {number}".strip()
    said = [_(WORDS[state]), *(one for one in (word, unit, note) if one)]
    return f"{who}：{'；'.join(said)}"


def read(body: bytes) -> list[PartnerState] | tuple[Problem, ...]:
    """All its states, or what is wrong with any of them."""
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return (Problem("body", _("is no JSON")),)
    if not isinstance(told, dict) or told.get("type") not in KINDS:
        return (Problem("type", _("is another one"), KINDS),)
    single = told["type"] == KINDS[0]
    data = told.get("data")
    rows = [data] if single else data.get("states") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not 0 < len(rows) <= STATES_MOST:
        return (Problem("data.states", _("from 1 to {most} are wanted", most=STATES_MOST)),)
    found: list[PartnerState] = []
    wrong: list[Problem] = []
    for place, row in enumerate(rows):
        where = "data" if single else f"data.states.{place}"
        try:
            one = _StateIn.model_validate(row)
        except ValidationError as fault:
            for problem in problems_of(fault.errors(include_url=False), _StateIn):
                wrong.append(Problem(f"{where}.{problem.field}".rstrip("."), problem.message, problem.allowed))
            continue
        if not folded(one.their_number) and not one.work_order:
            wrong.append(Problem(f"{where}.their_number", _("the partner's own number or ours is wanted")))
            continue
        found.append(
            PartnerState(
                cleaned(one.their_number, 64), cleaned(one.work_order, 64), one.state, one.sequence, one.at,
                cleaned(one.word, 80), cleaned(one.unit), cleaned(one.note, 2000),
            )
        )  # fmt: skip
    return tuple(wrong[:20]) if wrong else found


def answered(
    body: bytes, matter: OpenMatter, words: Mapping[str, MatterState], now: datetime
) -> list[PartnerState] | str:
    """What a partner answers of the matter it was asked about (``partner_questions.py``), or why it cannot be read; ``words``: its own for states.

    A STATE as in a signed call, or ``{"states": [STATE…]}``. Without ``sequence`` the milliseconds of ``at`` are one; what is told as it stands
    already says nothing new, and another state of the same moment is the next one.
    """
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return "no JSON"
    rows = told.get("states", [told]) if isinstance(told, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        return "neither a state nor states"
    known = [{**row, "state": str(words.get(str(row.get("state")), row.get("state")))} for row in rows]
    body = json.dumps(
        {"type": "matter.states", "data": {"states": [_numbered(row, matter.number) for row in known]}}
    ).encode()
    states = read(body)
    if isinstance(states, tuple):
        return "; ".join(f"{problem.field}: {problem.message}" for problem in states[:3])
    found = []
    for state, row in zip(states, rows, strict=True):
        if state.number and folded(state.number) != folded(matter.number):
            return f"it is about {state.number}"
        if state.at > now + AHEAD:
            return f"of {state.at.isoformat()}, which is not yet"
        sequence = state.sequence
        if "sequence" not in row:
            if str(state.state) == matter.state:
                continue
            sequence += sequence == matter.sequence
        found.append(replace(state, number=matter.number, work_order="", sequence=sequence))
    return found


def _numbered(row: Mapping[str, Any], number: str) -> dict[str, Any]:
    """With a sequence; and by the partner's number alone: what it says of ours was not asked."""
    said = {name: value for name, value in row.items() if name != "work_order"}
    said.setdefault("their_number", number)
    if "sequence" not in said:
        try:
            said["sequence"] = max(int(datetime.fromisoformat(str(said.get("at"))).timestamp() * 1000), 1)
        except (ValueError, OverflowError):
            said["sequence"] = 1  # what is wrong with ``at`` is said where it is read
    return said


@dataclass(slots=True)
class PartnerCalls:
    """Signed calls of partners: each signs by its own secret, and speaks of its own matters alone.

    ``keys``: partner → those that may have signed; ``take``: the ledger's, in one transaction.
    """

    keys: Mapping[str, Sequence[bytes]]
    take: Callable[[str, Sequence[PartnerState], datetime], Awaitable[StatesHeard]]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    seen: dict[str, SeenIds] = field(default_factory=dict)

    async def hear(
        self, partner: str, headers: Mapping[str, str], body: bytes, spend: Callable[[int], None] = lambda _states: None
    ) -> StatesTaken | Refusal | tuple[Problem, ...]:
        """``headers``: names in small letters; ``body``: as it came; ``spend``: told how many states are to be written, raises
        when that is too many. Raises KeyError where no such partner signs, and what the ledger raises: it is to be sent again."""
        keys, now = self.keys[partner], self.clock()
        if (why := refusal(keys, headers, body, now)) is not None:
            return why
        ident, seen = headers[ID], self.seen.setdefault(partner, SeenIds())
        if seen.known(ident, now):
            return StatesTaken(StatesHeard(), repeated=True)
        states = read(body)
        if isinstance(states, tuple):
            return states
        spend(len(states))
        heard = await self.take(partner, states, now)
        seen.add(ident, now)
        return StatesTaken(heard, repeated=False)

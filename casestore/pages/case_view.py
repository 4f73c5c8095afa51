"""What the staff is shown of a case: what is to be done, where, by when, and its history. No citizen's name, number or query code. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from ..contract import LimitIn, PhotoOut, TaskOut, WholeCaseOut
from ..states import Command, Role, State, Step
from ..transition_table import Rule, rule_for


class DoneOut(BaseModel):
    """A row of the history."""

    turn: int
    at: AwareDatetime
    state_word: str
    command_word: str
    role: str
    by: str
    unit: str
    note: str


class MayDoOut(BaseModel):
    command: Command
    needs: list[str] = Field(description="fields that must be said with it")


class CaseViewOut(BaseModel):
    number: str
    title: str
    kind: str
    content: str
    address: str
    area: str
    code: str
    condition: str = Field(description="the filing condition, as the catalogue words it")
    urgency: str
    limit: LimitIn | None = Field(description="the ticket's own")
    state: State
    state_word: str
    step: Step
    turn: int
    unit: str
    units_helping: list[str]
    worker: str
    due_at: AwareDatetime | None
    due_provisional: bool
    accepted_at: AwareDatetime
    urged: int
    returns: int
    reworks: int
    plus_ones: int
    reopened: int
    closing_condition: str
    reply: str
    satisfied: int | None
    score: int | None
    tasks: list[TaskOut]
    commands: list[MayDoOut] = Field(description="of whoever asks; something may still stand against one")
    history: list[DoneOut]
    photos: list[PhotoOut]


def seen_by(case: WholeCaseOut, role: Role, photos: Sequence[PhotoOut], *, helps: bool = False) -> CaseViewOut:
    """``helps``: their unit helps another one with it, and moves nothing."""
    ticket = case.ticket
    place, subject = _dict(ticket.get("place")), _dict(ticket.get("subject"))
    return CaseViewOut(
        number=case.number, title=case.title, kind=case.kind, content=_text(ticket.get("content")),
        address=_text(place.get("address_std")) or _text(place.get("address_text")), area=" ".join(_texts(place.get("area"))),
        code=_text(subject.get("code")), condition=_text(subject.get("condition")), urgency=_text(ticket.get("urgency")),
        limit=limit_of(ticket), state=case.state, state_word=case.state_word, step=case.step, turn=case.turn, unit=case.unit,
        units_helping=case.units_helping, worker=case.worker, due_at=case.due_at, due_provisional=case.due_provisional,
        accepted_at=case.accepted_at, urged=case.urged,
        returns=case.returns, reworks=case.reworks, plus_ones=case.plus_ones, reopened=case.reopened,
        closing_condition=case.condition, reply=case.reply, satisfied=case.satisfied, score=case.score, tasks=case.tasks,
        commands=[] if helps else _may_do(case, role), photos=list(photos),
        history=[
            DoneOut(turn=one.turn, at=one.at, state_word=one.state_word, command_word=one.command_word, role=one.role, by=one.by,
                    unit=one.unit, note=one.note)
            for one in case.history
        ],
    )  # fmt: skip


def _may_do(case: WholeCaseOut, role: Role) -> list[MayDoOut]:
    found = [(command, rule_for(case.state, command, role)) for command in case.commands.get(role, [])]
    return [
        MayDoOut(command=command, needs=list(rule.needs))
        for command, rule in found
        if isinstance(rule, Rule) and command is not Command.RETURN_AGAIN  # said as ``return``
    ]


def limit_of(ticket: dict[str, Any]) -> LimitIn | None:
    """As the command runner takes it when a dispatcher says none."""
    said = _dict(ticket.get("promise")).get("limit") or ticket.get("handle_limit")
    try:
        return LimitIn(value=said["value"], unit=said["unit"]) if isinstance(said, dict) else None
    except (KeyError, ValueError):
        return None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []

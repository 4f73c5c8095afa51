"""Who is in a call, by the board: each party, what it is there for, who hears whom, and who could not be reached. Pure.

A party is a leg of a telephone, no Local half. Who hears whom is the board's word (``Board.parties``): parties with the same
``group`` hear each other, 0 hears nobody of them. Who was called in for advice, or to talk along, is ``consulted`` as
long as the seat that called it is in the call; who is left with the citizen is the ``agent``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from .board import Board
from .call import Call, Leg
from .events import DialWay, Direction
from .ids import Instant, LegId, SeatId


class PartRole(StrEnum):
    CITIZEN = "citizen"  # who called us, or whom a seat called
    AGENT = "agent"  # a seat that has the call
    CONSULTED = "consulted"  # a seat or a number that a seat called in


class PartState(StrEnum):
    RINGING = "ringing"
    WAITING = "waiting"  # in a queue, with the voice system, or for somebody who rings still
    TALKING = "talking"
    HELD = "held"  # hears music while others talk
    FAILED = "failed"  # could not be reached: told until somebody else is called


@dataclass(frozen=True, slots=True)
class Participant:
    leg: LegId
    """Names the party in this call."""
    role: PartRole
    seat: SeatId
    """'' when it is no seat's telephone, or none that was reached."""
    number: str
    """As it was dialled, or as it called; '' of a seat's telephone, or not known."""
    state: PartState
    group: int
    since: Instant
    """Since when it is called, is up, or could not be reached: not before. Whoever shows it knows when it changed since."""
    by: SeatId = SeatId("")  # noqa: RUF009 - a NewType is its value
    """The seat that called it in."""
    reason: str = ""
    """Of one that could not be reached: a ``DialResult``."""


def participants(board: Board, call: Call) -> tuple[Participant, ...]:
    """In the order in which they came; who could not be reached last."""
    return tuple(_participants(board, call))


def _participants(board: Board, call: Call) -> Iterator[Participant]:
    if call.direction is Direction.WATCH:
        return
    legs = [leg for leg in call.legs.values() if not leg.plumbing and leg.endpoint]
    groups = _groups(board, legs)
    there = {SeatId(leg.endpoint) for leg in legs if leg.seat}
    for leg in legs:
        role, group = _role(call, leg, there), groups.get(leg.id, 0)
        yield Participant(
            leg.id, role, SeatId(leg.endpoint) if leg.seat else SeatId(""), "" if leg.seat else _number(call, leg),
            _state(board, call, leg, group), group, leg.up or leg.born,
            leg.dialling.by if leg.dialling is not None and role is PartRole.CONSULTED else SeatId(""),
        )  # fmt: skip
    if call.unreached is not None:
        begun, at = call.unreached
        yield Participant(
            LegId(f"{call.id}-unreached"), PartRole.CONSULTED, SeatId(""), begun.to, PartState.FAILED, 0, at, begun.by,
            begun.result.value,
        )  # fmt: skip


def _role(call: Call, leg: Leg, there: set[SeatId]) -> PartRole:
    called = leg.dialling
    if called is not None and called.way is DialWay.CONSULT and (not called.by or called.by in there):
        return PartRole.CONSULTED
    if leg.seat:
        return PartRole.AGENT
    away = call.direction is Direction.INBOUND and not leg.first  # a citizen was given away to it
    return PartRole.CONSULTED if away else PartRole.CITIZEN


def _number(call: Call, leg: Leg) -> str:
    if leg.first:
        return call.origin or call.caller
    return (leg.dialling.to if leg.dialling is not None else "") or leg.called or call.dialled


def _groups(board: Board, legs: list[Leg]) -> dict[LegId, int]:
    """Legs that hear somebody of these, by number from 1."""
    found: dict[LegId, int] = {}
    for leg in legs:
        if leg.id in found or leg.bridge is None:
            continue
        near = [one for one in board.parties(leg.bridge) if not one.plumbing]
        if len(near) > 1:
            group = max(found.values(), default=0) + 1
            found.update((one.id, group) for one in near)
    return found


def _state(board: Board, call: Call, leg: Leg, group: int) -> PartState:
    calls_us = (
        leg.first and call.direction is Direction.INBOUND and leg.id == LegId(call.id)
    )  # whose place was kept is called
    if leg.up is None and not calls_us:
        return PartState.RINGING
    if group:
        # a telephone that holds keeps the others of its bridge waiting, with music
        near = board.parties(leg.bridge) if leg.bridge is not None else ()
        kept = not leg.held and any(one.held for one in near if one is not leg)
        return PartState.HELD if kept else PartState.TALKING
    if leg.seat and _asks(board, leg):
        return PartState.WAITING
    return PartState.HELD if call.talked and not call.queue and leg.bridge is not None else PartState.WAITING


def _asks(board: Board, leg: Leg) -> bool:
    """It is with the near half of a consultation's Local channel: somebody rings for it."""
    near = board.bridges.get(leg.bridge, {}).values() if leg.bridge is not None else ()
    return any(one.plumbing and one.channel.endswith(";1") for one in near)

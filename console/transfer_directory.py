"""To whom a citizen may be given or who may be asked: colleagues, empty seats, queues, the phonebook, found as one types. Pure.

Shown with their presence in the moment of asking; the page keeps it alive by the stream. Who sits nowhere is found too, so
that nobody searches in vain for a colleague who has gone home.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bridge.typed_names import folded, rank

from .ledger_ports import Colleague, Entry
from .ports import QueueRow, SeatRow

MOST = 30
_KINDS = ("agent", "queue", "number", "seat")
_FREE = {"ready": 0, "paused": 1, "wrap_up": 2, "logged_out": 9}
_BY_SKILL = 20
"""Behind everything that is named by what was typed: who has the skill that is."""


@dataclass(frozen=True, slots=True)
class Target:
    kind: str
    """One of ``_KINDS``."""
    id: str
    """Of the agent, queue or phonebook entry; of a seat where nobody sits its own."""
    name: str
    seat: str = ""
    """Where the agent sits now; '' nowhere, or it is no agent."""
    state: str = ""
    """Of the seat; ``logged_out``: the agent sits nowhere."""
    number: str = ""
    group: str = ""
    """Of the phonebook: linkage, unit."""
    skills: Sequence[str] = ()
    """Names of the queues an agent serves, the best served first."""
    waiting: int = 0
    ready: int = 0
    signed_in: int = 0
    """Of a queue: who waits, who is free, who serves it and sits somewhere."""


def search(
    typed: str, own: str, seats: Sequence[SeatRow], queues: Sequence[QueueRow], people: Iterable[Colleague],
    phonebook: Iterable[Entry],
) -> list[Target]:  # fmt: skip
    """Best first. ``own``: the seat that asks, which is none of them. Nothing typed: who is there, then queues and numbers."""
    wanted, names = folded(typed), {row.queue: row.name for row in queues}
    found: list[tuple[tuple[int, int, int, str], Target]] = []
    for target in _targets(own, seats, queues, people, phonebook, names):
        if not wanted:
            if target.state != "logged_out":
                found.append((_order(0, target), target))
        elif (placed := _placed(wanted, target)) is not None:
            found.append((_order(placed, target), target))
    return [target for _place, target in sorted(found, key=lambda one: one[0])[:MOST]]


def _placed(wanted: str, target: Target) -> int | None:
    named = [rank(wanted, ident, target.name) for ident in {target.id, target.seat, target.number} if ident]
    if (best := min((one for one in named if one is not None), default=None)) is not None:
        return best
    skilled = (rank(wanted, "", skill) for skill in target.skills)
    found = min((one for one in skilled if one is not None), default=None)
    return None if found is None else _BY_SKILL + found


def _order(placed: int, target: Target) -> tuple[int, int, int, str]:
    return (
        placed,
        _KINDS.index(target.kind),
        _FREE.get(target.state, 3 if target.state else 0),
        target.seat or target.id,
    )


def _targets(
    own: str, seats: Sequence[SeatRow], queues: Sequence[QueueRow], people: Iterable[Colleague], phonebook: Iterable[Entry],
    names: Mapping[str, str],
) -> Iterable[Target]:  # fmt: skip
    sits = {row.agent: row for row in seats if row.agent}
    for person in people:
        row = sits.get(person.id)
        if row is not None and row.seat == own:
            continue
        skills = [names.get(queue, queue) for queue, _level in sorted(person.skills.items(), key=lambda one: one[1])]
        yield Target(
            "agent", person.id, person.name, row.seat if row else "", row.state if row else "logged_out", skills=skills
        )
    for row in seats:
        if not row.agent and row.seat != own:
            yield Target("seat", row.seat, "", row.seat, "logged_out")
    for queue in queues:
        there = sum(1 for row in seats if row.agent and row.seat != own and queue.queue in row.queues)
        yield Target("queue", queue.queue, queue.name, waiting=queue.waiting, ready=queue.ready, signed_in=there)
    for entry in phonebook:
        yield Target("number", entry.key, entry.name, number=entry.number, group=entry.group)

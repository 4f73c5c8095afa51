"""Who calls in a surge, when, how long he would talk and wait: made from a seed, always the same. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass

NUMBERS = 10_000
"""Callers of one phase at most: the last digits of their numbers tell them apart."""
SHORTEST_SECONDS = 2.0
"""No talk is shorter: what is over in a moment is no answer (``config.answered_talk_rule``)."""

MOST_PATIENCE, MOST_TALK = 3, 5
"""Nobody waits or talks longer than so many times the mean: a run ends."""


@dataclass(frozen=True, slots=True)
class Caller:
    number: str
    """A mobile, nobody else's: a call-back can be made to it."""
    at: float
    """Seconds from the beginning of the phase."""
    talk: float
    """Seconds his matter takes."""
    patience: float
    """Seconds he waits for a person, from the end of the notice; then he hangs up."""
    takes: bool
    """He takes a call-back when one is offered."""


def callers(
    seed: int, phase: int, *, rate: float, seconds: float, talk: float, patience: float, takes: float = 0.0
) -> tuple[Caller, ...]:
    """As telephone traffic comes: arrivals by chance (Poisson) at ``rate`` a second, talks and patience exponential about their means.

    :param phase: 0 to 99: of one run, with numbers of its own.
    :param takes: share (0..1) of those who take a call-back.
    :raises ValueError: of more callers than have numbers.
    """
    chance = random.Random(f"{seed}/{rate}/{seconds}")  # noqa: S311 - the same callers in every phase of a run
    found: list[Caller] = []
    at = chance.expovariate(rate)
    while at < seconds:
        if len(found) == NUMBERS:
            raise ValueError(f"more than {NUMBERS} callers")
        found.append(Caller(
            number=f"13900{phase:02d}{len(found):04d}", at=round(at, 3),
            talk=round(min(SHORTEST_SECONDS + chance.expovariate(1 / max(talk - SHORTEST_SECONDS, 0.01)), MOST_TALK * talk), 3),
            patience=round(min(chance.expovariate(1 / patience), MOST_PATIENCE * patience), 3), takes=chance.random() < takes,
        ))  # fmt: skip
        at += chance.expovariate(rate)
    return tuple(found)

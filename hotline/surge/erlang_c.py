"""Erlang C: what a queue with patient callers does, from offered traffic and seats alone. Pure; held against what callers lived through."""

from __future__ import annotations

from math import exp


def waits(erlangs: float, seats: int) -> float:
    """Probability (0..1) that a caller waits at all; 1 where the seats cannot bear the traffic.

    By the recursion of Erlang B, which stays within a float for thousands of seats.
    """
    if erlangs <= 0:
        return 0.0
    if erlangs >= seats:
        return 1.0
    blocked = 1.0
    for n in range(1, seats + 1):
        blocked = erlangs * blocked / (n + erlangs * blocked)
    return blocked / (1 - erlangs / seats * (1 - blocked))


def answered_within(seconds: float, erlangs: float, seats: int, talk: float) -> float:
    """Share (0..1) answered within so many seconds; ``talk``: mean seconds a seat is busy with a call.

    0 where the seats cannot bear the traffic: the queue grows without end, and no share is right for long.
    """
    if erlangs >= seats:
        return 0.0
    return 1.0 - waits(erlangs, seats) * exp(-(seats - erlangs) * seconds / talk)

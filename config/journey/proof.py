"""What is wrong with the way a journey's steps lead on. Pure; the messages are ``references.py``'s and ``check``'s."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def reachable(ways: Mapping[str, Mapping[str, str]], start: str) -> frozenset[str]:
    """Every step some caller can come to. ``ways``: step → answer → step."""
    seen, todo = {start}, [start]
    while todo:
        for to in ways.get(todo.pop(), {}).values():
            if to not in seen:
                seen.add(to)
                todo.append(to)
    return frozenset(seen)


def endless(silent: Mapping[str, Mapping[str, str]]) -> tuple[str, ...] | None:
    """A round on which a caller who presses nothing goes for ever: its steps in their order; None when there is none.

    ``silent``: step → the ways of such a caller. Without such a round every caller comes to an end by
    himself: each step that is no end has a way for who presses nothing.
    """
    left = {step: {to for to in ways.values() if to in silent} for step, ways in silent.items()}
    while ends := [step for step, ways in left.items() if not ways & left.keys()]:
        for step in ends:
            del left[step]
    if not left:
        return None
    path = [next(iter(left))]
    while True:
        to = next(one for one in silent[path[-1]].values() if one in left)
        if to in path:
            return tuple(path[path.index(to) :])
        path.append(to)


def missing(ways: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str, str]]:
    """(step, its answer, the name there): ways that lead to no step."""
    for step, answers in ways.items():
        yield from ((step, answer, to) for answer, to in answers.items() if to not in ways)

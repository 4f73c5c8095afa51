"""What ``make test`` runs of the long tests: a sample, by a seed that is printed; ``make test-long`` runs all of it.

``sampled`` marks what is not in today's sample with ``long``; ``examples`` says how many random examples a
property is tried with; ``left_out`` says which dear tests (a real Asterisk, a browser, PostgreSQL, seconds) a
short run does without. Whoever names a file to pytest runs all of it: only ``.ci/suite`` asks for a short run. The seed is ``HOTLINE_SEED`` where it is set, else another one in each run, so that in the
course of days everything is run; the workers of one run have the same one.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

import pytest

T = TypeVar("T")
SEED, LONG, SHORT = "HOTLINE_SEED", "HOTLINE_LONG", "HOTLINE_SHORT"
MORE = 50
"""So many times as many random examples in a long run."""


PART = 5
"""One in so many dear tests is in a short run."""
MINUTES_PART, MINUTES = 10, 150.0
"""Of those that may take longer than so many seconds (``bound``) one in so many, of all files together: ten of them are as long as a hundred others."""


def short_run() -> bool:
    return os.environ.get(SHORT, "") not in ("", "0") and not long_run()


def long_run() -> bool:
    return os.environ.get(LONG, "") not in ("", "0")


def seed() -> int:
    """Of this run; decided once, and handed on to the workers by the environment."""
    return int(os.environ.setdefault(SEED, str(random.SystemRandom().randrange(1_000_000))))


def examples(usual: int) -> int:
    """How many random examples: ``usual`` ones, more in a long run."""
    return usual * MORE if long_run() else usual


def sampled(cases: Sequence[Any], most: int, *, always: Sequence[Any] = ()) -> list[Any]:
    """These cases of ``parametrize`` (a tuple: the values of several arguments), all but ``most`` of them marked ``long``; what is in ``always`` is among them."""
    free = [case for case in cases if case not in always]
    # a place of its own for each list: else all lists of one length are sampled at the same places
    chance = random.Random(f"{seed()} {_name(cases)}")
    chosen = [*always, *chance.sample(free, max(0, min(most - len(always), len(free))))]
    return [case if case in chosen else _long(case) for case in cases]


def left_out(tests: Mapping[str, Sequence[str]], always: Collection[str], part: int = PART) -> set[str]:
    """Of each file's tests, by file: all but one in ``part`` of them, by the seed; none of ``always``, which come on top.

    Of a file of two, one is chosen in two of ``part`` runs: most files have few, and one of each would be a third of all.
    """
    out: set[str] = set()
    for file, names in tests.items():
        chance = random.Random(f"{seed()} {file}")
        free = sorted(set(names) - set(always))
        many = len(names) // part + (chance.random() < len(names) % part / part)
        out |= set(free) - set(chance.sample(free, min(len(free), many)))
    return out


def part_of(cases: Sequence[T]) -> Sequence[T]:
    """In a short run one in five of them, by the seed; else all. For what is dear before it is a test."""
    if not short_run():
        return cases
    return random.Random(f"{seed()} {_name(cases)}").sample(cases, max(1, len(cases) // PART))


def _name(case: Any) -> str:
    """The same in every process: the address of a function is not."""
    if isinstance(case, tuple | list):
        return " ".join(map(_name, case))
    return str(getattr(case, "__qualname__", None) or re.sub(r" at 0x[0-9a-f]+", "", repr(case)))


def _long(case: Any) -> Any:
    if isinstance(case, type(pytest.param())):
        return pytest.param(*case.values, marks=[*case.marks, pytest.mark.long], id=case.id)
    return pytest.param(*case, marks=pytest.mark.long) if isinstance(case, tuple) else pytest.param(case, marks=pytest.mark.long)  # fmt: skip

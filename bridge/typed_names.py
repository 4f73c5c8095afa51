"""How well what is typed names something: its id, its name, its name's pinyin or initials. Pure.

Used by the transfer directory and by the templates; codes have a rule of their own (``catalogue.py``), which knows citizens' words too.
"""

from __future__ import annotations

from functools import lru_cache

from .pinyin_readings import Syllables, begins, folded, initials_begin, initials_within, syllables, within

NAMES_KEPT = 20_000


def rank(typed: str, ident: str, name: str) -> int | None:
    """0 best; None: it does not name it. ``typed`` as ``folded`` gives it, and not empty."""
    id_, plain, sounds = ident.casefold(), folded(name), _sounds(name)
    tests = (
        typed in (id_, plain),
        plain.startswith(typed) or id_.startswith(typed),
        len(typed) == len(sounds) and initials_begin(typed, sounds),
        initials_begin(typed, sounds),
        begins(typed, sounds),
        typed in plain,
        within(typed, sounds) or initials_within(typed, sounds),
    )
    return next((place for place, fits in enumerate(tests) if fits), None)


@lru_cache(maxsize=NAMES_KEPT)
def _sounds(name: str) -> Syllables:
    return syllables(name)


__all__ = ["folded", "rank"]

"""The spellings of a called number: how carriers write what ``hotline.toml`` writes in one way. Pure.

One rule for every trunk, rendered into the dialplan (``render/dialplan.py``): of what was
dialled only the digits count, URI parameters (``;phone-context``, ``;npdi``, ``;user``) and
marks (``+``, ``-``, brackets) do not, and with or without the country's and the area's code
it is the same number. A spelling that is also another number of ours stays that other number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .settings import Settings

COUNTRY = "86"
TRUNKS = ("", "00")
"""What may stand before the country's code."""


def spellings(number: str, area: str) -> tuple[str, ...]:
    """Every string of digits that means ``number`` to a carrier of the area ``area`` ("0592"); itself first.

    >>> spellings("12319", "0592")[:4]
    ('12319', '059212319', '59212319', '8612319')
    """
    local = number[len(area) :] if number.startswith(area) and len(number) > len(area) else number
    # a number of another area has no local form
    national = [local, local[1:]] if local.startswith("0") else [local, area + local, area[1:] + local]
    abroad = [f"{before}{COUNTRY}{one}" for before in TRUNKS for one in national]
    return tuple(dict.fromkeys([number, *national, *abroad]))


def folded(settings: Settings) -> Mapping[str, str]:
    """Digits as dialled → the number of a line; a line's own numbers outrank spellings of others."""
    own = [number for line in settings.line for number in line.dialled]
    out = {number: number for number in own}
    for number in own:
        for one in spellings(number, settings.centre.area_code):
            out.setdefault(one, number)
    return out


def lost(settings: Settings) -> Iterable[tuple[str, str, str]]:
    """(number, its spelling, the other number which that is): forms that cannot be folded."""
    found = folded(settings)
    for line in settings.line:
        for number in line.dialled:
            for one in spellings(number, settings.centre.area_code):
                if not same(found[one], number, settings.centre.area_code):
                    yield number, one, found[one]


def same(one: str, other: str, area: str) -> bool:
    """Whether two numbers of ours are one written twice ("12319" and "059212319" of the area "0592")."""
    return other in spellings(one, area)

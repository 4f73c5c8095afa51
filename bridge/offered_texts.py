"""Texts that an agent calls up while somebody speaks: those of the ticket's code first, found by name, initials, pinyin or words. Pure.

Used by the templates (``templates.py``) and the knowledge cards (``knowledge.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from .typed_names import folded, rank


class Offered(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def scheme(self) -> str: ...
    @property
    def code_kind(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def code_name(self) -> str: ...
    @property
    def words(self) -> Sequence[str]:
        """What people call it besides its title."""
        ...


T = TypeVar("T", bound=Offered)


def best(offered: Iterable[T], typed: str, code: tuple[str, str, str], most: int) -> list[T]:
    """Best first: those of this code (scheme, kind, code) before others, by title, its initials and pinyin, then by the text.

    Nothing typed: those of the code, and those of none; what belongs to another code is found by its name alone.
    """
    wanted = folded(typed)
    ranked: list[tuple[int, int, int, T]] = []
    for place, one in enumerate(offered):
        of_code = 0 if one.code and (one.scheme, one.code_kind, one.code) == code else 1
        if not wanted:
            if one.code and of_code:
                continue
            named = 0
        else:
            ranks = (
                rank(wanted, "", one.title), rank(wanted, one.code, one.code_name),
                *(rank(wanted, "", word) for word in one.words),
            )  # fmt: skip
            known = [each for each in ranks if each is not None]
            if not known and wanted not in folded(one.text):
                continue
            named = min(known, default=99)
        ranked.append((of_code if not wanted else 0, named, place, one))
    return [one for *_order, one in sorted(ranked, key=lambda row: row[:3])[:most]]

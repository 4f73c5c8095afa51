"""Who calls, as far as the number tells: with area, carrier and kind. Pure; ``cti.numbers`` reads the number.

Asked by ``hotline/app.py`` for the screen pop and for searches by number; never asks the
network. The number book (mobile ranges of the ``phone`` package, area codes from the same
file) is read once, at the first number or by ``warm``; a look-up then takes microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from cti.numbers import NumberKind, Numbers


class Kind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"
    SERVICE = "service"  # 95…, 400, 800, a carrier's own
    SHORT = "short"  # 110, 12345, a seat
    HIDDEN = "hidden"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Party:
    """The fields of ``console.contract.stream.PartyOut``."""

    number: str
    """As one dials it here: 138…, 0592…, +886…; '' when hidden."""
    area: str = ""
    carrier: str = ""
    kind: Kind = Kind.UNKNOWN


_OTHER_WAYS = 4096


_SHORT = re.compile("1[0-9]{2}|12[0-9]{3}")
"""Of services those of the public; the others are a company's."""
_SEATS = "2345678"


@lru_cache(maxsize=_OTHER_WAYS)
def party(number: str, area_code: str = "0592") -> Party:
    """What ``number``, as the network gave it, tells; ``area_code``: the centre's own, for local numbers."""
    found = _numbers(area_code).read(number)
    plain = found.national
    match found.kind:
        case NumberKind.NOBODY:
            return Party("", kind=Kind.HIDDEN)
        case NumberKind.MOBILE:
            return _mobile(plain, area_code)
        case NumberKind.FIXED if found.planned:
            return Party(plain, _area_of(plain, area_code), kind=Kind.LANDLINE)
        case NumberKind.SERVICE:
            return Party(plain, kind=Kind.SHORT if _SHORT.fullmatch(plain) else Kind.SERVICE)
        case NumberKind.EXTENSION if plain.isdigit() and plain[0] in _SEATS:
            return Party(plain, kind=Kind.SHORT)
        case NumberKind.FOREIGN if plain.startswith("+"):
            return Party(plain, _abroad(plain))
    return Party(plain)


@cache
def _numbers(area_code: str) -> Numbers:
    return Numbers(area_code)


def warm() -> None:
    """Read the number book now, in a thread, so that the first caller need not wait for it."""
    party("13800000000")


@cache
def _book() -> Any:
    from phone import Phone  # reads 4 MB: not before a number is asked for

    return Phone()


@cache
def _areas() -> Mapping[str, tuple[str, str]]:
    """Area code → province and city; where several share a code, the first of the file."""
    book = _book()
    found: dict[str, tuple[str, str]] = {}
    for record in book.buf[8 : book.first_phone_record_offset].decode().split("\0"):
        if record.count("|") == 3:
            province, city, _post, code = record.split("|")
            found.setdefault(code, (province, city))
    return found


def _mobile(number: str, area_code: str) -> Party:
    told = _book().find(number)
    if not told:
        return Party(number, kind=Kind.MOBILE)
    area = _said(told["province"], told["city"], told["area_code"], area_code)
    return Party(number, area, told["phone_type"] or "", Kind.MOBILE)


def _area_of(landline: str, area_code: str) -> str:
    for length in (3, 4):
        if (told := _areas().get(landline[:length])) is not None:
            return _said(*told, landline[:length], area_code)
    return ""


def _said(province: str, city: str, code: str, area_code: str) -> str:
    """厦门 at home, 福建泉州 elsewhere, 北京 for a city that is its own province."""
    return city if code == area_code or province == city else f"{province}{city}"


def _abroad(number: str) -> str:
    """The country or region of a +number, in Chinese; '' when there is none."""
    import phonenumbers  # slow to import, and citizens seldom call from abroad
    from babel import Locale

    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return ""
    return str(Locale("zh").territories.get(region or "", ""))

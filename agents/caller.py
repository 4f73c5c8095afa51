"""Who calls, as far as the number tells: written one way, with area, carrier and kind. Pure.

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


HIDDEN = frozenset({"", "anonymous", "unavailable", "unknown", "restricted", "private", "withheld"})
_COUNTRY = "86"
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SHORT = re.compile(r"1[12][0-9]|1[02]0|12[0-9]{3}|[2-8][0-9]{2,4}")
_SERVICE = re.compile(r"(?:400|800)[0-9]{7}|95[0-9]{3,6}|96[0-9]{3,6}|100[0-9]{2,3}|11[0-9]{3}|116114")
_LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}")
_OTHER_WAYS = 4096


@lru_cache(maxsize=_OTHER_WAYS)
def party(number: str, area_code: str = "0592") -> Party:
    """What ``number``, as the network gave it, tells; ``area_code``: the centre's own, for local numbers."""
    plain = normal(number, area_code)
    if not plain:
        return Party("", kind=Kind.HIDDEN)
    if plain.startswith("+"):
        return Party(plain, _abroad(plain))
    if _MOBILE.fullmatch(plain):
        return _mobile(plain, area_code)
    if _LANDLINE.fullmatch(plain):
        return Party(plain, _area_of(plain, area_code), kind=Kind.LANDLINE)
    if _SERVICE.fullmatch(plain):
        return Party(plain, kind=Kind.SERVICE)
    if _SHORT.fullmatch(plain):
        return Party(plain, kind=Kind.SHORT)
    return Party(plain)


def normal(number: str, area_code: str = "0592") -> str:
    """One way to write a number: mobiles bare, landlines with their area code, foreign ones with +; '' hidden."""
    kept = "".join(letter for letter in number.strip() if letter not in " -()")
    if kept.lower() in HIDDEN:
        return ""
    bare = _without_country(kept)
    if bare.startswith("01") and _MOBILE.fullmatch(bare[1:]):
        return bare[1:]
    if _LOCAL.fullmatch(bare) and not _SERVICE.fullmatch(bare):
        return area_code + bare
    return bare


def variants(number: str, area_code: str = "0592") -> tuple[str, ...]:
    """Every way in which a carrier may write this number, the usual one first; () when it is hidden."""
    plain = normal(number, area_code)
    if not plain:
        return ()
    forms = [plain]
    if plain.startswith("+"):
        forms.append(f"00{plain[1:]}")
    elif _MOBILE.fullmatch(plain):
        forms += [f"0{plain}", f"+{_COUNTRY}{plain}", f"{_COUNTRY}{plain}"]
    elif _LANDLINE.fullmatch(plain):
        local = [plain.removeprefix(area_code)] if plain.startswith(area_code) else []
        forms += [*local, f"+{_COUNTRY}{plain[1:]}", f"{_COUNTRY}{plain[1:]}"]
    if number not in forms:
        forms.append(number)
    return tuple(forms)


def warm() -> None:
    """Read the number book now, in a thread, so that the first caller need not wait for it."""
    party("13800000000")


def _without_country(number: str) -> str:
    """A Chinese number without +86, 0086 or 86; a foreign one with its +."""
    for mark in ("+", "00"):
        if number.startswith(mark):
            rest = number[len(mark) :]
            return _national(rest[2:]) if rest.startswith(_COUNTRY) else f"+{rest}"
    national = _national(number[2:]) if number.startswith(_COUNTRY) else ""
    return national if _MOBILE.fullmatch(national) or _LANDLINE.fullmatch(national) else number


def _national(number: str) -> str:
    landline = f"0{number}"
    return landline if _LANDLINE.fullmatch(landline) and not _MOBILE.fullmatch(number) else number


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

"""One telephone number, whatever way a carrier, a citizen or an agent writes it (decision D21).

Everything that compares, searches, settles, masks, dials or shows a number goes through here: ``Numbers.read``
gives the ``PhoneNumber``, whose ``national`` form is the one way in which it is stored, compared and dialled. Pure but
for the number plan of the ``phonenumbers`` library, which is asked for what is not of this country. The dialplan folds
numbers by the same plan (``config/render/national_numbers.py``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote

from config import national_number_plan as plan
from config.settings import Settings

COUNTRY = plan.COUNTRY


class NumberKind(StrEnum):
    MOBILE = "mobile"
    FIXED = "fixed"
    SERVICE = "service"  # 110, 12345, 95…, 400…
    EXTENSION = "extension"  # a seat, or another short number of this house
    FOREIGN = "foreign"
    NOBODY = "nobody"  # withheld, a placeholder, a line's or a partner's own


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    written: str
    """As it came."""
    national: str
    """As one dials it here: 138…, 0592…, 12345, 8001, +886…; '' when no number was given."""
    kind: NumberKind

    @property
    def somebody(self) -> bool:
        """Whether it tells one person from another: only then it settles, joins and searches anything."""
        return self.kind is not NumberKind.NOBODY

    @property
    def international(self) -> str:
        """E.164 with +; '' where there is none."""
        if self.kind is NumberKind.FOREIGN:
            return self.national if self.national.startswith("+") else ""
        if self.kind is NumberKind.MOBILE or (self.kind is NumberKind.FIXED and self.national.startswith("0")):
            return f"+{COUNTRY}{self.national.removeprefix('0')}"
        return ""

    @property
    def dialled(self) -> str:
        """As a trunk is given it: digits alone, 00 before another country's; '' when it is no number."""
        return f"00{self.national[1:]}" if self.national.startswith("+") else self.national

    @property
    def planned(self) -> bool:
        """Whether its digits are a number of some plan: of this country, or valid in another."""
        plain = self.national
        return plain.startswith("+") or any(one.fullmatch(plain) for one in (_MOBILE, _FIXED, _SERVICE))

    @property
    def personal(self) -> bool:
        """Whether it may be a citizen's: no service, no extension, no placeholder; a partner's long number may be one."""
        return bool(self.national) and not (_SERVICE.fullmatch(self.national) or len(self.national) <= SHORT)

    @property
    def masked(self) -> str:
        """As people without the right to see it do: 138****0001, 0592****319; services and extensions are nobody's secret."""
        return _masked(self.national)

    def is_same(self, other: PhoneNumber) -> bool:
        """The same person's; nobody is not even the same as nobody."""
        return self.somebody and other.somebody and self.national == other.national


SHORT = 6
"""Numbers up to so many digits are services and extensions: nobody's secret."""
_PLACEHOLDER = re.compile(r"(.)\1{6,}")
_ZEROS_BEHIND = re.compile(r"[0-9]{1,4}0{7,}")
_COUNTED = "01234567890123456789"
_CONTEXT = re.compile(r";phone-context=\+860?([0-9]{2,3})(?:;|$)", re.IGNORECASE)
"""Of which area a local number in a tel: URI is (RFC 3966)."""
_HYPHENS = dict.fromkeys(map(ord, "-‐‑‒–—―−﹣－_.·•"), "")
_BRACKETS = dict.fromkeys(map(ord, "()[]{}（）【】"), "")
_HYPHENED_EXTENSION = re.compile(r"(?<=[0-9]{7})-[0-9]{1,5}$")
_EXTENSION_BEHIND = re.compile(r"(?:转|分机|ext\.?|x|,|;ext=|#)[ :：]*[0-9]{1,6}$", re.IGNORECASE)
_IP_DIALLING = re.compile(f"^{plan.CARRIER_PREFIX}(?={plan.BEHIND_PREFIX}$)")
_MOBILE, _FIXED, _AREA = re.compile(plan.MOBILE), re.compile(plan.FIXED), re.compile(plan.AREA)
_LOCAL, _SERVICE, _LOCAL_SERVICE = re.compile(plan.LOCAL), re.compile(plan.SERVICE), re.compile(plan.LOCAL_SERVICE)
_LONG_SMS, _FREEPHONE = re.compile(plan.BEIJING_WITHOUT_ZERO), re.compile(plan.FREEPHONE)
_SHORT = re.compile(r"[0-9*#]{3,6}")
_DIALABLE = re.compile(r"\+?[0-9*#]+")
_RUN = re.compile(r"\+?[0-9][0-9 ]{1,}[0-9]")
_STRETCH = re.compile(r"(?:\+|\()?[0-9０-９](?:[\s\-‐-―()（）./]{0,3}\+?[0-9０-９]+)*")
"""Digits with blanks, hyphens and brackets between them."""
_GROUP = re.compile(r"[+(（]{0,2}[0-9０-９]+[)）]?")
MOST_GROUPS = 8
"""Of digits in one number: +86 (0) 592 200 00 01."""
_SAID = re.compile(r"(1[0-9]{2})([0-9]{4}|\*{4})([0-9]{4})")
_ALONE = re.compile(r"\+?[\d\s()*#-]+")
_ADDRESS = re.compile(r"\s*(?:tel|sips?):", re.IGNORECASE)
"""Before one number alone: all the rest is how to reach it. Else words around a number are somebody's words."""
_CACHED = 8192


class Numbers:
    """Reads numbers as this centre sees them.

    :param area_code: the centre's own, for local numbers: ``0592``.
    :param nobody: numbers of our lines and of partners, in any spelling: who shows one of them is not thereby known.
    :param extensions: ids of seats.
    """

    def __init__(self, area_code: str, nobody: Iterable[str] = (), extensions: Iterable[str] = ()) -> None:
        self.area_code = area_code
        self._extensions = frozenset(extensions)
        self._nobody: frozenset[str] = frozenset()
        self._nobody = frozenset(self._national(_undecorated(number)) for number in nobody) - {""}
        self.read = lru_cache(_CACHED)(self._read)
        """Text → ``PhoneNumber``; never raises."""
        self.mask = lru_cache(_CACHED)(self._mask)
        """Text → the same with every number in it masked: the one rule of masking, in whatever way it is written."""

    def split(self, text: str) -> list[PhoneNumber]:
        """The numbers that were typed or pasted as one text; blanks and hyphens within a number part nothing.

        A part that is no number is in it too, without a ``national`` form: whoever typed it must hear of it.
        """
        parts = re.split(r"[;,，；、\n\t|]+|\s+(?:或|和|or)\s+|(?<=[0-9]{5})\s*/\s*(?=\+?[0-9])", _plain(text))
        return [number for part in parts if part.strip() for number in self._parted(part)]

    def _parted(self, part: str) -> list[PhoneNumber]:
        """One number with blanks in it, or several with blanks between them."""
        whole = self.read(part)
        tokens = [self.read(token) for token in part.split()]
        long = [token for token in tokens if _MOBILE.fullmatch(token.national) or _FIXED.fullmatch(token.national)]
        return long if len(long) > 1 and len(long) == len(tokens) and whole.national not in _each(long) else [whole]

    def variants(self, text: str) -> tuple[str, ...]:
        """The spellings in which this number is known to arrive, the national one first; () for nobody."""
        number = self.read(text)
        if not number.somebody:
            return ()
        plain, forms = number.national, [number.national]
        if number.international:
            bare = number.international[1:]
            forms += [number.international, f"00{bare}"]
            if number.kind is not NumberKind.FOREIGN:
                forms += [bare, f"+{COUNTRY}{plain}"]
        if number.kind is NumberKind.MOBILE:
            forms += [f"0{plain}", f"{plain[:3]} {plain[3:7]} {plain[7:]}", f"{plain[:3]}-{plain[3:7]}-{plain[7:]}"]
        if number.kind is NumberKind.FIXED and (area := _AREA.match(plain)):
            code, rest = area[0], plain[area.end() :]
            forms += [f"{code}-{rest}", f"({code}){rest}", f"（{code}）{rest}", f"{code} {rest}"]
            if code == self.area_code:
                forms.append(rest)
        if number.kind is NumberKind.SERVICE and len(plain) == 10:
            forms.append(f"+{plain}")
        forms += [f"tel:{form}" for form in forms[:2]] + [
            f"sip:{form}@carrier.example;user=phone" for form in forms[:2]
        ]
        return tuple(dict.fromkeys(forms))

    def to_dial(self, text: str) -> PhoneNumber | None:
        """The one number that somebody typed or pasted in order to call it; None when it cannot be told.

        Of a citizen's the digits are enough to know that it is meant; a short one has to stand alone.
        """
        typed, number = text.strip(), self.read(text)
        unsure = not number.national or any(unicodedata.category(letter) == "Cc" for letter in typed)
        return None if unsure or not (number.personal or _ALONE.fullmatch(typed)) else number

    def found(self, text: str) -> Iterator[tuple[int, int, PhoneNumber]]:
        """The numbers within a text that people wrote, each with its place: (from, to, number). None overlaps another.

        Of blanks and hyphens between digits nobody knows what they part: the longest stretch that is a number is one.
        """
        for run in _STRETCH.finditer(text):
            groups = list(_GROUP.finditer(run[0]))
            at = 0
            while at < len(groups):
                for end in range(min(len(groups), at + MOST_GROUPS), at, -1):
                    begin, stop = groups[at].start(), groups[end - 1].end()
                    number = self.read(run[0][begin:stop])
                    if number.personal if end == at + 1 else _written_in_groups(number, run[0][begin:stop]):
                        yield run.start() + begin, run.start() + stop, number
                        at = end - 1
                        break
                at += 1

    def without(self, text: str, numbers: Iterable[str], instead: str) -> str:
        """``text`` without these numbers, in whatever way they stand in it."""
        gone = {self.read(number).national for number in numbers} - {""}
        for begin, end, number in reversed(list(self.found(text))):
            if number.national in gone:
                text = text[:begin] + instead + text[end:]
        return text

    def _mask(self, text: str) -> str:
        number = self.read(text)
        bare = not re.search(r"[^\W\d_]", text)  # nothing but a number, or a sign for none
        address = _ADDRESS.match(text)
        if (number.planned and address) or (bare and (number.national or not re.search(r"\d", text))):
            return number.masked or text
        masked, last = "", 0
        for begin, end, found in self.found(text):
            masked, last = masked + text[last:begin] + found.masked, end
        if number.planned and not last:  # one that is found in no other way: rather the words go than that it stays
            return number.masked
        return masked + text[last:]

    def _read(self, text: str) -> PhoneNumber:
        area = _CONTEXT.search(text)
        bare = _undecorated(text)
        if area and _LOCAL.fullmatch(bare):
            bare = f"0{area[1]}{bare}"
        national = self._national(bare)
        # 8888888 is a line of this city, whoever likes such a number; 1111111 is none
        placeholder = _PLACEHOLDER.fullmatch(bare.lstrip("+")) and not (
            _LOCAL.fullmatch(bare) and _FIXED.fullmatch(national)
        )
        if not national or national in self._nobody or placeholder:
            return PhoneNumber(text, national, NumberKind.NOBODY)
        return PhoneNumber(text, national, self._kind(national))

    def _national(self, bare: str) -> str:
        """Digits (with + or without) → the one way to write them here; '' when they are no number."""
        found = self._folded(bare)
        known = found in self._extensions or _MOBILE.fullmatch(found) or _FIXED.fullmatch(found)
        if known or found.startswith("+"):
            return found
        if (
            len(found) < 3
            or _PLACEHOLDER.fullmatch(found)
            or _ZEROS_BEHIND.fullmatch(found)
            or (len(found) > SHORT and found in _COUNTED)
        ):
            return ""  # what a programmer types who has no number
        return found

    def _folded(self, bare: str) -> str:
        if not _DIALABLE.fullmatch(bare) or not bare.strip("+0*#") or bare.lstrip("+").startswith("000"):
            return ""
        if bare in self._extensions:
            return bare
        if bare.startswith("+0"):  # no country's code begins so
            bare = bare[1:]
        for mark in ("+", "00"):
            if bare.startswith(mark):
                return self._from_abroad(bare[len(mark) :], bare)
        if len(bare) < 3:
            return ""
        bare = _IP_DIALLING.sub("", bare)
        if bare.startswith(f"0{COUNTRY}") and _MOBILE.fullmatch(bare[3:]):
            return bare[3:]
        if bare.startswith(COUNTRY):
            inner = self._of_country(bare[2:])
            ours = _MOBILE.fullmatch(inner) or _FIXED.fullmatch(inner) or _FREEPHONE.fullmatch(inner)
            if ours or self._home_service(inner) != inner:
                return self._home_service(inner)
        return self._home_service(self._of_country(bare, local=True))

    def _from_abroad(self, digits: str, whole: str) -> str:
        """What stands behind + or 00: ours with its country, another country's, or ours with a + that says nothing."""
        if digits.startswith(COUNTRY):
            inner = self._home_service(digits[2:])
            return inner if inner != digits[2:] else self._of_country(inner, local=True)
        if _valid_abroad(digits):
            return f"+{digits}"
        inner = self._home_service(self._of_country(digits, local=True))
        ours = _MOBILE.fullmatch(inner) or _FIXED.fullmatch(inner) or _SERVICE.fullmatch(inner)
        return inner if ours or len(digits) < 7 else f"+{digits}"

    def _of_country(self, digits: str, *, local: bool = False) -> str:
        """Without a trunk 0 before a mobile, with one before an area code that lacks it; a local number with its area."""
        if digits.startswith("01") and _MOBILE.fullmatch(digits[1:]):
            return digits[1:]
        if _MOBILE.fullmatch(digits) or _FIXED.fullmatch(digits):
            return digits
        if _SERVICE.fullmatch(digits) and not _LONG_SMS.fullmatch(digits):
            return digits
        if local and _LOCAL.fullmatch(digits):
            return self.area_code + digits
        # 0592 2000001 written as 592 2000001, as +86 demands
        return f"0{digits}" if not digits.startswith("0") and _FIXED.fullmatch(f"0{digits}") else digits

    def _home_service(self, digits: str) -> str:
        """A service's number without the centre's own area code: 059212345 is 12345."""
        for area in (self.area_code, self.area_code.removeprefix("0")):
            rest = digits.removeprefix(area)
            if rest != digits and _LOCAL_SERVICE.fullmatch(rest) and _SERVICE.fullmatch(rest):
                return rest
        return digits

    def _kind(self, national: str) -> NumberKind:
        if national in self._extensions:
            return NumberKind.EXTENSION
        if national.startswith("+"):
            return NumberKind.FOREIGN
        for kind, pattern in (
            (NumberKind.MOBILE, _MOBILE),
            (NumberKind.FIXED, _FIXED),
            (NumberKind.SERVICE, _SERVICE),
            (NumberKind.EXTENSION, _SHORT),
        ):
            if pattern.fullmatch(national):
                return kind
        return NumberKind.FIXED if national.startswith("0") or len(national) < 9 else NumberKind.FOREIGN


@lru_cache(4)
def _of_area(area_code: str) -> Numbers:
    return Numbers(area_code)


def home() -> Numbers:
    """As any centre of this process's area reads a number: enough to mask it, to find it in a text and to store it.
    Whose it is (a line's, a partner's, a seat's) only ``of_settings`` knows."""
    return _of_area(plan.area())


def mask(text: str) -> str:
    """A number, or a text with numbers in it, as people see it who have no right to see it whole: 138****0001,
    0592****319. All spellings of one number look alike; services and extensions stay."""
    return home().mask(text)


def grouped(national: str) -> list[str]:
    """The groups in which a national form is read and said, masked or not: 138 0000 0001."""
    mobile = _SAID.fullmatch(national)
    return list(mobile.groups()) if mobile else [national]


ANYWHERE = Numbers("")
"""Of no centre: local numbers stay without an area."""


def _written_in_groups(number: PhoneNumber, text: str) -> bool:
    """Whether these groups of digits are one number: a date with its hour (2026-11-28 20) is no number of Guangzhou."""
    if _MOBILE.fullmatch(number.national) or number.national.startswith("+"):
        return True
    return bool(_FIXED.fullmatch(number.national)) and text.lstrip("(（").startswith(("0", "+", "86"))


def _each(numbers: Iterable[PhoneNumber]) -> frozenset[str]:
    return frozenset(number.national for number in numbers)


def _masked(national: str) -> str:
    """The middle of a national form goes, the ends stay, so that two calls of one number still look alike."""
    if _SERVICE.fullmatch(national) or len(national) <= SHORT:
        return national
    area = _AREA.match(national)
    if area and len(national) - area.end() >= 7:
        return f"{area[0]}****{national[area.end() + 4 :]}"
    if len(national) < 9:
        return f"****{national[4:]}"  # a local number of nobody knows which area
    return f"{national[: 4 if national.startswith('+') else 3]}****{national[-4:]}"


def _plain(text: str) -> str:
    """Full-width signs as plain ones, nothing that cannot be seen."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in folded if unicodedata.category(sign) not in ("Cf", "Cc") or sign in "\n\t")


def _undecorated(text: str) -> str:
    """The digits within what surrounds them: a name, <…>, a scheme, a host, parameters, hyphens, an extension behind."""
    rest = _plain(text[:256]).strip()
    if (opened := rest.rfind("<")) >= 0:
        rest = rest[opened + 1 :].partition(">")[0]
    scheme, colon, behind = rest.partition(":")
    if colon and scheme.strip().lower() in ("sip", "sips", "tel", "callto", "电话", "手机"):
        rest = behind
    rest = unquote(rest).partition("@")[0] if "@" in rest or colon else rest
    if rest.strip().startswith("-"):  # -1: what a program writes for "none"
        return ""
    rest = _EXTENSION_BEHIND.sub("", rest.strip())
    rest = rest.partition(";")[0]
    joined = rest.translate(_HYPHENS).translate(_BRACKETS)
    bare = "".join(joined.replace("/", "").split())
    if bare.endswith("#") and len(bare) > SHORT:  # what ends dialling
        bare = bare[:-1]
    if _HYPHENED_EXTENSION.search(rest):
        shorter = _undecorated(_HYPHENED_EXTENSION.sub("", rest))
        if _FIXED.fullmatch(shorter):
            return shorter
    if _MOBILE.fullmatch(bare) or _FIXED.fullmatch(bare):
        return bare
    if _HYPHENED_EXTENSION.search(rest):
        return _undecorated(_HYPHENED_EXTENSION.sub("", rest))
    if "/" not in joined and _DIALABLE.fullmatch(bare):
        return bare
    runs = [found for found in _RUN.findall(joined) if len(found.replace(" ", "")) >= 5]
    return "".join(runs[0].split()) if len(runs) == 1 else ""


@lru_cache(_CACHED)
def _valid_abroad(digits: str) -> bool:
    import phonenumbers  # slow to import, and citizens seldom call from abroad

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}"))
    except phonenumbers.NumberParseException:
        return False


def of_settings(settings: Settings) -> Numbers:
    """As the centre of these settings reads numbers: its lines', its trunks' and its partners' own are nobody's."""
    ours = [number for line in settings.line for number in (*line.dialled, *line.partners.values())]
    shown = [settings.centre.number, *(trunk.calling_number for trunk in settings.trunk if trunk.calling_number)]
    partners = [entry.number for entry in settings.phonebook if entry.group == "linkage"]
    return Numbers(settings.centre.area_code, [*ours, *shown, *partners], [seat.id for seat in settings.seat])

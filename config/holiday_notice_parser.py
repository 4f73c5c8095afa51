"""The State Council's notice of a year's holidays (节假日安排通知), as it is published or as a table: text → days off and days worked. Pure.

``一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。`` Weekdays and counts that the notice names are held
against the dates, so that a slip in copying is found. A table has the columns ``date`` (2027-01-01, or as
spreadsheets rewrite it: 2027/1/1) and ``kind`` (``holiday`` or 休, ``workday`` or 班), parted by any usual delimiter. Used by ``hotline calendar import``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .files import DELIMITERS, EXCELS_OWN, plain_cell
from .language import say as _

WEEKDAYS = "一二三四五六日"
KINDS = {"holiday": True, "休": True, "放假": True, "workday": False, "班": False, "上班": False}
"""Word of a table → whether nobody works."""
_TITLE = re.compile(r"关于\s*(20\d\d)\s*年")
_DAY = re.compile(r"(?:(20\d\d)年)?(?:(\d{1,2})月)?(\d{1,2})日(?:[（(]([^）)]*)[）)])?")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_COUNT = re.compile(r"共(\d{1,2})天")
_WRITTEN = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0?0:00(?::00)?)?")
LONGEST = 15
"""Days; no holiday is longer."""


class NoticeFault(ValueError):
    """What is wrong, where, and the cure, in one sentence."""


@dataclass(frozen=True, slots=True)
class Announced:
    year: int
    holidays: tuple[date, ...]
    """Nobody works on them, weekend days among them."""
    workdays: tuple[date, ...]
    """Weekend days on which one works (调休上班)."""


def read(text: str, year: int | None = None) -> Announced:
    """``year``: where neither title nor dates say it. Raises ``NoticeFault``."""
    lines = text.lstrip("\ufeff").splitlines()
    at = next(
        (n for n, line in enumerate(lines) if line.strip() and not EXCELS_OWN.fullmatch(line.strip())), len(lines)
    )
    heading = lines[at] if at < len(lines) else ""
    delimiter = max(DELIMITERS, key=heading.count)
    is_table = plain_cell(heading.partition(delimiter)[0].strip('" ')).lower() in ("date", "日期")
    found = _table(lines, at, delimiter) if is_table and delimiter in heading else _notice(text, year)
    return _checked(found)


def _table(lines: list[str], heading: int, delimiter: str) -> list[tuple[date, bool]]:
    found = []
    for line, text in enumerate(lines[heading + 1 :], heading + 2):
        try:
            cells = [plain_cell(cell) for cell in next(csv.reader((text,), delimiter=delimiter), [])]
            if any(cells):
                found.append((_date(cells[0]), KINDS[cells[1].lower()]))
        except (ValueError, KeyError, IndexError, csv.Error):
            said = _("line {line}: a date (2027-01-01) and holiday or workday are wanted", line=line)
            raise NoticeFault(said) from None
    return found


def _date(written: str) -> date:
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise ValueError(written)
    return date(int(found[1]), int(found[2]), int(found[3]))


def _notice(text: str, year: int | None) -> list[tuple[date, bool]]:
    title = _TITLE.search(text)
    of = int(title[1]) if title else year
    if of is None:
        raise NoticeFault(_("the notice does not say of which year it is: add --year"))
    found: list[tuple[date, bool]] = []
    for sentence in re.split(r"[。；;\n]", text):
        free, worked = "放假" in sentence, sentence.rstrip().endswith("上班")
        if free and not worked:
            found += [(day, True) for day in _range(sentence, of)]
        elif worked and not free:
            found += [(day, False) for day, _end in _days(sentence, of)]
    return found


def _range(sentence: str, year: int) -> list[date]:
    days = list(_days(sentence, year))
    if not days:
        return []  # about holidays, without a date: a heading
    first, end = days[0]
    last = days[1][0] if len(days) > 1 and sentence[end:].lstrip().startswith("至") else first
    length = (last - first).days + 1
    if not 0 < length <= LONGEST:
        raise NoticeFault(
            _("“{sentence}”: {first} to {last} is no holiday", sentence=_short(sentence), first=first, last=last)
        )
    count = _COUNT.search(sentence)
    if count and int(count[1]) != length:
        said = _("“{sentence}”: it says {count} days, {first} to {last} are {length}", sentence=_short(sentence),
                 count=count[1], first=first, last=last, length=length)  # fmt: skip
        raise NoticeFault(said)
    return [first + timedelta(days=n) for n in range(length)]


def _days(sentence: str, year: int) -> Iterator[tuple[date, int]]:
    """Each date, and where it ends in the sentence. A month or year that is not said is that of the date before."""
    month = 0
    for one in _DAY.finditer(sentence):
        year, month = int(one[1] or year), int(one[2] or month)
        try:
            day = date(year, month, int(one[3]))
        except ValueError:
            raise NoticeFault(_("“{sentence}”: {day} is no date", sentence=_short(sentence), day=one[0])) from None
        said = _WEEKDAY.search(one[4] or "")
        if said and WEEKDAYS[day.weekday()] != said[1].replace("天", "日"):
            real = WEEKDAYS[day.weekday()]
            raise NoticeFault(
                _(
                    "“{day}” is a 周{real} in {year}: is this the notice of another year?",
                    day=one[0],
                    real=real,
                    year=year,
                )
            )
        yield day, one.end()


def _checked(found: list[tuple[date, bool]]) -> Announced:
    free, worked = {day for day, off in found if off}, {day for day, off in found if not off}
    if not free:
        raise NoticeFault(_("no holiday is found in it: paste the notice's text, or a table of date and kind"))
    if both := sorted(free & worked):
        raise NoticeFault(_("{day} is called a holiday and a day that is worked", day=both[0]))
    if plain := sorted(day for day in worked if day.weekday() < 5):
        raise NoticeFault(_("{day} is no weekend day: it is worked anyway", day=plain[0]))
    year = max(day.year for day in free)
    if date(year, 10, 1) not in free:
        raise NoticeFault(_("National Day of {year} is not in it: the whole year's notice is wanted", year=year))
    return Announced(year, tuple(sorted(free)), tuple(sorted(worked)))


def _short(sentence: str) -> str:
    return sentence.strip()[:60]

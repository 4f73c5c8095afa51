"""A table of knowledge cards as a centre keeps it in a spreadsheet, and which versions it adds to those there are.

One row a card, columns by their Chinese or English names in any order. Everything wrong is found at once, with sheet and row. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from config.language import say as _

from .catalogues.city_table import KINDS
from .knowledge import MOST_CARDS, MOST_VERSIONS, Card
from .worksheet_rows import WorksheetRows, below_heading

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("编号", "id"),
    "title": ("标题", "title"),
    "keywords": ("关键词", "keywords"),
    "text": ("内容", "text"),
    "checklist": ("一次性告知", "checklist"),
    "scheme": ("编码方案", "scheme"),
    "code_kind": ("类别", "code_kind"),
    "code": ("代码", "code"),
    "code_name": ("事部件", "code_name"),
    "source": ("来源", "source"),
    "valid_from": ("生效日期", "valid_from"),
    "valid_until": ("失效日期", "valid_until"),
    "retired": ("停用", "retired"),
}
"""Field → its names; the first ones head what is exported."""
NEEDED = ("id", "title", "text")
LONGEST = {"title": 60, "keywords": 200, "text": 4000, "checklist": 2000, "scheme": 40, "code_name": 60, "source": 200}
_IDENT = re.compile(r"[0-9A-Za-z-]{1,40}")
_CODE = re.compile(r"[0-9A-Za-z]{1,16}")
_KIND_WORDS = {"": "", **KINDS, **{kind: kind for kind in KINDS.values()}}
_YES, _NO = ("是", "yes", "true", "1", "y"), ("", "否", "no", "false", "0", "n")


@dataclass(frozen=True, slots=True)
class KnowledgeTable:
    cards: tuple[Card, ...] = ()
    """``version`` is 0: it is known when they are laid over those there are."""
    problems: tuple[str, ...] = ()


def read_table(sheets: Iterable[WorksheetRows], today: date, scheme: str) -> KnowledgeTable:
    """``today``: from when on a row without a day counts; ``scheme``: of codes whose row names none."""
    cards: dict[str, Card] = {}
    problems: list[str] = []
    for sheet in sheets:
        rows = below_heading(sheet, COLUMNS, _clean, _places)
        if isinstance(rows, str):
            problems.append(rows)
            continue
        for line, row in rows or ():
            where = _("{sheet} row {line}", sheet=sheet.where, line=line)
            card = _card(row, where, today, scheme, problems)
            if card is not None and card.id in cards:
                problems.append(_("{where}: {ident} stands in it twice", where=where, ident=card.id))
            elif card is not None:
                cards[card.id] = card
    if not cards and not problems:
        problems.append(_("there is no card in it"))
    if len(cards) > MOST_CARDS:
        problems.append(_("{count} cards: at most {most} are kept", count=len(cards), most=MOST_CARDS))
    return KnowledgeTable(tuple(cards.values()), tuple(problems))


def added(cards: Iterable[Card], known: Mapping[str, Sequence[Card]]) -> list[Card]:
    """Those that are new or say something else than the newest version of their card, with the number of their version."""
    found = []
    for card in cards:
        newest = known[card.id][0] if card.id in known else None
        if newest is None or _words(card) != _words(newest):
            found.append(replace(card, version=1 if newest is None else newest.version + 1))
    return found


def too_many(cards: Iterable[Card], known: Mapping[str, Sequence[Card]]) -> str:
    """Why these are not taken in; '' when they are."""
    over = next((card.id for card in cards if card.version > MOST_VERSIONS), "")
    if over:
        return _("a card has at most {most} versions: write another card", most=MOST_VERSIONS) + f" ({over})"
    count = len(known.keys() | {card.id for card in cards})
    return _("{count} cards: at most {most} are kept", count=count, most=MOST_CARDS) if count > MOST_CARDS else ""


def cells(card: Card) -> list[str]:
    """A row of what is exported, in the order of ``COLUMNS``; read again it is the same card."""
    kind = next((word for word, kind in KINDS.items() if kind == card.code_kind), "")
    until = card.valid_until.isoformat() if card.valid_until else ""
    return [
        card.id, card.title, card.keywords, card.text, card.checklist, card.scheme, kind, card.code, card.code_name,
        card.source, card.valid_from.isoformat(), until, _YES[0] if card.retired else "",
    ]  # fmt: skip


def _words(card: Card) -> tuple[object, ...]:
    return tuple(getattr(card, name) for name in COLUMNS)


def _card(row: Mapping[str, str], where: str, today: date, scheme: str, problems: list[str]) -> Card | None:
    wrong: list[str] = []

    def fail(column: str, said: str) -> None:
        wrong.append(_("{where}: {column}: {fault}", where=where, column=COLUMNS[column][0], fault=said))

    lacking = [COLUMNS[name][0] for name in NEEDED if not row.get(name)]
    if lacking:
        wrong.append(_("{where}: must be given: {names}", where=where, names=", ".join(lacking)))
    ident, kind, code = row.get("id", ""), row.get("code_kind", ""), row.get("code", "")
    if ident and not _IDENT.fullmatch(ident):
        fail("id", _("want letters, digits and -, at most 40: {text}", text=repr(ident[:40])))
    if kind.casefold() not in _KIND_WORDS:
        fail("code_kind", _("want 部件 or 事件: {text}", text=repr(kind[:40])))
    if code and not _CODE.fullmatch(code):
        fail("code", _("{code} is no code", code=repr(code[:40])))
    if bool(code) != bool(kind):
        fail("code", _("a code and its kind are given together"))
    for name, most in LONGEST.items():
        if len(row.get(name, "")) > most:
            fail(name, _("at most {most} characters", most=most))
    days: dict[str, date | None] = {}
    for name in ("valid_from", "valid_until"):
        try:
            days[name] = _day(row.get(name, ""))
        except ValueError:
            fail(name, _("{text} is no day: want 2026-12-01", text=repr(row[name][:40])))
    retired = row.get("retired", "").casefold()
    if retired not in (*_YES, *_NO):
        fail("retired", _("want 是 or nothing: {text}", text=repr(retired[:40])))
    begins, ends = days.get("valid_from") or today, days.get("valid_until")
    if ends is not None and ends < begins:
        fail("valid_until", _("valid_until is before valid_from"))
    problems += wrong
    if wrong:
        return None
    return Card(
        ident, 0, row["title"], row["text"], row.get("keywords", ""), row.get("checklist", ""),
        (row.get("scheme", "") or scheme) if code else "", _KIND_WORDS[kind.casefold()], code,
        row.get("code_name", "") if code else "", row.get("source", ""), begins, ends, retired in _YES,
    )  # fmt: skip


def _places(cells: Sequence[str]) -> dict[str, int]:
    """Field → where it stands; {} when this is not the heading."""
    bare = ["".join(cell.split()).casefold() for cell in cells]
    found = {name: bare.index(word) for name, words in COLUMNS.items() for word in words if word in bare}
    return found if all(name in found for name in NEEDED) else {}


def _clean(cell: str) -> str:
    """Without what nobody sees and the tab by which a spreadsheet's digits stay text; lines stay."""
    lines = cell.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    seen = (
        "".join(sign for sign in line.replace("\t", " ") if unicodedata.category(sign) not in ("Cf", "Cc")).strip()
        for line in lines
    )
    return "\n".join(seen).strip()


def _day(text: str) -> date | None:
    """'2026-12-01', '2026/12/1', '2026.12.1', '2026年12月1日', and what a workbook makes of a day: '2026-12-01 00:00:00'."""
    if not text:
        return None
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?", text)
    if found is None:
        raise ValueError(text)
    return date(*(int(part) for part in found.groups()))

"""``hotline knowledge``: a centre's table becomes cards, changed ones a version more; what is exported is what is read again."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bridge.knowledge import by_card, samples, standing
from bridge.knowledge_table import COLUMNS, added, cells, read_table
from bridge.worksheet_rows import WorksheetRows
from ledger.knowledge import KnowledgeBook
from ledger.store import Store
from tests import new_ledger
from tests.hotline.verb_on_ledger import Hotline, on_ledger
from tests.xlsx import workbook

HEADING = ["编号", "标题", "关键词", "内容", "一次性告知", "类别", "代码", "生效日期", "停用"]
LAMP = ["sample-lamp", "路灯不亮", "灯", "记下灯杆编号。", "路名\n编号", "部件", "0118", "2026年12月1日", ""]
DOG = ["dog", "养犬登记", "狗证", "到所在街道办理。", "", "", "", "2026/9/1", ""]
TODAY = date(2026, 12, 1)


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    return on_ledger(tmp_path, "knowledge")


def rows(*said: list[str]) -> list[WorksheetRows]:
    return [WorksheetRows("卡片", [(n, row) for n, row in enumerate((HEADING, *said), 1)], "a.xlsx")]


def test_a_table_is_taken_in_once_and_its_changes_are_versions(
    hotline: Hotline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = workbook(tmp_path / "知识.xlsx", {"卡片": [["厦门12319知识卡"], HEADING, LAMP, DOG]}, {})
    assert hotline("check", str(first)) == 0
    assert hotline("import", str(first)) == 0
    assert "1 张新卡" in capsys.readouterr().out
    assert hotline("import", str(first)) == 0
    assert "2 张未变" in capsys.readouterr().out, "said again, nothing is new"
    changed = workbook(tmp_path / "新.xlsx", {"卡片": [HEADING, [*DOG[:3], "到街道或线上办理。", *DOG[4:]]]}, {})
    assert hotline("import", str(changed)) == 0
    capsys.readouterr()
    assert hotline("show", "dog", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["key"], one["text"]) for one in told] == [
        ("dog:2", "到街道或线上办理。"),
        ("dog:1", "到所在街道办理。"),
    ]
    assert hotline("show", "nothing") == 1
    assert hotline("list") == 0
    assert "dog:2" in capsys.readouterr().out


def test_what_is_exported_is_read_again_as_it_is(
    hotline: Hotline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In both forms: numbers keep their zeros, lines stay lines."""
    assert hotline("import", str(workbook(tmp_path / "a.xlsx", {"卡片": [HEADING, LAMP, DOG]}, {}))) == 0
    capsys.readouterr()
    assert hotline("export", "--csv") == 0
    (tmp_path / "b.csv").write_text(capsys.readouterr().out, encoding="utf-8")
    assert hotline("export", "--xlsx", str(tmp_path / "b.xlsx")) == 0
    for name in ("b.csv", "b.xlsx"):
        assert hotline("import", str(tmp_path / name)) == 0
        assert f"{len(samples()) + 1} 张未变" in capsys.readouterr().out, name


def test_every_problem_is_told_with_its_row_and_nothing_is_taken_in(
    hotline: Hotline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = [
        ["a b", "标题", "", "内容", "", "", "", "", ""],
        ["c", "", "", "内容", "", "", "", "", ""],
        ["d", "标题", "", "内容", "", "部件", "", "", ""],
        ["e", "标题", "", "内容", "", "", "", "明天", ""],
        ["f", "标题" * 40, "", "内容", "", "", "", "", "也许"],
        ["g", "标题", "", "内容", "", "物件", "0118", "", ""],
        ["h", "标题", "", "内容", "", "", "", "", ""],
        ["h", "标题", "", "内容", "", "", "", "", ""],
    ]
    file = tmp_path / "a.csv"
    with file.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerows([HEADING, *wrong])
    assert hotline("import", str(file)) == 1
    said = capsys.readouterr().err
    for line in (2, 3, 4, 5, 6, 7, 9):
        assert f"a.csv 第 {line} 行" in said, said
    assert hotline("show", "h") == 1
    (tmp_path / "b.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    assert hotline("check", str(tmp_path / "b.csv")) == 1


def test_a_row_of_a_card_is_the_card() -> None:
    table = read_table(rows(LAMP, DOG), TODAY, "CJ/T 214")
    assert table.problems == ()
    for card in (*table.cards, *samples()):
        heads = [names[0] for names in COLUMNS.values()]
        again = read_table([WorksheetRows("", [(1, heads), (2, cells(card))])], TODAY, "")
        assert added(again.cards, {card.id: [card]}) == [], again.problems


async def test_versions_stay_and_the_one_in_force_is_by_its_days(tmp_path: Path) -> None:
    new_ledger.make(tmp_path / "ledger.db")
    store = Store(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}")
    book = KnowledgeBook(store)
    (lamp,) = read_table(rows(LAMP), TODAY, "CJ/T 214").cards
    now = datetime(2026, 11, 1, tzinfo=UTC)
    await book.add(
        [replace(lamp, version=2), replace(lamp, version=3, retired=True, valid_from=date(2027, 1, 1))], now, "2001"
    )
    versions = by_card(await book.written(None))["sample-lamp"]
    assert [one.version for one in versions] == [3, 2, 1]
    stand = {day: standing(versions, day) for day in (date(2026, 11, 30), TODAY, date(2027, 1, 1))}
    assert [one.version if one else None for one in stand.values()] == [1, 2, None]
    await store.close()

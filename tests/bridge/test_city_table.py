"""The table of nine columns that cities keep, as it really looks, and what is wrong with one."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib.resources import files

import pytest

from bridge.catalogues.city_table import CityTable, read_table
from bridge.worksheet_rows import WorksheetRows
from config.work_time import TimeLimit, Unit

HEADING = ["大类代码", "大类名称", "小类代码", "小类名称", "处置单位", "主管部门", "立案条件", "结案条件", "处置时限"]


def table(*rows: Sequence[str], name: str = "部件", heading: Sequence[str] = HEADING, above: int = 0) -> CityTable:
    told = [["城市管理部件处置标准"]] * above + [list(heading), *map(list, rows)]
    return read_table([WorksheetRows(name, list(enumerate(told, 1)))])


COVER = ["01", "公用设施", "01", "上水井盖", "各产权单位", "住建局", "缺失、移位", "恢复", "2紧急工作时"]


def test_blank_cells_say_what_stands_above() -> None:
    found = table(
        COVER,
        ["", "", "", "", "", "", "破损超过25c㎡", "更换或修复", "4小时"],
        ["", "", "02", "污水井盖", "市政中心、水务集团", "", "缺失", "恢复", "2紧急工作时 "],
        ["", "", "", "", "", "", "周边路面破损", "", "5天"],
    )
    assert found.problems == ()
    assert [(code.code, code.name, code.major_name) for code in found.codes] == [
        ("0101", "上水井盖", "公用设施"),
        ("0102", "污水井盖", "公用设施"),
    ]
    first = found.conditions["part", "0101"]
    assert [(one.number, one.text, one.limit) for one in first] == [
        (1, "缺失、移位", TimeLimit(2, Unit.URGENT_WORK_HOUR)),
        (2, "破损超过25c㎡", TimeLimit(4, Unit.WORK_HOUR)),
    ]
    assert found.conditions["part", "0102"][1].close == "恢复"
    assert found.units["part", "0102"].primary == ("市政中心", "水务集团")
    assert found.units["part", "0102"].authority == ("住建局",)


def test_codes_written_as_numbers_and_a_title_above_the_heading() -> None:
    found = table(["1", "公用设施", "3.0", "雨水井盖", "市政", "", "缺失", "恢复", "1天"], above=2)
    assert [code.code for code in found.codes] == ["0103"]


def test_both_sheets_may_use_the_same_digits() -> None:
    rows = [list(enumerate([HEADING, [*COVER[:3], name, *COVER[4:]]], 1)) for name in ("上水井盖", "私搭乱建")]
    found = read_table([WorksheetRows("1部件", rows[0]), WorksheetRows("2事件", rows[1])])
    assert [code.key for code in found.codes] == [("part", "0101"), ("event", "0101")]


@pytest.mark.parametrize(
    ("name", "file", "kind", "said"),
    [("事件", "部件事件标准.xlsx", "", "event"), ("事件", "部件.xlsx", "part", "event"), ("Sheet1", "部件.xlsx", "event", "event"),
     ("", "部件.csv", "", "part"), ("", "部件事件.csv", "", ""), ("部件和事件", "", "part", ""), ("", "部件事件.csv", "part", "part")],
)  # fmt: skip
def test_the_sheets_own_name_says_first_what_it_holds(name: str, file: str, kind: str, said: str) -> None:
    """Then --kind, then the file's name; a name that says both says neither."""
    found = read_table([WorksheetRows(name, [(1, HEADING), (2, COVER)], file)], kind)
    assert [code.kind for code in found.codes] == ([said] if said else [])
    assert bool(found.problems) is not bool(said)


def test_a_stage_in_the_limit() -> None:
    found = table([*COVER[:8], "1紧急工作时制止"], name="事件")
    assert found.conditions["event", "0101"][0].stage == "stop"


def test_other_names_of_columns_in_any_order() -> None:
    heading = ["小类编码", "小类名称", "大类编码", "大类", "责任单位", "立案标准", "结案标准", "办理时限"]
    found = table(["01", "路灯", "01", "公用设施", "市政", "不亮", "亮", "1天"], heading=heading)
    assert found.problems == ()
    assert found.codes[0].code == "0101"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ([*COVER[:8], "尽快"], "尽快"),
        ([*COVER[:8], ""], "处置时限"),
        (["", "", "01", "x", "", "", "y", "z", "1天"], "大类代码"),
        (["01", "a", "!", "x", "", "", "y", "z", "1天"], "!"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(row: list[str], said: str) -> None:
    found = table(row)
    assert any(said in problem and "2" in problem for problem in found.problems)


def test_every_problem_is_found_at_once() -> None:
    found = table(
        [*COVER[:8], "尽快"], ["02", "y", "01", "路", "u", "a", "c", "d", "x天"], [*COVER[:3], "别的井盖", *COVER[4:]]
    )
    assert len(found.problems) == 3


def test_a_condition_twice_with_two_limits_is_a_problem() -> None:
    found = table(COVER, [*COVER[:8], "4紧急工作时"])
    assert len(found.problems) == 1
    assert table(COVER, COVER).problems == ()


def test_a_sheet_that_does_not_say_what_it_holds() -> None:
    assert table(COVER, name="Sheet1").problems
    rows = list(enumerate([HEADING, COVER], 1))
    assert read_table([WorksheetRows("Sheet1", rows)], kind="part").codes[0].kind == "part"
    assert read_table([WorksheetRows("部件", list(enumerate([["a", "b"]], 1)))]).problems


def test_an_empty_file_is_no_catalogue() -> None:
    assert read_table([WorksheetRows("部件", [])]).problems


def test_hostile_cells_do_no_harm() -> None:
    found = table(["01", "a\x00", "01", "=HYPERLINK(1)" + "x" * 300, "u\u202e", "", "y" * 9999, "z", "1天"])
    assert found.problems == ()
    assert len(found.codes[0].name) == 200
    assert len(found.conditions["part", "0101"][0].text) == 500


def test_the_published_table_of_a_city_comes_back_whole() -> None:
    """Its 190 codes and 519 conditions, written as that city's sheet has them: what repeats is blank."""
    names = {
        (row["kind"], row["code"]): row
        for row in csv.DictReader(files("bridge").joinpath("data/codes-gbt30428.csv").read_text("utf-8").splitlines())
    }
    shipped = csv.DictReader(files("bridge").joinpath("data/limits-sample.csv").read_text("utf-8").splitlines())
    rows: dict[str, list[list[str]]] = {"part": [], "event": []}
    last: tuple[str, str] | None = None
    for row in shipped:
        if row["scheme"] != "GB/T 30428.2":
            continue
        key = (row["kind"], row["code"])
        code = names[key]
        head = (
            [code["major"], code["major_name"], code["code"][2:], code["name"], "单位", "部门"]
            if key != last
            else [""] * 6
        )
        rows[row["kind"]].append([*head, row["condition"], row["close_condition"], row["limit_text"]])
        last = key
    sheets = [
        WorksheetRows(name, list(enumerate([HEADING, *rows[kind]], 1)))
        for name, kind in (("部件", "part"), ("事件", "event"))
    ]
    found = read_table(sheets)
    assert found.problems == ()
    assert {code.key for code in found.codes} == set(names)
    assert sum(len(ones) for ones in found.conditions.values()) >= 510

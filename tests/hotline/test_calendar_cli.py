"""``hotline calendar import``: the notice into the settings, and nothing else of them touched."""

from __future__ import annotations

import json
import os
import tomllib
from datetime import date
from pathlib import Path

import pytest

from config.calendar import Standing, WorkCalendar
from config.read import read
from hotline.cli import main
from hotline.verbs.calendar import edited
from tests.config.test_holiday_notice_parser import DAYS, NOTICE

SHIPPED = Path(__file__).resolve().parents[2] / "hotline.toml"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "hotline.toml"
    file.write_text(SHIPPED.read_text("utf-8").replace("holidays = []", "holidays = [2026-09-09, 2025-05-06]"), "utf-8")
    file.chmod(0o640)
    return file


def do(config: Path, text: str, *words: str) -> int:
    notice = config.with_name("notice.txt")
    notice.write_text(text, encoding="utf-8")
    return main(["calendar", "import", str(notice), *words, "--config", str(config)])


def test_a_year_is_written_and_the_rest_stays(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Days of another year and every other line, comments among them; the year is official from then on."""
    before = config.read_text("utf-8")
    assert do(config, NOTICE) == 0
    after, settings = config.read_text("utf-8"), read(config)
    assert len(settings.calendar.holidays) == 34
    assert date(2025, 5, 6) in settings.calendar.holidays
    assert date(2026, 9, 9) not in settings.calendar.holidays
    assert date(2026, 10, 10) in settings.calendar.workdays
    calendar = WorkCalendar.of(settings.calendar.holidays, settings.calendar.workdays)
    assert calendar.row(date(2026, 3, 2)).status is Standing.OFFICIAL
    assert config.stat().st_mode & 0o777 == 0o640
    lines = set(after.splitlines())
    lost = [line for line in before.splitlines() if line not in lines]
    assert [line.split(" = ")[0] for line in lost] == ["holidays", "workdays"]
    assert "# weekend days worked to make up for a holiday" in after
    capsys.readouterr()
    assert do(config, NOTICE, "--json") == 0
    assert json.loads(capsys.readouterr().out)["written"] is False
    assert config.read_text("utf-8") == after


def test_a_notice_that_is_wrong_or_only_looked_at_changes_nothing(config: Path) -> None:
    before = config.read_bytes()
    assert do(config, DAYS) == 1
    assert do(config, NOTICE.replace("共9天", "共8天")) == 1
    assert do(config, NOTICE, "--dry-run") == 0
    assert main(["calendar", "import", "nowhere.txt", "--config", str(config)]) == 1
    assert config.read_bytes() == before
    assert do(config, DAYS, "--year", "2026") == 0


@pytest.mark.parametrize(
    "section", ["", "\n[calendar]\n", "\n[calendar]\nworkdays = [\n 2025-01-04, # made up\n]\n", "\n[calendar] # ours\nholidays=[]"]
)  # fmt: skip
def test_however_the_section_is_written(section: str) -> None:
    shipped = SHIPPED.read_text("utf-8")
    start, end = shipped.index("[calendar]"), shipped.index("[cases]")
    text = shipped[:start] + shipped[end:] + section
    told = tomllib.loads(edited(text, [date(2026, 10, 1)], [date(2026, 10, 10)]))
    assert told["calendar"] == {"holidays": [date(2026, 10, 1)], "workdays": [date(2026, 10, 10)]}


TABLE = "date,kind\n2027-01-01,holiday\n2027-10-01,休\n2027-10-09,班\n"
SAVED = {
    "utf-8-sig": NOTICE.encode("utf-8-sig"), "gb18030": NOTICE.encode("gb18030"), "utf-16": NOTICE.encode("utf-16"),
    "old mac": NOTICE.replace("\n", "\r").encode(), "dos": NOTICE.replace("\n", "\r\n").encode() + b"\x1a",
    "table utf-16 without its mark": TABLE.encode("utf-16-le"),
    "table of excel": TABLE.replace(",", "\t").replace("2027-01-01", "2027/1/1").encode("utf-16"),
    "table with excels own line": b"sep=;\r\n" + TABLE.replace(",", ";").replace("-", "/").encode("gbk"),
    "table by hand": TABLE.replace("date,kind", "日期，类型").replace(",", "，").replace("2027-10-09", "2027年10月9日").encode(),
}  # fmt: skip


@pytest.mark.parametrize("how", SAVED)
def test_a_notice_is_the_same_however_it_was_saved(config: Path, how: str) -> None:
    """Kind I: encodings, marks, line ends, delimiters, dates as a spreadsheet rewrites them."""
    notice = config.with_name("saved")
    notice.write_bytes(SAVED[how])
    assert main(["calendar", "import", str(notice), "--config", str(config)]) == 0
    calendar = read(config).calendar
    wanted = ([date(2027, 1, 1), date(2027, 10, 1)], [date(2027, 10, 9)])
    if "table" in how:
        assert ([day for day in calendar.holidays if day.year == 2027], [*calendar.workdays]) == wanted
    else:
        assert len([day for day in calendar.holidays if day.year == 2026]) == 33


@pytest.mark.parametrize("what", ["pipe", "folder", "loop", "endless", "workbook", "NUL"])
def test_what_is_no_notice_is_said_at_once(config: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    """No pipe is waited for, no workbook read as text; one sentence with the file and the cure."""
    notice = config.with_name("notice")
    match what:
        case "pipe":
            os.mkfifo(notice)
        case "folder":
            notice.mkdir()
        case "loop":
            notice.symlink_to(notice)
        case "endless":
            notice.symlink_to("/dev/zero")
        case "workbook":
            notice.write_bytes(b"PK\x03\x04" + b"x" * 90)
        case _:
            notice.write_bytes(TABLE.replace("kind", "ki\0nd").encode())
    before = config.read_bytes()
    assert main(["calendar", "import", str(notice), "--config", str(config)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert str(notice) in line
    assert config.read_bytes() == before


@pytest.mark.parametrize("how", ["utf-8-sig", "gb18030", "utf-16"])
def test_settings_saved_by_other_programs_take_it(config: Path, how: str) -> None:
    """They are read as every start reads them, and are UTF-8 afterwards."""
    config.write_bytes(config.read_text("utf-8").encode(how))
    assert do(config, NOTICE) == 0
    assert date(2026, 10, 10) in read(config).calendar.workdays
    assert "[calendar]" in config.read_text("utf-8")


def test_line_ends_and_a_link_stay_what_they_were(config: Path) -> None:
    config.write_bytes(config.read_bytes().replace(b"\n", b"\r\n"))
    link = config.with_name("link.toml")
    link.symlink_to(config.name)
    assert do(link, NOTICE) == 0
    assert link.is_symlink()
    written = config.read_bytes()
    assert written.count(b"\n") == written.count(b"\r\n") > 100
    assert date(2026, 10, 10) in read(config).calendar.workdays

"""``hotline calendar import``: the notice into the settings, and nothing else of them touched."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

import pytest

from config.calendar import Standing, WorkCalendar
from config.read import read
from hotline.cli import main
from hotline.verbs.calendar import edited
from tests.config.test_holiday_notice import DAYS, NOTICE

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

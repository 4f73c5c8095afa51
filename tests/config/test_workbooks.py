"""Workbooks as persons save them, made here by hand: an XLSX is a ZIP of a few XML files."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import workbooks
from config.files import FileRefused
from config.workbooks import is_workbook, read_worksheets
from tests.xlsx import workbook


def test_sheets_as_text(tmp_path: Path) -> None:
    """Whole numbers lose no digit and gain none; merged cells say the same in all of them."""
    file = workbook(
        tmp_path / "a.xlsx", {"部件": [["大类", 1], ["", "03"], ["x", 2.5]], "事件": [["y"]]}, {"部件": ["A1:A2"]}
    )
    assert is_workbook(file)
    parts, events = read_worksheets(file)
    assert parts.name == "部件"
    assert parts.rows == ((1, ("大类", "1")), (2, ("大类", "03")), (3, ("x", "2.5")))
    assert events.rows == ((1, ("y",)),)


def test_a_formula_is_the_value_that_was_saved_with_it(tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", {"s": [[("=1+1", 2)]]})
    assert read_worksheets(file)[0].rows == ((1, ("2",)),)


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    for name, data in (("cut.xlsx", b"PK\x03\x04 and no more"), ("old.xls", b"\xd0\xcf\x11\xe0 and no more")):
        file = tmp_path / name
        file.write_bytes(data)
        assert is_workbook(file)
        with pytest.raises(FileRefused, match=name):
            read_worksheets(file)
    text = tmp_path / "a.csv"
    text.write_text("a,b\n", "utf-8")
    assert not is_workbook(text)


def test_a_file_that_grows_when_unpacked_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = workbook(tmp_path / "a.xlsx", {"s": [["x" * 1000]]})
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 500)
    with pytest.raises(FileRefused, match="MB"):
        read_worksheets(file)


def test_a_sheet_of_too_many_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = workbook(tmp_path / "a.xlsx", {"s": [["x"], ["y"]]})
    monkeypatch.setattr(workbooks, "MOST_ROWS", 1)
    with pytest.raises(FileRefused, match="s"):
        read_worksheets(file)


@pytest.mark.parametrize("cell", ["XFD100000", "XFD1048576", "A1048576"])
def test_a_small_file_that_wants_all_memory_is_refused(tmp_path: Path, cell: str) -> None:
    """One cell at each end of a sheet: the reader makes room for all between, and is ended for it alone."""
    number = cell.lstrip("XFDA")
    rows = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{number}"><c r="{cell}"><v>2</v></c></row>'
    file = workbook(tmp_path / "a.xlsx", {"s": [["x"]]}, raw=rows)
    assert file.stat().st_size < 3000
    with pytest.raises(FileRefused, match=r"a\.xlsx"):
        read_worksheets(file)

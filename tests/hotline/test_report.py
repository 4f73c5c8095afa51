"""``hotline report`` and ``hotline verify`` as programs read them."""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from config import workbooks
from console.spreadsheet import cell
from hotline.cli import main
from hotline.reports import report_columns
from hotline.verbs import report
from hotline.verbs.period_arguments import midnight, moment
from hotline.verbs.report_rows import masked
from ledger import tables as t
from ledger.caller_figures import PromisedCallbacks
from ledger.expected_wait import Kept
from ledger.kpi import SETS
from ledger.satisfaction import Satisfaction
from tests import new_ledger
from tests.faults import witness
from tests.ledger.seed import ANSWERED, DIRECT, MISSED, after, do, ledger

pytestmark = pytest.mark.slow

SHIPPED = Path(__file__).resolve().parents[2] / "hotline.toml"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A folder with the true ledger in it."""
    url = new_ledger.make(tmp_path / "ledger.db")

    async def fill() -> None:
        async with ledger(url):
            pass

    asyncio.run(fill())
    return tmp_path


def hotline(var: Path, *words: str) -> int:
    return main([*words, "--config", str(SHIPPED), "--var", str(var)])


def spoil(var: Path, *statements: sa.Executable) -> None:
    async def work() -> None:
        async with ledger(f"sqlite+aiosqlite:///{var / 'ledger.db'}") as store:
            await do(store, *statements)

    asyncio.run(work())


def test_calls_are_told_as_the_witness_reads_them(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The judge of the fault tests gets every fact it holds against the other witnesses."""
    assert hotline(var, "report", "calls", "--json") == 0
    told = {row.call: row for row in witness.ledger(capsys.readouterr().out)}
    assert len(told) == 6
    call = told[ANSWERED]
    assert (call.line, call.trunk, call.seat, call.outcome) == ("citizen", "telecom", "8001", "ticket")
    assert (call.caller, call.name, call.dialled) == ("13806010001", "王小明", "12319")
    assert (call.talk_seconds, call.recorded_seconds) == (60.0, 75.0)
    assert call.answered == after(15).timestamp()
    assert told[MISSED].answered is None


def test_json_has_the_ticket_and_its_case(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ticket, case number and the recording's state hang on the call."""
    hotline(var, "report", "calls", "--json", "--outcome", "ticket")
    (row,) = json.loads(capsys.readouterr().out)
    assert [(one["ticket"], one["case"]) for one in row["tickets"]] == [("01", "A-1")]
    assert [(one["state"], one["faults"]) for one in row["recordings"]] == [("shelved", [])]
    assert row["talk_began_at"] == row["answered_at"] == after(15).isoformat()


def test_nobody_is_told_in_any_spelling(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a citizen who asked for secrecy no number leaves the ledger: not the one that came with letters nobody can see, either."""
    odd = sa.update(t.calls).values(caller_odd="\\u202d13806010001")
    spoil(var, odd, sa.update(t.tickets).values(confidential=True))
    assert hotline(var, "report", "calls", "--json") == 0
    told = [row for row in json.loads(capsys.readouterr().out) if row["confidential"]]
    assert told
    assert "13806010001" not in json.dumps(told)


def test_nothing_found_is_an_empty_list(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON stays JSON when there is no call."""
    assert hotline(var, "report", "calls", "--json", "--caller", "13999999999") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_csv_has_one_row_a_call_and_no_formula(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a caller sends as a name is never executed by a spreadsheet."""
    spoil(var, sa.update(t.calls).where(t.calls.c.call_id == ANSWERED).values(caller_name='=cmd|"/c calc"!A0'))
    assert hotline(var, "report", "calls", "--csv") == 0
    rows = {row["通话编号"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff")))}
    assert rows[ANSWERED]["主叫名称"] == '\'=cmd|"/c calc"!A0'
    assert rows[ANSWERED]["案卷号"] == "A-1"
    assert len(rows[ANSWERED]["呼入时间"]) == len("2026-11-23 08:00:00")
    assert len(rows) == 6


def test_a_file_of_calls_opens_in_a_spreadsheet(var: Path, tmp_path: Path) -> None:
    """O1, `hotline report calls --csv > x.csv`: the mark by which UTF-8 is known, line ends as they have them, every digit."""
    spoil(var, sa.update(t.calls).where(t.calls.c.call_id == ANSWERED).values(caller="05922000021", caller_name="路灯"))
    words = [
        sys.executable,
        "-m",
        "hotline.cli",
        "report",
        "calls",
        "--csv",
        "--config",
        str(SHIPPED),
        "--var",
        str(var),
    ]
    with (tmp_path / "x.csv").open("wb") as out:
        subprocess.run(words, stdout=out, check=True, timeout=60)
    data = (tmp_path / "x.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n")
    (row,) = [row for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"))) if row["通话编号"] == ANSWERED]
    assert (row["主叫号码"], row["主叫名称"]) == ("\t05922000021", "路灯")


@pytest.mark.parametrize("form", ["--json", "--csv", ""])
def test_masked_reports_show_no_whole_number(var: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    """Neither callers', citizens' nor dialled numbers, nor names."""
    assert hotline(var, "report", "calls", "--mask", *filter(None, [form])) == 0
    told = capsys.readouterr().out
    assert not [secret for secret in ("13806010001", "13806010009", "05925550000", "王小明") if secret in told]
    assert "138****0001" in told


def test_the_figures_are_told_with_their_denominators(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A program gets value, numerator and denominator."""
    assert (
        hotline(var, "report", "kpi", "--since", after(-60).isoformat(), "--until", after(7200).isoformat(), "--json")
        == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert told["counts"]["offered"] == 5
    assert told["figures"]["connect_rate"]["denominator"] == 3


def test_a_set_is_listed(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--calls SET`` drills down."""
    assert hotline(var, "report", "kpi", "--since", after(-60).isoformat(), "--calls", "abandoned") == 0
    assert capsys.readouterr().out.split() == [MISSED]


@pytest.mark.parametrize("verb", [("report", "calls"), ("report", "kpi"), ("report", "turned-away"), ("verify",)])
def test_a_wrong_time_is_said(var: Path, capsys: pytest.CaptureFixture[str], verb: tuple[str, ...]) -> None:
    """The value, and what is possible; by every verb that takes one."""
    assert hotline(var, *verb, "--since", "yesterday") == 2
    said = capsys.readouterr().err
    assert "yesterday" in said
    assert "24h" in said


def test_verify_tells_breaches_and_its_status(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 0 and an empty list, or 1 and a sentence for each breach."""
    spoil(
        var,
        sa.delete(t.calls).where(t.calls.c.state == "open"),  # it is long ago by now
        sa.update(t.recordings).values(state="dropped"),  # this folder has no sounds
    )
    assert hotline(var, "verify", "--json") == 0
    assert json.loads(capsys.readouterr().out)["breaches"] == []
    spoil(
        var,
        sa.delete(t.calls).where(t.calls.c.state == "open"),
        sa.update(t.recordings).values(state="dropped"),
        sa.delete(t.recordings).where(t.recordings.c.call_id == DIRECT),
    )
    assert hotline(var, "verify", "--json") == 1
    (breach,) = json.loads(capsys.readouterr().out)["breaches"]
    assert DIRECT in breach
    assert hotline(var, "verify") == 1
    capsys.readouterr()
    assert hotline(var, "verify", "--since", after(-60).isoformat(), "--json") == 1
    assert json.loads(capsys.readouterr().out)["breaches"] == [breach]
    assert hotline(var, "verify", "--since", "1h", "--json") == 0, "nothing of it is of the last hour"


@pytest.mark.parametrize("verb", [("verify",), ("report", "calls")])
def test_a_ledger_that_is_not_there_is_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: tuple[str, ...]
) -> None:
    """Reading creates nothing; it says what is missing."""
    assert hotline(tmp_path, *verb) == 3
    assert "ledger.db" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_old_ledger_is_said_with_its_cure(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables of another revision are not read."""
    import sqlite3

    with sqlite3.connect(var / "ledger.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0002'")
    database.close()
    assert hotline(var, "verify") == 3
    assert "hotline db upgrade" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-23", datetime(2026, 11, 22, 16, tzinfo=UTC)),
        ("2026-11-23T08:00", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23T08:00+00:00", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("90m", datetime(2026, 11, 23, tzinfo=UTC) - timedelta(minutes=90)),
        ("7d", datetime(2026, 11, 16, tzinfo=UTC)),
    ],
)
def test_moments_as_people_type_them(text: str, at: datetime) -> None:
    """Dates are the centre's; ages count from now."""
    assert moment(text, SHANGHAI, datetime(2026, 11, 23, tzinfo=UTC)) == at


def test_the_centres_day_begins_at_its_midnight() -> None:
    """Not at UTC's."""
    assert midnight(SHANGHAI, datetime(2026, 11, 22, 17, tzinfo=UTC)) == datetime(2026, 11, 22, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13806010001", "138****0001"), ("+8613806010001", "138****0001"), ("05925550000", "0592****000"),
        ("5550000", "0592****000"), ("8001", "8001"), ("12319", "12319"), ("", ""),
    ],
)  # fmt: skip
def test_a_masked_number(number: str, shown: str) -> None:
    """Ends stay, the middle goes, in whatever way it was written; services and seats stay."""
    row = {"caller": number, "origin": number, "diverted": number, "dialled": number, "direction": "outbound"}
    told = masked(row | {"caller_name": "", "caller_odd": ""})
    assert {told[name] for name in ("caller", "origin", "diverted", "dialled")} == {shown}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("+8613806010001", "\t+8613806010001"), ("05922000021", "\t05922000021"), ("1e5", "\t1e5"), ("8001", "\t8001"),
        ("@SUM(1)", "'@SUM(1)"), ("\t=1", "'\t=1"), ("-2+3", "'-2+3"), ("＝1", "'＝1"), (" =1", "' =1"), ("\ufeff@x", "'\ufeff@x"), ("  0123", "\t  0123"), ("路灯", "路灯"), ("", ""), (None, ""),
    ],
)  # fmt: skip
def test_a_cell(value: str | None, shown: str) -> None:
    """All digits stay, as text; a formula becomes text (kind O)."""
    assert cell(value, SHANGHAI) == shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report", "kpi", "--line", "nosuch"), ("nosuch", "citizen", "partner")),
        (("report", "kpi", "--queue", "nosuch"), ("nosuch", "mandarin", "emergency")),
        (("report", "calls", "--line", "nosuch"), ("nosuch", "citizen", "partner")),
        (("report", "calls", "--seat", "9999"), ("9999", "8001")),
        (("report", "calls", "--since", "2026-11-24", "--until", "2026-11-23"), ("2026-11-24", "2026-11-23")),
    ],
)
def test_a_filter_that_can_find_nothing_is_refused(
    var: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: tuple[str, ...]
) -> None:
    """Zeros with status 0 would be taken for an answer."""
    assert hotline(var, *words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert all(one in told.err for one in said)


def test_a_line_that_was_taken_out_of_the_settings_may_be_asked_for(
    var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(var, sa.update(t.calls).where(t.calls.c.call_id == ANSWERED).values(line="former"))
    assert hotline(var, "report", "calls", "--line", "former", "--json") == 0
    assert [one["call"] for one in json.loads(capsys.readouterr().out)] == [ANSWERED]


REPORTS: dict[tuple[str, ...], str] = {
    ("calls",): "通话编号", ("kpi",): "指标", ("kpi", "--calls", "offered"): "通话编号", ("turned-away",): "分钟", ("waits",): "队列",
    ("satisfaction",): "类别", ("promises",): "队列", ("self-service",): "线路",
}  # fmt: skip
ALL_OF_IT = ("--since", "2000-01-01", "--until", "2100-01-01")


def test_every_report_is_in_the_list_below() -> None:
    """A new one has its files too, or stands here as red."""
    parser = argparse.ArgumentParser()
    report.add(parser.add_subparsers())
    verbs = next(a for a in parser._subparsers._group_actions[0].choices["report"]._actions if a.dest == "verb").choices  # type: ignore[union-attr,index]
    assert verbs is not None
    assert {words[0] for words in REPORTS} == set(verbs)
    assert {
        f"report {name}"
        for name in verbs
        if not {"--csv", "--xlsx", "--json"} <= set(verbs[name]._option_string_actions)
    } == set()


@pytest.mark.parametrize("words", list(REPORTS))
def test_every_report_is_a_file_of_either_form_with_the_same_cells(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """Heads in Chinese first; in the workbook numbers are numbers, texts texts, and nothing is a formula or a link."""
    fill = sa.insert(t.wait_promises).values(
        call_id=ANSWERED, seq=1, queue="mandarin", at=after(5), place=2, minutes=1, waited_seconds=61.0
    )
    name = sa.update(t.calls).where(t.calls.c.call_id == ANSWERED).values(caller_name="=1+1")
    spoil(var, name, *([fill] if words == ("waits",) else []))
    file = tmp_path / "r.xlsx"
    assert hotline(var, "report", *words, *ALL_OF_IT, "--csv") == 0
    texts = list(csv.reader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff"))))
    assert hotline(var, "report", *words, *ALL_OF_IT, "--xlsx", str(file)) == 0
    assert capsys.readouterr().out == ""
    assert file.stat().st_mode & 0o777 == 0o600
    (sheet,) = workbooks.read_worksheets(file)
    found = [list(row) for _number, row in sheet.rows]
    assert texts[0][0] == REPORTS[words]
    assert found[0] == texts[0]
    assert len(found) == len(texts)
    with zipfile.ZipFile(file) as inside:
        xml = b"".join(inside.read(one) for one in inside.namelist())
    assert b"<f>" not in xml
    assert b"hyperlink" not in xml


def test_columns_are_in_the_language_of_the_settings(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "en.toml"
    settings.write_text(SHIPPED.read_text("utf-8").replace('language = "zh"', 'language = "en"'), "utf-8")
    words = ["report", "kpi", *ALL_OF_IT, "--csv", "--config", str(settings), "--var", str(var)]
    assert main(words) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff"))))
    assert rows[0][:3] == ["figure", "of", "value"]
    assert rows[1][0] == "connect rate"


def test_every_figure_and_column_has_a_name_of_its_own() -> None:
    """What the ledger counts is told by a word, and no two columns of one report are called the same."""
    assert set(SETS) <= set(report_columns.FIGURES)
    for kind in (Kept, Satisfaction, PromisedCallbacks):
        names = report_columns.heads(one.name for one in fields(kind))
        assert len(set(names)) == len(names)


def test_a_workbook_that_cannot_be_put_there_is_said_and_leaves_nothing(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "x").write_text("")
    assert hotline(var, "report", "kpi", "--xlsx", str(tmp_path / "taken")) == 1
    assert hotline(var, "report", "kpi", "--xlsx", str(tmp_path / "no" / "x.xlsx")) == 1
    said = capsys.readouterr().err
    assert said.count("无法写入") == 2
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.endswith(".new")) == []

"""Lists as files: what the list shows and no more, who took it in the audit log, in the reader's language, page by page."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from agents.callbacks import State
from config import workbooks
from console import exports, spreadsheet
from console.bulk_reads import BulkReads
from console.server import bare
from console.services import READINGS_AT_ONCE, SEARCHES_A_MINUTE
from cti.ids import CallId
from tests.fakes.books import task
from tests.fakes.hotline import NOON, Call, FakeHotline, door, services
from tests.fakes.people import Phones, browser, populate, signed_in
from tests.fakes.said import said


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def standing() -> FakeHotline:
    fake = populate(FakeHotline())
    mine = Call(CallId("xm1-1790000000.1"), ended_at=NOON, outcome="ticket", caller_name="=1+1", recordings=("a",))
    fake.known = {mine.call: mine}
    return fake


def page(fake: FakeHotline, account: str, seat: str = "") -> httpx.AsyncClient:
    return browser(door(replace(services(fake), phones=Phones())), signed_in(fake, account, seat))


@pytest.mark.parametrize(
    ("account", "path", "number"),
    [("2001", "/api/calls/csv", "\t13800000001"), ("audit", "/api/calls/csv", "138****0001"), ("1001", "/api/my/calls/csv", "138****0001")],
)  # fmt: skip
async def test_calls_as_a_file(account: str, path: str, number: str) -> None:
    """The citizen's number as the list shows it, a mark for spreadsheets before it; taken, and told in the audit log."""
    fake = standing()
    async with page(fake, account) as client:
        reply = await client.get(path, params={"outcome": "ticket"})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"] == 'attachment; filename="calls.csv"'
    assert reply.headers["cache-control"] == "no-store"
    heads, *lines = rows(reply.text)
    assert heads[:4] == ["通话编号", "呼入时间", "方向", "号码"]
    assert {line[3] for line in lines} == {number}
    assert lines[0][1] == "2026-10-01 12:00:00"
    assert fake.log.actions == ["calls_exported"]


async def test_the_number_that_was_sought_is_masked_in_the_log() -> None:
    fake = standing()
    async with page(fake, "2001") as client:
        await client.get("/api/calls/csv", headers=said(caller="138 0000 0001"))
        refused = await client.get("/api/calls/csv?caller=13800000001")
    assert refused.status_code == 422
    assert "13800000001" not in str(fake.log.entries)
    assert (fake.wanted[-1].caller, fake.wanted[-1].outgoing) == ("138 0000 0001", True)
    async with page(fake, "audit") as client:
        assert (await client.get("/api/calls/csv", headers=said(caller="13800000001"))).status_code == 403


async def test_heads_are_in_the_pages_language() -> None:
    fake = standing()
    async with page(fake, "2001") as client:
        reply = await client.get("/api/calls/csv", headers={"Accept-Language": "en"})
    assert rows(reply.text)[0][:3] == ["call", "arrived", "way"]
    assert rows(reply.text)[1][10] == "ticket"


async def test_call_backs_as_a_file() -> None:
    """Of the own ones the number is there, of others' it is masked."""
    fake = standing()
    fake.shelf.callbacks.rows = {
        "xm1-1.1": task("xm1-1.1", owner="1001", state=State.TAKEN), "xm1-2.2": task("xm1-2.2", number="13800000002")
    }  # fmt: skip
    async with page(fake, "1001", "8001") as client:
        reply = await client.get("/api/callbacks/csv")
    assert [line[4] for line in rows(reply.text)[1:]] == ["\t13800000001", "138****0002"]
    assert fake.log.actions == ["callbacks_exported"]


async def test_the_audit_log_as_a_file_names_people() -> None:
    """That it was taken is a row of it; the list names who did what."""
    fake = standing()
    async with page(fake, "audit") as client:
        reply = await client.get("/api/audit/csv", params={"action": "audit_exported"})
        listed = (await client.get("/api/audit")).json()["rows"]
    assert reply.status_code == 200
    assert [(row["actor"], row["actor_name"]) for row in listed] == [("audit", "审计")]
    assert rows(reply.text)[0][:3] == ["编号", "时间", "操作人"]


async def test_pages_follow_each_other_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST", 450)
    asked: list[int | None] = []

    async def first(last: int | None) -> list[int]:
        asked.append(last)
        begin = 0 if last is None else last + 1
        return list(range(begin, min(begin + exports.PAGE, 10_000)))

    following = exports.paged(first)
    assert [await anext(following) for _n in range(450)] == list(range(450))
    with pytest.raises(exports.RowsLeft):
        await anext(following)
    assert asked == [None, 199, 399]


@pytest.mark.parametrize(("most", "words"), [(1, ["there are more than 1 rows: ask for fewer days"]), (2, [])])
async def test_a_file_that_does_not_hold_all_says_so(
    monkeypatch: pytest.MonkeyPatch, most: int, words: list[str]
) -> None:
    monkeypatch.setattr(exports, "MOST", most)
    fake = standing()
    fake.shelf.callbacks.rows = {f"xm1-{n}.1": task(f"xm1-{n}.1") for n in (1, 2)}
    async with page(fake, "2001") as client:
        reply = await client.get("/api/callbacks/csv", headers={"Accept-Language": "en"})
    assert [line[0] for line in rows(reply.text)[1 + most :]] == words


async def test_call_backs_in_a_file_are_counted_and_what_was_asked_is_in_the_log() -> None:
    fake = standing()
    fake.shelf.callbacks.rows = {f"xm1-{n}.1": task(f"xm1-{n}.1") for n in (1, 2)}
    app = door(replace(services(fake), phones=Phones(), bulk=BulkReads(2)))
    async with browser(app, signed_in(fake, "2001")) as client:
        await client.get("/api/callbacks/csv", params={"due": True}, headers=said(number="13800000001"))
    assert fake.log.actions == ["callbacks_exported", "read_in_bulk"]
    assert fake.log.entries[0].detail == "due=yes,number=138****0001,state=owed"


@pytest.mark.parametrize("path", ["/api/my/calls", "/api/my/calls/csv"])
async def test_masked_numbers_are_not_found_by_trying(path: str) -> None:
    """So many searches a minute, each in the log, of an agent; who sees numbers anyway is not paced."""
    fake = standing()
    fake.now = NOON
    async with page(fake, "1001", "8001") as client:
        found = [
            (await client.get(path, headers=said(caller=f"138000000{n:02}"))).status_code
            for n in range(SEARCHES_A_MINUTE + 1)
        ]
        assert (await client.get(path)).status_code == 200
    assert found == [200] * SEARCHES_A_MINUTE + [429]
    assert fake.log.actions.count("own_calls_searched") == SEARCHES_A_MINUTE
    assert "13800000001" not in str(fake.log.entries)


FILES = (
    "/api/calls/csv",
    "/api/my/calls/csv",
    "/api/audit/csv",
    "/api/callbacks/csv",
    "/api/tickets/search/csv",
    "/api/nuisance/report/csv",
)


def test_every_file_of_the_contract_is_had_in_either_form() -> None:
    """A new list that is given out as a file has both, or this is red."""
    paths = bare().openapi()["paths"]
    files = {
        path
        for path, item in paths.items()
        if "text/csv" in item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
    }
    assert files == {*FILES, "/api/reports/{report}"}
    for path in files:
        assert any(one["name"] == "form" for one in paths[path]["get"]["parameters"]), path


async def test_a_list_as_a_workbook(tmp_path: Path) -> None:
    """The cells of the list: a number is whole, a moment is one, and what begins like a formula is a text."""
    fake = standing()
    async with page(fake, "2001") as client:
        reply = await client.get("/api/calls/csv", params={"outcome": "ticket", "form": "xlsx"})
        wrong = await client.get("/api/calls/csv", params={"form": "ods"})
    assert (reply.status_code, wrong.status_code) == (200, 422)
    assert reply.headers["content-type"] == spreadsheet.TYPES["xlsx"]
    assert reply.headers["content-disposition"] == 'attachment; filename="calls.xlsx"'
    heads, *lines = cells(tmp_path, reply.content)
    assert heads[:4] == ["通话编号", "呼入时间", "方向", "号码"]
    assert {line[3] for line in lines} == {"13800000001"}
    assert lines[0][1].startswith("2026-10-01T12:00:00")
    assert fake.log.actions == ["calls_exported"]


async def test_a_report_as_a_file(tmp_path: Path) -> None:
    """Either form; what was asked for is in the log; who sees no numbers, and nothing of single agents, is given none."""
    fake = standing()
    fake.now = NOON
    async with page(fake, "2001") as client:
        text = await client.get("/api/reports/kpi", params={"line": "citizen", "since": "2026-09-01T00:00:00Z"})
        book = await client.get("/api/reports/kpi", params={"form": "xlsx"})
    assert rows(text.text) == [["a", "b", "c", "d"], ["'=1+1", "\t13800000001", "2.5", "2026-10-01 12:00:00"]]
    (line,) = cells(tmp_path, book.content)[1:]
    assert line[:3] == ["=1+1", "13800000001", "2.5"]
    assert fake.log.actions == ["report_exported"] * 2
    assert (
        fake.log.entries[0].detail
        == "line=citizen,report=kpi,since=2026-09-01T00:00:00+00:00,until=2026-10-01T16:00:00+00:00"
    )
    async with page(fake, "admin") as client:
        assert (await client.get("/api/reports/satisfaction")).status_code == 200
        assert (await client.get("/api/reports/turned-away")).status_code == 403
    assert [one[4:] for one in fake.shelf.reports.asked] == [(False, True), (False, True), (True, False)]


@pytest.mark.parametrize(
    ("query", "field"),
    [({"line": "nosuch"}, "line"), ({"since": "2026-10-02T00:00:00Z", "until": "2026-10-01T00:00:00Z"}, "since"), ({"form": "ods"}, "form")],
)  # fmt: skip
async def test_a_filter_that_is_none_is_refused_by_name(query: dict[str, str], field: str) -> None:
    fake = standing()
    async with page(fake, "2001") as client:
        reply = await client.get("/api/reports/kpi", params=query)
        other = await client.get("/api/reports/waits", params={"line": "citizen"})
    assert (reply.status_code, other.status_code) == (422, 422)
    assert field in reply.text
    assert fake.log.actions == []


def cells(folder: Path, data: bytes) -> list[list[str]]:
    (folder / "x.xlsx").write_bytes(data)
    (only,) = workbooks.read_worksheets(folder / "x.xlsx")
    return [list(row) for _number, row in only.rows]


async def test_a_workbook_that_does_not_hold_all_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST", 1)
    fake = standing()
    fake.shelf.reports.rows *= 2
    async with page(fake, "2001") as client:
        reply = await client.get("/api/reports/kpi", params={"form": "xlsx"}, headers={"Accept-Language": "en"})
    assert cells(tmp_path, reply.content)[2][0] == "there are more than 1 rows: ask for fewer days"


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "SHEET_ROWS", 3)
    with (tmp_path / "x.xlsx").open("wb") as out:
        book = spreadsheet.Workbook(out, ["n"], ZoneInfo("Asia/Shanghai"))
        for number in range(5):
            book.row([number, True, "x" * 40_000, "\x00\x0b\ufffe", float("nan")])
        book.close()
    sheets = list(workbooks.read_worksheets(tmp_path / "x.xlsx"))
    assert [[row[0] for _number, row in one.rows] for one in sheets] == [["n", "0", "1"], ["n", "2", "3"], ["n", "4"]]


@pytest.mark.parametrize("path", ["/api/calls", "/api/calls/csv", "/api/my/calls", "/api/my/calls/csv"])
@pytest.mark.parametrize(("field", "name"), [("line", "nosuch"), ("seat", "9999")])
async def test_a_line_or_seat_that_nobody_knows_is_refused_by_name(path: str, field: str, name: str) -> None:
    """OPS 23: an empty list would say that nobody called. One that was taken out of the settings has its calls still."""
    fake = standing()
    fake.known = {}
    who = ("1001", "8001") if "my" in path else ("2001",)
    async with page(fake, *who) as client:
        reply = await client.get(path, params={field: name})
        assert (await client.get(path, params={"line": "citizen", "seat": "8001"})).status_code == 200
    assert reply.status_code == 422
    assert name in reply.text
    assert ("citizen" if field == "line" else "8001") in reply.text


async def test_nobody_fills_the_audit_log_with_reports() -> None:
    """Each is a row for ever, and a walk through the ledger: so many of one person in a moment, and nobody else's."""
    fake = standing()
    async with page(fake, "2001") as client, page(fake, "admin") as another:
        taken = [(await client.get("/api/reports/kpi")).status_code for _n in range(READINGS_AT_ONCE + 3)]
        assert (await another.get("/api/reports/kpi")).status_code == 200
    assert taken == [200] * READINGS_AT_ONCE + [429] * 3
    assert fake.log.actions.count("report_exported") == READINGS_AT_ONCE + 1

"""``hotline catalogue``: a city's sheet becomes an edition, in force from its date; taken back, the one before counts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge import catalogue
from bridge.ticket import Limit, Promise
from config.read import read
from config.work_time import of_settings
from hotline.books import catalogue_reader
from hotline.books.catalogue_reader import CatalogueReader
from hotline.cli import main
from ledger import migrate
from ledger.audit_log import AuditLog
from ledger.catalogues import CatalogueTable
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests.bridge.made import ticket
from tests.bridge.test_city_table import COVER, HEADING
from tests.hotline.verb_on_ledger import TREE, Hotline, on_ledger
from tests.xlsx import workbook

EVENT = ["04", "街面秩序", "01", "无照经营游商", "属地行政执法部门", "城管局", "占道", "离开", "2小时"]
NOW = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    return on_ledger(tmp_path, "catalogue")


@pytest.fixture
def worksheet(tmp_path: Path) -> Path:
    return workbook(tmp_path / "标准.xlsx", {"部件": [HEADING, COVER], "事件": [HEADING, EVENT]}, {})


def version(name: str) -> tuple[str, ...]:
    return ("--version", name)


def since(day: str) -> tuple[str, ...]:
    return ("--valid-from", day)


def test_a_file_named_after_parts_may_hold_events(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = workbook(tmp_path / "部件事件标准.xlsx", {"部件": [HEADING, COVER], "事件": [HEADING, EVENT]}, {})
    assert main(["catalogue", "check", str(both)]) == 0
    assert "部件代码 1 个，事件代码 1 个" in capsys.readouterr().out


async def test_every_provisional_promise_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page, those of one moment too."""
    monkeypatch.setattr(catalogue_reader, "MOST_PROMISES", 2)
    url = f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}"
    await asyncio.to_thread(migrate.upgrade, url)
    store, codes, work = Store(url), catalogue.load(), of_settings(read(TREE / "hotline.toml"))
    shelf = TicketShelf(store)
    due = datetime(2030, 1, 1, tzinfo=UTC)
    promise = Promise(
        due, due, provisional=True, limit=Limit(1, "clock_hour"), condition="", basis="catalogue", catalogue=""
    )
    for n in range(1, 6):
        await shelf.file(ticket(n, promise=promise))
    assert await CatalogueReader(CatalogueTable(store), shelf, codes, work).renew_promises() == 5
    assert await shelf.provisional(10) == []
    await store.close()


def test_from_a_sheet_to_the_form(
    hotline: Hotline, worksheet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalogue", "check", str(worksheet)]) == 0
    assert hotline("import", str(worksheet), *version("2026.1"), *since("2026-01-01")) == 0
    assert hotline("import", str(worksheet), *version("2026.1"), *since("2026-01-01")) == 1, (
        "an edition is never changed"
    )
    changed = tmp_path / "事件.csv"
    changed.write_text("\n".join(",".join(row) for row in (HEADING, [*EVENT[:8], "1天"])), "gb18030")
    assert hotline("import", str(changed), *version("2026.2"), *since("2026-02-01"), "--work-day", "elapsed") == 0
    assert hotline("activate", *version("2026.1")) == 0
    capsys.readouterr()
    assert hotline("diff", *version("2026.2")) == 0
    told = capsys.readouterr().out
    assert "2小时 → 1天" in told
    assert "0101" in told
    assert hotline("diff", str(changed)) == 0
    assert hotline("activate", *version("2026.2")) == 0
    assert hotline("activate", *version("9")) == 1
    assert _offered(tmp_path) == ("2026.2", ["0401"])
    assert hotline("rollback") == 0
    assert _offered(tmp_path) == ("2026.1", ["0101", "0401"])
    assert hotline("rollback") == 0
    assert hotline("rollback") == 1, "none is left"
    assert _offered(tmp_path)[0] == "2007"
    assert hotline("list") == 0
    assert _audited(tmp_path) == ["catalogue_imported"] * 2 + ["catalogue_activated"] * 2 + ["catalogue_withdrawn"] * 2


def _offered(tmp_path: Path) -> tuple[str, list[str]]:
    """What a daemon that looks now offers: version and codes."""

    async def look() -> tuple[str, list[str]]:
        store = Store(f"sqlite+aiosqlite:///{tmp_path / 'var' / 'ledger.db'}")
        codes, settings = catalogue.load(), read(TREE / "hotline.toml")
        reader = CatalogueReader(CatalogueTable(store), TicketShelf(store), codes, of_settings(settings), lambda: NOW)
        await reader.look()
        await reader.look()
        assert await reader.renew_promises() == 0
        await store.close()
        return codes.schemes[0][1], sorted(code.code for code in codes.search("", most=500))

    return asyncio.run(look())


def _audited(tmp_path: Path) -> list[str]:
    async def look() -> list[str]:
        store = Store(f"sqlite+aiosqlite:///{tmp_path / 'var' / 'ledger.db'}")
        rows, _more = await AuditLog(store).page(50)
        await store.close()
        return [row.action for row in reversed(rows) if row.action.startswith("catalogue")]

    return asyncio.run(look())


def test_a_file_with_problems_is_not_imported(
    hotline: Hotline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "部件.csv"
    wrong.write_text("\n".join(",".join(row) for row in (HEADING, [*COVER[:8], "尽快"])), "utf-8-sig")
    assert main(["catalogue", "check", str(wrong)]) == 1
    assert hotline("import", str(wrong), *version("1"), *since("2026-01-01")) == 1
    assert "尽快" in capsys.readouterr().err
    assert main(["catalogue", "check", str(tmp_path / "none.csv")]) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_csv_as_it_was_saved(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "部件.csv"
    file.write_bytes("\r\n".join(",".join(row) for row in (HEADING, COVER)).encode(encoding))
    assert main(["catalogue", "check", str(file)]) == 0

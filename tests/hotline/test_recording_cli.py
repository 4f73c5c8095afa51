"""``hotline recording`` over a real ledger, a real shelf and real sound."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import soundfile

from config.language import use
from config.places import Places
from hotline.cli import main
from ledger import migrate, tables
from ledger.shelfbook import ShelfBook
from ledger.store import Store
from recordings.ports import Due, Shelved
from recordings.vault import Keys
from recordings.worker import Worker
from tests.ledger.desk import Told
from tests.ledger.test_scribe import write_all
from tests.recordings.sound import settings, spool, stereo

pytestmark = pytest.mark.slow

CONFIG = str(Path(__file__).parents[2] / "hotline.toml")


@pytest.fixture
def kept(tmp_path: Path) -> Shelved:
    """One recorded call: in the ledger and on the shelf."""
    use("zh")
    places = Places(tmp_path)
    places.make()
    url = f"sqlite+aiosqlite:///{places.ledger}"
    migrate.upgrade(url)

    async def shelve() -> Shelved:
        await write_all(url, Told(1).arrive().queue().talk(4).end())
        store = Store(url)
        book = ShelfBook(store)
        due: Due = (await book.due(9))[0]
        worker = Worker(settings(), places)
        worker.shelf.empty_work()
        spool(places.spool, due, stereo((due.ended - due.started).total_seconds()))
        facts = worker.shelve(due)
        await book.settle([facts])
        await store.close()
        return facts

    return asyncio.run(shelve())


def hotline(tmp_path: Path, *words: str) -> int:
    return main(["recording", *words, "--config", CONFIG, "--var", str(tmp_path)])


def audit(tmp_path: Path) -> list[tuple[str, str, str]]:
    async def rows() -> list[tuple[str, str, str]]:
        store = Store(f"sqlite+aiosqlite:///{Places(tmp_path).ledger}")
        async with store.reading() as db:
            found = [(r.actor, r.action, r.call_id) for r in await db.execute(tables.audit.select())]
        await store.close()
        return found

    return asyncio.run(rows())


def test_lists_what_is_kept(tmp_path: Path, kept: Shelved, capsys: pytest.CaptureFixture[str]) -> None:
    """One line a recording; with --json all its facts."""
    assert kept.faults == ()
    assert hotline(tmp_path, "list") == 0
    assert kept.path in capsys.readouterr().out
    assert hotline(tmp_path, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out)["plain_sha256"] == kept.plain_sha256


def test_export_leaves_a_row_in_the_audit_log(tmp_path: Path, kept: Shelved) -> None:
    """The sound comes out of its seal, and who wanted it is written down."""
    out = tmp_path / "out.opus"
    assert hotline(tmp_path, "export", kept.call, str(out), "--purpose", "投诉复核", "--by", "3001") == 0
    assert soundfile.info(out).channels == 2
    assert audit(tmp_path) == [("3001", "listened", kept.call)]


def test_no_export_without_purpose_or_ledger(tmp_path: Path, kept: Shelved) -> None:
    """Nothing is unsealed that cannot be written down."""
    out = tmp_path / "out.opus"
    assert hotline(tmp_path, "export", kept.call, str(out), "--purpose", "  ") == 2
    assert hotline(tmp_path, "export", "xm1-1.0", str(out), "--purpose", "x") == 1
    Places(tmp_path).ledger.unlink()
    assert hotline(tmp_path, "export", kept.call, str(out), "--purpose", "x") == 3
    assert not out.exists()


@pytest.mark.parametrize("fault", ["", "gone", "altered", "unlinked", "no_key"])
def test_verify_names_each_fault(tmp_path: Path, kept: Shelved, fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whole: status 0. Anything else: status 1, with the file and what is wrong with it."""
    places = Places(tmp_path)
    file = places.shelf / kept.path
    match fault:
        case "gone":
            file.unlink()
        case "altered":
            file.write_bytes(file.read_bytes()[:-1])
        case "no_key":
            Keys(places.recording_keys, places.secrets / "recording-master").shred(kept.path)
        case "unlinked":
            asyncio.run(forget(places))
    assert hotline(tmp_path, "verify", "--deep", "--json") == (1 if fault else 0)
    told = json.loads(capsys.readouterr().out)
    assert told["findings"] == ([{"path": kept.path, "fault": fault}] if fault else [])


async def forget(places: Places) -> None:
    store = Store(f"sqlite+aiosqlite:///{places.ledger}")
    async with store.writing() as db:
        await db.execute(tables.recordings.delete())
    await store.close()

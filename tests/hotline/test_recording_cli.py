"""``hotline recording`` over a real ledger, a real shelf and real sound."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
import soundfile
import sqlalchemy as sa

from config.file_places import Places
from config.language import use
from config.sections.recording import Recording
from hotline.cli import main
from hotline.verbs.shell_user import actor
from ledger import tables
from ledger.recordings import RecordingTable
from ledger.store import Store
from recordings import vault
from recordings.ids import RecordingId
from recordings.ports import Due, Shelved
from recordings.storage import keys_of
from recordings.worker import Worker
from tests import new_ledger
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
    url = new_ledger.make(places.ledger)

    async def shelve() -> Shelved:
        await write_all(url, Told(1).arrive().queue().talk(4).end())
        store = Store(url)
        book = RecordingTable(store)
        due: Due = (await book.due(9))[0]
        worker = Worker(settings(), places)
        worker.drafts.empty()
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
    why = ("--purpose", "complaint", "--words", "投诉复核")
    assert hotline(tmp_path, "export", kept.call, str(out), *why, "--by", "2001") == 0
    assert soundfile.info(out).channels == 2
    assert out.stat().st_mode & 0o777 == 0o600
    (_begun, key_begun, _), (who, action, call) = audit(tmp_path)
    assert (key_begun, action, call) == ("audit_key_begun", "listened", kept.call)
    assert who == actor() != "2001"  # who really acted, whomever it is for
    assert main(["verify", "--config", CONFIG, "--var", str(tmp_path), "--json"]) in (0, 1)


def test_the_second_recording_of_a_call_is_named(
    tmp_path: Path, kept: Shelved, capsys: pytest.CaptureFixture[str]
) -> None:
    """With two of them, a call alone says too little; each comes out by its id, and the log names it."""
    second = shelve_second(tmp_path, kept)
    assert hotline(tmp_path, "list") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [f"{kept.call}+1", f"{kept.call}+2"]
    why = ("--purpose", "complaint", "--words", "投诉复核")
    out = tmp_path / "out.opus"
    assert hotline(tmp_path, "export", kept.call, str(out), *why) == 2
    assert f"{kept.call}+1, {kept.call}+2" in capsys.readouterr().err
    assert not out.exists()
    assert hotline(tmp_path, "export", f"{kept.call}+2", str(out), *why) == 0
    assert vault.fingerprint(out)[1] == second.plain_sha256 != kept.plain_sha256
    assert hotline(tmp_path, "export", f"{kept.call}+1", str(out), *why) == 0
    assert vault.fingerprint(out)[1] == kept.plain_sha256
    assert [json.loads(detail)["part"] for detail in details(tmp_path)[1:]] == ["2", "1"]
    assert hotline(tmp_path, "verify", "--deep") == 0
    assert hotline(tmp_path, "export", f"{kept.call}+3", str(out), *why) == 1


def shelve_second(tmp_path: Path, first: Shelved) -> Shelved:
    """Another raw file of the same call, all the way to the shelf and into the ledger."""
    places = Places(tmp_path)

    async def shelve() -> Shelved:
        store = Store(f"sqlite+aiosqlite:///{places.ledger}")
        book = RecordingTable(store)
        async with store.writing() as db:
            columns = ", ".join(("call_id", "started_at", "ended_at"))
            another = f"INSERT INTO recordings ({columns}, part, file) SELECT {columns}, 2, 'b.raw' FROM recordings"
            await db.execute(sa.text(another))
        (due,) = await book.due(9)
        assert due.id == RecordingId(first.call, 2)
        spool(places.spool, due, stereo((due.ended - due.started).total_seconds(), caller=300.0))
        worker = Worker(settings(), places)
        worker.drafts.empty()
        facts = worker.shelve(due)
        assert worker.forget(due.file, facts.path)
        await book.settle([facts])
        await store.close()
        return facts

    return asyncio.run(shelve())


def details(tmp_path: Path) -> list[str]:
    with sqlite3.connect(Places(tmp_path).ledger) as db:
        return [row[0] for row in db.execute("SELECT detail FROM audit ORDER BY seq")]


def test_who_acts_is_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """USER and LOGNAME are what anybody sets them to."""
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "2001")
    assert actor() != "shell:2001"


def test_no_export_without_purpose_or_ledger(tmp_path: Path, kept: Shelved) -> None:
    """Nothing is unsealed that cannot be written down."""
    out = tmp_path / "out.opus"
    for words in (" ", ".", "——"):
        assert hotline(tmp_path, "export", kept.call, str(out), "--purpose", "quality", "--words", words) == 2
    with pytest.raises(SystemExit):
        hotline(tmp_path, "export", kept.call, str(out), "--purpose", "curiosity", "--words", "因为好奇")
    why = ("--purpose", "quality", "--words", "质检")
    assert hotline(tmp_path, "export", "xm1-1.0", str(out), *why) == 1
    Places(tmp_path).ledger.unlink()
    assert hotline(tmp_path, "export", kept.call, str(out), *why) == 3
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
            keys_of(Recording(), places).shred(kept.path)
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


def test_keys_are_wrapped_anew_and_the_former_master_key_goes(
    tmp_path: Path, kept: Shelved, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new master key, every key under it, the old one gone; the recording opens; who did it stands in the audit log."""
    places = Places(tmp_path)
    before = (places.secrets / "recording-master").read_text()
    capsys.readouterr()
    assert hotline(tmp_path, "rewrap", "--rotate", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rewrapped"], told["same"], told["broken"], told["retired"]) == (1, 0, [], 0)
    assert hotline(tmp_path, "rewrap", "--retire", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rewrapped"], told["same"], told["retired"]) == (0, 1, 1)
    after = (places.secrets / "recording-master").read_text()
    assert before.strip() not in after
    assert len(after.split()) == 1
    assert hotline(tmp_path, "verify", "--deep") == 0
    with sqlite3.connect(places.ledger) as db:
        rows = db.execute("SELECT actor, action FROM audit WHERE action LIKE 'recording_keys%' ORDER BY seq").fetchall()
    assert rows == [(actor(), word) for word in ("recording_keys_rewrap", "recording_keys_rewrapped")] * 2


def test_a_key_that_does_not_open_is_named(tmp_path: Path, kept: Shelved, capsys: pytest.CaptureFixture[str]) -> None:
    """The others are wrapped anew; the former master key is kept."""
    places = Places(tmp_path)
    (places.recording_keys / "lost.opus.sealed.key").write_text("{}")
    capsys.readouterr()
    assert hotline(tmp_path, "rewrap", "--rotate", "--retire") == 1
    out = capsys.readouterr().out
    assert "lost.opus.sealed" in out
    assert keys_of(Recording(), places).master.former() == 1
    assert keys_of(Recording(), places).get(kept.path).label == kept.path


def test_verify_finds_what_was_done_to_a_recording(
    tmp_path: Path, kept: Shelved, capsys: pytest.CaptureFixture[str]
) -> None:
    """``hotline verify`` of the whole ledger, without a daemon: a bit, then sound, facts and key gone."""
    places = Places(tmp_path)

    def damaged() -> list[str]:
        capsys.readouterr()
        main(["verify", "--json", "--config", CONFIG, "--var", str(tmp_path)])
        found = json.loads(capsys.readouterr().out)["details"]
        return [one["said"] for one in found if one["rule"] == "recording_damaged"]

    assert damaged() == []
    file = places.shelf / kept.path
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    assert [said.endswith("altered") for said in damaged()] == [True]
    for one in (file, *file.parent.glob("*.facts.json")):
        one.unlink()
    keys_of(Recording(), places).shred(kept.path)
    assert [said.endswith("gone") for said in damaged()] == [True]

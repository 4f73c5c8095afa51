"""Recordings whose time is over, on a shelf with real keys: gone, proved, and finished by the next run where one was cut off."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Generator, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from config.file_places import Places
from config.sections.recording import Recording
from hotline.books.recording_deletion import NotDeleted, RecordingDeletion
from hotline.cli import main
from ledger import tables as t
from ledger.audit_log import AuditLog
from ledger.recording_terms import Counted, RecordingTerms
from ledger.recordings import RecordingTable
from ledger.store import Store
from recordings.errors import NotStored, TryLater
from recordings.ports import Shelved, Storage, Stored
from recordings.retention import Terms
from recordings.shelf import Shelf
from recordings.shelf_check import inspect
from recordings.storage import keys_of, storage_of
from recordings.vault import new_key
from tests import new_ledger
from tests.ledger.test_recording_terms import ALONE, BAD, HALF, TWO, ledger

CONFIG = str(Path(__file__).parents[2] / "hotline.toml")
HERE = ZoneInfo("Asia/Shanghai")


class Objects:
    """``ports.Storage`` as an object store has it: names and bytes, no folders. ``away``: it does not answer."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.away = False

    def put(self, name: str, content: Path | Iterable[bytes]) -> None:
        self.kept[name] = content.read_bytes() if isinstance(content, Path) else b"".join(content)

    def open_range(self, name: str, first: int = 0, last: int | None = None) -> Generator[bytes]:
        if name not in self.kept:
            raise NotStored(name)
        yield self.kept[name][first : None if last is None else last + 1]

    def stat(self, name: str) -> Stored | None:
        return Stored(name, len(self.kept[name])) if name in self.kept else None

    def delete(self, name: str) -> bool:
        if self.away:
            raise TryLater("io_error", "away")
        return self.kept.pop(name, None) is not None

    def list(self, prefix: str = "") -> Iterator[Stored]:
        yield from (Stored(name, len(kept)) for name, kept in sorted(self.kept.items()) if name.startswith(prefix))


@pytest.fixture(params=["folder", "objects"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return storage_of(Places(tmp_path)) if request.param == "folder" else Objects()


class Filled:
    """The ledger of ``test_recording_terms``, and all of it on the shelf with its keys."""

    def __init__(self, var: Path, store: Store, storage: Storage) -> None:
        self.store, self.storage = store, storage
        self.shelf, self.keys = Shelf(storage, HERE), keys_of(Recording(), Places(var))
        self.terms, self.audit = RecordingTerms(store, Terms()), AuditLog(store)
        self.deletion = RecordingDeletion(self.terms, self.shelf, self.keys, self.audit, _no_rest)

    async def fill(self, draft: Path) -> None:
        for facts in await RecordingTable(self.store).shelved_after(None, 99):
            self.keys.keep(new_key(facts.path), facts.path)
            draft.write_bytes(b"\1\2")
            self.shelf.put(draft, b"[]", facts)

    async def there(self) -> set[str]:
        return {
            one.name.split("/")[-1].split(".opus")[0].split(".peaks")[0].split(".facts")[0]
            for one in self.storage.list()
        }

    async def rows(self) -> dict[str, tuple[str, str]]:
        r = t.recordings.c
        async with self.store.reading() as db:
            return {row.call_id: (row.state, row.certificate) for row in await db.execute(sa.select(r.call_id, r.state, r.certificate))}  # fmt: skip

    async def faults(self) -> list[str]:
        linked = await RecordingTable(self.store).shelved()
        return [
            one.fault
            for one in inspect(self.shelf, None, linked, deep=False)
            if one is not None and one.fault != "altered"
        ]


async def _no_rest(_seconds: float) -> None:
    return None


async def filled_shelf(tmp_path: Path, storage: Storage) -> Filled:
    Places(tmp_path).make()
    one = Filled(tmp_path, await ledger(new_ledger.make(Places(tmp_path).ledger)), storage)
    await one.fill(tmp_path / "draft")
    return one


async def test_what_is_over_is_gone_and_proved(tmp_path: Path, storage: Storage) -> None:
    """Key, sound, waveform and facts, alike wherever they lie; the audit log has the hash of the certificates; nothing is missing
    by verify, and the rest is as it was."""
    one = await filled_shelf(tmp_path, storage)
    assert await one.deletion.count(HALF) == Counted(2, 0)
    assert len(await one.there()) == 5
    assert await one.deletion.run(HALF, "hotline") == Counted(2, 0)
    assert await one.there() == {"xm1-1.1", "xm1-4.4", "xm1-5.5"}
    assert {path.split("/")[-1] for path in one.keys.paths()} == {f"{call}.opus.sealed" for call in await one.there()}
    rows = await one.rows()
    for call in (ALONE, BAD):
        state, text = rows[call]
        told = json.loads(text)
        assert state == "dropped"
        assert (told["recording"], told["key"], len(told["files"])) == (f"{call}+1", "destroyed", 3)
        assert told["rule"] == ("unanswered:6" if call == ALONE else "nuisance:6")
    assert await one.faults() == []
    (entry,), _ = await one.audit.page(5)
    whole = hashlib.sha256("\n".join(rows[call][1] for call in (ALONE, BAD)).encode()).hexdigest()
    assert (entry.action, json.loads(entry.detail)["certificates_sha256"]) == ("recordings_deleted", whole)
    assert await one.deletion.run(HALF, "hotline") == Counted(0, 0)
    assert (await one.audit.head())[0] == 1
    await one.store.close()


@pytest.mark.parametrize("after", [0, 1, 2, 3])
async def test_a_run_that_was_cut_off_is_finished_by_the_next(tmp_path: Path, storage: Storage, after: int) -> None:
    """Killed when so much of one recording was gone: its row is dropped already, nobody hears it, and its certificate comes."""
    one = await filled_shelf(tmp_path, storage)
    await one.terms.decide(HALF)
    page = await one.terms.give_up(HALF, "hotline", None)
    first: Shelved = page.up[0]
    names = [facts.name for facts in one.storage.list() if first.call in facts.name]
    for name in names[:after]:
        one.storage.delete(name)
    if after:
        one.keys.shred(first.path)
    assert await one.deletion.run(HALF, "shell:root") == Counted(2, 0)
    rows = await one.rows()
    told = json.loads(rows[first.call][1])
    assert told["by"] == "hotline"
    assert told["key"] == ("gone before" if after else "destroyed")
    assert await one.there() == {"xm1-1.1", "xm1-4.4", "xm1-5.5"}
    assert await one.faults() == []
    await one.store.close()


async def test_a_storage_that_is_away_keeps_nothing_from_being_finished(tmp_path: Path) -> None:
    """No certificate for what may still lie there; the next run writes it."""
    objects = Objects()
    one = await filled_shelf(tmp_path, objects)
    objects.away = True
    with pytest.raises(NotDeleted, match=r"xm1-[23]\.[23]\+1"):
        await one.deletion.run(HALF, "hotline")
    assert {state for state, text in (await one.rows()).values() if not text} == {"shelved", "dropped"}
    assert len(await one.there()) == 5
    assert not any(ALONE in path for path in one.keys.paths()), "nobody hears it all the same"
    objects.away = False
    assert await one.deletion.run(HALF, "hotline") == Counted(2, 0)
    assert len(await one.there()) == 3
    await one.store.close()


async def test_an_empty_folder_where_a_disk_should_be_proves_nothing(tmp_path: Path) -> None:
    objects = Objects()
    one = await filled_shelf(tmp_path, objects)
    objects.kept.clear()
    with pytest.raises(NotDeleted):
        await one.deletion.run(HALF, "hotline")
    assert {state for state, _ in (await one.rows()).values()} == {"shelved"}
    assert len(list(one.keys.paths())) == 5
    await one.store.close()


def hotline(var: Path, *words: str) -> int:
    return main([*words, "--config", CONFIG, "--var", str(var)])


def test_holds_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Placed, listed, released, each an audit row; a word typed wrong holds nothing and is said; a dry run counts what is held."""

    async def filled() -> str:
        one = await filled_shelf(tmp_path, storage_of(Places(tmp_path)))
        await one.store.close()
        return one.store.url

    url = asyncio.run(filled())
    why = ("--why", "行政复议")
    assert hotline(tmp_path, "recording", "hold", "call", ALONE, *why) == 0
    assert hotline(tmp_path, "recording", "hold", "number", "13806010003", *why, "--until", "2999-01-01") == 0
    assert hotline(tmp_path, "recording", "hold", "case", "A-2", *why) == 1
    assert hotline(tmp_path, "recording", "hold", "call", "xm1-9.9", *why) == 1
    assert hotline(tmp_path, "recording", "hold", "number", "anonymous", *why) == 1
    assert hotline(tmp_path, "recording", "hold", "call", ALONE, "--why", " ") == 2
    for day in ("2020-01-01", "30.6.2027"):
        assert hotline(tmp_path, "recording", "hold", "call", ALONE, *why, "--until", day) == 2
    capsys.readouterr()
    assert hotline(tmp_path, "recording", "holds", "--json") == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["kind"], first["subject"], first["until"]) == ("call", ALONE, None)
    assert (second["kind"], second["until"]) == ("number", "2998-12-31T16:00:00+00:00")
    assert hotline(tmp_path, "retention", "--json", "--dry-run") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["deleted"]["recordings"], told["held"]) == _over(datetime.now(UTC))
    assert hotline(tmp_path, "recording", "release", str(first["id"]), *why) == 0
    assert hotline(tmp_path, "recording", "release", str(first["id"]), *why) == 1
    assert hotline(tmp_path, "retention", "--json") == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    over, held = _over(datetime.now(UTC))
    assert (told["deleted"]["recordings"], told["held"]) == (over + 1, held - 1)

    async def actions() -> list[str]:
        again = Store(url)
        entries, _ = await AuditLog(again).page(20)
        await again.close()
        return [entry.action for entry in entries]

    assert [one for one in asyncio.run(actions()) if one != "retention"] == [
        "recordings_deleted", "hold_lifted", "hold_placed", "hold_placed", "audit_key_begun",
    ]  # fmt: skip


def _over(now: datetime) -> tuple[int, int]:
    """Of the ledger of the test, with both holds: two are held from half a year on; two talks are over after two years."""
    return (2 if now >= TWO else 0), 2

"""Backup beside a writer, restore in place of a damaged ledger: files, order, refusals, and what the case store gives back."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import stat
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bridge import catalogue, ticket_choices
from bridge.courier import Courier
from bridge.delivery_retry import RetryRule
from bridge.intake import Intake, Source
from bridge.ports import Filed
from bridge.ticket import CallFacts
from config.file_places import Places
from config.sections.recording import Recording
from cti.ids import CallId
from cti.numbers import Numbers
from hotline.cli import main
from hotline.verbs.backups import copying
from hotline.verbs.backups import restore as restoring
from ledger import migrate
from ledger.outbox import OutboxShelf
from ledger.store import Store
from ledger.tickets import TicketShelf
from recordings import vault
from recordings.storage import keys_of
from tests import new_ledger
from tests.casestore.kit import cases_at

SHIPPED = Path(__file__).resolve().parents[2] / "hotline.toml"
RAW = {"kind": "投诉", "title": "积水", "content": "湖滨南路积水", "subject": {"code": "0406", "kind": "event"}}
CALL, LATER = "xm1-1790000000.1", "xm1-1790000000.2"


class City:
    """VAR with a ledger, a case store, a secret and a key."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "hotline.toml"
        self.config.write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
        self.places = Places(folder / "var")
        self.places.make()
        (self.places.secrets / "api-token").write_text("secret\n")
        self.places.recording_keys.mkdir(parents=True)
        (self.places.recording_keys / "one.key").write_bytes(b"wrapped")
        (self.places.shelf / "2026").mkdir()
        (self.places.shelf / "2026" / "one.opus").write_bytes(b"sound")
        (self.places.shelf / "2026" / "one+2.opus").write_bytes(b"second")
        (self.places.ticket_files / "ab").mkdir(parents=True)
        (self.places.ticket_files / "ab" / "one.sealed").write_bytes(b"photo")
        self.url = new_ledger.make(self.places.ledger)
        self.cases_url = f"sqlite:///{self.places.casestore}"

    def words(self, *words: str) -> list[str]:
        return [*words, "--config", str(self.config), "--var", str(self.places.var)]

    def do(self, *words: str) -> int:
        return main(self.words(*words))

    async def file(self, *calls: str, **more: str) -> list[str]:
        """A ticket for each of these calls, delivered; their case numbers."""
        store = Store(self.url)
        book, outbox = TicketShelf(store), OutboxShelf(store, "xm1")
        async with cases_at(self.cases_url) as cases:
            courier = Courier(outbox, cases.driver, RetryRule(), lambda _: None, chance=lambda: 0.5)
            courier.start()
            intake = Intake(
                book, ticket_choices.load(), catalogue.load(), Numbers("0592"), lambda _: None, courier.wake
            )
            try:
                for call in calls:
                    filed = await intake.file(RAW | more, Source(CallFacts(CallId(call)), agent="1001", seat="8001"))  # type: ignore[operator]
                    assert isinstance(filed, Filed), filed
                async with asyncio.timeout(10):
                    while (await book.backlog())[0]:
                        await asyncio.sleep(0.01)
                return [(await book.of_call(CallId(call)))[0].case_number for call in calls]
            finally:
                await courier.stop()
                await store.close()

    def cases(self) -> list[str]:
        with closing(sqlite3.connect(self.places.casestore)) as db:
            return [row[0] for row in db.execute("SELECT number FROM cases ORDER BY number")]

    def asked(self, statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.places.ledger)) as db:
            return db.execute(statement).fetchall()


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


def test_a_backup_is_whole_and_its_owner_s_alone(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ledger, case store, keys, secrets, settings; 0600 below 0700; the same folder is not written twice."""
    asyncio.run(city.file(CALL))
    folder = tmp_path / "backup"
    assert city.do("backup", str(folder), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["revision"], told["recordings"]) == (migrate.head(), str(city.places.shelf))
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files == {
        *("backup.json", "ledger.db", "casestore.db", "hotline.toml"),
        *("var/secrets/api-token", "var/keys/recordings/one.key", "attachments/ab/one.sealed"),
    }
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert city.do("backup", str(folder)) == 1
    assert city.do("backup", str(tmp_path / "with"), "--recordings") == 0
    assert (tmp_path / "with" / "recordings" / "2026" / "one.opus").read_bytes() == b"sound"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_recordings_and_their_master_key_never_lie_together(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one backup only when asked for; a key that the settings put elsewhere in none, though it lie below VAR."""
    key = "var/secrets/recording-master"
    (city.places.secrets / "recording-master").write_text("ab" * 32 + "\n")
    for name, words, has in (
        ("a", [], True),
        ("b", ["--recordings"], False),
        ("c", ["--recordings", "--with-key"], True),
    ):
        capsys.readouterr()
        assert city.do("backup", str(tmp_path / name), *words, "--json") == 0
        told = json.loads(capsys.readouterr().out)
        assert told["master_key"] == ("copied" if has else str(city.places.secrets / "recording-master"))
        assert (tmp_path / name / key).exists() == has, name
        assert (tmp_path / name / "var/keys/recordings/one.key").exists()
    elsewhere = city.places.var / "keys" / "master"
    elsewhere.write_text("cd" * 32)
    text = city.config.read_text(encoding="utf-8")
    assert "[recording]" in text
    city.config.write_text(text.replace("[recording]", f'[recording]\nmaster_key = "{elsewhere}"'), encoding="utf-8")
    assert city.do("backup", str(tmp_path / "d")) == 0
    files = [path for path in (tmp_path / "d").rglob("*") if path.is_file()]
    assert not [path for path in files if b"ab" * 32 in path.read_bytes() or b"cd" * 32 in path.read_bytes()]


def test_a_backup_s_master_key_is_added_to_the_newer_one(city: City, tmp_path: Path) -> None:
    """Keys of before and since both open after a restore; the one in use stays in use."""
    keys = keys_of(Recording(), city.places)
    (city.places.recording_keys / "one.key").unlink()
    before, since = vault.new_key("before.opus.sealed"), vault.new_key("since.opus.sealed")
    keys.keep(before, before.label)
    assert city.do("backup", str(tmp_path / "backup")) == 0
    name = keys.master.rotate()
    keys.rewrap(before.label)
    keys.retire()
    keys.keep(since, since.label)
    assert city.do("restore", str(tmp_path / "backup"), "--everything") == 0
    after = keys_of(Recording(), city.places)
    assert (after.get(before.label), after.get(since.label)) == (before, since)
    assert (after.master.current(), after.master.former()) == (name, 1)


def test_a_machine_made_without_the_master_key_says_so(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No second key is made in its place, and the path it belongs to is named."""
    (city.places.secrets / "recording-master").write_text("ab" * 32 + "\n")
    assert city.do("backup", str(tmp_path / "backup"), "--recordings") == 0
    other = Places(tmp_path / "other")
    capsys.readouterr()
    words = ["--config", str(city.config), "--var", str(other.var)]
    assert main(["restore", str(tmp_path / "backup"), *words]) == 0
    assert str(other.secrets / "recording-master") in capsys.readouterr().err
    assert not (other.secrets / "recording-master").exists()


def test_a_backup_ends_while_the_ledger_is_written(city: City, tmp_path: Path) -> None:
    """A foreign write every few milliseconds: SQLite's ``.backup`` begins anew at each of them, this does not."""
    with closing(sqlite3.connect(city.places.ledger)) as db:
        db.executemany(
            "INSERT INTO drafts (call_id, agent, version, at, fields) VALUES (?, 'a', 1, '2026', ?)",
            [(str(n), "x" * 4000) for n in range(10_000)],
        )
        db.commit()
    stop = threading.Event()
    written = []

    def write() -> None:
        with closing(sqlite3.connect(city.places.ledger, timeout=10, isolation_level=None)) as db:
            while not stop.is_set():
                db.execute("UPDATE drafts SET version = version + 1 WHERE call_id = '7'")
                written.append(time.monotonic())
                time.sleep(0.005)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        began = time.monotonic()
        assert city.do("backup", str(tmp_path / "backup")) == 0
        ended = time.monotonic()
    finally:
        stop.set()
        writer.join()
    assert sum(began < at < ended for at in written) > 3, "nobody wrote meanwhile"
    with closing(sqlite3.connect(tmp_path / "backup" / "ledger.db")) as db:
        assert db.execute("SELECT count(*) FROM drafts").fetchone() == (10_000,)


def test_a_restored_ledger_gets_its_tickets_back_and_no_second_case(city: City, tmp_path: Path) -> None:
    """Filed since the backup and delivered: the ticket is the ledger's again, and filing it once more is the same one."""
    first = asyncio.run(city.file(CALL))
    assert city.do("backup", str(tmp_path / "backup")) == 0
    second = asyncio.run(city.file(LATER))
    assert city.do("restore", str(tmp_path / "backup"), "--json") == 0
    assert city.asked("SELECT key, number, outbox.state FROM outbox JOIN cases USING (stream) ORDER BY key") == [
        (f"{CALL}/1", first[0], "delivered"),
        (f"{LATER}/1", second[0], "delivered"),
    ]
    assert city.asked(f"SELECT outcome FROM outcomes WHERE call_id = '{LATER}'") == [("ticket",)]
    assert city.asked("SELECT action FROM audit ORDER BY seq DESC LIMIT 1") == [("ledger_restored",)]
    assert asyncio.run(city.file(LATER)) == second
    assert city.cases() == [*first, *second]


def test_an_older_ledger_put_back_by_hand_makes_no_second_case(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    """No restore, only the file: verify says so; the agent files the call again, otherwise worded: still one case."""
    old = city.places.var / "old.db"
    with closing(sqlite3.connect(city.places.ledger)) as db:
        db.execute("VACUUM INTO ?", (str(old),))
    number = asyncio.run(city.file(CALL))
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (city.places.var / name).unlink(missing_ok=True)
    old.replace(city.places.ledger)
    capsys.readouterr()
    assert city.do("verify", "--json") == 1
    rules = {one["rule"] for one in json.loads(capsys.readouterr().out)["details"]}
    assert "case_without_ticket" in rules
    assert asyncio.run(city.file(CALL, title="另一说法")) == number
    assert city.cases() == number
    with closing(sqlite3.connect(city.places.casestore)) as db:
        notes = [row[0] for row in db.execute("SELECT body FROM case_events WHERE body <> ''")]
    assert len(notes) == 1
    assert "另一说法" in notes[0]


def test_a_restored_ticket_is_its_partner_s_matter_and_goes_on_within_its_case(city: City, tmp_path: Path) -> None:
    """Filed into another's case with a partner's number: at the case store it is one case, before the restore and after it."""
    first = asyncio.run(city.file(CALL))
    assert city.do("backup", str(tmp_path / "backup")) == 0
    second = asyncio.run(city.file(LATER, merged_into=first[0], external_ids={"12345": "FZ/77"}))  # type: ignore[arg-type]
    for restored in (False, True):
        with closing(sqlite3.connect(city.places.casestore)) as db:
            parents = db.execute("SELECT number, state, parent FROM cases WHERE parent <> ''").fetchall()
        assert parents == [(second[0], "merged", first[0])]
        tickets = city.asked(
            "SELECT t.key, m.partner, m.folded FROM partner_matters m JOIN tickets t USING (ticket_id)"
        )
        assert tickets == [(f"{LATER}/1", "12345", "FZ77")]
        merges = city.asked("SELECT stream, key FROM outbox WHERE kind = 'merge'")
        assert merges == [(f"{LATER}/1", f"{LATER}/1/merge/filed")]
        if not restored:
            assert city.do("restore", str(tmp_path / "backup"), "--json") == 0
    assert asyncio.run(city.file(LATER, merged_into=first[0], external_ids={"12345": "FZ/77"})) == second  # type: ignore[arg-type]


def test_a_message_that_the_case_store_lost_is_named(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    """An older case store was put back: what the ledger says it delivered is not there."""
    first = asyncio.run(city.file(CALL))
    second = asyncio.run(city.file(LATER, merged_into=first[0]))
    told = []
    for lost in (False, True):
        if lost:
            with closing(sqlite3.connect(city.places.casestore)) as db, db:
                db.execute("DELETE FROM taken_keys")
        capsys.readouterr()
        city.do("verify", "--quick", "--json")
        told.append([(one["rule"], one["subject"]) for one in json.loads(capsys.readouterr().out)["details"]])
    assert told == [[], [("case_message_lost", second[0])]]


def test_a_restore_never_mixes_another_ledger_s_wal(city: City, tmp_path: Path) -> None:
    """The killed daemon's ``-wal`` goes with the ledger it belongs to; the restored one is whole."""
    asyncio.run(city.file(CALL))
    assert city.do("backup", str(tmp_path / "backup")) == 0
    killed = sqlite3.connect(city.places.ledger, isolation_level=None)
    killed.execute("PRAGMA wal_autocheckpoint=0")
    for n in range(300):
        killed.execute("INSERT INTO seat_memory VALUES (?, ?)", (f"s{n}", "x" * 900))
    wal = city.places.ledger.with_name("ledger.db-wal").read_bytes()
    assert len(wal) > 100_000
    assert city.do("restore", str(tmp_path / "backup")) == 0
    aside = next(city.places.var.glob("before-restore-*"))
    assert (aside / "ledger.db").exists()
    assert (aside / "ledger.db-wal").exists()
    killed.close()
    with closing(sqlite3.connect(city.places.ledger)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT count(*) FROM seat_memory").fetchone() == (0,)


def test_a_restore_refuses_beside_a_daemon(city: City, tmp_path: Path) -> None:
    """Status 3, and nothing is touched."""
    assert city.do("backup", str(tmp_path / "backup")) == 0
    before = city.places.ledger.read_bytes()
    with restoring.alone(city.places):
        assert city.do("restore", str(tmp_path / "backup")) == 3
    assert city.places.ledger.read_bytes() == before


@pytest.mark.parametrize("harm", ["ledger.db", "casestore.db", "missing", "manifest", "newer"])
def test_a_bad_backup_changes_nothing(city: City, tmp_path: Path, harm: str) -> None:
    """A changed byte, a missing file, no manifest, a newer program's: status 1, VAR as it was."""
    asyncio.run(city.file(CALL))
    folder = tmp_path / "backup"
    assert city.do("backup", str(folder)) == 0
    if harm == "missing":
        (folder / "var" / "secrets" / "api-token").unlink()
    elif harm == "manifest":
        (folder / "backup.json").unlink()
    elif harm == "newer":
        text = (folder / "backup.json").read_text(encoding="utf-8")
        (folder / "backup.json").write_text(text.replace(f'"{migrate.head()}"', '"9999"'), encoding="utf-8")
    else:
        damage(folder / harm)
    before = {path: path.read_bytes() for path in city.places.var.iterdir() if path.is_file()}
    assert city.do("restore", str(folder)) == 1
    assert {path: path.read_bytes() for path in city.places.var.iterdir() if path.is_file()} == before


def test_what_was_not_backed_up_is_not_put_back(city: City, tmp_path: Path) -> None:
    """A file that somebody laid into the folder, and links in it: of secrets, of recordings, of a ticket's files."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "shadow").write_text("root:x\n")
    folder = tmp_path / "backup"
    asyncio.run(city.file(CALL))
    assert city.do("backup", str(folder), "--recordings") == 0
    (folder / "var" / "secrets" / "oidc-client").write_text("somebody's own\n")
    (folder / "var" / "secrets" / "link").symlink_to(outside / "shadow")
    (folder / "var" / "prompts").symlink_to(outside)
    (folder / "recordings" / "2025").symlink_to(outside)
    (folder / "recordings" / "2026" / "shadow").symlink_to(outside / "shadow")
    (folder / "attachments" / "cd").symlink_to(outside)
    other = Places(tmp_path / "other")
    words = ["restore", str(folder), "--config", str(city.config), "--var", str(other.var), "--everything"]
    assert main(words) == 0
    found = [path for path in other.var.rglob("*") if "shadow" in path.name or path.name in ("oidc-client", "link")]
    assert found == []
    assert (other.shelf / "2026" / "one.opus").read_bytes() == b"sound"


def _manifest(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "backup.json").read_text(encoding="utf-8"))
    return told


@pytest.mark.parametrize(
    "harm", ["dots", "absolute", "link", "no ledger", "list", "kind", "deep", "files of files", "no object"]
)
def test_a_manifest_that_lies_is_refused_in_one_sentence(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str], harm: str
) -> None:
    """Names that lead out, a link to the same bytes, a ledger nobody hashed, other shapes: status 1, nothing touched, no traceback."""
    asyncio.run(city.file(CALL))
    folder = tmp_path / "backup"
    assert city.do("backup", str(folder)) == 0
    told = _manifest(folder)
    secret = told["files"]["var/secrets/api-token"]
    text = ""
    match harm:
        case "dots":
            told["files"]["var/secrets/../../var/secrets/api-token"] = secret
        case "absolute":
            told["files"][str(folder / "var/secrets/api-token")] = secret
        case "link":
            (folder / "var/secrets/api-token").rename(tmp_path / "token")
            (folder / "var/secrets/api-token").symlink_to(tmp_path / "token")
        case "no ledger":
            del told["files"]["ledger.db"]
        case "list":
            told["files"] = [*told["files"]]
        case "kind":
            told["revision"] = 41
        case "files of files":
            told["files"]["ledger.db"] = "whole"
        case "deep":
            text = "[" * 100_000
        case "no object":
            text = "7"
    (folder / "backup.json").write_text(text or json.dumps(told), encoding="utf-8")
    before = {path: path.read_bytes() for path in city.places.var.rglob("*") if path.is_file()}
    capsys.readouterr()
    assert city.do("restore", str(folder), "--everything") == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    after = {path: path.read_bytes() for path in city.places.var.rglob("*") if path.is_file()}
    assert {path for path in after if "/run/" not in str(path)} == {path for path in before if "/run/" not in str(path)}


def test_a_copy_is_written_through_no_link(tmp_path: Path) -> None:
    """A draft's name can be foreseen, and the folder may be another user's."""
    (tmp_path / "passwd").write_text("root\n")
    (tmp_path / "source").write_text("new\n")
    (tmp_path / ".target.new").symlink_to(tmp_path / "passwd")
    (tmp_path / "target").symlink_to(tmp_path / "passwd")
    copying.copy(tmp_path / "source", tmp_path / "target")
    assert (tmp_path / "passwd").read_text() == "root\n"
    assert ((tmp_path / "target").read_text(), (tmp_path / "target").is_symlink()) == ("new\n", False)


def test_a_machine_lost_is_made_from_its_backup(city: City, tmp_path: Path) -> None:
    """An empty VAR and no settings: everything comes from the backup, recordings too."""
    number = asyncio.run(city.file(CALL))
    assert city.do("backup", str(tmp_path / "backup"), "--recordings") == 0
    other = Places(tmp_path / "other")
    config = tmp_path / "new.toml"
    assert main(["restore", str(tmp_path / "backup"), "--config", str(config), "--var", str(other.var)]) == 0
    assert config.read_text(encoding="utf-8") == city.config.read_text(encoding="utf-8")
    assert (other.secrets / "api-token").read_text() == "secret\n"
    assert (other.recording_keys / "one.key").read_bytes() == b"wrapped"
    assert (other.shelf / "2026" / "one.opus").read_bytes() == b"sound"
    assert (other.shelf / "2026" / "one+2.opus").read_bytes() == b"second"
    assert (other.ticket_files / "ab" / "one.sealed").read_bytes() == b"photo"
    with closing(sqlite3.connect(other.ledger)) as db:
        assert db.execute("SELECT number FROM cases").fetchall() == [(number[0],)]
    for path in other.var.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_what_is_newer_stays_and_what_is_damaged_goes(city: City, tmp_path: Path) -> None:
    """A key made since stays; a damaged case store is set aside and the backup's put in its place."""
    number = asyncio.run(city.file(CALL))
    assert city.do("backup", str(tmp_path / "backup")) == 0
    (city.places.secrets / "api-token").write_text("newer\n")
    damage(city.places.casestore)
    assert city.do("restore", str(tmp_path / "backup")) == 0
    assert (city.places.secrets / "api-token").read_text() == "newer\n"
    assert city.cases() == number
    aside = next(city.places.var.glob("before-restore-*"))
    assert (aside / "casestore.db").exists()


def damage(file: Path) -> None:
    """Random bytes in the middle, as a bad disk leaves them."""
    with open(file, "r+b") as opened:
        opened.seek(file.stat().st_size // 2 // 4096 * 4096)
        opened.write(b"\xa5" * 8192)

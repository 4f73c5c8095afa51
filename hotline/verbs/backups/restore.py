"""``hotline restore DIR``: the ledger of a backup in place of the one that is lost or damaged.

Refuses while a daemon runs. Nothing is touched before every file of the backup was found whole. What stood in its
place is moved into ``VAR/before-restore-TIME``, never deleted, and no ``-wal`` of another ledger is left beside the
restored one. Whatever else of VAR is there and whole is newer than the backup and stays (``--everything`` puts the
backup's in its place); what is missing is put back. Then the case store is asked which tickets it has that the older
ledger lacks: they are written back as delivered, so that their calls get no second case.

Calls and recordings since the backup come back by themselves: the next start reads them from Asterisk's files.
Exit status: 0 done, 1 nothing was changed, 3 a daemon runs.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from config.file_places import Places
from config.language import say as _
from config.read import read
from config.settings import Settings
from hotline.books import audit_key_and_heads
from hotline.programs import case_store
from hotline.verbs.ledger_reading import options
from hotline.verbs.shell_user import actor
from ledger import migrate
from ledger.errors import WRONG_OR_AWAY
from ledger.restored import settle
from ledger.store import Store, url_of
from recordings import storage
from recordings.durable import sync_folder
from recordings.errors import SealBroken
from recordings.master_key import MasterKeyFile

from . import case_reader, copying, database, manifest
from .backup import FAILED, OF_VAR
from .manifest import BackupError, Manifest
from .missing_cases import take_back

RUNS = 3


_STATES = {"kept": lambda: _("kept"), "restored": lambda: _("restored"), "none": lambda: _("none")}
"""Said when asked: the language is known only then."""


class DaemonRuns(Exception):
    """The message says what to do."""


@dataclass(frozen=True, slots=True)
class Restored:
    backup_of: str
    """When the backup was begun, ISO 8601."""
    newest_call: str
    set_aside: str
    """Folder of what stood there before; '' nothing did."""
    casestore: str
    """kept | restored | none"""
    tickets_taken_back: int
    files_put_back: int
    files_kept: int
    recordings_put_back: int
    ticket_files_put_back: int


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = sub.add_parser("restore", help=_("put the ledger of a backup in place; the daemon must not run"))
    verb.add_argument("folder", type=Path, metavar="DIR", help=_("what `hotline backup` made"))
    options(verb)
    verb.add_argument(
        "--everything", action="store_true",
        help=_("case store, keys, secrets and lists of the backup, too, though VAR has its own"),
    )  # fmt: skip
    verb.add_argument("--json", action="store_true", help=_("one JSON object"))
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    os.umask(0o077)
    folder, places = args.folder.absolute(), Places(args.var.absolute())
    try:
        told = manifest.read(folder)
        manifest.verify(folder, told)
        if not args.config.exists():
            copying.copy(manifest.verified(folder, told, manifest.SETTINGS), args.config)
            print(_("{path} was missing: it is the backup's now", path=args.config), file=sys.stderr)
        settings = read(args.config)
        with alone(places):
            done = restore(folder, told, places, settings, everything=args.everything)
    except DaemonRuns as fault:
        print(fault, file=sys.stderr)
        return RUNS
    except (BackupError, OSError, SQLAlchemyError, *WRONG_OR_AWAY) as fault:
        print(_("not restored: {fault}", fault=fault), file=sys.stderr)
        return FAILED
    _tell(done, as_json=args.json)
    master = storage.master_key_of(settings.recording, places).file
    if told.master_key != "copied" and not master.exists():
        print(_("recordings do not open before their master key is there: put your copy at {file}", file=master),
              file=sys.stderr)  # fmt: skip
    return 0


@contextmanager
def alone(places: Places) -> Iterator[None]:
    """The daemon's own lock, so that neither runs beside the other."""
    places.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(places.run / "lock", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DaemonRuns(_("a daemon runs in {var}: stop it first", var=places.var)) from None
        yield


def restore(folder: Path, told: Manifest, places: Places, settings: Settings, *, everything: bool = False) -> Restored:
    """With the lock held and the backup's files verified. Raises ``BackupError``; then VAR is as it was, or
    what stood there lies in the folder of what was set aside."""
    if migrate.standing(told.revision) is migrate.Standing.NEWER:
        raise migrate.too_new(told.revision)
    url = url_of(settings, places)
    lite = url.startswith("sqlite")
    if lite != (told.ledger == "sqlite"):
        raise BackupError(
            _("this backup is of {kind}, but ledger.url names another database: correct it", kind=told.ledger)
        )
    backed = manifest.verified(folder, told, manifest.LEDGER if lite else manifest.DUMP)
    if lite:
        _fault(backed)
    aside = places.var / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    case_store.end(places)  # one that a killed daemon left behind would go on writing a file that is moved aside
    casestore = _casestore(folder, told, settings, places, aside, everything=everything)
    put, kept = _own_files(folder, told, places, aside, settings, everything=everything)
    shelved = storage.copy(copying.recordings(folder), storage.storage_of(places), replace=False)
    sent = storage.copy(copying.ticket_files(folder), storage.files_of(places), replace=False)
    taken = (
        _sqlite(folder, told, places, aside, settings) if lite else _postgresql(folder, told, places, aside, settings)
    )
    return Restored(
        told.made_at,
        told.newest_call,
        str(aside) if aside.exists() else "",
        casestore,
        taken,
        put,
        kept,
        shelved,
        sent,
    )


def _casestore(
    folder: Path, told: Manifest, settings: Settings, places: Places, aside: Path, *, everything: bool
) -> str:  # fmt: skip
    cases = case_store.url_of(settings, places)
    if not cases.startswith("sqlite"):
        dumped = manifest.CASES_DUMP in told.files
        return _casestore_dump(
            folder / manifest.CASES_DUMP if dumped else None, cases, aside, everything=everything
        )  # fmt: skip
    backed = folder / manifest.CASES
    if places.casestore.exists() and not everything and not (found := database.faults(places.casestore)):
        return "kept"
    if manifest.CASES not in told.files:
        if places.casestore.exists():
            raise BackupError(
                _("{path} is damaged ({said}) and the backup has none", path=places.casestore, said=found[0])
            )
        return "none"
    _fault(backed)
    database.set_aside(places.casestore, aside)
    copying.copy(backed, places.casestore)
    return "restored"


def _casestore_dump(dump: Path | None, url: str, aside: Path, *, everything: bool) -> str:
    held = case_reader.there(url)
    if held and not everything:
        return "kept"
    if dump is None:
        return "kept" if held else "none"
    if held:
        aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        database.dump_postgresql(url, aside / manifest.CASES_DUMP)
    if count := database.others(url):
        raise DaemonRuns(_("{count} others work with the case store's database: stop them first", count=count))
    database.restore_postgresql(url, dump)
    return "restored"


def _own_files(
    folder: Path, told: Manifest, places: Places, aside: Path, settings: Settings, *, everything: bool
) -> tuple[int, int]:  # fmt: skip
    """Keys, secrets, prompts and lists: how many were put back, how many were there and stayed. What lies in the backup's folder
    and was not backed up is not looked at."""
    master = storage.master_key_of(settings.recording, places)
    put = kept = 0
    for path in sorted(map(Path, told.files)):
        if len(path.parts) < 2 or path.parts[0] != manifest.OWN or path.parts[1] not in OF_VAR:
            continue
        name, path = path.relative_to(manifest.OWN), folder / path
        target = places.var / name
        if target == places.secrets / storage.MASTER and (settings.recording.master_key or target.exists()):
            with storage.keys_of(settings.recording, places).alone():
                put += _master(master, path)
            continue
        if target.exists():
            if not everything:
                kept += 1
                continue
            (aside / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            copying.copy(target, aside / name)
        copying.copy(path, target)
        put += 1
    return put, kept


def _master(master: MasterKeyFile, backed: Path) -> int:
    """The backup's master key never takes the place of the one in use, by which newer recordings' keys are wrapped:
    it is added to it as a former one, since the backup's keys may be wrapped by it."""
    try:
        return 1 if master.add_former(backed) else 0
    except (SealBroken, OSError) as fault:
        print(_("the backup's master key of recordings was not taken over: {fault}", fault=fault), file=sys.stderr)
        return 0


def _sqlite(folder: Path, told: Manifest, places: Places, aside: Path, settings: Settings) -> int:
    """The new ledger is finished beside the old one, then takes its place."""
    fresh = places.ledger.with_name(".ledger.restoring.db")
    for end in ("", *database.BESIDE):
        fresh.with_name(fresh.name + end).unlink(missing_ok=True)
    copying.copy(manifest.verified(folder, told, manifest.LEDGER), fresh)
    try:
        taken = _finish(f"sqlite+aiosqlite:///{fresh}", told, places, settings)
        with_wal = [end for end in database.BESIDE if fresh.with_name(fresh.name + end).exists()]
        if with_wal:  # the last connection that closes takes them along
            raise BackupError(_("{path} is still open: try again", path=fresh))
        database.set_aside(places.ledger, aside)
        os.replace(fresh, places.ledger)
        sync_folder(places.var)
    finally:
        for end in ("", *database.BESIDE):
            fresh.with_name(fresh.name + end).unlink(missing_ok=True)
    return taken


def _postgresql(folder: Path, told: Manifest, places: Places, aside: Path, settings: Settings) -> int:
    url = url_of(settings, places)
    if count := database.others(url):
        raise DaemonRuns(_("{count} others work with the ledger's database: stop them first", count=count))
    if migrate.current(url) is not None:
        aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        database.dump_postgresql(url, aside / manifest.DUMP)
    database.restore_postgresql(url, manifest.verified(folder, told, manifest.DUMP))
    return _finish(url, told, places, settings)


def _finish(url: str, told: Manifest, places: Places, settings: Settings) -> int:
    """Today's tables, what the case store knows, and a row of the audit log that says what was done."""
    migrate.upgrade(url)

    async def work() -> int:
        store = Store(url)
        try:
            await settle(store, datetime.fromisoformat(told.made_at), datetime.now(UTC))
            cases = case_store.url_of(settings, places)
            taken = await take_back(store, cases) if case_reader.there(cases) else 0
            detail = {"backup_of": told.made_at, "tickets_taken_back": str(taken)}
            await audit_key_and_heads.accept(store, settings, places, f"hotline restore {told.made_at}", actor())
            log = audit_key_and_heads.log_of(store, settings, places)
            await log.append(datetime.now(UTC), actor(), "ledger_restored", detail=detail)
            return taken
        finally:
            await store.close()

    return asyncio.run(work())


def _fault(file: Path) -> None:
    if found := database.faults(file):
        raise BackupError(_("{path} is damaged ({said}): use another backup", path=file, said=found[0]))


def _tell(done: Restored, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(done), ensure_ascii=False))
        return
    print(_("the ledger is that of {when} (newest call {call})", when=done.backup_of, call=done.newest_call or "-"))
    print(_("case store: {state}; {count} tickets that this ledger lacked were taken back from it",
            state=_STATES[done.casestore](), count=done.tickets_taken_back))  # fmt: skip
    print(_("{put} files put back, {kept} were there and stayed; {shelved} recordings put back",
            put=done.files_put_back, kept=done.files_kept, shelved=done.recordings_put_back))  # fmt: skip
    print(_("{count} files of tickets put back", count=done.ticket_files_put_back))
    if done.set_aside:
        print(_("what stood there before is in {folder}", folder=done.set_aside))
    print(_("the next start reads calls and recordings since then from Asterisk's files"))
    print(
        _(
            "lost for good since then: tickets that had not reached the case store, outcomes without a ticket, call-backs done, accounts and passwords, the seat log, the audit log, drafts, notices; everybody signs in anew"
        )
    )

"""``hotline backup DIR``: a copy of everything that cannot be made again, beside a running daemon.

In this order, so that what is copied later knows at least as much as what was copied before: ledger, case store, files of tickets,
recordings (``--recordings``; else their folder is named), keys, secrets, prompts and lists, settings. The master key
of the recordings is among the secrets only where no recordings are copied (``--with-key``: even then), and never when
the settings put it elsewhere. DIR appears when all of it is whole. Exit status: 0 done, 1 nothing was written, 3 there is no ledger.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from config.file_places import Places
from config.language import say as _
from config.read import read
from config.settings import Settings
from hotline.programs import case_store
from hotline.verbs.ledger_reading import UNAVAILABLE, options
from ledger import migrate
from ledger import tables as t
from ledger.errors import WRONG_OR_AWAY
from ledger.store import url_of
from recordings import storage
from recordings.durable import sync_folder

from . import copying, database, manifest
from .manifest import BackupError, Manifest

OF_VAR = ("keys", "secrets", "prompts", "choices.toml", "codes.csv")
"""What of VAR is the operator's or cannot be made again, in the order in which it is copied."""
FAILED = 1


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = sub.add_parser("backup", help=_("copy ledger, case store, keys, secrets and settings into a new folder"))
    verb.add_argument("folder", type=Path, metavar="DIR", help=_("made by this; must not be there yet"))
    options(verb)
    verb.add_argument("--recordings", action="store_true", help=_("copy the recordings, too; else they are only named"))
    verb.add_argument(
        "--with-key", action="store_true", help=_("with --recordings: their master key too; who has both hears all")
    )
    verb.add_argument("--json", action="store_true", help=_("one JSON object"))
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    settings, places = read(args.config), Places(args.var.absolute())
    began = time.monotonic()
    try:
        made = backup(settings, places, args.config, args.folder.absolute(), recordings=args.recordings,
                      with_key=args.with_key)  # fmt: skip
    except WRONG_OR_AWAY as fault:
        print(fault, file=sys.stderr)
        return UNAVAILABLE
    except (BackupError, OSError) as fault:
        print(_("no backup was made: {fault}", fault=fault), file=sys.stderr)
        return FAILED
    size = sum(one["bytes"] for one in made.files.values())
    seconds = round(time.monotonic() - began, 1)
    if args.json:
        told = {"folder": str(args.folder), "made_at": made.made_at, "revision": made.revision, "bytes": size,
                "seconds": seconds, "recordings": made.recordings, "master_key": made.master_key, "files": len(made.files)}  # fmt: skip
        print(json.dumps(told, ensure_ascii=False))
        return 0
    print(_("{folder}: {files} files, {mb} MB, in {seconds} s", folder=args.folder, files=len(made.files),
            mb=round(size / 2**20, 1), seconds=seconds))  # fmt: skip
    if made.recordings != "copied":
        print(_("recordings are not in it: copy {folder} too, or use --recordings", folder=made.recordings))
    if made.master_key != "copied":
        print(
            _(
                "the master key of the recordings is not in it: keep a copy of {file} apart from them",
                file=made.master_key,
            )
        )
    return 0


def backup(
    settings: Settings, places: Places, config: Path, folder: Path, *, recordings: bool = False, with_key: bool = False
) -> Manifest:
    """Raises ``BackupError``, ``LedgerUnavailable``, ``LedgerWrong``, OSError; then there is no ``folder``."""
    if folder.exists():
        raise BackupError(_("{folder} is there already: name a new folder", folder=folder))
    url = url_of(settings, places)
    if url.startswith("sqlite") and not places.ledger.exists():
        raise BackupError(_("there is no ledger at {path}; has the daemon run with this --var?", path=places.ledger))
    migrate.require(url)
    folder.parent.mkdir(parents=True, exist_ok=True)
    os.umask(0o077)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        made = _fill(settings, places, config, draft, url, recordings=recordings, with_key=with_key)
        manifest.write(draft, made)
        sync_folder(draft)
        os.rename(draft, folder)
        sync_folder(folder.parent)
        return made
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _fill(
    settings: Settings, places: Places, config: Path, draft: Path, url: str, *, recordings: bool, with_key: bool
) -> Manifest:  # fmt: skip
    now = datetime.now(UTC).isoformat(timespec="seconds")
    lite = url.startswith("sqlite")
    newest = _newest(url)  # before the copy: it says no more than the copy has
    if lite:
        database.copy_sqlite(places.ledger, draft / manifest.LEDGER)
        _whole(draft / manifest.LEDGER, places.ledger)
    else:
        database.dump_postgresql(url, draft / manifest.DUMP)
    cases = case_store.url_of(settings, places)
    if not cases.startswith("sqlite"):
        database.dump_postgresql(cases, draft / manifest.CASES_DUMP)
    elif places.casestore.exists():
        database.copy_sqlite(places.casestore, draft / manifest.CASES)
        _whole(draft / manifest.CASES, places.casestore)
    storage.copy(storage.files_of(places), copying.ticket_files(draft))
    if recordings:
        storage.copy(storage.storage_of(places), copying.recordings(draft))
    master_key = storage.master_key_of(settings.recording, places).file
    apart = bool(settings.recording.master_key) or (recordings and not with_key)
    left_out = frozenset({places.secrets / storage.MASTER, master_key} if apart else ())  # one that was moved, too
    for name in OF_VAR:
        source, target = places.var / name, draft / manifest.OWN / name
        if source.is_dir():
            copying.tree(source, target, leave=left_out)
        elif source.is_file():
            copying.copy(source, target)
    copying.copy(config, draft / manifest.SETTINGS)
    shelf = "copied" if recordings else str(places.shelf)
    kind = "sqlite" if lite else "postgresql"
    master = str(master_key) if apart else "copied"
    return Manifest(now, kind, migrate.head(), *newest, shelf, master, manifest.described(draft))


def _whole(copy: Path, source: Path) -> None:
    if found := database.faults(copy):
        raise BackupError(_("{path} is damaged ({said}): restore the last good backup", path=source, said=found[0]))


def _newest(url: str) -> tuple[str, str, int, str]:
    engine = sa.create_engine(url.replace("+aiosqlite", ""), poolclass=sa.NullPool)
    a = t.audit.c
    try:
        with engine.connect() as db:
            call = db.scalar(sa.select(sa.func.max(t.calls.c.arrived_at, type_=t.calls.c.arrived_at.type)))
            ticket = db.scalar(sa.select(sa.func.max(t.tickets.c.filed_at, type_=t.tickets.c.filed_at.type)))
            last = db.execute(sa.select(a.seq, a.hash).order_by(a.seq.desc()).limit(1)).first()
    except sa.exc.DBAPIError as fault:
        raise BackupError(_("the ledger's database does not answer: {said}", said=fault.orig)) from fault
    finally:
        engine.dispose()
    return (call.isoformat() if call else "", ticket.isoformat() if ticket else "",
            int(last.seq) if last else 0, str(last.hash) if last else "")  # fmt: skip

"""``hotline recording``: what lies on the shelf, one recording out of its seal, and whether all is whole; ``rewrap``
is ``recording_keys.py``, holds are ``recording_holds.py``.

``export`` writes its row into the audit log before a single sample is unsealed; without a
ledger to write it into, nothing is unsealed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from config.file_places import Places
from config.language import say as _
from config.read import read
from config.settings import Settings
from hotline.books import audit_key_and_heads
from ledger.recordings import ListeningLog, RecordingTable
from ledger.store import Store
from recordings.child_messages import shelved
from recordings.errors import RecordingError
from recordings.ports import Shelved
from recordings.shelf import Shelf
from recordings.shelf_check import inspect
from recordings.storage import keys_of, storage_of
from recordings.vault import Keys
from recordings.worker import listen

from . import recording_holds, recording_keys
from .ledger_reading import opened, options
from .shell_user import actor

BREACHED, USAGE = 1, 2
PURPOSES = ("quality", "complaint", "training", "lawful_request", "technical")
LEAST = 2
"""Letters or digits of the words beside it."""


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    recording = sub.add_parser("recording", help=_("list, export, verify and hold recordings"))
    verbs = recording.add_subparsers(dest="verb", required=True)
    lists = verbs.add_parser("list", help=_("what lies on the shelf"))
    options(lists)
    lists.add_argument("--json", action="store_true", help=_("one JSON object a line"))
    lists.set_defaults(run=_list)
    export = verbs.add_parser("export", help=_("unseal one recording into FILE; written to the audit log"))
    export.add_argument(
        "call", metavar="CALL[+PART]", help=_("a call with several recordings: which, as list shows it")
    )
    export.add_argument("file", type=Path, metavar="FILE")
    export.add_argument("--purpose", required=True, choices=PURPOSES, help=" | ".join(PURPOSES))
    export.add_argument("--words", required=True, metavar="TEXT", help=_("why it is listened to, for the audit log"))
    export.add_argument(
        "--by", default="", metavar="NAME", help=_("whom it is for; who acts is the user of this shell")
    )
    options(export)
    export.set_defaults(run=_export)
    verify = verbs.add_parser("verify", help=_("check every recording against the ledger"))
    options(verify)
    verify.add_argument("--deep", action="store_true", help=_("open every seal too"))
    verify.add_argument("--json", action="store_true", help=_("one JSON object: recordings, findings, ok"))
    verify.set_defaults(run=_verify)
    recording_keys.add(verbs)
    recording_holds.add(verbs)


def _list(args: argparse.Namespace) -> int:
    for facts in _shelf(read(args.config), Places(args.var)).all():
        if args.json:
            print(json.dumps(shelved(facts)))
        else:
            print(f"{facts.id}  {facts.seconds:8.1f} s  {facts.path}  {' '.join(facts.faults) or '-'}")
    return 0


def _export(args: argparse.Namespace) -> int:
    words = args.words.strip()
    if sum(letter.isalnum() for letter in words) < LEAST:
        print(_("--words: say why, in a few words"), file=sys.stderr)
        return USAGE
    places, by = Places(args.var), actor()

    async def work(store: Store, settings: Settings) -> int:
        shelf = _shelf(settings, places)
        theirs = {facts.id: facts for facts in shelf.all() if args.call in (facts.call, str(facts.id))}
        if len(theirs) > 1:
            ids = ", ".join(map(str, sorted(theirs)))
            print(_("call {call} has {count} recordings, name one: {ids}", call=args.call, count=len(theirs), ids=ids),
                  file=sys.stderr)  # fmt: skip
            return USAGE
        if not theirs:
            print(_("no recording of call {call} lies on the shelf", call=args.call), file=sys.stderr)
            return BREACHED
        ((ident, facts),) = theirs.items()
        audit = ListeningLog(audit_key_and_heads.log_of(store, settings, places))
        purpose = f"{args.purpose}: {words}"
        await audit.listened(ident, by=by, purpose=purpose, at=datetime.now(UTC), on_behalf=args.by.strip())
        return _open(shelf, _keys(settings, places), facts, args.file)

    return opened(args, work)


def _open(shelf: Shelf, keys: Keys, facts: Shelved, target: Path) -> int:
    mask = os.umask(0o077)  # what a citizen said is its asker's alone
    try:
        listen(shelf, keys, facts, target)
        target.chmod(0o600)  # where a wider file stood before
    except (RecordingError, OSError) as fault:
        print(_("{call} cannot be exported: {fault}", call=facts.id, fault=fault), file=sys.stderr)
        return BREACHED
    finally:
        os.umask(mask)
    print(_("{file}: {seconds} s, SHA-256 {hash}", file=target, seconds=facts.seconds, hash=facts.plain_sha256))
    return 0


def _verify(args: argparse.Namespace) -> int:
    places = Places(args.var)

    async def work(store: Store, settings: Settings) -> int:
        shelf = _shelf(settings, places)
        linked = await RecordingTable(store).shelved()
        looked = list(inspect(shelf, _keys(settings, places) if args.deep else None, linked, deep=args.deep))
        findings = [one for one in looked if one is not None]
        if args.json:
            told = [{"path": one.path, "fault": one.fault} for one in findings]
            print(json.dumps({"ok": not findings, "recordings": len(looked), "findings": told}))
        else:
            for one in findings:
                print(f"{one.path}  {one.fault}")
            print(_("{count} recordings, {bad} with a fault", count=len(looked), bad=len(findings)), file=sys.stderr)
        return BREACHED if findings else 0

    return opened(args, work)


def _shelf(settings: Settings, places: Places) -> Shelf:
    return Shelf(storage_of(places), ZoneInfo(settings.centre.timezone))


def _keys(settings: Settings, places: Places) -> Keys:
    return keys_of(settings.recording, places)

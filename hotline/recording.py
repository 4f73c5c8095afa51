"""``hotline recording``: what lies on the shelf, one recording out of its seal, and whether all is whole.

``export`` writes its row into the audit log before a single sample is unsealed; without a
ledger to write it into, nothing is unsealed.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from config.language import say as _
from config.places import Places
from config.read import read
from config.settings import Settings
from cti.ids import CallId
from ledger.auditlog import AuditLog
from ledger.shelfbook import ListeningLog, ShelfBook
from ledger.store import Store
from recordings.errors import RecordingError
from recordings.inspection import inspect
from recordings.letters import shelved
from recordings.ports import Shelved
from recordings.shelf import Shelf
from recordings.vault import Keys
from recordings.worker import listen

from .books import opened, options

BREACHED, USAGE = 1, 2


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    recording = sub.add_parser("recording", help=_("list, export and verify recordings"))
    verbs = recording.add_subparsers(dest="verb", required=True)
    lists = verbs.add_parser("list", help=_("what lies on the shelf"))
    options(lists)
    lists.add_argument("--json", action="store_true", help=_("one JSON object a line"))
    lists.set_defaults(run=_list)
    export = verbs.add_parser("export", help=_("unseal one recording into FILE; written to the audit log"))
    export.add_argument("call", metavar="CALL")
    export.add_argument("file", type=Path, metavar="FILE")
    export.add_argument("--purpose", required=True, help=_("why it is listened to, for the audit log"))
    export.add_argument("--by", default="", metavar="NAME", help=_("who listens (default: the user of this shell)"))
    options(export)
    export.set_defaults(run=_export)
    verify = verbs.add_parser("verify", help=_("check every recording against the ledger"))
    options(verify)
    verify.add_argument("--deep", action="store_true", help=_("open every seal too"))
    verify.add_argument("--json", action="store_true", help=_("one JSON object: recordings, findings, ok"))
    verify.set_defaults(run=_verify)


def _list(args: argparse.Namespace) -> int:
    for facts in _shelf(read(args.config), Places(args.var)).all():
        if args.json:
            print(json.dumps(shelved(facts)))
        else:
            print(f"{facts.call}  {facts.seconds:8.1f} s  {facts.path}  {' '.join(facts.faults) or '-'}")
    return 0


def _export(args: argparse.Namespace) -> int:
    if not args.purpose.strip():
        print(_("--purpose: say why, in a few words"), file=sys.stderr)
        return USAGE
    places, by = Places(args.var), args.by.strip() or f"shell:{getpass.getuser()}"

    async def work(store: Store, settings: Settings) -> int:
        shelf = _shelf(settings, places)
        facts = next((one for one in shelf.all() if one.call == args.call), None)
        if facts is None:
            print(_("no recording of call {call} lies on the shelf", call=args.call), file=sys.stderr)
            return BREACHED
        audit = ListeningLog(AuditLog(store))
        await audit.listened(CallId(args.call), by=by, purpose=args.purpose.strip(), at=datetime.now(UTC))
        return _open(shelf, places, facts, args.file)

    return opened(args, work)


def _open(shelf: Shelf, places: Places, facts: Shelved, target: Path) -> int:
    try:
        listen(shelf, _keys(places), facts, target)
    except (RecordingError, OSError) as fault:
        print(_("{call} cannot be exported: {fault}", call=facts.call, fault=fault), file=sys.stderr)
        return BREACHED
    print(_("{file}: {seconds} s, SHA-256 {hash}", file=target, seconds=facts.seconds, hash=facts.plain_sha256))
    return 0


def _verify(args: argparse.Namespace) -> int:
    places = Places(args.var)

    async def work(store: Store, settings: Settings) -> int:
        shelf = _shelf(settings, places)
        linked = await ShelfBook(store).shelved()
        looked = list(inspect(shelf, _keys(places) if args.deep else None, linked, deep=args.deep))
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
    return Shelf(places.shelf, ZoneInfo(settings.centre.timezone))


def _keys(places: Places) -> Keys:
    return Keys(places.recording_keys, places.secrets / "recording-master")

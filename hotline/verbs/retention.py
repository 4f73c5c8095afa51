"""``hotline retention``: what is older than ``[retention]`` says is deleted, as the daemon does it each night.

``--dry-run`` only counts. Beside a running daemon or without one; what was deleted stands in the audit log. Recordings go by months
and by kind, and how many a hold keeps is told. Exit status 0; 1: recordings could not be deleted now; 3: the ledger cannot be used.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime

from config.file_places import Places
from config.language import say as _
from config.settings import Settings
from hotline.books import audit_key_and_heads
from hotline.books.nightly_retention import RECORDINGS, Deleting, days
from hotline.books.recording_deletion import NotDeleted
from ledger.store import Store

from .ledger_reading import opened, options
from .shell_user import actor

FAILED = 1


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = sub.add_parser("retention", help=_("delete rows and files that are older than [retention] says"))
    options(parser)
    parser.add_argument("--dry-run", action="store_true", help=_("only count them"))
    parser.add_argument(
        "--json",
        action="store_true",
        help=_("one JSON object: dry_run, rows, files or recordings by name, and recordings that are held"),
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        places, now = Places(args.var), datetime.now(UTC)
        deleting = Deleting(store, audit_key_and_heads.log_of(store, settings, places), settings, places)
        try:
            found = await (deleting.count(now) if args.dry_run else deleting.run(now, actor()))
        except NotDeleted as fault:
            print(fault, file=sys.stderr)
            return FAILED
        if args.json:
            told = {"dry_run": args.dry_run, "deleted": found, "held": deleting.held}
            print(json.dumps(told, ensure_ascii=False))
            return 0
        lost = found.pop(RECORDINGS)
        kept = days(settings)
        for name, count in found.items():
            if args.dry_run:
                print(_("{name}: {count} are older than {days} days", name=name, count=count, days=kept[name]))
            else:
                print(_("{name}: {count} deleted, older than {days} days", name=name, count=count, days=kept[name]))
        if args.dry_run:
            print(_("recordings: the time of {count} is over; {held} more are held", count=lost, held=deleting.held))
        else:
            print(_("recordings: {count} destroyed; {held} more are held", count=lost, held=deleting.held))
        return 0

    return opened(args, work)

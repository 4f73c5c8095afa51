"""``hotline recording rewrap``: the keys of sealed recordings wrapped anew by the master key in use.

``--rotate`` makes a new master key first; the former ones go on opening what they wrapped. ``--retire`` forgets
them when nothing is wrapped by one any more. It may be killed anywhere: each key is replaced whole, every recording
opens before, between and after, and doing it again goes on where it ended. The daemon may run.
Exit status: 0 all done, 1 a key does not open (named) or former master keys are still needed, 3 no ledger to write the audit row into.
"""

from __future__ import annotations

import argparse
import json
import os
import pwd
import sys
from datetime import UTC, datetime

from config.file_places import Places
from config.language import say as _
from config.settings import Settings
from hotline.books import audit_key_and_heads
from ledger.store import Store
from recordings.errors import SealBroken
from recordings.storage import keys_of
from recordings.vault import Keys

from .ledger_reading import opened, options
from .shell_user import actor

FAILED = 1


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = verbs.add_parser("rewrap", help=_("wrap every recording's key by the master key in use"))
    options(verb)
    verb.add_argument("--rotate", action="store_true", help=_("make a new master key first"))
    verb.add_argument(
        "--retire", action="store_true", help=_("then forget former master keys; backups of keys made before need them")
    )
    verb.add_argument(
        "--json", action="store_true", help=_("one JSON object: rewrapped, same, broken, retired, master")
    )
    verb.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    places = Places(args.var)
    if places.recording_keys.exists() and (owner := places.recording_keys.stat().st_uid) != os.geteuid():
        name = pwd.getpwuid(owner).pw_name
        print(
            _("the keys are {owner}'s, and would be yours afterwards: run it as {owner} (sudo -u {owner})", owner=name),
            file=sys.stderr,
        )
        return FAILED

    async def work(store: Store, settings: Settings) -> int:
        keys = keys_of(settings.recording, places)
        log = audit_key_and_heads.log_of(store, settings, places)

        async def note(action: str, **detail: str) -> None:
            await log.append(datetime.now(UTC), actor(), action, detail=detail)

        try:
            before = keys.master.current()
            await note("recording_keys_rewrap", master=before, rotate=str(args.rotate), retire=str(args.retire))
            if args.rotate:
                keys.rotate()
            rewrapped, same, broken = rewrap(keys)
            retired = keys.retire() if args.retire and not broken else 0
            now = keys.master.current()
        except (SealBroken, OSError) as fault:
            print(_("not done: {fault}", fault=fault), file=sys.stderr)
            return FAILED
        await note("recording_keys_rewrapped", master=now, former=before, rewrapped=str(rewrapped),
                   broken=str(len(broken)), retired=str(retired))  # fmt: skip
        if args.json:
            told = {"rewrapped": rewrapped, "same": same, "broken": broken, "retired": retired, "master": now}
            print(json.dumps(told, ensure_ascii=False))
        else:
            for path in broken:
                print(_("{path}: its key does not open", path=path))
            print(_("master key {name}: {count} keys wrapped by it anew, {same} were already, {broken} do not open",
                    name=now, count=rewrapped, same=same, broken=len(broken)))  # fmt: skip
            if args.retire:
                print(_("{count} former master keys forgotten", count=retired))
            elif former := keys.master.former():
                print(_("{count} former master keys are kept: --retire forgets them", count=former))
        return FAILED if broken else 0

    return opened(args, work)


def rewrap(keys: Keys) -> tuple[int, int, list[str]]:
    """(wrapped anew, wrapped by it already or dropped meanwhile, paths whose key does not open)."""
    rewrapped = same = 0
    broken: list[str] = []
    for path in keys.paths():
        try:
            if keys.rewrap(path):
                rewrapped += 1
            else:
                same += 1
        except SealBroken as fault:
            if fault.reason != "bad_key":
                raise
            broken.append(path)
    return rewrapped, same, broken

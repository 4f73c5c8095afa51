"""``hotline reload`` and ``hotline restart --keep-calls``: a running daemon by the settings as they are now, no call dropped.

Exit status: 0 done; 2 the settings (or a file) are wrong, nothing was changed; 3 no daemon runs, or it did not come back.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import sys
import time
from collections.abc import Callable

from config.file_places import Places
from config.language import say as _
from config.language import use
from config.read import SettingsError, read
from hotline import reload as reloading
from hotline.programs import folder_lock, process_table
from hotline.reload import Outcome

from . import ledger_reading

USAGE, MISSING = 2, 3
PATIENCE_SECONDS = 90.0
LOOK_SECONDS = 0.1


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = sub.add_parser("reload", help=_("read the settings again; no call is dropped"))
    ledger_reading.options(verb)
    verb.add_argument("--json", action="store_true", help=_("one JSON object"))
    verb.set_defaults(run=reload)
    verb = sub.add_parser("restart", help=_("the daemon anew (an update); Asterisk, nginx and all calls stay"))
    ledger_reading.options(verb)
    verb.add_argument(
        "--keep-calls", action="store_true", required=True, help=_("what it is for; to end calls: SIGTERM")
    )
    verb.add_argument("--json", action="store_true", help=_("one JSON object"))
    verb.set_defaults(run=reload)


def reload(args: argparse.Namespace) -> int:
    _language(args)
    places = Places(args.var.absolute())
    found = folder_lock.running(places)
    if found is None:
        print(_("no daemon runs in {var}. Cure: hotline run", var=places.var), file=sys.stderr)
        return MISSING
    if found.state != "ready" and not _waited(lambda: (folder_lock.running(places) or found).state == "ready"):
        print(_("the daemon is still starting or ending; try again"), file=sys.stderr)
        return MISSING
    before = reloading.kept(places)
    pid = found.pid  # it stays: the new program takes the place of the old one
    os.kill(pid, signal.SIGHUP)
    told: list[Outcome] = []

    def came() -> bool:
        outcome = reloading.kept(places)
        if outcome is not None and (before is None or outcome.at != before.at) and outcome.state != "going":
            told.append(outcome)
            return True
        if not process_table.alive(pid):
            raise ProcessLookupError
        return False

    try:
        done = _waited(came)
    except ProcessLookupError:
        done = False
    if not done:
        print(_("the daemon did not come back: its log says why. Calls go on without it"), file=sys.stderr)
        return MISSING
    return _say(told[0], as_json=args.json)


def _language(args: argparse.Namespace) -> None:
    try:
        use(read(args.config).centre.language)
    except SettingsError:
        pass  # the daemon itself says what is wrong with them


def _waited(true: Callable[[], bool]) -> bool:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > limit:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def _say(outcome: Outcome, *, as_json: bool) -> int:
    refused = outcome.state == "refused"
    if as_json:
        print(json.dumps(dataclasses.asdict(outcome), ensure_ascii=False))
    elif refused:
        print(_("nothing was changed; the daemon goes on by its old settings:"), file=sys.stderr)
        print("\n".join(f"  {one}" for one in outcome.problems), file=sys.stderr)
    else:
        for head, lines in (
            (_("taken over:"), outcome.changed or [_("no setting differs; files and prompts were read again")]),
            (_("waits for a restart of Asterisk, which ends its calls (SIGTERM, then start):"), outcome.waits),
            (_("away now:"), outcome.away),
        ):
            if lines:
                print("\n".join([head, *(f"  {one}" for one in lines)]))
    return USAGE if refused else 0

"""``hotline verify``: the ledger's invariant, every breach in a line. Exit status 0 only when there is none."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from config.language import say as _
from config.settings import Settings
from ledger.store import Store
from ledger.verify import Breach, Limits, verify

from .books import opened, options

BREACHED = 1


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = sub.add_parser("verify", help=_("check that every call has exactly one outcome and nothing is owed"))
    options(verb)
    verb.add_argument("--json", action="store_true", help=_("one JSON object: breaches (sentences), details, ok"))
    verb.add_argument("--strict", action="store_true", help=_("nothing may be pending: at the end of a run"))
    verb.add_argument("--most", type=int, default=1000, metavar="N", help=_("name at most so many breaches of a rule"))
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        found = await verify(store, datetime.now(UTC), limits(settings, strict=args.strict), max(args.most, 1))
        _tell(found, as_json=args.json)
        return BREACHED if found else 0

    return opened(args, work)


def limits(settings: Settings, *, strict: bool = False) -> Limits:
    """What the settings allow to be owed, and for how long."""
    usual = Limits(
        call=timedelta(minutes=settings.limits.absolute_call_minutes),
        disposition=timedelta(minutes=settings.ledger.disposition_minutes),
        recorded=settings.recording.enabled,
    )
    return usual.strict() if strict else usual


def _tell(found: list[Breach], *, as_json: bool) -> None:
    if as_json:
        told = {"ok": not found, "breaches": [str(one) for one in found], "details": [asdict(one) for one in found]}
        print(json.dumps(told, ensure_ascii=False))
        return
    for one in found:
        print(one)
    if found:
        print(_("{count} breaches", count=len(found)), file=sys.stderr)
    else:
        print(_("every call has exactly one outcome, and nothing is owed"))

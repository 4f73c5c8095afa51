"""``hotline verify``: the ledger's invariant, and what its witnesses differ in; every breach in a line.

Exit status 0 only when there is none. It reads the ledger, Asterisk's files from the ledger's
mark on, the spool and what the live picture noted, with the daemon running or not.
``--since WHEN``: only what is new since then, at a cost that does not grow with the ledger. A whole one takes long over years, and none
begins while another runs.
``--accept KEY --reason "…"``: a person has looked at a difference; once, with an audit row.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from config.file_places import Places
from config.language import say as _
from config.read import read
from config.sections.seats import Unattended
from config.settings import Settings
from hotline.alarms import shelf_inspection
from hotline.books import audit_key_and_heads, files_not_in_ledger
from ledger.differences import DifferenceBook
from ledger.invariant.rule import Breach, Limits
from ledger.store import Store, url_of
from ledger.verify import verify

from .ledger_reading import opened, options
from .period_arguments import moment
from .shell_user import actor
from .verify_database_and_case_store import cases, pages

BREACHED, USAGE, UNAVAILABLE = 1, 2, 3


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = sub.add_parser("verify", help=_("check that every call has exactly one outcome and nothing is owed"))
    options(verb)
    verb.add_argument("--json", action="store_true", help=_("one JSON object: breaches (sentences), details, ok"))
    verb.add_argument(
        "--since", metavar="WHEN", help=_("only what is new since then: 2026-11-23, 2026-11-23T08:00, or 24h, 7d")
    )
    verb.add_argument("--strict", action="store_true", help=_("nothing may be pending: at the end of a run"))
    verb.add_argument("--most", type=int, default=1000, metavar="N", help=_("name at most so many breaches of a rule"))
    verb.add_argument("--quick", action="store_true", help=_("only whether the database and the case store are whole"))
    verb.add_argument("--accept", metavar="KEY", help=_("this difference was looked at: it is no breach any more"))
    verb.add_argument("--reason", default="", metavar="WORDS", help=_("with --accept: why, for the audit log"))
    verb.add_argument(
        "--by", default="", metavar="NAME", help=_("with --accept: for whom; who acts is the user of this shell")
    )
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.accept is not None and not args.reason.strip():
        print(_("--reason: say why, in a few words"), file=sys.stderr)
        return USAGE
    began, places = time.monotonic(), Places(args.var)
    ours = url_of(read(args.config), places).startswith("sqlite") and places.ledger.exists()
    if damaged := pages(places.ledger) if ours else []:
        _tell(damaged, began, as_json=args.json)
        return BREACHED

    with ExitStack() as held:
        if not (args.quick or args.since or args.accept) and (other := alone(held, places)):
            print(
                _("a whole `hotline verify` runs already (process {pid}): this one is left out", pid=other),
                file=sys.stderr,
            )
            return UNAVAILABLE
        return _verify(args, places, began)


def alone(held: ExitStack, places: Places) -> str:
    """'' when no other whole one runs here, and none begins until ``held`` is left; else its process id."""
    try:
        file = held.enter_context((places.run / "verify.lock").open("a+", encoding="utf-8"))
    except OSError:  # a copy of VAR that may only be read is looked at all the same
        return ""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        return file.read(20).strip() or "?"
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return ""


def _verify(args: argparse.Namespace, places: Places, began: float) -> int:
    async def work(store: Store, settings: Settings) -> int:
        try:
            since = moment(args.since, ZoneInfo(settings.centre.timezone))
        except ValueError as fault:
            print(fault, file=sys.stderr)
            return USAGE
        if args.accept is not None:
            return await _accept(args, store, settings, places)
        most = max(args.most, 1)
        found = await cases(store, settings, places, most)
        if not args.quick:
            allowed, proof = limits(settings, strict=args.strict), audit_key_and_heads.proof(settings, places)
            found += await verify(store, datetime.now(UTC), allowed, most, proof, since)
            found += await shelf_inspection.breaches_of(store, settings, places, most, everything=since is None)
            in_files = await files_not_in_ledger.differences(store, settings, places)
            found += [Breach(str(one.kind), one.key, one.detail) for one in in_files[:most]]
        _tell(found, began, as_json=args.json, quick=args.quick)
        return BREACHED if found else 0

    return opened(args, work)


async def _accept(args: argparse.Namespace, store: Store, settings: Settings, places: Places) -> int:
    """A difference that the ledger has, or that lies in the files now."""
    book, key, now = DifferenceBook(store, settings.centre.node), args.accept, datetime.now(UTC)
    by, reason = actor(), args.reason.strip()
    behalf = {"on_behalf": args.by.strip()[:40]} if args.by.strip() else {}
    noted = await book.get(key)
    if noted is None:
        in_files = [one for one in await files_not_in_ledger.differences(store, settings, places) if one.key == key]
        if not in_files:
            print(_("there is no difference {key}: `hotline verify` names them", key=key), file=sys.stderr)
            return BREACHED
        await book.note(in_files, now)
    if not await book.accept(key, by, reason, now):
        noted = await book.get(key)
        who = noted.accepted_by if noted is not None else ""
        print(_("{key} was accepted before, by {who}: it stays as it was", key=key, who=who), file=sys.stderr)
        return BREACHED
    await audit_key_and_heads.log_of(store, settings, places).append(
        now, by, "difference_accepted", detail={"key": key, "reason": reason} | behalf
    )
    print(_("{key}: accepted", key=key))
    return 0


def limits(settings: Settings, *, strict: bool = False) -> Limits:
    """What the settings allow to be owed, and for how long."""
    usual = Limits(
        call=timedelta(minutes=settings.limits.absolute_call_minutes),
        disposition=timedelta(minutes=settings.ledger.disposition_minutes),
        recorded=settings.recording.enabled,
        unattended=_unattended(settings),
    )
    return usual.strict() if strict else usual


def _unattended(settings: Settings) -> frozenset[str] | None:
    """What may go out from a seat where nobody sits."""
    match settings.seats.unattended_may_dial:
        case Unattended.ALL:
            return None
        case Unattended.URGENT:
            return frozenset(settings.urgent_numbers)
        case _:
            return frozenset()


def _tell(found: list[Breach], began: float, *, as_json: bool, quick: bool = False) -> None:
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        told = {"ok": not found, "breaches": [str(one) for one in found], "details": [asdict(one) for one in found]}
        print(json.dumps(told | {"seconds": seconds}, ensure_ascii=False))
        return
    for one in found:
        print(one)
    if found:
        print(_("{count} breaches, found in {seconds} s", count=len(found), seconds=seconds), file=sys.stderr)
    elif quick:
        print(_("ledger and case store are whole ({seconds} s)", seconds=seconds))
    else:
        print(_("every call has exactly one outcome, and nothing is owed"))

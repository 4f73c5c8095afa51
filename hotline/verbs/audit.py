"""``hotline audit``: the newest row of the audit log, to be noted by hand; and the word of a person who put a ledger back.

``accept`` says nothing of rows that do not fit: what was rewritten stays a breach. It only begins the notes of the
head anew, where a ledger from a backup ends earlier than they tell.
"""

from __future__ import annotations

import argparse
import sys

from config.file_places import Places
from config.language import say as _
from config.settings import Settings
from hotline.books import audit_key_and_heads
from ledger.store import Store

from .ledger_reading import opened, options
from .shell_user import actor

USAGE = 2
LEAST = 4
"""Letters or digits of a reason."""


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    audit = sub.add_parser("audit", help=_("the audit log's newest row, and its notes outside the ledger"))
    verbs = audit.add_subparsers(metavar="VERB", required=True)
    head = verbs.add_parser("head", help=_("number and hash of the newest row"))
    options(head)
    head.set_defaults(run=_head)
    accept = verbs.add_parser("accept", help=_("the ledger was put back from a backup: note its head anew"))
    accept.add_argument("--reason", required=True, metavar="TEXT", help=_("why, for the audit log and the notes"))
    options(accept)
    accept.set_defaults(run=_accept)


def _head(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        seq, own = await audit_key_and_heads.log_of(store, settings, Places(args.var)).head()
        print(f"{seq}  {own}")
        return 0

    return opened(args, work)


def _accept(args: argparse.Namespace) -> int:
    reason, by = args.reason.strip(), actor()
    if sum(letter.isalnum() for letter in reason) < LEAST:
        print(_("--reason: say why, in a few words"), file=sys.stderr)
        return USAGE

    async def work(store: Store, settings: Settings) -> int:
        await audit_key_and_heads.accept(store, settings, Places(args.var), reason, by)
        print(_("done"))
        return 0

    return opened(args, work)

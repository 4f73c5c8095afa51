"""``hotline db``: the ledger's tables. ``upgrade`` brings them to this program's revision, ``current`` says where they are.

Exit status: 0 done (or up to date), 1 not up to date (``current``), 3 the database does not answer,
is damaged, or was made by a newer program.
"""

from __future__ import annotations

import argparse
import json
import sys

from config.file_places import Places
from config.language import say as _
from config.read import read
from ledger import migrate
from ledger.errors import WRONG_OR_AWAY
from ledger.store import url_of

from .ledger_reading import UNAVAILABLE, options


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = sub.add_parser("db", help=_("the ledger's tables: upgrade, current"))
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for name, run, said in (
        ("upgrade", upgrade, _("bring the tables to this program's revision")),
        ("current", current, _("say which revision the tables are at")),
    ):
        verb = verbs.add_parser(name, help=said)
        options(verb)
        if run is current:
            verb.add_argument("--json", action="store_true", help=_("one JSON object: revision, needed, standing"))
        verb.set_defaults(run=run)


def upgrade(args: argparse.Namespace) -> int:
    url = _url(args)
    try:
        before = migrate.current(url)
        mended = migrate.upgrade(url)
    except WRONG_OR_AWAY as fault:
        print(fault, file=sys.stderr)
        return UNAVAILABLE
    head = migrate.head()
    if mended:
        print(_("the ledger lacked {names}: made anew, empty", names=", ".join(mended)))
    if before == head:
        print(_("the ledger is up to date (revision {head})", head=head))
    else:
        print(_("the ledger went from revision {before} to {head}", before=before or "-", head=head))
    return 0


def current(args: argparse.Namespace) -> int:
    try:
        now, head = migrate.current(_url(args)), migrate.head()
    except WRONG_OR_AWAY as fault:
        print(fault, file=sys.stderr)
        return UNAVAILABLE
    if args.json:
        standing = migrate.standing(now)
        print(json.dumps({"revision": now, "needed": head, "standing": standing.name.lower()}))
        return UNAVAILABLE if standing is migrate.Standing.NEWER else int(now != head)
    if now is not None and migrate.standing(now) is migrate.Standing.NEWER:
        print(migrate.too_new(now), file=sys.stderr)
        return UNAVAILABLE
    print(_("revision {now}, this program needs {head}", now=now or "-", head=head))
    return int(now != head)


def _url(args: argparse.Namespace) -> str:
    settings, places = read(args.config), Places(args.var)
    places.var.mkdir(parents=True, exist_ok=True)
    return url_of(settings, places)

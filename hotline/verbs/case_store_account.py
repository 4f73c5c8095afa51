"""``hotline case-account``: who may sign in at the case store's own pages, over its native API; thin.

A password is asked for twice at a terminal, else read as one line from stdin; it is never an argument, since those are seen by everybody
on the machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from config import language, secrets
from config.file_places import Places
from config.language import say as _
from config.read import read

from . import listing
from .ledger_reading import options
from .rest_client import REFUSED, Daemon, reached
from .typed_password import typed_password

ROLES = ("accepter", "dispatcher", "unit_office", "unit_worker", "checker", "judge")
"""``casestore.states.STAFF``; a verb may not ask that one."""


class CaseStore:
    def __init__(self, client: httpx.Client) -> None:
        self._rest = Daemon(client)

    def every(self) -> list[dict[str, Any]]:
        return list(self._rest.get("/staff")["accounts"])

    def put(self, given: Mapping[str, Any]) -> Any:
        return self._rest.put("/staff", dict(given))


Work = Callable[[CaseStore, argparse.Namespace], int]


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    account = sub.add_parser("case-account", help=_("who may sign in at the case store's pages, and as what"))
    verbs = account.add_subparsers(metavar="VERB", required=True)
    listing = _verb(verbs, "list", _("every account"), _list, account=False)
    listing.add_argument("--json", action="store_true")
    adding = _verb(verbs, "add", _("a new account, with a password"), _add)
    adding.add_argument("name", metavar="NAME")
    for one in (adding, _verb(verbs, "role", _("another role; ends the account's sessions"), _role)):
        one.add_argument("role", metavar="ROLE", choices=ROLES, help=" | ".join(ROLES))
        one.add_argument(
            "--unit", metavar="UNIT", default="", help=_("of unit_office and unit_worker: the unit they are of")
        )
    password = _verb(verbs, "password", _("a new password; ends the account's sessions"), _password_of)
    for one in (adding, password):
        one.add_argument("--final", action="store_true", help=_("its person typed it: not changed at the first log-in"))
    _verb(
        verbs, "lock", _("nobody signs in by it any more; ends its sessions"), lambda s, a: _change(s, a, locked=True)
    )
    _verb(verbs, "unlock", _("it may sign in again"), lambda s, a: _change(s, a, locked=False))


def _verb(verbs: Any, name: str, meaning: str, work: Work, *, account: bool = True) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=meaning)
    options(parser)
    parser.set_defaults(run=lambda args: _asked(args, work))
    if account:
        parser.add_argument("account", metavar="ACCOUNT")
    return parser


def _asked(args: argparse.Namespace, work: Work) -> int:
    settings, places = read(args.config), Places(args.var)
    language.use(settings.centre.language)
    return reached(
        settings.ports.casestore,
        places.secrets / secrets.CASESTORE,
        lambda client: work(CaseStore(client), args),
        unreadable=lambda fault: _(
            "the case store's secret cannot be read ({fault}): has the daemon run with this --var?", fault=fault
        ),
        away=lambda url, fault: _(
            "no case store answers at {url} ({fault}): start it with `hotline run`", url=url, fault=fault
        ),
    )


def _list(store: CaseStore, args: argparse.Namespace) -> int:
    return listing.show(store.every(), _words, as_json=args.json)


def _words(row: listing.Row) -> tuple[str, ...]:
    return row["account"], row["role"], row["unit"], row["name"], _("locked") if row["locked"] else ""


def _add(store: CaseStore, args: argparse.Namespace) -> int:
    if any(row["account"] == args.account for row in store.every()):
        print(_("there is an account {account} already", account=args.account), file=sys.stderr)
        return REFUSED
    given = {"account": args.account, "name": args.name, "role": args.role, "unit": args.unit}
    return _with_password(store, given, final=args.final)


def _role(store: CaseStore, args: argparse.Namespace) -> int:
    return _change(store, args, role=args.role, unit=args.unit)


def _password_of(store: CaseStore, args: argparse.Namespace) -> int:
    return _with_password(store, {"account": args.account}, final=args.final) if _known(store, args) else REFUSED


def _change(store: CaseStore, args: argparse.Namespace, **changed: object) -> int:
    if not _known(store, args):
        return REFUSED
    store.put({"account": args.account} | changed)
    print(_("done"))
    return 0


def _known(store: CaseStore, args: argparse.Namespace) -> bool:
    known = any(row["account"] == args.account for row in store.every())
    if not known:
        print(_("there is no account {account}", account=args.account), file=sys.stderr)
    return known


def _with_password(store: CaseStore, given: dict[str, object], *, final: bool) -> int:
    password = typed_password()
    if password is None:
        return REFUSED
    store.put(given | {"password": password, "must_change": not final})
    print(_("done"))
    return 0

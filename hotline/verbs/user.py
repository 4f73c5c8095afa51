"""``hotline user``: accounts of the consoles from the command line, over the running daemon's REST; thin.

A password is asked for twice at a terminal, else read as one line from stdin; it is never an
argument, since those are seen by everybody on the machine.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import datetime
from typing import Any
from urllib.parse import quote

from config.language import say as _
from config.sections.seats import Role

from . import listing
from .rest_client import REFUSED, Daemon, verb
from .typed_password import typed_password

_ROLES = [str(role) for role in Role]


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    user = sub.add_parser("user", help=_("who may sign in at the consoles, and as what"))
    verbs = user.add_subparsers(metavar="VERB", required=True)
    listing = _verb(
        verbs, "list", _("every account"), lambda daemon, args: _list(daemon, as_json=args.json), account=False
    )
    listing.add_argument("--json", action="store_true")
    adding = _verb(verbs, "add", _("a new account, with a password"), _add)
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("role", metavar="ROLE", choices=_ROLES, help=" | ".join(_ROLES))
    passwd = _verb(verbs, "passwd", _("a new password; ends the account's sessions"), _passwd)
    for one in (adding, passwd):
        one.add_argument("--final", action="store_true", help=_("its person typed it: not changed at the first log-in"))
    roles = _verb(verbs, "role", _("another role; ends the account's sessions"), _role)
    roles.add_argument("role", metavar="ROLE", choices=_ROLES, help=" | ".join(_ROLES))
    _verb(
        verbs, "lock", _("nobody signs in by it any more; ends its sessions"), lambda d, a: _change(d, a, locked=True)
    )
    _verb(verbs, "unlock", _("it may sign in again"), lambda daemon, args: _change(daemon, args, locked=False))
    waiting = _verb(
        verbs,
        "pending",
        _("changes that wait for a second person"),
        lambda d, a: _pending(d, as_json=a.json),
        account=False,
    )
    waiting.add_argument("--json", action="store_true")
    confirming = _verb(
        verbs, "confirm", _("confirm one, as another operator, by their password"), _confirm, account=False
    )
    declining = _verb(verbs, "decline", _("nothing comes of it"), _decline, account=False)
    for settling in (confirming, declining):
        settling.add_argument("change", metavar="CHANGE", type=int)
    confirming.add_argument(
        "--as", dest="account", metavar="ACCOUNT", required=True, help=_("whose password is asked for")
    )


def _verb(verbs: Any, name: str, said: str, work: Any, *, account: bool = True) -> argparse.ArgumentParser:
    parser = verb(verbs, name, said, work)
    if account:
        parser.add_argument("account", metavar="ACCOUNT")
    return parser


def _list(daemon: Daemon, *, as_json: bool) -> int:
    return listing.show(daemon.get("/api/accounts"), _words, as_json=as_json)


def _words(row: listing.Row) -> tuple[str, ...]:
    marks = ((row["locked"], _("locked")), (not row["has_password"], _("no password yet")))
    return row["account"], row["role"], row["name"], *(mark for true, mark in marks if true)


def _add(daemon: Daemon, args: argparse.Namespace) -> int:
    if any(row["account"] == args.account for row in daemon.get("/api/accounts")):
        print(_("there is an account {account} already", account=args.account), file=sys.stderr)
        return REFUSED
    return _put(daemon, args.account, {"name": args.name, "role": args.role}, password=True, final=args.final)


def _passwd(daemon: Daemon, args: argparse.Namespace) -> int:
    return _change(daemon, args, password=True)


def _role(daemon: Daemon, args: argparse.Namespace) -> int:
    return _change(daemon, args, role=args.role)


def _change(daemon: Daemon, args: argparse.Namespace, *, password: bool = False, **changed: object) -> int:
    row = next((row for row in daemon.get("/api/accounts") if row["account"] == args.account), None)
    if row is None:
        print(_("there is no account {account}", account=args.account), file=sys.stderr)
        return REFUSED
    return _put(daemon, args.account, dict(changed), password=password, final=password and args.final)


def _put(daemon: Daemon, account: str, body: dict[str, object], *, password: bool, final: bool = False) -> int:
    """``final``: it was typed by the person whose it is, who need not change it at the first log-in."""
    if password:
        given = typed_password()
        if given is None:
            return REFUSED
        body = body | {"password": given, "must_change": not final}
    told = daemon.put(f"/api/accounts/{quote(account, safe='')}", body)
    if "asked_by" in told:
        print(_("change {change} waits for another operator (hotline user confirm), until {time}", change=told["id"],
                time=_minute(told["expires_at"])))  # fmt: skip
    else:
        print(_("done"))
    return 0


def _pending(daemon: Daemon, *, as_json: bool) -> int:
    return listing.show(daemon.get("/api/account-changes"), _change_words, as_json=as_json)


def _change_words(row: listing.Row) -> tuple[str, ...]:
    marks = ((row["password"], _("a new password")), (row["unbind"], _("unbound")),
             (row["locked"] is True, _("locked")), (row["locked"] is False, _("unlocked")))  # fmt: skip
    by = _("asked by {who}, until {time}", who=row["asked_by"], time=_minute(row["expires_at"]))
    return str(row["id"]), row["account"], row["name"], row["role"], *(mark for true, mark in marks if true), by


def _confirm(daemon: Daemon, args: argparse.Namespace) -> int:
    proof = getpass.getpass(_("password: ")) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    daemon.post(f"/api/account-changes/{args.change}/confirm", {"account": args.account, "proof": proof})
    print(_("done"))
    return 0


def _decline(daemon: Daemon, args: argparse.Namespace) -> int:
    daemon.delete(f"/api/account-changes/{args.change}")
    print(_("done"))
    return 0


def _minute(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")

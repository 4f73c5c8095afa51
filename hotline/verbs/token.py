"""``hotline token``: programs with tokens of their own, over the running daemon's REST; thin.

A token is printed once, alone on a line of stdout, so that it can be put into a file; nothing keeps it.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any
from urllib.parse import quote

from config.language import say as _
from console.access import Scope

from . import listing
from .ledger_reading import options
from .rest_client import Daemon, asked

_SCOPES = [str(scope) for scope in Scope]
_DAYS, _HOURS = 90, 0


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    token = sub.add_parser("token", help=_("programs and their tokens: monitoring, reports, other systems"))
    verbs = token.add_subparsers(metavar="VERB", required=True)
    new = _verb(verbs, "new", _("a program and its token, which is shown this once"), _new)
    new.add_argument(
        "--scope", action="append", required=True, choices=_SCOPES, metavar="SCOPE", help=" | ".join(_SCOPES)
    )
    rotate = _verb(verbs, "rotate", _("another token for the same program"), _rotate)
    rotate.add_argument(
        "--keep-hours",
        type=int,
        default=_HOURS,
        metavar="H",
        help=_("how long the token before goes on; else not at all"),
    )
    for verb in (new, rotate):
        verb.add_argument(
            "--partner",
            metavar="NAME",
            help=_("as whom it files and speaks: 110, 12345 … of the settings; '' as nobody"),
        )
        verb.add_argument("--days", type=int, default=_DAYS, metavar="N", help=_("how long it is good for; 90"))
    _verb(verbs, "revoke", _("its token opens nothing any more"), _revoke)
    listing = _verb(verbs, "list", _("every program, when its token is over and when it was used"), _list, name=False)
    listing.add_argument("--json", action="store_true")


def _verb(verbs: Any, name_of_verb: str, said: str, work: Any, *, name: bool = True) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name_of_verb, help=said)
    options(parser)
    if name:
        parser.add_argument("name", metavar="NAME")
    parser.set_defaults(run=lambda args: asked(args, lambda daemon: work(daemon, args)))
    return parser


def _new(daemon: Daemon, args: argparse.Namespace) -> int:
    return _told(
        daemon.post(
            "/api/programs", {"name": args.name, "scopes": args.scope, "days": args.days, "partner": args.partner or ""}
        )
    )


def _rotate(daemon: Daemon, args: argparse.Namespace) -> int:
    body = {"days": args.days, "keep_hours": args.keep_hours, "partner": args.partner}
    return _told(daemon.post(f"/api/programs/{quote(args.name, safe='')}/rotate", body))


def _told(made: Any) -> int:
    program = made["program"]
    until = _minute(program["expires_at"])
    print(
        _("shown this once; good until {time} for {scopes}", time=until, scopes=" ".join(program["scopes"])),
        file=sys.stderr,
    )
    print(made["token"])
    return 0


def _revoke(daemon: Daemon, args: argparse.Namespace) -> int:
    daemon.delete(f"/api/programs/{quote(args.name, safe='')}")
    print(_("done"))
    return 0


def _list(daemon: Daemon, args: argparse.Namespace) -> int:
    return listing.show(daemon.get("/api/programs"), _words, as_json=args.json)


def _words(row: listing.Row) -> tuple[str, ...]:
    if row["revoked_at"]:
        state = _("revoked {time} by {who}", time=_minute(row["revoked_at"]), who=row["revoked_by"])
    else:
        state = _("good until {time}", time=_minute(row["expires_at"]))
    if row["used_at"]:
        used = _("used {count} times, last {time}", count=row["used"], time=_minute(row["used_at"]))
    else:
        used = _("never used")
    partner = (_("as {partner}", partner=row["partner"]),) if row["partner"] else ()
    refused = _("refused {count} times", count=row["refused"])
    return row["name"], " ".join(row["scopes"]), *partner, state, used, refused


def _minute(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")

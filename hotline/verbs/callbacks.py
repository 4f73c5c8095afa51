"""``hotline callbacks``: who is owed a call; hand them out, give them up; from the command line, over REST; thin."""

from __future__ import annotations

import argparse
import json
from typing import Any
from urllib.parse import quote

from agents.callbacks import GivenUp, Kind
from config.language import say as _
from console.words_in_headers import HEADERS

from . import listing, report_files
from .rest_client import REFUSED, Daemon, verb

STATES = ("owed", "open", "taken", "assigned", "done", "given_up")


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    callbacks = sub.add_parser("callbacks", help=_("who is owed a call, and what came of it"))
    verbs = callbacks.add_subparsers(metavar="VERB", required=True)
    listing = verb(verbs, "list", _("call-backs: owed ones by when they are due, others newest first"), _list)
    which = listing.add_mutually_exclusive_group()
    which.add_argument("--state", choices=STATES, default="owed")
    which.add_argument("--open", dest="state", action="store_const", const="open", help=_("those that nobody has"))
    listing.add_argument("--due", action="store_true", help=_("those that are due by now"))
    listing.add_argument("--kind", choices=[str(kind) for kind in Kind], default="")
    listing.add_argument("--number", default="", metavar="NUMBER", help=_("of this number, in whatever spelling"))
    listing.add_argument("--after", default="", metavar="ID", help=_("the last one of the page before"))
    listing.add_argument("--most", type=int, default=100, metavar="N")
    report_files.add_forms(listing, _("a list of objects"))
    show = verb(verbs, "show", _("one call-back and every try"), _show)
    show.add_argument("callback", metavar="ID")
    assign = verb(verbs, "assign", _("give call-backs to an agent"), _assign)
    assign.add_argument("agent", metavar="AGENT")
    assign.add_argument("callbacks", metavar="ID", nargs="+")
    up = verb(verbs, "give-up", _("nobody calls any more"), _give_up)
    up.add_argument("callback", metavar="ID")
    up.add_argument("reason", metavar="REASON", choices=[str(one) for one in GivenUp], help=" | ".join(GivenUp))
    up.add_argument("--note", default="")


def _list(daemon: Daemon, args: argparse.Namespace) -> int:
    wanted: dict[str, str | int] = {
        name: getattr(args, name) for name in ("state", "kind", "after", "most") if getattr(args, name)
    }
    said = {HEADERS["number"]: quote(args.number, safe="")} if args.number else {}
    if args.due:
        wanted["due"] = "true"
    if report_files.wanted(args):
        kept: dict[str, str | int] = {name: wanted[name] for name in ("state", "kind", "due") if name in wanted}
        return report_files.taken(
            args, daemon.file("/api/callbacks/csv", kept | {"form": report_files.form(args)}, said)
        )
    return listing.show(daemon.get("/api/callbacks", wanted, said), _words, as_json=args.json)


def _words(row: dict[str, Any]) -> list[str]:
    last = row["attempts"][-1]["result"] if row["attempts"] else ""
    when = row["done_at"] or row["due_at"]
    parts = [row["id"], row["state"], when[:19], row["number"] or "-", row["reason"], row["owner"] or row["done_by"]]
    parts += [_("{count} tries", count=row["tries"]) if row["tries"] else "", last, row["done_how"], row["note"]]
    return parts


def _show(daemon: Daemon, args: argparse.Namespace) -> int:
    row = daemon.get(f"/api/callbacks/{quote(args.callback, safe='')}")
    print(json.dumps(row, ensure_ascii=False, indent=2))
    return 0


def _assign(daemon: Daemon, args: argparse.Namespace) -> int:
    told = daemon.post("/api/callbacks/assign", {"tasks": args.callbacks, "agent": args.agent})
    for task in told["assigned"]:
        print(task)
    for left in told["refused"]:
        print(f"{left['task']}: {left['message']}")
    return REFUSED if told["refused"] else 0


def _give_up(daemon: Daemon, args: argparse.Namespace) -> int:
    body = {"reason": args.reason, "note": args.note}
    print(daemon.post(f"/api/callbacks/{quote(args.callback, safe='')}/give-up", body)["state"])
    return 0

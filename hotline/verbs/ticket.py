"""``hotline ticket``: file, list, show and replay tickets, dispose of calls; from the command line, over REST; thin."""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

from config.files import FileRefused, decode, read_text
from config.language import say as _

from . import listing
from .rest_client import Daemon, verb


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    ticket = sub.add_parser("ticket", help=_("file and follow tickets"))
    verbs = ticket.add_subparsers(metavar="VERB", required=True)
    _add_file(verbs)
    show = verb(verbs, "show", _("one ticket and its way to the case store"), _show)
    show.add_argument("ticket", metavar="TICKET")
    listing = verb(verbs, "list", _("tickets, newest first"), _list)
    listing.add_argument("--dead", action="store_true", help=_("those the case store refuses, oldest first"))
    listing.add_argument("--most", type=int, default=50, metavar="N")
    listing.add_argument("--json", action="store_true")
    replay = verb(verbs, "replay", _("send a dead letter again, with fields changed"), _replay)
    replay.add_argument("ticket", metavar="TICKET")
    _fields(replay)
    dispose = verb(verbs, "dispose", _("end a call without a ticket"), _dispose)
    dispose.add_argument("call", metavar="CALL")
    dispose.add_argument("outcome", metavar="OUTCOME", help="direct | refused | nuisance")
    dispose.add_argument("--code", default="", help=_("why it is refused"))
    dispose.add_argument("--note", default="")


def _add_file(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = verb(verbs, "file", _("file a ticket about a call, or without one"), _file)
    parser.add_argument("--call", default="", metavar="CALL")
    parser.add_argument("--part", type=int, default=1, metavar="N", help=_("which matter of the call"))
    parser.add_argument("--key", default="", help=_("without a call: makes filing it again harmless"))
    parser.add_argument("--agent", default="")
    parser.add_argument("--seat", default="")
    parser.add_argument("--kind", help=_("enquiry, complaint, help, … or its Chinese name"))
    parser.add_argument("--title")
    parser.add_argument("--content")
    parser.add_argument("--urgency")
    parser.add_argument("--code", help=_("part or event code"))
    parser.add_argument("--address")
    _fields(parser)


def _fields(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="source", metavar="FILE", help=_("a JSON object of fields; -: standard input"))
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help=_("any field; VALUE as JSON or text")
    )


def _read_fields(args: argparse.Namespace) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if args.source:
        try:
            given = decode(sys.stdin.buffer.read(), Path("-")) if args.source == "-" else read_text(Path(args.source))
            loaded = json.loads(given.text)
        except (FileRefused, ValueError) as fault:
            sys.exit(f"--from {args.source}: {fault}")
        if not isinstance(loaded, dict):
            sys.exit(f"--from {args.source}: " + _("a JSON object is needed"))
        fields |= loaded
    for word in args.set:
        name, equals, value = word.partition("=")
        if not equals:
            sys.exit(f"--set {word}: FIELD=VALUE")
        fields[name] = _value(value)
    return fields


def _value(text: str) -> Any:
    """JSON where it begins like an object, list, or is true/false/null; else the text itself: codes keep their zeros."""
    try:
        return json.loads(text) if text[:1] in ("{", "[", '"') or text in ("true", "false", "null") else text
    except ValueError:
        return text


def _file(daemon: Daemon, args: argparse.Namespace) -> int:
    fields = _read_fields(args)
    fields |= {name: value for name in ("kind", "title", "content", "urgency") if (value := getattr(args, name))}
    if args.code:
        fields["subject"] = {**fields.get("subject", {}), "code": args.code}
    if args.address:
        fields["place"] = {**fields.get("place", {}), "address_text": args.address}
    who = {name: value for name in ("agent", "seat") if (value := getattr(args, name))}
    if args.call:
        told = daemon.post(f"/api/calls/{quote(args.call, safe='')}/tickets", fields, {**who, "part": args.part})
    else:
        told = daemon.post("/api/tickets", fields, who, {"Idempotency-Key": args.key or uuid.uuid4().hex})
    print(told["id"])
    return 0


def _show(daemon: Daemon, args: argparse.Namespace) -> int:
    print(json.dumps(daemon.get(f"/api/tickets/{quote(args.ticket, safe='')}"), ensure_ascii=False, indent=2))
    return 0


def _list(daemon: Daemon, args: argparse.Namespace) -> int:
    rows = daemon.get("/api/dead-letters" if args.dead else "/api/tickets", {"most": args.most})
    return listing.show(rows, _words, as_json=args.json)


def _words(row: listing.Row) -> tuple[str, ...]:
    kind = row["kind"] if row["kind"] != "file" else ""
    case = (row["case_number"], row["case_state"] or "")
    return row["message"], row["filed_at"][:19], kind, row["state"], *case, row["ticket"]["title"], row["error"]


def _replay(daemon: Daemon, args: argparse.Namespace) -> int:
    told = daemon.post(f"/api/dead-letters/{quote(args.ticket, safe='')}/replay", _read_fields(args) or None)
    print(told["state"])
    return 0


def _dispose(daemon: Daemon, args: argparse.Namespace) -> int:
    body = {"outcome": args.outcome, "code": args.code, "note": args.note}
    print(daemon.post(f"/api/calls/{quote(args.call, safe='')}/disposition", body)["outcome"])
    return 0

"""``hotline seat``: a seat's state and telephone verbs from the command line, over REST; thin."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from config.language import say as _

from . import listing
from .ledger_reading import options
from .rest_client import Daemon, asked


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of one seat: its words on the command line are fields of the request."""

    path: str
    help: str
    words: tuple[str, ...] = ()
    flags: tuple[tuple[str, str, Any], ...] = ()
    """(option, field, what it is set to)."""


VERBS = {
    "login": Verb("login", "an agent sits down", ("agent",), (("--ready", "ready", True),)),
    "logout": Verb("logout", "the agent goes"),
    "ready": Verb("ready", "take calls; ends a pause or the wrap-up"),
    "pause": Verb("pause", "take no calls, for one of the settings' reasons", ("reason",)),
    "end-wrap-up": Verb("end-wrap-up", "the wrap-up is done"),
    "transfer": Verb("transfer", "give the caller to another seat or number", ("to",), (("--attended", "kind", "attended"),)),
    "complete": Verb("transfer/complete", "the consulted one takes the caller"),
    "cancel": Verb("transfer/cancel", "end the consultation, back to the caller"),
    "conference": Verb("transfer/conference", "join all three"),
    "hold": Verb("hold", "the caller hears music"),
    "resume": Verb("resume", "back to the caller on hold"),
    "hang-up": Verb("hang-up", "end the talk, or decline what rings"),
    "call": Verb("call", "call another seat", ("to",)),
    "dial": Verb("dial", "call a number outside", ("number",)),
}  # fmt: skip


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    seat = sub.add_parser("seat", help=_("what a seat does: log in, pause, transfer, …"))
    verbs = seat.add_subparsers(metavar="VERB", required=True)
    listing = verbs.add_parser("list", help=_("every seat and what it is doing"))
    options(listing)
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=lambda args: asked(args, lambda daemon: _list(daemon, as_json=args.json)))
    for name, verb in VERBS.items():
        parser = verbs.add_parser(name, help=_(verb.help))
        options(parser)
        parser.add_argument("seat", metavar="SEAT")
        for word in verb.words:
            parser.add_argument(word, metavar=word.upper())
        for option, field, value in verb.flags:
            parser.add_argument(option, dest=field, action="store_const", const=value)
        parser.set_defaults(run=_run_of(verb))


def _run_of(verb: Verb) -> Any:
    def run(args: argparse.Namespace) -> int:
        names = (*verb.words, *(field for _, field, _ in verb.flags))
        body = {name: value for name in names if (value := getattr(args, name)) is not None}
        return asked(args, lambda daemon: _do(daemon, args.seat, verb, body))

    return run


def _do(daemon: Daemon, seat: str, verb: Verb, body: dict[str, Any]) -> int:
    told = daemon.post(f"/api/seats/{quote(seat, safe='')}/{verb.path}", body or None)
    print(_("agreed for after the call") if told.get("detail") == "after_call" else _("done"))
    return 0


def _list(daemon: Daemon, *, as_json: bool) -> int:
    return listing.show(daemon.get("/api/seats"), _words, as_json=as_json)


def _words(row: listing.Row) -> tuple[str, ...]:
    phone = {True: _("phone ok"), False: _("phone unreachable"), None: _("phone unknown")}[row["reachable"]]
    who = f"{row['agent']} {row['agent_name']}".strip()
    return row["seat"], row["state"], row["reason"], who, phone, row["call"]

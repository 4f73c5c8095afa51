"""``hotline mode`` and ``hotline hours``: modes on and off, lines opened and closed out of turn; over REST; thin.

With the daemon dead the same is done by a seat's telephone (``switches.number``).
"""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.language import say as _
from config.read import read

from . import listing
from .rest_client import Daemon, verb

PATH = "/api/switches"
CLOCK, MOMENT = "%H:%M", "%Y-%m-%d %H:%M"
HOURS, MODE = "hours", "mode"


class NoMoment(ValueError):
    """What was typed is none."""


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    mode = sub.add_parser(MODE, help=_("modes: how they stand, on, off"))
    verbs = mode.add_subparsers(metavar="VERB", required=True)
    _listing(verbs, MODE)
    for state, meaning in (("on", _("for the next caller; who waits is told")), ("off", _("as usual again"))):
        one = _act(verbs, MODE, state, meaning)
        if state == "on":
            one.add_argument("--district", default="", help=_("whose prompt is said after the notice"))
            one.add_argument("--event", default="", metavar="ID", help=_("the open mass event that it is about"))
    hours = sub.add_parser(HOURS, help=_("lines: how they stand, open or closed out of turn"))
    verbs = hours.add_subparsers(metavar="VERB", required=True)
    _listing(verbs, HOURS)
    for name, state, meaning in (
        ("close", "closed", _("closed now")), ("open", "open", _("open now")), ("clock", "clock", _("by its hours again")),
    ):  # fmt: skip
        one = _act(verbs, HOURS, state, meaning, name)
        if state != "clock":
            form = "2026-10-01 09:30"
            one.add_argument(
                "--until", type=str, help=_("today as 18:30, or as {form}; none: until taken back", form=form)
            )


def _listing(verbs: Any, kind: str) -> None:
    one = verb(verbs, "list", _("how they stand"), lambda daemon, args: _list(daemon, args, kind))
    one.add_argument("--json", action="store_true")


def _act(verbs: Any, kind: str, state: str, meaning: str, name: str = "") -> argparse.ArgumentParser:
    one = verb(verbs, name or state, meaning, lambda daemon, args: _switch(daemon, args, kind, state))
    one.add_argument("target", metavar="ID")
    one.add_argument("--reason", required=True, help=_("why: it is in the audit log"))
    return one


def _list(daemon: Daemon, args: argparse.Namespace, kind: str) -> int:
    rows = [row for row in daemon.get(PATH)["switches"] if row["kind"] == kind]
    return listing.show(rows, _words, as_json=args.json)


def _words(row: dict[str, Any]) -> list[str]:
    until = _("until {moment}", moment=row["until"]) if row["until"] and row["state"] in ("open", "closed") else ""
    return [
        row["target"],
        row["name"],
        row["state"],
        until,
        row["district"],
        row["event_title"],
        row["by"],
        row["reason"],
    ]


def _switch(daemon: Daemon, args: argparse.Namespace, kind: str, state: str) -> int:
    body: dict[str, Any] = {"kind": kind, "target": args.target, "state": state, "reason": args.reason}
    for name in ("district", "event"):
        body[name] = getattr(args, name, "")
    if getattr(args, "until", None):
        try:
            body["until"] = moment(args.until, datetime.now(ZoneInfo(read(args.config).centre.timezone))).isoformat()
        except NoMoment as fault:
            print(fault)
            return 2
    told = daemon.post(PATH, body)
    print("  ".join(_words(told["switch"])))
    if not told["in_force"]:
        print(_("Asterisk does not answer: it will be told at its next connection"))
    return 0


def moment(text: str, now: datetime) -> datetime:
    """A clock time is the next such. Raises NoMoment."""
    try:
        clock = datetime.strptime(text, CLOCK)  # noqa: DTZ007 - a time of day
    except ValueError:
        pass
    else:
        found = now.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
        return found if found > now else found + timedelta(days=1)
    try:
        return datetime.strptime(text, MOMENT).replace(tzinfo=now.tzinfo)
    except ValueError:
        form = "18:30 · 2026-10-01 09:30"
        raise NoMoment(
            _("{option}: {value} is no moment: want {form}", option="--until", value=text, form=form)
        ) from None

"""``hotline rehearse MODE``: a surge against an instance of one's own settings, with the mode switched on, and what callers lived through.

Ten times the busy hour of a city of 200,000 calls a year, unless said otherwise. Nothing of the real hotline is touched: the instance has ports, folder,
seats and telephones of its own. Exit status: 0 nobody was lost, 1 somebody was, 2 wrong words, 3 the instance could not be set up.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from config.language import say as _
from hotline.lab import orderly_end

BUSY_HOUR = 2640
"""Calls an hour of a minute each: ten times 4.4 Erlang, the city's busy hour."""
SEATS, TALK, MINUTES, PATIENCE, TAKES = 55, 60.0, 10.0, 120.0, 0.5


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = sub.add_parser("rehearse", help=_("a mode rehearsed: a surge against an instance of its own"))
    verb.add_argument("mode", metavar="MODE", help=_("one of the settings, e.g. typhoon"))
    options(verb, rate=BUSY_HOUR / 3600, seats=SEATS, talk=TALK, patience=PATIENCE)
    verb.add_argument("--minutes", type=positive, default=MINUTES, help=_("so long callers come"))
    verb.add_argument("--takes", type=share, default=TAKES, help=_("share of callers who take a call-back (0 to 1)"))
    verb.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=_("settings to rehearse with; else those that came with the program"),
    )
    verb.set_defaults(run=run)


def options(verb: argparse.ArgumentParser, *, rate: float, seats: int, talk: float, patience: float) -> None:
    """What ``bench surge`` and ``rehearse`` have in common."""
    verb.add_argument("--seats", type=_seats, default=seats, help=_("robots who answer"))
    verb.add_argument("--rate", type=positive, default=rate, help=_("new calls a second"))
    verb.add_argument("--talk", type=positive, default=talk, help=_("seconds of talk, on average"))
    verb.add_argument(
        "--patience", type=positive, default=patience, help=_("seconds a caller waits for a person, on average")
    )
    verb.add_argument("--seed", type=int, default=12319, help=_("the same seed, the same callers"))
    verb.add_argument("--json", action="store_true", help=_("one JSON object with the account"))


def positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 100_000:
        raise argparse.ArgumentTypeError(_("{value}: want more than 0", value=text))
    return number


def share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(_("{value}: want 0 to 1", value=text))
    return number


def _seats(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 999:
        raise argparse.ArgumentTypeError(_("{value}: want 1 to 999", value=text))
    return number


def run(args: argparse.Namespace) -> int:
    from hotline.lab.hotline_instance import shipped

    from . import instance

    table = shipped(args.config)
    known = [mode["id"] for mode in table.get("mode", ())]
    if args.mode not in known:
        print(
            _("no mode {mode} in the settings; known: {known}", mode=args.mode, known=", ".join(known) or "-"),
            file=sys.stderr,
        )
        return 2
    surge = instance.Surge(
        seats=args.seats, rate=args.rate, seconds=args.minutes * 60, talk=args.talk, patience=args.patience, takes=args.takes,
        seed=args.seed, sound=True, mode=args.mode, alone=False,
    )  # fmt: skip
    return perform(table, surge, instance.rehearsal, as_json=args.json)


def perform(table: dict[str, object], surge: object, change: object, *, as_json: bool) -> int:
    """Run it and tell; gives the exit status."""
    from hotline.lab.hotline_instance import InstanceError

    from . import instance, tell
    from . import run as surges

    assert isinstance(surge, instance.Surge)
    assert callable(change)
    try:
        account = orderly_end.run(
            surges.run(table, surge, change, lambda phase: print(f"{tell.names()[phase]} …", file=sys.stderr))
        )
    except (InstanceError, ValueError, TimeoutError) as fault:
        print(fault or type(fault).__name__, file=sys.stderr)
        return 3
    if as_json:
        print(json.dumps(account.json(), ensure_ascii=False))
    else:
        for line in tell.lines(account):
            print(line)
    return 0 if account.clean else 1

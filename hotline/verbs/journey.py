"""``hotline journey``: what a caller goes through, shown, and tried without a telephone.

``show NAME`` a line's journey, or one of ``[journey]``, as text or SVG. ``try NAME`` walks it in
the terminal: typed keys, a chosen hour, modes, queues and advice; the walk is the one Asterisk
goes (``ivr/walker.py``). Status 0; 2: no such journey, or a circumstance that cannot be.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from config.journey.graph import Graph, of_journey
from config.journey.steps import ADVICE, SELF_SERVICE, Mode, Stored
from config.language import say as _
from config.problems import likely
from config.read import read
from config.settings import Settings
from cti.ids import Instant
from hotline.verbs import ledger_reading
from ivr import drawing
from ivr.walker import (
    Circumstances,
    Endless,
    Happened,
    Heard,
    LetGo,
    Noticed,
    Passed,
    Queued,
    Served,
    Speaks,
    TurnedAway,
    Walker,
)

OK, WRONG = 0, 2
CLOCK = "%Y-%m-%d %H:%M"


class Unknown(ValueError):
    """What was asked for is not there; the message says what is."""


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = sub.add_parser("journey", help=_("what a caller goes through: show it, try it"))
    verbs = parser.add_subparsers(dest="verb", required=True)
    show = verbs.add_parser("show", help=_("the journey of a line, or one of [journey]"))
    show.add_argument("name")
    show.add_argument("--svg", action="store_true", help=_("a picture instead of text"))
    show.set_defaults(run=_show)
    walk = verbs.add_parser("try", help=_("walk it in the terminal, without a telephone"))
    walk.add_argument("name")
    walk.add_argument(
        "--keys", help=_("what the caller presses, answer by answer, with commas between; none: asked for")
    )
    walk.add_argument("--at", help=_("the moment, as {form}; none: now", form="2026-10-01 09:30"))
    walk.add_argument("--mode", action="append", default=[], metavar="NAME", help=_("a mode that is on"))
    walk.add_argument("--switched", choices=("open", "closed"), default="", help=_("opened or closed by hand"))
    walk.add_argument("--stored", action="append", default=[], metavar="KEY=VALUE", help=_("what Asterisk has stored"))
    walk.add_argument(
        "--waiting", action="append", default=[], metavar="QUEUE=N", help=_("callers that wait in a queue")
    )
    walk.add_argument(
        "--seated", action="append", default=[], metavar="QUEUE", help=_("a queue at which somebody sits")
    )
    walk.add_argument(
        "--advice",
        action="append",
        default=[],
        metavar="ASK=ANSWER",
        help=_("what the daemon answers; none: it is dead"),
    )
    walk.add_argument("--json", action="store_true")
    walk.set_defaults(run=_try)
    for one in (show, walk):
        ledger_reading.options(one)


def _show(args: argparse.Namespace) -> int:
    settings = read(args.config)
    try:
        graph = _graph(settings, args.name)
    except Unknown as fault:
        print(fault, file=sys.stderr)
        return WRONG
    draw = drawing.svg if args.svg else drawing.text
    print(draw(graph, settings.prompts))
    return OK


def _try(args: argparse.Namespace) -> int:
    settings = read(args.config)
    try:
        graph = _graph(settings, args.name)
        met = _met(settings, graph, args)
    except Unknown as fault:
        print(fault, file=sys.stderr)
        return WRONG
    told: list[dict[str, str]] = []
    try:
        for happened in Walker.of(settings, graph).walk(met):
            if args.json:
                told.append({"kind": type(happened).__name__.lower(), **asdict(happened)})
            else:
                print(_said(happened, settings), flush=True)
    except Endless as fault:
        print(_("the caller keeps pressing keys and goes on and on ({step})", step=fault), file=sys.stderr)
        return WRONG
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    return OK


def _graph(settings: Settings, name: str) -> Graph:
    known = (*(line.id for line in settings.line), *settings.journey)
    if name not in known:
        hint = likely(name, known)
        more = " · " + _("did you mean {hint}?", hint=hint) if hint else ""
        raise Unknown(_("no line and no journey is called {name}; there are {known}", name=name, known=", ".join(known)) + more)  # fmt: skip
    return of_journey(settings, name)


def _met(settings: Settings, graph: Graph, args: argparse.Namespace) -> Circumstances:
    steps = graph.steps.values()
    modes = {step.mode for step in steps if isinstance(step, Mode)}
    keys = {step.key for step in steps if isinstance(step, Stored)}
    queues = {queue.id for queue in settings.queue}
    waiting = _pairs("--waiting", args.waiting, queues)
    if bad := [text for text in waiting.values() if not text.isdigit()]:
        raise Unknown(_("{option}: {value} is no number", option="--waiting", value=bad[0]))
    for mode in args.mode:
        _known("--mode", mode, modes)
    for queue in args.seated:
        _known("--seated", queue, queues)
    known = {**ADVICE, **SELF_SERVICE}
    advice = _pairs("--advice", args.advice, set(known))
    for ask, answer in advice.items():
        _known("--advice", answer, set(known[ask]))
    answers = iter(args.keys.split(",")) if args.keys is not None else _typed()
    return Circumstances(
        at=_moment(settings, args.at),
        keys=lambda _prompt, _most: next(answers, "").strip(),
        modes=frozenset(args.mode),
        switched=args.switched,
        stored=_pairs("--stored", args.stored, keys),
        waiting={queue: int(text) for queue, text in waiting.items()},
        seated=frozenset(args.seated),
        advice=advice,
    )


def _moment(settings: Settings, written: str | None) -> Instant:
    if written is None:
        return Instant(time.time())
    try:
        local = datetime.strptime(written, CLOCK).replace(tzinfo=ZoneInfo(settings.centre.timezone))
    except ValueError:
        raise Unknown(_("{option}: {value} is no moment: want {form}", option="--at", value=written, form="2026-10-01 09:30")) from None  # fmt: skip
    return Instant(local.timestamp())


def _pairs(option: str, written: list[str], known: set[str]) -> dict[str, str]:
    out = {}
    for one in written:
        name, mark, value = one.partition("=")
        if not mark:
            raise Unknown(_("{option}: {value} is no pair: want NAME=VALUE", option=option, value=one))
        _known(option, name, known)
        out[name] = value
    return out


def _known(option: str, name: str, known: set[str]) -> None:
    if name not in known:
        raise Unknown(
            _("{option}: nothing is called {name}; there is {known}", option=option, name=name,
              known=", ".join(sorted(known)) or "-")
        )  # fmt: skip


def _typed() -> Iterator[str]:
    """Asked for in the terminal, one answer a line; silence when there is no more."""
    while True:
        print(_("keys (Enter: silence): "), end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        yield "".join(key for key in line if key in "0123456789*#")


def _said(happened: Happened, settings: Settings) -> str:
    match happened:
        case Heard(prompt):
            return f"♪ {prompt} 「{settings.prompts.get(prompt, '')}」"
        case Passed(step, way):
            return f"  {step}" + (f" → {drawing.named(way)}" if drawing.named(way) else "")
        case Noticed(_step, prompt):
            return "  " + _("it is written down that he hears {prompt}", prompt=prompt)
        case TurnedAway(_step, reason):
            return "  " + _("booked as turned away: {reason}", reason=reason)
        case Queued(_step, queue):
            name = next(one.name for one in settings.queue if one.id == queue)
            return "■ " + _("waits for a person: queue {queue} ({name})", queue=queue, name=name)
        case Served(_step, service, result):
            return "  " + _("self-service {service}: {result}", service=service, result=result)
        case Speaks():
            return "● " + _("a tone; he leaves a message, until he hangs up or is silent for three seconds")
        case LetGo():
            return "■ " + _("the call is over")

"""``hotline bench``: what we cost, measured beside something else in the same run.

``fold``: AMI messages a second beside panoramisk and panoramisk + cacofonisk. ``calls``:
CPU of the daemon per call beside Asterisk's on the same calls. ``console``: how soon a page
knows that its seat rings, with all consoles connected. ``doors``: what of that is left while each door is flooded. ``ledger``: its queries on a generated
ledger of years, beside their goals. ``surge``: more calls than seats, what callers live through beside Asterisk alone. ``place``: a place found among 200,000 names, a repeat among a year's tickets. Figures, no verdicts.
"""

from __future__ import annotations

import argparse
import json
import sys

from config.language import say as _
from hotline.lab import orderly_end
from hotline.surge import rehearse


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bench = sub.add_parser("bench", help=_("measure, side by side in one run"))
    verbs = bench.add_subparsers(dest="verb", required=True)
    fold = verbs.add_parser("fold", help=_("AMI messages a second: decode, fold, publish"))
    fold.add_argument("--copies", type=int, default=120, help=_("how often the tape is repeated with new ids"))
    fold.add_argument("--rounds", type=int, default=5)
    fold.add_argument("--json", action="store_true")
    fold.set_defaults(run=_fold)
    calls = verbs.add_parser("calls", help=_("CPU per call: the daemon's beside Asterisk's"))
    calls.add_argument("--calls", type=int, default=240)
    calls.add_argument("--rate", type=float, default=6.0, help=_("new calls a second"))
    calls.add_argument("--seats", type=int, default=24, help=_("seats whose phones answer"))
    calls.add_argument("--talk", type=float, default=2.0, help=_("seconds of talk"))
    calls.add_argument("--json", action="store_true")
    calls.set_defaults(run=_calls)
    console = verbs.add_parser("console", help=_("how soon a seat's page knows that its phone rings"))
    console.add_argument("--consoles", type=int, default=500)
    console.add_argument("--rate", type=float, default=20.0, help=_("new calls a second"))
    console.add_argument("--seconds", type=float, default=20.0)
    console.add_argument("--json", action="store_true")
    console.set_defaults(run=_console)
    doors = verbs.add_parser("doors", help=_("what a caller and a seat notice while each door is flooded"))
    doors.add_argument("--seconds", type=float, default=8.0, help=_("of each flood"))
    doors.add_argument("--json", action="store_true")
    doors.set_defaults(run=_doors)
    ledger = verbs.add_parser("ledger", help=_("what the ledger's queries take on a ledger of years"))
    ledger.add_argument("--calls", type=int, default=200_000, help=_("200,000 are a year of one city"))
    ledger.add_argument(
        "--url", default="", help=_("an empty PostgreSQL database to fill; else a SQLite file, removed at the end")
    )
    ledger.add_argument("--json", action="store_true")
    ledger.set_defaults(run=_ledger)
    surge = verbs.add_parser(
        "surge", help=_("more calls than seats: what callers live through, and what gives way first")
    )
    rehearse.options(surge, rate=2.0, seats=24, talk=8.0, patience=30.0)
    surge.add_argument("--seconds", type=rehearse.positive, default=60.0, help=_("so long callers come"))
    surge.add_argument(
        "--takes", type=rehearse.share, default=0.0, help=_("share of callers who take a call-back (0 to 1)")
    )
    surge.add_argument(
        "--sound", action="store_true", help=_("telephones speak and listen; else the cores go to the hotline")
    )
    surge.add_argument(
        "--recorder-stopped", action="store_true", help=_("one phase more, with the recorder standing still")
    )
    surge.set_defaults(run=_surge)
    place = verbs.add_parser("place", help=_("how soon and how surely a place is found, and a repeat of a matter"))
    place.add_argument("--names", type=int, default=200_000, help=_("made up, always the same"))
    place.add_argument("--queries", type=int, default=140, help=_("of each of the 14 kinds"))
    place.add_argument("--tickets", type=int, default=200_000)
    place.add_argument("--json", action="store_true")
    place.set_defaults(run=_place)


def _fold(args: argparse.Namespace) -> int:
    from . import fold as bench_fold

    try:
        figures = bench_fold.run(args.copies, args.rounds)
    except ImportError as missing:
        print(_("bench fold compares with {name}: install the dev extra", name=missing.name), file=sys.stderr)
        return 3
    if args.json:
        print(json.dumps(figures))
        return 0
    print(_("{messages} messages of a real Asterisk 22, median of {rounds} rounds", rounds=args.rounds, **figures))
    for name in ("ours", "panoramisk", "panoramisk_cacofonisk"):
        print(f"{name:24}{figures[name]:>12,.0f} /s")
    print(_("ours ÷ panoramisk + cacofonisk: {ratio}", ratio=figures["ratio"]))
    return 0


def _calls(args: argparse.Namespace) -> int:
    from . import cpu_per_call as bench_calls

    figures = orderly_end.run(bench_calls.run(args.calls, args.rate, args.talk, args.seats))
    if args.json:
        print(json.dumps(figures))
        return 0
    print(_("{calls} calls: notice, queue, answer, recording, ledger row", **figures))
    print(f"daemon    {figures['daemon_ms_per_call']:8.2f} ms CPU / call")
    print(f"Asterisk  {figures['asterisk_ms_per_call']:8.2f} ms CPU / call")
    print(f"audio     {figures['audio_ms_per_call']:8.2f} ms CPU / call")
    print(_("daemon ÷ Asterisk: {ratio}", **figures))
    return 0


def _console(args: argparse.Namespace) -> int:
    from .console import run as bench_console

    figures = orderly_end.run(bench_console.run(args.consoles, args.rate, args.seconds))
    if args.json:
        print(json.dumps(figures))
        return 0
    print(_("{consoles} consoles, {calls_per_second} calls a second: {calls}", **figures))
    print(f"pop       {figures['pop_p50_ms']:8.2f} ms p50   {figures['pop_p99_ms']:8.2f} ms p99   ({figures['pops']})")
    print(f"CPU       {figures['cpu_us_per_message']:8.2f} us / message   ({figures['messages_per_second']:.0f} / s)")
    print(f"waits     {figures['daemon_waits_for_cpu_percent']:8.1f} % of the time the daemon had no core to run on")
    print(f"daemon    {figures['daemon_percent']:8.1f} %   Asterisk {figures['asterisk_percent']:8.1f} %")
    return 0


def _doors(args: argparse.Namespace) -> int:
    from hotline.lab.hotline_instance import InstanceError

    from . import web_door_floods as bench_doors

    try:
        figures = orderly_end.run(bench_doors.run(args.seconds))
    except InstanceError as fault:
        print(fault, file=sys.stderr)
        return 3
    if args.json:
        print(json.dumps(figures))
        return 0
    print(_("milliseconds, p50 / p99: FastAGI's answer, and until a seat's page knows that it rings"))
    for door, row in figures.items():
        print(f"{door:22}{row['agi_p50_ms']:8.1f} /{row['agi_p99_ms']:8.1f}  {row['pop_p50_ms']:8.1f} /{row['pop_p99_ms']:8.1f}"
              f"   {row['asked']:>7,} {row['answers']}")  # fmt: skip
    return 0


def _place(args: argparse.Namespace) -> int:
    from .place import measure

    orderly_end.on_sigterm()
    figures = measure.run(max(args.names, 100), max(args.queries, 1), max(args.tickets, 100))
    if args.json:
        print(json.dumps({name: figures[name] for name in ("names", "p99_ms", "recall_at_10", "repeat_p99_ms")}))
        return 0
    print(_("{names} names, compiled in {build_seconds} s, {disk_mb} MB; {queries} queries of 14 kinds", **figures))
    print(f"place     {figures['p50_ms']:8.2f} ms p50   {figures['p99_ms']:8.2f} ms p99   (20)")
    print(f"recall@10 {figures['recall_at_10']:8.3f}   (0.97)")
    for kind, (recall, slow) in figures["kinds"].items():
        print(f"  {kind:16}{recall:8.3f} {slow:8.2f} ms p99")
    print(f"repeat    {figures['repeat_p50_ms']:8.2f} ms p50   {figures['repeat_p99_ms']:8.2f} ms p99   (50)")
    return 0


def _ledger(args: argparse.Namespace) -> int:
    from ledger.errors import WRONG_OR_AWAY

    from .ledger import measure

    orderly_end.on_sigterm()
    try:
        found, seconds = measure.run(max(args.calls, 1000), args.url)
    except (*WRONG_OR_AWAY, ValueError) as fault:
        print(fault, file=sys.stderr)
        return 3
    if args.json:
        print(
            json.dumps(
                [{"query": one.query, "ms": one.ms, "goal_ms": one.goal_ms, "cpu_ms": one.cpu_ms} for one in found]
            )
        )
        return 0
    print(_("a ledger of {calls} calls, made in {seconds} s; milliseconds, the best of three (goal), and of them the processor's", calls=args.calls, seconds=round(seconds)))  # fmt: skip
    for one in found:
        over = " !" if one.goal_ms is not None and one.ms > one.goal_ms else ""
        print(f"{one.query:28}{one.ms:>10,.1f}  ({one.goal_ms or '-':>5}){one.cpu_ms:>10,.1f}{over}")
    return 0


def _surge(args: argparse.Namespace) -> int:
    from hotline.lab.hotline_instance import shipped
    from hotline.surge import instance

    surge = instance.Surge(
        seats=args.seats, rate=args.rate, seconds=args.seconds, talk=args.talk, patience=args.patience, takes=args.takes,
        seed=args.seed, sound=args.sound or args.takes > 0, recorder_stopped=args.recorder_stopped,
    )  # fmt: skip
    return rehearse.perform(shipped(), surge, instance.bench, as_json=args.json)

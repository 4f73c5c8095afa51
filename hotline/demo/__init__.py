"""``hotline demo``: a whole hotline on loopback, with robots at the seats and citizens that call.

``--calls N --exit --json`` is one measured run: N calls, one JSON object on standard output,
status 0 only when nothing was lost. Without ``--calls`` citizens call until Ctrl-C, the
browser seats are left for people, and who may log in there is printed. What happens is
told on standard error as it happens.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from pathlib import Path

LOST, FAILED, INTERRUPTED = 1, 3, 130


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from config.language import say

    verb = sub.add_parser("demo", help=say("a whole hotline on loopback, with callers that call"))
    verb.add_argument("--calls", type=_count, default=0, metavar="N", help=say("so many calls; else until Ctrl-C"))
    verb.add_argument("--exit", action="store_true", help=say("end after the calls"))
    verb.add_argument("--json", action="store_true", help=say("one JSON object with the account"))
    verb.add_argument("--seed", type=int, default=12319, help=say("the same seed, the same callers"))
    verb.add_argument("--config", type=Path, metavar="FILE", help=say("settings to derive the demo's from"))
    verb.add_argument("--var", type=Path, metavar="DIR", help=say("where everything is written; else a fresh folder"))
    verb.add_argument("--language", choices=("zh", "en"), help=say("language of what is told"))
    verb.set_defaults(run=run)


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 100_000:
        raise argparse.ArgumentTypeError("1..100000")
    return number


def run(args: argparse.Namespace) -> int:
    """Exit status: 0 nothing lost, 1 something lost, 3 the stage could not be set up."""
    from config.language import say, use
    from hotline.lab import orderly_end
    from hotline.lab.hotline_instance import InstanceError, shipped

    from .narrator import Narrator
    from .run import DemoRun, make_instance

    orderly_end.on_sigterm()
    table = shipped(args.config)
    use(args.language or table["centre"].get("language", "zh"))
    var = args.var or Path(tempfile.mkdtemp(prefix="hotline-demo-"))
    told = Narrator(sys.stderr, {trunk["id"]: trunk["name"] for trunk in table["trunk"]})
    on, block = make_instance(table, var.resolve(), people=not args.calls)
    kept = args.var is not None
    status: int | None = None
    try:
        told.title(say("starting Asterisk and the daemon in {var} …", var=var))
        on.start(seconds=180.0, environ={} if args.calls else {"HOTLINE_DEMO": "1"})
        evening = DemoRun(on, told, args)
        account = asyncio.run(evening.run())
        status = _show(account, args)
        kept = kept or status != 0
        if not args.exit and account is not None:
            told.title(say("the calls are over; Ctrl-C ends the daemon"))
            asyncio.run(asyncio.Event().wait())  # until Ctrl-C
        return status
    except InstanceError as fault:
        kept = True
        print(fault, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        if status is None and args.calls:
            return INTERRUPTED  # nothing is known of what was asked for
        return status or 0
    finally:
        on.close()
        block.free()
        if kept:
            told.title(say("everything written is in {var}", var=var))
        else:
            shutil.rmtree(var, ignore_errors=True)


def _show(account: object, args: argparse.Namespace) -> int:
    from .run_result import Account

    if not isinstance(account, Account):
        return 0
    if args.json:
        print(json.dumps(account.json(), ensure_ascii=False), flush=True)
    else:
        for name, value in account.json().items():
            print(f"{name:18} {value}", flush=True)
    return 0 if account.clean else LOST

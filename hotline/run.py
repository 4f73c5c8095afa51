"""``hotline run``: the daemon in the foreground, until SIGTERM or SIGINT.

Twisted's reactor (on asyncio) is the spine: it owns the loop, the signals and the
order of the end. ``ready`` on stdout says that callers and seats are served.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
from pathlib import Path
from typing import Any

import structlog

from config.language import say as _
from config.places import Places
from config.read import read

from . import logs
from .imports import lasting

log = structlog.get_logger("hotline")

CANNOT_START, FAILED = 3, 4
MOST_FILES = 65_536


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = sub.add_parser("run", help=_("run the daemon until it is told to stop"))
    verb.add_argument("--config", type=Path, default=Path("hotline.toml"), metavar="FILE")
    verb.add_argument("--var", type=Path, default=Path("var"), metavar="DIR", help=_("everything is written below it"))
    verb.add_argument("--json-log", action="store_true", help=_("one JSON object a log line"))
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    settings = read(args.config)
    logs.set_up(json=args.json_log or not sys.stderr.isatty())
    # talks, numbers and keys lie below VAR: they are this user's alone, Asterisk's and nginx's files too
    os.umask(0o077)
    _room_for_sockets()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with lasting():
        from twisted.internet import asyncioreactor

        asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
        from twisted.internet import reactor as chosen  # only now: importing it chooses a reactor
        from twisted.internet.defer import Deferred

        from .app import Hotline, StartError
        from .outliving import DoesNotStart

    reactor: Any = chosen  # Twisted's interfaces are not what mypy takes a module for
    hotline = Hotline(settings, Places(args.var.absolute()))
    status = 0

    async def begin() -> None:
        nonlocal status
        try:
            await hotline.start()
        except (StartError, DoesNotStart, OSError) as fault:
            print(_("cannot start: {fault}", fault=fault), file=sys.stderr)
            status = CANNOT_START
        except Exception:  # top of the program: nothing above can say it
            log.exception("cannot start")
            status = FAILED
        else:
            print(_("ready"), flush=True)
            return
        reactor.stop()

    beginning: list[asyncio.Task[None]] = []

    async def end() -> None:
        for task in beginning:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        await hotline.stop()

    reactor.callWhenRunning(lambda: beginning.append(loop.create_task(begin())))
    reactor.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromFuture(loop.create_task(end())))
    reactor.run()
    return status


def _room_for_sockets() -> None:
    """As many files as the system allows: each console is one, and 1024, the usual bound, are soon used."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

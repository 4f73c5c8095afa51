"""``hotline run``: the daemon in the foreground, until it is told to end.

Twisted's reactor (on asyncio) is the spine: it owns the loop. Signals and the order of things are ``signals.py``'s.
``ready`` on stdout says that callers are served.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import structlog

from config.file_places import Places
from config.language import say as _
from config.read import read, remarks

from . import logs, relaunch
from .lasting_imports import lasting
from .programs import systemd_notify

log = structlog.get_logger("hotline")

MOST_FILES = 65_536


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = sub.add_parser("run", help=_("run the daemon until it is told to stop"))
    verb.add_argument("--config", type=Path, default=Path("hotline.toml"), metavar="FILE")
    verb.add_argument("--var", type=Path, default=Path("var"), metavar="DIR", help=_("everything is written below it"))
    verb.add_argument("--json-log", action="store_true", help=_("one JSON object a log line"))
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    systemd_notify.begin()
    settings = read(args.config)
    logs.set_up(json=args.json_log or not sys.stderr.isatty())
    for remark in remarks(args.config):
        log.warning("settings", file=str(args.config), remark=remark)
    # talks, numbers and keys lie below VAR: they are this user's alone, Asterisk's and nginx's files too
    os.umask(0o077)
    _room_for_sockets()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with lasting():
        from twisted.internet import asyncioreactor

        asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
        from twisted.internet import reactor as chosen  # only now: importing it chooses a reactor

        from .app import Hotline
        from .signals import CANNOT_START, SIGNALS, Life

    reactor: Any = chosen  # Twisted's interfaces are not what mypy takes a module for
    life = Life(Hotline(settings, Places(args.var.absolute()), args.config.absolute()), args.config)
    status = CANNOT_START

    async def lead() -> None:
        nonlocal status
        try:
            status = await life.lead()
        finally:
            reactor.stop()

    kept: list[asyncio.Task[None]] = []
    reactor.callWhenRunning(lambda: kept.append(loop.create_task(lead(), name="life")))
    reactor.run(installSignalHandlers=False)
    if life.anew:
        systemd_notify.hand_on()
        sys.stdout.flush()
        sys.stderr.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # until the new program can hear them
        words = relaunch.command()
        os.execv(words[0], words)  # noqa: S606 - ourselves, as we were started
    return _left(status)


def _left(status: int) -> int:
    """Threads that still wait for a database or a program hold up no exit."""
    if any(one.is_alive() and not one.daemon for one in threading.enumerate() if one is not threading.main_thread()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status


def _room_for_sockets() -> None:
    """As many files as the system allows: each console is one, and 1024, the usual bound, are soon used."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

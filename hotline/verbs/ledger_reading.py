"""Opens the ledger for a verb of the command line that only reads it: ``report``, ``verify``.

The daemon may be running beside it. Nothing is created: a ledger that is not there, or
not at this program's revision, is said with its cure.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from config.file_places import Places
from config.language import say as _
from config.read import read
from config.settings import Settings
from hotline.books.audit_key_and_heads import KeyMissing
from ledger import migrate
from ledger.errors import WRONG_OR_AWAY, LedgerUnavailable
from ledger.store import Store, url_of

UNAVAILABLE = 3


def options(parser: argparse.ArgumentParser) -> None:
    """--config and --var, as every verb has them."""
    parser.add_argument("--config", type=Path, default=Path("hotline.toml"), metavar="FILE")
    parser.add_argument("--var", type=Path, default=Path("var"), metavar="DIR")


def opened(args: argparse.Namespace, work: Callable[[Store, Settings], Awaitable[int]]) -> int:
    """Do ``work`` with the ledger of ``args``; exit status 3 and a message when there is no usable one."""
    settings, places = read(args.config), Places(args.var)
    url = url_of(settings, places)
    try:
        _look(url, places)
        return asyncio.run(_work(url, settings, work))
    except (*WRONG_OR_AWAY, KeyMissing) as fault:
        print(fault, file=sys.stderr)
        return UNAVAILABLE


def _look(url: str, places: Places) -> None:
    if url.startswith("sqlite") and not places.ledger.exists():
        # SQLite would make an empty one.
        raise LedgerUnavailable(
            _("there is no ledger at {path}; has the daemon run with this --var?", path=places.ledger)
        )
    migrate.require(url)


async def _work(url: str, settings: Settings, work: Callable[[Store, Settings], Awaitable[int]]) -> int:
    store = Store(url, spills=True)
    try:
        return await work(store, settings)
    finally:
        await store.close()

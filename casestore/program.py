"""The process: one lock, one socket on loopback, one database. Ends in order on SIGTERM; may be killed at any moment."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import structlog
import uvicorn

from accounts.file_scanner import scanner_of
from config import language
from config import secrets as secret_files
from config.files import FileRefused

from .api import Behind, make_app
from .case_photos import CasePhotos
from .conf import Conf
from .database import Away, Database
from .pages.app import Pages, beside, make_pages
from .photo_seal import PhotoSeal
from .progress_query import Inquiries
from .staff import Staff
from .store import Store
from .timers import MOST

log = structlog.get_logger("casestore")

CANNOT_START = 3
GRACE_SECONDS = 3
HEAD_MOST = 32 * 1024
CONNECTIONS_MOST = 200
TICK_SECONDS = 1.0


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="casestore", description=__doc__)
    parser.add_argument("conf", type=Path, help="what the program is told: a file the daemon writes (conf.py)")
    told = Conf.read(parser.parse_args(words).conf)
    os.umask(0o077)
    language.use(told.language)
    _log_plainly()
    try:
        with _locked(told.lock), _listening(told.port) as listening:
            asyncio.run(_serve(told, listening))
    except (OSError, FileRefused) as fault:
        log.error("cannot start", fault=str(fault), port=told.port)
        return CANNOT_START
    return 0


async def _serve(told: Conf, listening: socket.socket) -> None:
    secret = secret_files.value(told.secret)
    database = Database(told.url)
    store = Store(database, told.timezone, told.work.time(told.timezone))
    inquiries = Inquiries(database, secret, time.time, store.work)
    staff = Staff(database, told.access, _now)
    behind = Behind(database, store, inquiries, _now, staff, told.fingerprint, told.georeport)
    seal = _photo_seal(told.photos)
    pages = make_pages(
        Pages(
            database,
            store,
            inquiries,
            staff,
            _now,
            frozenset(told.origins),
            told.timezone,
            seal,
            scanner_of(told.access.scanner),
        )
    )
    server = _Quiet(
        uvicorn.Config(
            beside(make_app(behind, secret), pages), http="h11", loop="none", lifespan="off", log_config=None, access_log=False,
            server_header=False, timeout_graceful_shutdown=GRACE_SECONDS, timeout_keep_alive=75,
            limit_concurrency=CONNECTIONS_MOST, h11_max_incomplete_event_size=HEAD_MOST,
        )
    )  # fmt: skip

    def end() -> None:
        server.should_exit = True
        store.news.end()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    opening = asyncio.create_task(database.keep_open(), name="database")
    ticking = asyncio.create_task(_tick(store), name="timers")
    sealing = asyncio.create_task(_seal_plain(CasePhotos(database, seal)), name="photos")
    log.info("started", what="case store", pid=os.getpid(), port=told.port)
    try:
        await server.serve([listening])
    finally:
        for task in (opening, ticking, sealing):
            task.cancel()
        await asyncio.gather(opening, ticking, sealing, return_exceptions=True)
        database.close()
        log.info("ended", what="case store")


def _now() -> datetime:
    return datetime.now(UTC)


async def _tick(store: Store) -> None:
    """Until cancelled: what is to happen by time alone. Rows of the database, so that a restart goes on where it was."""
    failing = False
    while True:
        try:
            more = await store.fire_timers(datetime.now(UTC)) >= MOST
            failing = False
        except Away:
            more = False
        except Exception:  # the loop top: the rows stay, and are tried again
            if not failing:
                log.exception("timers could not be fired")
            more, failing = False, True
        if not more:
            await asyncio.sleep(TICK_SECONDS)


def _photo_seal(path: Path) -> PhotoSeal:
    """Raises FileRefused."""
    former = path.with_name(path.name + secret_files.FORMER)
    return PhotoSeal([secret_files.value(one) for one in (path, former) if one is path or one.exists()])


async def _seal_plain(photos: CasePhotos) -> None:
    """Until none of an older version lies plain any more; a kill between two loses nothing."""
    sealed = 0
    while True:
        try:
            if not await photos.seal_one():
                break
            sealed += 1
        except Away:
            await asyncio.sleep(TICK_SECONDS)
    if sealed:
        log.info("photos of an older version are sealed", photos=sealed)


class _Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are ours: an orderly end has status 0."""
        yield


@contextlib.contextmanager
def _locked(path: Path) -> Generator[None, None, None]:
    file: IO[str] = open(path, "a+", encoding="ascii")  # noqa: SIM115 - held for the program's life
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise OSError(language.say("another case store runs for {path}", path=path.parent)) from fault
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@contextlib.contextmanager
def _listening(port: int) -> Generator[socket.socket, None, None]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("127.0.0.1", port))
        made.setblocking(False)
        yield made


def _log_plainly() -> None:
    """One JSON object a line, to stderr, which whoever starts it leads into VAR/log/casestore.log."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )

"""The process that does the heavy work: ``python -m recordings.child``, nice 10, in the idle class where the settings say so.

Started by ``processing.py``; reads orders from stdin, answers on stdout (``child_messages.py``), one at
a time. Dies with the daemon (stdin ends, or the kernel tells it), and may die anywhere: each
order can be given again. A lock in its folder of drafts keeps two children apart; folders that nobody holds are emptied at its start,
and each start of the daemon starts one, for the first sweep.
The first line it reads is its setting: ``{"settings", "var", "spool", "lengths", "parent", "place", "times"}``;
``place``: which child of several; ``times``: as the worker's.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

from config.file_places import Places
from config.sections.recording import Priority
from config.settings import Settings

from . import child_messages, unfinished_files
from .drafts import LOCK
from .errors import Hopeless, RecordingError
from .storage import drafts_of, empty_left_drafts
from .worker import Worker

NICE = 10
IDLE_NICE = 19
"""Of the group of a child in the idle class: the least there is."""
AUTOGROUP = Path("/proc/self/autogroup")
AUTOGROUP_TRIES, AUTOGROUP_AGAIN_SECONDS = 50, 0.1
"""The kernel takes one such value in a tenth of a second, of all users together."""


def main() -> int:
    first = sys.stdin.buffer.readline()
    if not first:
        return 0  # a daemon that ended as soon as it had begun: it told us nothing
    setting = json.loads(first)
    _die_with(int(setting["parent"]))
    settings = Settings.model_validate(setting["settings"])
    idle = settings.recording.priority is Priority.IDLE
    os.nice(NICE)
    if idle:  # a weight is no limit: full cores are the telephone's
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    lower_session(IDLE_NICE if idle else NICE)
    places = Places(Path(setting["var"]))
    drafts = drafts_of(places, int(setting["place"]))
    drafts.make()
    with open(drafts.file(LOCK), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the child of a daemon that just died may need a moment
        worker = Worker(
            settings, places, Path(setting["spool"]), lengths=setting["lengths"], drafts=drafts, times=setting["times"],
        )  # fmt: skip
        worker.drafts.empty()
        empty_left_drafts(places)
        serve(worker, sys.stdin.buffer, sys.stdout.buffer)
    return 0


def lower_session(nice: int, file: Path = AUTOGROUP) -> None:
    """``nice`` for the session as a whole. Where sessions are scheduled against each other (autogroup), class and nice of a process
    count within its own alone, and this child is a session. A kernel without it has no such file."""
    for _try in range(AUTOGROUP_TRIES):
        try:
            file.write_text(str(nice), "ascii")
        except BlockingIOError:
            time.sleep(AUTOGROUP_AGAIN_SECONDS)
        except OSError:
            return
        else:
            return


def serve(worker: Worker, orders: BinaryIO, answers: BinaryIO) -> None:
    """Work until ``orders`` end."""
    _say(answers, {"did": "ready"})
    for text in orders:
        row = obey(worker, json.loads(text))
        if row is not None:
            _say(answers, row)


def obey(worker: Worker, order: dict[str, Any]) -> dict[str, Any] | None:
    """Do one order; its answer, or None when there is none."""
    match order["do"]:
        case "forget":
            worker.forget(order["file"], order["path"])
            return None
        case "sweep":
            return {"did": "sweep", "files": sorted(unfinished_files.raw_files(worker.spool, order["older"]))}
        case "shelve":
            due = child_messages.due(order["due"])
            told: dict[str, Any] = {"did": "shelve"} | child_messages.named(due.id)
            try:
                return told | {"facts": child_messages.shelved(worker.shelve(due))}
            except Hopeless as fault:
                return told | {"hopeless": fault.reason, "detail": fault.detail}
            except RecordingError as fault:
                return told | {"later": fault.reason, "detail": fault.detail}
            except Exception as fault:  # noqa: BLE001 - the loop top of this process: one bad file must not stop the others
                return told | {"later": "fault", "detail": f"{type(fault).__name__}: {fault}"}
    raise ValueError(f"unknown order {order!r}")


def _say(answers: BinaryIO, row: dict[str, Any]) -> None:
    answers.write(child_messages.line(row))
    answers.flush()


def _die_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:  # it died before we asked
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main())

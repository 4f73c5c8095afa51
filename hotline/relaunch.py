"""By which command line the daemon begins anew: the one it was started by, of an unpacked release the name it was called by.

That name (``/opt/hotline/current/bin/hotline``) may lead to another release by then, which is an update; ``problems`` asks
that one first. Used by ``run.py`` and ``reload.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from config.file_places import Places
from config.language import say as _

LAUNCHER = "HOTLINE_LAUNCHER"
"""Set by a release's ``bin/hotline`` (hotline/data/release/)."""
CHECK_SECONDS = 60.0
WRONG = 2
HOME = Path(__file__).resolve().parents[1]
"""The release this program is of, or the checkout."""


def command() -> list[str]:
    """Program and words, to be given to exec."""
    if launcher := os.environ.get(LAUNCHER):
        return [launcher, *sys.argv[1:]]
    return [sys.executable, *sys.orig_argv[1:]]


def another() -> Path | None:
    """The release that the daemon would go on with, where it is not the one that runs."""
    launcher = os.environ.get(LAUNCHER)
    home = Path(launcher).resolve().parents[1] if launcher else HOME
    return None if home == HOME else home


def problems(config: Path, places: Places) -> list[str]:
    """Why the other release cannot take over: it does not run, calls the settings wrong, or the ledger is not for it."""
    launcher = os.environ[LAUNCHER]
    words = [launcher, "check", "--json", "--config", str(config), "--var", str(places.var)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=CHECK_SECONDS, check=False)
        found = json.loads(done.stdout)
        if done.returncode == WRONG:
            return [one["message"] for one in found]
        wrong = [one for one in found if (one["name"], one["state"]) == ("database", "fail")]
        return [one["message"] for one in wrong if not one.get("away")]  # any release waits for a ledger that is away
    except (OSError, subprocess.SubprocessError) as fault:
        said = str(fault)
    except (ValueError, TypeError, KeyError):
        said = (done.stderr.strip().splitlines() or ["?"])[-1]
    cure = _("Cure: run its install, or let {launcher} lead to one that runs", launcher=launcher)
    return [_("the release {launcher} leads to does not run: {fault}", launcher=launcher, fault=said) + ". " + cure]

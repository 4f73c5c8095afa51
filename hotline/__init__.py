"""The daemon and its command line: where every room is made and plugged together.

``app.py`` the composition root · ``parts.py`` begun in order, ended in reverse · ``run.py`` the daemon in the foreground · ``signals.py`` what it is told ·
``start_check.py`` before anything begins · ``reload.py`` settings read again · ``relaunch.py`` by which program · ``cli.py`` one verb a line · ``bus.py`` · ``logs.py`` ·
``metrics.py`` · ``numbering_plan.py`` and ``operator_files.py`` from settings and files · ``lasting_imports.py`` · ``data/`` units, examples, what a release adds, a tape for the bench.

Wings: ``verbs/`` the command line · ``programs/`` what runs beside the daemon · ``alarms/`` · ``books/`` what keeps the ledger up ·
``consoles/`` what the console asks for · ``lab/`` a whole hotline with automatic telephones · ``demo/`` · ``bench/`` ·
``surge/`` many calls at once, judged by what callers lived through · ``reports/`` the reports as tables.
"""

from importlib import metadata


def version() -> str:
    """Of this program; '' where it is not installed as a package."""
    try:
        return metadata.version("hotline")
    except metadata.PackageNotFoundError:
        return ""

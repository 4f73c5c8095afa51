"""A verb of the command line on a new ledger of its own, with the settings that ship."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hotline.cli import main
from tests import new_ledger

TREE = Path(__file__).resolve().parents[2]
Hotline = Callable[..., int]


def on_ledger(tmp_path: Path, group: str) -> Hotline:
    """``run(verb, *args)``: the exit status of ``hotline GROUP VERB ARGS``."""
    var = tmp_path / "var"
    var.mkdir()
    new_ledger.make(var / "ledger.db")

    def run(verb: str, *args: str) -> int:
        return main([group, verb, *args, "--config", str(TREE / "hotline.toml"), "--var", str(var)])

    return run

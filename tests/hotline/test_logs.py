"""What a log line says of a fault that was thought of, and of one that was not."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PROGRAM = """
import structlog
from hotline import logs
from ledger.errors import LedgerDamaged, LedgerUnavailable

logs.set_up(json=True)
log = structlog.get_logger("courier")
try:
    {raised}
except Exception as fault:
    log.exception("the book could not be read", again_in=1.0)
    log.error("task failed", exc_info=fault)
"""


def said(raised: str) -> list[dict[str, str]]:
    """The two lines of a program of its own (what a process's log goes to is set up once), of a loop's top and of a task."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(raised=raised)], capture_output=True, text=True, timeout=60, check=True
    )
    return [json.loads(line) for line in done.stderr.splitlines()]


@pytest.mark.parametrize(
    ("raised", "fault", "level"),
    [
        ("raise LedgerUnavailable('it is locked')", "it is locked", "warning"),
        ("raise LedgerDamaged('run hotline restore')", "run hotline restore", "error"),
    ],
)
def test_a_ledger_that_is_away_is_one_sentence(raised: str, fault: str, level: str) -> None:
    """By whoever comes across it: no traceback; what needs a person stays an error."""
    for row, event in zip(said(raised), ("the book could not be read", "task failed"), strict=True):
        assert (row["event"], row["level"], row["fault"]) == (event, level, fault)
        assert "exception" not in row


def test_any_other_fault_keeps_its_traceback() -> None:
    """Also one that was met while the ledger was away: that it is away explains nothing of it."""
    raised = "\n    ".join(
        ("try:", "    raise LedgerUnavailable('x')", "except LedgerUnavailable:", "    {}['nobody']")
    )
    for row in said(raised.replace("{}", "dict()")):
        assert row["level"] == "error"
        assert "KeyError" in row["exception"]


PARTS = """
import asyncio, logging
import structlog
from twisted.logger import Logger
from hotline import logs

logs.set_up(json=True)
structlog.get_logger("courier").info("delivered", number="13806010001")
logging.getLogger("somebody.else").warning("dialled %s", "13806010001")
Logger(namespace="twisted.spine").critical("unhandled")
try:
    {}["nobody"]
except KeyError:
    logging.getLogger("asyncio").exception("Task exception was never retrieved")
"""


def test_every_line_says_whose_it_is_and_has_one_form() -> None:
    """Ours, a library's, Twisted's; none shows a number, and a traceback is a field."""
    done = subprocess.run([sys.executable, "-c", PARTS], capture_output=True, text=True, timeout=60, check=True)
    rows = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(row["logger"], row["level"], row["event"]) for row in rows] == [
        ("courier", "info", "delivered"),
        ("somebody.else", "warning", "dialled 138****0001"),
        ("twisted", "critical", "unhandled"),
        ("asyncio", "error", "Task exception was never retrieved"),
    ]
    assert rows[0]["number"] == "138****0001"
    assert "KeyError" in rows[3]["exception"]

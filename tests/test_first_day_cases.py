"""Decision 0060 lists every fault of the operator's first day once, with a test that there is."""

from __future__ import annotations

import re
from pathlib import Path

TREE = Path(__file__).resolve().parents[1]
PAGE = TREE / "docs/decisions/0060-first-day-run-again.md"
CASES = [*(str(n) for n in range(1, 36)), *(f"S{n}" for n in range(1, 9))]
"""26 of the first day, nine under load, eight rows of settings."""
ROW = re.compile(r"^\| (S?\d+) \| (\S.*?) \| `([^`]+)` \| (run|by hand|not run) \|$", re.MULTILINE)


def test_every_fault_stands_there_once_and_names_a_test() -> None:
    rows = ROW.findall(PAGE.read_text("utf-8"))
    assert [case for case, *_ in rows] == CASES
    for case, _told, test, _how in rows:
        file, name = test.split("::")
        text = (TREE / file if file.startswith("web/") else TREE / "tests" / file).read_text("utf-8")
        wanted = name if file.startswith("web/") else f"def {name}("
        assert wanted in text, f"{case}: {test}"


def test_a_fault_that_was_not_run_says_why() -> None:
    """The page may not call a fault gone by its silence."""
    text = PAGE.read_text("utf-8")
    left = [case for case, _told, _test, how in ROW.findall(text) if how == "not run"]
    why = text.partition("**Not run**")[2]
    assert all(re.search(rf"\b{case}\b", why) for case in left)

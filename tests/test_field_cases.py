"""Decision 0057 lists every case of the field's and the attack list once, with a test that there is."""

from __future__ import annotations

import re
from pathlib import Path

TREE = Path(__file__).resolve().parents[1]
PAGE = TREE / "docs/decisions/0057-field-cases-run-again.md"
CASES = {
    "A": 9, "B": 3, "C": 2, "D": 2, "E": 2, "F": 5, "G": 3, "H": 2, "I": 4, "J": 3, "K": 1, "L": 2, "M": 2, "N": 1, "O": 2,
    "P": 4, "Q": 4, "R": 4, "S": 4, "T": 3, "U": 3, "V": 2, "W": 2, "X": 7,
}  # fmt: skip
"""Of each kind as it was reported: 43 from the field, 33 under attack."""
ROW = re.compile(r"^\| ([A-X]\d) \| (\S.*?) \| `([^`]+)` \| (run|by hand|not run) \|$", re.MULTILINE)


def test_every_case_stands_there_once_and_names_a_test() -> None:
    rows = ROW.findall(PAGE.read_text("utf-8"))
    assert [case for case, *_ in rows] == [f"{kind}{n}" for kind, most in CASES.items() for n in range(1, most + 1)]
    for case, _told, test, _how in rows:
        file, name = test.split("::")
        text = (TREE / file if file.startswith("web/") else TREE / "tests" / file).read_text("utf-8")
        wanted = name if file.startswith("web/") else f"def {name}("
        assert wanted in text, f"{case}: {test}"


def test_a_case_that_was_not_run_says_why() -> None:
    """The page may not call a case done by its silence."""
    text = PAGE.read_text("utf-8")
    left = [case for case, _told, _test, how in ROW.findall(text) if how == "not run"]
    why = text.partition("**Not run today**")[2]
    assert all(case in why for case in left)


USE = TREE / "docs/decisions/0061-points-of-use-tried-again.md"
POINTS = [*(str(n) for n in (*range(1, 34), *range(37, 44))), "wording", "one word"]
"""What was met in use; 34 to 36 are the ticket's."""


def test_every_point_of_use_stands_there_once_and_names_a_test() -> None:
    row = re.compile(r"^\| ([\w ]+) \| (\S.*?) \| `([^`]+)` \| (run|by hand|not run) \|$", re.MULTILINE)
    rows = row.findall(USE.read_text("utf-8"))
    assert [point for point, *_ in rows] == POINTS
    for point, _told, test, _how in rows:
        file, name = test.split("::")
        text = (TREE / file if file.startswith("web/") else TREE / "tests" / file).read_text("utf-8")
        assert (name if file.startswith("web/") else f"def {name}(") in text, f"{point}: {test}"

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


CLAUSES = TREE / "docs/decisions/0063-from-ticket-to-reply.md"
OF_CLAUSES = {
    "A": 10,
    "B": 10,
    "C": 4,
    "D": 4,
    "E": 8,
    "F": 8,
    "G": 13,
    "H": 10,
    "I": 5,
    "J": 3,
    "K": 1,
    "L": 1,
    "M": 6,
}
"""Of each paragraph of "From ticket to reply": what it delivers and this installation has."""


def test_every_clause_stands_there_once_and_names_a_test() -> None:
    rows = re.findall(
        r"^\| ([A-M]\d+) \| \S.*? \| `([^`]+)::([^`]+)` \| (?:run|not run) \|$", CLAUSES.read_text("utf-8"), re.M
    )
    assert [clause for clause, *_ in rows] == [
        f"{kind}{n}" for kind, most in OF_CLAUSES.items() for n in range(1, most + 1)
    ]
    lost = [clause for clause, file, name in rows if f"def {name}(" not in (TREE / "tests" / file).read_text("utf-8")]
    assert lost == []

"""docs/seed-map.md names each term of the city's letter once, and only what is there; what works, and works in part, by a test."""

from __future__ import annotations

import re
from pathlib import Path

TREE = Path(__file__).resolve().parents[1]
PAGE = TREE / "docs/seed-map.md"
TERMS = 54
ROW = re.compile(r"^\| (\d+) \| (\S.*?) \| (works|in part|not yet) \|(.*)\|$", re.MULTILINE)
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)(?:::(\w+))?`")


def rows() -> list[tuple[int, str, str]]:
    """(number, state, where)."""
    return [(int(number), state, where) for number, _term, state, where in ROW.findall(PAGE.read_text("utf-8"))]


def test_every_term_stands_there_once() -> None:
    text = PAGE.read_text("utf-8")
    assert [number for number, *_ in rows()] == list(range(1, TERMS + 1))
    assert len(rows()) == len(re.findall(r"^\| \d", text, re.MULTILINE)), "a row of another form is no row"


def test_what_is_named_is_there() -> None:
    lost = []
    for number, _state, where in rows():
        for path, test in NAMED.findall(where):
            file = TREE / path.rstrip("/")
            if not file.exists() or (test and f"def {test}(" not in file.read_text("utf-8")):
                lost.append(f"{number}: {path} {test}")
    assert lost == []


def test_what_works_names_its_test_and_what_lacks_says_so() -> None:
    wrong = []
    for number, state, where in rows():
        tests = [test for path, test in NAMED.findall(where) if path.startswith("tests/")]
        if state == "works" and not any(tests):
            wrong.append(f"{number}: works, and names no single test")
        if state == "in part" and not (tests and "Not yet:" in where):
            wrong.append(f"{number}: in part, without a test or what is missing")
        if state == "not yet" and tests:
            wrong.append(f"{number}: not yet, and names a test")
    assert wrong == []

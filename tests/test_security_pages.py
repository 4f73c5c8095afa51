"""The pages on security name tests that there are, and count what they list."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[1]
PAGES = ("docs/security.md", "docs/asvs.md", "docs/decisions/0030-doors-tried-again.md")
ROOMS = (
    "accounts",
    "agents",
    "bridge",
    "casestore",
    "config",
    "console",
    "cti",
    "hotline",
    "ledger",
    "recordings",
    "tests",
    "web/src",
)
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (held|not applicable|open) \| (.+) \|$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_the_files_it_names_are_there(page: str) -> None:
    """With their folder, or by name alone anywhere in the tree."""
    text = (TREE / page).read_text("utf-8")
    named = set(re.findall(r"`([\w./-]+\.(?:py|ts|vue))`", text))
    assert named
    there = {path.name for room in ROOMS for path in (TREE / room).rglob("*.*")}
    missing = {name for name in named if not (TREE / name).exists() and ("/" in name or name not in there)}
    assert {name for name in missing if not list(TREE.glob(f"*/{name}"))} == set()


FAULT = re.compile(r"^\| (\d+) [^|]* \| [^|]+ \| ([^|]+) \| (?:run|not run) \|$", re.MULTILINE)
FAULTS = 22
"""That were reported."""


def test_every_reported_fault_stands_there_once_and_names_tests_that_there_are() -> None:
    text = (TREE / "docs/decisions/0030-doors-tried-again.md").read_text("utf-8")
    rows = FAULT.findall(text.partition("## Every fault")[2].partition("## Flood figures")[0])
    assert [int(number) for number, _tests in rows] == [*range(1, FAULTS + 1)]
    for number, tests in rows:
        named = re.findall(r"`([^`]+)::([^`]+)`", tests)
        assert named, number
        for file, name in named:
            page = file.startswith("web/")
            said = (TREE / file if page else TREE / "tests" / file).read_text("utf-8")
            assert (f"'{name}'" if page else f"def {name}(") in said, f"{number}: {file}::{name}"


def test_what_is_known_of_our_parts_is_asked_by_make_audit() -> None:
    made = (TREE / "Makefile").read_text("utf-8")
    assert re.search(r"^audit:.*\n\t@?\.ci/audit$", made, re.MULTILINE)
    asked = (TREE / ".ci" / "audit").read_text("utf-8")
    assert [one for one in ("pip-audit", "npm", "CycloneDX", "could not be asked") if one not in asked] == []


def test_asvs_counts_what_it_lists() -> None:
    """Each number once, in order, with a word of its own; the sum at the top is that of the rows."""
    text = (TREE / "docs/asvs.md").read_text("utf-8")
    rows = ROW.findall(text)
    assert len(rows) == len(re.findall(r"^\| \d", text, re.MULTILINE)), "a row that is not of the form"
    numbers = [tuple(map(int, number.split("."))) for number, _word, _why in rows]
    assert numbers == sorted(set(numbers))
    counts = Counter(word for _number, word, _why in rows)
    told = re.search(r"(\d+) requirements: \*\*(\d+) held, (\d+) not applicable, (\d+) open", text)
    assert told is not None
    assert [int(one) for one in told.groups()] == [
        len(rows), counts["held"], counts["not applicable"], counts["open"],
    ]  # fmt: skip
    for section in re.split(r"^(?=## V)", text, flags=re.MULTILINE)[1:]:
        counts = Counter(word for _number, word, _why in ROW.findall(section))
        line = f"{counts['held']} held, {counts['not applicable']} not applicable, {counts['open']} open."
        assert line in section.splitlines(), f"{section.splitlines()[0]}: {line}"

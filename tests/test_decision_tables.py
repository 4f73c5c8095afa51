"""Decisions that list what there is, case by case, each with a test: every row stands there once, and names a test that there is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[1]
DECISIONS = TREE / "docs/decisions"
LIVE = re.compile(r"pytest\.mark\.(live|fault|browser)")


@dataclass(frozen=True)
class Page:
    """A table whose rows are ``| case | what is told | `file::test` or - | how |``."""

    name: str
    cases: Sequence[str]
    """All of them, in their order."""
    called: tuple[str, ...]
    """Words of the last column for what was called: a test with a real call; of the others nothing is asked."""
    others: tuple[str, ...]
    left: str
    """The word for what is not there: such a row has its reason behind ``why``."""
    why: str
    case: str = r"[A-X]\d+"
    """What a case is called, as a pattern."""

    def text(self) -> str:
        return (DECISIONS / self.name).read_text("utf-8")

    def rows(self) -> list[tuple[str, str, str, str]]:
        how = "|".join((*self.called, *self.others, self.left))
        return re.findall(rf"^\| ({self.case}) \| (\S.*?) \| (`[^`]+`|-) \| ({how}) \|$", self.text(), re.MULTILINE)


def numbered(**kinds: int) -> list[str]:
    return [f"{kind}{n}" for kind, most in kinds.items() for n in range(1, most + 1)]


PAGES = (
    Page(
        "0057-field-cases-run-again.md",
        # of each kind as it was reported: 43 from the field, 33 under attack
        numbered(A=9, B=3, C=2, D=2, E=2, F=5, G=3, H=2, I=4, J=3, K=1, L=2, M=2, N=1, O=2, P=4, Q=4, R=4, S=4, T=3, U=3, V=2, W=2, X=7),
        (), ("run", "by hand"), "not run", "**Not run today**",
    ),
    Page(
        "0059-everything-a-caller-meets.md",
        # by bullet: journeys, hours, queue, self-service, survey, nuisance, mode, hand-over, accessibility, ledger and pages, the runs
        numbered(J=9, H=7, Q=17, S=5, F=5, N=2, M=6, E=5, A=4, L=5, T=5),
        ("heard", "live"), ("unit",), "missing", "**Not built**",
    ),
    Page(
        "0060-first-day-run-again.md",
        # 26 of the operator's first day, nine under load, eight rows of settings
        [*(str(n) for n in range(1, 36)), *numbered(S=8)], (), ("run", "by hand"), "not run", "**Not run**", r"S?\d+",
    ),
    Page(
        "0061-points-of-use-tried-again.md",
        # what was met in use; 34 to 36 are the ticket's
        [*(str(n) for n in (*range(1, 34), *range(37, 44))), "wording", "one word"],
        (), ("run", "by hand"), "not run", "**Not run today**", r"[\w ]+",
    ),
    Page(
        "0062-the-house-clause-by-clause.md",
        [f"{section}.{n}" for section, most in {1: 17, 2: 23, 3: 4, 4: 18, 5: 6}.items() for n in range(1, most + 1)],
        ("live",), ("run",), "not run", "**Not run**", r"\d\.\d+",
    ),
    Page(
        "0063-from-ticket-to-reply.md",
        # of each paragraph: what it delivers and this installation has
        numbered(A=10, B=10, C=4, D=4, E=8, F=8, G=13, H=10, I=5, J=3, K=1, L=1, M=6),
        (), ("run", "not run"), "missing", "**Not built**",
    ),
)  # fmt: skip
pages = pytest.mark.parametrize("page", PAGES, ids=[page.name[:4] for page in PAGES])


def there(test: str) -> str:
    """The text of its file; AssertionError where the file has no such test."""
    file, _, name = test.partition("::")
    text = (TREE / file if file.startswith("web/") else TREE / "tests" / file).read_text("utf-8")
    assert file.startswith("web/") or f"def {name}(" in text, test
    assert not file.startswith("web/") or name in text, test
    return text


@pages
def test_every_case_stands_there_once_and_names_a_test(page: Page) -> None:
    rows = page.rows()
    assert [case for case, *_ in rows] == list(page.cases)
    for case, _told, test, how in rows:
        assert (test == "-") <= (how == page.left), f"{case}: no test"
        if test != "-":
            text = there(test.strip("`"))
            assert how not in page.called or LIVE.search(text), f"{case}: no real call in {test}"


@pages
def test_a_case_that_is_not_there_says_why(page: Page) -> None:
    """The page may not call a case done by its silence."""
    left = [case for case, _told, _test, how in page.rows() if how == page.left]
    why = page.text().partition(page.why)[2].partition("\n#")[0]
    assert all(re.search(rf"\b{case}\b", why) for case in left)


CELL = re.compile(r"^\| ([^|]+) \| ([^|]+) \| `([^`|]+::[^`|]+)` \|$", re.MULTILINE)


def test_each_cell_of_what_fails_names_a_call_that_hears_it() -> None:
    """The table of docs/operating.md: each thing that fails, by each step."""
    manual = (TREE / "docs/operating.md").read_text("utf-8").partition("\n| what fails |")[2].partition("\n\n")[0]
    head, _line, *rows = (line.strip("| ").split(" | ") for line in f"| what fails |{manual}".splitlines())
    steps, fails = head[1:], [row[0] for row in rows]
    assert all(len(row) == len(head) for row in rows)
    told = CELL.findall(PAGES[1].text())
    assert [(what, step) for what, step, _test in told] == [(what, step) for what in fails for step in steps]
    for *cell, test in told:
        assert LIVE.search(there(test)), cell

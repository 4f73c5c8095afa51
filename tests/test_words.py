"""Names are the field's: no file, class, public function or fixture has a word that ``docs/words.md`` has renamed away."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pytest

from tests.test_maps import ROOMS, TREE

WORDS = TREE / "docs" / "words.md"
HEADING = "## Words that name nothing here"
TS_NAME = re.compile(
    r"^(?:export )?(?:default )?(?:async )?(?:function|class|interface|type|const|let) (\w+)", re.MULTILINE
)
GENERATED = {"web/src/contract.ts"}


class Name(NamedTuple):
    text: str
    kind: str
    """file, class or function."""
    where: str


@dataclass(frozen=True)
class Banned:
    word: str
    where: str
    """'' everywhere."""
    instead: str


def parts(name: str) -> list[str]:
    """``TallyRow`` and ``tally_row`` → tally, row."""
    return [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def banned(text: str) -> list[Banned]:
    """The rows of the table under ``HEADING``."""
    rows = re.findall(r"^\| ([^|]+) \| *([^|]*?) *\| ([^|]+) \|$", text.partition(HEADING)[2], re.MULTILINE)
    return [Banned(word, where, instead) for words, where, instead in rows[1:] for word in words.split(", ")]


def explained(text: str) -> set[tuple[str, ...]]:
    """Terms of the table of words that have several parts: ('dead', 'letter')."""
    terms = re.findall(r"^\| ([^|]+) \|", text.partition(HEADING)[0], re.MULTILINE)
    return {tuple(parts(term)) for row in terms for term in row.split(",") if len(parts(term)) > 1}


def python_names(source: str, where: str) -> Iterator[Name]:
    """Classes and functions, methods among them; a test's name is a sentence, and a private one nobody looks for."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            yield Name(node.name, "class", f"{where}:{node.lineno}")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith(("_", "test_")):
            yield Name(node.name, "function", f"{where}:{node.lineno}")


def all_names() -> Iterator[Name]:
    for room in (*ROOMS, "tests"):
        for file in sorted((TREE / room).rglob("*.py")):
            where = str(file.relative_to(TREE))
            yield Name(file.stem, "file", where)
            yield Name(file.parent.name, "file", where)
            yield from python_names(file.read_text("utf-8"), where)
    for file in sorted((TREE / "web" / "src").rglob("*")):
        where = str(file.relative_to(TREE))
        if file.suffix not in (".ts", ".vue", ".css") or where in GENERATED:
            continue
        yield Name(file.name.partition(".")[0], "file", where)
        yield from (Name(found, "function", where) for found in TS_NAME.findall(file.read_text("utf-8")))


def wrong(name: Name, words: list[Banned], terms: set[tuple[str, ...]]) -> Iterator[str]:
    own = parts(name.text)
    for one in words:
        if one.word not in own or one.where not in ("", name.kind):
            continue
        if one.where == "file" and own not in ([one.word], ["test", one.word]):
            continue  # part of a name that says more
        if any(one.word.removesuffix("s") in term and term[0] in own for term in terms):
            continue
        yield f"{name.where}: {name.kind} {name.text}: not {one.word!r} but {one.instead}"


def test_no_name_has_a_word_that_was_renamed_away() -> None:
    text = WORDS.read_text("utf-8")
    words, terms = banned(text), explained(text)
    found = [said for name in all_names() for said in wrong(name, words, terms)]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (Name("TallyRow", "class", ""), ["tally"]),
        (Name("evening", "function", ""), ["evening"]),
        (Name("test_wire", "file", ""), ["wire"]),
        (Name("wire_calls", "file", ""), []),
        (Name("House", "class", ""), ["house"]),
        (Name("hear_house", "function", ""), []),
        (Name("dead_letters", "file", ""), []),
        (Name("letters", "file", ""), ["letters"]),
        (Name("crowded", "function", ""), []),
    ],
)
def test_a_word_is_found_where_it_may_not_stand(name: Name, said: list[str]) -> None:
    text = WORDS.read_text("utf-8")
    assert [re.findall(r"not '(\w+)'", one)[0] for one in wrong(name, banned(text), explained(text))] == said


def test_the_names_of_a_source_are_all_seen() -> None:
    source = "class A:\n    def b(self): ...\n    def _c(self): ...\nasync def d(): ...\ndef test_e(): ...\n"
    assert sorted(name.text for name in python_names(source, "x")) == ["A", "b", "d"]
    assert TS_NAME.findall("export const a = 1\nasync function b() {}\n  const c = 2\nexport interface D {}\n") == [
        "a", "b", "D",
    ]  # fmt: skip
    assert len(banned(WORDS.read_text("utf-8"))) > 40

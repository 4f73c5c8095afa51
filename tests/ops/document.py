"""The steps of docs/operating.md that are run as they are written: fenced blocks whose first line says so.

```` ```sh run ```` is given to a shell; ```` ```text act=NAME ```` is something that people do, acted by ``people.py``.
A chapter is what stands under one heading, in the order of the document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "docs" / "operating.md"


@dataclass(frozen=True, slots=True)
class Step:
    chapter: str
    line: int
    """Of its first line in the document."""
    act: str
    """'' for a shell's."""
    text: str


def steps(text: str) -> list[Step]:
    found: list[Step] = []
    block: list[str] = []
    chapter, head, began = "", "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if head:
            if line == "```":
                act = re.fullmatch(r"text act=(\S+)", head)
                if head == "sh run" or act:
                    found.append(Step(chapter, began, act[1] if act else "", "\n".join(block) + "\n"))
                head, block = "", []
            else:
                block.append(line)
        elif fence := re.fullmatch(r"```(.*)", line):
            head, began = fence[1] or "-", number + 1
        elif heading := re.fullmatch(r"#{2,3} (.+)", line):
            chapter = heading[1]
    return found


def of_document() -> list[Step]:
    return steps(FILE.read_text("utf-8"))


def chapters() -> list[str]:
    return list(dict.fromkeys(step.chapter for step in of_document()))


def releases() -> list[str]:
    """The versions it names as files, in order."""
    return list(dict.fromkeys(re.findall(r"hotline-([0-9.]+)\.tar\.gz", FILE.read_text("utf-8"))))

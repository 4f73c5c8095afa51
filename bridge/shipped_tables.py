"""The tables of ``data/`` that come with us, row by row. An operator's own files are read by ``config.files``, which expects anything."""

from __future__ import annotations

import csv
from importlib.resources import files


def rows(name: str) -> list[dict[str, str]]:
    """Each row of ``data/NAME``, by the names of its heading."""
    text = files("bridge").joinpath("data", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))

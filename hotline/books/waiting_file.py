"""What the ledger does not have yet, in a small file that outlives the daemon: the ``kept`` of an ``OrderedWriter``.

A line of JSON for each: what came since is added to it, anything else is written whole and by renaming. No file: nothing waits. A line
that cannot be read holds up none behind it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError

from recordings.durable import write_new_durable

log = structlog.get_logger("waiting")

T = TypeVar("T")


class WaitingFile(Generic[T]):
    """:param kinds: the dataclasses that may stand in it, told apart by their names."""

    def __init__(self, path: Path, *kinds: type[T]) -> None:
        self._path = path
        self._kinds: dict[str, TypeAdapter[Any]] = {kind.__name__: TypeAdapter(kind) for kind in kinds}
        self._stands: list[T] = []

    def read(self) -> list[T]:
        """What an earlier daemon left, in order."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as fault:
            log.error("what waited for the ledger cannot be read", file=str(self._path), fault=str(fault))
            return []
        found: list[T] = []
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                found.append(self._kinds[row["kind"]].validate_python(row["of"]))
            except (ValueError, TypeError, KeyError, ValidationError) as fault:
                log.error("a line cannot be read", file=str(self._path), line=number, fault=str(fault))
        self._stands = list(found)
        return found

    def leave(self, waiting: Sequence[T]) -> None:
        """These and no others; says so and goes on where the disk takes nothing."""
        now, stands = list(waiting), self._stands
        if now == stands:
            return
        try:
            if not now:
                self._path.unlink(missing_ok=True)
            elif stands and now[: len(stands)] == stands:
                with self._path.open("ab") as file:
                    file.write(self._lines(now[len(stands) :]))
                    file.flush()
                    os.fsync(file.fileno())
            else:
                write_new_durable(self._path, self._lines(now), mode=0o600)
        except OSError as fault:
            log.error("what waits for the ledger is kept in memory alone", file=str(self._path), fault=str(fault))
            self._stands = []  # a line may be torn: written whole the next time
        else:
            self._stands = now

    def _lines(self, some: Sequence[T]) -> bytes:
        rows = ({"kind": type(one).__name__, "of": self._of(one)} for one in some)
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()

    def _of(self, one: T) -> Any:
        return self._kinds[type(one).__name__].dump_python(one, mode="json")

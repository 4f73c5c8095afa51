"""How the child makes room for the telephone, and what it takes away at its start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recordings import child


def test_its_session_is_lowered_too(tmp_path: Path) -> None:
    group = tmp_path / "autogroup"
    group.touch()
    child.lower_session(19, group)
    assert group.read_text() == "19"


def test_a_kernel_that_wants_a_moment_between_two_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several children begin together, and it takes one value in a tenth of a second."""
    told, write = [0], Path.write_text

    def busy(self: Path, *words: Any) -> int:
        told[0] += 1
        if told[0] < 4:
            raise BlockingIOError
        return write(self, *words)

    monkeypatch.setattr(child, "AUTOGROUP_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(Path, "write_text", busy)
    child.lower_session(10, tmp_path / "autogroup")
    assert (tmp_path / "autogroup").read_text() == "10"


def test_a_kernel_without_such_groups_or_that_forbids_it_stops_no_child(tmp_path: Path) -> None:
    child.lower_session(19, tmp_path / "no-proc" / "autogroup")
    child.lower_session(19, tmp_path)

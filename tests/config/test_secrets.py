"""Secrets are made once, whole, and for the owner only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config import secrets


def test_made_once_and_private(tmp_path: Path) -> None:
    """128 bits each, 0600 in a 0700 folder; the second start finds the same."""
    made = secrets.ensure(tmp_path / "secrets", ("a", "b"))
    first = dict(made)
    assert set(first) == {"a", "b"}
    assert len(set(first.values())) == 2
    assert all(len(secret) == 32 for secret in first.values())
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets" / "a").stat().st_mode & 0o777 == 0o600
    assert dict(secrets.ensure(tmp_path / "secrets", ("a", "b"))) == first
    with pytest.raises(KeyError):
        made["c"]


def test_two_starters_agree(tmp_path: Path) -> None:
    """Whoever makes a secret first wins; nobody reads half of one."""
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _n: dict(secrets.ensure(tmp_path, ("one",))), range(32)))
    assert len({each["one"] for each in said}) == 1


def test_never_shown(tmp_path: Path) -> None:
    """Printing the collection does not print a secret."""
    made = secrets.ensure(tmp_path, ("one",))
    assert made["one"] not in repr(made)

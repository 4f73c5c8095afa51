"""The storage in a folder: what every storage does, and what only files can get wrong."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from recordings import local_storage
from recordings.durable import move_durable
from recordings.errors import TryLater
from recordings.local_storage import LocalStorage
from recordings.storage import copy

from .storage_contract import NAME, StorageContract, names, whole


class TestLocalStorage(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> LocalStorage:
        return LocalStorage(tmp_path / "shelf")


def test_nothing_is_listed_that_nobody_put(tmp_path: Path) -> None:
    """Drafts, an editor's leavings, and a shelf that is not there yet."""
    storage = LocalStorage(tmp_path / "shelf")
    assert names(storage) == []
    storage.put(NAME, [b"x"])
    for name in (".x.1.new", "with blank", "~x"):
        (storage.root / "2026" / name).write_bytes(b"y")
    (storage.root / ".work").mkdir()
    (storage.root / ".work" / "draft").write_bytes(b"y")
    assert names(storage) == [NAME]


def test_a_year_on_another_disk_is_read(tmp_path: Path) -> None:
    """An operator moved it there and left a link."""
    storage = LocalStorage(tmp_path / "shelf")
    storage.put(NAME, [b"x"])
    (storage.root / "2026").rename(tmp_path / "elsewhere")
    (storage.root / "2026").symlink_to(tmp_path / "elsewhere")
    assert names(storage) == [NAME]
    assert whole(storage, NAME) == b"x"


def test_a_draft_of_another_disk_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a rename cannot reach."""
    storage, draft = LocalStorage(tmp_path / "shelf"), tmp_path / "draft"
    draft.write_bytes(b"sound")
    real = move_durable

    def across(source: Path, target: Path) -> None:
        if source == draft:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        real(source, target)

    monkeypatch.setattr(local_storage, "move_durable", across)
    storage.put(NAME, draft)
    assert whole(storage, NAME) == b"sound"
    assert not draft.exists()


@pytest.mark.parametrize(
    ("number", "word"), [(errno.ENOSPC, "disk_full"), (errno.EDQUOT, "disk_full"), (errno.EIO, "io_error")]
)
def test_what_the_disk_says_is_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, word: str
) -> None:
    def broken(source: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(local_storage, "move_durable", broken)
    with pytest.raises(TryLater, match=word):
        LocalStorage(tmp_path / "shelf").put(NAME, [b"x"])


def test_copies_a_whole_storage(tmp_path: Path) -> None:
    """For backup and restore: what is there stays, where asked for; modes are the target's."""
    one, two = LocalStorage(tmp_path / "one"), LocalStorage(tmp_path / "two", file_mode=0o600, folder_mode=0o700)
    for name in (NAME, "2026/11/25/b.opus"):
        one.put(name, [b"from one"])
    two.put(NAME, [b"was there"])
    assert copy(one, two, replace=False) == 1
    assert whole(two, NAME) == b"was there"
    assert copy(one, two) == 2
    assert whole(two, NAME) == b"from one"
    assert (two.root / NAME).stat().st_mode & 0o777 == 0o600
    assert (two.root / "2026/11").stat().st_mode & 0o777 == 0o700

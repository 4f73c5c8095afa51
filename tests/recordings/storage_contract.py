"""What every storage of recordings must do: inherit ``StorageContract`` and give ``storage``. Knows no implementation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recordings.errors import Hopeless, NotStored
from recordings.ports import Storage, Stored
from recordings.storage_reader import opened

NAME = "2026/11/24/xm1-1.0+2.opus.sealed"
LARGE = bytes(range(256)) * 1024


class StorageContract:
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Storage:
        raise NotImplementedError("give an empty storage")

    def test_what_was_put_is_there_whole(self, storage: Storage) -> None:
        """From pieces and from a file; the file is taken over."""
        storage.put(NAME, [b"some", b"", b" sound"])
        assert whole(storage, NAME) == b"some sound"
        assert storage.stat(NAME) == Stored(NAME, 10)

    def test_a_file_is_taken_over(self, storage: Storage, tmp_path: Path) -> None:
        draft = tmp_path / "draft"
        draft.write_bytes(LARGE)
        storage.put(NAME, draft)
        assert not draft.exists()
        assert whole(storage, NAME) == LARGE

    def test_putting_again_replaces(self, storage: Storage) -> None:
        for content in (b"long before", b"now"):
            storage.put(NAME, [content])
            assert whole(storage, NAME) == content
            assert storage.stat(NAME) == Stored(NAME, len(content))
        assert names(storage) == [NAME]

    def test_a_put_that_fails_half_way_leaves_what_was(self, storage: Storage) -> None:
        """Neither a half, nor a draft that is listed."""

        def torn() -> Iterator[bytes]:
            yield b"half"
            raise RuntimeError("the source is gone")

        with pytest.raises(RuntimeError):
            storage.put(NAME, torn())
        assert (storage.stat(NAME), names(storage)) == (None, [])
        storage.put(NAME, [b"whole"])
        with pytest.raises(RuntimeError):
            storage.put(NAME, torn())
        assert whole(storage, NAME) == b"whole"
        assert names(storage) == [NAME]

    @pytest.mark.parametrize(
        ("first", "last"),
        [(0, 0), (5, 9), (0, None), (100_000, 200_000), (len(LARGE) - 1, None), (7, 10**9), (10**9, None)],
    )
    def test_any_range(self, storage: Storage, first: int, last: int | None) -> None:
        """Both ends included; what lies behind the end is not there."""
        storage.put(NAME, [LARGE])
        wanted = LARGE[first:] if last is None else LARGE[first : last + 1]
        assert b"".join(storage.open_range(NAME, first, last)) == wanted

    def test_a_reader_that_stops_lets_go(self, storage: Storage) -> None:
        storage.put(NAME, [LARGE])
        pieces = storage.open_range(NAME)
        assert next(pieces)
        pieces.close()
        assert storage.delete(NAME)

    def test_what_is_not_there(self, storage: Storage) -> None:
        """Nothing, a folder of others, something below a file."""
        storage.put(NAME, [b"x"])
        for name in ("2026/11/24/other.opus", "2026/11", f"{NAME}/below", "2027/01/01/x.opus"):
            assert storage.stat(name) is None
            assert not storage.delete(name)
            with pytest.raises(NotStored):
                b"".join(storage.open_range(name))
        assert names(storage) == [NAME]

    def test_deleted_is_gone(self, storage: Storage) -> None:
        storage.put(NAME, [b"x"])
        assert storage.delete(NAME)
        assert not storage.delete(NAME)
        assert (storage.stat(NAME), names(storage)) == (None, [])

    def test_lists_by_prefix(self, storage: Storage) -> None:
        """Folder after folder in order; the prefix may end within a name."""
        days = ("2025/12/31", "2026/02/01", "2026/11/24", "2026/11/25")
        every = [f"{day}/{file}" for day in days for file in ("a.opus", "a+2.opus", "b.facts.json")]
        for name in reversed(every):
            storage.put(name, [b"xy"])
        assert sorted(names(storage)) == sorted(every)
        assert list(dict.fromkeys(name.rpartition("/")[0] for name in names(storage))) == list(days)
        assert sorted(names(storage, "2026/11/24/")) == sorted(every[6:9])
        assert sorted(names(storage, "2026/11/24/a")) == sorted(every[6:8])
        assert sorted(names(storage, "2026/1")) == sorted(every[6:])
        assert names(storage, "2026/11/24/a.opus") == ["2026/11/24/a.opus"]
        for nothing in ("2024/", "2026/11/26/", "2026/11/24/a.opus/", "../", "x"):
            assert names(storage, nothing) == []
        assert {one.size for one in storage.list()} == {2}

    @pytest.mark.parametrize(
        "name",
        ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "a/.hidden", "a\0b", "a b", "a\n", "ä", "x" * 300],
    )
    def test_a_name_that_is_none_is_refused(self, storage: Storage, name: str) -> None:
        for door in (storage.stat, storage.delete, lambda name: b"".join(storage.open_range(name))):
            with pytest.raises(Hopeless, match="bad_name"):
                door(name)
        with pytest.raises(Hopeless, match="bad_name"):
            storage.put(name, [b"x"])

    def test_reads_like_a_file(self, storage: Storage) -> None:
        """What the seal and the hashes want of it: read on, leap, tell."""
        storage.put(NAME, [LARGE])
        with opened(storage, NAME) as file:
            assert file.read(10) == LARGE[:10]
            assert file.seek(0, 2) == len(LARGE)
            assert file.read(1) == b""
            assert file.seek(200_000) == 200_000
            assert file.read() == LARGE[200_000:]
            assert file.tell() == len(LARGE)
            file.seek(3)
            assert file.read(100_000) == LARGE[3:100_003]
        with pytest.raises(NotStored):
            opened(storage, "2026/11/24/other.opus")


def whole(storage: Storage, name: str) -> bytes:
    return b"".join(storage.open_range(name))


def names(storage: Storage, prefix: str = "") -> list[str]:
    return [one.name for one in storage.list(prefix)]

"""Small files under the recordings' seal: nothing readable on the disk, what an older version wrote still read, kills between key and file."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.file_places import Places
from config.sections.recording import Recording
from recordings.errors import NotStored, SealBroken
from recordings.sealed_files import SealedFiles
from recordings.storage import files_of, keys_of
from recordings.vault import Keys

NAME, DATA = "ab/abcdef", b"\xff\xd8\xff" + b"a citizen's street " * 9_000 + b"\xff\xd9"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "var")
    made.make()
    return made


def keys(places: Places) -> Keys:
    return keys_of(Recording(), places)


def files(places: Places) -> SealedFiles:
    return SealedFiles(files_of(places), keys(places))


def lying(places: Places) -> list[Path]:
    return sorted(path for path in places.ticket_files.rglob("*") if path.is_file())


def test_what_is_put_is_sealed_and_read_again(places: Places) -> None:
    files(places).put(NAME, DATA)
    (path,) = lying(places)
    assert path.name == "abcdef.sealed"
    assert b"street" not in path.read_bytes()
    assert files(places).get(NAME) == DATA
    with pytest.raises(NotStored):
        files(places).get("ab/other")


def test_again_is_the_same_file(places: Places) -> None:
    files(places).put(NAME, DATA)
    before = [path.read_bytes() for path in lying(places)]
    files(places).put(NAME, DATA)
    assert [path.read_bytes() for path in lying(places)] == before


def test_a_plain_file_of_before_is_read_and_sealed_when_it_comes_again(places: Places) -> None:
    files_of(places).put(NAME, [DATA])
    assert files(places).get(NAME) == DATA
    files(places).put(NAME, DATA)
    assert [path.name for path in lying(places)] == ["abcdef.sealed"]
    assert files(places).get(NAME) == DATA


def test_a_kill_between_the_key_and_the_file(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is there and no file: not stored; the next one makes both anew."""
    one = files(places)
    with monkeypatch.context() as killed:
        killed.setattr(type(files_of(places)), "put", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            one.put(NAME, DATA)
    with pytest.raises(NotStored):
        files(places).get(NAME)
    files(places).put(NAME, DATA)
    assert files(places).get(NAME) == DATA


def test_an_altered_one_is_not_given_out_and_is_mended_by_putting_it_again(places: Places) -> None:
    files(places).put(NAME, DATA)
    (path,) = lying(places)
    spoilt = bytearray(path.read_bytes())
    spoilt[-1] ^= 1
    path.write_bytes(bytes(spoilt))
    with pytest.raises(SealBroken):
        files(places).get(NAME)
    files(places).put(NAME, DATA)
    assert files(places).get(NAME) == DATA


def test_a_new_master_key_goes_for_them_too(places: Places) -> None:
    """Their keys are wrapped anew with those of the recordings, and the former master key is forgotten."""
    files(places).put(NAME, DATA)
    ring = keys(places)
    ring.rotate()
    assert [ring.rewrap(path) for path in ring.paths()] == [True]
    assert ring.retire() == 1
    assert files(places).get(NAME) == DATA

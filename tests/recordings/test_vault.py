"""The vault: what is sealed opens to itself, and to nothing else."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings import vault
from recordings.errors import Hopeless, SealBroken
from recordings.master_key import MasterKeyFile

KEY = vault.DataKey(bytes(range(16)), bytes(range(32)), "2026/11/24/xm1-1.0.opus.sealed")


def keys_at(folder: Path, master: Path) -> vault.Keys:
    keys = folder / "keys"
    return vault.Keys(keys, MasterKeyFile(master, may_make=lambda: not vault.has_keys(keys)))


def sealed(plain: bytes, chunk: int = 64, key: vault.DataKey = KEY) -> bytes:
    out = io.BytesIO()
    vault.seal(io.BytesIO(plain), out, key, chunk)
    return out.getvalue()


def opened(content: bytes, key: vault.DataKey = KEY) -> bytes:
    return b"".join(vault.unseal(io.BytesIO(content), key))


class Dribble(io.BytesIO):
    """Reads come in pieces, as from a pipe."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 7) if size and size > 0 else size)


@given(st.binary(min_size=1, max_size=700), st.integers(1, 300), st.data())
def test_any_part_opens_to_itself(plain: bytes, chunk: int, data: st.DataObject) -> None:
    """Only the chunks that hold it are needed, and each is proven."""
    first = data.draw(st.integers(0, len(plain) - 1))
    last = data.draw(st.integers(first, len(plain) - 1))
    content = sealed(plain, chunk)
    assert b"".join(vault.window(io.BytesIO(content), KEY, first, last)) == plain[first : last + 1]


def test_a_part_of_an_altered_file_does_not_open() -> None:
    """A changed bit, a swapped or cut end, another key."""
    content = sealed(bytes(200), 64)
    cut = content[: -(200 % 64 + 16)]
    for broken, key in ((content[:-1], KEY), (cut, KEY), (content[:-1] + b"x", KEY), (content, vault.new_key("other"))):
        with pytest.raises(SealBroken):
            list(vault.window(io.BytesIO(broken), key, 130, 199))


def test_known_vector() -> None:
    """The format on the disk does not change by accident."""
    assert sealed(b"12319", 64).hex() == (
        "484c5345414c303100000040000102030405060708090a0b0c0d0e0f001e"
        "323032362f31312f32342f786d312d312e302e6f7075732e7365616c6564"
        "24e48ccd7d4011be17eb78cc844086f75a5eedd733"
    )


@given(st.binary(max_size=700), st.integers(1, 300))
def test_opens_to_what_was_sealed(plain: bytes, chunk: int) -> None:
    """Any content in any chunk size, also when it ends exactly with a chunk, comes back."""
    content = sealed(plain, chunk)
    assert opened(content) == plain
    assert b"".join(vault.unseal(Dribble(content), KEY)) == plain


@given(st.binary(min_size=1, max_size=300), st.integers(1, 100), st.data())
def test_any_flipped_bit_is_found(plain: bytes, chunk: int, data: st.DataObject) -> None:
    """No bit of header or content can be changed unnoticed."""
    content = bytearray(sealed(plain, chunk))
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        opened(bytes(content))


@given(st.binary(min_size=1, max_size=300), st.integers(1, 100), st.data())
def test_a_cut_file_is_found(plain: bytes, chunk: int, data: st.DataObject) -> None:
    """A file cut anywhere, also exactly between two chunks, does not pass for a whole one."""
    content = sealed(plain, chunk)
    with pytest.raises(SealBroken):
        opened(content[: data.draw(st.integers(0, len(content) - 1))])


def test_swapped_and_doubled_chunks_are_found() -> None:
    """Chunks have their place; bytes after the last one are refused."""
    head = len(sealed(b"", 10)) - vault.TAG
    content, one = sealed(bytes(30), 10), 10 + vault.TAG
    first, second, third = (content[head + i * one : head + (i + 1) * one] for i in range(3))
    for forged in (second + first + third, first + third, first + second + third + third, first + second):
        with pytest.raises(SealBroken):
            opened(content[:head] + forged)


def test_a_chunk_of_another_file_is_refused() -> None:
    """Even the same key cannot carry sound from one call to another: the label is bound in."""
    other = vault.DataKey(KEY.id, KEY.secret, "2026/11/24/xm1-2.0.opus.sealed")
    with pytest.raises(SealBroken, match="wrong_key"):
        opened(sealed(b"secret"), other)
    head = len(sealed(b"", 64)) - vault.TAG
    with pytest.raises(SealBroken, match="altered"):
        opened(sealed(b"mine")[:head] + sealed(b"secret", key=other)[head:])


def test_keys_are_kept_wrapped_and_found_again(tmp_path: Path) -> None:
    """A key comes back in another life; its secret stands nowhere on the disk."""
    master = tmp_path / "secrets" / "recording-master"
    key = vault.new_key("a/b.opus.sealed")
    keys_at(tmp_path, master).keep(key, "a/b.opus.sealed")
    assert keys_at(tmp_path, master).get("a/b.opus.sealed") == key
    stored = (tmp_path / "keys" / "a" / "b.opus.sealed.key").read_bytes()
    assert key.secret not in stored
    assert key.secret.hex().encode() not in stored
    assert (master.stat().st_mode & 0o777, (tmp_path / "keys").stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_shredded_key_is_gone(tmp_path: Path) -> None:
    """After shredding nobody opens the recording any more; shredding twice does nothing."""
    keys = keys_at(tmp_path, tmp_path / "master")
    keys.keep(vault.new_key("x.sealed"), "x.sealed")
    assert keys.shred("x.sealed")
    assert not keys.shred("x.sealed")
    with pytest.raises(SealBroken, match="no_key"):
        keys.get("x.sealed")


def test_another_master_key_opens_nothing(tmp_path: Path) -> None:
    """A wrapped key under a foreign master key is refused."""
    keys_at(tmp_path, tmp_path / "master").keep(vault.new_key("x"), "x")
    (tmp_path / "other").write_text("00" * 32)
    stranger = keys_at(tmp_path, tmp_path / "other")
    with pytest.raises(SealBroken, match="bad_key"):
        stranger.get("x")


def test_a_lost_master_key_is_not_replaced(tmp_path: Path) -> None:
    """Where recordings are sealed, a missing master key is an error with its cure, never a new key."""
    keys_at(tmp_path, tmp_path / "master").keep(vault.new_key("x"), "x")
    (tmp_path / "master").unlink()
    keys = keys_at(tmp_path, tmp_path / "master")
    with pytest.raises(SealBroken, match="no_master"):
        keys.get("x")
    with pytest.raises(SealBroken, match="no_master"):
        keys_at(tmp_path, tmp_path / "master").keep(vault.new_key("y"), "y")
    assert not (tmp_path / "master").exists()


def test_no_path_leads_out_of_the_folder_of_keys(tmp_path: Path) -> None:
    """A facts file that names a place elsewhere gets no key from there, and drops none."""
    keys = keys_at(tmp_path, tmp_path / "secrets" / "recording-master")
    outside = tmp_path / "x.key"
    outside.write_bytes(b"mine")
    for path in ("../x", "/etc/x", "a/../../x", ""):
        for door in (keys.get, keys.shred, lambda path: keys.keep(vault.new_key(path), path)):
            with pytest.raises(Hopeless, match="bad_name"):
                door(path)
    assert outside.read_bytes() == b"mine"

"""Sealing recordings: one data key per file, wrapped by the installation's master key (``master_key.py``).

Called by ``worker.py`` (seal) and by whoever may listen (unseal, after the audit row).
Never decides who may. Dropping a data key (``Keys.shred``) makes every copy of the sealed
file unreadable, also those in backups of the shelf: keys lie in a folder of their own.

The sealed file (all integers big-endian)::

    magic "HLSEAL01" | chunk size u32 | key id 16 B | label length u16 | label UTF-8
    chunk, chunk, ... last chunk        each: AES-256-GCM ciphertext + 16 B tag

A chunk's nonce is ``7 zero bytes | number u32 | 1 when last else 0`` under a key that is
used for this one file only (the STREAM construction), its associated data the whole
header: chunks cannot be altered, swapped, dropped, cut off at the end or moved to another
file unnoticed. Every chunk but the last is full; an empty file is one empty last chunk.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import layout
from .durable import make_folder, sync_folder, write_new_durable
from .errors import Hopeless, SealBroken
from .ports import MasterKeys, Wrapped

SUFFIX, LOCK = ".key", ".lock"
MAGIC = b"HLSEAL01"
CHUNK = 64 * 1024
TAG = 16
MOST_CHUNK = 1 << 24
_HEAD = struct.Struct(">8sI16sH")


@dataclass(frozen=True, slots=True)
class DataKey:
    id: bytes
    secret: bytes
    label: str
    """What the key was made for (the call's file name); bound into key and file."""


def new_key(label: str) -> DataKey:
    return DataKey(os.urandom(16), os.urandom(32), label)


def seal(plain: BinaryIO, sealed: BinaryIO, key: DataKey, chunk: int = CHUNK) -> None:
    """Read ``plain`` to its end, write the sealed form; constant memory."""
    label = key.label.encode()
    head = _HEAD.pack(MAGIC, chunk, key.id, len(label)) + label
    cipher = AESGCM(key.secret)
    sealed.write(head)
    number, block = 0, _full(plain, chunk)
    while True:
        following = _full(plain, chunk) if len(block) == chunk else b""
        sealed.write(cipher.encrypt(_nonce(number, last=not following), block, head))
        if not following:
            return
        number, block = number + 1, following


def unseal(sealed: BinaryIO, key: DataKey) -> Iterator[bytes]:
    """The plain chunks in order. Each is proven before it is given out; a cut-off file raises
    ``SealBroken`` at its end, so what was given out before is true but not complete."""
    chunk, key_id, label, head = read_head(sealed)
    if key_id != key.id or label != key.label:
        raise SealBroken("wrong_key", f"the file is sealed for {label!r} with key {key_id.hex()}")
    cipher = AESGCM(key.secret)
    number, block = 0, _full(sealed, chunk + TAG)
    while True:
        following = _full(sealed, chunk + TAG) if len(block) == chunk + TAG else b""
        try:
            yield cipher.decrypt(_nonce(number, last=not following), block, head)
        except InvalidTag as fault:
            raise SealBroken("altered", f"chunk {number} of {label!r} is altered or the file is cut") from fault
        if not following:
            return
        number, block = number + 1, following


def window(sealed: BinaryIO, key: DataKey, first: int, last: int) -> Iterator[bytes]:
    """Plain bytes ``first`` to ``last``, both included: only the chunks that hold them are opened, each proven."""
    chunk, key_id, label, head = read_head(sealed)
    if key_id != key.id or label != key.label:
        raise SealBroken("wrong_key", f"the file is sealed for {label!r} with key {key_id.hex()}")
    cipher, number = AESGCM(key.secret), first // chunk
    final = -(-(sealed.seek(0, os.SEEK_END) - len(head)) // (chunk + TAG)) - 1
    sealed.seek(len(head) + number * (chunk + TAG))
    while number * chunk <= last:
        try:
            plain = cipher.decrypt(_nonce(number, last=number == final), _full(sealed, chunk + TAG), head)
        except InvalidTag as fault:
            raise SealBroken("altered", f"chunk {number} of {label!r} is altered or the file is cut") from fault
        yield plain[max(first - number * chunk, 0) : last + 1 - number * chunk]
        number += 1


def read_head(sealed: BinaryIO) -> tuple[int, bytes, str, bytes]:
    """(chunk size, key id, label, the header's bytes). Raises ``SealBroken`` for anything else."""
    fixed = _full(sealed, _HEAD.size)
    if len(fixed) < _HEAD.size or not fixed.startswith(MAGIC):
        raise SealBroken("not_sealed", "no sealed recording begins like this")
    _, chunk, key_id, length = _HEAD.unpack(fixed)
    label = _full(sealed, length)
    if not 0 < chunk <= MOST_CHUNK or len(label) < length:
        raise SealBroken("altered", "the header is damaged")
    try:
        return chunk, key_id, label.decode(), fixed + label
    except UnicodeDecodeError as fault:
        raise SealBroken("altered", "the header is damaged") from fault


class Keys:
    """The data keys' folder and the master key that wraps them."""

    def __init__(self, folder: Path, master: MasterKeys) -> None:
        """``folder``: ``Places.recording_keys``. The master key is read at the first use, not here."""
        self.folder, self.master = folder, master

    def keep(self, key: DataKey, path: str) -> None:
        """Wrap ``key`` and store it for the recording at ``path`` (below the shelf); durable on return."""
        file = self._file(path)
        with self._locked(fcntl.LOCK_SH):
            self._write(file, key)

    def get(self, path: str) -> DataKey:
        """The key of the recording at ``path``. Raises ``SealBroken`` ('no_key' once shredded)."""
        return self._read(path, self._file(path))[0]

    def shred(self, path: str) -> bool:
        """Drop the key of the recording at ``path``; False when it was gone already. Durable on return."""
        file = self._file(path)
        with self._locked(fcntl.LOCK_SH):
            if not _zeroed(file):
                return False
            file.unlink()
            sync_folder(file.parent)
        return True

    def paths(self) -> Iterator[str]:
        """Of every recording that has a key, folder after folder."""
        for file in sorted(self.folder.rglob(f"*{SUFFIX}")):
            path = str(file.relative_to(self.folder)).removesuffix(SUFFIX)
            if layout.safe(path):
                yield path

    def rewrap(self, path: str) -> bool:
        """Wrap this one by the master key in use; False: it is already, or was dropped meanwhile.

        The old file stays whole until the new one is on the disk in its place. Raises ``SealBroken``.
        """
        file, current = self._file(path), self.master.current()
        with self.alone():  # whoever drops this key at the same time must find it dropped afterwards
            try:
                key, master = self._read(path, file)
            except SealBroken as fault:
                if fault.reason == "no_key":
                    return False
                raise
            if master == current:
                return False
            self._write(file, key)
        return True

    def rotate(self) -> str:
        """Have a new master key made; its name. One at a time: of two, neither forgets the other's."""
        with self.alone():
            return self.master.rotate()

    def retire(self) -> int:
        """Forget the former master keys: how many. Nobody keeps a key meanwhile.

        Raises ``SealBroken`` ('former_in_use') while a data key is wrapped by one of them or does not open.
        """
        with self.alone():
            current, former = self.master.current(), self.master.former()
            for path in self.paths():
                if self._read(path, self._file(path))[1] != current:
                    raise SealBroken("former_in_use", f"the key of {path} is wrapped by a former master key")
            self.master.forget_former()
            return former

    def has(self, path: str) -> bool:
        """Is there a key for the recording at ``path``? Whether it opens is not asked."""
        return self._file(path).is_file()

    def any(self) -> bool:
        """Was any recording sealed?"""
        return has_keys(self.folder)

    def _read(self, path: str, file: Path) -> tuple[DataKey, str]:
        """The key, and the name of the master key that wrapped it."""
        try:
            row = json.loads(file.read_bytes())
            key_id, label = bytes.fromhex(row["key"]), str(row["label"])
            wrapped = Wrapped(str(row.get("master", "")), bytes.fromhex(row["nonce"]), bytes.fromhex(row["wrapped"]))
            return DataKey(key_id, self.master.unwrap(wrapped, _bound(key_id, label)), label), wrapped.master
        except FileNotFoundError as fault:
            raise SealBroken("no_key", f"the key of {path} was dropped") from fault
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
            raise SealBroken("bad_key", f"the key of {path} is damaged or cannot be read") from fault
        except SealBroken as fault:
            if fault.reason != "bad_key":
                raise
            raise SealBroken("bad_key", f"the key of {path} is damaged or wrapped by another master key") from fault

    def _write(self, file: Path, key: DataKey) -> None:
        wrapped = self.master.wrap(key.secret, _bound(key.id, key.label))
        row = {"v": 2, "key": key.id.hex(), "label": key.label, "master": wrapped.master,
               "nonce": wrapped.nonce.hex(), "wrapped": wrapped.sealed.hex()}  # fmt: skip
        write_new_durable(file, json.dumps(row).encode() + b"\n", mode=0o600)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else keeps, drops or wraps keys, or changes the master key, meanwhile."""
        with self._locked(fcntl.LOCK_EX):
            yield

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Among all processes: many may keep and drop keys, one alone wraps them anew."""
        make_folder(self.folder, 0o700)
        with open(self.folder / LOCK, "a") as lock:
            fcntl.flock(lock, how)
            yield

    def _file(self, path: str) -> Path:
        if not layout.safe(path):
            raise Hopeless("bad_name", f"{path!r} is no name of a recording")
        return self.folder / f"{path}{SUFFIX}"


def has_keys(folder: Path) -> bool:
    return folder.is_dir() and next(folder.rglob(f"*{SUFFIX}"), None) is not None


def _zeroed(file: Path) -> bool:
    """Overwrite what stands in it; False when it is gone."""
    try:
        with open(file, "r+b") as opened:
            size = os.fstat(opened.fileno()).st_size
            opened.write(b"\0" * size)
            opened.flush()
            os.fsync(opened.fileno())
    except FileNotFoundError:
        return False
    return True


def _bound(key_id: bytes, label: str) -> bytes:
    return b"hotline recording key 1\0" + key_id + label.encode()


def _nonce(number: int, *, last: bool) -> bytes:
    return b"\0" * 7 + number.to_bytes(4, "big") + (b"\1" if last else b"\0")


def _full(file: BinaryIO, size: int) -> bytes:
    """Exactly ``size`` bytes, fewer only at the end of the file."""
    parts: list[bytes] = []
    while size and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def fingerprint(path: Path) -> tuple[int, str]:
    """(bytes, SHA-256 in hex) of a file, streamed."""
    with open(path, "rb") as file:
        return fingerprint_of(file)


def fingerprint_of(file: io.BufferedReader) -> tuple[int, str]:
    """The same of one that is open at its beginning."""
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    return file.tell(), digest

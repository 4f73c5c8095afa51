"""The master key that wraps the data keys of sealed recordings: ``ports.MasterKeys`` over a file.

The file: 64 hexadecimal digits a line. The first line is the key in use; those below it are former ones, which still
open what they wrapped. ``rotate`` puts a new one on top, ``forget_former`` leaves the first alone. Read anew whenever it
was changed, so that a running daemon follows a rotation. A file of a systemd credential is read only.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config.files import FileRefused, read_text
from config.language import say as _

from .durable import write_new_durable
from .errors import SealBroken
from .ports import Wrapped

DIGITS = 64
CREDENTIAL = "credential:"
"""What a setting begins with that names a systemd credential."""


class MasterKeyFile:
    def __init__(self, file: Path, *, may_make: Callable[[], bool] = lambda: False, read_only: bool = False) -> None:
        """``may_make``: may a key be made where there is no file? Asked only then."""
        self.file, self._may_make, self._read_only = file, may_make, read_only
        self._read: tuple[tuple[int, int, int], list[bytes]] | None = None

    def wrap(self, secret: bytes, bound: bytes) -> Wrapped:
        key, nonce = self._keys()[0], os.urandom(12)
        return Wrapped(_name(key), nonce, AESGCM(key).encrypt(nonce, secret, bound))

    def unwrap(self, wrapped: Wrapped, bound: bytes) -> bytes:
        for key in self._keys():
            if wrapped.master not in ("", _name(key)):
                continue
            with suppress(InvalidTag):
                return AESGCM(key).decrypt(wrapped.nonce, wrapped.sealed, bound)
        raise SealBroken("bad_key", "it is damaged or wrapped by another master key")

    def current(self) -> str:
        return _name(self._keys()[0])

    def former(self) -> int:
        return len(self._keys()) - 1

    def rotate(self) -> str:
        self._write([os.urandom(32), *self._keys()])
        return self.current()

    def forget_former(self) -> None:
        if self.former():
            self._write(self._keys()[:1])

    def add_former(self, other: Path) -> int:
        """Take the keys of another such file in as former ones, where they are not known: a backup's."""
        here = self._keys()
        new = [key for key in _parsed(other) if key not in here]
        if new:
            self._write([*here, *new])
        return len(new)

    def _keys(self) -> list[bytes]:
        try:
            stat = self.file.stat()
        except FileNotFoundError:
            self._make()
            stat = self.file.stat()
        except OSError as fault:
            raise SealBroken("no_master", _("{file} cannot be read: {fault}", file=self.file, fault=fault)) from fault
        seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if self._read is None or self._read[0] != seen:
            self._read = (seen, _parsed(self.file))
        return self._read[1]

    def _make(self) -> None:
        if not self._may_make():
            cure = _(
                "{file} is missing: recordings were sealed with it, or the settings name it. Put it there (from its backup, or mount its volume); for an installation that has no recordings yet: openssl rand -hex 32 > {file}",
                file=self.file,
            )
            raise SealBroken("no_master", cure)
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            write_new_durable(self.file, _text([os.urandom(32)]), mode=0o600, replace=False)

    def _write(self, keys: list[bytes]) -> None:
        if self._read_only:
            raise SealBroken(
                "read_only",
                _(
                    "{file} is a systemd credential: give the unit one with the new key in its first line",
                    file=self.file,
                ),
            )
        write_new_durable(self.file, _text(keys), mode=0o600)
        self._read = None


def master_of(
    setting: str, own: Path, *, has_keys: Callable[[], bool], environ: Mapping[str, str] = os.environ
) -> MasterKeyFile:
    """The installation's. ``setting``: ``[recording] master_key``; ``own``: where it lies when that is empty."""
    if not setting:
        return MasterKeyFile(own, may_make=lambda: not has_keys())
    if setting.startswith(CREDENTIAL):
        # without systemd there is no such folder: what is missing is said by a name that a person finds
        folder = environ.get("CREDENTIALS_DIRECTORY") or "/run/credentials/hotline.service"
        return MasterKeyFile(Path(folder) / setting.removeprefix(CREDENTIAL), read_only=True)
    return MasterKeyFile(Path(setting))


def _name(key: bytes) -> str:
    """What stands beside a wrapped key; tells nothing of the key."""
    return hashlib.sha256(b"hotline recording master 1\0" + key).hexdigest()[:16]


def _text(keys: list[bytes]) -> bytes:
    return "".join(key.hex() + "\n" for key in keys).encode()


def _parsed(file: Path) -> list[bytes]:
    """Raises SealBroken."""
    wrong = SealBroken(
        "bad_master", _("{file}: each line must hold {digits} hexadecimal digits", file=file, digits=DIGITS)
    )
    try:
        keys = [bytes.fromhex(line) for line in read_text(file).text.split()]
    except FileRefused as fault:
        raise SealBroken("no_master", _("{file} cannot be read: {fault}", file=file, fault=fault.message)) from fault
    except ValueError:
        raise wrong from None
    if not keys or any(len(key) * 2 != DIGITS for key in keys):
        raise wrong
    return keys

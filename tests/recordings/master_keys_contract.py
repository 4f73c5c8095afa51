"""What whoever wraps data keys must do: ``recordings.ports.MasterKeys``. One test class each inherits this."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recordings.errors import SealBroken
from recordings.ports import MasterKeys

SECRET, BOUND = bytes(range(32)), b"recording 1"


class MasterKeysContract:
    def made(self) -> MasterKeys:
        raise NotImplementedError

    def test_what_it_wraps_it_alone_opens(self) -> None:
        keys = self.made()
        wrapped = keys.wrap(SECRET, BOUND)
        assert keys.unwrap(wrapped, BOUND) == SECRET
        assert wrapped.master == keys.current()
        assert SECRET not in wrapped.sealed
        assert keys.wrap(SECRET, BOUND).sealed != wrapped.sealed
        bent = bytes([wrapped.sealed[0] ^ 1]) + wrapped.sealed[1:]
        for wrong, bound in ((wrapped, b"recording 2"), (replace(wrapped, sealed=bent), BOUND),
                             (replace(wrapped, master="0" * 16), BOUND)):  # fmt: skip
            with pytest.raises(SealBroken, match="bad_key"):
                keys.unwrap(wrong, bound)

    def test_former_keys_open_until_they_are_forgotten(self) -> None:
        keys = self.made()
        first = keys.wrap(SECRET, BOUND)
        names = [keys.current(), keys.rotate(), keys.rotate()]
        assert len(set(names)) == 3
        assert (keys.current(), keys.former()) == (names[-1], 2)
        newest = keys.wrap(SECRET, BOUND)
        assert newest.master == names[-1]
        assert keys.unwrap(first, BOUND) == SECRET
        assert keys.unwrap(replace(first, master=""), BOUND) == SECRET, "written by a program that noted none"
        keys.forget_former()
        assert (keys.current(), keys.former()) == (names[-1], 0)
        assert keys.unwrap(newest, BOUND) == SECRET
        with pytest.raises(SealBroken, match="bad_key"):
            keys.unwrap(first, BOUND)

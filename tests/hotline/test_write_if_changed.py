"""A file is written only where it differs, whole, and never readable by more than it should be."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from hotline.programs.write_if_changed import write_changed


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    path = tmp_path / "etc" / "pjsip.conf"
    assert write_changed(path, b"one", 0o600)
    before = path.stat()
    assert not write_changed(path, b"one", 0o600)
    assert path.stat().st_ino == before.st_ino
    assert write_changed(path, b"two", 0o600)
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["pjsip.conf"]


def test_a_secret_is_nobodys_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under an open umask, and over a draft that a crash left readable."""
    seen: list[int] = []
    whole = Path.write_bytes

    def watched(self: Path, data: bytes) -> int:
        seen.append(stat.S_IMODE(self.stat().st_mode))
        return whole(self, data)

    (tmp_path / ".manager.conf.new").write_bytes(b"left")
    (tmp_path / ".manager.conf.new").chmod(0o644)
    monkeypatch.setattr(Path, "write_bytes", watched)
    old = os.umask(0o000)
    try:
        write_changed(tmp_path / "manager.conf", b"secret", 0o600)
    finally:
        os.umask(old)
    assert seen == [0o600]

"""Writes a file only where it differs, whole or not at all: who reads it meets the old one or the new one.

For what Asterisk and nginx read (configuration, sounds) and can be made again; what must outlive a power cut is written by
``recordings/durable.py``.
"""

from __future__ import annotations

from pathlib import Path


def write_changed(path: Path, content: bytes, mode: int = 0o644) -> bool:
    """Whether it was written. Its folder is made; never is it readable by more than ``mode`` says."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.chmod(mode)
    draft.replace(path)
    return True

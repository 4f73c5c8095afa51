"""What a backup says of itself: ``backup.json``, written last, so that a folder without it is no backup."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from config.language import say as _

NAME = "backup.json"
FORMAT = 1
LEDGER, DUMP, CASES, SETTINGS = "ledger.db", "ledger.dump", "casestore.db", "hotline.toml"
CASES_DUMP = "casestore.dump"
OWN = "var"
"""Folder of the backup that holds files and folders of VAR under their own names."""
RECORDINGS = "recordings"
TICKET_FILES = "attachments"
"""Files of tickets, sealed; the keys they are sealed with are among those of VAR."""


class BackupError(Exception):
    """What is wrong and its cure, in one sentence."""


@dataclass(frozen=True, slots=True)
class Manifest:
    made_at: str
    """ISO 8601, UTC: the moment before the first copy was begun."""
    ledger: str
    """sqlite | postgresql"""
    revision: str
    newest_call: str
    """When the newest call of this ledger arrived, ISO 8601; '' when there is none."""
    newest_ticket: str
    audit_seq: int
    audit_hash: str
    """The newest row of the audit log: what a restored one must end with."""
    recordings: str
    """'copied', or the folder they lie in."""
    master_key: str = "copied"
    """Of the recordings: 'copied', or where it lies: never beside recordings, unless somebody asked for it."""
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Path in the backup → bytes, sha256. Recordings are not among them: the ledger knows their hashes."""


_KINDS = {
    "made_at": str, "ledger": str, "revision": str, "newest_call": str, "newest_ticket": str, "audit_seq": int,
    "audit_hash": str, "recordings": str, "master_key": str, "files": dict,
}  # fmt: skip


def write(folder: Path, manifest: Manifest) -> None:
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """Raises ``BackupError``."""
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if told.pop("format") != FORMAT:
            raise BackupError(_("{folder} was made by a newer program: use that to restore it", folder=folder))
        made = Manifest(**told)
        if not all(isinstance(value, _KINDS[name]) for name, value in asdict(made).items()):
            raise TypeError(_("a value of another kind"))
        if not all(isinstance(said, dict) and {"bytes", "sha256"} <= said.keys() for said in made.files.values()):
            raise TypeError(_("a value of another kind"))
        return made
    except FileNotFoundError:
        raise BackupError(
            _("{folder} is no backup: it has no {name} (a backup that was cut off has none)", folder=folder, name=NAME)
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise BackupError(_("{path} cannot be read: {fault}", path=folder / NAME, fault=fault)) from fault


def described(folder: Path) -> dict[str, dict[str, Any]]:
    """Every file of a backup but its recordings and this manifest."""
    return {
        str(path.relative_to(folder)): {"bytes": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in (RECORDINGS, NAME)
    }


def verify(folder: Path, manifest: Manifest) -> None:
    """Every file is there and is what it was, itself and no link. Raises ``BackupError`` with the first that is not."""
    for name, said in manifest.files.items():
        path = folder / name
        if Path(name).is_absolute() or path.resolve() != folder.resolve() / name:
            raise BackupError(_("{path} is not a file of this backup", path=path))
        if not path.is_file():
            raise BackupError(_("{path} is missing: use another backup", path=path))
        if path.stat().st_size != said["bytes"] or _sha256(path) != said["sha256"]:
            raise BackupError(_("{path} is not what was backed up: use another backup", path=path))


def verified(folder: Path, manifest: Manifest, name: str) -> Path:
    """One file of a backup that ``verify`` has looked at. Raises ``BackupError``: it is there without having been backed up."""
    if name not in manifest.files:
        raise BackupError(_("{path} is not a file of this backup", path=folder / name))
    return folder / name


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

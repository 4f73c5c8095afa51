"""Is the shelf what the ledger says? File by file, for ``hotline recording verify``.

One recording by ``missing`` and ``whole``, for the check that runs by itself. Blocking, reads only; never repairs and never deletes. Gives out a finding per fault, in
the shelf's order; unsealing is a check here: nothing that was said leaves this file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from . import layout, vault
from .errors import RecordingError
from .ports import Shelved
from .shelf import Shelf


@dataclass(frozen=True, slots=True)
class Finding:
    path: str
    fault: str
    """'gone' (ledger knows it, shelf does not), 'unlinked' (the other way round), 'altered',
    or the word of the seal that does not open ('no_key', 'wrong_key', ...)."""


def inspect(
    shelf: Shelf, keys: vault.Keys | None, ledger: Mapping[str, str], *, deep: bool
) -> Iterator[Finding | None]:
    """One item for each recording: what is wrong, or None. ``ledger``: path -> SHA-256 of the stored file.

    ``deep`` also opens every seal and compares what is inside with its hash.
    """
    seen: set[str] = set()
    for facts in shelf.all():
        seen.add(facts.path)
        fault = "" if facts.path in ledger else "unlinked"
        fault = fault or _fault(shelf, keys, facts, ledger[facts.path], deep=deep)
        yield Finding(facts.path, fault) if fault else None
    for path in sorted(ledger.keys() - seen):
        yield Finding(path, "gone")


def missing(shelf: Shelf, keys: vault.Keys | None, kept: Shelved) -> str:
    """Without opening it: 'gone', 'altered' (its size), 'no_facts', 'no_key'; '' it is there whole.

    ``keys`` None: they cannot be asked now.
    """
    try:
        stored = shelf.stat(kept.path)
        if stored is None:
            return "gone"
        if stored.size != kept.stored_bytes:
            return "altered"
        if shelf.stat(layout.facts_of(kept.path)) is None:
            return "no_facts"
        return "no_key" if kept.sealed and keys is not None and not keys.has(kept.path) else ""
    except RecordingError as broken:
        return broken.reason


def whole(shelf: Shelf, keys: vault.Keys | None, kept: Shelved) -> str:
    """The same, and what lies there is what the ledger says, inside its seal too (not while ``keys`` is None)."""
    return missing(shelf, keys, kept) or _fault(shelf, keys, kept, kept.stored_sha256, deep=True)


def key_fault(keys: vault.Keys) -> str:
    """Why the master key cannot be used, for a person; ''. Nothing is made by asking where no recording is sealed."""
    if not keys.any():
        return ""
    try:
        keys.master.current()
    except RecordingError as broken:
        return broken.detail or broken.reason
    return ""


def _fault(shelf: Shelf, keys: vault.Keys | None, facts: Shelved, sha256: str, *, deep: bool) -> str:
    try:
        with shelf.open(facts.path) as stored:
            if vault.fingerprint_of(stored)[1] != sha256:
                return "altered"
        if deep and facts.sealed and keys is not None:
            digest = hashlib.sha256()
            with shelf.open(facts.path) as sealed:
                for chunk in vault.unseal(sealed, keys.get(facts.path)):
                    digest.update(chunk)
            return "" if digest.hexdigest() == facts.plain_sha256 else "altered"
    except RecordingError as broken:  # NotStored is 'gone', too
        return broken.reason
    return ""

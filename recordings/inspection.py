"""Is the shelf what the ledger says? File by file, for ``hotline recording verify``.

Blocking, reads only; never repairs and never deletes. Gives out a finding per fault, in
the shelf's order; unsealing is a check here: nothing that was said leaves this file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from . import vault
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


def _fault(shelf: Shelf, keys: vault.Keys | None, facts: Shelved, sha256: str, *, deep: bool) -> str:
    file = shelf.folder / facts.path
    try:
        if vault.fingerprint(file)[1] != sha256:
            return "altered"
        if deep and facts.sealed and keys is not None:
            digest = hashlib.sha256()
            with open(file, "rb") as sealed:
                for chunk in vault.unseal(sealed, keys.get(facts.path)):
                    digest.update(chunk)
            return "" if digest.hexdigest() == facts.plain_sha256 else "altered"
    except FileNotFoundError:
        return "gone"
    except RecordingError as broken:
        return broken.reason
    return ""

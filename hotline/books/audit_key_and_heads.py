"""The audit log's key and the notes of its head: what lies outside the ledger, so that its owner cannot rewrite the log.

``log_of`` makes the log that writes under the key and notes each head: as a line added to a file (fsync), in
the daemon's own log, and as a gauge. ``proof`` reads key and notes for ``hotline verify``. ``accept`` begins the
notes anew where a ledger was put back from a backup, with a person's reason.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import sys
import threading
from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from textwrap import wrap

import structlog

from config import secrets
from config.file_places import Places
from config.language import say as _
from config.settings import Settings
from ledger.audit_log import AuditLog, Head, Proof
from ledger.store import Store
from recordings.durable import sync_folder

log = structlog.get_logger("audit")

KEPT = 1000
"""Notes that are read: each row binds all before it, so the newest note proves the log; the others tell where it ends."""


class KeyMissing(OSError):
    """There is no key, or it cannot be read."""


class _Notes:
    """Notes in the order in which they were made, read in bounded memory."""

    def __init__(self) -> None:
        self.newest: OrderedDict[int, str] = OrderedDict()
        self.contradicted: list[Head] = []
        self._last = Head(0, "")

    def add(self, head: Head) -> None:
        before = self.newest.get(head.seq)
        if before is not None and before != head.hash:
            self.contradicted.append(Head(head.seq, before))
        elif before is None and head.seq < self._last.seq - KEPT:  # two processes are never so far apart
            self.contradicted.append(self._last)
        self.newest[head.seq] = head.hash
        self.newest.move_to_end(head.seq)
        while len(self.newest) > KEPT:
            self.newest.popitem(last=False)
        if head.seq > self._last.seq or before not in (None, head.hash):
            self._last = head
        del self.contradicted[KEPT:]


class Heads:
    """The notes, a JSON line each: number and hash of a row, when, and a MAC, so that nobody else writes one."""

    def __init__(self, file: Path, key: bytes, *, tell: bool = False) -> None:
        """``tell``: each head is said in the daemon's log too; a verb of the command line has none."""
        self.file, self._key, self._tell = file, key, tell
        self.foreign = 0
        """Lines that are not ours, when they were read."""
        self._one = threading.Lock()
        self.seq, self.failures = 0, 0
        """The newest row noted, and heads that could not be."""

    async def note(self, head: Head) -> None:
        await asyncio.to_thread(self.write, head)

    def write(self, head: Head, reason: str = "", by: str = "") -> None:
        """Durable when it returns. A file that cannot be written is said in the log: the act itself stands."""
        line: dict[str, object] = {"seq": head.seq, "hash": head.hash, "at": datetime.now(UTC).isoformat()}
        if reason:
            line |= {"accepted": reason, "by": by}
        line["mac"] = self._mac(line)
        try:
            with self._one:
                self._append(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as fault:
            self.failures += 1
            if self._tell:
                log.error("the audit log's head was not noted", file=str(self.file), seq=head.seq, fault=str(fault))
            else:
                said = _("the audit log's head was not noted in {file}: {fault}", file=self.file, fault=fault)
                print(said, file=sys.stderr)
            return
        self.seq = max(self.seq, head.seq)
        if self._tell:
            log.info(
                "audit log head", seq=head.seq, hash=":".join(wrap(head.hash, 4))
            )  # in fours: no number of a citizen

    def _append(self, line: str) -> None:
        new = not self.file.exists()
        if new:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        if new:
            sync_folder(self.file.parent)

    def read(self) -> list[Head]:
        """Since the last acceptance: heads that a later note contradicts (rows were cut off, and their numbers used
        again), then the newest. A line that is not ours proves nothing: it is counted as ``foreign``."""
        notes, self.foreign = _Notes(), 0
        try:
            with self.file.open(encoding="utf-8", errors="replace") as lines:
                for text in lines:
                    line = self._ours(text)
                    if line is None:
                        self.foreign += 1
                        continue
                    if "accepted" in line:
                        notes = _Notes()
                    notes.add(Head(int(str(line["seq"])), str(line["hash"])))
        except FileNotFoundError:
            return []
        return [*notes.contradicted, *(Head(seq, own) for seq, own in notes.newest.items())]

    def _ours(self, text: str) -> dict[str, object] | None:
        try:
            line = json.loads(text)
            mac = str(line.pop("mac"))
            fits = hmac.compare_digest(mac, self._mac(line)) and isinstance(line["seq"], int) and line["hash"]
        except (ValueError, KeyError, AttributeError, TypeError):
            return None
        return line if fits else None

    def _mac(self, line: dict[str, object]) -> str:
        text = json.dumps(["head", *sorted(line.items())], ensure_ascii=False)
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()


def key_of(settings: Settings, places: Places) -> bytes:
    """Raises KeyMissing, with the cure."""
    file = settings.audit.key or places.secrets / secrets.AUDIT_KEY
    try:
        text = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise KeyMissing(
            _("the key of the audit log cannot be read ({fault}): put 32 or more hex digits there", fault=fault)
        ) from fault
    if len(text) < 32:
        raise KeyMissing(_("the key of the audit log in {file} is too short: 32 hex digits or more", file=file))
    return text.encode()


def made(settings: Settings, places: Places) -> bytes:
    """The key; our own is made where there is none yet. Raises KeyMissing."""
    if settings.audit.key is None:
        secrets.ensure(places.secrets, (secrets.AUDIT_KEY,))
    return key_of(settings, places)


def heads_of(settings: Settings, places: Places, key: bytes, *, tell: bool = False) -> Heads:
    return Heads(settings.audit.heads or places.audit_heads, key, tell=tell)


def log_of(store: Store, settings: Settings, places: Places, *, tell: bool = False) -> AuditLog:
    """Raises KeyMissing."""
    key = made(settings, places)
    return AuditLog(store, key, heads_of(settings, places, key, tell=tell).note)


def proof(settings: Settings, places: Places) -> Proof:
    """What ``hotline verify`` holds the log against. Raises KeyMissing, unless no daemon of this version ever ran."""
    heads = heads_of(settings, places, b"")
    own = settings.audit.key or places.secrets / secrets.AUDIT_KEY
    if not own.exists() and not heads.file.exists():
        return Proof()
    key = key_of(settings, places)
    heads = heads_of(settings, places, key)
    found = heads.read()
    return Proof(key, found, lost=not found, foreign=heads.foreign)


async def accept(store: Store, settings: Settings, places: Places, reason: str, by: str) -> None:
    """Begin the notes anew at the ledger's head, and say so in the log: the ledger was put back from a backup."""
    heads = heads_of(settings, places, made(settings, places))
    log = log_of(store, settings, places)
    noted = max((head.seq for head in heads.read()), default=0)
    seq, own = await log.head()
    heads.write(Head(seq, own), reason, by)
    detail = {"reason": reason[:500], "noted_before": str(noted)}
    await log.append(datetime.now(UTC), by, "audit_head_accepted", detail=detail)

"""One recording from the spool to the shelf: the job that ``child.py`` does for the daemon.

Blocking, and idempotent at every step: whoever dies wherever, doing the job again ends in
the same state, and the raw file is deleted (``forget``) only after the ledger has committed
the facts and only while the shelf still holds the recording.

    complete? -> measure -> encode -> decode check -> hash -> seal -> shelve -> (ledger) -> forget

``passed`` is told each step when it is over; tests die there.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from config.file_places import Places
from config.settings import Settings

from . import audio, consent, layout, unfinished_files, vault
from .drafts import Drafts
from .durable import sync_file, sync_folder
from .errors import Hopeless, TryLater
from .ports import Due, Shelved
from .shelf import Shelf
from .storage import drafts_of, keys_of, storage_of

TOLERANCE_SECONDS = 2.0
"""Recording and ledger may differ by so much (the fault 'short' or 'long' beyond)."""
LOUD = 0.003
"""RMS of 50 ms above which somebody is heard: -50 dBFS; comfort noise stays below."""
LEAST_LOUD_SECONDS = 0.1
LEAST_HEARD = 0.9
"""Part of a notice that must have had time to be played before the queue began; else it is no proof."""
LEAST_TALK_SECONDS = 2.0
"""Shorter talks are not judged: both may well have said nothing."""


class Worker:
    def __init__(
        self, settings: Settings, places: Places, spool: Path | None = None,
        *, lengths: Mapping[str, float] | None = None, sealed: bool = True, passed: Callable[[str], None] = lambda step: None,
        drafts: Drafts | None = None, times: float = 1.0,
    ) -> None:  # fmt: skip
        """``spool``: where raw files are, when not in ``places.spool`` (an external Asterisk); ``lengths``: prompt → s; ``drafts``: its own, where several work;
        ``times``: so many times as long may the encoder take."""
        self.spool = spool or places.spool
        self.shelf = Shelf(storage_of(places), ZoneInfo(settings.centre.timezone))
        self.drafts = drafts or drafts_of(places)
        self._how = settings.recording
        self._notices: dict[str, str] = dict(settings.prompts)
        self._lengths = lengths or {}
        self._keys = keys_of(settings.recording, places) if sealed else None
        self._passed = passed
        self._times = times

    def shelve(self, due: Due) -> Shelved:
        """Do the job, or find it done. Raises ``TryLater`` or ``Hopeless``; ``SealBroken`` while the master key is not there."""
        try:
            if (done := self.shelf.found(due.id, due.started)) is not None:
                return done
            return self._shelve(due, self._raw(due.file))
        except OSError as fault:
            if fault.errno in (errno.ENOSPC, errno.EDQUOT):
                raise TryLater("disk_full", str(fault)) from fault
            raise TryLater("io_error", str(fault)) from fault

    def forget(self, file: str, path: str) -> bool:
        """Delete the raw file of a recording that lies at ``path``; False when it may not or is gone."""
        if not self.shelf.holds(path):
            return False
        try:
            (self.spool / layout.checked(file)).unlink()
        except FileNotFoundError:
            return False
        sync_folder(self.spool)
        self._passed("forgotten")
        return True

    def _raw(self, file: str) -> Path:
        raw = self.spool / layout.checked(file)
        if not raw.is_file():
            raise Hopeless("missing", f"{file} is not in the spool")
        if not unfinished_files.complete(raw):
            raise TryLater("still_open", f"{file} is still being written")
        if raw.suffix == ".wav":
            unfinished_files.repair_wav(raw)
        return raw

    def _shelve(self, due: Due, raw: Path) -> Shelved:
        form = self._how.format
        sync_file(raw)
        self._passed("complete")
        measured = audio.measure(raw)
        self.drafts.room_for(2 * raw.stat().st_size + (1 << 20) if form == "wav" else raw.stat().st_size)
        self._passed("measured")
        path = self.shelf.path(due.id, due.started, form, sealed=self._keys is not None)
        draft = self.drafts.file(f"{os.getpid()}.{layout.stem(due.id)}.{form}")
        sealed = draft.with_name(draft.name + ".sealed")
        try:
            audio.encode(raw, draft, form, self._how.bitrate_kbps, seconds=measured.seconds, times=self._times)
            self._passed("encoded")
            self._check(draft, measured.seconds)
            plain_bytes, plain_sha256 = vault.fingerprint(draft)
            self._passed("checked")
            if self._keys is not None:
                self._seal(draft, sealed, path, self._keys)
                self._passed("sealed")
            kept = sealed if self._keys is not None else draft
            stored_bytes, stored_sha256 = vault.fingerprint(kept)
            facts = Shelved(
                id=due.id, path=path, format=form, seconds=round(measured.seconds, 3),
                plain_bytes=plain_bytes, plain_sha256=plain_sha256,
                stored_bytes=stored_bytes, stored_sha256=stored_sha256, sealed=self._keys is not None,
                shelved_at=datetime.now(UTC), faults=faults(due, measured, self._notices, self._lengths),
            )  # fmt: skip
            self._clear_rivals(path)
            self.shelf.put(kept, measured.peaks_json(), facts)
        except TryLater:
            self.drafts.room_for(raw.stat().st_size)  # ffmpeg does not always say that the disk is full
            raise
        finally:
            for left in (draft, sealed):
                with suppress(FileNotFoundError):
                    left.unlink()
        self._passed("shelved")
        return facts

    def _clear_rivals(self, path: str) -> None:
        for rival in self.shelf.rivals(path):
            self.shelf.storage.delete(rival)
            if self._keys is not None:
                self._keys.shred(rival)

    def _check(self, draft: Path, seconds: float) -> None:
        decoded = audio.decoded_seconds(draft)
        if abs(decoded - seconds) > 0.2:  # codecs pad by up to two frames (Opus 20 ms, MP3 72 ms)
            raise TryLater("encoder_failed", f"{decoded:.2f} s came back of {seconds:.2f} s")

    def _seal(self, draft: Path, sealed: Path, path: str, keys: vault.Keys) -> None:
        key = vault.new_key(path)
        keys.keep(key, path)
        self._passed("key kept")
        with open(draft, "rb") as plain, open(sealed, "xb") as file:
            vault.seal(plain, file, key)
        with open(sealed, "rb") as file, open(draft, "rb") as plain:
            for chunk in vault.unseal(file, keys.get(path)):
                if chunk != plain.read(len(chunk)):
                    raise TryLater("seal_failed", "the sealed file does not open to what was sealed")


def faults(due: Due, measured: audio.Measure, notices: dict[str, str],
           lengths: Mapping[str, float]) -> tuple[str, ...]:  # fmt: skip
    """What is wrong with a recording, as stable words; empty when it is good."""
    found: list[str] = []
    expected = (due.ended - due.started).total_seconds()
    drift = expected - measured.seconds
    if due.node_died:
        found.append("node_died")
    elif drift > TOLERANCE_SECONDS:
        found.append("short")
    if drift < -TOLERANCE_SECONDS:
        found.append("long")
    # when the file is shorter than the call, a talk lies earlier in it by at most the drift; when it
    # is not, the first moment is left out: the music before the talk is in the seat's channel too
    early = drift if drift > 1 else -0.3
    spans = [((t.began - due.started).total_seconds(), (t.ended - due.started).total_seconds()) for t in due.talks]
    if sum(ended - began for began, ended in spans) >= LEAST_TALK_SECONDS:
        for channel, who in enumerate(("caller", "seat")):
            loud = sum(measured.loud_seconds(channel, b - early, e + 0.3, LOUD) for b, e in spans)
            if loud < LEAST_LOUD_SECONDS:
                found.append(f"{who}_silent")
    cut = due.notice_seconds is not None and due.notice_seconds < LEAST_HEARD * lengths.get(due.notice, 0.0)
    if due.notice == "" or cut or consent.proof(due.notice, due.started, notices) is None:
        found.append(consent.NO_NOTICE)
    return tuple(found)


def listen(worker_shelf: Shelf, keys: vault.Keys, facts: Shelved, target: Path) -> None:
    """Write the plain sound of a recording to ``target``; the audit row is written before, by the caller.

    Raises ``SealBroken``, ``NotStored`` or ``Hopeless``; ``target`` appears only whole and proven.
    """
    draft = target.with_name(f".{target.name}.part")
    try:
        with worker_shelf.open(facts.path) as stored, open(draft, "wb") as plain:
            chunks = (
                vault.unseal(stored, keys.get(facts.path)) if facts.sealed else iter(lambda: stored.read(1 << 16), b"")
            )
            for chunk in chunks:
                plain.write(chunk)
        if vault.fingerprint(draft)[1] != facts.plain_sha256:
            raise Hopeless("altered", f"{facts.path} is not what was shelved")
        draft.replace(target)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()

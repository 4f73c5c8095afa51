"""Where everything the daemon writes lives: all under one folder, ``--var DIR``.

Only names are made here; ``Places.make`` creates the folders. Several daemons run
side by side when each has its own folder and ports.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    var: Path

    @property
    def audit_heads(self) -> Path:
        """Where the audit log's newest rows are noted, unless [audit] heads says where."""
        return self.var / "audit" / "heads"

    @property
    def secrets(self) -> Path:
        """0700: AMI, SIP and API secrets, one file each, 0600."""
        return self.var / "secrets"

    @property
    def run(self) -> Path:
        """Pid files and locks."""
        return self.var / "run"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def prompts(self) -> Path:
        """Recorded prompts of the operator; they outrank the shipped ones."""
        return self.var / "prompts"

    @property
    def choices(self) -> Path:
        """The operator's own kinds, refusal codes and other choices; they lie over the shipped ones."""
        return self.var / "choices.toml"

    @property
    def codes(self) -> Path:
        """The operator's own part and event codes; they lie over the shipped ones."""
        return self.var / "codes.csv"

    @property
    def gazetteer(self) -> Path:
        """0700: place names, divisions and cells as they were imported, with their index (``bridge/gazetteer/compiled.py``)."""
        return self.var / "gazetteer"

    @property
    def sounds(self) -> Path:
        """What Asterisk plays: shipped and replaced prompts, laid out at start."""
        return self.var / "asterisk" / "sounds"

    @property
    def asterisk(self) -> Path:
        """Everything of the embedded Asterisk: etc, lib, log, run, spool, sounds."""
        return self.var / "asterisk"

    @property
    def asterisk_etc(self) -> Path:
        return self.asterisk / "etc"

    @property
    def asterisk_log(self) -> Path:
        """``cel-custom/hotline.csv``, ``queue_log``, ``messages``."""
        return self.asterisk / "log"

    @property
    def cel(self) -> Path:
        return self.asterisk_log / "cel-custom" / "hotline.csv"

    @property
    def queue_log(self) -> Path:
        return self.asterisk_log / "queue_log"

    @property
    def spool(self) -> Path:
        """MixMonitor writes UNIQUEID.raw here: 8 kHz, 16 bit, stereo, no header."""
        return self.asterisk / "spool" / "monitor"

    @property
    def edge(self) -> Path:
        """0700: everything of nginx: its configuration, certificate, logs and temporary files."""
        return self.var / "edge"

    @property
    def deaths(self) -> Path:
        """Moments at which the embedded Asterisk was found dead (``cti/asterisk_deaths.py``)."""
        return self.run / "asterisk-deaths"

    @property
    def seen(self) -> Path:
        """Its mtime: when the daemon last saw the embedded Asterisk alive."""
        return self.run / "asterisk-seen"

    @property
    def seats(self) -> Path:
        """What the seats were doing, for a start while the ledger is away (``hotline/books/seat_memory.py``)."""
        return self.run / "seats.json"

    @property
    def seats_waiting(self) -> Path:
        """What the seats did and the ledger has not yet, over the end of the daemon (``hotline/books/seat_memory.py``)."""
        return self.run / "seats-waiting.jsonl"

    def waiting(self, name: str) -> Path:
        """What the ledger has not taken yet of these (alarms, equipment, supervision), likewise (``hotline/books/waiting_file.py``)."""
        return self.run / f"{name}-waiting.jsonl"

    @property
    def reload(self) -> Path:
        """What the last ``hotline reload`` or ``restart`` came to (``hotline/reload.py``)."""
        return self.run / "reload.json"

    @property
    def proved(self) -> Path:
        """Until when the daemon has proved the ledger's invariant (``hotline/books/invariant_proof.py``)."""
        return self.run / "proved-until"

    @property
    def shelf_checked(self) -> Path:
        """How far finished recordings were looked at, and what is wrong (``hotline/alarms/shelf_inspection.py``)."""
        return self.run / "shelf-checked.json"

    @property
    def disk_samples(self) -> Path:
        """How full the disks were, an hour apart (``hotline/alarms/disk_forecast.py``)."""
        return self.run / "disk-free.json"

    @property
    def daemon(self) -> Path:
        """The running daemon's process id and state; locked while it lives."""
        return self.run / "lock"

    @property
    def seen_calls(self) -> Path:
        """Calls that the live picture saw and Asterisk's record does not have yet; its room is taken beforehand."""
        return self.run / "calls-seen"

    @property
    def shelf(self) -> Path:
        """Finished recordings; what lies where below is ``recordings/layout.py``'s alone."""
        return self.var / "recordings"

    @property
    def ticket_files(self) -> Path:
        """Files that citizens sent with their matters, by their SHA-256; which is whose stands in the ledger."""
        return self.var / "attachments"

    @property
    def recording_keys(self) -> Path:
        """0700: one wrapped data key per sealed recording; back it up apart from the shelf."""
        return self.var / "keys" / "recordings"

    @property
    def ledger(self) -> Path:
        return self.var / "ledger.db"

    @property
    def casestore(self) -> Path:
        return self.var / "casestore.db"

    @property
    def casestore_conf(self) -> Path:
        """0600: what the case store is told at its start."""
        return self.run / "casestore.json"

    @property
    def casestore_lock(self) -> Path:
        """The running case store's process id; locked while it lives."""
        return self.run / "casestore.lock"

    @property
    def georeport_services(self) -> Path:
        """What the GeoReport server offers: written by the daemon when its catalogue is another."""
        return self.run / "georeport-services.json"

    def make(self) -> None:
        """Create the folders (idempotent), for the owner only."""
        self.var.mkdir(mode=0o700, parents=True, exist_ok=True)
        for place in (
            self.run,
            self.logs,
            self.prompts,
            self.sounds,
            self.asterisk_etc,
            self.cel.parent,
            self.spool,
            self.shelf,
            self.asterisk / "lib",
            self.asterisk / "run",
        ):
            place.mkdir(parents=True, exist_ok=True)
        for private in (self.secrets, self.edge):
            private.mkdir(mode=0o700, parents=True, exist_ok=True)

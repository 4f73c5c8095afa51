"""The ledger, its audit log, and how long what is kept besides calls is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import (
    Field,
)

from .values import Days, Months, Section


class Ledger(Section):
    url: Annotated[str, Field(pattern=r"^(sqlite|postgresql\+psycopg://.+)$")] = "sqlite"
    disposition_minutes: Annotated[int, Field(ge=1, le=1440)] = 30


class Audit(Section):
    """The audit log is keyed with a secret, and its head noted in a file: both outside the ledger, best where its owner
    does not write (another user's folder, another disk)."""

    key: Path | None = None
    """None: VAR/secrets/audit-key, made at the first start."""
    heads: Path | None = None
    """None: VAR/audit/heads. Only ever added to."""


class Retention(Section):
    """How long what is no call or ticket is kept (0: for ever): rows and files in days, recordings in months; what is older is deleted
    by night. Recordings are kept for ever where nothing is said: no update begins to delete what its operator never spoke of."""

    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "03:30"
    """When, in the centre's time zone."""
    line_checks_days: Days = 180
    endpoint_reach_days: Days = 730
    turned_away_days: Days = 730
    sessions_days: Days = 400
    """After their end. The law wants logs of a network for six months (网络安全法, art. 21)."""
    account_changes_days: Days = 1830
    alarms_days: Days = 1830
    notices_days: Days = 1830
    notifications_days: Days = 1095
    """Text messages that were sent: they hold numbers of citizens."""
    nuisance_days: Days = 1095
    """Tags, decisions, appeals about nuisance callers, once they are settled and over: they hold numbers of citizens."""
    seat_log_days: Days = 3653
    """Figures of the seats (occupancy, utilisation) are known no further back."""
    audit_days: Days = 3653
    record_files_days: Days = 180
    """Renamed files of Asterisk's record (hotline.csv, queue_log) that the ledger has read."""
    recordings_months: Months = 0
    """Of calls in which somebody talked to the caller, and of messages that callers left."""
    recordings_penalty_months: Months = 0
    """Of matters of enforcement or litigation (``retention_class`` of a ticket), from the end of their case."""
    recordings_unanswered_months: Months = 0
    recordings_nuisance_months: Months = 0

"""What the program is told at its start: a file of its own below VAR, written by whoever starts it.

A file and not the command line, which everybody on the machine may read: the database's url may hold a password.
"""

from __future__ import annotations

import hashlib
import os
from datetime import date
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from config.calendar import WorkCalendar
from config.hours import parse
from config.sections.access import Access
from config.work_time import Reading, WorkTime

from . import VERSION
from .georeport_accounts import GeoReportConf
from .migrate import head


class Work(BaseModel):
    """When units work: ``[cases]`` and ``[calendar]`` of the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hours: str = "Mon-Fri 08:00-12:00,14:00-18:00"
    day_hours: int = 8
    day: Literal["counted", "elapsed"] = "counted"
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()

    def time(self, timezone: str) -> WorkTime:
        calendar = WorkCalendar.of(self.holidays, self.workdays)
        return WorkTime(parse(self.hours), calendar.row, ZoneInfo(timezone), self.day_hours, Reading(self.day))


class Conf(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    port: int
    url: str
    """SQLAlchemy's, synchronous: ``sqlite:///FILE`` or ``postgresql+psycopg://…``."""
    timezone: str
    language: Literal["zh", "en"]
    secret: Path
    photos: Path
    """The secret that photos are sealed by; the one before stands beside it (``-former``) while it is needed."""
    origins: tuple[str, ...] = ()
    """What browsers of the one origin send as Origin."""
    georeport: GeoReportConf | None = None
    """None: no GeoReport server is offered."""
    lock: Path
    """Held while the program runs: two would answer for one database. Holds its process id."""
    work: Work = Work()
    access: Access = Access()
    """Rules of passwords, tries and sessions."""

    def write(self, path: Path) -> None:
        """0600, whole or not at all."""
        draft = path.with_name(f".{path.name}.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(self.model_dump_json(indent=1) + "\n")
        draft.replace(path)

    @classmethod
    def read(cls, path: Path) -> Conf:
        return cls.model_validate_json(path.read_bytes())

    @property
    def fingerprint(self) -> str:
        """Of what it is told and of the program itself: one that runs with another is ended and started anew."""
        text = f"{VERSION} {head()} {self.model_dump_json()}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

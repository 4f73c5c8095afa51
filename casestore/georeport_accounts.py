"""Who uses the GeoReport server: integrators with a name, narrow rights and a key of their own; and what they are told at the start.

Keys are files below VAR/secrets, read again when they change: a new one is good without a restart, and the one before
stays good while its file with ``-former`` stands there.
"""

from __future__ import annotations

import hmac
import json
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from config import secrets
from config.files import FileRefused

FORMER = secrets.FORMER
LOOK_SECONDS = 1.0
KEY_LEAST = 16
REQUESTS_A_MINUTE = 600
"""Of one integrator; of all who say no key, together."""
PLACE_A_MINUTE = 120
"""Of one address that says no key: no single one uses up what all of them have."""
_PLACES = 5000
OTHER = "other"
"""The service of whatever has no code."""


class IntegratorConf(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    rights: tuple[Literal["read", "file"], ...]
    key: Path


class GeoReportConf(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str
    """As clients reach it, without a slash at the end: for discovery."""
    jurisdiction: str
    public: bool
    services: Path
    """Written by the daemon: the codes that are offered."""
    integrators: tuple[IntegratorConf, ...]


@dataclass(frozen=True, slots=True)
class Integrator:
    name: str
    rights: frozenset[str]

    @property
    def prefix(self) -> str:
        """Before the keys of what it filed."""
        return f"{PREFIX}{self.name}/"


PREFIX = "georeport/"
"""Before the keys of all cases that came in here: no ticket of the ledger has them."""


@dataclass(frozen=True, slots=True)
class Service:
    code: str
    name: str
    group: str
    keywords: tuple[str, ...]
    subject: dict[str, str]
    """Scheme, version, kind and code, as a ticket has them; {} none."""
    conditions: tuple[str, ...]
    """Filing conditions, of which one may be chosen."""


@dataclass(slots=True)
class Accounts:
    """Recognises keys. ``ticks``: seconds that only grow."""

    conf: GeoReportConf
    ticks: Callable[[], float] = time.monotonic
    _keys: list[tuple[bytes, Integrator]] = field(default_factory=list)
    _looked: float | None = None
    _asked: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _places: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def of(self, key: str) -> Integrator | None:
        """None: nobody's. All are compared, in the same time."""
        given, found = key.encode("utf-8", "surrogateescape"), None
        for known, who in self._now():
            if hmac.compare_digest(known, given):
                found = who
        return found

    def may_ask(self, name: str, place: str = "") -> bool:
        """False: too often within a minute. ``name`` '' : whoever says no key, from ``place``."""
        now = self.ticks()
        counted = [(self._lately(self._asked, name, now), REQUESTS_A_MINUTE)]
        if not name:
            counted.append((self._lately(self._places, place, now), PLACE_A_MINUTE))
            while len(self._places) > _PLACES:
                self._places.popitem(last=False)
        if any(len(asked) >= most for asked, most in counted):
            return False
        for asked, _most in counted:
            asked.append(now)
        return True

    @staticmethod
    def _lately(counts: OrderedDict[str, deque[float]], who: str, now: float) -> deque[float]:
        asked = counts.setdefault(who, deque())
        counts.move_to_end(who)
        while asked and now - asked[0] > 60:
            asked.popleft()
        return asked

    def _now(self) -> list[tuple[bytes, Integrator]]:
        now = self.ticks()
        if self._looked is None or now - self._looked >= LOOK_SECONDS:
            self._looked, self._keys = now, [*self._read()]
        return self._keys

    def _read(self) -> list[tuple[bytes, Integrator]]:
        found = []
        for one in self.conf.integrators:
            who = Integrator(one.name, frozenset(one.rights))
            for path in (one.key, one.key.with_name(one.key.name + FORMER)):
                try:
                    key = secrets.value(path) if path.exists() else ""
                except FileRefused:
                    continue
                if len(key) >= KEY_LEAST:
                    found.append((key.encode(), who))
        return found


@dataclass(slots=True)
class Services:
    """What may be asked for: read from the daemon's file, again when it is another."""

    path: Path
    _found: dict[str, Service] = field(default_factory=dict)
    _stamp: tuple[int, int] | None = None

    def all(self) -> dict[str, Service]:
        """By their code; ``other`` last, always."""
        try:
            stat = self.path.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if stamp != self._stamp:
                self._found = {one.code: one for one in map(_service, json.loads(self.path.read_bytes()))}
                self._stamp = stamp
        except (OSError, ValueError, KeyError, TypeError):
            pass  # what was known stays
        return {**self._found, OTHER: Service(OTHER, "其他城市管理问题", "其他", (), {}, ())}


def _service(row: dict[str, Any]) -> Service:
    return Service(
        str(row["code"]), str(row["name"]), str(row["group"]), tuple(row["keywords"]), dict(row["subject"]),
        tuple(row["conditions"]),
    )  # fmt: skip

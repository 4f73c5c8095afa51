"""The numbering plan of the fold, made from the settings."""

from __future__ import annotations

from config.settings import Settings
from cti.plan import Plan


def plan_of(settings: Settings) -> Plan:
    return Plan(frozenset(trunk.id for trunk in settings.trunk), frozenset(seat.id for seat in settings.seat))

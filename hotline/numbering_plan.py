"""The numbering plan of the fold, made from the settings."""

from __future__ import annotations

from config import called_numbers
from config.settings import Settings
from cti.ids import LineId
from cti.numbering_plan import Plan


def plan_of(settings: Settings) -> Plan:
    lines = {number: LineId(line.id) for line in settings.line for number in line.dialled}
    partners = {number: partner for line in settings.line for number, partner in line.partners.items()}
    trunks, seats = (frozenset(one.id for one in ones) for ones in (settings.trunk, settings.seat))
    return Plan(trunks, seats, lines=lines, partners=partners, spelled=called_numbers.folded(settings))

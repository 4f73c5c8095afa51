"""Who may ask what of the staff's pages: one table. A route that stands not here is not served; the tests ask each as each role."""

from __future__ import annotations

from enum import Enum

from ..states import STAFF, Role


class Who(Enum):
    ANYBODY = "anybody"
    SIGNED_IN = "signed in"
    """Also with a password that is to be changed first."""


EVERY_ROLE = frozenset(STAFF)
RULES: dict[tuple[str, str], Who | frozenset[Role]] = {
    ("POST", "/session"): Who.ANYBODY,
    ("GET", "/session"): Who.SIGNED_IN,
    ("DELETE", "/session"): Who.SIGNED_IN,
    ("POST", "/session/password"): Who.SIGNED_IN,
    ("GET", "/work"): EVERY_ROLE,
    ("GET", "/workers"): frozenset({Role.UNIT_OFFICE}),
    ("GET", "/cases/{number}"): EVERY_ROLE,
    ("GET", "/cases/{number}/units"): frozenset({Role.DISPATCHER, Role.JUDGE}),
    ("POST", "/cases/{number}/commands"): EVERY_ROLE,
    ("PUT", "/cases/{number}/photos"): frozenset({Role.UNIT_OFFICE, Role.UNIT_WORKER, Role.CHECKER}),
    ("GET", "/cases/{number}/photos/{sha256}"): EVERY_ROLE,
}
"""Method and path below ``/cases/api`` → who. Which command a role may give is the transition table's, which case it sees ``staff_routes``'s."""

"""The date a citizen is promised when a ticket is filed: from the filing condition's limit, the later of both readings. Pure.

The clock begins with the dispatch, so the dispatcher's quarter of an hour is in it. Called by ``intake.py``.
"""

from __future__ import annotations

from config.case_clock import DISPATCH
from config.work_time import Reading, TimeLimit, Unit, WorkTime

from .catalogue import Catalogue
from .catalogues.filing_conditions import chosen
from .ticket import Limit, Promise, Ticket


class Unreckoned(Exception):
    """No date can be reckoned: a limit beyond the years that are looked at, or of a unit that is none."""

    def __init__(self, limit: Limit, why: str) -> None:
        super().__init__(f"{limit.value} {limit.unit}: {why}")
        self.limit = limit


def promised(ticket: Ticket, catalogue: Catalogue, work: WorkTime) -> Promise | None:
    """None: it was answered on the spot, or nobody knows a limit. Raises Unreckoned."""
    if ticket.answered_directly:
        return None
    if ticket.handle_limit is not None:
        return _by_agent(ticket, ticket.handle_limit, work)
    subject = ticket.subject
    code = catalogue.get(subject.scheme, subject.version, subject.code, subject.kind) if subject else None
    if subject is None or code is None:
        return None
    condition = chosen(catalogue.conditions(code), subject.condition)
    if condition is None:
        return None
    basis = "sample" if condition.sample else "catalogue"
    said = Limit(condition.limit.value, str(condition.limit.unit))
    return _promise(ticket, said, work, condition.reading, condition.text, basis, f"{code.scheme} {code.version}")


def reckoned_again(ticket: Ticket, work: WorkTime, catalogue: Catalogue) -> Promise | None:
    """A provisional promise as the calendar has it now; None: it stands as it was."""
    before = ticket.promise
    if before is None or not before.provisional:
        return None
    scheme, _blank, version = before.catalogue.rpartition(" ")
    edition = catalogue.edition(scheme, version)
    reading = edition.reading if edition else None
    try:
        after = _promise(ticket, before.limit, work, reading, before.condition, before.basis, before.catalogue)
    except Unreckoned:
        return None
    return after if after != before else None


def _by_agent(ticket: Ticket, limit: Limit, work: WorkTime) -> Promise:
    if limit.deadline is not None:
        return Promise(limit.deadline, limit.deadline, provisional=False, limit=limit, condition="", basis="agent")
    return _promise(ticket, limit, work, None, "", "agent", "")


def _promise(
    ticket: Ticket, said: Limit, work: WorkTime, reading: Reading | None, condition: str, basis: str, catalogue: str
) -> Promise:
    try:
        start, limit = ticket.filed_at + DISPATCH, TimeLimit(said.value, Unit(said.unit))
        told, due = work.promised(start, limit), work.due(start, limit, reading)
    except (ValueError, OverflowError) as fault:
        raise Unreckoned(said, str(fault)) from None
    return Promise(told.at, due.at, told.provisional or due.provisional, said, condition, basis, catalogue)

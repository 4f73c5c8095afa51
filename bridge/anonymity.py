"""What of a citizen goes no further: of an anonymous one nothing is kept, of a confidential one nothing is delivered. Pure.

``kept`` stands before the ledger (``intake.py``), ``delivered`` before the case store (``courier.py``): units read
there. The call's own row keeps the number it came from, which ``console/visibility.py`` then shows to nobody.
"""

from __future__ import annotations

from dataclasses import replace

from cti.numbers import home

from .ticket import CallFacts, Person, Ticket

_GONE = "***"


def kept(ticket: Ticket) -> Ticket:
    """As it is written down: an anonymous citizen's name, numbers and address are not, wherever they were typed."""
    return _nobodys(ticket) if ticket.anonymous else ticket


def delivered(ticket: Ticket) -> Ticket:
    """As the case store gets it. Who a confidential citizen is stays here: the centre calls them back."""
    return _nobodys(ticket) if ticket.anonymous or ticket.confidential else ticket


def _nobodys(ticket: Ticket) -> Ticket:
    facts = ticket.facts
    numbers = {*ticket.person.phones, *((facts.ani, facts.dnis) if facts else ())}
    numbers = {number for number in numbers if home().read(number).personal}
    texts = (ticket.title, ticket.content, ticket.place.address_text, ticket.place.address_std)
    title, content, told, standard = (home().without(text, numbers, _GONE) for text in texts)
    return replace(
        ticket, person=Person(), facts=_facts(facts) if facts else None, title=title, content=content,
        place=replace(ticket.place, address_text=told, address_std=standard),
    )  # fmt: skip


def _facts(facts: CallFacts) -> CallFacts:
    """``dnis``: of a call that we made it is the citizen."""
    dnis = "" if home().read(facts.dnis).personal else facts.dnis
    return replace(facts, ani="", ani_trust="", dnis=dnis)

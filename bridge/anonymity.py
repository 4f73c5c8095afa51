"""What of a citizen goes no further: of an anonymous one nothing is kept, of a confidential one nothing is delivered. Pure.

``kept`` stands before the ledger (``intake.py``), ``delivered`` before the case store (``courier.py``): units read
there. The call's own row keeps the number it came from, which ``console/visibility.py`` then shows to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cti.numbers import home, mask

from .ticket import CallFacts, Person, Ticket

_GONE = "***"
_GONE_IN_NAME = "xxx"
"""In an attachment's name, which must stay one that ``forms.py`` takes: a dead letter is read again when it is mended."""
_ANYBODY = frozenset({"市民", "群众", "居民", "业主", "村民", "先生", "女士", "匿名", "无名", "来电人", "不详"})
"""Typed where a name belongs, and nobody's: the text goes on to say them."""
_ADDRESS_LEAST = 6
"""Characters from which an address tells a home, and no street of the matter."""


def kept(ticket: Ticket) -> Ticket:
    """As it is written down: an anonymous citizen's name, numbers and address are not, wherever they were typed."""
    return _nobodys(ticket) if ticket.anonymous else ticket


def delivered(ticket: Ticket) -> Ticket:
    """As the case store gets it. Who a confidential citizen is stays here: the centre calls them back."""
    return _nobodys(ticket) if ticket.anonymous or ticket.confidential else ticket


def words_kept(ticket: Ticket, text: str) -> str:
    """What is said of the ticket later, as it is written down: of an anonymous citizen no telephone number is left whole."""
    return mask(_without(ticket)(text)) if ticket.anonymous else text


def words_delivered(ticket: Ticket, text: str) -> str:
    """The same as the case store gets it; ``ticket`` is the whole one, which knows whose words they are."""
    if not (ticket.anonymous or ticket.confidential):
        return text
    lives = ticket.person.address.strip()
    return mask(_without(ticket)(text, *((lives,) if len(lives) >= _ADDRESS_LEAST else ())))


def _without(ticket: Ticket) -> Callable[..., str]:
    """Takes name, numbers and the words that are given it out of a text."""
    facts = ticket.facts
    numbers = {*ticket.person.phones, *((facts.ani, facts.dnis) if facts else ())}
    numbers = {number for number in numbers if home().read(number).personal}
    name = ticket.person.name.strip()
    names = [name] if len(name) > 1 and name not in _ANYBODY else []

    def gone(text: str, *words: str) -> str:
        for word in (*names, *words):
            text = text.replace(word, _GONE)
        return home().without(text, numbers, _GONE)

    return gone


def _nobodys(ticket: Ticket) -> Ticket:
    facts, gone, lives = ticket.facts, _without(ticket), ticket.person.address.strip()
    said = (lives,) if len(lives) >= _ADDRESS_LEAST else ()
    place = ticket.place  # where the matter is may be where they live: that stays, it is the matter
    return replace(
        ticket, person=Person(), facts=_facts(facts) if facts else None,
        title=gone(ticket.title, *said), content=gone(ticket.content, *said),
        place=replace(place, address_text=gone(place.address_text), address_std=gone(place.address_std)),
        attachments=tuple(gone(one).replace(_GONE, _GONE_IN_NAME) for one in ticket.attachments),
        external_ids=tuple((system, gone(its)) for system, its in ticket.external_ids),
    )  # fmt: skip


def _facts(facts: CallFacts) -> CallFacts:
    """``dnis``: of a call that we made it is the citizen."""
    dnis = "" if home().read(facts.dnis).personal else facts.dnis
    return replace(facts, ani="", ani_trust="", dnis=dnis)

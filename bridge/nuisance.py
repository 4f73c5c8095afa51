"""Nuisance callers (骚扰来电): tagged by an agent, decided by a supervisor, graded and for a time, appealable. Pure.

A number is held back by nothing but a supervisor's decision, which says how (``Grade``) and until when; whoever reported danger is
not held back at all (``is_danger``). How it is carried out at the telephone is ``config/render/nuisance.py``'s (decision 0050).
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from config.settings import Settings
from cti.numbers import NumberKind, Numbers, PhoneNumber

from .ticket import Ticket


class Grade(StrEnum):
    QUEUE = "queue"  # waits in a queue apart
    QUOTA = "quota"  # so much talk a day
    MESSAGE = "message"  # hears that it is so, and how to reach a person in danger


OFF = "off"


class Reason(StrEnum):
    """Why an agent tags a call."""

    SILENT = "silent"  # 无声
    PRANK = "prank"  # 恶作剧
    ABUSE = "abuse"  # 辱骂
    ADVERT = "advert"  # 推销
    REPEATED = "repeated"  # 反复拨打，无诉求
    OTHER = "other"


class TagState(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    DISMISSED = "dismissed"


class End(StrEnum):
    """How a decision ended before its time; one that ran its time has none of these."""

    LIFTED = "lifted"  # a supervisor thought it enough
    MISTAKE = "mistake"  # it ought not to have been decided
    APPEAL = "appeal"  # an appeal was upheld
    REPLACED = "replaced"  # by a later decision about the same number
    DANGER = "danger"  # its caller reported danger


MISTAKES = frozenset({End.MISTAKE, End.APPEAL, End.DANGER})
"""What the fairness report counts as one."""


class How(StrEnum):
    AGENT = "agent"
    PHONE = "phone"  # by the key of the message


def grades(settings: Settings) -> tuple[Grade, ...]:
    """Those of these settings; none: nothing may be decided."""
    if settings.nuisance is None:
        return ()
    return tuple(one for one in Grade if one is not Grade.QUEUE or settings.nuisance.queue is not None)


def may_be_graded(number: PhoneNumber, ours: Collection[str]) -> bool:
    """Whether a number may be held back: a person's, of this country or another; never nobody's, a service's, a seat's or one of ``ours``."""
    kinds = (NumberKind.MOBILE, NumberKind.FIXED, NumberKind.FOREIGN)
    return number.somebody and number.personal and number.kind in kinds and number.national not in ours


def our_numbers(settings: Settings, numbers: Numbers) -> frozenset[str]:
    """Lines', trunks', partners' and the phonebook's, in national form."""
    written = [
        settings.centre.number,
        *(number for line in settings.line for number in (*line.dialled, *line.partners, *line.partners.values())),
        *(trunk.calling_number for trunk in settings.trunk if trunk.calling_number),
        *(partner.number for partner in settings.partner),
        *(entry.number for entry in settings.phonebook),
        *settings.limits.urgent,
    ]
    return frozenset(numbers.read(one).national for one in written) - {""}


def is_danger(ticket: Ticket, codes: Collection[str]) -> bool:
    """By its code, its limit, or the agent's word that it is urgent or sudden."""
    limits = (ticket.accept_limit, ticket.handle_limit, ticket.promise.limit if ticket.promise is not None else None)
    subject = ticket.subject
    return (
        ticket.urgency in ("urgent", "critical")
        or ticket.work_type == "sudden"
        or any(limit is not None and limit.unit == "urgent_work_hour" for limit in limits)
        or (subject is not None and subject.kind == "event" and subject.code.startswith(tuple(codes)))
    )

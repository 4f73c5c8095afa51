"""Phones, trunks and queue members: what is said of one → what has changed with it. Pure; asked by ``fold.py``.

Writes the board's ``contacts``, ``phones`` and ``members``; nothing here calls back into the fold.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import events as ev
from . import frame_types as fr
from .board import Board
from .equipment_events import EndpointReach, MemberSeen, PhoneRegistered, Reach


def reached(board: Board, f: fr.Reached) -> Sequence[ev.Event]:
    """A phone is reachable while any of its contacts is; '' is the snapshot's one word on all."""
    out: list[ev.Event] = []
    contacts = board.contacts.setdefault(f.endpoint, {})
    new = bool(f.contact) and f.contact not in contacts
    contacts.pop("", None)
    if not f.contact:
        contacts.clear()
    if f.reach is Reach.UNKNOWN:
        contacts.pop(f.contact, None)
    else:
        contacts[f.contact] = f.reach is Reach.REACHABLE
    reach = Reach.REACHABLE if any(contacts.values()) else Reach.UNREACHABLE
    if new and f.reach is Reach.REACHABLE:
        out.append(PhoneRegistered(f.at, f.endpoint))
    if board.phones.get(f.endpoint, Reach.UNKNOWN) is not reach:
        board.phones[f.endpoint] = reach
        out.append(EndpointReach(f.at, f.endpoint, reach, f.roundtrip_us))
    return out


def member(board: Board, f: fr.Member) -> Sequence[ev.Event]:
    key = (f.queue, f.seat)
    now = (f.paused, f.reason, f.penalty)
    if f.present:
        if board.members.get(key) == now:
            return ()
        board.members[key] = now
    elif board.members.pop(key, None) is None:
        return ()
    return (MemberSeen(f.at, f.queue, f.seat, f.paused, f.reason, f.penalty, f.present),)

"""The states of a message on its way to the case store, and what moves it from one to the next. A table, pure.

The ledger writes a move only where ``TABLE`` has it (``before``): a receipt that comes twice or after a replay changes nothing.
"""

from __future__ import annotations

from enum import StrEnum


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    POISONED = "poisoned"  # a person must look: a dead letter
    NOT_CARRIED = "not_carried"  # this case store takes no message of its kind: it stays here, and is no fault


class Move(StrEnum):
    BEGUN = "begun"  # its bytes are about to leave
    RECEIPT = "receipt"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"  # called wrong, to be tried again
    GIVEN_UP = "given_up"  # called wrong too often
    REPLAYED = "replayed"  # by a person, corrected or as it was
    NOT_TAKEN = "not_taken"  # the driver says that its store knows no such kind


TABLE: dict[tuple[DeliveryState, Move], DeliveryState] = {
    (DeliveryState.WAITING, Move.BEGUN): DeliveryState.WAITING,
    (DeliveryState.WAITING, Move.RECEIPT): DeliveryState.DELIVERED,
    (DeliveryState.WAITING, Move.NO_ANSWER): DeliveryState.WAITING,
    (DeliveryState.WAITING, Move.REFUSED): DeliveryState.WAITING,
    (DeliveryState.WAITING, Move.GIVEN_UP): DeliveryState.POISONED,
    (DeliveryState.POISONED, Move.REPLAYED): DeliveryState.WAITING,
    (DeliveryState.WAITING, Move.NOT_TAKEN): DeliveryState.NOT_CARRIED,
}

HOLDS_BACK = frozenset({DeliveryState.WAITING, DeliveryState.POISONED})
"""While a message is so, those behind it in its stream wait."""


def before(move: Move) -> tuple[DeliveryState, ...]:
    """The states in which ``move`` may happen."""
    return tuple(state for state, moved in TABLE if moved is move)


def after(state: DeliveryState, move: Move) -> DeliveryState | None:
    """None: it does not happen there."""
    return TABLE.get((state, move))

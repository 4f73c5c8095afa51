"""The states of a case as the centre knows them, and which may follow which. A table, pure.

A case store has finer ones of its own; its driver maps them and keeps the store's own word beside. The store is who
knows: a step that is not in ``TABLE`` is believed all the same, and marked (``foreseen``).
"""

from __future__ import annotations

from enum import StrEnum


class CaseState(StrEnum):
    FILED = "filed"  # 立案
    DISPATCHED = "dispatched"  # 派遣: a unit has it
    HANDLING = "handling"  # 处置中
    SUSPENDED = "suspended"  # 挂账
    HANDLED = "handled"  # 处置完毕: the unit says so, nobody has checked
    CHECKED = "checked"  # 核查通过: a result to tell the citizen
    CLOSED = "closed"  # 结案
    RETURNED = "returned"  # 退回: the seat that took it must add something
    VOIDED = "voided"  # 作废


_S = CaseState
_AT_WORK = frozenset({_S.DISPATCHED, _S.HANDLING, _S.SUSPENDED, _S.HANDLED, _S.RETURNED, _S.VOIDED})

TABLE: dict[CaseState, frozenset[CaseState]] = {
    _S.FILED: _AT_WORK | {_S.CLOSED},
    _S.DISPATCHED: _AT_WORK - {_S.DISPATCHED} | {_S.FILED},
    _S.HANDLING: _AT_WORK - {_S.HANDLING} | {_S.FILED},
    _S.SUSPENDED: _AT_WORK - {_S.SUSPENDED} | {_S.FILED},
    _S.HANDLED: frozenset({_S.DISPATCHED, _S.HANDLING, _S.CHECKED, _S.CLOSED}),
    _S.CHECKED: frozenset(
        {_S.CLOSED, _S.DISPATCHED, _S.HANDLING, _S.FILED}
    ),  # FILED: the citizen says it is not solved
    _S.CLOSED: frozenset({_S.FILED, _S.DISPATCHED}),  # opened again
    _S.RETURNED: frozenset({_S.FILED, _S.DISPATCHED, _S.VOIDED}),
    _S.VOIDED: frozenset({_S.FILED}),
}
"""State → those that may follow; it may always be said again (another unit, another note)."""

OVER = frozenset({CaseState.CLOSED, CaseState.VOIDED})
"""Nothing is done any more, unless it is opened again."""


def foreseen(old: CaseState, new: CaseState) -> bool:
    return new == old or new in TABLE[old]

"""The table of transitions as a page of the documents: ``python -m casestore.table_page > docs/case-table.md``. Pure."""

from __future__ import annotations

import sys

from config.work_time import TimeLimit

from .clock_effects import STAGES
from .states import CHINESE, COMMAND_WORD, ROLE_WORD, STATE_WORD, STEP_OF, TASK_WORD, Role, State
from .transition_table import HOLDER, TABLE, Rule

_HEAD = """# What may be done with a case, by whom, and what follows

Written by `python -m casestore.table_page` from `casestore/transition_table.py`, which the case store works by; a test holds this page
against it. What stands in no row is refused with the reason: not by this role, not in this state, or never.
Rows of a command that is the same in several states stand together.

## States

| state | 中文 | step | whose next step | its own clock |
|---|---|---|---|---|
"""
_ROWS = """
## Transitions

| state | command | role | → state | movement | clock | side task | told | must say | only when |
|---|---|---|---|---|---|---|---|---|---|
"""


def page() -> str:
    states = "".join(_state(one) for one in State)
    grouped: dict[tuple[object, ...], list[Rule]] = {}
    for row in TABLE:
        target = row.target if row.moves else None
        key = (
            row.command,
            row.role,
            target,
            row.verb,
            row.clock,
            row.opens,
            row.closes,
            row.told,
            row.needs,
            row.guards,
        )
        grouped.setdefault(key, []).append(row)
    return _HEAD + states + _ROWS + "".join(_rows(rows) for rows in grouped.values())


def _state(state: State) -> str:
    holder = HOLDER[state]
    limit = STAGES.get(state)
    clock = "" if limit is None else f"{limit.value} {limit.unit}" if isinstance(limit, TimeLimit) else str(limit)
    who = f"{holder} {ROLE_WORD[holder]}" if holder else "–"
    return f"| {state} | {STATE_WORD[state]} | {STEP_OF[state]} {CHINESE[STEP_OF[state]]} | {who} | {clock} |\n"


def _rows(rows: list[Rule]) -> str:
    row = rows[0]
    states = "any" if len(rows) == len(State) else " ".join(one.state or "(none)" for one in rows)
    side = " ".join([f"opens {TASK_WORD[row.opens]}"] if row.opens else [])
    side += (" " if side and row.closes else "") + (
        f"ends {'、'.join(TASK_WORD[one] for one in row.closes)}" if row.closes else ""
    )
    cells = (
        states, f"{row.command} {COMMAND_WORD[row.command]}", _who(row.role), row.target if row.moves else "stays", row.verb,
        row.clock, side, " ".join(row.told), " ".join(row.needs), " ".join(row.guards),
    )  # fmt: skip
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"


def _who(role: Role) -> str:
    return f"{role} {ROLE_WORD[role]}"


if __name__ == "__main__":
    sys.stdout.write(page())

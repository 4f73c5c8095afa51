"""The seven steps of a case, its states, and which command leads from one to the next: tables of data.

Today a case is reported and accepted in one transaction, and stays there. Whoever adds a way adds a row here;
``store.py`` moves a case by ``next_state`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """七步闭环: what a citizen is shown."""

    REPORT = "report"  # 信息报送
    ACCEPTANCE = "acceptance"  # 受理立案
    DISPATCH = "dispatch"  # 任务派遣
    HANDLING = "handling"  # 事件处置
    FEEDBACK = "feedback"  # 结果反馈
    CLOSING = "closing"  # 核查结案
    EVALUATION = "evaluation"  # 监督评价


CHINESE: Mapping[Step, str] = {
    Step.REPORT: "信息报送",
    Step.ACCEPTANCE: "受理立案",
    Step.DISPATCH: "任务派遣",
    Step.HANDLING: "事件处置",
    Step.FEEDBACK: "结果反馈",
    Step.CLOSING: "核查结案",
    Step.EVALUATION: "监督评价",
}


class State(StrEnum):
    REPORTED = "reported"
    """The message is there; nothing was decided. Left again in the same transaction."""
    ACCEPTED = "accepted"


class Command(StrEnum):
    FILE = "file"
    ACCEPT = "accept"


class EventKind(StrEnum):
    """Of a row in a case's history."""

    MOVED = "moved"
    """The case reached this step."""
    TICKET = "ticket"
    """Another ticket of the same matter came; the case stays where it is."""


STEP_OF: Mapping[State, Step] = {
    State.REPORTED: Step.REPORT,
    State.ACCEPTED: Step.ACCEPTANCE,
}
"""The step a case in this state has reached."""


@dataclass(frozen=True, slots=True)
class Transition:
    source: State | None
    """None: there is no case yet."""
    command: Command
    target: State


TRANSITIONS = (
    Transition(None, Command.FILE, State.REPORTED),
    Transition(State.REPORTED, Command.ACCEPT, State.ACCEPTED),
)


def next_state(source: State | None, command: Command) -> State | None:
    """None: no row allows it."""
    for row in TRANSITIONS:
        if (row.source, row.command) == (source, command):
            return row.target
    return None

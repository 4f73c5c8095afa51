"""A case's way in seven dated steps, in plain words and without a name: what page and telephone say. Pure.

Built by ``progress_query.py`` for whoever gave number and code; the page shows these sentences, the telephone reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from config.language import say as _

from .contract import DueChangeOut, StepOut
from .states import CHINESE, STEP_OF, Command, State, Step


def steps_of(reached: Sequence[tuple[State, datetime]]) -> list[StepOut]:
    """All seven, in their order.

    :param reached: each state the case came into, oldest first. A step done again counts by its last time, and what comes after the
        present one is open, also where it had been reached before. A step that was passed over has the date of the one after it.
    """
    state = reached[-1][0]
    last = {STEP_OF[one]: at for one, at in reached}
    order = list(Step)
    here = order.index(STEP_OF[state])
    made: list[StepOut] = []
    for place, step in enumerate(order):
        at = None
        if place <= here and (state is not State.VOIDED or step in last):
            at = next((last[later] for later in order[place : here + 1] if later in last), None)
        sentence = _now(state) if place == here else SENTENCES[step]() if at is not None else _("Not yet.")
        if state is State.VOIDED and at is None:
            sentence = _("This step was not needed.")
        made.append(
            StepOut(step=step, word=CHINESE[step], name=NAMES[step](), at=at, now=place == here, sentence=sentence)
        )
    return made


def _now(state: State) -> str:
    return STANDING[state]() if state in STANDING else SENTENCES[STEP_OF[state]]()


def promised_by(ticket: dict[str, Any]) -> tuple[datetime | None, bool]:
    """The day the citizen was promised at the call, and whether it is provisional; of a ticket without one: none."""
    promise = ticket.get("promise")
    if not isinstance(promise, dict):
        return None, False
    try:
        return datetime.fromisoformat(str(promise["by"])), bool(promise.get("provisional"))
    except (KeyError, ValueError):
        return None, False


def changes_of(
    moved: Sequence[tuple[Command, datetime, datetime]], provisional: Callable[[datetime], bool]
) -> list[DueChangeOut]:
    """Each time the day was moved: by which command, when, and to which. ``provisional``: whether that day may still move by itself."""
    return [
        DueChangeOut(at=at, due_at=due, provisional=provisional(due), sentence=MOVED[command]())
        for command, at, due in moved
        if command in MOVED
    ]


Say = Callable[[], str]

NAMES: dict[Step, Say] = {
    Step.REPORT: lambda: _("Reported"),
    Step.ACCEPTANCE: lambda: _("Accepted"),
    Step.DISPATCH: lambda: _("Sent to a unit"),
    Step.HANDLING: lambda: _("Being dealt with"),
    Step.FEEDBACK: lambda: _("Result"),
    Step.CLOSING: lambda: _("Checked and closed"),
    Step.EVALUATION: lambda: _("Evaluated"),
}
SENTENCES: dict[Step, Say] = {
    Step.REPORT: lambda: _("We have received what you told us."),
    Step.ACCEPTANCE: lambda: _("We have accepted the matter and given it a number."),
    Step.DISPATCH: lambda: _("The matter is with the unit responsible for it."),
    Step.HANDLING: lambda: _("The unit is working on it."),
    Step.FEEDBACK: lambda: _("The unit has reported what it did. We check it and tell you the result."),
    Step.CLOSING: lambda: _("The result was checked, and the matter is closed."),
    Step.EVALUATION: lambda: _("The work was evaluated. Nothing more is to be done."),
}
"""One each: to be read and to be heard."""
MOVED: dict[Command, Say] = {
    Command.GRANT_EXTENSION: lambda: _("More time was granted: there is more to be done than was foreseen."),
    Command.GRANT_SUSPENSION: lambda: _("The work has to wait for something that is not there yet."),
    Command.RESUME: lambda: _("What the work waited for is there, and it goes on."),
}
"""Why the day was moved. What a clerk gave as the reason may name somebody, and is not told."""
STANDING: dict[State, Say] = {
    State.RETURNED_SEAT: lambda: _("Something is missing; we call you about it."),
    State.SUSPENDED: lambda: _("The work has to wait for a while. It goes on by itself."),
    State.CONFIRMED: lambda: _("The result is confirmed. We call you about it."),
    State.REPLIED: lambda: _("We have told you the result, or tried to. The matter is about to be closed."),
    State.SUPERVISION: lambda: _("You told us that it is not solved. Our supervisors look at it again."),
    State.VOIDED: lambda: _("The matter was ended: withdrawn, or not one we can deal with."),
}
"""Where a state says more than its step."""

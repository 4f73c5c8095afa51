"""A case's way in seven dated steps, in plain words and without a name: what page and telephone say. Pure.

Built by ``progress_query.py`` for whoever gave number and code; the page shows these sentences, the telephone reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from config.language import say as _

from .contract import StepOut
from .states import CHINESE, Step


def steps_of(reached: Sequence[tuple[Step, datetime]], now: Step) -> list[StepOut]:
    """All seven, in their order.

    :param reached: each time a step was reached, oldest first; a step done again counts by its last time.
    :param now: where the case stands; what comes after it is open, also where it had been reached before.
    """
    last = dict(reached)
    order = list(Step)
    here = order.index(now)
    made = []
    for place, step in enumerate(order):
        at = last.get(step) if place <= here else None
        made.append(StepOut(step=step, word=CHINESE[step], name=NAMES[step](), at=at, now=place == here,
                            sentence=SENTENCES[step]() if place <= here else _("Not yet.")))  # fmt: skip
    return made


def promised_by(ticket: dict[str, Any]) -> tuple[datetime | None, bool]:
    """The day the citizen was promised at the call, and whether it is provisional; of a ticket without one: none."""
    promise = ticket.get("promise")
    if not isinstance(promise, dict):
        return None, False
    try:
        return datetime.fromisoformat(str(promise["by"])), bool(promise.get("provisional"))
    except (KeyError, ValueError):
        return None, False


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

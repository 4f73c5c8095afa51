"""``hotline check``: how each queue is reached, by callers and by agents, and whether somebody serves it."""

from __future__ import annotations

from collections.abc import Iterator

from config.file_places import Places
from config.journey.faults import unreachable
from config.journey.graph import of_settings
from config.journey.steps import Queue
from config.language import say as _
from config.sections.seats import Role
from config.settings import Settings
from hotline.verbs.check_result import Checked, Finding, State


def look(settings: Settings, _places: Places) -> Checked:
    """A queue that nobody serves takes nobody: an agent's transfer to it is refused, and callers wait there in vain. One that no
    line leads to is reached by transfers alone."""
    names = {queue.id: f"{queue.name} ({queue.id})" for queue in settings.queue}
    sit = [agent for agent in settings.agent if agent.role in (Role.AGENT, Role.SUPERVISOR)]
    served = {queue for agent in sit for queue in agent.skills}
    called = set(_called(settings))
    nowhere = [names[one] for one in names if one not in served and one not in called]
    in_vain = [names[one] for one in names if one not in served and one in called]
    if nowhere:
        text = _("no caller and no agent can reach {queues}: no line leads there, and nobody serves it",
                 queues=", ".join(nowhere))  # fmt: skip
        yield Finding("queues", State.WARN, text, _("Cure: give an agent the skill, or take the queue out"))
    if in_vain:
        text = _("callers wait in vain in {queues}: no agent has the skill", queues=", ".join(in_vain))
        yield Finding("queues", State.WARN, text, _("Cure: give an agent the skill, or lead the callers elsewhere"))
    if not nowhere and not in_vain:
        given = [names[one] for one in names if one not in called]
        text = _("{count} queues, each is served", count=len(names))
        more = _("no line leads to {queues}: reached by transfers alone", queues=", ".join(given)) if given else ""
        yield Finding("queues", State.OK, ", ".join(filter(None, (text, more))))


def _called(settings: Settings) -> Iterator[str]:
    """Queues that some caller can come to."""
    for graph in of_settings(settings).values():
        lost = set(unreachable(graph.steps))
        yield from (
            str(step.queue) for name, step in graph.steps.items() if isinstance(step, Queue) and name not in lost
        )

"""``hotline check``: agents whom no call can reach, words that nobody chose, prompts that say nothing: allowed, and hardly meant."""

from __future__ import annotations

from config.file_places import Places
from config.language import say as _
from config.sections.seats import Role
from config.settings import Settings
from hotline.verbs.check_result import Checked, Finding, State


def look(settings: Settings, _places: Places) -> Checked:
    idle = [agent.id for agent in settings.agent if agent.role is Role.AGENT and not agent.skills]
    if idle:
        text = _("no queue ever rings agents without a skill: {agents}", agents=", ".join(idle))
        yield Finding("seats", State.WARN, text, _("Cure: give them a queue in skills, or another role"))
    if not settings.seats.pause_reasons:
        text = _("no reason for a pause is given (seats.pause_reasons): nobody can pause of their own accord")
        yield Finding("seats", State.WARN, text, _("Cure: name at least one"))
    if silent := sorted(name for name, said in settings.prompts.items() if not said.strip()):
        text = _(
            "without words: {prompts}; callers hear nothing, or a sound that no text describes",
            prompts=", ".join(silent),
        )
        yield Finding("prompts", State.WARN, text, _("Cure: write what is said in [prompts]"))

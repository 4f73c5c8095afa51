"""What the settings say of the house, as an operator's page shows it: rows of words and values, each with its file and line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bridge.ticket_choices import Choices
from config.settings import Settings

SECTIONS = ("line", "queue", "seat", "phonebook", "refusal", "prompts")
"""In this order on the page."""


@dataclass(frozen=True, slots=True)
class ShownSetting:
    section: str
    """One of ``SECTIONS``."""
    id: str
    name: str
    facts: Mapping[str, str]
    """Word of the pages' catalogue → value, in the order in which they are shown."""
    file: str
    line: int | None
    """Where it is changed; None: it does not stand in the file, so the shipped value is in force."""


def shown_settings(
    settings: Settings, choices: Choices, lines: Mapping[str, int], *, file: str, choices_file: str
) -> tuple[ShownSetting, ...]:
    """:param lines: of ``config.setting_lines``, of the file the settings were read from."""
    return (
        *_many("line", file, lines, (
            (one.id, one.name, {
                "numbers": " ".join(one.dialled), "queue": one.queue, "hours": one.hours, "notice": one.journey or one.notice,
                "capacity": str(one.capacity),
            })
            for one in settings.line
        )),
        *_many("queue", file, lines, (
            (one.id, one.name, {
                "ring": str(one.ring_seconds), "longest": str(one.max_wait_seconds), "most": str(one.max_waiting),
                "served": " ".join(agent.id for agent in settings.agent if one.id in agent.skills),
            })
            for one in settings.queue
        )),
        *_many("seat", file, lines, (
            (one.id, "", {"device": str(one.device), "second": str(one.second_device or "")}) for one in settings.seat
        )),
        *_many("phonebook", file, lines, (
            (one.id, one.name, {"number": one.number, "group": one.group}) for one in settings.phonebook
        )),
        *(ShownSetting("refusal", one.key, one.zh, {"english": one.en}, choices_file, None) for one in choices.of("refusal")),
        *(
            ShownSetting("prompts", name, "", {"text": text}, file, lines.get(f"prompts.{name}"))
            for name, text in settings.prompts.items()
        ),
    )  # fmt: skip


def _many(
    section: str, file: str, lines: Mapping[str, int], rows: Iterable[tuple[str, str, Mapping[str, str]]]
) -> Iterable[ShownSetting]:
    for n, (ident, name, facts) in enumerate(rows):
        yield ShownSetting(section, ident, name, facts, file, lines.get(f"{section}[{n}]"))

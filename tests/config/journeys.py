"""A journey in which every kind of step stands, for the tests of several rooms."""

from __future__ import annotations

import copy
from typing import Any

Table = dict[str, Any]

EVERYTHING = {
    "storm": {"kind": "mode", "mode": "typhoon", "on": "warned", "off": "office"},
    "warned": {"kind": "say", "prompt": "sorry", "next": "office"},
    "office": {"kind": "hours", "hours": "Mon-Fri 08:00-12:00,14:30-17:30", "open": "notice", "closed": "closed"},
    "notice": {"kind": "notice", "next": "district"},
    "district": {"kind": "stored", "key": "district", "values": {"siming": "warned_again"}, "otherwise": "crowd"},
    "warned_again": {"kind": "say", "prompt": "sorry", "next": "crowd"},
    "crowd": {"kind": "waiting", "least": 5, "many": "choice", "few": "long"},
    "long": {"kind": "advice", "ask": "wait", "seconds": 1, "answers": {"long": "choice"}, "otherwise": "choice"},
    "choice": {"kind": "menu", "keys": {"1": "people", "2": "number", "*": "choice", "#": "gone", "3": "message", "5": "sits"}, "otherwise": "people"},
    "number": {"kind": "digits", "prompt": "menu", "least": 4, "most": 6, "next": "other", "otherwise": "people"},
    "sits": {"kind": "seated", "queue": "minnan", "somebody": "other", "nobody": "people"},
    "people": {"kind": "queue"},
    "other": {"kind": "queue", "queue": "minnan"},
    "gone": {"kind": "hang_up", "prompt": "sorry"},
    "message": {"kind": "voicemail"},
    "closed": {"kind": "hang_up", "prompt": "closed", "refused": "closed"},
}  # fmt: skip


HELPED = {
    "notice": {"kind": "notice", "next": "event"},
    "event": {"kind": "mass_event", "joined": "more", "otherwise": "choice"},
    "choice": {"kind": "menu", "keys": {"3": "progress", "0": "people"}, "otherwise": "people"},
    "progress": {"kind": "self_service", "next": "more", "otherwise": "people"},
    "more": {"kind": "menu", "prompt": "anything_else", "times": 1, "keys": {"1": "people"}, "otherwise": "bye"},
    "people": {"kind": "queue"},
    "bye": {"kind": "hang_up", "prompt": "survey_thanks"},
}  # fmt: skip
"""Who helps himself: a mass event is offered, a key asks how far a case is, and a person is one key away."""


def everything(table: Table) -> Table:
    """The settings with that journey on the first line, and a line that keeps hours and one with a menu."""
    table.pop("mode", None)  # what is counted is the journey's own
    table["journey"] = {"everything": copy.deepcopy(EVERYTHING), "helped": copy.deepcopy(HELPED)}
    table["queue"][0] |= {"words_seconds": 30, "call_back_seconds": 60}
    table["line"][0] |= {"journey": "everything", "survey": True}
    table["line"] += [
        {"id": "office", "name": "办公", "numbers": ["12319004"], "queue": "mandarin", "hours": "Mon-Fri 08:00-12:00"},
        {"id": "menu", "name": "按键", "numbers": ["12319005"], "queue": "mandarin", "menu": {"2": "minnan", "*": "emergency"}},
        {"id": "leaves", "name": "留言", "numbers": ["12319006"], "queue": "mandarin", "hours": "Mon-Fri 08:00-12:00",
         "voicemail": True},
        {"id": "duty", "name": "值班", "numbers": ["12319008"], "queue": "mandarin", "hours": "Mon-Fri 08:00-12:00",
         "duty_queue": "minnan", "voicemail": True},
        {"id": "helped", "name": "自助", "numbers": ["12319007"], "queue": "mandarin", "journey": "helped"},
    ]  # fmt: skip
    return table

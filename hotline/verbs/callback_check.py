"""``hotline check``: whether everybody who is told that they will be called back can be dialled."""

from __future__ import annotations

from agents.roster import Roster
from config.file_places import Places
from config.language import say as _
from config.settings import Settings
from hotline.verbs.check_result import Checked, Finding, State

CALLERS = {
    "mobiles": "13800000000",
    "fixed lines of this area": "",
    "fixed lines of other areas": "01062345678",
    "numbers abroad": "+85221234567",
}
"""Kinds of citizens who are told that they will be called back, each by a number that stands for it; '' is made."""
_ABROAD = "numbers abroad"


def look(settings: Settings, _places: Places) -> Checked:
    """Who hears the promise of a call-back and cannot be dialled by ``limits.outbound``."""
    area, roster = settings.centre.area_code, Roster.from_settings(settings)
    samples = CALLERS | {"fixed lines of this area": f"{area}2345678" if len(area) == 4 else f"{area}23456789"}
    if area == "010":
        samples["fixed lines of other areas"] = "02162345678"
    barred = [kind for kind, number in samples.items() if not roster.dialled(number)]
    if [kind for kind in barred if kind != _ABROAD]:
        text = _("callers are promised a call-back that no seat may dial: {kinds}", kinds=", ".join(map(_, barred)))
        yield Finding(
            "call-backs", State.WARN, text, _("Cure: let them out by limits.outbound, or say otherwise in [prompts]")
        )
    else:
        text = _("seats may dial back mobiles and fixed lines everywhere")
        more = _("but not numbers abroad (limits.outbound)") if barred else ""
        yield Finding("call-backs", State.OK, ", ".join(filter(None, (text, more))))

"""Switches: open now, closed now, a mode on or off. How they stand is in the stream, too."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter

from bridge.errors import Problem
from config.language import say as _
from console.access import Right
from console.authorization import Who, needs
from console.contract.rest import Most
from console.contract.switches import SwitchableOut, SwitchedOut, SwitchesOut, SwitchIn, SwitchingOut, SwitchOut
from console.error_answers import Failed, invalid, not_found
from console.ports import Switchable, Switches
from console.services import Plugged, Services, within
from console.shell_actor import acting
from console.stated_reason import worded
from ledger.switches import Switching

router = APIRouter(prefix="/api/switches", tags=["switches"])
STATES = {"hours": ("open", "closed", "clock"), "mode": ("on", "off")}
LONGEST = timedelta(days=400)


@router.get("")
async def list_switches(
    plugs: Plugged, _who: Annotated[Who, needs(Right.SWITCH, Right.WALL)], most: Most = 20
) -> SwitchesOut:
    """How each line and mode stands, and what was switched last."""
    switches = switches_of(plugs)
    return SwitchesOut(
        switches=[SwitchOut.model_validate(one) for one in switches.rows()],
        switchable=[SwitchableOut.model_validate(one) for one in switches.switchable()],
        history=[SwitchingOut.model_validate(one) for one in await switches.history(most)],
    )


@router.post("")
async def switch(body: SwitchIn, plugs: Plugged, who: Annotated[Who, needs(Right.SWITCH, persons=True)]) -> SwitchedOut:
    """In force for the next caller; of a mode switched on, those who wait are told."""
    switches = switches_of(plugs)
    target = next((one for one in switches.switchable() if (one.kind, one.target) == (body.kind, body.target)), None)
    if target is None:
        raise not_found("line" if body.kind == "hours" else "mode", body.target)
    problems = list(_problems(body, target, plugs))
    title = ""
    if body.event and not problems:
        found = await plugs.tickets.events.running(plugs.clock()) if plugs.tickets else ()
        title = next((event.title for event in found if event.id == body.event), "")
        if not title:
            problems.append(
                Problem("event", _("there is no such mass event, or it is over"), tuple(e.id for e in found))
            )
    if problems:
        raise invalid(problems)
    if who.session:
        within(plugs.acts, f"switch {who.account}")
    now = plugs.clock()
    wanted = Switching(
        body.kind, body.target, body.state, 0, now, body.until, body.district, body.event, acting(who.account), "",
        worded(body.reason, "reason"),
    )  # fmt: skip
    in_force = await switches.switch(wanted, title)
    row = next(one for one in switches.rows() if (one.kind, one.target) == (body.kind, body.target))
    return SwitchedOut(switch=SwitchOut.model_validate(row), in_force=in_force)


def _problems(body: SwitchIn, target: Switchable, plugs: Services) -> list[Problem]:
    found, now = [], plugs.clock()
    if body.state not in STATES[body.kind]:
        found.append(Problem("state", _("is no state of this"), STATES[body.kind]))
    if body.until is not None:
        if body.state not in ("open", "closed"):
            found.append(Problem("until", _("only what is opened or closed has an end")))
        elif not now < body.until <= now + LONGEST:
            found.append(Problem("until", _("must be later than now, and at most {days} days", days=LONGEST.days)))
    if body.district and (body.state != "on" or body.district not in target.districts):
        found.append(Problem("district", _("this mode has no such district"), target.districts))
    if body.event and body.state != "on":
        found.append(Problem("event", _("only a mode that is switched on is about a mass event")))
    return found


def switches_of(plugs: Services) -> Switches:
    if plugs.switches is None:
        raise Failed(503, _("there are no switches here"))
    return plugs.switches

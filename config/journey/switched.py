"""What switches put before and into a journey: open or closed out of turn, and what a mode changes. Pure.

Each line is asked two things before its journey begins: is a mode on that changes it, and, where its own steps look at no
hours, was it closed by hand. A mode has steps of its own (``IN``): the line's, with what the mode changes. Names begin
with ``_``, which no name in the file does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .steps import JOINED, OTHERWISE, HangUp, Hours, Mode, Notice, Queue, Say, Seated, Step, Stored, Voicemail

if TYPE_CHECKING:
    from ..sections.switches import SituationMode
    from ..sections.telephone import Line

OPENED, CLOSED, MODE, IN = "_opened", "_closed", "_mode_", "_in_"
"""Steps: is it closed by hand, what a caller hears then, is this mode on; what comes before the names of a mode's steps."""
DISTRICT = "_district_"
"""Before a mode's name in Asterisk's database: the district it was switched on for."""
_TABLES = ("keys", "values", "answers")
_WAYS = ("next", "on", "off", "open", "closed", "many", "few", "somebody", "nobody", JOINED, OTHERWISE)


def told(step: str, way: str) -> bool:
    """Whether this way of a step is written down: a line that nobody switched writes no more than one without switches."""
    return not (step.endswith(OPENED) and way == "open") and not (step.startswith(MODE) and way == "off")


def closed(line: Line, name: str) -> dict[str, Step]:
    """What a caller of a closed line comes to, from the step ``name`` on: the seat on duty where somebody sits there, else the end."""
    end = _closed_end(line)
    if line.duty_queue is None:
        return {name: end}
    on_duty, notice, none = f"{name}_duty", f"{name}_notice", f"{name}_end"
    return {
        name: Seated(kind="seated", queue=line.duty_queue, somebody=notice, nobody=none),
        notice: Notice(kind="notice", prompt=line.notice, next=on_duty),
        on_duty: Queue(kind="queue", queue=line.duty_queue),
        none: end,
    }


def _closed_end(line: Line) -> Step:
    if line.voicemail:
        return Voicemail(kind="voicemail", prompt="voicemail_closed", refused="closed")
    return HangUp(kind="hang_up", prompt="closed", refused="closed")


def with_opening(steps: Mapping[str, Step], start: str, line: Line) -> tuple[dict[str, Step], str]:
    """The steps and where they begin: a journey that looks at no hours is closed by hand all the same."""
    if any(isinstance(step, Hours) for step in steps.values()):
        return dict(steps), start
    opened = Hours.model_construct(kind="hours", hours="always", open=start, closed=CLOSED)
    return {OPENED: opened, **steps, **closed(line, CLOSED)}, OPENED


def applies(mode: SituationMode, line: Line) -> bool:
    """Whether the mode changes what a caller of the line goes through."""
    return bool(mode.notice or mode.districts or highest(mode) or line.id in mode.line)


def highest(mode: SituationMode) -> int:
    """The highest priority it gives a line. All that come while it is on stand so much lower: who goes before others then goes
    before those who came since, and never before who waits already, whatever line that one came by."""
    return max((change.priority or 0 for change in mode.line.values()), default=0)


def in_mode(line: Line, mode: SituationMode) -> Line:
    """The line as it is while the mode is on."""
    change = mode.line.get(line.id)
    notice = (change.notice if change else None) or mode.notice
    return line.model_copy(
        update={
            "notice": notice or line.notice,
            "queue": (change.queue if change else None) or line.queue,
            "journey": (change.journey if change else None) or line.journey,
        }
    )


def changed(steps: Mapping[str, Step], line: Line, notice: str, mode: SituationMode) -> dict[str, Step]:
    """The steps of the line in this mode, each under its name there. ``notice``: the line's outside of the mode."""
    out: dict[str, Step] = {}
    change = mode.line.get(line.id)
    for name, step in steps.items():
        match step:
            case Notice():
                said = step.model_copy(update={"prompt": line.notice}) if step.prompt in (notice, line.notice) else step
                out |= _districts(name, said, mode)
            case Queue() if highest(mode):
                own = step.priority if step.priority is not None else change.priority if change is not None else None
                out[name] = step.model_copy(update={"priority": (own or 0) - highest(mode)})
            case _:
                out[name] = step
    return {named(mode, name): _led(mode, step) for name, step in out.items()}


def named(mode: SituationMode, step: str) -> str:
    """What a step of the line is called while the mode is on."""
    return f"{IN}{mode.id}_{step}"


def chosen(modes: Iterable[str], start: str, begin: Mapping[str, str]) -> tuple[dict[str, Step], str]:
    """The steps that ask which mode is on, the first of the file first, and where they begin. ``begin``: mode → its first step."""
    out: dict[str, Step] = {}
    for mode in reversed(list(modes)):
        out[MODE + mode] = Mode.model_construct(kind="mode", mode=mode, on=begin[mode], off=start)
        start = MODE + mode
    return dict(reversed(out.items())), start


def _districts(name: str, notice: Notice, mode: SituationMode) -> dict[str, Step]:
    if not mode.districts:
        return {name: notice}
    asked = f"{name}_district"
    out: dict[str, Step] = {name: notice.model_copy(update={"next": asked})}
    values = {district: f"{name}_{district}" for district in mode.districts}
    out[asked] = Stored.model_construct(kind="stored", key=DISTRICT + mode.id, values=values, otherwise=notice.next)
    for district, prompt in mode.districts.items():
        out[values[district]] = Say.model_construct(kind="say", prompt=prompt, next=notice.next)
    return out


def _led(mode: SituationMode, step: Step) -> Step:
    """The step, its ways leading to the mode's own steps."""
    update: dict[str, object] = {
        field: named(mode, getattr(step, field)) for field in _WAYS if field in type(step).model_fields
    }
    for field in _TABLES:
        if field in type(step).model_fields:
            update[field] = {answer: named(mode, to) for answer, to in getattr(step, field).items()}
    return step.model_copy(update=update)

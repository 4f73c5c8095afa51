"""Time limits as cities write them in their tables: 2小时, 15天, 4紧急工作时, 1紧急工作时制止. Pure.

The text is read and never the type beside it: urgent limits that were taken for working hours gave every urgent case a false deadline.
In such tables 小时 are working hours and 天 working days; an urgent day runs on and is 24 hours.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from config.language import say as _
from config.work_time import TimeLimit, Unit

UNITS: dict[str, tuple[Unit, int]] = {
    "紧急工作小时": (Unit.URGENT_WORK_HOUR, 1),
    "紧急工作时": (Unit.URGENT_WORK_HOUR, 1),
    "紧急工作日": (Unit.CLOCK_HOUR, 24),
    "工作小时": (Unit.WORK_HOUR, 1),
    "工作时": (Unit.WORK_HOUR, 1),
    "工作日": (Unit.WORK_DAY, 1),
    "自然日": (Unit.CLOCK_HOUR, 24),
    "日历日": (Unit.CLOCK_HOUR, 24),
    "小时": (Unit.WORK_HOUR, 1),
    "天": (Unit.WORK_DAY, 1),
    "日": (Unit.WORK_DAY, 1),
}
"""As written → unit and how many of it. The longer ones first: each holds the end of a shorter one."""
STAGES = {"": "handle", "处置": "handle", "制止": "stop", "停工": "stop", "处罚": "penalty", "拆除": "removal"}
"""What is to be done by then."""
MOST = 10_000
MOST_WORK_DAYS = 1_000
"""Four years: of more, no end is found in the calendar (``config.work_time.MOST_DAYS``)."""
_FORM = re.compile(rf"(?P<before>\D*?)(?P<value>[0-9]+)个?(?P<unit>{'|'.join(UNITS)})(?:内)?(?P<after>\D*)")


class LimitUnread(ValueError):
    """``str``: what is wrong and what is wanted."""


@dataclass(frozen=True, slots=True)
class LimitText:
    limit: TimeLimit
    stage: str
    """'handle', 'stop', 'penalty' or 'removal'."""


def read_limit(text: str) -> LimitText:
    """One limit, blanks and full-width digits and all. Raises LimitUnread."""
    said = "".join(unicodedata.normalize("NFKC", text).split())
    found = _FORM.fullmatch(said)
    if found is None:
        raise LimitUnread(_("{text} is no time limit: want e.g. 2小时, 5天, 4紧急工作时", text=repr(text[:40])))
    before, after = found["before"], found["after"]
    stage = STAGES.get(before or after)
    if stage is None or (before and after):
        raise LimitUnread(_("{text}: what is to be done by then? known: {stages}", text=repr(text[:40]),
                            stages=" ".join(word for word in STAGES if word)))  # fmt: skip
    unit, times = UNITS[found["unit"]]
    value = int(found["value"]) * times if len(found["value"]) < 7 else MOST + 1
    most = MOST_WORK_DAYS if unit is Unit.WORK_DAY else MOST
    if not 1 <= value <= most:
        raise LimitUnread(_("{text}: 1 to {most} hours or days", text=repr(text[:40]), most=most))
    return LimitText(TimeLimit(value, unit), stage)

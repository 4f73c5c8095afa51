"""Is a line open at this moment: its hours, the work calendar, the operator's own days. Pure.

Asked by ``walker.py``; the dialplan is rendered from the same values (``config/render/journeys.py``)
and a live test holds the two against each other. On a statutory holiday a line that keeps hours is
closed; on a weekend day that is worked to make up for one (调休) it keeps its first weekday's
hours. A line that is ``always`` open never closes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from config.calendar import FRIDAY, Day, WorkCalendar
from config.hours import Hours
from cti.ids import Instant


@dataclass(frozen=True)
class Opening:
    """The hours of one line in the centre's time zone."""

    hours: Hours
    zone: tzinfo
    calendar: WorkCalendar = field(default_factory=WorkCalendar)

    def open_at(self, at: Instant) -> bool:
        if self.hours.always:
            return True
        local = datetime.fromtimestamp(at, self.zone)
        day = self.calendar.day(local.date())
        if day is Day.HOLIDAY:
            return False
        weekday = local.weekday()
        if day is Day.MADE_UP and weekday > FRIDAY:
            weekday = self.hours.first_weekday()
        return self.hours.open_at(weekday, local.hour * 60 + local.minute)

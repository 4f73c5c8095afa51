"""Which journey a call begins."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from config.hours import parse
from config.settings import Line
from cti.ids import CallId, Instant, LineId
from ivr.hours import Opening
from ivr.journeys import Arrival, of_line
from ivr.steps import Ask, Close, Enqueue, Greet, Step

XIAMEN = ZoneInfo("Asia/Shanghai")
CITIZEN = Line(id="citizen", name="直拨", numbers=("12319",), queue="mandarin", notice="welcome")
PARTNER = Line(id="partner", name="联动", partners={"12319110": "110"}, queue="mandarin", notice="partner")
MENU = Line(id="menu", name="菜单", numbers=("12319",), queue="mandarin", menu={"2": "minnan"})


def steps(line: Line, hour: int) -> list[Step]:
    """What the journey does with a caller who presses 2 when asked."""
    at = Instant(datetime(2026, 11, 23, hour, tzinfo=XIAMEN).timestamp())
    begin = of_line(line, Opening(parse(line.hours), XIAMEN))
    journey = begin(Arrival(CallId("xm1-1.1"), LineId(line.id), at, "13805920001", "12319"))
    found = [next(journey)]
    while True:
        try:
            found.append(journey.send("2" if isinstance(found[-1], Ask) else ""))
        except StopIteration:
            return found


def test_each_line_has_its_notice() -> None:
    """The lines greet with their own words and queue at once: no menu unless one is configured."""
    assert steps(CITIZEN, 3) == [Enqueue("mandarin"), Greet("welcome")]
    assert steps(PARTNER, 3) == [Enqueue("mandarin"), Greet("partner")]


def test_a_menu_comes_after_the_notice() -> None:
    """That the call is recorded is said before anything is asked."""
    assert steps(MENU, 3) == [Enqueue("mandarin"), Greet("welcome"), Ask("menu"), Enqueue("minnan")]


def test_outside_its_hours_a_line_is_closed() -> None:
    """The hours decide at the moment of the call."""
    office = CITIZEN.model_copy(update={"hours": "Mon-Fri 08:00-18:00"})
    assert steps(office, 7) == [Greet("closed"), Close()]
    assert steps(office, 8) == [Enqueue("mandarin"), Greet("welcome")]

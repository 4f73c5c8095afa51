"""The date a citizen is promised, and with what it was reckoned."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge import catalogue, ticket_choices, ticket_json
from bridge.forms import Known
from bridge.intake import Intake, Source
from bridge.ports import Filed
from bridge.promise import Unreckoned, promised, reckoned_again
from bridge.ticket import Limit, Promise, Subject, ticket_id
from bridge.ticket_input import Made, read
from config.calendar import WorkCalendar
from config.hours import parse
from config.work_time import Reading, WorkTime
from cti.numbers import Numbers
from tests.bridge.made import ticket
from tests.bridge.test_edition import FIRST, SECOND
from tests.fakes.book import MemoryBook

CODES = catalogue.load()
ZONE = ZoneInfo("Asia/Shanghai")


def working(calendar: WorkCalendar, reading: Reading = Reading.COUNTED) -> WorkTime:
    return WorkTime(parse("Mon-Fri 08:00-12:00,14:00-18:00"), calendar.row, ZONE, reading=reading)


WORK = working(WorkCalendar())
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
COVER = Subject("GB/T 30428.2", "2013", "0101", "part")


def promise_of(subject: Subject | None, at: datetime = MONDAY, **fields: Any) -> Promise | None:
    return promised(ticket(at=at, subject=subject, **fields), CODES, WORK)


def test_the_first_condition_is_meant_and_the_dispatchers_time_is_in_it() -> None:
    found = promise_of(COVER)
    assert found is not None
    assert found.by == MONDAY + timedelta(hours=2, minutes=15)
    assert (found.basis, found.catalogue) == ("sample", "GB/T 30428.2 2013")
    assert found.condition


@pytest.mark.parametrize(("value", "unit"), [(9000, "work_day"), (2, "fortnight")])
async def test_a_limit_without_an_end_promises_nothing_and_the_ticket_is_filed(value: int, unit: str) -> None:
    limit = Limit(value, unit)
    with pytest.raises(Unreckoned):
        promise_of(None, handle_limit=limit)
    before = Promise(MONDAY, MONDAY, provisional=True, limit=limit, condition="", basis="catalogue", catalogue="x 1")
    assert reckoned_again(ticket(promise=before), WORK, CODES) is None
    if unit == "work_day":
        intake = Intake(
            MemoryBook(), ticket_choices.load(), CODES, Numbers("0592"), lambda _event: None, lambda: None, work=WORK
        )
        raw = {"kind": "help", "title": "t", "content": "c", "handle_limit": {"value": value, "unit": unit}}
        filed = await intake.file(raw, Source(None))
        assert isinstance(filed, Filed)
        assert filed.push.ticket.promise is None


def test_a_chosen_condition_has_its_own_limit() -> None:
    days = CODES.conditions(CODES.get("GB/T 30428.2", "2013", "0101", "part") or pytest.fail("no such code"))[3]
    found = promise_of(replace(COVER, condition=days.text))
    assert found is not None
    assert (found.condition, found.limit) == (days.text, Limit(5, "work_day"))
    assert found.by == datetime(2026, 11, 30, 18, 0, tzinfo=ZONE), "counted is the later one"


def test_the_citizen_is_told_the_later_and_the_unit_held_to_the_catalogues() -> None:
    codes = catalogue.load()
    codes.renew([SECOND], date(2026, 12, 1))
    of = ticket(
        at=datetime(2026, 12, 1, 9, 0, tzinfo=ZONE), subject=Subject(SECOND.scheme, SECOND.version, "0401", "event")
    )
    found = promised(of, codes, WORK)
    assert found is not None
    assert (found.by, found.due) == (
        datetime(2026, 12, 2, 18, 0, tzinfo=ZONE),
        datetime(2026, 12, 2, 9, 15, tzinfo=ZONE),
    )
    assert found.basis == "catalogue"


def test_without_a_known_limit_nothing_is_promised() -> None:
    assert promise_of(None) is None
    assert promise_of(Subject("x", "1", "0101", "part")) is None
    assert promise_of(COVER, answered_directly=True) is None


def test_what_the_agent_said_outranks_the_catalogue() -> None:
    found = promise_of(COVER, handle_limit=Limit(1, "work_day"))
    assert found is not None
    assert (found.basis, found.by) == ("agent", datetime(2026, 11, 24, 18, 0, tzinfo=ZONE))
    noon = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
    fixed = promise_of(COVER, handle_limit=Limit(1, "work_day", noon))
    assert fixed is not None
    assert fixed.by == noon


def test_over_an_unannounced_year_it_is_provisional_until_the_table_comes() -> None:
    of = ticket(at=datetime(2026, 12, 30, 9, 0, tzinfo=ZONE), handle_limit=Limit(3, "work_day"))
    first = promised(of, CODES, WORK)
    assert first is not None
    assert first.provisional
    assert reckoned_again(replace(of, promise=first), WORK, CODES) is None
    told = WorkCalendar.of([date(2027, 1, 1), date(2027, 1, 4), date(2027, 10, 1)], [])
    after = reckoned_again(replace(of, promise=first), working(told), CODES)
    assert after is not None
    assert not after.provisional
    assert after.by == first.by + timedelta(days=1)


def test_it_is_kept_with_the_ticket_and_makes_no_other_matter_of_it() -> None:
    one = ticket(subject=COVER)
    kept = replace(one, promise=promised(one, CODES, WORK))
    assert kept.promise
    assert ticket_json.load(ticket_json.dump(kept)) == kept
    assert ticket_json.same_matter(kept, one)
    assert ticket_json.load(ticket_json.dump(one)).promise is None


async def test_a_filed_ticket_has_its_promise() -> None:
    book = MemoryBook()
    intake = Intake(
        book, ticket_choices.load(), CODES, Numbers("0592"), lambda _event: None, lambda: None, lambda: MONDAY.astimezone(UTC),
        work=WORK,
    )  # fmt: skip
    raw = {
        "kind": "complaint",
        "title": "井盖",
        "content": "井盖缺失",
        "subject": {"scheme": COVER.scheme, "version": "2013", "code": "0101", "kind": "part"},
    }
    filed = await intake.file(raw, Source(None, "1001", "8001", key="key:1001:abcdefgh"))
    assert isinstance(filed, Filed)
    assert filed.push.ticket.promise == promised(filed.push.ticket, CODES, WORK)
    assert filed.push.ticket.promise is not None


def test_a_condition_the_code_does_not_have_is_refused_with_those_it_has() -> None:
    raw = {
        "kind": "complaint",
        "title": "x",
        "content": "y",
        "subject": {"scheme": COVER.scheme, "version": "2013", "code": "0101", "kind": "part", "condition": "随便"},
    }
    made = Made(ticket_id(MONDAY, bytes(10)), "k", MONDAY, "1001", "8001", "", None)
    problems = read(raw, made, Known(ticket_choices.load(), CODES, Numbers("0592")))
    assert isinstance(problems, tuple)
    assert [one.field for one in problems] == ["subject.condition"]
    assert len(problems[0].allowed) == 4


def test_editions_of_before_keep_their_limits() -> None:
    codes = catalogue.load()
    codes.renew([FIRST, SECOND], date(2026, 12, 1))
    of = ticket(at=MONDAY, subject=Subject(FIRST.scheme, FIRST.version, "0401", "event"))
    found = promised(of, codes, WORK)
    assert found is not None
    assert found.limit == Limit(2, "work_hour")

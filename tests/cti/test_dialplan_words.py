"""The dialplan's words: one table, and the rendered dialplan says nothing else and everything in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from config.read import parse
from config.render import dialplan
from cti import dialplan_events
from cti import frame_types as fr
from cti.ami_decoder import decode, text
from cti.dialplan_words import BY_EVENT, BY_NAME, WORDS, from_book, from_wire
from cti.equipment_events import WordUnknown
from cti.fold import Fold
from cti.frame_types import Frame
from cti.ids import Instant, LegId
from cti.numbering_plan import Plan
from hotline.lab.hotline_instance import Table, shipped
from tests.config.journeys import everything

AT, LEG = Instant(1795435343.5), LegId("xm1-1795435343.1")


def wide() -> Table:
    """Settings with all that makes the dialplan say something."""
    table = everything(shipped())
    table["seats"]["unattended_may_dial"] = "nothing"
    return table


def said_in(table: Table, application: str) -> Iterator[str]:
    """The arguments of each call of ``application`` in the rendered dialplan."""
    rendered = dialplan.render(parse(table))["extensions.conf"]
    for found in re.finditer(rf"\b{application}\(", rendered):
        depth, at = 1, found.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(rendered[at], 0)
            at += 1
        yield rendered[found.end() : at - 1]


def test_what_the_dialplan_writes_durably_is_in_the_table_and_the_reverse() -> None:
    """Each CELGenUserEvent has a row with as many fields, and no row is without one."""
    said: set[str] = set()
    for arguments in said_in(wide(), "CELGenUserEvent"):
        name, _comma, fields = arguments.partition(",")
        said.add(name)
        assert name in BY_NAME, f"the dialplan says {arguments}"
        assert fields.count("|") + 1 == len(BY_NAME[name].fields), arguments
    assert said == set(BY_NAME)


def test_what_the_dialplan_tells_live_is_in_the_table_and_the_reverse() -> None:
    """Each UserEvent has a row whose fields are its headers, in that order; and no row that names one is without it."""
    told: set[str] = set()
    for arguments in said_in(wide(), "(?<!CELGen)UserEvent"):
        name, *headers = re.split(r",(?=[A-Z][a-z]+: )", arguments)
        told.add(name)
        assert name.encode() in BY_EVENT, f"the dialplan tells {arguments}"
        names = {header.partition(": ")[0].encode() for header in headers}
        assert names == {header for _field, header in BY_EVENT[name.encode()].headers}, arguments
    assert told == {word.event for word in WORDS if word.event}


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_both_ways_of_saying_a_word_are_one_frame(word) -> None:  # type: ignore[no-untyped-def]
    """CEL and AMI say the same of the same fields, and what makes a frame has somebody who eats it."""
    fields = {name: "1" if name == "hidden" else f"v{place}" for place, name in enumerate(word.fields)}
    frame = from_book(AT, LEG, word.name, "|".join(fields.values()))
    assert isinstance(frame, get_args(Frame))
    if word.event:
        h = {header: fields[name].encode() for name, header in word.headers}
        assert from_wire(AT, LEG, word.event.encode(), h, text) == frame
    assert type(frame) in {*dialplan_events.HANDLERS, fr.QueueOut}


def test_an_older_dialplan_said_less() -> None:
    """What it left out stays as the call arrived; nothing is lost."""
    assert from_book(AT, LEG, "LINE", "citizen|telecom|12319|||") == fr.Lined(
        AT,
        LEG,
        "citizen",  # type: ignore[arg-type]
        "telecom",  # type: ignore[arg-type]
        "12319",
        "",
        "",
        "",
    )
    assert from_book(AT, LEG, "NOTICE", "welcome") == fr.Noticed(AT, LEG, "welcome", "")


def test_an_unknown_word_is_told() -> None:
    """Neither source passes over what it does not know, or what is not whole: an event each time."""
    fold = Fold(Plan.foreign())
    unknown = [
        from_book(AT, LEG, "WEATHER", "5"),
        from_wire(AT, LEG, b"HotlineRain", {}, text),
        from_wire(AT, LEG, b"HotlineRefused", {}, text),
    ]
    heard = [event for frame in unknown for event in fold.apply(frame)]
    assert heard == [
        WordUnknown(AT, "WEATHER", "cel"),
        WordUnknown(AT, "HotlineRain", "ami"),
        WordUnknown(AT, "HotlineRefused without reason", "ami"),
    ]


def test_other_peoples_user_events_are_theirs() -> None:
    """A site's own dialplan may say what it likes."""
    assert decode(b"Event: UserEvent\r\nUniqueid: 1.1\r\nUserEvent: Weather\r\n", AT) == []
    assert decode(b"Event: UserEvent\r\nUniqueid: 1.1\r\nUserEvent: HotlineWeather\r\n", AT) != []

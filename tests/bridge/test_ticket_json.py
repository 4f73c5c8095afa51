"""When two tickets of one matter are the same request sent twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.ticket import CallFacts
from bridge.ticket_json import same_matter
from cti.ids import CallId

from .made import NOON, ticket

CALL = CallId("xm1-1790000000.1")
WHOLE = ticket(facts=CallFacts(CALL, line="citizen", ani="13806010001", seat="8001"))


@pytest.mark.parametrize("later", [
    ticket(at=NOON + timedelta(minutes=5), facts=CallFacts(CALL, line="citizen", ani="13806010001", seat="8001", ended_at=NOON)),
    ticket(agent="", facts=CallFacts(CALL)),  # the ledger was put back a moment ago and does not know yet who talked
    ticket(agent="", seat="", line="", channel="", facts=CallFacts(CALL)),
])  # fmt: skip
def test_what_the_daemon_knew_of_the_call_makes_no_other_ticket(later: object) -> None:
    assert same_matter(WHOLE, later)  # type: ignore[arg-type]
    assert same_matter(later, WHOLE)  # type: ignore[arg-type]


@pytest.mark.parametrize("other", [
    replace(WHOLE, content="另一件事，说的是路灯。"),
    replace(WHOLE, confidential=True),
    replace(WHOLE, agent="1002", seat="8002"),
    replace(WHOLE, facts=CallFacts(CallId("xm1-1790000000.2"))),
    replace(WHOLE, facts=None),
])  # fmt: skip
def test_another_word_person_or_call_is_another_ticket(other: object) -> None:
    assert not same_matter(WHOLE, other)  # type: ignore[arg-type]


def test_without_a_call_its_channel_counts() -> None:
    """Somebody chose it: a letter is no visit."""
    alone = replace(WHOLE, facts=None, key="key:1001:abcdefgh", channel="letter")
    assert same_matter(alone, replace(alone, filed_at=NOON + timedelta(hours=1)))
    assert not same_matter(alone, replace(alone, channel="wechat"))

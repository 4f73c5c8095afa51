"""A hand-over on a real Asterisk with no daemon: which carrier is rung, what goes along and comes back, and what is said of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from cti.link import Link
from hotline.lab.hotline_instance import Table
from hotline.lab.phones import answering, refusing
from hotline.lab.sound import tone
from tests.live.partner_desk import taking

from .alone import Alone, alone, extra

pytestmark = pytest.mark.live

THEIRS = 'FZ-2026/77 ${x}|9"'
EVIL = "%E4%BA%95 ${SHELL(id)}|x"


def wide(table: Table) -> None:
    table["partner"][0] |= {"work_order_headers": ["X-Work-Order", "X-Order-No"], "ring_seconds": 5}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    with alone(tmp_path_factory.mktemp("alone"), wide) as one:
        yield one


def said(here: Alone) -> list[str]:
    return [extra(row[19]) for row in here.rows() if row[18] == "HANDOVER"]


async def consulted(here: Alone, number: str) -> None:
    """As a seat's consultation: a Local channel into the context, with its papers."""
    link = Link(
        "actions", host="127.0.0.1", port=here.settings.ports.ami, user="ami-actions", secret=here.secrets["ami-actions"],
        events=True, on_event=lambda _: None,
    )  # fmt: skip
    running = asyncio.create_task(link.run())
    await here.until(lambda: link.up)
    papers = {"HANDOVER": "01J0A", "TICKET": "GD-1|x", "FROM": "1380000;1", "SUMMARY": EVIL}
    await link.ask(
        {
            "Action": "Originate", "Channel": f"Local/{number}@handover/n", "Context": "queues", "Exten": "minnan",
            "Priority": "1", "Async": "true", "Timeout": "15000",
            "Variable": [f"__HOTLINE_{name}={value}" for name, value in papers.items()],
        },
        deadline=5,
    )  # fmt: skip
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_telephone_tells_what_became_of_a_hand_over(here: Alone) -> None:
    """The first carrier is full: the second is rung, and the partner's number comes back. Who is busy is rung by no other.

    The papers are whatever stands in the variables: filtered here once more."""
    async with here.rack("telecom") as telecom, here.rack("unicom") as unicom:
        for number in ("12345", "110"):
            telecom.take(number, refusing(503))
        unicom.take("12345", taking("X-Order-No", THEIRS, answering(0.2, 1.0, tone(620))))
        await here.until(lambda: here.cli("pjsip show contacts").count("Avail") == 2, 20)
        await consulted(here, "12345")
        await here.until(lambda: bool(unicom.calls_to("12345")) and unicom.calls_to("12345")[0].ended is not None, 20)
        headers = {name.lower(): value for name, value in unicom.calls_to("12345")[0].headers.items()}
        assert len(telecom.calls_to("12345")) == 1
        await here.until(lambda: len(said(here)) == 3)
        here.cli("channel request hangup all")

        telecom.take("110", refusing(486))
        await consulted(here, "110")
        await here.until(lambda: len(said(here)) == 5, 20)
        assert (len(telecom.calls_to("110")), unicom.calls_to("110")) == (1, [])
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"))
    assert said(here) == [
        "01J0A|12345||asked|", "01J0A|12345||answered|FZ-202677x9", "01J0A|12345||over|ANSWER 16",
        "01J0A|110||asked|", "01J0A|110||over|BUSY 17",
    ]  # fmt: skip
    sent = {name: headers.get(name) for name in ("x-handover", "x-work-order", "x-origin-number", "x-summary")}
    assert sent == {
        "x-handover": "01J0A",
        "x-work-order": "GD-1x",
        "x-origin-number": "13800001",
        "x-summary": "%E4%BA%95SHELLidx",
    }

"""Line ends that a stranger sends, encoded, in whatever pjsip decodes: they are letters, and make no row and no event."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.sampling import sampled

from .site import Site, SiteTelephones, eventually

pytestmark = pytest.mark.live

FORGED = "HANGUP,1795860000.0,,,,,,,,,,,,,{uid},{uid},,,,"
QUOTED = '"HANGUP","1795860000.000000","","","","","","","","","","","","","{uid}","{uid}","","","",""'


def row(site: Site, number: str) -> dict[str, Any]:
    """The one call of this caller in the ledger."""
    (found,) = [one for one in calls(site) if one["caller"] == number]
    return found


def calls(site: Site) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(site.hotline("report", "calls", "--json"))
    return found


@pytest.mark.parametrize(
    ("sent", "number", "headers"),
    sampled(
        [
            ("13900000001%0aX", "13900000001", {}),
            ("13900000002%0d%0aX", "13900000002", {}),
            ("13900000003", "13900000003", {"Diversion": "<sip:0592%0a1@x>;reason=unknown"}),
            ("13900000004", "13900000004", {"Diversion": '"a%0d%0ab" <sip:0592%0d%0a%0d%0a1@x>;reason=unknown'}),
            ("13900000005", "13900000005", {"P-Asserted-Identity": "<sip:13900000005%0aX@x>", "X-Work-Order": "a%0ab"}),
        ],
        2,
    ),
)
async def test_a_call_with_an_encoded_line_end_is_one_whole_call(
    site: Site, sent: str, number: str, headers: dict[str, str]
) -> None:
    """Greeted, answered, talked with, ended: all of it is in the ledger, and the number as far as it can be read."""
    async with SiteTelephones(site, 1) as floor:
        before = len(calls(site))
        call = await floor.dial(caller=sent, headers=headers)
        await floor.until_state("8001", "talking", 30)
        await asyncio.sleep(3)
        call.hang_up()
        await eventually(lambda: row(site, number)["state"] == "ended", 15)
    found = row(site, number)
    assert len(calls(site)) == before + 1
    assert found["direction"] == "inbound"
    assert found["line"] == "citizen"
    assert found["agent"] == "1001"
    assert 2.5 < found["talk_seconds"] < 6
    assert found["ended_by"] == "caller"
    assert ("%0a" in found["caller_odd"]) == ("%0a" in sent + headers.get("P-Asserted-Identity", ""))
    await eventually(
        lambda: row(site, number)["recordings"] and row(site, number)["recordings"][0]["state"] == "shelved", 30
    )


@pytest.mark.parametrize("forged", sampled([FORGED, QUOTED], 1))
async def test_a_forged_row_in_a_calling_number_ends_no_call(site: Site, forged: str) -> None:
    """While citizen A talks, another caller's number holds a whole row about A's leg."""
    caller, number = ("13900000011", "13900000021") if forged == FORGED else ("13900000012", "13900000022")
    async with SiteTelephones(site, 1) as floor:
        call = await floor.dial(caller=caller)
        await floor.until_state("8001", "talking", 30)
        await eventually(lambda: row(site, caller)["state"] != "ended", 15)
        uid = row(site, caller)["call"]
        evil = quote(f"{number}\n" + forged.format(uid=uid) + "\n", safe="")
        other = await floor.dial(trunk="unicom", caller=evil)
        await asyncio.sleep(2)
        await eventually(lambda: "HANGUP" in row(site, number)["caller_odd"], 15)
        assert row(site, caller)["state"] != "ended"
        assert await floor.state("8001") == "talking"
        other.hang_up()
        await asyncio.sleep(1)
        call.hang_up()
        await eventually(lambda: row(site, caller)["state"] == "ended", 15)
    found = row(site, caller)
    assert found["ended_at"] > found["arrived_at"]
    assert found["talk_seconds"] > 3
    assert row(site, number)["state"] == "ended"


async def test_nothing_of_it_was_refused(site: Site) -> None:
    """Asterisk wrote every row whole: none of them had to be thrown away."""
    log = site.log.read_text(encoding="utf-8", errors="replace")
    assert "a calling number is more than a number" in log
    assert "rows refused" not in log

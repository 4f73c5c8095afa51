"""The line watch on a real Asterisk: a line that plays its notice is well, one that is silent is an alarm, until it is mended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hotline.lab.hotline_instance import Table
from ivr.sound_file import with_header

from .site import Site, eventually, usual

pytestmark = pytest.mark.live

EVERY = 4


def watched(table: Table) -> None:
    usual(table)
    for line in table["line"][:2]:
        line["check_seconds"] = EVERY


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("watch"), watched) as here:
        yield here


@pytest.mark.bound(150)
async def test_each_line_is_dialled_and_must_be_heard(site: Site) -> None:
    """Well; its notice becomes silence: red, with an alarm that says so; mended: well, and the alarm is over. No call of it is a call."""
    async with site.rest() as client:

        async def health() -> dict[str, Any]:
            lines = (await client.get("/api/board")).json()["lines"]
            return {one["line"]: one["healthy"] for one in lines}

        async def alarms() -> list[dict[str, Any]]:
            rows = (await client.get("/api/alarms")).json()
            return [one for one in rows if one["kind"] == "line_down"]

        async def well() -> None:
            found = await health()
            assert (found["citizen"], found["partner"]) == (True, True), found

        await eventually(well, 60)
        assert await alarms() == []

        played = site.places.sounds / "hotline" / "welcome.wav"
        kept = played.read_bytes()
        played.write_bytes(with_header(bytes(16000)))
        try:

            async def red() -> None:
                found = await health()
                assert (found["citizen"], found["partner"]) == (False, True), found
                assert [(one["subject"], one["cleared_at"]) for one in await alarms()] == [("citizen", None)]

            await eventually(red, 60)
        finally:
            played.write_bytes(kept)
        await eventually(well, 60)

        async def over() -> None:
            assert all(one["cleared_at"] for one in await alarms())

        await eventually(over, 10)
    assert json.loads(site.hotline("report", "calls", "--json")) == [], "a check is no citizen's call"

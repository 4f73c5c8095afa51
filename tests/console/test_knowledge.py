"""Knowledge cards: found while somebody speaks, noted as read, written version by version."""

from __future__ import annotations

import httpx

from bridge.knowledge import samples
from tests.fakes.hotline import CALL, FakeHotline, door, services
from tests.fakes.people import browser, populate, signed_in
from tests.fakes.said import said

CARD = "/api/knowledge/sample-lamp"


def _as(account: str) -> tuple[FakeHotline, httpx.AsyncClient]:
    fake = populate(FakeHotline())
    return fake, browser(door(services(fake)), signed_in(fake, account))


async def test_a_card_is_found_by_code_by_citizens_words_and_by_initials() -> None:
    _fake, client = _as("1001")
    async with client:
        of_code = {"scheme": "CJ/T 214", "code_kind": "part", "code": "0118"}
        first = (await client.get("/api/knowledge", params=of_code)).json()[0]
        assert (first["id"], first["key"], first["sample"]) == ("sample-lamp", "sample-lamp:1", True)
        assert "灯杆编号（杆上的号牌）" in first["checklist"].splitlines()
        for words in ("ldbl", "门头", "定时定点投放"):
            (found, *_rest) = (await client.get("/api/knowledge", headers=said(q=words))).json()
            assert found["title"] == {
                "ldbl": "路灯不亮", "门头": "设置店招牌匾怎么办", "定时定点投放": "生活垃圾怎么分、什么时候投放"
            }[words]  # fmt: skip
        assert (await client.get("/api/knowledge", params={"every": "true"})).status_code == 403
        assert (await client.get("/api/knowledge/nothing")).status_code == 404


async def test_a_change_is_a_version_and_the_one_before_stays() -> None:
    """A sample is the first; the centre's own word the second; two who write at once are not one over the other."""
    fake, client = _as("2001")
    async with client:
        body = {"title": "路灯不亮", "text": "报修电话二十四小时受理。", "after": 1}
        second = (await client.post(f"{CARD}/versions", json=body)).json()
        assert (second["version"], second["sample"], second["changed_by"]) == (2, False, "2001")
        late = await client.post(f"{CARD}/versions", json=body | {"text": "别的话"})
        assert late.status_code == 409
        assert "2001" in late.text
        (row,) = (await client.get("/api/knowledge", headers=said(q="ldbl"))).json()
        assert (row["version"], row["text"]) == (2, "报修电话二十四小时受理。")
        versions = (await client.get(CARD)).json()
        assert [one["version"] for one in versions] == [2, 1]
        await client.post(f"{CARD}/versions", json=body | {"after": 2, "retired": True})
        assert (await client.get("/api/knowledge", headers=said(q="ldbl"))).json() == []
        assert len((await client.get("/api/knowledge", params={"every": "true"})).json()) == len(samples())
        assert [one.action for one in fake.log.entries].count("knowledge_kept") == 2


async def test_a_version_to_come_leaves_the_one_before_in_force() -> None:
    _fake, client = _as("2001")
    async with client:
        body = {"title": "路灯不亮", "text": "新规定", "after": 1, "valid_from": "2099-01-01"}
        assert (await client.post(f"{CARD}/versions", json=body)).status_code == 201
        (row,) = (await client.get("/api/knowledge", headers=said(q="ldbl"))).json()
        assert row["version"] == 1
        wrong = await client.post(f"{CARD}/versions", json=body | {"after": 2, "valid_until": "2098-01-01"})
        assert wrong.status_code == 422


async def test_what_was_read_in_a_call_stands_with_its_version() -> None:
    """Once, however often the page says so; of the own call alone."""
    _fake, client = _as("1001")
    call = CALL
    async with client:
        for _again in range(2):
            assert (await client.put(f"{CARD}/1/reads/{call}")).status_code == 204, call
        assert (await client.put(f"{CARD}/7/reads/{call}")).status_code == 404
        (row,) = (await client.get(f"/api/calls/{call}/knowledge")).json()
        assert (row["card"], row["version"], row["title"], row["agent"]) == ("sample-lamp", 1, "路灯不亮", "1001")

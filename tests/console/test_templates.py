"""What agents say, found by code and initials, kept by supervisors."""

from __future__ import annotations

import httpx

from bridge.templates import samples
from tests.fakes.hotline import FakeHotline, door, services
from tests.fakes.people import browser, populate, signed_in
from tests.fakes.said import said


def _as(account: str) -> tuple[FakeHotline, httpx.AsyncClient]:
    fake = populate(FakeHotline())
    return fake, browser(door(services(fake)), signed_in(fake, account))


async def test_templates_are_found_by_code_and_by_initials() -> None:
    _fake, client = _as("1001")
    async with client:
        of_code = {"kind": "content", "scheme": "CJ/T 214", "code_kind": "event", "code": "0404"}
        (drain,) = (await client.get("/api/templates", params=of_code)).json()
        assert (drain["code_name"], drain["sample"]) == ("下水道堵塞或破损", True)
        assert "{地点}" in drain["text"]
        found = (await client.get("/api/templates", headers=said(q="kcb"), params={"kind": "spoken"})).json()
        assert [row["title"] for row in found] == ["开场白"]
        assert (await client.get("/api/templates", params={"every": "true"})).status_code == 403


async def test_a_supervisor_writes_over_a_sample_and_retires_another() -> None:
    """From then on it is the centre's own; agents find what is offered; each change is in the audit log."""
    fake, client = _as("2001")
    async with client:
        body = {"kind": "spoken", "title": "开场白", "text": "您好，12319。"}
        reply = await client.put("/api/templates/sample-greeting", json=body)
        assert (reply.json()["sample"], reply.json()["changed_by"]) == (False, "2001")
        await client.put("/api/templates/sample-close", json={**body, "title": "结束语", "retired": True})
        new = (await client.post("/api/templates", json={**body, "title": "台风提醒"})).json()
        assert (await client.put("/api/templates/nothing", json=body)).status_code == 404
        rows = (await client.get("/api/templates", params={"kind": "spoken"})).json()
        titles = {row["id"]: row["text"] for row in rows}
        assert titles["sample-greeting"] == "您好，12319。"
        assert new["id"] in titles
        assert "sample-close" not in titles
        every = (await client.get("/api/templates", params={"every": "true"})).json()
        assert len(every) == len(samples()) + 1
        assert [one.detail.rpartition("title=")[2] for one in fake.log.entries if one.action == "template_kept"] == [
            "开场白", "结束语", "台风提醒",
        ]  # fmt: skip

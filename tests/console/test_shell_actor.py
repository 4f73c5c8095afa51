"""Who types at the machine is named in the audit log; nobody else can have themselves named so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.shell_actor import HEADER, ShellNamed
from tests.fakes.hotline import ORIGIN, FakeHotline, door, services
from tests.fakes.people import browser, command_line, populate, signed_in


@pytest.mark.parametrize(
    ("said", "actor"),
    [("alice", "shell:alice"), ("", "operator"), ("a b", "operator"), ("x" * 33, "operator"), ("审计", "operator")],
)
async def test_the_audit_log_names_who_types(said: str, actor: str) -> None:
    fake = populate(FakeHotline())
    given = services(fake)
    app = door(replace(given, audit=ShellNamed(given.audit)))
    async with command_line(app) as client:
        reply = await client.post(
            "/api/seats/8001/force",
            params={"by": "2001"},
            json={"force": "ready", "reason": "换班"},
            headers={HEADER.encode(): said.encode()},
        )
        assert reply.status_code == 200, reply.text
        await client.post("/api/seats/8001/force", params={"by": "2001"}, json={"force": "ready", "reason": "换班"})
    assert [(row.actor, row.action) for row in fake.log.entries][-2:] == [
        (actor, "acted_for"),
        ("operator", "acted_for"),
    ]
    assert "supervisor=2001" in fake.log.entries[-1].detail


async def test_a_session_is_never_anybody_at_the_shell() -> None:
    fake = populate(FakeHotline())
    given = services(fake)
    app = door(replace(given, audit=ShellNamed(given.audit)))
    async with browser(app, signed_in(fake, "1001"), **{HEADER: "root", "Origin": ORIGIN}) as client:
        assert (await client.get("/api/accounts")).status_code == 403
    assert [(row.actor, row.action) for row in fake.log.entries] == [("1001", "refused")]

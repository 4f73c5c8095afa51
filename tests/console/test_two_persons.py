"""What gives somebody a role over others, or a way into such an account, wants two persons: by REST and with the token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.types import ASGIApp

from tests.fakes.hotline import NOON, FakeHotline, door, services
from tests.fakes.people import browser, command_line, populate, signed_in

PASSWORD, NEW = "Lu-Deng-Bu-Liang-88", "Xue-Hua-Piao-77"
HASH = PasswordHasher(2, 19 * 1024, 1).hash(PASSWORD)


@pytest.fixture
def fake() -> FakeHotline:
    """Two operators, admin and second."""
    fake = populate(FakeHotline())
    fake.people.rows["second"] = replace(fake.people.rows["admin"], account="second", name="运维二")
    for account, row in fake.people.rows.items():
        fake.people.rows[account] = replace(row, password_hash=HASH)
    fake.now = NOON
    return fake


@pytest.fixture
def app(fake: FakeHotline) -> ASGIApp:
    return door(services(fake))


@asynccontextmanager
async def operator(app: ASGIApp, fake: FakeHotline, account: str = "admin") -> AsyncIterator[httpx.AsyncClient]:
    """Signed in, and has given the password again."""
    async with browser(app, signed_in(fake, account)) as client:
        assert (await client.post("/api/session/proof", json={"password": PASSWORD})).status_code == 200
        yield client


GIVING: dict[str, tuple[str, dict[str, Any]]] = {
    "role": ("1003", {"role": "supervisor"}),
    "new": ("chief2", {"name": "班长二", "role": "supervisor"}),
    "new with a password": ("audit2", {"name": "审计二", "role": "auditor", "password": NEW}),
    "password": ("2001", {"password": NEW}),
    "unbind": ("2001", {"unbind": True}),
    "from one to another": ("audit", {"role": "operator"}),
}
ALONE = {
    "an agent": ("1009", {"name": "新", "role": "agent", "password": NEW}),
    "an agent's password": ("1003", {"password": NEW}),
    "a name": ("2001", {"name": "苏丽"}),
    "a lock": ("2001", {"locked": True}),
    "a role taken away": ("2001", {"role": "agent"}),
}


@pytest.mark.parametrize("how", GIVING)
@pytest.mark.parametrize("by", ["a session", "the token"])
async def test_one_person_alone_changes_nothing(app: ASGIApp, fake: FakeHotline, how: str, by: str) -> None:
    """It waits; who asked cannot confirm it, another operator can, and both stand in the audit log."""
    account, body = GIVING[how]
    before = fake.people.rows.get(account)
    asking = operator(app, fake) if by == "a session" else command_line(app)
    async with asking as first, operator(app, fake, "second") as second:
        asked = await first.put(f"/api/accounts/{account}", json=body)
        assert asked.status_code == 202, asked.text
        told = asked.json()
        assert (told["account"], told["role"]) == (account, body.get("role"))
        assert NEW not in asked.text
        assert "argon2" not in asked.text
        assert fake.people.rows.get(account) == before
        mine = await first.post(f"/api/account-changes/{told['id']}/confirm", json={})
        assert mine.status_code == (403 if by == "a session" else 422)
        assert fake.people.rows.get(account) == before
        assert [(one["id"], one["mine"]) for one in (await second.get("/api/account-changes")).json()] == [
            (told["id"], False)
        ]
        confirmed = await second.post(f"/api/account-changes/{told['id']}/confirm", json={})
        assert confirmed.status_code == 200, confirmed.text
        assert (await second.post(f"/api/account-changes/{told['id']}/confirm", json={})).status_code == 404
        assert (await second.get("/api/account-changes")).json() == []
    row = fake.people.rows[account]
    assert row.role == body.get("role", row.role)
    if before is not None:
        assert row.name == before.name
    assert ("password" in body) is (row.password_hash != (before.password_hash if before else ""))
    last = fake.log.entries[-1]
    asker = "admin" if by == "a session" else "operator"
    assert (last.actor, last.action) == (asker, "account_changed" if before else "account_made")
    assert "confirmed_by=second" in last.detail


@pytest.mark.parametrize("how", ALONE)
async def test_what_one_person_may(app: ASGIApp, fake: FakeHotline, how: str) -> None:
    """Agents' accounts, and whatever takes rights away: that must not wait."""
    account, body = ALONE[how]
    async with operator(app, fake) as admin:
        assert (await admin.put(f"/api/accounts/{account}", json=body)).status_code == 200


async def test_unlocking_a_trusted_account_is_giving(app: ASGIApp, fake: FakeHotline) -> None:
    async with operator(app, fake) as admin, operator(app, fake, "second") as second:
        assert (await admin.put("/api/accounts/2001", json={"locked": True})).status_code == 200
        assert (await admin.put("/api/accounts/2001", json={"locked": False})).status_code == 202
        assert fake.people.rows["2001"].locked
        assert (await second.post("/api/account-changes/1/confirm", json={})).status_code == 200
    assert not fake.people.rows["2001"].locked


async def test_whose_account_it_is_confirms_nothing(app: ASGIApp, fake: FakeHotline) -> None:
    """An operator who is to become an auditor; a third one does it."""
    fake.people.rows["third"] = replace(fake.people.rows["admin"], account="third")
    async with operator(app, fake) as admin, operator(app, fake, "second") as second:
        assert (await admin.put("/api/accounts/second", json={"role": "auditor"})).status_code == 202
        assert (await second.get("/api/account-changes")).json()[0]["mine"] is True
        assert (await second.post("/api/account-changes/1/confirm", json={})).status_code == 403
        async with operator(app, fake, "third") as third:
            assert (await third.post("/api/account-changes/1/confirm", json={})).status_code == 200
    assert fake.people.rows["second"].role == "auditor"


async def test_confirming_wants_the_right_and_the_password(app: ASGIApp, fake: FakeHotline) -> None:
    async with operator(app, fake) as admin:
        assert (await admin.put("/api/accounts/1003", json={"role": "supervisor"})).status_code == 202
    async with browser(app, signed_in(fake, "2001")) as chief:
        assert (await chief.post("/api/account-changes/1/confirm", json={"proof": PASSWORD})).status_code == 403
    async with browser(app, signed_in(fake, "second")) as second:
        assert (await second.post("/api/account-changes/1/confirm", json={})).status_code == 428
        assert (await second.post("/api/account-changes/1/confirm", json={"proof": "wrong"})).status_code == 422
        assert (await second.post("/api/account-changes/1/confirm", json={"proof": PASSWORD})).status_code == 200


async def test_at_the_shell_the_second_person_says_their_password(app: ASGIApp, fake: FakeHotline) -> None:
    """The token alone confirms nothing, nor an account without the right, nor who asked."""
    async with operator(app, fake) as admin, command_line(app) as shell:
        assert (await admin.put("/api/accounts/1003", json={"role": "supervisor"})).status_code == 202
        for body, status in (
            ({}, 422),
            ({"account": "second"}, 422),
            ({"account": "second", "proof": "wrong"}, 422),
            ({"account": "1001", "proof": PASSWORD}, 403),
            ({"account": "admin", "proof": PASSWORD}, 403),
            ({"account": "second", "proof": PASSWORD}, 200),
        ):
            assert (await shell.post("/api/account-changes/1/confirm", json=body)).status_code == status, body
    assert fake.people.rows["1003"].role == "supervisor"


async def test_it_waits_a_day(app: ASGIApp, fake: FakeHotline) -> None:
    """Then it is over, and the log says so; a newer one for the same account takes its place."""
    async with operator(app, fake) as admin:
        assert (await admin.put("/api/accounts/1003", json={"role": "supervisor"})).status_code == 202
        assert (await admin.put("/api/accounts/1003", json={"role": "auditor"})).status_code == 202
        assert [one["role"] for one in (await admin.get("/api/account-changes")).json()] == ["auditor"]
    fake.now = NOON + timedelta(hours=24)
    async with operator(app, fake, "second") as second:
        assert (await second.post("/api/account-changes/2/confirm", json={})).status_code == 404
        assert (await second.get("/api/account-changes")).json() == []
    assert fake.changes.settled == {1: ("admin", "replaced"), 2: ("", "expired")}
    assert fake.log.actions[-1] == "account_change_expired"
    assert fake.people.rows["1003"].role == "agent"


@pytest.mark.parametrize(("account", "how"), [("admin", "withdrawn"), ("second", "declined")])
async def test_nothing_comes_of_it(app: ASGIApp, fake: FakeHotline, account: str, how: str) -> None:
    async with operator(app, fake) as admin, operator(app, fake, account) as other:
        assert (await admin.put("/api/accounts/1003", json={"role": "supervisor"})).status_code == 202
        assert (await other.delete("/api/account-changes/1")).status_code == 200
        assert (await other.delete("/api/account-changes/1")).status_code == 404
    assert fake.log.actions[-1] == f"account_change_{how}"
    assert fake.people.rows["1003"].role == "agent"


async def test_who_asked_and_was_locked_since_gets_nothing(app: ASGIApp, fake: FakeHotline) -> None:
    """A stolen operator's account: what it asked for dies with it."""
    async with operator(app, fake) as admin, operator(app, fake, "second") as second:
        assert (await admin.put("/api/accounts/1003", json={"role": "supervisor"})).status_code == 202
        assert (await second.put("/api/accounts/admin", json={"locked": True})).status_code == 200
        gone = await second.post("/api/account-changes/1/confirm", json={})
        assert (gone.status_code, gone.json()["error"]) == (409, "asker_gone")
    assert fake.people.rows["1003"].role == "agent"


async def test_a_lock_that_came_in_between_stays(app: ASGIApp, fake: FakeHotline) -> None:
    """What was not asked for is as it is when it is confirmed, not as it was."""
    async with operator(app, fake) as admin, operator(app, fake, "second") as second:
        assert (await admin.put("/api/accounts/1003", json={"role": "supervisor"})).status_code == 202
        assert (await second.put("/api/accounts/1003", json={"locked": True, "name": "黄雅"})).status_code == 200
        assert (await second.post("/api/account-changes/1/confirm", json={})).status_code == 200
    row = fake.people.rows["1003"]
    assert (row.role, row.locked, row.name) == ("supervisor", True, "黄雅")


@pytest.mark.parametrize("change", [{"locked": True}, {"password_hash": ""}, {"must_change": True}], ids=str)
async def test_a_fresh_installation_is_the_command_lines(
    app: ASGIApp, fake: FakeHotline, change: dict[str, object]
) -> None:
    """While nobody could confirm (locked, without a password, or with one that somebody else chose), the token acts alone; the log says so."""
    for account in ("admin", "second"):
        fake.people.rows[account] = replace(fake.people.rows[account], **change)  # type: ignore[arg-type]
    async with command_line(app) as shell:
        body = {"name": "运维三", "role": "operator", "password": NEW}
        assert (await shell.put("/api/accounts/third", json=body)).status_code == 200
        assert "alone=true" in fake.log.entries[-1].detail
        assert (await shell.put("/api/accounts/fourth", json=body)).status_code == 202


async def test_the_password_counts_for_a_while(app: ASGIApp, fake: FakeHotline) -> None:
    """Five minutes; a locked screen ends it at once."""
    async with operator(app, fake) as admin:
        assert (await admin.put("/api/accounts/1003", json={"locked": True})).status_code == 200
        fake.now = NOON + timedelta(minutes=5)
        assert (await admin.put("/api/accounts/1003", json={"locked": False})).status_code == 428
        assert (await admin.post("/api/session/proof", json={"password": PASSWORD})).status_code == 200
        assert (await admin.post("/api/session/lock")).status_code == 200
        assert (await admin.post("/api/session/unlock", json={"password": PASSWORD})).status_code == 200
        assert (await admin.put("/api/accounts/1003", json={"locked": False})).status_code == 428


async def test_who_never_gave_the_password_has_not_proved_it(app: ASGIApp, fake: FakeHotline) -> None:
    """By a clock that goes on while it is asked."""
    fake.now = None
    async with browser(app, signed_in(fake, "admin")) as admin:
        assert (await admin.put("/api/accounts/1003", json={"locked": True})).status_code == 428
        body = {"name": "grafana", "scopes": ["metrics"]}
        assert (await admin.post("/api/programs", json=body)).status_code == 428
        assert (await admin.post("/api/session/proof", json={"password": PASSWORD})).status_code == 200
        assert (await admin.post("/api/programs", json=body)).status_code == 201
    assert not fake.people.rows["1003"].locked


async def test_the_last_five_passwords_are_not_taken_again(app: ASGIApp, fake: FakeHotline) -> None:
    """The sixth may be, as often as it is changed."""
    standing, former = PASSWORD, [PASSWORD]
    async with browser(app, signed_in(fake, "1001")) as client:
        for n in range(5):
            for old in former:
                again = await client.post("/api/session/password", json={"old": standing, "new": old})
                assert (again.status_code, again.json()["field"]) == (422, "new")
            new = f"Mei-Hua-San-Nong-{n}"
            assert (await client.post("/api/session/password", json={"old": standing, "new": new})).status_code == 200
            standing, former = new, [new, *former][:5]
        assert (await client.post("/api/session/password", json={"old": standing, "new": PASSWORD})).status_code == 200


@pytest.mark.parametrize("left", ["two operators", "the others are locked"])
async def test_a_session_never_acts_alone(app: ASGIApp, fake: FakeHotline, left: str) -> None:
    """Of two operators neither is the other's way past a second person; nor is who has locked the rest."""
    async with operator(app, fake) as admin, operator(app, fake, "second"):
        if left == "the others are locked":
            assert (await admin.put("/api/accounts/second", json={"locked": True})).status_code == 200
        before = dict(fake.people.rows)
        for account, body in (("second", {"password": NEW}), ("1003", {"role": "supervisor"})):
            assert (await admin.put(f"/api/accounts/{account}", json=body)).status_code == 202, account
        assert fake.people.rows == before


async def test_a_role_for_a_locked_account_waits_too(app: ASGIApp, fake: FakeHotline) -> None:
    """Else somebody confirms that it is opened, and opens more than was shown."""
    async with operator(app, fake) as admin, operator(app, fake, "second"):
        assert (await admin.put("/api/accounts/1003", json={"locked": True})).status_code == 200
        assert (await admin.put("/api/accounts/1003", json={"role": "supervisor"})).status_code == 202
    assert fake.people.rows["1003"].role == "agent"

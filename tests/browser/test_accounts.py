"""Operators at their page: what one asks for another confirms, the password is asked for again, programs get their tokens."""

from __future__ import annotations

import secrets

import pytest
from playwright.async_api import expect

from .kit import BrowserHotline
from .people import PASSWORD, Person
from .test_accessible import broken

pytestmark = pytest.mark.browser

OWN = "Feng-Huang-Mu-Kai-66"


async def operator(hotline: BrowserHotline, account: str) -> Person:
    person = await hotline.page(Person, account)
    await person.sign_in()
    await person.go("/admin")
    await person.press("tab-accounts")
    await expect(person.part("accounts")).to_be_visible()
    return person


async def prove(person: Person) -> None:
    await person.part("proof-password").fill(PASSWORD)
    await person.press("proof-submit")
    await expect(person.part("proof")).to_have_count(0)


async def second_operator(hotline: BrowserHotline, first: Person, account: str) -> None:
    """Asked for at the command line, confirmed by the one there is; a wrong password confirms nothing."""
    async with hotline.site.rest() as client:
        body = {"name": "运维二", "role": "operator", "password": PASSWORD, "must_change": False}
        assert (await client.put(f"/api/accounts/{account}", json=body)).status_code == 202
    await first.page.reload()
    await first.press("tab-accounts")
    change = first.part(f"change-{account}")
    await expect(change).to_contain_text("角色：运维")
    await change.get_by_test_id("change-confirm").click()
    await first.part("proof-password").fill("wrong")
    await first.press("proof-submit")
    await expect(first.part("proof").get_by_role("alert")).to_be_visible()
    await expect(first.part(f"account-{account}")).to_have_count(0)
    await prove(first)
    await expect(first.part(f"account-{account}")).to_be_visible()


@pytest.mark.bound(60)
async def test_two_operators(hotline: BrowserHotline) -> None:
    """Who asks sees that another one has to confirm; that one's page does; both languages."""
    async with hotline:
        tail = f"{secrets.randbelow(10**6):06}"
        ops, chief = f"ops{tail}", f"chief{tail}"
        first = await operator(hotline, "4001")
        await second_operator(hotline, first, ops)
        await first.press("account-add")
        for part, text in (("id", chief), ("name", "班长二"), ("password", OWN)):
            await first.part(f"account-{part}").fill(text)
        await expect(first.part("account-password")).to_have_attribute("type", "password")
        await first.part("account-form").get_by_role("button", name="显示 密码").click()
        await expect(first.part("account-password")).to_have_attribute("type", "text")
        await expect(first.part("account-form")).to_contain_text("强")
        assert await broken(first.page, "a new account") == []
        await first.part("account-role").select_option("supervisor")
        await first.press("account-save")
        await expect(first.part("accounts-said")).to_contain_text("待另一名运维人员复核")
        mine = first.part(f"change-{chief}")
        await expect(mine).to_contain_text("须由他人复核")
        await expect(mine.get_by_test_id("change-confirm")).to_have_count(0)

        assert await broken(first.page, "accounts") == []

        second = await operator(hotline, ops)
        await second.page.evaluate("localStorage.setItem('hotline.language', 'en')")
        await second.page.reload()
        await second.press("tab-accounts")
        change = second.part(f"change-{chief}")
        await expect(change).to_contain_text("role: Supervisor")
        await change.get_by_test_id("change-confirm").click()
        await prove(second)
        await expect(second.part("accounts-said")).to_contain_text("is confirmed")
        await expect(second.part(f"account-{chief}")).to_contain_text("Supervisor")
        # a lock waits for nobody, and the password is not asked for again so soon
        await second.part(f"account-{chief}").get_by_test_id("lock-account").click()
        await expect(second.part(f"account-{chief}").get_by_test_id("state")).to_have_text("locked")


@pytest.mark.bound(60)
async def test_a_programs_token(hotline: BrowserHotline) -> None:
    """Told once in a dialog; it opens the metrics through the edge until it is revoked; cancelling the question does nothing."""
    async with hotline:
        name = f"grafana{secrets.randbelow(10**6):06}"
        person = await operator(hotline, "4001")
        await person.press("program-add")
        await person.part("program-name").fill(name)
        await person.press("program-make")
        await person.press("proof-cancel")
        await expect(person.part("accounts-trouble")).to_contain_text("密码")
        await expect(person.part(f"program-{name}")).to_have_count(0)
        await person.press("program-make")
        await prove(person)
        token = await person.part("token").inner_text()
        await person.press("token-stored")
        row = person.part(f"program-{name}")
        await expect(row).to_contain_text("监控指标")

        async def status(path: str) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            return (await person.context.request.get(f"{person.url}{path}", headers=headers)).status

        assert [await status(path) for path in ("/metrics", "/api/health", "/api/calls")] == [200, 200, 403]
        await row.get_by_test_id("program-revoke").click()
        await expect(row.get_by_test_id("program-state")).to_have_text("已吊销")
        assert await status("/metrics") == 401

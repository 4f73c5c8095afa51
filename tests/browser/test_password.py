"""A password that somebody else chose opens one page: the one where it is changed."""

from __future__ import annotations

import secrets

import pytest
from playwright.async_api import expect

from .kit import BrowserHotline
from .people import PASSWORD, Agent

pytestmark = pytest.mark.browser

OWN = "Feng-Huang-Mu-Kai-66"


async def change(person: Agent, new: str) -> None:
    for part, text in (("old", PASSWORD), ("new", new), ("again", new)):
        await person.part(f"password-{part}").fill(text)
    await person.press("password-submit")


async def test_a_given_password_is_changed_before_anything_else(hotline: BrowserHotline) -> None:
    """No seat and no REST before; too short a one is refused with the reason; afterwards the seats are open, a reload asks nothing."""
    async with hotline:
        account = f"new{secrets.randbelow(10**6):06}"
        async with hotline.site.rest() as client:
            body = {"name": "新人", "role": "agent", "password": PASSWORD, "must_change": True}
            (await client.put(f"/api/accounts/{account}", json=body)).raise_for_status()
        person = await hotline.page(Agent, account)
        await person.go("/")
        await person.part("login-account").fill(account)
        await person.part("login-password").fill(PASSWORD)
        await person.press("login-submit")
        dialog = person.part("password-dialog")
        await expect(dialog).to_contain_text("管理员设定")
        await expect(person.part("seat-choice")).to_have_count(0)
        assert (await person.context.request.get(f"{person.url}/api/my/day")).status == 403
        await person.page.keyboard.press("Escape")
        await change(person, OWN[:11])
        await expect(dialog.get_by_role("alert")).to_contain_text("12")
        await change(person, OWN)
        await expect(dialog).to_have_count(0)
        await expect(person.part("seat-choice")).to_be_visible()
        await person.page.reload()
        await expect(person.part("seat-choice")).to_be_visible()
        await expect(dialog).to_have_count(0)

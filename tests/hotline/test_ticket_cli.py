"""``hotline ticket``: dead letters seen, mended and sent again from the command line, against a real socket with a fake house behind it."""

from __future__ import annotations

from tests.fakes.hotline import CALL, FakeHotline
from tests.hotline.test_token_cli import Shell, fake, shell  # noqa: F401 - fixtures

FILED = ("--kind", "complaint", "--title", "积水", "--content", "路口积水", "--call", str(CALL))


async def test_a_dead_letter_is_seen_mended_and_sent_again(shell: Shell, fake: FakeHotline) -> None:  # noqa: F811
    """A wrong correction changes nothing and says which field; what is no dead letter is not sent again."""
    async with shell() as (run, _port):
        status, ident, _said = await run("ticket", "file", *FILED)
        ident = ident.strip()
        assert status == 0
        assert (await run("ticket", "replay", ident))[0] != 0
        (sent,) = await fake.book.due(fake.book.rows[ident].next_try, 1)  # type: ignore[index]
        await fake.book.poisoned(sent, "no such code", sent.next_try)
        status, told, _said = await run("ticket", "list", "--dead")
        assert (status, len(told.splitlines())) == (0, 1)
        for word in (ident, "poisoned", "积水", "no such code"):
            assert word in told
        status, _told, why = await run("ticket", "replay", ident, "--set", "kind=nonsense")
        assert status != 0
        assert "kind" in why
        assert fake.book.rows[ident].state == "poisoned"  # type: ignore[index]
        assert await run("ticket", "replay", ident, "--set", "title=路口积水很深") == (0, "waiting\n", "")
        assert fake.book.rows[ident].ticket.title == "路口积水很深"  # type: ignore[index]
        assert (await run("ticket", "list", "--dead"))[1] == ""

"""Who calls, as carriers write it; and what a trunk may do besides calling."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterator

import pytest

from hotline.lab.hotline_instance import Table
from tests.sampling import sampled

from .rawsip import Wire
from .site import Site, SiteTelephones, eventually, usual

pytestmark = pytest.mark.live

NOBODY = "<sip:anonymous@anonymous.invalid>"


def open_outside(table: Table) -> None:
    usual(table)
    table["limits"]["outbound_per_minute"] = 500


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("site"), open_outside) as here:
        yield here


def wire(site: Site, host: str = "127.0.0.2", place: int = 5) -> Wire:
    return Wire((host, site.fixed.base + place), ("127.0.0.1", site.settings["ports"]["sip"]))


def fresh() -> str:
    return f"138{secrets.randbelow(10**8):08}"


def called(site: Site, sender: str, headers: str) -> dict[str, object]:
    """The ledger's row of a call with these headers."""
    mark = fresh()
    with wire(site) as carrier:
        answer = carrier.invite("sip:1231912345@HOST", sender=sender, headers=f"{headers}X-Work-Order: {mark}\r\n")
        assert answer.status == 200
    return row_of(site, reference=mark)


def row_of(site: Site, seconds: float = 10, **wanted: str) -> dict[str, object]:
    import json

    limit = time.monotonic() + seconds
    while True:
        rows = json.loads(site.hotline("report", "calls", "--json"))
        found = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
        if found and found[0]["ended_at"]:
            return dict(found[0])
        assert time.monotonic() < limit, rows[:2]
        time.sleep(0.3)


@pytest.mark.parametrize(
    ("sender", "headers", "caller", "name"),
    sampled([
        (NOBODY, "P-Asserted-Identity: <sip:+8613800000001@ims>, <tel:+8613800000001>\r\n", "+8613800000001", ""),
        (NOBODY, "P-Asserted-Identity: <sip:anonymous@ims:5060>, <tel:+8613800000002;x=1>\r\n", "+8613800000002", ""),
        (NOBODY, "P-Asserted-Identity: <sip:x@y>\r\nP-Asserted-Identity: <tel:+8613800000003>\r\n", "+8613800000003", ""),
        (NOBODY, 'Remote-Party-ID: "x" <sip:13800000004@y>;party=calling;privacy=off\r\n', "13800000004", ""),
        (NOBODY, "P-Preferred-Identity: <sip:+8613800000005@ims>\r\n", "+8613800000005", ""),
        (NOBODY, "P-Asserted-Identity: <sip:+8613800000006@ims>\r\nPrivacy: id;critical\r\n", "", ""),
        ("<sip:13800000007@x>", 'Remote-Party-ID: <sip:13800000007@y>;privacy=full\r\n', "", ""),
        ("tel:+8613800000008", "", "+8613800000008", ""),
        ('"Li, Wei" <sip:13800000009@x:5060>', "", "13800000009", "Li Wei"),
        ('"王小明" <sip:13800000010@x>', "", "13800000010", "王小明"),
        ("unknown <sip:13800000011@x>", "", "13800000011", ""),
        ('"WIRELESS CALLER" <sip:13800000012@x>', "", "13800000012", ""),
        ('"匿名" <sip:13800000013@x>', "", "13800000013", ""),
        ('"+86 138 0000 0014" <sip:13800000014@x>', "", "13800000014", ""),
        ("<sip:13800000015%0aX@x>", "", "13800000015", ""),
        ("<sip:13800000021%00X@x>", "", "13800000021", ""),
        ("<sip:13800000022%2c%22X@x>", "", "13800000022", ""),
        ('"%00%0a,%22x" <sip:13800000023%7c%24%7bEXTEN%7d@x>', "", "13800000023", None),
        ("<sip:13800000024@x>", "P-Asserted-Identity: <sip:13800000025%00%2c%0d%0a@x>\r\n", "13800000025", ""),
        (NOBODY, "P-Asserted-Identity: <sip:%0a%00@x>, <tel:+8613800000026>\r\n", "+8613800000026", ""),
        ("<sip:13800000016%0d%0a%0d%0aEvent%3a%20Hangup@x>", "", "13800000016", ""),
    ], 6),
)  # fmt: skip
def test_the_first_identity_that_can_be_read(
    site: Site, sender: str, headers: str, caller: str, name: str | None
) -> None:
    """Several values, several headers, names that are none, encoded line ends; Privacy hides all of it."""
    row = called(site, sender, headers)
    assert row["caller"] == caller
    if name is None:  # odd letters are left out, whatever stays
        assert set(str(row["caller_name"])).isdisjoint('\x00\n,"|')
    else:
        assert row["caller_name"] == name
    assert row["hidden"] == ("rivacy: id" in headers or "privacy=full" in headers)


@pytest.mark.parametrize(
    ("header", "diverted"),
    sampled(
        [
            ("Diversion: <sip:05922000009@x>;reason=no-answer\r\n", "05922000009"),
            ("Diversion: <tel:+865922000009>;reason=unknown, <sip:1@x>\r\n", "+865922000009"),
            ("Diversion: <sip:0592%0a1@x>;reason=unknown\r\n", "0592"),
            ('Diversion: <sip:0592%00%2c%22@x>;reason="%0a"\r\n', "0592"),
            ("", ""),
        ],
        2,
    ),
)
def test_who_forwarded_the_call_is_kept_beside_it(site: Site, header: str, diverted: str) -> None:
    row = called(site, "<sip:13800000020@x>", header)
    assert (row["diverted"], row["caller"]) == (diverted, "13800000020")


def test_nothing_a_stranger_wrote_is_in_asterisks_files_unfiltered(site: Site) -> None:
    """A channel is born under its trunk's name: no row of CEL holds a line end, whatever headers held."""
    evil = "%0aHANGUP,1795860000.0,,,,,%0d%0a"
    with wire(site) as carrier:
        carrier.invite(
            "sip:12319@HOST",
            sender=f'"x{evil}" <sip:139{evil}@x>',
            headers=f"Diversion: <sip:1{evil}@x>\r\nP-Asserted-Identity: <sip:1{evil}@x>\r\nRemote-Party-ID: <sip:2{evil}@x>\r\n",
        )
        assert carrier.invite(f"sip:12319{evil}@HOST").status == 404
        carrier.invite(
            "sip:12319@HOST",
            call=f"%0a\"{evil},'@{fresh()}",
            headers=f"X-Work-Order: {evil}%00\r\nX-Origin-Number: {evil}\r\n",
        )
    text = site.places.cel.read_bytes()
    assert all(line.startswith(b'"') and line.endswith(b'"') for line in text.splitlines())


def test_an_invite_with_replaces_takes_nobodys_place(site: Site) -> None:
    """The stranger knows Call-ID and tags of a running call: refused, and the call goes on."""
    with wire(site) as carrier, wire(site, "127.0.0.3", 6) as other:
        answer = carrier.invite("sip:12319@HOST", end=False)
        assert answer.status == 200
        tags = [answer.header(name).partition("tag=")[2] for name in ("To", "From")]
        replaces = f"{answer.header('Call-ID')};to-tag={tags[0]};from-tag={tags[1]}"
        for header in (
            f"Replaces: {replaces}\r\nRequire: replaces\r\n",
            f"rePLACES  :\r\n {replaces}\r\n",
            f"Replaces: {replaces};x={'y' * 3000}\r\n",
            f"Replaces: {replaces};early-only\r\nReplaces: {replaces}\r\n",
        ):
            assert other.invite("sip:12319@HOST", headers=header).status >= 400
            assert carrier.invite("sip:12319@HOST", headers=header).status >= 400
        assert not [text for text in carrier.heard(1.0) if text.startswith("BYE")]
        assert carrier.bye(answer).status == 200


MAY = {"OPTIONS": 200}
"""Beside INVITE. Anything else that a trunk sends outside a call is refused."""


@pytest.mark.parametrize(
    ("method", "headers"),
    sampled(
        [
            ("OPTIONS", ""),
            ("REFER", "Refer-To: <sip:9001@127.0.0.9>\r\n"),
            ("NOTIFY", "Event: refer\r\nSubscription-State: active\r\n"),
            ("SUBSCRIBE", "Event: presence\r\nExpires: 60\r\n"),
            ("SUBSCRIBE", "Event: message-summary\r\nExpires: 60\r\n"),
            ("SUBSCRIBE", "Event: dialog\r\nExpires: 60\r\n"),
            ("PUBLISH", "Event: presence\r\nExpires: 60\r\n"),
            ("MESSAGE", ""),
            ("INFO", ""),
            ("UPDATE", ""),
            ("PRACK", ""),
            ("REGISTER", "Expires: 60\r\n"),
            ("NONSENSE", ""),
        ],
        6,
    ),
)
def test_what_a_trunk_may_do_is_a_list(site: Site, method: str, headers: str) -> None:
    with wire(site) as carrier:
        answer = carrier.ask(carrier.request(method, f"sip:8005@127.0.0.1:{carrier.asterisk[1]}", headers=headers))
    assert answer.status == MAY.get(method, answer.status)
    assert method in MAY or answer.status >= 400


@pytest.mark.parametrize(
    ("method", "headers", "least"),
    sampled(
        [
            ("REFER", "Refer-To: <sip:13800001111@127.0.0.9>\r\n", 400),
            ("NOTIFY", "Event: refer\r\nSubscription-State: active\r\n", 400),
            ("SUBSCRIBE", "Event: refer\r\nExpires: 60\r\n", 400),
            ("MESSAGE", "", 400),
            ("UPDATE", "P-Asserted-Identity: <sip:110%0a@x>\r\n", 200),
            ("INFO", "", 200),
            ("OPTIONS", "", 200),
        ],
        3,
    ),
)
def test_what_a_trunk_may_do_within_a_call(site: Site, method: str, headers: str, least: int) -> None:
    """A transfer by the carrier is refused; nothing of it ends the call or makes another."""
    with wire(site) as carrier:
        answer = carrier.invite("sip:12319@HOST", end=False)
        before = site.channels()
        told = carrier.ask(carrier.within(answer, method, 2, headers), 3)
        assert told.status == 0 or told.status >= least
        assert site.channels() == before
        assert not [text for text in carrier.heard(0.5) if text.startswith("BYE")]
        assert carrier.bye(answer, 3).status == 200


async def test_both_trunks_bring_calls_while_one_is_cut(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """双线接入: the first trunk's telephone exchange is gone; a call on the other is answered, and the alarm names the dead one."""
    async with SiteTelephones(site, 1) as floor:
        dead = floor.phones.trunks["telecom"]
        await dead.close()
        monkeypatch.setattr(dead, "close", lambda: asyncio.sleep(0))  # the floor closes its racks too
        call = await floor.dial(caller="13805927001", trunk="unicom")
        assert await call.until_answered(5)
        seat = await floor.seat_call("13805927001")
        call.hang_up()
        await seat.until_ended(5)

        async def told() -> None:
            said = (await floor.rest._client.get("/api/alarms")).text
            assert "trunk_down" in said

        await eventually(told, 30)

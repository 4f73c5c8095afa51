"""Nobody who dials us is turned away without a row, and an alarm that names the cause."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hotline.lab.hotline_instance import Table

from .rawsip import ALAW, Wire, offer
from .site import Site, usual

pytestmark = pytest.mark.live

G729 = "m=audio {port} RTP/AVP 18 101\r\na=rtpmap:18 G729/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
KEY = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"
SAVP = "m=audio {port} RTP/SAVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
T38 = "m=image {port} udptl t38\r\n"


def several(table: Table) -> None:
    usual(table)
    table["trunk"][0]["host"] = ["127.0.0.2", "127.0.0.16/30"]
    table["turned_away"] = {"strangers": 50}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("site"), several) as here:
        yield here


def wire(site: Site, host: str, place: int = 5) -> Wire:
    return Wire((host, site.fixed.base + place), ("127.0.0.1", site.settings["ports"]["sip"]))


def rows(site: Site) -> list[dict[str, object]]:
    told: list[dict[str, object]] = json.loads(site.hotline("report", "turned-away", "--json"))
    return told


def alarms(site: Site) -> dict[str, str]:
    """Subject → detail of the standing alarms of this kind."""
    headers = {"Authorization": f"Bearer {site.secret('api-token')}"}
    told = httpx.get(f"{site.url}/api/alarms", headers=headers).json()
    told = told["alarms"] if isinstance(told, dict) else told
    return {one["subject"]: one["detail"] for one in told if one["kind"] == "turned_away"}


def counted(site: Site, source: str, cause: str, called: str, seconds: float = 15.0) -> dict[str, object]:
    """The row, once it is there; its alarm too."""
    limit = time.monotonic() + seconds
    while True:
        found = [row for row in rows(site) if (row["source"], row["cause"], row["called"]) == (source, cause, called)]
        if found and f"{source} {cause}" in alarms(site):
            return found[0]
        assert time.monotonic() < limit, (rows(site), alarms(site))
        time.sleep(0.3)


@pytest.mark.parametrize(
    ("status", "sdp", "cause", "detail"),
    [
        (488, [G729], "codec", "G729"),
        (488, [T38], "no_audio", "image:4000"),
        (488, [SAVP], "encryption", "RTP/SAVP"),
        (400, ["nonsense"], "offer", "SIP 400"),
    ],
)
def test_what_a_carrier_offers_and_nobody_can_take(
    site: Site, status: int, sdp: list[str], cause: str, detail: str
) -> None:
    """No channel is made of such a call: it is counted with both numbers, and alarmed by trunk and cause."""
    caller = f"1380592{secrets.randbelow(10000):04}"
    with wire(site, "127.0.0.2") as carrier:
        body = offer("127.0.0.2", *sdp) if cause != "offer" else sdp[0]
        assert carrier.invite("sip:+8659212319@HOST;user=phone", sdp=body, caller=caller).status == status
    row = counted(site, "telecom", cause, "+8659212319")
    assert (row["count"], row["detail"]) == (1, detail)
    assert row["calling"].startswith("1380592")  # type: ignore[attr-defined]
    told = alarms(site)[f"telecom {cause}"]
    assert "中国电信" in told
    assert detail in told


def test_an_unknown_number_is_alarmed_as_it_was_written(site: Site) -> None:
    """Refused by the dialplan (it has a call) or before it (letters): both are told alike."""
    with wire(site, "127.0.0.3", 6) as carrier:
        assert carrier.invite("sip:+86(592)12320@HOST;user=phone", seconds=15).status == 404
        row = counted(site, "unicom", "unknown_number", "+86(592)12320")
        assert row["call"]
        assert "+86(592)12320" in alarms(site)["unicom unknown_number"]
        assert carrier.invite("sip:hotline@HOST").status == 404
        assert counted(site, "unicom", "unknown_number", "hotline")["call"] == ""


SPELLED = [
    "sip:12319@HOST", "sip:12319;phone-context=+86592@HOST;user=phone", "sip:12319;npdi@HOST;user=phone",
    "sip:+8659212319@HOST;user=phone", "sip:8659212319@HOST",
    "sip:0592-12319@HOST", "sip:(0592)12319@HOST;user=phone", "sip:+86(592)12319@HOST", "sip:%2B8659212319@HOST;user=phone",
    "sip:008659212319@HOST", "sip:12319;rn=+865922000000;npdi@HOST;user=phone", "sip:12319;phone-context=ims.mnc000.mcc460.3gppnetwork.org@HOST",
    "sip:12319:secret@HOST", "sip:12319;isub=1@HOST;transport=udp", "tel:+86-592-12319", "tel:12319;phone-context=+86592",
]  # fmt: skip
"""The first five are the field's (C1, C2)."""


def test_our_number_is_the_citizens_line_however_a_carrier_writes_it(site: Site) -> None:
    """Each request line is answered, and booked on the line, by either carrier."""
    callers = {}
    for place, uri in enumerate(SPELLED):
        with wire(site, f"127.0.0.{2 + place % 2}", 7 + place % 2) as carrier:
            caller = callers[uri] = f"1380593{secrets.randbelow(100):02}{place:02}"
            assert carrier.invite(uri, caller=caller).status == 200, uri
    limit = time.monotonic() + 15
    while len(booked := {row.caller: row.line for row in site.ledger() if row.caller in callers.values()}) < len(
        SPELLED
    ):
        assert time.monotonic() < limit, booked
    assert {uri: booked[caller] for uri, caller in callers.items()} == dict.fromkeys(SPELLED, "citizen")


def test_our_number_dialled_from_an_unknown_address(site: Site) -> None:
    """The address is alarmed when one of our numbers is dialled from it, in whatever spelling; noise is only counted."""
    with wire(site, "127.0.0.9") as stranger:
        assert stranger.invite("sip:8659212319;npdi@HOST").status == 404
        counted(site, "127.0.0.9", "unknown_address", "8659212319")
        assert "trunk.host" in alarms(site)["127.0.0.9 unknown_address"]
        assert stranger.invite("sip:0044123456@HOST").status == 401
        time.sleep(3)
        assert any(row["cause"] == "stranger" and row["source"] == "127.0.0.9" for row in rows(site))
        assert not [subject for subject in alarms(site) if "stranger" in subject]


def test_every_address_of_a_trunk_is_the_trunk(site: Site) -> None:
    """A list and a network in ``host``: calls from all of it are that trunk's."""
    with wire(site, "127.0.0.18") as second:
        assert second.invite("sip:12319@HOST", caller="13805920018").status == 200
    site.settle(3)
    assert [row.trunk for row in site.ledger() if row.caller == "13805920018"] == ["telecom"]


def test_what_cannot_be_read_as_sip_is_counted(site: Site) -> None:
    """The carrier hears nothing then; the log says what could not be parsed."""
    with wire(site, "127.0.0.2") as carrier:
        text = carrier.request(
            "INVITE", "sip:12319@127.0.0.1", length="Content-Length: abc\r\n", body=offer("127.0.0.2")
        )
        assert carrier.ask(text, 2).status == 0
    assert counted(site, "telecom", "malformed", "")["detail"] == "Content-Length"


@pytest.mark.parametrize(
    "media",
    [
        (SAVP + KEY, ALAW),
        (ALAW, SAVP + KEY),
        (ALAW.replace("RTP/AVP", "RTP/AVPF"),),
        (SAVP + KEY,),
        (G729, ALAW),
        ("m=video {port} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n", ALAW),
    ],
    ids=["srtp-first", "srtp-second", "avpf", "srtp", "g729-first", "video-first"],
)
def test_offers_with_something_to_take_are_answered(site: Site, media: tuple[str, ...]) -> None:
    """One stream is taken, the others are declined (RFC 3264)."""
    with wire(site, "127.0.0.2") as carrier:
        answer = carrier.invite("sip:12319@HOST", sdp=offer("127.0.0.2", *media))
    assert answer.status == 200
    ports = [line.split(" ")[1] for line in answer.body.split("\r\n") if line.startswith("m=")]
    assert len(ports) == len(media)
    assert sum(port != "0" for port in ports) == 1


@pytest.mark.parametrize("lines", ["c=IN IP6 ::1\r\n", "c=IN IP4 127.0.0.2\r\nc=IN IP4 127.0.0.2\r\n"])
def test_odd_connection_lines_are_answered(site: Site, lines: str) -> None:
    with wire(site, "127.0.0.2") as carrier:
        assert carrier.invite("sip:12319@HOST", sdp=offer("127.0.0.2", lines=lines)).status == 200


FOLDED = "Content-Length:\r\n  {length}\r\n"
VIDEO = "m=video {port} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
MORE: dict[str, tuple[str, dict[str, str]]] = {
    "a folded Content-Length": (offer("127.0.0.2"), {"length": FOLDED}),
    "a Content-Length that is too long": (offer("127.0.0.2"), {"length": "Content-Length: 9999\r\n"}),
    "none, and a body": (offer("127.0.0.2"), {"length": ""}),
    "SRTP without a key, then plain": (offer("127.0.0.2", SAVP, ALAW), {}),
    "two c= lines in a stream": (offer("127.0.0.2", ALAW.replace("\r\n", "\r\nc=IN IP4 127.0.0.2\r\nc=IN IP4 127.0.0.2\r\n", 1)), {}),
    "no c= line": (offer("127.0.0.2", lines="b=AS:64\r\n"), {}),
    "a name as address": (offer("127.0.0.2", lines="c=IN IP4 media.example\r\n"), {}),
    "DTLS": (offer("127.0.0.2", ALAW.replace("RTP/AVP", "UDP/TLS/RTP/SAVPF")), {}),
    "TCP media": (offer("127.0.0.2", ALAW.replace("RTP/AVP", "TCP/RTP/AVP")), {}),
    "port 0": (offer("127.0.0.2", ALAW.replace("{port}", "0")), {}),
    "video alone": (offer("127.0.0.2", VIDEO), {}),
    "no offer": ("", {}),
    "not SDP": ("<x/>", {"kind": "application/xml"}),
    "an extension nobody has": (offer("127.0.0.2"), {"headers": "Require: 100rel, unheard-of\r\n"}),
    "a session of a second": (offer("127.0.0.2"), {"headers": "Supported: timer\r\nSession-Expires: 1\r\nMin-SE: 1\r\n"}),
    "an ISUP part": (
        "--b\r\nContent-Type: application/sdp\r\n\r\n" + offer("127.0.0.2")
        + "\r\n--b\r\nContent-Type: application/ISUP;version=itu-t92+\r\n\r\n\x01\x11\r\n--b--\r\n",
        {"kind": "multipart/mixed;boundary=b"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", MORE)
def test_whatever_a_carrier_sends_is_answered_or_counted(site: Site, kind: str) -> None:
    """W1, and what else exchanges send: the caller gets through, or his call stands in the count of the trunk, and an alarm does."""
    body, words = MORE[kind]
    caller = f"1380594{list(MORE).index(kind):04}"
    before = sum(int(str(row["count"])) for row in rows(site) if row["source"] == "telecom")
    with wire(site, "127.0.0.2") as carrier:
        words = {name: text.replace("{length}", str(len(body.encode()))) for name, text in words.items()}
        answer = carrier.invite("sip:12319@HOST", sdp=body, caller=caller, **words)  # type: ignore[arg-type]
    if answer.status == 200:
        return
    limit = time.monotonic() + 15
    while sum(int(str(row["count"])) for row in rows(site) if row["source"] == "telecom") == before:
        assert time.monotonic() < limit, f"{answer.status}: no row of it"
        time.sleep(0.3)


def test_a_flood_costs_few_rows(site: Path | Site) -> None:
    """500 INVITEs from one stranger with 500 numbers: one alarm at most, rows bounded, the real caller is answered."""
    assert isinstance(site, Site)
    with wire(site, "127.0.0.10") as stranger:
        for number in range(500):
            stranger.send(stranger.request("INVITE", f"sip:00{number:06}@127.0.0.1", caller=f"9{number:05}"))
            time.sleep(0.002)
    with wire(site, "127.0.0.2") as carrier:
        assert carrier.invite("sip:12319@HOST").status == 200
    limit = time.monotonic() + 30
    while sum(int(str(row["count"])) for row in rows(site) if row["cause"] == "stranger") < 490:
        assert time.monotonic() < limit
        time.sleep(0.5)
    assert len([row for row in rows(site) if row["cause"] == "stranger"]) < 200
    assert [subject for subject in alarms(site) if "stranger" in subject] == ["* stranger"]
    assert site.live()

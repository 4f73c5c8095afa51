"""The GeoReport v2 server: every method in both formats, every rule of the standard, and nothing of a citizen in any answer."""

from __future__ import annotations

import itertools
import json
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridge.case_store_messages import filing
from bridge.catalogue import load
from bridge.drivers import Receipt
from bridge.drivers.open311 import Open311, Way
from bridge.georeport import error_text, rows
from bridge.offered_services import services
from bridge.ticket import Person, Place
from casestore.georeport_accounts import PLACE_A_MINUTE, Accounts, GeoReportConf, IntegratorConf
from casestore.georeport_api import BASE, CLOSED, Beside, GeoReport, status_of
from casestore.georeport_forms import PAGE_MOST
from tests.bridge.made import ticket
from tests.casestore import kit
from tests.casestore.test_command_runner import DAY, UNIT, Centre

NOW = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
KEY, READER, FILER = "a" * 32, "b" * 32, "c" * 32
OFFERED = services(load())
SPOT = {"lat": "24.481234", "long": "118.091234"}


@dataclass
class Served:
    cases: kit.Cases
    client: httpx.AsyncClient
    conf: GeoReportConf
    app: GeoReport

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.client.get(BASE + path, params=params)

    async def rows(self, path: str, **params: Any) -> list[Any]:
        answer = await self.get(path, **params)
        assert answer.status_code == 200, answer.text
        return list(rows(answer.content, path.rpartition(".")[2]))

    async def post(self, form: str = "json", headers: dict[str, str] | None = None, /, **said: str) -> httpx.Response:
        return await self.client.post(f"{BASE}requests.{form}", data={"api_key": KEY} | said, headers=headers)

    async def filed(self, **said: str) -> str:
        answer = await self.post(**({"service_code": "other", "description": "路灯不亮"} | SPOT | said))
        assert answer.status_code == 200, answer.text
        return str(answer.json()[0]["service_request_id"])


@asynccontextmanager
async def served(folder: Path, **more: Any) -> AsyncIterator[Served]:
    for name, key in (("app", KEY), ("reader", READER), ("filer", FILER)):
        (folder / f"georeport-{name}").write_text(key + "\n")
    (folder / "services.json").write_text(json.dumps(OFFERED))
    rights: dict[str, tuple[Any, ...]] = {"app": ("read", "file"), "reader": ("read",), "filer": ("file",)}
    said: dict[str, Any] = {
        "base": "https://12319.example", "jurisdiction": "", "public": True, "services": folder / "services.json",
        "integrators": tuple(
            IntegratorConf(name=name, rights=those, key=folder / f"georeport-{name}") for name, those in rights.items()
        ),
    }  # fmt: skip
    conf = GeoReportConf(**said | more)
    async with kit.cases_at(folder / "cases.db", NOW) as cases:
        app = GeoReport(conf, cases.database, cases.store, cases.clock)
        way = httpx.ASGITransport(Beside(cases.way.app, app))
        async with httpx.AsyncClient(transport=way, base_url=kit.URL) as client:
            yield Served(cases, client, conf, app)


def with_city(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., Coroutine[Any, Any, None]]:
    """Runs the test with a server of its own as ``city``."""

    async def wrapped(tmp_path: Path, **given: Any) -> None:
        async with served(tmp_path) as city:
            await test(city=city, **given)

    others = [one for name, one in signature(test).parameters.items() if name != "city"]
    folder = Parameter("tmp_path", Parameter.POSITIONAL_OR_KEYWORD)
    wrapped.__name__, wrapped.__doc__ = test.__name__, test.__doc__
    wrapped.__signature__ = Signature([folder, *others])  # type: ignore[attr-defined]
    return wrapped


# -- what is there ------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "xml"])
@with_city
async def test_every_method_in_both_formats(city: Served, form: str) -> None:
    kind = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}[form]
    number = await city.filed()
    for path in (
        "discovery", "services", "services/event-0101", "requests", f"requests/{number}", f"tokens/{number}",
    ):  # fmt: skip
        answer = await city.get(f"{path}.{form}", api_key=KEY)
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind), path
        assert answer.text.strip()
        if form == "xml":
            ET.fromstring(answer.content)
        else:
            answer.json()


@with_city
async def test_discovery_says_where_and_how(city: Served) -> None:
    told = (await city.get("discovery.json")).json()
    (endpoint,) = told["endpoints"]
    assert endpoint["url"] == "https://12319.example/open311/v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    tree = ET.fromstring((await city.get("discovery.xml")).content)
    assert tree.tag == "discovery"
    assert [one.text for one in tree.findall("endpoints/endpoint/formats/format")] == endpoint["formats"]


@with_city
async def test_services_and_their_attributes(city: Served) -> None:
    found = {row["service_code"]: row for row in await city.rows("services.json")}
    assert len(found) == len(OFFERED) + 1
    assert {"part-0101", "event-0101", "other"} <= found.keys()
    told = (await city.get("services/part-0101.json")).json()
    codes = {one["code"]: one for one in told["attributes"]}
    assert codes["part_id"]["datatype"] == "string"
    condition = codes["condition"]
    assert condition["datatype"] == "singlevaluelist"
    assert condition["values"][0]["key"] == "1"
    assert found["part-0101"]["metadata"] == "true"
    assert found["other"]["metadata"] == "false"
    tree = ET.fromstring((await city.get("services/part-0101.xml")).content)
    assert len(tree.findall("attributes/attribute/values/value")) == len(condition["values"])


@with_city
async def test_a_case_is_made_and_found_again(city: Served) -> None:
    number = await city.filed(service_code="part-0101", **{"attribute[condition]": "1", "attribute[part_id]": "0012"})
    (row,) = (await city.get(f"requests/{number}.json", api_key=KEY, extensions="true")).json()
    assert row["service_request_id"] == number
    assert (row["status"], row["service_code"], row["description"]) == ("open", "part-0101", "路灯不亮")
    assert (row["lat"], row["long"]) == (24.481234, 118.091234)
    assert row["extended_attributes"] | {"step": ""} == {"step": "", "condition": "1", "part_id": "0012"}
    assert row["requested_datetime"] == "2026-11-29T04:00:00+00:00"
    whole = await city.cases.store.whole(number, datetime.now(UTC))
    assert whole is not None
    assert (whole.ticket["subject"]["code"], whole.ticket["subject"]["part_id"]) == ("0101", "0012")
    assert whole.ticket["subject"]["condition"]


@with_city
async def test_the_same_again_under_an_idempotency_key_is_one_case(city: Served) -> None:
    said = {"service_code": "other", "description": "x", **SPOT}
    answers = [await city.post("xml", {"Idempotency-Key": "7"}, **said) for _ in range(3)]
    assert len({answer.text for answer in answers}) == 1
    (number,) = await city.cases.numbers()
    whole = await city.cases.store.whole(number, NOW)
    assert whole is not None
    assert (len(whole.history), whole.further_tickets) == (1, [])


@with_city
async def test_a_case_of_a_program_is_told_by_that_program_and_can_be_closed(city: Served) -> None:
    """The hotline never heard of it and calls nobody, be there a number or none."""
    for phone in ("13806050001", ""):
        number = await city.filed(phone=phone)
        centre = Centre(city.cases)
        centre.keys = itertools.count(int(number[-6:]) * 100)
        await centre.do(number, "accept", "accepter")
        await centre.do(number, "dispatch", "dispatcher", unit=UNIT, limit=DAY)
        await centre.do(number, "finish", "unit_office", opinion="已修复")
        assert await centre.do(number, "confirm", "dispatcher") == "replied"
        assert await centre.do(number, "close", "accepter", condition="路灯已亮") == "closed"
        (row,) = await city.rows(f"requests/{number}.json")
        assert row["status"] == "closed"


# -- errors ---------------------------------------------------------------------------------------


WRONG_FORMS: tuple[tuple[dict[str, str], int, str], ...] = (
    ({"api_key": ""}, 403, "api_key"), ({"api_key": "wrong"}, 403, "api_key"), ({"api_key": READER}, 403, "api_key"),
    ({"service_code": ""}, 400, "service_code"), ({"service_code": "nope"}, 404, "service_code"),
    ({"lat": "", "long": ""}, 400, "location"), ({"lat": ""}, 400, "lat"),
    ({"lat": "NaN"}, 400, "lat"), ({"lat": "Infinity"}, 400, "lat"), ({"long": "1e400"}, 400, "long"),
    ({"lat": "90.1"}, 400, "lat"), ({"long": "1_0"}, 400, "long"), ({"long": "١١٨"}, 400, "long"),
    ({"description": "水" * 4001}, 400, "description"), ({"phone": "1" * 41}, 400, "phone"),
    ({"attribute[nope]": "1"}, 400, "attribute"),
    ({"service_code": "part-0101", "attribute[condition]": "999"}, 400, "condition"),
    ({"service_code": "part-0101", "attribute[part_id]": "a b"}, 400, "part_id"),
)  # fmt: skip


@pytest.mark.parametrize("form", ["json", "xml"])
@with_city
async def test_what_is_wrong_with_a_form(city: Served, form: str) -> None:
    for said, status, word in WRONG_FORMS:
        answer = await city.post(form, **{"service_code": "other", "description": "x", **SPOT, **said})
        assert answer.status_code == status, (said, answer.text)
        assert word in error_text(answer.content, form), said
        if form == "json":
            assert answer.json()[0]["code"] == str(status)
        else:
            assert ET.fromstring(answer.content).find("error/code").text == str(status)  # type: ignore[union-attr]
    assert await city.cases.numbers() == []


@with_city
async def test_all_that_is_wrong_is_told_at_once(city: Served) -> None:
    answer = await city.post(service_code="other", lat="north", long="", email="x" * 300)
    assert len(answer.json()) == 3


@with_city
async def test_4000_characters_are_characters(city: Served) -> None:
    assert await city.filed(description="水" * 4000)


QUESTIONS: tuple[tuple[dict[str, str], int], ...] = (
    ({"status": "open,gone"}, 400), ({"start_date": "soon"}, 400), ({"page": "0"}, 400), ({"page_size": "1001"}, 400),
    ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:01Z"}, 400),
    ({"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}, 400),
    ({"service_code": "nope"}, 404), ({"api_key": "wrong"}, 403),
    ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-01T00:00:00Z"}, 200),
    ({"start_date": "0001-01-01T00:00:00Z"}, 200), ({"end_date": "0001-01-01T00:00:00+08:00"}, 200),
    ({"start_date": "9999-12-31T23:59:59Z"}, 200),
)  # fmt: skip


@pytest.mark.parametrize("form", ["json", "xml"])
@with_city
async def test_what_is_wrong_with_a_question(city: Served, form: str) -> None:
    for params, status in QUESTIONS:
        answer = await city.get(f"requests.{form}", **params)
        assert answer.status_code == status, (params, answer.text)
        assert bool(error_text(answer.content, form)) is (status != 200)


@with_city
async def test_what_is_not_there(city: Served) -> None:
    for path in (
        "requests/1.json", "services/nope.xml", "tokens/1.json", "nothing.json", "requests.csv", "requests", "../messages.json", "services/%2e%2e.json", "requests/%00.xml", "requests/.json", "tokens/.json"
    ):  # fmt: skip
        answer = await city.get(path)
        assert answer.status_code == 404, path
        assert error_text(answer.content, "json" if path.endswith("json") else "xml")


@with_city
async def test_bodies_and_methods_that_are_none(city: Served) -> None:
    url = f"{BASE}requests.xml"
    for answer, status in (
        (await city.client.post(url, json={"a": 1}), 400), (await city.client.put(url, data={"api_key": KEY}), 400),
        (await city.client.post(f"{BASE}services.xml", data={"api_key": KEY}), 400),
        (await city.client.post(url, data={"description": "x" * 70_000}), 400),
        (await city.client.post(url, content=b"a=%ff", headers={"content-type": "application/x-www-form-urlencoded"}), 400),
        (await city.client.post(url, content=b"&" * 500, headers={"content-type": "application/x-www-form-urlencoded"}), 400),
    ):  # fmt: skip
        assert answer.status_code == status
        assert ET.fromstring(answer.content).tag == "errors"
    assert await city.cases.numbers() == []


@with_city
async def test_characters_that_xml_forbids_make_no_answer_unreadable(city: Served) -> None:
    number = await city.filed(description="水\x00\x08\x0b\x1f\ufffe管]]><b>&amp;")
    tree = ET.fromstring((await city.get(f"requests/{number}.xml", api_key=KEY)).content)
    assert tree.find("request/description").text == "水管]]><b>&amp;"  # type: ignore[union-attr]


# -- lists ----------------------------------------------------------------------------------------


@with_city
async def test_lists_are_empty_paged_and_by_ids(city: Served) -> None:
    assert (await city.get("requests.json")).json() == []
    assert ET.fromstring((await city.get("requests.xml")).content).tag == "service_requests"
    numbers = [await city.filed() for _ in range(5)]
    newest = numbers[::-1]
    assert [row["service_request_id"] for row in await city.rows("requests.json")] == newest
    pages = [await city.rows("requests.xml", page_size="2", page=str(page)) for page in (1, 2, 3, 4)]
    assert [row["service_request_id"] for page in pages for row in page] == newest
    wanted = f"{numbers[3]},{numbers[1]}, ,nope"
    assert {row["service_request_id"] for row in await city.rows("requests.json", service_request_id=wanted)} == {
        numbers[1], numbers[3],
    }  # fmt: skip
    assert PAGE_MOST == 1000


@with_city
async def test_lists_by_service_status_and_time(city: Served) -> None:
    old = await city.filed(service_code="event-0101")
    city.cases.clock.now = NOW + timedelta(days=2)
    new = await city.filed()

    async def found(**params: str) -> list[str]:
        return [row["service_request_id"] for row in await city.rows("requests.json", **params)]

    assert await found(service_code="event-0101") == [old]
    assert await found(service_code="other") == [new]
    assert await found(status="open,closed") == [new, old]
    assert await found(status="closed") == []
    assert await found(start_date="2026-11-30T00:00:00Z") == [new]
    assert await found(end_date="2026-11-30T08:00:00+08:00") == [old]
    city.cases.clock.now = NOW + timedelta(days=91)
    assert await found() == [new]


def test_open_and_closed() -> None:
    assert {status_of(state) for state in CLOSED} == {"closed"}
    assert status_of("accepted") == status_of("handling") == status_of("suspended") == "open"


# -- who ------------------------------------------------------------------------------------------


@with_city
async def test_nothing_of_a_citizen_is_told(city: Served) -> None:
    """Not even to who filed it: names and numbers; and to others no word or place."""
    mine = await city.filed(
        description="我家门口积水", first_name="晓岚", last_name="陈", phone="13800000001", email="chen@example.com",
        address_string="湖滨南路 12 号 501",
    )  # fmt: skip
    secret = ticket(1, person=Person("王小明", phones=("13900000002",)), place=Place(address_text="禾祥西路 3 号 402"))
    assert isinstance(await city.cases.driver.deliver(filing(secret)), Receipt)
    for key, words in (
        (KEY, ("晓岚", "13800000001", "chen@example", "王小明", "13900000002", "积水 1", "禾祥西路", "没过脚踝")),
        (READER, ("我家门口", "湖滨南路", "24.48", "没过脚踝", "晓岚")), (FILER, ("我家门口", "湖滨南路")),
        ("", ("我家门口", "湖滨南路", "24.48", "积水", "禾祥西路", "晓岚")),
    ):  # fmt: skip
        for form in ("json", "xml"):
            for path in (f"requests.{form}", f"requests/{mine}.{form}"):
                text = (await city.get(path, extensions="true", **({"api_key": key} if key else {}))).text
                assert mine in text
                assert not [word for word in words if word in text], (key, path)


async def test_keys_are_changed_without_a_gap(tmp_path: Path) -> None:
    async with served(tmp_path) as city:
        now = [0.0]
        accounts = Accounts(city.conf, ticks=lambda: now[0])
        assert accounts.of(KEY)
        (tmp_path / "georeport-app-former").write_text(KEY)
        (tmp_path / "georeport-app").write_text("n" * 32)
        now[0] += 2
        assert (accounts.of(KEY), accounts.of("n" * 32)) == (accounts.of("n" * 32),) * 2
        (tmp_path / "georeport-app-former").unlink()
        now[0] += 2
        assert accounts.of(KEY) is None
        (tmp_path / "georeport-app").write_text("short")
        now[0] += 2
        assert accounts.of("short") is accounts.of("") is None


async def test_a_jurisdiction_and_reading_with_a_key_alone(tmp_path: Path) -> None:
    async with served(tmp_path, jurisdiction="xm", public=False) as city:
        assert (await city.get("services.json")).status_code == 400
        assert (await city.get("services.json", jurisdiction_id="fz")).status_code == 404
        assert (await city.get("requests.json", jurisdiction_id="xm")).status_code == 403
        assert (await city.get("requests.json", jurisdiction_id="xm", api_key=FILER)).status_code == 403
        assert (await city.get("requests.json", jurisdiction_id="xm", api_key=READER)).status_code == 200
        assert (await city.get("discovery.xml")).status_code == 200


@with_city
async def test_who_asks_too_often_waits_and_keeps_nobody_else_out(city: Served) -> None:
    """Who says no key, or a wrong one, uses up the share of an address, and never that of all."""

    async def asked(address: str, **more: str) -> int:
        url = f"{BASE}discovery.json"
        return (await city.client.get(url, params=more, headers={"X-Real-IP": address})).status_code

    assert {await asked("192.0.2.1") for _ in range(PLACE_A_MINUTE + 5)} == {200, 429}
    assert await asked("192.0.2.1", api_key="guessed") == 429
    assert await asked("192.0.2.2") == 200
    for n in range(PLACE_A_MINUTE):
        await asked(f"2001:db8::{n:x}", api_key="guessed")  # one machine has them all
    assert await asked("2001:db8::ffff") == 429
    assert await asked("192.0.2.2") == 200
    assert await asked("192.0.2.1", api_key=KEY) == 200


@with_city
async def test_the_native_api_is_not_opened_by_it(city: Served) -> None:
    for path in ("/messages", "/cases", "/open311/../cases", "/health"):
        assert (await city.client.get(path, params={"api_key": KEY})).status_code in (401, 404)


@with_city
async def test_away_is_said_in_the_format_asked_for(city: Served) -> None:
    city.cases.database.away = "closed"
    for form in ("json", "xml"):
        answer = await city.get(f"requests.{form}")
        assert answer.status_code == 503
        assert "not now" in error_text(answer.content, form)


@with_city
async def test_our_own_driver_finds_its_cases_here(city: Served) -> None:
    """Client and server, written apart by the standard: once a key, and heard."""
    way = Way(url=f"{kit.URL}{BASE.rstrip('/')}", key=KEY, service="other", address="厦门市")
    driver = Open311(way, poll=0, settle=0, client=city.client)
    driver.store.born = datetime(2000, 1, 1, tzinfo=UTC)
    driver.store.clock = city.cases.clock
    given = [await driver.deliver(filing(ticket(n))) for n in (1, 2, 1)]
    assert isinstance(given[0], Receipt)
    assert given[0] == given[2] != given[1]
    assert len(await city.cases.numbers()) == 2

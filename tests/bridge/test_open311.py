"""The twelve habits of GeoReport servers in the wild, each against a real server that behaves so."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.case_state import CaseState
from bridge.case_store_messages import filing
from bridge.case_store_without_idempotency import key_in, signature
from bridge.drivers import Heard, Receipt, Rejected, Unreachable
from bridge.drivers.open311 import Open311, Way
from bridge.georeport import STATES, Unreadable, error_text, moment, rows, state_of
from bridge.http_answer import client_for
from bridge.ticket import Place, Subject, Ticket

from .georeport_city import KEY, Habits, city_with, placed, way
from .http_server import HttpServer, Reply, Request, serving
from .made import ticket

NEVER = 3600.0
"""No case appears so late within a test."""


@asynccontextmanager
async def driver(server: HttpServer, settle: float = 0.2, **more: Any) -> AsyncIterator[Open311]:
    made = Open311(way(server, **more), poll=0, settle=settle)
    made.store.whole = 0.0
    made.store.born = datetime(2000, 1, 1, tzinfo=UTC)
    try:
        yield made
    finally:
        await made.close()


async def delivered(one: Open311, what: Ticket) -> Receipt:
    async with asyncio.timeout(20):
        while not isinstance(answer := await one.deliver(filing(what)), Receipt):
            assert isinstance(answer, Unreachable), answer
            await asyncio.sleep(0.02)
    return answer


async def heard(one: Open311, mark: str = "") -> Heard:
    answer = await one.hear(mark, 1000)
    assert isinstance(answer, Heard), answer
    return answer


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("wrapped", [False, True])
async def test_one_row_comes_as_an_object(form: str, wrapped: bool) -> None:
    """1: not as a list of one, in JSON and in XML."""
    async with (
        city_with(Habits(single_as_object=True, wrapped=wrapped)) as (city, server),
        driver(server, form=form) as one,
    ):
        given = await delivered(one, placed(ticket(1)))
        assert [event.case_number for event in (await heard(one)).events] == [given.case_number]
        assert city.keys() == [ticket(1).key]


async def test_discovery_with_one_endpoint_as_an_object() -> None:
    """1: and the productive v2 endpoint is chosen among others, with its formats."""
    async with city_with() as (city, server), driver(server, url=f"{server.url}/discovery.json") as one:
        await delivered(one, placed(ticket(1)))
        assert city.keys() == [ticket(1).key]
        assert {request.path.rpartition(".")[2] for request in city.gets if "requests" in request.path} == {"xml"}


async def test_rows_that_lack_things_and_odd_dates() -> None:
    """2: no id, no degrees, no dates, changed before it was made: none of them stops the others."""
    async with city_with(Habits(broken_dates=True)) as (city, server), driver(server) as one:
        given = await delivered(one, placed(ticket(1)))
        city.add(f"x\n{signature('other/1')}", city.now, service_request_id=None)
        city.add(f"x\n{signature('other/2')}", city.now, service_request_id="")
        (event,) = (await heard(one)).events
        assert (event.key, event.case_number) == (ticket(1).key, given.case_number)
        assert abs((event.at - datetime.now(UTC)).total_seconds()) < 3600  # not of 2001


async def test_a_zone_that_is_refused_is_left_out_and_remembered() -> None:
    """3: whole seconds with Z first; without a zone once; from then on so."""
    async with city_with(Habits(refuses_zone=True)) as (city, server), driver(server) as one:
        await delivered(one, placed(ticket(1)))
        await heard(one)
        zoned = [request.query["start_date"].endswith("Z") for request in city.gets]
        assert zoned[0]
        assert sum(zoned) <= 2  # once in each format
        assert not zoned[-1]
        assert all("." not in request.query["start_date"] for request in city.gets)


@pytest.mark.parametrize(("cap", "pages", "same_second"), [(50, False, False), (200, False, False), (50, True, True)])
async def test_lists_are_cut_without_a_word(cap: int, pages: bool, same_second: bool) -> None:
    """4: the window is made smaller until fewer come; where that is not enough, by pages."""
    async with city_with(Habits(cap=cap, pages=pages)) as (city, server), driver(server) as one:
        now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        keys = [f"call-{n}/1" for n in range(430)]
        for n, key in enumerate(keys):
            city.add(f"积水\n{signature(key)}", now - (timedelta() if same_second else timedelta(minutes=7 * n)))
        assert {event.key for event in (await heard(one)).events} == set(keys)
        assert isinstance(await one.find(keys[400]), Receipt)


async def test_a_page_with_status_200_is_unknown_and_not_a_success() -> None:
    """5: it may have been made; it is looked for before it is said again, and stands once."""
    async with city_with(Habits(html_answers=1)) as (city, server), driver(server, settle=NEVER) as one:
        answer = await one.deliver(filing(placed(ticket(1))))
        assert isinstance(answer, Unreachable)
        await delivered(one, placed(ticket(1)))
        assert len(city.posts) == 1


@pytest.mark.parametrize("shape", ["list", "object", "text", "wrapped"])
async def test_errors_in_every_shape(shape: str) -> None:
    """5: a list, one object, a text, something round it: always the server's words, and a refusal."""
    async with city_with(Habits(error_as=shape)) as (city, server), driver(server) as one:
        answer = await one.deliver(filing(replace(placed(ticket(1)), kind="refused")))
        assert isinstance(answer, Rejected)
        assert "no such service_code" in answer.reason
        assert city.rows == []


async def test_an_error_page_is_no_refusal() -> None:
    """5: HTML for 400 and 5xx comes from a machine in between, which has read nothing."""

    async def page(request: Request) -> Reply:
        if request.method == "GET":
            return Reply(200, "[]")
        return Reply(400, "<html><body>Bad request by 湖滨</body></html>", "text/html")

    async with serving(page) as server, driver(server) as one:
        answer = await one.deliver(filing(placed(ticket(1))))
        assert isinstance(answer, Unreachable)
        assert "湖滨" not in answer.reason


async def test_a_token_instead_of_a_number() -> None:
    """6: the number comes minutes later, a change of state before it; no second POST."""
    async with (
        city_with(Habits(tokens=True, token_for=5, visible_after=NEVER)) as (city, server),
        driver(server) as one,
    ):
        first = await one.deliver(filing(placed(ticket(1))))
        assert isinstance(first, Unreachable)
        assert not first.silent
        given = await delivered(one, placed(ticket(1)))
        assert given.case_number == city.rows[0]["service_request_id"]
        assert len(city.posts) == 1


async def test_a_case_that_becomes_visible_late_is_waited_for() -> None:
    """6 and finding 5: the answer was lost and the list does not show it yet: nothing is said a second time."""
    async with city_with(Habits(visible_after=0.5)) as (city, server), driver(server, settle=NEVER) as one:
        city.losing = 1
        assert isinstance(await one.deliver(filing(placed(ticket(1)))), Unreachable)
        assert isinstance(await one.deliver(filing(placed(ticket(1)))), Unreachable)
        await delivered(one, placed(ticket(1)))
        assert len(city.posts) == 1


async def test_after_a_start_what_the_daemon_before_may_have_sent_is_waited_for() -> None:
    async with city_with() as (city, server), driver(server, settle=NEVER) as one:
        one.store.born = datetime.now(UTC)
        old, new = placed(ticket(1)), placed(ticket(2, at=datetime.now(UTC) + timedelta(seconds=1)))
        answer = await one.deliver(filing(old))
        assert isinstance(answer, Unreachable)
        assert not answer.silent
        await delivered(one, new)
        assert city.keys() == [new.key]


async def test_numbers_for_texts_and_empty_for_nothing() -> None:
    """7: ids and codes as numbers, degrees as texts, "" for null."""
    async with city_with(Habits(loose_types=True)) as (_city, server), driver(server) as one:
        given = await delivered(one, placed(ticket(1)))
        (event,) = (await heard(one)).events
        assert event.case_number == given.case_number == "4000"


async def test_codes_and_tokens_are_quoted_in_paths() -> None:
    """7: they begin with _ or contain blanks, slashes, question marks."""
    asked: list[str] = []

    async def answers(request: Request) -> Reply:
        if request.method == "POST":
            assert request.form["service_code"] == "_a b/ä"
            return Reply(200, '[{"token": "t/1 ?x"}]')
        if "tokens" in request.path:
            asked.append(request.raw_path)
            return Reply(200, '{"service_request_id": 7, "token": "t/1 ?x"}')
        return Reply(200, "[]")

    async with serving(answers) as server, driver(server, service="_a b/ä") as one:
        assert (await delivered(one, placed(ticket(1)))).case_number == "7"
        assert asked == ["/v2/tokens/t%2F1%20%3Fx.json"]


async def test_an_email_is_sent_where_one_is_demanded_and_nothing_empty_ever() -> None:
    """8."""
    async with city_with(Habits(wants_email=True)) as (city, server):
        async with driver(server) as one:
            assert isinstance(await one.deliver(filing(placed(ticket(1)))), Rejected)
        async with driver(server, email="12319@city.example") as one:
            await delivered(one, placed(ticket(2)))
        assert all("" not in said.values() for said in city.posts)
        assert all("jurisdiction_id" not in said for said in city.posts)


async def test_broken_json_falls_back_to_xml_and_remembers() -> None:
    """9."""
    async with city_with(Habits(broken_json=True)) as (city, server), driver(server) as one:
        await delivered(one, placed(ticket(1)))
        await heard(one)
        assert [request.path.rpartition(".")[2] for request in city.gets][:2] == ["json", "xml"]
        assert {request.path.rpartition(".")[2] for request in city.gets[1:]} == {"xml"}
        assert city.keys() == [ticket(1).key]


async def test_extended_states_are_read_and_their_word_kept() -> None:
    """10: and a word nobody foresaw moves nothing."""
    async with city_with() as (city, server), driver(server) as one:
        await delivered(one, placed(ticket(1)))
        mark = (await heard(one)).mark
        for word, state in (
            ("IN_PROGRESS", CaseState.HANDLING), ("FIXED", CaseState.HANDLED), ("Fixed - Council", CaseState.HANDLED),
            ("DUPLICATE", CaseState.CHECKED), ("NO_FURTHER_ACTION", CaseState.CHECKED),
            ("INTERNAL_REFERRAL", CaseState.CHECKED), ("closed", CaseState.CHECKED), ("quux", CaseState.FILED),
        ):  # fmt: skip
            city.move(ticket(1).key, word)
            told = await heard(one, mark)
            mark = told.mark
            assert [(event.word, event.state) for event in told.events] == [(word, state)]


async def test_a_moved_endpoint_is_followed_on_its_own_host_alone() -> None:
    """11: a key goes to no other host."""
    async with city_with(Habits(moved_from="/old")) as (city, server):
        async with driver(server, url=f"{server.url}/old") as one:
            await delivered(one, placed(ticket(1)))
            assert len(city.posts) == 1

        async def elsewhere(request: Request) -> Reply:
            return Reply(301, "", headers={"location": f"http://localhost:{server.port}/v2/requests.json"})

        before = len(city.gets)
        async with serving(elsewhere) as other, driver(other) as one:
            answer = await one.deliver(filing(placed(ticket(2))))
            assert isinstance(answer, Unreachable)
            assert "localhost" in answer.reason
            assert KEY not in answer.reason
        assert len(city.gets) == before


async def test_a_key_to_read_is_sent_and_never_told() -> None:
    """11."""
    async with city_with(Habits(wants_key_to_read=True)) as (_city, server):
        async with driver(server) as one:
            await delivered(one, placed(ticket(1)))
        async with driver(server, key="a-wrong-key-0123456789") as one:
            answer = await one.deliver(filing(placed(ticket(2))))
            assert isinstance(answer, Unreachable)
            assert "a-wrong-key" not in answer.reason


def test_certificates_of_the_operators_are_believed_beside_the_machines(tmp_path: Any) -> None:
    """11: an intermediate one that the server leaves out."""
    (tmp_path / "none.pem").write_text("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
    with pytest.raises(ssl.SSLError):
        client_for(5.0, tmp_path / "none.pem")


async def test_a_slow_post_is_perhaps_made() -> None:
    """11: time-out after it was taken: looked for, not said again."""
    async with city_with() as (city, server):
        gate = asyncio.Event()
        plain = city.answers

        async def slow(request: Request) -> Reply | None:
            reply = await plain(request)
            if request.method == "POST":
                await gate.wait()
            return reply

        server.answers = slow
        async with driver(server, settle=NEVER, seconds=0.3) as one:
            answer = await one.deliver(filing(placed(ticket(1))))
            assert isinstance(answer, Unreachable)
            gate.set()
            await delivered(one, placed(ticket(1)))
        assert len(city.posts) == 1


async def test_others_cases_are_never_ours() -> None:
    """12: matched by our own id as the last line, not by text, nor by an id that somebody says in between."""
    async with city_with() as (city, server), driver(server) as one:
        now = datetime.now(UTC)
        city.add("路口积水没过脚踝，行人无法通行。", now)
        city.add(f"请看 {signature(ticket(1).key)} 的情况", now)
        city.add(f"{signature(ticket(1).key)}\n又来了", now)
        assert await one.find(ticket(1).key) is None
        assert (await heard(one)).events == ()
        given = await delivered(one, placed(ticket(1)))
        assert given.case_number == city.rows[-1]["service_request_id"]


async def test_what_is_said_of_a_ticket() -> None:
    """Degrees in WGS-84, 6 places; no markup; no name, no number; at most 4,000 characters, the key whole at the end."""
    place = Place(address_text="湖滨南路 12 号", lng=118.09, lat=24.48, crs="GCJ02")
    one = replace(
        ticket(1), place=place, content="<b>水</b>" * 2000, subject=Subject("s", "1", "0506", "event"),
    )  # fmt: skip
    async with city_with() as (city, server), driver(server, services={"event:0506": "001"}, service="nope") as way_:
        await delivered(way_, one)
    (said,) = city.posts
    assert len(said["description"]) <= 4000
    assert key_in(said["description"]) == one.key
    assert "<" not in said["description"]
    assert abs(float(said["long"]) - 118.085) < 0.002  # 500 m west of where GCJ-02 has it
    assert set(said) == {"api_key", "service_code", "description", "address_string", "lat", "long"}


def test_what_no_rows_can_be_read_from() -> None:
    for body in (b"", b"<html><p>x</p>", b"{", b'{"a": 1}', b'"text"', b"\xff\xfe"):
        with pytest.raises(Unreadable):
            rows(body, "json")
    for body in (b"", b"<a", b'<!DOCTYPE x [<!ENTITY a "b">]><requests>&a;</requests>', b"[]"):
        with pytest.raises(Unreadable):
            rows(body, "xml")
    assert rows(b"[]", "json") == rows(b"<service_requests/>", "xml") == []
    assert error_text(b"<html>secret</html>", "json") == ""


def test_moments_and_words() -> None:
    assert moment("2026-10-01T12:00:00", ZoneInfo("Asia/Shanghai")) == datetime(2026, 10, 1, 4, tzinfo=UTC)
    assert moment("2026-10-01 04:00:00Z", UTC) == datetime(2026, 10, 1, 4, tzinfo=UTC)
    assert moment("", UTC) is moment("soon", UTC) is None
    assert all(state_of(word.upper()) is state for word, state in STATES.items())
    assert key_in(signature("a b/工单 1%")) == "a b/工单 1%"


def test_the_way_is_not_shown_with_its_key() -> None:
    assert "k" * 20 not in repr(Way(url="https://x", key="k" * 20))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_xml_with_a_document_type_is_refused_in_every_encoding(encoding: str) -> None:
    """Wherever it stands: entities are never resolved."""
    text = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "expanded">]><requests><request><status>&x;</status></request></requests>'
    with pytest.raises(Unreadable):
        rows(text.encode(encoding), "xml")
    with pytest.raises(Unreadable):
        rows(f"<!--{'x' * 3000}--><!DOCTYPE a><requests/>".encode(encoding), "xml")

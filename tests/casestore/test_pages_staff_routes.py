"""A case by the staff's pages, from acceptance to evaluation; what a unit may not see; photos that arrive."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx

from bridge.case_store_messages import filing
from bridge.drivers import Receipt
from bridge.ticket import Limit, Person, Place, Subject
from casestore.case_photos import MOST_BYTES
from casestore.pages.guard import COOKIE, PHOTOS_AT_ONCE
from casestore.pages.guard import MOST_BYTES as SMALL
from tests.accounts.test_file_scanner import Clamd, listening
from tests.bridge.made import NOON, ticket
from tests.casestore.kit import Cases, cases_at
from tests.casestore.staff_kit import OTHER_UNIT, UNIT, Browser, browser, make_account, make_staff

LIMIT = {"value": 5, "unit": "work_day"}
NAME, PHONE = "林某某", "13812345678"
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 100


async def filed(cases: Cases, n: int = 1, **fields: Any) -> str:
    person = Person(name=NAME, phones=(PHONE,), address="湖滨南路 1 号")
    subject, place = (
        Subject("gb-2021", "1", "0406", "event"),
        Place(address_text="湖滨南路", area=("厦门市", "思明区", "梧村街道")),
    )
    given: dict[str, Any] = {"person": person, "subject": subject, "place": place, "handle_limit": Limit(5, "work_day")}
    made = await cases.driver.deliver(filing(ticket(n, **given | fields)))
    assert isinstance(made, Receipt)
    return made.case_number


async def all_in(cases: Cases, stack: AsyncExitStack, *accounts: str) -> list[Browser]:
    return [await stack.enter_async_context(browser(cases, account)) for account in accounts]


async def put_photo(page: Browser, number: str, body: bytes = JPEG, sha256: str = "") -> Any:
    headers = {"X-Sha256": sha256, "Content-Type": "image/jpeg"}
    return await page.client.put(f"/pages/api/cases/{number}/photos", content=body, headers=headers)


async def dispatched(cases: Cases, accepter: Browser, dispatcher: Browser, number: str) -> None:
    if (await accepter.ask("GET", f"/cases/{number}")).json()["state"] == "reported":
        assert (await accepter.do(number, "accept")).status_code == 200
    assert (await dispatcher.do(number, "dispatch", unit=UNIT)).status_code == 200


async def test_a_case_from_acceptance_to_evaluation(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases, AsyncExitStack() as stack:
        await make_staff(cases)
        accepter, dispatcher, office, worker, judge = await all_in(
            cases, stack, "accepter", "dispatcher", "unit_office", "unit_worker", "judge"
        )
        number = await filed(cases)
        await dispatched(cases, accepter, dispatcher, number)
        workers = (await office.ask("GET", "/workers")).json()["workers"]
        assert [one["account"] for one in workers] == ["unit_worker"]
        assert (await office.do(number, "assign", worker="unit_worker")).status_code == 200
        assert [one["number"] for one in (await worker.ask("GET", "/work")).json()["items"]] == [number]
        photo = (await put_photo(worker, number)).json()
        told = await worker.do(number, "report", opinion="已清理", evidence=[photo["sha256"]])
        assert told.status_code == 200, told.text
        assert (await office.do(number, "finish", opinion="已处置完毕")).status_code == 200
        assert (await dispatcher.do(number, "confirm")).status_code == 200
        reply = {"id": "r1", "stream": "s", "kind": "reply", "key": "r1",
                 "payload": {"answer": "solved", "satisfied": 5, "text": "", "at": NOON.isoformat(), "by": "1001"}}  # fmt: skip
        whole = await cases.store.whole(number, NOON)
        assert whole is not None
        heard = await cases.client.post("/messages", json=reply | {"stream": whole.key}, headers=cases.headers)
        assert heard.status_code == 200, heard.text
        assert (await accepter.do(number, "close", condition="积水已排除")).status_code == 200
        assert (await judge.do(number, "evaluate", score=5)).status_code == 200
        seen = (await judge.ask("GET", f"/cases/{number}")).json()
        assert (seen["state"], seen["score"], seen["closing_condition"]) == ("evaluated", 5, "积水已排除")
        assert [one["sha256"] for one in seen["photos"]] == [photo["sha256"]]
        page = await cases.client.post("/pages/progress", data={"number": number, "code": whole.query_code})
        assert page.text.count("<time ") == 7


async def test_no_page_shows_a_citizens_person(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases, AsyncExitStack() as stack:
        await make_staff(cases)
        accepter, dispatcher, office, judge, checker = await all_in(
            cases, stack, "accepter", "dispatcher", "unit_office", "judge", "checker"
        )
        number = await filed(cases)
        whole = await cases.store.whole(number, NOON)
        await dispatched(cases, accepter, dispatcher, number)
        assert whole is not None
        for page in (accepter, dispatcher, office, judge, checker):
            for path in ("/work", f"/cases/{number}"):
                text = (await page.ask("GET", path)).text
                assert not [
                    secret for secret in (NAME, PHONE, "湖滨南路 1 号", whole.query_code, whole.key) if secret in text
                ]


async def test_a_helping_unit_reads_the_case_and_moves_nothing(tmp_path: Path) -> None:
    """协办: in its office's list and page with what is asked for and the pictures, without a command; another unit's is none, as before."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases, AsyncExitStack() as stack:
        await make_staff(cases)
        accepter, dispatcher, office, elsewhere = await all_in(
            cases, stack, "accepter", "dispatcher", "unit_office", "elsewhere"
        )
        theirs = (await elsewhere.ask("GET", "/session")).json()["unit"]
        alone, together, named = (
            await filed(cases),
            await filed(cases, 2),
            await filed(cases, 3, units_helping=(theirs,)),
        )
        for number, more in ((alone, {}), (together, {"units_helping": [theirs]}), (named, {})):
            await accepter.do(number, "accept")
            assert (await dispatcher.do(number, "dispatch", unit=UNIT, limit=LIMIT, **more)).status_code == 200
        listed = (await elsewhere.ask("GET", "/work")).json()["items"]
        assert [(one["number"], one["unit"], one["commands"]) for one in listed] == [
            (one, UNIT, []) for one in (together, named)
        ]
        page = (await elsewhere.ask("GET", f"/cases/{together}")).json()
        assert (page["units_helping"], page["commands"], page["unit"]) == ([theirs], [], UNIT)
        assert (await elsewhere.ask("GET", f"/cases/{alone}")).status_code == 404
        body = {"command": "finish", "turn": page["turn"], "key": "k", "opinion": "x"}
        assert (await elsewhere.ask("POST", f"/cases/{together}/commands", body)).status_code == 404
        assert (await put_photo(elsewhere, together)).status_code == 404
        sha = (await put_photo(office, together)).json()["sha256"]
        assert (await elsewhere.ask("GET", f"/cases/{together}/photos/{sha}")).status_code == 200


async def test_a_unit_sees_its_own_cases_alone(tmp_path: Path) -> None:
    """Another's is as if there were none, for reading, commands, photos; role, name and unit cannot be said."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases, AsyncExitStack() as stack:
        await make_staff(cases)
        accepter, dispatcher, office, worker, elsewhere = await all_in(
            cases, stack, "accepter", "dispatcher", "unit_office", "unit_worker", "elsewhere"
        )
        number = await filed(cases)
        await dispatched(cases, accepter, dispatcher, number)
        body = {"command": "finish", "turn": 3, "key": "k", "opinion": "x"}
        for page in (elsewhere, worker):  # it is assigned to nobody yet
            told = [
                await page.ask("GET", f"/cases/{number}"), await page.ask("POST", f"/cases/{number}/commands", body),
                await put_photo(page, number), await page.ask("GET", f"/cases/{number}/photos/{'0' * 64}"),
            ]  # fmt: skip
            assert [one.status_code for one in told] == [404] * 4
            assert (await page.ask("GET", "/work")).json()["items"] == []
        for name in ("role", "by", "own_unit"):
            lie = await elsewhere.ask("POST", f"/cases/{number}/commands", body | {name: "judge"})
            assert lie.status_code == 422  # a body is read before any case is looked for: nothing is told of one
            lie = await office.ask("POST", f"/cases/{number}/commands", body | {name: "judge"})
            assert (lie.status_code, lie.json()["fields"][0]["field"]) == (422, name)
        mine = await office.do(number, "dispatch", unit=UNIT)  # the table, not the page, says no
        assert mine.status_code == 409


async def test_a_command_said_again_is_answered_also_when_the_case_is_gone(tmp_path: Path) -> None:
    """The first answer was lost on the way, and the worker sees the case no more; nobody else is told of it."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases, AsyncExitStack() as stack:
        await make_staff(cases)
        accepter, dispatcher, office, worker, elsewhere = await all_in(
            cases, stack, "accepter", "dispatcher", "unit_office", "unit_worker", "elsewhere"
        )
        number = await filed(cases)
        await dispatched(cases, accepter, dispatcher, number)
        assert (await office.do(number, "assign", worker="unit_worker")).status_code == 200
        turn = (await worker.ask("GET", f"/cases/{number}")).json()["turn"]
        said = {"command": "return", "turn": turn, "key": "k1", "reason": "不在现场"}
        first, again = [await worker.ask("POST", f"/cases/{number}/commands", said) for _ in range(2)]
        assert (first.status_code, again.status_code) == (200, 200)
        assert again.json() == first.json() | {"new": False}
        other = await worker.ask("POST", f"/cases/{number}/commands", said | {"reason": "别的"})
        stranger = await elsewhere.ask("POST", f"/cases/{number}/commands", said)
        assert (other.status_code, stranger.status_code) == (404, 404)
        assert (await worker.ask("GET", f"/cases/{number}")).status_code == 404


async def test_a_case_is_assigned_to_a_worker_of_the_unit_alone(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases, AsyncExitStack() as stack:
        await make_staff(cases)
        await make_account(cases, "gone", "unit_worker", UNIT, locked=True)
        await make_account(cases, "others", "unit_worker", OTHER_UNIT)
        accepter, dispatcher, office = await all_in(cases, stack, "accepter", "dispatcher", "unit_office")
        number = await filed(cases)
        await dispatched(cases, accepter, dispatcher, number)
        for name in ("nobody", "gone", "others", "unit_office"):
            told = await office.do(number, "assign", worker=name)
            assert (told.status_code, told.json()["fields"][0]["field"]) == (422, "worker"), name
        assert (await office.do(number, "assign", worker="unit_worker")).status_code == 200
        assert [one["number"] for one in (await office.ask("GET", "/work")).json()["items"]] == [number]


async def test_who_is_not_signed_in_sends_no_picture(tmp_path: Path) -> None:
    """No more is read of them than of anybody."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases, browser(cases) as page:
        large = await put_photo(page, "1", b"x" * (SMALL + 1))
        small = await put_photo(page, "1", b"x" * SMALL)
    assert (large.status_code, small.status_code) == (413, 401)


async def test_nobody_fills_the_memory_with_photos(tmp_path: Path) -> None:
    """A cookie is a word that anybody can say: without a session no more is read than of anybody; with one, so many photos at once."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases, AsyncExitStack() as stack:
        await make_staff(cases)
        accepter, dispatcher, office = await all_in(cases, stack, "accepter", "dispatcher", "unit_office")
        number = await filed(cases)
        await dispatched(cases, accepter, dispatcher, number)
        path, go, begun = f"/pages/api/cases/{number}/photos", asyncio.Event(), []

        async def slow() -> AsyncIterator[bytes]:
            begun.append(1)
            yield JPEG[:9]
            await go.wait()
            yield JPEG[9:]

        made_up = {**office.client.headers, "Cookie": f"{COOKIE}=made-up", "Content-Type": "image/jpeg"}
        async with httpx.AsyncClient(transport=office.client._transport, base_url=office.client.base_url) as stranger:
            large = await stranger.put(path, content=JPEG + b"x" * (1 << 20), headers=made_up)
        assert large.status_code == 413
        held = [asyncio.create_task(office.client.put(path, content=slow())) for _n in range(PHOTOS_AT_ONCE)]
        while len(begun) < PHOTOS_AT_ONCE:
            await asyncio.sleep(0.01)
        assert (await put_photo(office, number)).status_code == 429
        assert (await put_photo(dispatcher, number)).status_code != 429, "another person's are their own"
        go.set()
        assert {one.status_code for one in await asyncio.gather(*held)} == {200}
        assert (await put_photo(office, number)).status_code == 200


async def test_photos_arrive_whole_or_are_not_named(tmp_path: Path) -> None:
    """Once under its hash however often it is sent; damaged, foreign and missing ones are refused."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases, AsyncExitStack() as stack:
        await make_staff(cases)
        accepter, dispatcher, office = await all_in(cases, stack, "accepter", "dispatcher", "unit_office")
        number, other = await filed(cases), await filed(cases, 2)
        await dispatched(cases, accepter, dispatcher, number)
        await dispatched(cases, accepter, dispatcher, other)
        sha256 = hashlib.sha256(JPEG).hexdigest()
        first, again = await put_photo(office, number, sha256=sha256), await put_photo(office, number, sha256=sha256)
        assert first.json() == again.json()
        assert (first.json()["sha256"], first.json()["size"], first.json()["by"]) == (sha256, len(JPEG), "unit_office")
        damaged = await put_photo(office, number, JPEG[:-1], sha256)
        text = await put_photo(office, number, b"<svg onload=alert(1)>")
        large = await put_photo(office, number, JPEG + b"x" * MOST_BYTES)
        assert [one.status_code for one in (damaged, text, large)] == [422, 422, 413]
        shown = await office.ask("GET", f"/cases/{number}/photos/{sha256}")
        assert (shown.content, shown.headers["content-type"], shown.headers["x-content-type-options"]) == (
            JPEG,
            "image/jpeg",
            "nosniff",
        )
        assert len((await office.ask("GET", f"/cases/{number}")).json()["photos"]) == 1
        stranger = await office.do(other, "finish", opinion="x", evidence=[sha256])  # another case's photo
        assert (stranger.status_code, stranger.json()["fields"][0]["field"]) == (422, "evidence")
        assert (await office.do(number, "finish", opinion="x", evidence=[sha256])).status_code == 200


async def test_a_photo_is_looked_at_before_it_is_kept(tmp_path: Path) -> None:
    """Refused by what the site's scanner calls it; while that is away none is taken."""
    virus = JPEG[:8] + b"EICAR" + JPEG[8:]
    async with (
        listening(Clamd()) as address,
        cases_at(tmp_path / "casestore.db", NOON, scanner=address) as cases,
        AsyncExitStack() as stack,
    ):
        await make_staff(cases)
        accepter, dispatcher, office = await all_in(cases, stack, "accepter", "dispatcher", "unit_office")
        number = await filed(cases)
        await dispatched(cases, accepter, dispatcher, number)
        bad = await put_photo(office, number, virus)
        assert (bad.status_code, "Eicar-Signature" in bad.json()["message"]) == (422, True)
        assert (await put_photo(office, number)).status_code == 200
        assert len((await office.ask("GET", f"/cases/{number}")).json()["photos"]) == 1
    async with cases_at(tmp_path / "casestore.db", NOON, scanner=address) as cases, AsyncExitStack() as stack:
        (office,) = await all_in(cases, stack, "unit_office")
        assert (await put_photo(office, number, JPEG[:8] + b"2" + JPEG[8:])).status_code == 503


async def test_suggested_units_have_reasons(tmp_path: Path) -> None:
    """The seat's word first; then who dealt with the like at least twice; of an unknown kind nobody."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases, AsyncExitStack() as stack:
        await make_staff(cases)
        accepter, dispatcher, office = await all_in(cases, stack, "accepter", "dispatcher", "unit_office")
        for n in range(1, 4):
            number = await filed(cases, n)
            hints = (await dispatcher.ask("GET", f"/cases/{number}/units")).json()["units"]
            assert [one["unit"] for one in hints] == ([UNIT] if n == 3 else []), n
            await dispatched(cases, accepter, dispatcher, number)
            assert (await office.do(number, "finish", opinion="完")).status_code == 200
        assert (hints[0]["confidence"], "2" in hints[0]["reason"], "思明区 梧村街道" in hints[0]["reason"]) == (
            "low",
            True,
            True,
        )
        said = await filed(cases, 4, unit_suggested="市政园林局", subject=None)
        (hint,) = (await dispatcher.ask("GET", f"/cases/{said}/units")).json()["units"]
        assert (hint["unit"], hint["confidence"]) == ("市政园林局", "middle")

"""The ticket centre at the web door: searched, read and said more of, each by who may, once a key; files by what they hold."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from csv import reader as rows
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from accounts.file_scanner import FileScanner
from agents.callbacks import Kind, State
from bridge.case_state import CaseState
from bridge.case_store_messages import MessageKind
from bridge.delivery_state import DeliveryState
from bridge.ports import Push, Version
from bridge.ticket import CallFacts, Limit, Person, Promise, Ticket
from bridge.ticket_acts import Unfit, unfit
from console.files_sent import FilesSent
from console.guard import FILES_AT_ONCE
from console.routes.ticket_acts import _UNFIT
from console.routes.ticket_search import LOOKUPS_A_MINUTE
from console.services import READINGS_AT_ONCE
from cti.ids import CallId
from ledger.callers import Story
from ledger.mass_events import MassEvent
from tests.accounts.test_file_scanner import Clamd, listening
from tests.bridge.made import ticket
from tests.fakes.books import task
from tests.fakes.hotline import CALL, NOON, Call, FakeHotline, door, services
from tests.fakes.people import browser, populate, signed_in
from tests.fakes.said import said

KEY = {"Idempotency-Key": "k-0000001"}
OWN = ticket(1, facts=CallFacts(CALL, ani="13800000001"), key=f"{CALL}/1")
BY = datetime(2027, 1, 5, 1, 0, tzinfo=UTC)
MAY_MOVE = Promise(BY, BY, provisional=True, limit=Limit(9, "work_day"), condition="", basis="catalogue")
OTHERS = ticket(7, promise=MAY_MOVE, agent="1003", title="路灯不亮", facts=CallFacts(CallId("xm1-7.7")))


def standing(one: Ticket, number: str, state: CaseState = CaseState.HANDLING) -> Push:
    return Push(
        one, DeliveryState.DELIVERED, 1, 0, NOON, True, case_number=number, query_code="Q", case_state=state,
        case_since=NOON, case_unit="市政园林局",
    )  # fmt: skip


def town() -> FakeHotline:
    """1001's own ticket, brought by the call in hand; another's, of the same citizen."""
    fake = populate(FakeHotline())
    fake.now = NOON
    fake.known = {
        CALL: Call(CALL),
        CallId("xm1-7.7"): Call(CallId("xm1-7.7"), agent="1003", ended_at=NOON, outcome="ticket"),
    }
    fake.book.put(standing(OWN, "C1"))
    fake.book.put(standing(OTHERS, "C7"))
    fake.shelf.callers.told = Story([], [standing(OTHERS, "C7")], 1, 1, False)
    return fake


def at(fake: FakeHotline, account: str = "1001", seat: str = "8001") -> httpx.AsyncClient:
    return browser(door(services(fake)), signed_in(fake, account, seat))


async def act(
    client: httpx.AsyncClient, what: str, body: Any, one: Ticket = OWN, key: str = "k-0000001"
) -> httpx.Response:
    return await client.post(f"/api/tickets/{one.id}/{what}", json=body, headers={"Idempotency-Key": key})


async def test_an_agent_finds_their_own_and_a_supervisor_all() -> None:
    """Whatever agent they ask for; by number as often as people type one, audited; an auditor by none."""
    fake = town()
    async with at(fake) as anna, at(fake, "2001", "") as chief, at(fake, "audit", "") as auditor:
        mine = (await anna.get("/api/tickets/search", params={"agent": "1003"})).json()
        assert [one["case_number"] for one in mine["tickets"]] == ["C1"]
        assert (await anna.get("/api/tickets/search", headers=said(caller="138 0000 0001"))).status_code == 200
        assert fake.search.wanted[-1].number == "138 0000 0001"
        assert not fake.search.wanted[-1].confidential
        every = (await chief.get("/api/tickets/search")).json()
        assert {one["case_number"] for one in every["tickets"]} == {"C1", "C7"}
        assert fake.search.wanted[-1].confidential
        assert (await auditor.get("/api/tickets/search", headers=said(caller="13800000001"))).status_code == 403
        assert (await chief.get("/api/tickets/search", params={"state": "lost"})).status_code == 422
        csv = await chief.get("/api/tickets/search/csv", headers=said(q="积水 13800000001"))
        assert "words=积水 138****0001" in fake.log.entries[-1].detail, "operators read it"
        csv = await chief.get("/api/tickets/search/csv", headers=said(q="积水"))
        heads, *lines = list(rows(csv.text.removeprefix("\ufeff").splitlines()))
        (line,) = [line for line in lines if "C7" in line]
        assert (line[heads.index("承诺办结")][:10], line[heads.index("暂定")]) == ("2027-01-05", "是")
    assert "own_tickets_searched" in fake.log.actions
    assert "tickets_exported" in fake.log.actions


async def test_said_later_is_one_message_a_key_in_order() -> None:
    """Supplement, urging and withdrawal behind the filing, who said it and when with each; the same key is the same."""
    fake = town()
    async with at(fake) as anna:
        assert (await act(anna, "supplement", {"text": "路灯也坏了"})).status_code == 200
        assert (await act(anna, "supplement", {"text": "路灯也坏了"})).status_code == 200
        assert (await act(anna, "urge", {})).status_code == 200
        assert (await act(anna, "withdraw", {"reason": "已经修好"})).status_code == 200
        story = (await anna.get(f"/api/tickets/{OWN.id}/story")).json()
    kinds = [(one["kind"], one["by"], one["text"]) for one in story["said"]]
    assert kinds[0][0] == "file"
    assert sorted(kinds[1:]) == [
        ("supplement", "1001", "路灯也坏了"),
        ("urge", "1001", ""),
        ("withdraw", "1001", "已经修好"),
    ]
    assert story["progress"]["urged"] == 1
    assert fake.wakes == 3


async def test_what_a_state_has_no_room_for_is_refused_in_a_word() -> None:
    """Nothing is added to what is over; only a returned case is given back; every reason has its sentence."""
    fake = town()
    assert set(_UNFIT) == set(Unfit)
    async with at(fake) as anna:
        assert (await act(anna, "give-back", {"text": "门牌 31 号"})).json()["error"] == "not_returned"
        fake.book.put(standing(OWN, "C1", CaseState.RETURNED))
        assert (await act(anna, "give-back", {"text": "门牌 31 号"})).status_code == 200
        fake.book.put(standing(OWN, "C1", CaseState.CLOSED))
        over = await act(anna, "supplement", {"text": "x y"}, key="k-0000002")
        assert (over.status_code, over.json()["error"]) == (409, "over")
    direct = replace(standing(OWN, "C1"), ticket=replace(OWN, answered_directly=True))
    assert unfit(MessageKind.URGE, direct) is Unfit.DIRECT


async def test_a_correction_is_a_version_and_is_told() -> None:
    """Old and new stand side by side with who did it; wrong fields are named; who is overtaken is told."""
    fake = town()
    async with at(fake) as anna:
        done = await act(anna, "correct", {"changes": {"title": "路口积水"}})
        assert (done.status_code, done.json()["ticket"]["title"]) == (200, "路口积水")
        story = (await anna.get(f"/api/tickets/{OWN.id}/story")).json()
        (version,) = story["versions"]
        assert (version["by"], version["why"]) == ("1001", "corrected")
        assert version["changes"] == [{"field": "title", "before": OWN.title, "after": "路口积水"}]
        assert "路口积水" in story["said"][-1]["text"]
        wrong = await act(anna, "correct", {"changes": {"kind": "nothing"}}, key="k-0000002")
        assert (wrong.status_code, wrong.json()["field"]) == (422, "changes.kind")
        locked = await act(anna, "correct", {"changes": {"anonymous": False}}, key="k-0000003")
        assert (locked.status_code, locked.json()["field"]) == (422, "changes.anonymous")
        fake.matters.meanwhile = True
        overtaken = await act(anna, "correct", {"changes": {"title": "积水"}}, key="k-0000004")
        assert (overtaken.status_code, overtaken.json()["error"]) == (409, "overtaken")


async def test_merged_and_taken_apart_again() -> None:
    """Into the last of a chain; never into itself or an unknown case; number and query code stay."""
    fake = town()
    async with at(fake) as anna:
        assert (await act(anna, "merge", {"into": "C9"})).json()["error"] == "no_such_case"
        assert (await act(anna, "merge", {"into": "C1"})).json()["error"] == "itself"
        merged = (await act(anna, "merge", {"into": "C7"})).json()
        assert (merged["case_number"], merged["query_code"], merged["ticket"]["merged_into"]) == ("C1", "Q", "C7")
        assert (await act(anna, "merge", {"into": "C7"}, key="k-0000002")).json()["error"] == "merged"
        story = (await anna.get(f"/api/tickets/{OWN.id}/story")).json()
        assert story["parent"]["case_number"] == "C7"
        assert story["progress"]["merged"] == 1
        apart = await act(anna, "unmerge", None, key="k-0000003")
        assert (apart.status_code, apart.json()["ticket"]["merged_into"]) == (200, "")
        assert (await act(anna, "unmerge", None, key="k-0000004")).json()["error"] == "not_merged"


async def test_an_act_whose_answer_got_lost_is_asked_for_again() -> None:
    """What it did, or what became of the case since, has no room for it any more: the same key is answered as the first time."""
    fake = town()
    async with at(fake) as anna:
        assert (await act(anna, "supplement", {"text": "路灯也坏了"})).status_code == 200
        assert (await act(anna, "merge", {"into": "C7"}, key="k-0000002")).status_code == 200
        fake.book.put(standing(replace(OTHERS), "C7", CaseState.CLOSED))
        again = await act(anna, "merge", {"into": "C7"}, key="k-0000002")
        assert (again.status_code, again.json()["ticket"]["merged_into"]) == (200, "C7")
        assert (await act(anna, "unmerge", None, key="k-0000003")).status_code == 200
        assert (await act(anna, "unmerge", None, key="k-0000003")).status_code == 200
        fake.book.put(standing(OWN, "C1", CaseState.CLOSED))
        assert (await act(anna, "supplement", {"text": "路灯也坏了"})).status_code == 200
        assert (await act(anna, "supplement", {"text": "路灯也坏了"}, key="k-0000004")).json()["error"] == "over"
    assert fake.wakes == 3


async def test_a_case_that_is_not_shown_is_no_way_to_its_words() -> None:
    """No agent merges into another's confidential case, and one merged there by a supervisor shows nothing of its title."""
    fake = town()
    secret = replace(OTHERS, confidential=True)
    fake.book.put(standing(secret, "C7"))
    async with at(fake) as anna, at(fake, "2001", "") as chief:
        assert (await act(anna, "merge", {"into": "C7"})).status_code == 403
        assert (await anna.get(f"/api/tickets/{OWN.id}/story")).json()["parent"] is None
        assert (await act(chief, "merge", {"into": "C7"})).status_code == 200
        parent = (await anna.get(f"/api/tickets/{OWN.id}/story")).json()["parent"]
        assert (parent["case_number"], parent["title"], parent["withheld"]) == ("C7", "", True)
        fake.book.put(standing(replace(secret, merged_into="C1"), "C7"))
        fake.book.put(standing(OWN, "C1"))
        (child,) = (await anna.get(f"/api/tickets/{OWN.id}/story")).json()["merged"]
        assert (child["title"], child["withheld"]) == ("", True)


async def test_merging_is_no_way_through_a_citys_cases() -> None:
    """Anybody may merge into a number they know, and is shown that case beside their own: asked for like any other by its number, so
    many a minute, each in the audit log. A supervisor is not held by it."""
    fake = town()
    for n in range(LOOKUPS_A_MINUTE):
        fake.book.put(standing(ticket(20 + n, agent="1003", title=f"T{n}", key=f"x{n}/1"), f"D{n}"))
    answers = []
    async with at(fake) as anna, at(fake, "2001", "") as chief:
        for n in range(LOOKUPS_A_MINUTE):
            merged = await act(anna, "merge", {"into": f"D{n}"}, key=f"k-merge{n:03}")
            answers += [merged.status_code, (await anna.get(f"/api/tickets/{OWN.id}/story")).status_code]
            await act(anna, "unmerge", None, key=f"k-apart{n:03}")
        assert (await act(chief, "merge", {"into": "D1"}, key="k-chief001")).status_code == 200
    assert answers.count(429) >= LOOKUPS_A_MINUTE // 2
    shown = [row.detail for row in fake.log.entries if row.action == "progress_shown"]
    assert shown
    assert all("case=D" in one for one in shown)


async def test_merged_ones_are_asked_for_their_case_once() -> None:
    """However many go on within it."""
    fake = town()
    for n in range(20, 25):
        fake.book.put(standing(ticket(n, merged_into="C1"), f"C{n}"))
    asked: list[str] = []
    plain = fake.matters.root

    async def root(push: Push) -> Push:
        asked.append(push.ticket.id)
        return await plain(push)

    fake.matters.root = root  # type: ignore[method-assign]
    async with at(fake) as anna:
        story = (await anna.get(f"/api/tickets/{OWN.id}/story")).json()
    assert len(story["merged"]) == 5
    assert all(one["merged"] == 5 for one in story["merged"])
    assert len(asked) <= 2


async def test_a_case_is_asked_for_by_number_only_on_the_line() -> None:
    """Once the call is settled its agent asks for no case any more; a supervisor does."""
    fake = town()
    fake.known[CALL] = Call(CALL, ended_at=NOON, outcome="ticket", agent="1001", seat="")
    where = f"/api/calls/{CALL}/progress"
    async with at(fake, "1001", "") as later, at(fake, "2001", "") as chief:
        assert (await later.get(where)).status_code == 200
        assert (await later.get(where, params={"case": "C7"})).status_code == 403
        assert [one["case_number"] for one in (await chief.get(where, params={"case": "C7"})).json()] == ["C7"]


async def test_what_was_written_before_it_became_confidential_is_as_secret() -> None:
    """Who may not read it reads no earlier version; a reason opens both."""
    fake = town()
    secret = replace(OTHERS, confidential=True, title="路灯全灭")
    fake.book.put(standing(secret, "C7"))
    fake.matters.old.append((OTHERS.id, Version(OTHERS, NOON, "1003", "corrected")))
    async with at(fake, "2001", "") as chief:
        (plain,) = (await chief.get(f"/api/tickets/{OTHERS.id}/story")).json()["versions"]
        assert plain["changes"] == [{"field": "confidential", "before": False, "after": True}]
        told = await chief.get(f"/api/tickets/{OTHERS.id}/story", headers=said(reason="投诉复核"))
        fields = {one["field"]: one["before"] for one in told.json()["versions"][0]["changes"]}
        assert fields == {"title": OTHERS.title, "confidential": False}


@pytest.mark.parametrize(
    "changes",
    [{"answered_directly": True}, {"external_ids": {"12345": "1"}}, {"consent": ["sms"]}, {"retention_class": "standard"},
     {"archive_level": "1"}, {"merged_into": "C7"}, {"nothing": 1}],
)  # fmt: skip
async def test_a_correction_changes_what_was_said_and_nothing_else(changes: dict[str, Any]) -> None:
    fake = town()
    async with at(fake) as anna:
        locked = await act(anna, "correct", {"changes": changes})
    assert (locked.status_code, locked.json()["field"]) == (422, f"changes.{next(iter(changes))}")


async def test_words_behind_a_call_that_urged_are_kept() -> None:
    """A tied call urges by itself: what the citizen then says is a supplement, once a key; the call counts once."""
    fake = town()
    fake.now = NOON + timedelta(minutes=1)
    async with at(fake) as anna:
        assert (await anna.post(f"/api/calls/{CALL}/tie", json={"ticket": OTHERS.id})).json()["urged"] is True
        for _ in range(2):
            assert (await act(anna, "urge", {"text": "已经三天了", "call": CALL}, OTHERS)).status_code == 200
    later = [(one.kind, one.payload.get("text")) for one in (await fake.matters.said(OTHERS.id))[1:]]
    assert sorted(later, key=str) == [(MessageKind.SUPPLEMENT, "已经三天了"), (MessageKind.URGE, None)]
    fresh = town()
    async with at(fresh) as anna:
        for _ in range(2):
            assert (await act(anna, "urge", {"text": "已经三天了", "call": CALL}, OTHERS)).status_code == 200
    assert [one.kind for one in (await fresh.matters.said(OTHERS.id))[1:]] == [MessageKind.URGE]


async def test_anothers_case_is_withdrawn_only_by_its_citizen() -> None:
    """The own live call must come from a number of the ticket; an anonymous one has none. No query code is told with it."""
    fake = town()
    body = {"reason": "已经修好", "call": CALL}
    async with at(fake) as anna:
        assert (await act(anna, "withdraw", body, OTHERS)).status_code == 403
        hers = replace(OTHERS, person=Person("", "", ("+86 138 0000 0001",)))
        fake.book.put(standing(replace(hers, anonymous=True), "C7"))
        assert (await act(anna, "withdraw", body, OTHERS)).status_code == 403
        fake.book.put(standing(hers, "C7"))
        done = await act(anna, "withdraw", body, OTHERS)
        assert (done.status_code, done.json()["query_code"]) == (200, "")
        assert (await act(anna, "withdraw", body, OWN)).json()["query_code"] == "Q"


async def test_the_citizen_on_the_line_asks_how_far_it_is() -> None:
    """Another's ticket, shown without its citizen; the call tied to it urges it once; both are audited or counted."""
    fake = town()
    async with at(fake) as anna:
        told = (await anna.get(f"/api/calls/{CALL}/progress")).json()
        assert [(one["case_number"], one["case_state"], one["unit"], one["open"]) for one in told] == [
            ("C7", "handling", "市政园林局", True)
        ]
        assert "13800000001" not in str(told)
        for _ in range(2):
            tied = await anna.post(f"/api/calls/{CALL}/tie", json={"ticket": OTHERS.id})
            assert (tied.status_code, tied.json()["urged"]) == (200, True)
        assert tied.json()["progress"]["urged"] == 1
        by_number = (await anna.get(f"/api/calls/{CALL}/progress", params={"case": "C7"})).json()
        assert [one["case_number"] for one in by_number] == ["C7"]
        own = await anna.post(f"/api/calls/{CALL}/tie", json={"ticket": OWN.id})
        assert own.json()["urged"] is False  # it was this call that brought it
    assert [one.call for of, one in fake.matters.tied if of == OTHERS.id] == [CALL]
    assert fake.log.actions.count("progress_shown") == 2


async def test_anothers_ticket_is_heard_of_only_with_its_citizen_on_the_line() -> None:
    """Supplement and urging with the own live call; without it, or once it is settled, they are refused; never corrected."""
    fake = town()
    async with at(fake) as anna:
        assert (await act(anna, "supplement", {"text": "门口"}, OTHERS)).status_code == 403
        heard = await act(anna, "supplement", {"text": "门口", "call": CALL}, OTHERS)
        assert (heard.status_code, heard.json()["withheld"]) == (200, ["content", "person", "number"])
        assert (await act(anna, "correct", {"changes": {"title": "x y"}}, OTHERS)).status_code == 403
        assert (await anna.get(f"/api/tickets/{OTHERS.id}/story")).status_code == 403
        joined = await act(anna, "plus-one", {"text": "也看到了", "call": CALL}, OTHERS)
        assert joined.status_code == 200
    plus = [one for one in await fake.matters.said(OTHERS.id) if one.kind is MessageKind.PLUS_ONE]
    assert plus[0].payload["number_masked"] == "138****0001"
    fake.known[CALL] = Call(CALL, ended_at=NOON, outcome="ticket", agent="1001", seat="")
    async with at(fake, "1001", "") as later:
        assert (await act(later, "urge", {"call": CALL}, OTHERS)).status_code == 403


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20 + b"\x00\x00\x00\x00IEND\xaeB`\x82"


async def test_files_are_what_they_hold_and_leave_to_be_saved() -> None:
    """Whatever they are called; once each; refused when they are a page in disguise; never shown inline."""
    fake = town()
    where = f"/api/attachments/{OWN.id}"
    async with at(fake) as anna, at(fake, "1003", "8002") as other:
        bad = await anna.post(where, content=b"<html><script>", headers={"X-Hotline-File": "photo.png"})
        assert (bad.status_code, bad.json()["field"]) == (422, "file")
        for _ in range(2):
            kept = await anna.post(where, content=PNG, headers={"X-Hotline-File": "..%2F%E7%85%A7%E7%89%87.html"})
            assert kept.status_code == 201
        assert (kept.json()["name"], kept.json()["type"], kept.json()["size"]) == ("照片.png", "image/png", len(PNG))
        sha256 = kept.json()["sha256"]
        back = await anna.get(f"{where}/{sha256}")
        assert back.content == PNG
        assert back.headers["content-disposition"].startswith("attachment;")
        assert back.headers["content-type"] == "application/octet-stream"
        assert (await other.get(f"{where}/{sha256}")).status_code == 403
        assert (await anna.get(f"{where}/{'0' * 64}")).status_code == 404
        large = await anna.post(where, content=b"0" * (8 * 1024 * 1024 + 1))
        assert large.status_code == 413
    assert "file_read" in fake.log.actions
    assert len([one for one in await fake.matters.said(OWN.id) if one.kind is MessageKind.SUPPLEMENT]) == 1


PAGE = b"<html><script>alert(document.domain)</script></html>"
DISGUISED = {
    "in a picture": PNG[:33] + b"tEXt" + PAGE + PNG[33:],
    "in a document": b"%PDF-1.7\n" + PAGE + b"\n%%EOF\n",
    "in a film": b"\x00\x00\x00\x18ftypisom" + b"\x00" * 12 + PAGE,
}
"""Taken, because each is what it begins as; and a page to whoever looks for one within."""


@pytest.mark.parametrize("name", ["page.html", "page.svg", "%3Cscript%3E.htm", "page.png%00.html"])
@pytest.mark.parametrize("where", DISGUISED)
async def test_a_page_sent_as_a_file_is_never_run(where: str, name: str) -> None:
    """Whatever it is called it comes back as bytes to be saved, under the ending of what it is; no browser may guess or run it."""
    fake = town()
    place = f"/api/attachments/{OWN.id}"
    async with at(fake) as anna:
        kept = await anna.post(place, content=DISGUISED[where], headers={"X-Hotline-File": name})
        assert kept.status_code == 201, kept.text
        told = kept.json()
        assert not told["name"].lower().endswith((".html", ".htm", ".svg"))
        back = await anna.get(
            f"{place}/{told['sha256']}", headers={"Accept": "text/html", "Sec-Fetch-Dest": "document"}
        )
        assert back.content == DISGUISED[where]
        headers = back.headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment;")
    assert not headers["content-disposition"].rstrip('"').endswith(("html", "htm", "svg"))
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "page", [PAGE, b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", b"GIF89a" + PAGE]
)
async def test_a_page_is_no_file(page: bytes) -> None:
    fake = town()
    async with at(fake) as anna:
        reply = await anna.post(f"/api/attachments/{OWN.id}", content=page, headers={"X-Hotline-File": "photo.png"})
    assert (reply.status_code, reply.json()["field"]) == (422, "file")


async def test_what_the_sites_scanner_finds_is_not_kept() -> None:
    """Refused by name and audited; while the scanner is away nothing is taken; what is clean is kept."""
    fake = town()
    plain = services(fake)
    centre = plain.tickets
    assert centre is not None
    virus = PNG[:33] + b"EICAR" + PNG[33:]
    place = f"/api/attachments/{OWN.id}"
    async with listening(Clamd()) as address:
        plugs = replace(plain, tickets=replace(centre, scanner=FileScanner(address)))
        async with browser(door(plugs), signed_in(fake, "1001", "8001")) as anna:
            bad = await anna.post(place, content=virus)
            assert (bad.status_code, bad.json()["field"]) == (422, "file")
            assert "Eicar-Signature" in bad.json()["message"]
            assert fake.log.actions.count("file_refused") == 1
            assert fake.files.kept == {}
            assert (await anna.post(place, content=PNG)).status_code == 201
    plugs = replace(plain, tickets=replace(centre, scanner=FileScanner(address)))
    async with browser(door(plugs), signed_in(fake, "1001", "8001")) as anna:
        assert (await anna.post(place, content=PNG[:33] + b"2" + PNG[33:])).status_code == 503
    assert len(fake.files.kept) == 1


async def test_nobody_fills_the_audit_log_by_reading() -> None:
    """Each reading of a file is a row for ever: so many of one person in a moment, and nobody else's."""
    fake = town()
    app = door(services(fake))
    place = f"/api/attachments/{OWN.id}"
    async with browser(app, signed_in(fake, "1001", "8001")) as anna:
        path = f"{place}/{(await anna.post(place, content=PNG)).json()['sha256']}"
        read = [(await anna.get(path)).status_code for _n in range(READINGS_AT_ONCE + 5)]
    assert read == [200] * READINGS_AT_ONCE + [429] * 5
    assert fake.log.actions.count("file_read") == READINGS_AT_ONCE
    async with browser(app, signed_in(fake, "2001")) as chief:
        assert (await chief.get(path)).status_code == 200


async def test_nobody_fills_the_memory_with_files() -> None:
    """A file is held until it is kept: so many of one person at once, by however many sessions, and of who files no tickets not a byte."""
    fake = town()
    app = door(services(fake))
    go, read = asyncio.Event(), []

    async def slow(who: str) -> AsyncIterator[bytes]:
        read.append(who)
        yield PNG[:33]
        await go.wait()
        yield PNG[33:]

    async def sends(client: httpx.AsyncClient, who: str) -> int:
        return (await client.post(f"/api/attachments/{OWN.id}", content=slow(who))).status_code

    async with (
        browser(app, signed_in(fake, "1001", "8001")) as anna, browser(app, signed_in(fake, "1001", "8001")) as again,
        browser(app, signed_in(fake, "2001")) as chief, browser(app, signed_in(fake, "audit")) as auditor,
    ):  # fmt: skip
        held = [asyncio.create_task(sends(anna if n % 2 else again, "1001")) for n in range(FILES_AT_ONCE)]
        while len(read) < FILES_AT_ONCE:
            await asyncio.sleep(0)
        assert await sends(anna, "1001") == await sends(again, "1001") == 429
        assert await sends(auditor, "audit") == 403
        assert "audit" not in read
        theirs = asyncio.create_task(sends(chief, "2001"))
        while "2001" not in read:
            await asyncio.sleep(0)
        go.set()
        assert await asyncio.gather(*held, theirs) == [201] * (FILES_AT_ONCE + 1)
        assert await sends(anna, "1001") == 201


async def test_nobody_fills_the_disk_alone() -> None:
    """So many files a day of one account; the same again is not one more; another account still may."""
    fake = town()
    plugs = replace(services(fake), files_sent=FilesSent(files=2, size=1 << 20))
    pictures = [PNG[:33] + bytes([n]) + PNG[33:] for n in range(3)]
    place = f"/api/attachments/{OWN.id}"
    async with browser(door(plugs), signed_in(fake, "1001", "8001")) as anna:
        sent = [(await anna.post(place, content=one)).status_code for one in (*pictures[:2], pictures[0], pictures[2])]
    assert sent == [201, 201, 201, 429]
    assert plugs.files_sent.take("1003", NOON.date(), 1)


async def test_a_mass_event_is_a_supervisors_and_everybody_reads_it() -> None:
    """With its words until its end; the same again is the same; over before its end by a supervisor."""
    fake = town()
    body = {
        "ticket": OTHERS.id,
        "title": "湖滨北路停水",
        "words": "正在抢修，预计 18 时恢复。",
        "ends_at": (NOON + timedelta(hours=4)).isoformat(),
    }
    async with at(fake) as anna, at(fake, "2001", "") as chief:
        assert (await anna.post("/api/mass-events", json=body)).status_code == 403
        past = await chief.post("/api/mass-events", json={**body, "ends_at": NOON.isoformat()})
        assert (past.status_code, past.json()["field"]) == (422, "ends_at")
        opened = [(await chief.post("/api/mass-events", json=body)).json()["id"] for _ in range(2)]
        assert len(set(opened)) == 1
        (shown,) = (await anna.get("/api/mass-events")).json()
        assert (shown["words"], shown["case_number"]) == (body["words"], "C7")
        assert (await chief.delete(f"/api/mass-events/{opened[0]}")).json()["closed_by"] == "2001"
        assert (await anna.get("/api/mass-events")).json() == []
    assert fake.log.actions.count("mass_event_opened") == 1
    assert isinstance(fake.events.rows[0], MassEvent)


@pytest.mark.parametrize("what", ["supplement", "give-back", "plus-one"])
async def test_empty_words_are_refused(what: str) -> None:
    fake = town()
    async with at(fake) as anna:
        reply = await act(anna, what, {"text": "  "})
        assert (reply.status_code, reply.json()["field"]) == (422, "text")


async def test_whoever_has_its_call_back_adds_to_the_ticket() -> None:
    """A supervisor gave what came back to another agent: they read it and give it back; without it, or done with it, nobody."""
    fake = town()
    fake.book.put(standing(OWN, "C1", CaseState.RETURNED))
    came = {"kind": Kind.RETURNED, "ticket": OWN.id, "state": State.ASSIGNED}
    async with at(fake, "1003", "8002") as bao:
        assert (await bao.get(f"/api/tickets/{OWN.id}/story")).status_code == 403
        fake.shelf.callbacks.rows = {"b1": task("b1", owner="1003", **came)}
        assert (await bao.get(f"/api/tickets/{OWN.id}/story")).status_code == 200
        fake.shelf.callbacks.rows = {"b1": task("b1", owner="1003", **came | {"state": State.DONE})}
        assert (await act(bao, "give-back", {"text": "门牌 31 号"})).status_code == 403
        fake.shelf.callbacks.rows = {"b1": task("b1", owner="1003", **came)}
        assert (await act(bao, "give-back", {"text": "门牌 31 号"})).status_code == 200

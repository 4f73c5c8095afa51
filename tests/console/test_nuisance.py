"""Nuisance callers at the door: who may be tagged, who decides, whose number is shown to whom, what Asterisk is told; the ledger is a real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.read import parse
from cti.commands import Command, Outcome, Result, SetNuisance
from cti.ids import CallId
from hotline.books.nuisance import NuisancePart
from hotline.lab.hotline_instance import shipped
from ledger import tables as t
from ledger.accounts import Account
from ledger.nuisance import Appeal, Decision, NuisanceBook, Tag
from ledger.store import Store
from tests import new_ledger
from tests.fakes.hotline import CALL, NOON, Call, FakeHotline, door, services
from tests.fakes.people import browser, populate, signed_in

NUMBER, MASKED = "13800000001", "138****0001"


@dataclass
class Nuisances:
    store: Store
    fake: FakeHotline
    told: list[Command] = field(default_factory=list)
    result: Result = Result.DONE
    people: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    app: Any = None

    async def perform(self, command: Command) -> Outcome:
        self.told.append(command)
        return Outcome(command, self.result)

    async def tagged(self) -> dict[str, Any]:
        reply = await self.people["1001"].post(f"/api/calls/{CALL}/nuisance", json={"reason": "prank"})
        assert reply.status_code == 201, reply.text
        return dict(reply.json())

    async def decided(self, grade: str = "message") -> httpx.Response:
        tag = (await self.tagged())["id"]
        body = {"grade": grade, "days": 7, "reason": "多次恶作剧"}
        return await self.people["2001"].post(f"/api/nuisance/tags/{tag}/decide", json=body)


@asynccontextmanager
async def nuisances(folder: Path, **of_call: Any) -> AsyncIterator[Nuisances]:
    fake = populate(FakeHotline())
    fake.now = NOON
    fake.known[CALL] = replace(Call(CALL), **of_call)
    here = Nuisances(Store(new_ledger.make(folder / "ledger.db")), fake)
    book = NuisanceBook(here.store, ("04",))
    part = NuisancePart(parse(shipped()), book, fake.log, here.perform, lambda: NOON)
    here.app = app = door(replace(services(fake), nuisance=part))
    for account, seat in (("1001", "8001"), ("1003", "8002"), ("2001", ""), ("audit", ""), ("admin", "")):
        here.people[account] = browser(app, signed_in(fake, account, seat))
    try:
        yield here
    finally:
        for client in here.people.values():
            await client.aclose()
        await here.store.close()


async def test_each_sees_the_number_as_the_table_says(tmp_path: Path) -> None:
    """The agent who tagged it masked, the supervisor whole, the auditor masked; nobody else at all."""
    async with nuisances(tmp_path) as here:
        assert (await here.tagged())["number"] == MASKED
        seen = {}
        for account in ("2001", "audit", "admin"):
            (tag,) = (await here.people[account].get("/api/nuisance")).json()["tags"]
            seen[account] = tag["number"]
        assert seen == {"2001": NUMBER, "audit": MASKED, "admin": ""}
        for account in ("1001", "1003"):
            assert (await here.people[account].get("/api/nuisance")).status_code == 403
        again = await here.people["1001"].post(f"/api/calls/{CALL}/nuisance", json={"reason": "abuse"})
        assert again.json()["reason"] == "prank"  # one a call
        here.fake.known[CALL] = replace(here.fake.known[CALL], anonymous=True)  # asked for later
        (tag,) = (await here.people["2001"].get("/api/nuisance")).json()["tags"]
        assert tag["number"] == ""


async def test_the_words_about_a_number_hold_no_more_of_it(tmp_path: Path) -> None:
    """Agents type the number into the note, supervisors into the reason: who is shown it masked reads it masked there, too."""
    async with nuisances(tmp_path) as here:
        body = {"reason": "prank", "note": f"又是 {NUMBER}"}
        tag = (await here.people["1001"].post(f"/api/calls/{CALL}/nuisance", json=body)).json()
        assert tag["note"] == f"又是 {MASKED}"
        notes = {}
        for account in ("2001", "audit", "admin"):
            (one,) = (await here.people[account].get("/api/nuisance")).json()["tags"]
            notes[account] = one["note"]
        assert notes == {"2001": f"又是 {NUMBER}", "audit": f"又是 {MASKED}", "admin": "又是 ***"}
        decided = {"grade": "message", "days": 7, "reason": f"{NUMBER} 多次恶作剧"}
        assert (
            await here.people["2001"].post(f"/api/nuisance/tags/{tag['id']}/decide", json=decided)
        ).status_code == 200
        words = {"words": f"{NUMBER} 是我的"}
        assert (await here.people["1001"].post(f"/api/calls/{CALL}/appeal", json=words)).status_code == 201
        for path in ("/api/nuisance", "/api/nuisance/report", "/api/nuisance/report/csv"):
            text = (await here.people["audit"].get(path)).text
            assert (NUMBER in text, MASKED in text) == (False, True), path


async def test_a_long_list_asks_for_its_calls_once(tmp_path: Path) -> None:
    """However many tags, decisions and appeals there are: two looks, one of the tags and one of all the rest."""
    async with nuisances(tmp_path) as here:
        book = NuisanceBook(here.store, ("04",))
        for n in range(5):
            number, call = f"1380601001{n}", CallId(f"xm1-170000000{n}.1")
            here.fake.known[call] = replace(here.fake.known[CALL], call=call, caller=number)
            await book.tag(Tag(f"TAG{n:023}", call, number, NOON, "1001", "8001", "prank"))
            if n:
                of = Decision(
                    f"DEC{n:023}",
                    number,
                    "message",
                    NOON,
                    NOON + timedelta(days=7),
                    "2001",
                    "多次恶作剧",
                    f"TAG{n:023}",
                )
                await book.decide(of)
                await book.appeal(Appeal(f"appeal-{n}", of.id, number, call, NOON, "agent", "1001", "打错了", NOON))
        here.fake.looked_up = 0
        shown = (await here.people["2001"].get("/api/nuisance")).json()
        assert [len(shown[kind]) for kind in ("tags", "decisions", "appeals")] == [1, 4, 4]
        assert {one["number"] for one in (*shown["decisions"], *shown["appeals"])} == {
            f"1380601001{n}" for n in (1, 2, 3, 4)
        }
        assert here.fake.looked_up == 2
        assert len((await here.people["2001"].get("/api/nuisance/report")).json()["rows"]) == 4
        assert here.fake.looked_up == 3


async def test_asterisk_is_told_and_the_second_supervisor_hears_that_it_is_decided(tmp_path: Path) -> None:
    async with nuisances(tmp_path) as here:
        made = await here.decided()
        assert made.json()["in_force"]
        (told,) = here.told
        assert isinstance(told, SetNuisance)
        assert (told.number, told.grade, told.until) == (NUMBER, "message", int(NOON.timestamp()) + 7 * 86400)
        tag = made.json()["decision"]["tag"]
        late = await here.people["2001"].post(f"/api/nuisance/tags/{tag}/dismiss", json={"reason": "不是骚扰"})
        assert (late.status_code, late.json()["error"]) == (409, "settled")
        own = (await here.people["1001"].get(f"/api/calls/{CALL}/nuisance")).json()
        assert (own["grade"], own["tag"]) == ("message", "decided")
        here.result = Result.LOST
        ident = made.json()["decision"]["id"]
        ended = await here.people["2001"].post(f"/api/nuisance/decisions/{ident}/end", json={"reason": "已致歉"})
        assert not ended.json()["in_force"]  # at its next connection
        off = here.told[-1]
        assert isinstance(off, SetNuisance)
        assert (off.grade, off.at > told.at) == ("off", True)
        twice = await here.people["2001"].post(f"/api/nuisance/decisions/{ident}/end", json={"reason": "已致歉"})
        assert twice.status_code == 409


async def test_an_appeal_is_decided_and_counted(tmp_path: Path) -> None:
    async with nuisances(tmp_path) as here:
        early = await here.people["1001"].post(f"/api/calls/{CALL}/appeal", json={"words": "号码是新买的"})
        assert (early.status_code, early.json()["error"]) == (409, "not_graded")
        await here.decided()
        made = await here.people["1001"].post(f"/api/calls/{CALL}/appeal", json={"words": "号码是新买的"})
        assert (made.status_code, made.json()["number"]) == (201, MASKED)
        path = f"/api/nuisance/appeals/{made.json()['id']}/decide"
        blank = await here.people["2001"].post(path, json={"upheld": True, "answer": " 。 "})
        assert blank.json()["field"] == "answer"
        done = await here.people["2001"].post(path, json={"upheld": True, "answer": "属实，予以解除"})
        assert done.json()["appeal"]["upheld"]
        assert isinstance(here.told[-1], SetNuisance)
        assert here.told[-1].grade == "off"
        second = await here.people["2001"].post(path, json={"upheld": False, "answer": "维持"})
        assert (second.status_code, second.json()["error"]) == (409, "settled")
        nobody = path.replace(made.json()["id"], "phone-xm1-9.9")
        assert (await here.people["2001"].post(nobody, json={"upheld": True, "answer": "属实"})).status_code == 404
        said = {"since": "2026-09-25T00:00:00Z", "until": "2026-10-02T00:00:00Z"}
        report = (await here.people["audit"].get("/api/nuisance/report", params=said)).json()
        assert (report["decisions"], report["mistakes"], report["mistake_share"]) == (1, 1, 1.0)
        assert (report["appeals"], report["appeals_upheld"], report["appeals_by_decider"]) == (1, 1, 1)
        assert [row["number"] for row in report["rows"]] == [MASKED]
        file = (await here.people["audit"].get("/api/nuisance/report/csv", params=said)).text
        assert (MASKED in file, NUMBER in file) == (True, False)
        acts = [entry.action for entry in here.fake.log.entries if entry.action.startswith(("nuisance", "appeal"))]
        assert acts == [
            "nuisance_tagged",
            "nuisance_decided",
            "nuisance_appealed",
            "appeal_decided",
            "nuisance_exported",
        ]


async def test_who_tagged_a_call_does_not_decide_about_it(tmp_path: Path) -> None:
    """A supervisor sees every call and decides: alone he could hold back whomever he dislikes. The machine's own token may."""
    async with nuisances(tmp_path) as here:
        boss = here.people["2001"]
        made = await boss.post(f"/api/calls/{CALL}/nuisance", json={"reason": "prank"})
        body = {"grade": "message", "days": 7, "reason": "多次恶作剧"}
        path = f"/api/nuisance/tags/{made.json()['id']}"
        refused = await boss.post(f"{path}/decide", json=body)
        assert (refused.status_code, refused.json()["error"], here.told) == (409, "own_tag", [])
        here.fake.people.rows["2002"] = Account("2002", "林志强", "supervisor", "", False, NOON)
        here.people["2002"] = browser(here.app, signed_in(here.fake, "2002"))
        assert (await here.people["2002"].post(f"{path}/decide", json=body)).status_code == 200
        assert len(here.told) == 1


async def test_who_asks_whether_a_number_is_held_back_leaves_a_trace(tmp_path: Path) -> None:
    """An appeal about another number than the call's is answered "not held back": each is written, the number masked."""
    async with nuisances(tmp_path) as here:
        for number in ("13900000009", "13900000009", "13900000010"):
            said = {"words": "号码是新买的", "number": number}
            tried = await here.people["1001"].post(f"/api/calls/{CALL}/appeal", json=said)
            assert tried.json()["error"] == "not_graded"
        traces = [entry for entry in here.fake.log.entries if entry.action == "nuisance_asked"]
        assert [one.actor for one in traces] == ["1001", "1001"]
        assert [number in one.detail for one, number in zip(traces, ("139****0009", "139****0010"), strict=True)] == [
            True, True,
        ]  # fmt: skip
        assert "13900000009" not in traces[0].detail


@pytest.mark.parametrize("secret", ["confidential", "anonymous"])
async def test_a_number_that_is_to_be_kept_secret_is_so_in_every_answer(tmp_path: Path, secret: str) -> None:
    """Asked for after the tag, by the call's ticket: tags, decisions, appeals, the report and its file."""
    async with nuisances(tmp_path) as here:
        chief, agent = here.people["2001"], here.people["1001"]
        tag = (await here.tagged())["id"]
        call, kept = here.fake.known[CALL], secret == "confidential"
        here.fake.known[CALL] = replace(call, confidential=kept, anonymous=not kept)
        body = {"grade": "message", "days": 7, "reason": "多次恶作剧"}
        decided = (await chief.post(f"/api/nuisance/tags/{tag}/decide", json=body)).json()["decision"]
        appealed = (await agent.post(f"/api/calls/{CALL}/appeal", json={"words": "号码是新买的"})).json()
        standing = (await chief.get("/api/nuisance")).json()
        path = f"/api/nuisance/appeals/{appealed['id']}/decide"
        judged = (await chief.post(path, json={"upheld": False, "answer": "维持"})).json()["appeal"]
        ended = await chief.post(f"/api/nuisance/decisions/{decided['id']}/end", json={"reason": "已致歉"})
        said = {"since": "2026-09-25T00:00:00Z", "until": "2026-10-02T00:00:00Z"}
        report = (await chief.get("/api/nuisance/report", params=said)).json()
        over = (await chief.get("/api/nuisance")).json()["ended"]
        rows = [decided, judged, *standing["decisions"], *standing["appeals"], ended.json()["decision"], *over]
        assert [row["number"] for row in [*rows, *report["rows"]]] == [""] * 7
        file = (await chief.get("/api/nuisance/report/csv", params=said)).text
        assert ("多次恶作剧" in file, NUMBER in file, MASKED in file) == (True, False, False)


async def test_a_dismissed_tag_shows_no_secret_number(tmp_path: Path) -> None:
    async with nuisances(tmp_path) as here:
        tag = (await here.tagged())["id"]
        here.fake.known[CALL] = replace(here.fake.known[CALL], anonymous=True)
        done = await here.people["2001"].post(f"/api/nuisance/tags/{tag}/dismiss", json={"reason": "不是骚扰"})
        assert (done.status_code, done.json()["number"]) == (200, "")


@pytest.mark.parametrize(
    ("of_call", "why"),
    [
        ({"caller": ""}, "no_number"),
        ({"caller": "12345"}, "not_a_person"),
        ({"caller": "059212319"}, "not_a_person"),
        ({"caller": "2212319"}, "not_a_person"),
        ({"partner": "110"}, "partner"),
        ({"anonymous": True}, "anonymous"),
        ({"queue": "emergency"}, "emergency"),
        ({"direction": "outbound"}, "no_number"),
    ],
)
async def test_who_is_never_tagged(tmp_path: Path, of_call: dict[str, Any], why: str) -> None:
    async with nuisances(tmp_path, **of_call) as here:
        asked = (await here.people["1001"].get(f"/api/calls/{CALL}/nuisance")).json()
        assert (asked["taggable"], asked["why_not"]) == (False, why)
        refused = await here.people["1001"].post(f"/api/calls/{CALL}/nuisance", json={"reason": "abuse"})
        assert (refused.status_code, refused.json()["error"]) == (409, why)
        assert (await here.people["2001"].get("/api/nuisance")).json()["tags"] == []


async def test_a_call_that_once_waited_among_emergencies_is_never_tagged(tmp_path: Path) -> None:
    async with nuisances(tmp_path) as here:
        visit = t.queue_visits.insert().values(call_id=CALL, seq=0, queue="emergency", entered_at=NOON)
        await here.store.transact(lambda db: db.execute(visit))
        refused = await here.people["1001"].post(f"/api/calls/{CALL}/nuisance", json={"reason": "abuse"})
        assert refused.json()["error"] == "emergency"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"grade": "queue", "days": 7, "reason": "多次"}, "grade"),  # these settings name no queue
        ({"grade": "message", "days": 91, "reason": "多次"}, "days"),
        ({"grade": "message", "days": 0, "reason": "多次"}, "days"),
        ({"grade": "jail", "days": 7, "reason": "多次"}, "grade"),
        ({"grade": "message", "days": 7, "reason": "。"}, "reason"),
    ],
)
async def test_what_may_not_be_decided_is_named(tmp_path: Path, body: dict[str, Any], field: str) -> None:
    async with nuisances(tmp_path) as here:
        tag = (await here.tagged())["id"]
        refused = await here.people["2001"].post(f"/api/nuisance/tags/{tag}/decide", json=body)
        assert (refused.status_code, refused.json()["field"]) == (422, field)
        assert here.told == []
        assert len((await here.people["2001"].get("/api/nuisance")).json()["tags"]) == 1


async def test_another_agents_call_is_nobody_elses_to_tag(tmp_path: Path) -> None:
    async with nuisances(tmp_path) as here:
        for path, body in (("nuisance", {"reason": "prank"}), ("appeal", {"words": "号码是新买的"})):
            reply = await here.people["1003"].post(f"/api/calls/{CALL}/{path}", json=body)
            assert reply.status_code == 403
            assert (await here.people["audit"].post(f"/api/calls/{CALL}/{path}", json=body)).status_code == 403
        assert (
            await here.people["1001"].post(f"/api/calls/{CallId('xm1-9.9')}/nuisance", json={"reason": "prank"})
        ).status_code == 403

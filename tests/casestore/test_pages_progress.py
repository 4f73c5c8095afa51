"""The citizens' page: seven dated steps by number and code, and nothing to whoever lacks one of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from accounts.query_code_limits import LIMITS, Scope
from bridge.case_store_messages import filing
from bridge.drivers import Receipt
from bridge.ticket import Limit, Person, Promise
from casestore.numbers import check_digit
from casestore.pages import guard
from casestore.progress_steps import promised_by, steps_of
from casestore.states import STEP_OF, State, Step
from tests.bridge.made import NOON, ticket
from tests.casestore.kit import ORIGIN, Cases, cases_at

PAGE = "/pages/progress"
TRIES = {limit.scope: limit.tries for limit in LIMITS}
NAME, PHONE = "林某某", "13812345678"
PROMISE = Promise(datetime(2027, 1, 3, 9, 0, tzinfo=UTC), datetime(2027, 1, 3, 9, 0, tzinfo=UTC), provisional=True,
                  limit=Limit(5, "working_days"), condition="", basis="sample")  # fmt: skip


async def filed(cases: Cases, n: int = 1) -> Receipt:
    person = Person(name=NAME, phones=(PHONE,), address="湖滨南路 1 号")
    made = await cases.driver.deliver(filing(ticket(n, person=person, promise=PROMISE)))
    assert isinstance(made, Receipt)
    return made


async def look(cases: Cases, number: str, code: str, lang: str = "zh", **headers: str) -> httpx.Response:
    given = {"number": number, "code": code}
    return await cases.client.post(f"{PAGE}?lang={lang}", data=given, headers=headers)


async def say(cases: Cases, n: int, kind: str, **payload: object) -> None:
    one = ticket(n)
    key = f"{one.key}/{kind}"
    body = {
        "id": f"{n:025}{kind[0].upper()}",
        "stream": one.key,
        "kind": kind,
        "key": key,
        "payload": {"by": "8001"} | payload,
    }
    answer = await cases.client.post("/messages", json=body, headers=cases.headers)
    assert answer.status_code == 200, answer.text


def wrong_code(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


async def test_seven_dated_steps_in_plain_words_and_no_name(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        made = await filed(cases)
        page = await look(cases, made.case_number, made.query_code)
        spaced = await look(cases, f" {made.case_number[:8]} {made.case_number[8:]} ", made.query_code)
        english = await look(cases, made.case_number, made.query_code, "en")
    assert page.status_code == spaced.status_code == 200
    assert len(re.findall(r"<li ", page.text)) == 7
    assert re.findall(r'<li class="(\w+)"', page.text) == ["here", *["open"] * 6]
    assert page.text.count('aria-current="step"') == 1
    assert "2026年10月1日 12:00" in page.text  # the centre's clock
    assert "承诺在 2027年1月3日前办结" in page.text
    assert "可能调整" in page.text
    assert "1 October 2026 12:00" in english.text
    assert '<html lang="en">' in english.text
    for told in (page, english):
        assert not [secret for secret in (NAME, PHONE, "湖滨", "积水", made.query_code) if secret in told.text]
        assert told.headers["cache-control"] == "no-store"
        assert "<script" not in told.text


async def test_each_move_of_the_promised_day_is_told_with_why(tmp_path: Path) -> None:
    """Extended, suspended, gone on: when, why in words of ours, and until when now; not what a clerk wrote, who may name somebody."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        made = await filed(cases)

        async def do(command: str, role: str, **said: object) -> None:
            turn = (await cases.client.get(f"/cases/{made.case_number}", headers=cases.headers)).json()["turn"]
            body = {"command": command, "role": role, "by": f"{role}-1", "turn": turn, "key": f"{command}/{turn}"}
            told = await cases.client.post(
                f"/cases/{made.case_number}/commands", json=body | said, headers=cases.headers
            )
            assert told.status_code == 200, told.text

        await do("accept", "accepter")
        await do("dispatch", "dispatcher", unit="市政", limit={"value": 5, "unit": "work_day"})
        before = await look(cases, made.case_number, made.query_code)
        await do("ask_extension", "unit_office", own_unit="市政", reason=NAME)
        await do("grant_extension", "dispatcher", opinion=NAME)
        until = (NOON + timedelta(days=30)).isoformat()
        await do("ask_suspension", "unit_office", own_unit="市政", reason=NAME, until=until)
        await do("grant_suspension", "dispatcher", opinion=NAME)
        await do("resume", "unit_office", own_unit="市政")
        page = await look(cases, made.case_number, made.query_code)
        english = await look(cases, made.case_number, made.query_code, "en")
        due = (await cases.client.get(f"/cases/{made.case_number}", headers=cases.headers)).json()["due_at"]
    assert "调整" not in before.text.replace("可能调整", "")
    moved = re.findall(r"<li><time [^>]*>([^<]+)</time><span>([^<]+)</span></li>", page.text)
    assert [said.partition("。")[0] for _at, said in moved] == [
        "情况比预想复杂，经批准延长办理时间", "因需等待外部条件，经批准暂缓办理", "等待的条件已具备，继续办理",
    ]  # fmt: skip
    local = datetime.fromisoformat(due).astimezone(ZoneInfo("Asia/Shanghai"))
    assert f"{local.year}年{local.month}月{local.day}日前办结" in moved[-1][1]
    assert "More time was granted" in english.text
    assert NAME not in page.text


async def test_who_was_merged_is_told_the_parents_moved_days(tmp_path: Path) -> None:
    """Those from before the merging too: it is the day by which the matter is to be done. Taken out again, they are another's."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        parent, child = await filed(cases), await filed(cases, 2)

        async def do(number: str, command: str, role: str, **said: object) -> None:
            turn = (await cases.client.get(f"/cases/{number}", headers=cases.headers)).json()["turn"]
            body = {"command": command, "role": role, "by": f"{role}-1", "turn": turn, "key": f"{command}/{turn}"}
            told = await cases.client.post(f"/cases/{number}/commands", json=body | said, headers=cases.headers)
            assert told.status_code == 200, told.text

        one = parent.case_number
        await do(one, "accept", "accepter")
        await do(one, "dispatch", "dispatcher", unit="市政", limit={"value": 5, "unit": "work_day"})
        await do(one, "ask_extension", "unit_office", own_unit="市政", reason=NAME)
        await do(one, "grant_extension", "dispatcher", opinion=NAME)
        alone = await look(cases, child.case_number, child.query_code)
        await say(cases, 2, "merge", into=one)
        until = (NOON + timedelta(days=30)).isoformat()
        await do(one, "ask_suspension", "unit_office", own_unit="市政", reason=NAME, until=until)
        await do(one, "grant_suspension", "dispatcher", opinion=NAME)
        merged = await look(cases, child.case_number, child.query_code)
        own = await look(cases, one, parent.query_code)
        await say(cases, 2, "unmerge")
        out = await look(cases, child.case_number, child.query_code)
    lines = re.compile(r"<li><time [^>]*>([^<]+)</time><span>([^<]+)</span></li>")
    assert lines.findall(alone.text) == lines.findall(out.text) == []
    assert len(lines.findall(merged.text)) == 2
    assert lines.findall(merged.text) == lines.findall(own.text)
    assert NAME not in merged.text
    assert one not in merged.text, "another citizen's number is theirs alone"


async def test_number_unknown_and_code_wrong_are_one_answer(tmp_path: Path) -> None:
    """But for the number that was typed, which stands in the form again."""
    unknown = "2026100199999"
    unknown += check_digit(unknown)
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        made = await filed(cases)
        wrong = await look(cases, made.case_number, wrong_code(made.query_code))
        none = await look(cases, unknown, made.query_code)
    assert wrong.status_code == none.status_code == 404
    assert wrong.text.replace(made.case_number, "") == none.text.replace(unknown, "")
    assert 'role="alert"' in wrong.text
    assert made.query_code not in none.text


async def test_guessing_waits_by_number_and_by_address(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        made = await filed(cases)
        for n in range(TRIES[Scope.NUMBER]):
            assert (
                await look(cases, made.case_number, wrong_code(made.query_code), **{"X-Real-IP": f"9.9.9.{n}"})
            ).status_code == 404
        shut = await look(cases, made.case_number, made.query_code, **{"X-Real-IP": "8.8.8.8"})
        assert (shut.status_code, shut.headers["retry-after"]) == (429, "3600")
        assert "60 分钟" in shut.text
        other = [await filed(cases, n) for n in range(2, 4 + TRIES[Scope.CALLER])]
        told = [
            (
                await look(cases, one.case_number, wrong_code(one.query_code), **{"X-Real-IP": "2001:db8::" + f"{n:x}"})
            ).status_code
            for n, one in enumerate(other)
        ]  # one machine has the whole /64
        assert told == [404] * TRIES[Scope.CALLER] + [429] * 2


@pytest.mark.parametrize(
    ("number", "code", "status"), [("", "12345678", 422), ("20261001000011", "", 422), ("1", "1", 422), ("x" * 500, "1", 422), ("<b>", "<i>", 422)]
)  # fmt: skip
async def test_what_is_no_number_is_said_so(tmp_path: Path, number: str, code: str, status: int) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        told = await look(cases, number, code)
    assert told.status_code == status
    assert "<b>" not in told.text


async def test_whose_page_asks(tmp_path: Path) -> None:
    """Another site's form is refused; so is whatever is too large, and every native route below the pages."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        made = await filed(cases)
        foreign = await look(cases, made.case_number, made.query_code, Origin="https://evil.example")
        null = await look(cases, made.case_number, made.query_code, Origin="null")
        own = await look(cases, made.case_number, made.query_code, Origin=ORIGIN)
        large = await cases.client.post(PAGE, content=b"x" * (guard.MOST_BYTES + 1))
        native = [
            (await cases.client.get(path)).status_code
            for path in ("/pages/cases", "/pages/../cases", "/pages/messages")
        ]
        form = await cases.client.get(PAGE, headers={"Accept-Language": "en-GB,zh;q=0.1"})
        style = await cases.client.get("/pages/progress.css")
    assert [one.status_code for one in (foreign, null, own, large)] == [403, 403, 200, 413]
    assert set(native) <= {401, 404}
    assert '<html lang="en">' in form.text
    assert style.headers["content-type"].startswith("text/css")


async def test_a_database_that_is_away_is_said_so(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON, opened=False) as cases:
        number = "2026100100001"
        told = await look(cases, number + check_digit(number), "12345678")
    assert told.status_code == 503
    assert "12319" in told.text


S = State
FIRST, AGAIN = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("states", "dates", "now"),
    [
        # done again: its last time, and what came after it is open
        ([S.REPORTED, S.ACCEPTED, S.DISPATCHED, S.ASSIGNED, S.HANDLED, (S.ASSIGNED, AGAIN)], [1, 1, 1, 2, 0, 0, 0], Step.HANDLING),
        # a unit without a worker passes a step over
        ([S.REPORTED, S.ACCEPTED, S.DISPATCHED, (S.HANDLED, AGAIN)], [1, 1, 1, 2, 2, 0, 0], Step.FEEDBACK),
        ([S.REPORTED], [1, 0, 0, 0, 0, 0, 0], Step.REPORT),
        # ended without being dealt with: what never was is not said to have been
        ([S.REPORTED, S.ACCEPTED, (S.VOIDED, AGAIN)], [1, 1, 0, 0, 0, 2, 0], Step.CLOSING),
    ],
)  # fmt: skip
def test_the_dates_of_the_steps(states: list[State | tuple[State, datetime]], dates: list[int], now: Step) -> None:
    told = steps_of([one if isinstance(one, tuple) else (one, FIRST) for one in states])
    assert [step.at for step in told] == [(None, FIRST, AGAIN)[which] for which in dates]
    assert [step.step for step in told if step.now] == [now]
    assert all(step.sentence and step.name for step in told)


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_said_in_words_of_its_own_step(state: State) -> None:
    told = steps_of([(State.REPORTED, FIRST), (state, AGAIN)])
    assert [step.step for step in told if step.now] == [STEP_OF[state]]
    assert [step.step for step in told] == list(Step)


@pytest.mark.parametrize(
    "ticket_body", [{}, {"promise": None}, {"promise": {}}, {"promise": {"by": "soon"}}, {"promise": "x"}]
)
def test_a_ticket_without_a_promise(ticket_body: dict[str, object]) -> None:
    assert promised_by(ticket_body) == (None, False)

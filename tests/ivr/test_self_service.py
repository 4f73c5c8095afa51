"""What a caller who helps himself is told: the words of the public page, digits and days as one says them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from casestore import progress_steps
from casestore.states import Step
from config import language
from cti.ids import CallId, Instant, LineId, QueueId
from ivr import manifest
from ivr.advice import Question
from ivr.agi import LINE_MOST
from ivr.ports import CaseStanding, NoSuchCase, OpenEvent, TooMany
from ivr.self_service import STEPS, Events, Progress, event_prompt, spoken_day, spoken_event, spoken_progress

TODAY = date(2026, 11, 30)
CASE = CaseStanding("20261128000127", "suspended", date(2026, 11, 30), date(2026, 12, 2))
EVENT = OpenEvent("01JABCDEFGHJKMNPQRSTVWXYZ0", "湖里区", 12)


class Book:
    def __init__(self, answer: CaseStanding | NoSuchCase | TooMany, *events: OpenEvent) -> None:
        self.given, self.events = answer, events
        self.asked: list[tuple[str, str, str]] = []

    async def ask(self, number: str, code: str, caller: str) -> CaseStanding | NoSuchCase | TooMany:
        self.asked.append((number, code, caller))
        return self.given

    async def running(self) -> Sequence[OpenEvent]:
        return self.events


def question(digits: str = "", code: str = "", step: str = "") -> Question:
    return Question(
        "progress", CallId("c"), LineId("citizen"), QueueId(step), digits, Instant(0.0), code, "13805920001"
    )


def test_the_telephone_says_what_the_page_says() -> None:
    """Names and sentences, word for word; brackets cannot be heard."""
    said = manifest.spoken()
    with language.speaking("zh"):
        page = {f"step_{step}": name() for step, name in progress_steps.NAMES.items()}
        page |= {f"progress_{step}": sentence() for step, sentence in progress_steps.SENTENCES.items()}
        page |= {f"progress_{state}": sentence() for state, sentence in progress_steps.STANDING.items()}
    heard = {name: text.replace("（", "，").replace("）", "") for name, text in page.items()}
    assert {name: said.get(name) for name in heard} == heard
    assert set(STEPS) == {*Step, *map(str, progress_steps.STANDING)}


def test_a_standing_is_composed_of_sounds_that_there_are() -> None:
    """尾号零幺二七，十一月三十日办理到事件处置。因…暂缓处置。承诺办结时间是十二月二日之前。"""
    said = spoken_progress(CASE, TODAY)
    words = manifest.spoken()
    assert "".join(words[one] for one in said) == (
        "您查询的案卷，尾号零幺二七十一月三十日办理到事件处置因客观原因暂缓处置，条件具备后自动继续。承诺办结时间是十二月二日之前。"
    )
    assert "".join(words[one] for one in spoken_day(date(2025, 1, 11), TODAY)) == "二零二五年一月十一日"
    for step in STEPS:
        every = spoken_progress(CaseStanding(CASE.number, step, date(2025, 12, 22), date(2025, 11, 25)), TODAY)
        assert set(every) <= set(words)
        assert len("&".join(every)) < LINE_MOST / 2
    may_move = CaseStanding(CASE.number, "handling", TODAY, date(2027, 1, 5), provisional=True)
    assert "".join(words[one] for one in spoken_progress(may_move, TODAY)).endswith(
        "承诺办结时间是二零二七年一月五日之前。这个日期是暂定的，放假安排公布后可能调整。"
    )
    assert "s_provisional" not in spoken_progress(replace(may_move, step="closing"), TODAY)
    assert "s_promised" not in spoken_progress(CaseStanding(CASE.number, "closing", TODAY, TODAY), TODAY)
    assert "".join(words[one] for one in spoken_event(EVENT)[1:]) == "已有十二人报告。"


async def test_nothing_is_said_without_the_right_code() -> None:
    """What no case can have is asked of nobody; a wrong code and too many tries tell no more than that."""
    book = Book(CASE)
    progress = Progress(book, lambda: TODAY)
    assert (await progress.answer(question("20261128000127", "12345678"))).startswith(
        "told&20261128000127&suspended&s_case_ending&n_0&n_yao&n_2&n_7"
    )
    assert book.asked == [("20261128000127", "12345678", "13805920001")]
    for typed in (
        ("2026112800012", "12345678"),
        ("20261128000127", "1234567"),
        ("", ""),
        ("GD261128000127", "12345678"),
    ):
        assert await progress.answer(question(*typed)) == "wrong"
    assert len(book.asked) == 1
    assert await Progress(Book(NoSuchCase()), lambda: TODAY).answer(question("20261128000127", "12345678")) == "wrong"
    assert await Progress(Book(TooMany()), lambda: TODAY).answer(question("20261128000127", "12345678")) == "refused"


async def test_an_event_is_told_of_where_it_is_and_when_it_has_a_sound() -> None:
    """The newest of the district or of the whole city; one without its own words spoken would tell nobody anything."""
    other, city = OpenEvent("01JABCDEFGHJKMNPQRSTVWXYZ1", "思明区", 3), OpenEvent("01JABCDEFGHJKMNPQRSTVWXYZ2", "", 1)
    book = Book(NoSuchCase(), EVENT, other, city)
    there = {("citizen", "here"): ("思明区",)}

    async def told(step: str, *ready: str) -> str:
        return await Events(book, [event_prompt(one) for one in ready].__contains__, there).answer(question(step=step))

    assert (await told("any", EVENT.id, other.id, city.id)).startswith(f"offered&{EVENT.id.lower()}&event_")
    assert (await told("here", EVENT.id, other.id, city.id)).startswith(f"offered&{other.id.lower()}&")
    assert (await told("here", EVENT.id, city.id)).startswith(f"offered&{city.id.lower()}&")
    assert await told("here", EVENT.id) == ""
    assert await told("any") == ""

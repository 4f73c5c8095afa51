"""The page of numbers: valid by Prometheus' own parser, each family once, whatever of it fails; and what is counted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

import hotline
from bridge.events import TicketFiled
from bridge.ticket import TicketId
from console import metrics as page
from console.contract.stream import AlarmOut
from console.ports import Vital
from cti.equipment_events import WordUnknown
from cti.ids import CallId, Instant, LineId
from cti.journey_events import JourneyStepped
from hotline import metrics as made
from hotline.alarms.disk_forecast import Disk
from hotline.alarms.owed_recordings import OwedReading
from hotline.bus import Bus
from hotline.metrics import Metrics
from ivr.events import AdviceGiven, End
from ivr.server import ServerCounts
from ledger.closed_call_counts import CallClosed
from tests.fakes.hotline import FakeHotline, services

CALL, LINE, AT = CallId("c1"), LineId("citizen"), Instant(1795435343.0)
NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
SHIPPED = Path(hotline.__file__).parent / "data" / "monitoring"


class Counted:
    def __init__(self) -> None:
        self.board, self.book, self.house = Bus(), Bus(), Bus()
        self.metrics = Metrics(self.board, self.book, self.house)
        self.metrics.follow()
        self.metrics.know_lines(["citizen"])
        switchboard: Any = SimpleNamespace(lag=0.1, events=SimpleNamespace(messages=7), repairs=0, forged=0)
        reader: Any = SimpleNamespace(book=SimpleNamespace(reader=SimpleNamespace(skipped=0)), behind=False)
        owed: Any = SimpleNamespace(reading=OwedReading(3, 90.0, None))
        program: Any = SimpleNamespace(away="", restarts=1)
        alarm = AlarmOut(id=1, at=NOON, kind="disk", severity="critical", subject="", detail="")
        add = self.metrics.add
        add("asterisk", made.asterisk(switchboard))
        add("books", made.read_book(reader, lambda: 12))
        add("fastagi", made.fastagi(ServerCounts(open=1, timed_out=2).as_dict))
        add("case_store", made.case_store(program))
        add("alarms", made.alarms(lambda: [alarm, alarm.model_copy(update={"cleared_at": NOON})]))
        add("disks", made.disks(lambda: [Disk("var", 10, 100, 3.5), Disk("spool", 5, 100, None)]))
        add("owed_recordings", made.owed_recordings(owed))
        add("vitals", made.vitals(lambda: [Vital("ledger", False, "away")]))

    async def page(self) -> str:
        fake = FakeHotline()
        plugs = replace(services(fake), more_metrics=self.metrics.sources)
        return (await page.text(plugs)).decode()

    async def values(self) -> dict[str, float]:
        """``name{labels}`` → value."""
        return {
            sample.name + ("{" + ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items())) + "}" if sample.labels else ""): sample.value
            for family in text_string_to_metric_families(await self.page())
            for sample in family.samples
        }  # fmt: skip


async def test_the_page_is_valid_and_each_family_stands_once() -> None:
    """By Prometheus' own parser, with a HELP and a TYPE a family; no series twice."""
    told = await Counted().page()
    heads = re.findall(r"^# TYPE (\S+) ", told, re.MULTILINE)
    assert sorted(heads) == sorted(set(heads))
    assert sorted(re.findall(r"^# HELP (\S+) ", told, re.MULTILINE)) == sorted(heads)
    families = list(text_string_to_metric_families(told))
    assert {family.type for family in families} <= {"counter", "gauge"}, "nothing is untyped"
    series = [(s.name, tuple(sorted(s.labels.items()))) for family in families for s in family.samples]
    assert len(series) == len(set(series))
    assert {"hotline_calls", "hotline_build_info", "process_resident_memory_bytes"} <= {one.name for one in families}


async def test_what_the_sources_say_stands_on_the_page() -> None:
    values = await Counted().values()
    wanted = {
        "hotline_alarms{kind=disk,severity=critical,state=new}": 1.0,
        "hotline_disk_free_bytes{place=var}": 10.0,
        "hotline_disk_full_days{place=var}": 3.5,
        "hotline_recordings_owed": 3.0,
        "hotline_recordings_owed_seconds": 90.0,
        "hotline_fastagi_total{what=timed_out}": 2.0,
        "hotline_vital{name=ledger}": 0.0,
        "hotline_calls_answered_total{line=citizen}": 0.0,
        "hotline_calls_ended_total{talked=true}": 0.0,
    }
    assert {name: values.get(name) for name in wanted} == wanted
    assert "hotline_disk_full_days{place=spool}" not in values, "nobody can say"


def _broken() -> Iterable[Metric]:
    yield page.gauge("hotline_half", "comes before the fault", 1.0)
    raise RuntimeError("the database is away")


def _double() -> Iterable[Metric]:
    yield page.gauge("hotline_calls", "another's name", 1.0)


@pytest.mark.parametrize("source", [_broken, _double], ids=["raises", "another's family"])
async def test_one_source_that_fails_takes_no_other_with_it(source: Callable[[], Iterable[Metric]]) -> None:
    house = Counted()
    house.metrics.add("odd", source)
    with capture_logs() as logged:
        values = await house.values()
        await house.page()
    assert values["hotline_source_up{source=odd}"] == 0.0
    assert {value for name, value in values.items() if name.startswith("hotline_source_up") and "odd" not in name} == {
        1.0
    }
    assert "hotline_half" not in values, "half of a source is none"
    assert values["hotline_queue_waiting{queue=mandarin}"] == 2.0
    assert [one["source"] for one in logged] == ["odd"], "said once, not at every scrape"
    page._told.clear()


async def test_calls_are_counted_by_line_and_once() -> None:
    house = Counted()
    for one in (
        CallClosed(True, True, "citizen", True, True, True),
        CallClosed(True, True, "citizen", True, True, False),
        CallClosed(True, False, "citizen", True, abandoned=True),
        CallClosed(True, False, "citizen", refusal="closed"),
        CallClosed(False, True),
    ):
        house.book.publish(one)
    house.house.publish(TicketFiled(TicketId("t"), CALL, "8001", "1001", NOON))
    values = await house.values()
    of = {name: values[f"hotline_calls_{name}_total{{line=citizen}}"] for name in ("offered", "requests", "answered", "answered_15s", "abandoned")}  # fmt: skip
    assert of == {"offered": 4, "requests": 3, "answered": 2, "answered_15s": 1, "abandoned": 1}
    assert values["hotline_calls_ended_total{talked=true}"] == 3
    assert values["hotline_calls_refused_total{line=citizen,reason=closed}"] == 1
    assert values["hotline_tickets_filed_total"] == 1


async def test_steps_and_advice_are_counted_by_their_way() -> None:
    """How many pressed which key, and how often the daemon was asked, and for nothing."""
    house = Counted()
    for way in ("2", "2", "silence"):
        house.book.publish(JourneyStepped(CALL, AT, LINE, "menu", way))
    house.house.publish(AdviceGiven(CALL, AT, LINE, "wait", "long", End.DONE))
    values = await house.values()
    assert values["hotline_journey_steps_total{line=citizen,step=menu,way=2}"] == 2.0
    assert values["hotline_journey_steps_total{line=citizen,step=menu,way=silence}"] == 1.0
    assert values["hotline_journey_advice_total{answer=long,ask=wait,end=done}"] == 1.0


async def test_an_unknown_word_is_counted_each_time_and_logged_once() -> None:
    """From the live picture and from the book; a thousand calls of a strange dialplan do not fill the log."""
    house = Counted()
    with capture_logs() as logged:
        for _ in range(3):
            house.book.publish(WordUnknown(AT, "SURVEY", "cel"))
        house.board.publish(WordUnknown(AT, "HotlineSurvey", "ami"))
    values = await house.values()
    assert values["hotline_dialplan_words_unknown_total{source=cel}"] == 3.0
    assert values["hotline_dialplan_words_unknown_total{source=ami}"] == 1.0
    assert [one["word"] for one in logged] == ["SURVEY", "HotlineSurvey"]


def _names(text: str) -> set[str]:
    return set(re.findall(r"\b(?:hotline|process|python)_[a-z0-9_]+\b", text))


async def known() -> set[str]:
    """Every name that a query may hold: of samples, also of series that have no label yet."""
    house = Counted()
    house.book.publish(JourneyStepped(CALL, AT, LINE, "menu", "2"))
    told = await house.page()
    families = text_string_to_metric_families(told)
    return {
        name for family in families
        for name in ({sample.name for sample in family.samples} or {family.name + ("_total" if family.type == "counter" else "")})
    }  # fmt: skip


async def test_every_metric_of_the_shipped_rules_is_on_the_page() -> None:
    """A rule over a name that nobody gives is never true: it would watch nothing."""
    rules = yaml.safe_load((SHIPPED / "alerts.yml").read_text("utf-8"))
    there = await known()
    told = [rule for group in rules["groups"] for rule in group["rules"]]
    assert len(told) >= 15
    for rule in told:
        assert {"alert", "expr", "labels", "annotations"} <= rule.keys(), rule
        assert rule["labels"]["severity"] in ("critical", "warning")
        names = _names(rule["expr"])
        assert names or "up{" in rule["expr"], rule["alert"]
        assert names <= there, f"{rule['alert']}: {sorted(names - there)}"


async def test_every_metric_of_the_shipped_dashboard_is_on_the_page() -> None:
    board = json.loads((SHIPPED / "dashboard.json").read_text("utf-8"))
    there = await known()
    queries = {target["expr"] for panel in board["panels"] for target in panel.get("targets", ())}
    assert len(queries) >= 15
    wrong = {query: sorted(_names(query) - there) for query in queries if _names(query) - there}
    assert wrong == {}
    assert all(_names(query) or "up{" in query for query in queries)
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))

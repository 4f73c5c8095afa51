"""``hotline case``: the path of a matter by its number, its ticket and its call; numbers of citizens masked."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.case_state import CaseState
from bridge.citizen_replies import Answer
from bridge.drivers import CaseEvent
from bridge.ticket import Limit, Person, Promise, Ticket
from hotline.cli import main
from ledger.callback_requests import CallbackBook
from ledger.casebook import CaseShelf
from ledger.outbox import OutboxShelf
from ledger.replies import Reply
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests import new_ledger
from tests.bridge.made import ticket

SHIPPED = Path(__file__).resolve().parents[2] / "hotline.toml"
FILED = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
PHONE = "13806010077"
BY = datetime(2027, 1, 5, 1, 0, tzinfo=UTC)
PROMISE = Promise(BY, BY, provisional=True, limit=Limit(40, "work_day"), condition="", basis="catalogue")


def at(minutes: int) -> datetime:
    return FILED + timedelta(minutes=minutes)


async def told(var: Path) -> Ticket:
    """A case that was dispatched, checked, told and opened again."""
    store = Store(f"sqlite+aiosqlite:///{var / 'ledger.db'}")
    one = replace(ticket(1, FILED), person=Person(phones=(PHONE,)), promise=PROMISE)
    outbox = OutboxShelf(store, "xm1")
    await TicketShelf(store).file(one)
    (sent,) = await outbox.due(at(1), 9)
    await outbox.delivered(sent, "XM20261102000018", "4711", at(1))
    steps = (CaseState.DISPATCHED, CaseState.HANDLED, CaseState.CHECKED)
    events = [
        CaseEvent(one.key, "XM20261102000018", n, state, at(1 + n), "", "市政处", "已疏通" if n == 3 else "")
        for n, state in enumerate(steps, 1)
    ]
    await CaseShelf(store).hear("native", events, "3", at(5))
    said = Reply(Answer.UNSOLVED, 2, "又堵了", "1001", at(9), "xm1-1790009999.1")
    await CallbackBook(store).reply(f"reply-{one.id}-3", said)
    await store.close()
    return one


def run(capsys: pytest.CaptureFixture[str], var: Path, *words: str) -> tuple[int, str]:
    done = main(["case", *words, "--config", str(SHIPPED), "--var", str(var)])
    return done, capsys.readouterr().out


def test_the_whole_path_by_any_of_its_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Number, ticket, call: the same path, each moment in order; nobody's number is in it."""
    new_ledger.make(tmp_path / "ledger.db")
    one = asyncio.run(told(tmp_path))
    found = [
        json.loads(run(capsys, tmp_path, "show", name, "--json")[1])
        for name in ("XM20261102000018", one.id, one.call or "")
    ]
    assert found[0] == found[1] == found[2]
    path = found[0]
    assert [what for _at, what, _more in path["moments"]] == [
        "ticket.filed", "message.file", "case.filed", "case.dispatched", "case.handled", "case.checked", "reply.owed",
        "reply.answered",
    ]  # fmt: skip
    (asked,) = path["rounds"]
    assert (asked["answer"], asked["satisfied"], asked["reopened"], asked["script"]) == ("unsolved", 2, True, "已疏通")
    assert [(m["kind"], m["state"]) for m in path["messages"]] == [
        ("file", "delivered"), ("reply", "waiting"), ("reopen", "waiting"),
    ]  # fmt: skip
    done, text = run(capsys, tmp_path, "show", "XM20261102000018")
    assert done == 0
    (promised,) = [line for line in text.splitlines() if line.startswith("承诺办结")]
    assert "2027-01-05" in promised
    assert promised.endswith("（暂定）")
    assert "市民答复  unsolved 2/5 又堵了 1001" in text
    assert "3任务派遣 2026-11-02" in text
    assert PHONE not in text
    assert PHONE not in json.dumps(path)


def test_lists_and_what_is_not_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By state; a name that nobody has is an error."""
    new_ledger.make(tmp_path / "ledger.db")
    asyncio.run(told(tmp_path))
    (line,) = json.loads(run(capsys, tmp_path, "list", "--json")[1])
    assert (line["state"], line["answer"], line["reopened"]) == ("checked", "unsolved", True)
    assert json.loads(run(capsys, tmp_path, "list", "--state", "reply_owed", "--json")[1]) == []
    assert "XM20261102000018" in run(capsys, tmp_path, "list", "--state", "checked")[1]
    assert run(capsys, tmp_path, "show", "nothing")[0] == 1

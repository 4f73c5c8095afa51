"""The daemon and its case store as two programs, without a telephone: adopted, ended, found gone.

With a telephone: ``tests/faults/test_case_store.py``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hotline.lab import ports
from hotline.lab.hotline_instance import HotlineInstance, Table, derive, shipped
from tests.faults import witness

pytestmark = [pytest.mark.slow, pytest.mark.bound(300)]

TICKET = {"kind": "投诉", "title": "积水", "content": "湖滨南路积水", "subject": {"code": "0406", "kind": "event"}}
SECONDS = 90.0


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[HotlineInstance]:
    """Asterisk and nginx are elsewhere, and away."""
    block, var = ports.find(), tmp_path / "var"
    folders = {name: tmp_path / name for name in ("log", "spool")}
    for folder in folders.values():
        folder.mkdir()

    def alone(table: Table) -> None:
        table["asterisk"] = {"mode": "external"} | {f"{name}_dir": str(folder) for name, folder in folders.items()}
        table["edge"]["mode"] = "external"

    made = HotlineInstance(derive(shipped(), block.base, alone), var, base=block.base)
    try:
        yield made
    finally:
        made.close()
        block.free()


def begin(instance: HotlineInstance) -> None:
    """Until the daemon says that its case store takes tickets."""
    with instance.log.open("ab") as out:
        instance.daemon = subprocess.Popen(
            [sys.executable, "-m", "hotline.cli", "run", "--config", str(instance.config), "--var", str(instance.places.var)],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    until(lambda: case_store_is_well(instance), instance)


def case_store_is_well(instance: HotlineInstance) -> bool:
    try:
        vitals: list[dict[str, Any]] = ask(instance, "GET", "/api/health").json()["vitals"]
    except (httpx.HTTPError, OSError):
        return False
    return any(one["ok"] for one in vitals if one["name"] == "casestore")


def ask(instance: HotlineInstance, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {instance.secret('api-token')}"} | more.pop("headers", {})
    return httpx.request(method, instance.url + path, headers=headers, timeout=10, **more)


def until(so: Callable[[], bool], instance: HotlineInstance) -> None:
    limit = time.monotonic() + SECONDS
    while not so():
        assert time.monotonic() < limit, instance.tail()
        assert instance.daemon is not None
        assert instance.daemon.poll() is None, instance.tail()
        time.sleep(0.1)


def file(instance: HotlineInstance, *names: str) -> None:
    for name in names:
        ask(
            instance, "POST", "/api/tickets", json=TICKET, headers={"Idempotency-Key": f"ticket-{name}"}
        ).raise_for_status()


def cases(instance: HotlineInstance) -> list[str]:
    return [case.number for case in witness.cases(instance.places.casestore)]


def test_it_outlives_the_daemon_and_the_daemon_it(instance: HotlineInstance) -> None:
    """Daemon killed: adopted by the next, the same process. Case store killed: tickets wait and arrive once."""
    begin(instance)
    pid = instance.case_store_pid()
    assert pid is not None
    file(instance, "1")
    until(lambda: len(cases(instance)) == 1, instance)
    instance.kill()
    assert instance.case_store_pid() == pid
    begin(instance)
    assert instance.case_store_pid() == pid

    os.kill(pid, signal.SIGKILL)
    file(instance, "2", "3")
    until(lambda: instance.case_store_pid() not in (None, pid), instance)
    until(lambda: len(cases(instance)) == 3, instance)
    until(lambda: case_store_is_well(instance), instance)
    until(lambda: all(number in ask(instance, "GET", "/api/tickets").text for number in cases(instance)), instance)
    assert "hotline_case_store_up 1.0" in ask(instance, "GET", "/metrics").text
    assert "hotline_case_store_restarts_total 1.0" in ask(instance, "GET", "/metrics").text

    assert instance.stop(60) == 0
    assert instance.case_store_pid() is None
    assert instance.running() == []
    assert len(set(cases(instance))) == 3
    told = json.loads(instance.command("verify", "--json").stdout)
    assert told["breaches"] == []

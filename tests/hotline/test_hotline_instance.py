"""The settings that benches and rehearsals make of the shipped ones are settings: what they leave out is named by nothing they keep."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from config.read import parse
from hotline.bench import cpu_per_call, web_door_floods
from hotline.bench.console import run as bench_console
from hotline.lab.hotline_instance import Table, derive, shipped


@pytest.mark.parametrize(
    "change",
    [
        lambda table: bench_console.changed(table, 20),
        lambda table: web_door_floods._changed(table, 21_000),
        lambda table: cpu_per_call._changed(table, 10),
    ],
    ids=["bench console", "bench doors", "bench calls"],
)
def test_what_is_derived_can_be_read(change: Callable[[Table], None]) -> None:
    assert parse(derive(shipped(), 20_000, change)).queue

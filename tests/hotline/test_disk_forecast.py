"""In how many days a disk is full: the pace of the last fortnight, over restarts, and no guess where nobody can know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline.alarms.disk_forecast import DiskForecast, days_left

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
GB = 10**9


def before(days: float, free: int) -> tuple[datetime, int]:
    return NOON - timedelta(days=days), free * GB


@pytest.mark.parametrize(
    ("samples", "free", "wanted"),
    [
        ([], 10, None),
        ([before(0.5, 20)], 10, None),  # less than a day: an import of an afternoon is no pace
        ([before(10, 60), before(1, 15)], 10, 2.0),  # 5 GB a day
        ([before(30, 1000), before(10, 60)], 10, 2.0),  # what is older than a fortnight is another pace
        ([before(5, 8)], 10, None),  # it empties
        ([before(5, 10)], 10, None),
    ],
)
def test_days_left(samples: list[tuple[datetime, int]], free: int, wanted: float | None) -> None:
    assert days_left(samples, NOON, free * GB) == (wanted if wanted is None else pytest.approx(wanted))


def test_the_samples_outlive_the_daemon_and_disks_are_told_once(tmp_path: Path) -> None:
    now, free = NOON - timedelta(days=4), 50 * GB
    (tmp_path / "recordings").mkdir()
    places = {"var": tmp_path, "recordings": tmp_path / "recordings", "spool": tmp_path / "none"}

    def forecast() -> DiskForecast:
        return DiskForecast(places, tmp_path / "disk.json", lambda: now, lambda _path: (100 * GB, free))

    forecast().sample()
    now, free = NOON, 10 * GB
    again = forecast()
    (disk,) = again.look()
    assert (disk.place, disk.free, disk.size, disk.days) == ("var", free, 100 * GB, pytest.approx(1.0))
    (tmp_path / "disk.json").write_text("{")
    assert forecast().look()[0].days is None, "a file that cannot be read begins anew"

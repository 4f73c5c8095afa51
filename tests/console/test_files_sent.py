"""One account's files of a day: so many, so large; another day, or another account, begins anew."""

from __future__ import annotations

from datetime import date

from console.files_sent import FilesSent

DAY, NEXT = date(2026, 11, 30), date(2026, 12, 1)


def test_number_and_size_are_bounded_by_account_and_day() -> None:
    sent = FilesSent(files=2, size=100)
    assert [sent.take("1001", DAY, 40) for _ in range(3)] == [True, True, False]
    assert [sent.take("1002", DAY, size) for size in (101, 90, 20, 10)] == [False, True, False, True]
    assert not sent.take("1001", DAY, 1)
    assert sent.take("1001", NEXT, 40)

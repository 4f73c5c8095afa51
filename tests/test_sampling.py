"""The sample of the long tests: seeded, never empty, and whole in a long run."""

from __future__ import annotations

import pytest

from tests.sampling import examples, left_out, sampled

CASES = [("a", 1), ("b", 2), ("c", 3), ("d", 4)]


def ordinary(cases: list[object]) -> list[object]:
    """Those that ``make test`` runs."""
    return [case for case in cases if not any(mark.name == "long" for mark in getattr(case, "marks", ()))]


@pytest.mark.parametrize("seed", range(20))
def test_a_sample_has_its_size_and_is_the_seeds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_SEED", str(seed))
    cases = sampled(CASES, 2, always=[("c", 3)])
    assert len(cases) == len(CASES)
    assert len(ordinary(cases)) == 2
    assert ("c", 3) in ordinary(cases)
    assert ordinary(cases) == ordinary(sampled(CASES, 2, always=[("c", 3)]))
    assert [getattr(case, "values", case) for case in cases] == CASES


def test_in_the_course_of_runs_everything_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[object] = set()
    for seed in range(60):
        monkeypatch.setenv("HOTLINE_SEED", str(seed))
        seen |= set(ordinary(sampled(CASES, 1)))
    assert seen == set(CASES)


def test_a_long_run_tries_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOTLINE_LONG", raising=False)
    assert examples(25) == 25
    monkeypatch.setenv("HOTLINE_LONG", "1")
    assert examples(25) == 1250


def test_a_short_run_keeps_something_of_each_file(monkeypatch: pytest.MonkeyPatch) -> None:
    tests = {"a": ["a1"], "b": [f"b{number}" for number in range(7)]}
    seen: set[str] = set()
    for seed in range(60):
        monkeypatch.setenv("HOTLINE_SEED", str(seed))
        out = left_out(tests, {"b6"})
        assert not out & {"a1", "b6"}
        assert len(set(tests["b"]) - out) == 2
        seen |= set(tests["b"]) - out
    assert seen == set(tests["b"])

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


def test_a_short_run_takes_its_part_of_each_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole fifths of a file always, what is left over by chance: in many runs one in five, and each some day."""
    tests = {"a": ["a1"], "b": [f"b{number}" for number in range(7)]}
    taken: dict[str, list[str]] = {"a": [], "b": []}
    for seed in range(200):
        monkeypatch.setenv("HOTLINE_SEED", str(seed))
        out = left_out(tests, {"b6"})
        assert not out & {"b6"}
        for file, names in tests.items():
            taken[file] += sorted(set(names) - out - {"b6"})
        assert len(set(tests["b"]) - {"b6"} - out) in (1, 2)
    assert {*taken["a"], *taken["b"], "b6"} == {*tests["a"], *tests["b"]}
    assert 20 < len(taken["a"]) < 60, "a fifth of 200"
    assert 240 < len(taken["b"]) < 320, "a fifth of seven, 200 times"

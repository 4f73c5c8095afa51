"""How long recordings are kept, as ``hotline check`` says it: shipped months are well, too few and for ever are warned of."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.file_places import Places
from config.settings import Settings
from hotline.lab.hotline_instance import derive, shipped
from hotline.verbs import retention_check
from hotline.verbs.check_result import State


def look(**months: int) -> list[tuple[State, str]]:
    def put(raw: dict[str, object]) -> None:
        kept = raw["retention"]
        assert isinstance(kept, dict)
        raw["retention"] = {name: value for name, value in kept.items() if not name.startswith("recordings_")} | months

    found = retention_check.look(Settings.model_validate(derive(shipped(), 20000, put)), Places(Path("var")))
    return [(one.state, one.message) for one in found]


FULL = {"recordings_months": 24, "recordings_penalty_months": 24, "recordings_unanswered_months": 6, "recordings_nuisance_months": 6}  # fmt: skip


def test_what_was_shipped_is_well() -> None:
    (found,) = retention_check.look(Settings.model_validate(shipped()), Places(Path("var")))
    assert found.state is State.OK
    assert look(**FULL)[0][0] is State.OK


@pytest.mark.parametrize(
    ("months", "named"),
    [
        ({"recordings_nuisance_months": 5}, "recordings_nuisance_months = 5"),
        ({"recordings_months": 0}, "recordings_months"),
    ],
)
def test_too_few_and_for_ever_are_warned_of(months: dict[str, int], named: str) -> None:
    ((state, said),) = look(**(FULL | months))
    assert state is State.WARN
    assert named in said


def test_a_file_of_before_keeps_for_ever() -> None:
    """Nothing is written: nothing is destroyed, and that is said."""
    ((state, said),) = look()
    assert state is State.WARN
    assert all(name in said for name in FULL)

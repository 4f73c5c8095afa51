"""States and transitions are whole, and the words are the documents'."""

from __future__ import annotations

from pathlib import Path

from casestore.states import CHINESE, STEP_OF, TRANSITIONS, State, Step, next_state

WORDS = Path(__file__).resolve().parents[2] / "docs" / "words.md"


def test_every_state_is_reached_and_has_its_step() -> None:
    assert {row.target for row in TRANSITIONS} == set(State) == set(STEP_OF)
    assert len({(row.source, row.command) for row in TRANSITIONS}) == len(TRANSITIONS)
    for row in TRANSITIONS:
        assert next_state(row.source, row.command) is row.target


def test_seven_steps_by_their_names() -> None:
    assert [CHINESE[step] for step in Step] == [
        "信息报送", "受理立案", "任务派遣", "事件处置", "结果反馈", "核查结案", "监督评价",
    ]  # fmt: skip
    text = WORDS.read_text(encoding="utf-8")
    assert all(f"| step {step} | {CHINESE[step]} |" in text for step in Step)

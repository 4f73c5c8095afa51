"""The machine of the document's steps: what it keeps, what it hides, and that nothing of it reaches this one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .machine import ADDRESSES, Machine, StepFailed, possible

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(possible()), reason=possible())]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with Machine(tmp_path_factory.mktemp("machine") / "root", []) as one:
        yield one


def test_what_a_step_sets_stays_for_the_next_one(machine: Machine) -> None:
    machine.run("at=here\ncd /tmp")
    assert machine.run("echo $at; pwd") == "here\n/tmp\n"
    assert machine.ask("echo $at") == "here\n"


def test_a_last_line_without_an_end_is_an_answer_too(machine: Machine) -> None:
    assert machine.ask("printf one") == "one"
    assert machine.run("printf two") == "two"


def test_a_question_that_fails_costs_nothing(machine: Machine) -> None:
    machine.run("kept=yes")
    with pytest.raises(StepFailed, match="status 3"):
        machine.ask("echo before; (exit 3); echo behind")
    assert machine.said("echo out; false; echo more") == "out\nmore\n"
    assert machine.run("echo $kept") == "yes\n"


def test_a_step_that_fails_ends_at_once_and_the_machine_can_still_be_asked(machine: Machine) -> None:
    with pytest.raises(StepFailed) as told:
        machine.run("echo before\nfalse\necho behind")
    assert "before" in str(told.value)
    assert "\nbehind\n" not in str(told.value).partition("echo behind")[2]
    assert machine.ask("echo there") == "there\n"


def test_a_step_that_reads_takes_no_word_of_the_next_one(machine: Machine) -> None:
    assert machine.run("cat; echo end") == "end\n"


def test_it_has_nothing_of_ours_and_no_way_out(machine: Machine, tmp_path: Path) -> None:
    """Empty folders, loopback alone, processes of its own; what it writes is not here."""
    assert machine.ask("ls -A /opt /work /root /var/lib/hotline | grep -v :; true").strip() == ""
    assert machine.ask("ip -o link | wc -l").strip() == "1"
    assert all(address in machine.ask("ip -o addr") for address in ADDRESSES)
    machine.run("touch /etc/written-by-a-test; useradd --system written")
    assert not Path("/etc/written-by-a-test").exists()
    assert "written" not in Path("/etc/passwd").read_text("utf-8")

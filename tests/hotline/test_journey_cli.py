"""hotline journey: a journey shown and tried in the terminal; hotline check on journeys."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as Xml
from pathlib import Path
from typing import Any

import pytest

from config.file_places import Places
from config.read import parse
from hotline import cli
from hotline.lab.hotline_instance import shipped
from hotline.verbs import check
from hotline.verbs.check_result import Finding, State
from tests.config.journeys import EVERYTHING, Table, everything

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped file, with the journey that has every kind of step, as an operator writes it."""
    said = (ROOT / "hotline.toml").read_text("utf-8")
    said = said.replace('[[line]]\nid = "citizen"', '[[line]]\njourney = "everything"\nid = "citizen"', 1)
    said = re.sub(r"\[\[mode\]\].*?(?=\[switches\])", "", said, flags=re.S)  # what is counted is the journey's own
    steps = "\n".join(f"{name} = {toml(step)}" for name, step in EVERYTHING.items())
    path = tmp_path / "hotline.toml"
    path.write_text(f"{said}\n[journey.everything]\n{steps}\n", "utf-8")
    return path


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {toml(one)}' for key, one in value.items()) + " }"
    return json.dumps(value)


def tried(config: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, str]]:
    assert cli.main(["journey", "try", "citizen", "--config", str(config), "--json", *words]) == 0
    told: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return told


def test_text_and_picture_have_every_step(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the line's name or the journey's own; the picture is whole XML with a box a step and a line a way."""
    for name in ("citizen", "everything"):
        assert cli.main(["journey", "show", name, "--config", str(config)]) == 0
        text = capsys.readouterr().out
        assert all(f"\n{step}: " in text for step in EVERYTHING)
        assert "12319城市管理服务热线" in text
    assert cli.main(["journey", "show", "citizen", "--svg", "--config", str(config)]) == 0
    picture = Xml.fromstring(capsys.readouterr().out)
    space = "{http://www.w3.org/2000/svg}"
    assert len(picture.findall(f"{space}g")) == len(EVERYTHING)
    ways = sum(len(step.ways()) for step in parse(everything(shipped())).journey["everything"].values())
    assert len(picture.findall(f"{space}path")) == ways


def test_a_walk_is_tried_without_a_telephone(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Typed keys, a chosen hour, mode, stored value, queue and advice, as a program reads it."""
    open_ = ["--at", "2026-11-23 09:00"]
    walk = tried(config, capsys, *open_, "--keys", "2,1234#", "--mode", "typhoon", "--advice", "wait=long")
    assert walk[0] == {"kind": "passed", "step": "storm", "way": "on"}
    assert {"kind": "passed", "step": "long", "way": "long"} in walk
    assert walk[-1] == {"kind": "queued", "step": "other", "queue": "minnan"}
    assert tried(config, capsys, "--at", "2026-10-01 09:00")[-1]["kind"] == "letgo"
    crowded = tried(config, capsys, *open_, "--keys", "", "--waiting", "mandarin=5", "--stored", "district=siming")
    assert {"kind": "passed", "step": "crowd", "way": "many"} in crowded


def test_keys_are_asked_for_in_the_terminal(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line is an answer, the end of the input silence; what is no key is passed over."""
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("7\n2 \nabc12-34\n"))
    assert cli.main(["journey", "try", "citizen", "--config", str(config), "--at", "2026-11-23 09:00"]) == 0
    out = capsys.readouterr().out
    assert "choice → 7" in out
    assert "minnan" in out.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["show", "citizn"], "citizen"),
        (["try", "citizen", "--at", "tomorrow"], "2026-10-01"),
        (["try", "citizen", "--mode", "tycoon"], "typhoon"),
        (["try", "citizen", "--waiting", "mandarin"], "NAME"),
        (["try", "citizen", "--waiting", "mandarin=many"], "many"),
        (["try", "citizen", "--waiting", "nobody=1"], "mandarin"),
        (["try", "citizen", "--stored", "house=1"], "district"),
        (["try", "citizen", "--advice", "wait=soon"], "short"),
    ],
)
def test_what_is_not_there_is_said(
    config: Path, capsys: pytest.CaptureFixture[str], words: list[str], hint: str
) -> None:
    """Status 2, and what there is."""
    assert cli.main(["journey", *words, "--config", str(config)]) == 2
    told = capsys.readouterr()
    assert hint in told.err
    assert told.out == ""


def journeys(table: Table, tmp_path: Path) -> list[Finding]:
    return list(check._journeys(parse(table), Places(tmp_path)))


def test_check_names_what_no_caller_comes_to(tmp_path: Path) -> None:
    """A step, and a journey, with the cure; else one good line."""
    (fine,) = journeys(everything(shipped()), tmp_path)
    assert fine.state is State.OK
    table = everything(shipped())
    table["journey"]["everything"]["storm"]["on"] = "office"
    table["journey"]["spare"] = {"people": {"kind": "queue"}}
    found = journeys(table, tmp_path)
    assert [one.state for one in found] == [State.WARN, State.WARN]
    assert "journey.spare" in found[0].message
    assert "journey.everything.warned" in found[1].message
    assert all(one.cure for one in found)

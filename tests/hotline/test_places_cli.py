"""``hotline places``: a city's files brought in, looked at, found; what is wrong is said with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.file_places import Places
from hotline.cli import main
from tests import shipped_gazetteer


@pytest.fixture
def var(tmp_path: Path) -> list[str]:
    shipped_gazetteer.lay(Places(tmp_path / "var").gazetteer)
    return ["--var", str(tmp_path / "var")]


def test_what_is_shipped_is_there_at_once(var: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["places", "check", *var]) == 0
    assert "1054" in capsys.readouterr().out
    assert main(["places", "show", "hbnl", "--json", *var]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "湖滨南路" in [one["name"] for one in found]
    assert main(["places", "show", "--at", "118.1,24.472", "--crs", "WGS84", *var]) == 0
    assert "350203" in capsys.readouterr().out


def test_a_citys_own(var: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names are replaced, divisions and cells stay; what is odd is told and in."""
    names = tmp_path / "names.csv"
    names.write_text(
        "name,type,district,lng,lat,crs\n试验路,road,思明区,118.1,24.472,WGS84\n怪路,road,集美区,118.1,24.472,WGS84\n",
        "utf-8",
    )
    assert main(["places", "check", str(names), *var]) == 0
    assert "怪路" in capsys.readouterr().err
    assert main(["places", "show", "试验路", *var]) in (0, 1)
    assert "试验路" not in capsys.readouterr().out
    assert main(["places", "import", str(names), "--attribution", "民政局", *var]) == 0
    assert "19582" in capsys.readouterr().out
    assert main(["places", "show", "shiyanlu", "--json", *var]) == 0
    one = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (one["name"], one["source"], one["division"][:6]) == ("试验路", "民政局", "350203")


def test_what_is_wrong_is_said_with_its_line(
    var: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "names.csv"
    names.write_text("name,lng,lat\n试验路,118.1,24.472\n", "utf-8")
    assert main(["places", "import", str(names), *var]) == 2
    said = capsys.readouterr().err
    assert "names.csv" in said
    assert "crs" in said
    assert main(["places", "show", "--at", "118.1,24.472", *var]) == 2
    assert main(["places", "show", "--at", "here", "--crs", "WGS84", *var]) == 2

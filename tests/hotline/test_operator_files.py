"""A start reads the operator's files first, and check reads exactly what a start reads (kind I)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w

from config.file_places import Places
from config.read import parse
from hotline import operator_files
from hotline.lab import ports
from hotline.lab.hotline_instance import derive, shipped
from tests.sampling import sampled

HEADING = "scheme,version,kind,major,major_name,code,name,confidence\n"
BROKEN = {
    "choices.toml": (b"[urgency]\nnow = {\n", "2"),
    "codes.csv": (HEADING.encode() + b"XM,2026,event,01,\xff\xff,0101,\xff,local\n", "2"),
    "secrets/oidc-client": (b"\n", ""),
    "secrets/sip-probe": (b"", ""),
}


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    block = ports.find()
    path = tmp_path / "hotline.toml"
    path.write_text(tomli_w.dumps(derive(shipped(), block.base)), "utf-8")
    yield path
    block.free()


def hotline(verb: str, config: Path, *more: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "hotline.cli", verb, "--config", str(config), "--var", str(config.parent / "var")]
    return subprocess.run([*words, *more], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", sampled(list(BROKEN), 2))
def test_a_file_that_cannot_be_read_ends_the_start_before_anything_is_begun(config: Path, name: str) -> None:
    """Status 3, one sentence with file, line and cure, no traceback, no process; check says the same before."""
    data, line = BROKEN[name]
    path = config.parent / "var" / name
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_bytes(data)
    done = hotline("run", config)
    assert done.returncode == 3
    assert "Traceback" not in done.stdout + done.stderr
    (sentence,) = [text for text in done.stderr.splitlines() if str(path) in text]
    assert line in sentence
    assert "解决办法" in sentence
    assert not (config.parent / "var" / "asterisk" / "run" / "asterisk.pid").exists()
    checked = hotline("check", config, "--json")
    assert checked.returncode == 1
    (found,) = [row for row in json.loads(checked.stdout) if row["name"] == "files"]
    assert found["state"] == "fail"
    assert found["message"] in sentence


def test_what_is_odd_is_read_and_said(config: Path) -> None:
    """A byte order mark is nobody's business; GBK and lost zeros are said by check, and read."""
    places, settings = Places(config.parent / "var"), parse(derive(shipped(), 20000))
    places.var.mkdir()
    places.choices.write_text('[urgency]\r\nnow = { zh = "立即", en = "at once" }\r\n', "utf-8-sig")
    assert list(operator_files.refusals(settings, places)) == []
    assert operator_files.load(places).remarks == ()
    places.codes.write_text(HEADING + "XM,2026,event,1,市容,101,乱搭乱建,local\n", "gbk")
    found = operator_files.load(places)
    assert found.choices.find("urgency", "立即")
    assert len(found.remarks) == 2


@pytest.mark.parametrize("name", ["choices.toml", "codes.csv", "secrets/oidc-client", "secrets/sip-8001", "secrets"])
@pytest.mark.parametrize("to", ["nothing", "itself"])
def test_a_link_that_leads_nowhere_is_no_file_left_out(tmp_path: Path, name: str, to: str) -> None:
    """Kind I: a share that is not mounted is not the same as having no codes of one's own."""
    places, settings = Places(tmp_path / "var"), parse(derive(shipped(), 20000))
    path = places.var / name
    path.parent.mkdir(parents=True)
    path.symlink_to(path if to == "itself" else "/mnt/share/file")
    (fault,) = operator_files.refusals(settings, places)
    assert fault.file == str(path)
    assert fault.cure or to == "itself"

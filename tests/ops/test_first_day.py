"""docs/operating.md as it is written: from the release file to a recorded call, a backup, its restore, an update and a way back.

Each chapter is a test; one that is run alone has those before it done first, so that a short run ends with the first call. The steps themselves say what must be; what is looked at
beyond them stands here.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from . import document
from .machine import Machine, possible
from .test_release import ROOT, draft

CHAPTERS = document.chapters()
pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.skipif(bool(possible()), reason=possible())]
AT = "--config /etc/hotline/hotline.toml --var /var/lib/hotline"
KEPT = "HOTLINE_OPS_FILES"
"""A folder with ``wheelhouse`` and ``asterisk`` as they are downloaded, so that a second run asks no network."""


class FirstDay:
    """One machine on which the chapters are done in order, each once."""

    def __init__(self, machine: Machine, chapters: Sequence[str]) -> None:
        self.machine, self.chapters, self.done = machine, chapters, list[str]()
        self.said: dict[str, str] = {}

    def reach(self, chapter: str) -> str:
        for one in self.chapters[: self.chapters.index(chapter) + 1]:
            if one not in self.done:
                self.done.append(one)  # a chapter that failed is not begun anew
                self.said[one] = "".join(self._step(step) for step in document.of_document() if step.chapter == one)
        return self.said.get(chapter, "")

    def _step(self, step: document.Step) -> str:
        try:
            return ACTS[step.act](self.machine) if step.act else self.machine.run(step.text, 400)
        except AssertionError as fault:
            log = (
                self.machine.said("tail -n 40 /var/log/hotline.journal") if "the shell ended" not in str(fault) else ""
            )
            raise AssertionError(f"docs/operating.md:{step.line}: {fault}\n{log}") from None

    def hotline(self, words: str) -> str:
        return self.machine.ask(f"runuser -u hotline -- hotline {words} {AT} 2>/dev/null")


PEOPLE = "/opt/hotline/current/.venv/bin/python -P /tmp/people.py"


def phone(machine: Machine) -> str:
    return machine.run(
        f"{PEOPLE} phone >/tmp/phone.log 2>&1 &\n"
        "for _ in $(seq 300); do [ ! -e /tmp/people/phone ] || break; sleep 0.1; done\n[ -e /tmp/people/phone ] || { cat /tmp/phone.log; false; }"
    )  # fmt: skip


def hold(machine: Machine) -> str:
    return machine.run(
        "rm -f /tmp/people/talking /tmp/people/hang-up\n"
        f"{PEOPLE} hold >/tmp/hold.log 2>&1 &\nhold=$!\n"
        "for _ in $(seq 600); do [ ! -e /tmp/people/talking ] || break; sleep 0.1; done\n[ -e /tmp/people/talking ] || { cat /tmp/hold.log; false; }"
    )  # fmt: skip


def hang_up(machine: Machine) -> str:
    return machine.run("touch /tmp/people/hang-up\nwait $hold || { cat /tmp/hold.log; false; }")


def damage(machine: Machine) -> str:
    return machine.run(
        "dd if=/dev/urandom of=/var/lib/hotline/ledger.db bs=4096 seek=3 count=40 conv=notrunc 2>/dev/null"
    )


ACTS: dict[str, Callable[[Machine], str]] = {
    "phone": phone, "hold": hold, "hang-up": hang_up, "damage": damage, "call": lambda machine: machine.run(f"{PEOPLE} call", 120),
}  # fmt: skip


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Made whole or not at all; of two at the same moment the first counts."""
    if not folder.exists():
        draft_of = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
        make(draft_of / folder.name)
        with suppress(OSError):
            (draft_of / folder.name).rename(folder)
        shutil.rmtree(draft_of, ignore_errors=True)
    return folder


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What is carried to the machine: both releases, a wheelhouse, Asterisk's packages, the sums."""
    folder = tmp_path_factory.mktemp("files")
    kept = Path(os.environ.get(KEPT) or Path.home() / ".cache" / "hotline" / "ops")
    kept.mkdir(parents=True, exist_ok=True)
    made = [draft(folder, version) for version in document.releases()]

    def wheelhouse(target: Path) -> None:
        subprocess.run(["tar", "-xzf", made[0], "-C", folder], check=True)
        install = folder / made[0].name.removesuffix(".tar.gz") / "install"
        # by the interpreter that the machine will find
        subprocess.run([install, "--make-wheelhouse", target, "--python", "/usr/bin/python3"], check=True, timeout=500)

    def asterisk(target: Path) -> None:
        subprocess.run([ROOT / ".venv" / "bin" / "hotline", "asterisk", "fetch", target], check=True, timeout=300)

    lock = hashlib.sha256((ROOT / "requirements.lock").read_bytes()).hexdigest()[:12]
    wheels, packages = once(kept / f"wheelhouse-{lock}", wheelhouse), once(kept / "asterisk", asterisk)
    sums = folder / "SHA256SUMS"
    sums.write_text("".join(f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in made))
    (folder / "carried").mkdir()
    (folder / "carried" / "wheelhouse").symlink_to(wheels)
    return [*made, sums, folder / "carried" / "wheelhouse", packages]


@pytest.fixture(scope="module")
def day(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstDay]:
    with Machine(tmp_path_factory.mktemp("machine") / "root", files) as machine:
        # a link is carried as what it leads to
        machine.run("[ ! -L /tmp/wheelhouse ] || false", 30)
        yield FirstDay(machine, [one for one in CHAPTERS if one != ANOTHER])


def test_the_document_names_this_release() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert document.releases()[0] == version
    assert len(document.releases()) == 2


def test_every_step_belongs_to_a_test() -> None:
    assert set(CHAPTERS) == {INSTALL, SETTINGS, CALL, BACKUP, TRIED, ANOTHER, UPDATE, BACK, LOST}
    assert {step.act for step in document.of_document()} - {""} <= set(ACTS)


INSTALL, SETTINGS, CALL = "Install", "First settings", "The first call"
BACKUP, TRIED, ANOTHER = "Back up", "Try the backup", "On another machine"
UPDATE = "Update with calls standing"
BACK, LOST = "Go back", "The day the database is lost"


def test_install(day: FirstDay) -> None:
    """Nothing is put into the machine's own Python; the Asterisk is the one that was tried."""
    day.reach(INSTALL)
    assert day.machine.ask("hotline --version").strip() == f"hotline {document.releases()[0]}"
    assert day.machine.said("cd /tmp && python3 -c 'import hotline'").count("ModuleNotFoundError") == 1
    assert (
        day.machine.ask("find / -xdev -name site-packages -prune -o -path '*dist-packages/hotline*' -print").strip()
        == ""
    )


def test_first_settings(day: FirstDay) -> None:
    """`hotline check` has nothing to cure, and the daemon said READY to whoever started it."""
    day.reach(SETTINGS)
    assert day.machine.ask("systemctl is-active hotline").strip() == "active"
    found = {one["name"]: one["state"] for one in json.loads(day.hotline("check --json"))}
    assert found["asterisk"] == "ok"
    assert "fail" not in found.values()
    assert (
        day.machine.ask("stat -c '%U %a' /var/lib/hotline /var/lib/hotline/secrets").splitlines() == ["hotline 700"] * 2
    )


@pytest.mark.always
def test_the_first_call(day: FirstDay) -> None:
    """One call, answered by seat 8005, recorded, and its sound can be taken out of the seal."""
    day.reach(CALL)
    (row,) = json.loads(day.hotline("report calls --json"))
    assert (row["queue_result"], row["seat"], row["recordings"][0]["state"]) == ("answered", "8005", "shelved")
    assert (
        day.machine.ask(
            "ffprobe -v error -show_entries stream=codec_name,channels -of csv=p=0 /var/lib/hotline/first-call.opus"
        ).strip()
        == "opus,2"
    )


@pytest.mark.long
def test_back_up(day: FirstDay) -> None:
    day.reach(BACKUP)
    assert day.machine.ask("stat -c '%U %a' /backup/first").strip() == "hotline 700"
    told = json.loads(day.machine.ask("cat /backup/first/backup.json"))
    assert {"ledger.db", "casestore.db", "hotline.toml"} <= set(told["files"])


@pytest.mark.long
def test_try_the_backup(day: FirstDay) -> None:
    """In an empty folder beside: the same call, every recording opens, and the running daemon never noticed."""
    day.reach(TRIED)
    tried = json.loads(
        day.machine.ask(
            "runuser -u hotline -- hotline report calls --json --config /backup/first/hotline.toml --var /var/lib/hotline/tried 2>/dev/null"
        )
    )
    assert [row["call"] for row in tried] == [row["call"] for row in json.loads(day.hotline("report calls --json"))][
        -len(tried) :
    ]
    assert day.machine.ask("systemctl is-active hotline").strip() == "active"


@pytest.mark.long
def test_on_another_machine(day: FirstDay, files: list[Path], tmp_path: Path) -> None:
    """A second machine, which has the release and the backup alone: the call, its recording, the seats' keys; and it is served again."""
    day.reach(BACKUP)
    (call,) = json.loads(day.hotline("report calls --json"))[-1:]
    carried = [*files, day.machine.fetch("/backup/first", tmp_path)]
    with Machine(tmp_path / "machine", carried) as machine:
        other = FirstDay(machine, [INSTALL, ANOTHER])
        other.reach(ANOTHER)
        (row,) = json.loads(other.hotline("report calls --json"))
        assert (row["call"], row["queue_result"], row["seat"]) == (call["call"], "answered", "8005")
        other.hotline(
            f"recording export {call['call']} /var/lib/hotline/again.opus --purpose technical --words 'another machine'"
        )
        assert machine.ask("systemctl is-active hotline").strip() == "active"
        key = "cat /var/lib/hotline/secrets/sip-8005"
        assert machine.ask(key) == day.machine.ask(key)


@pytest.mark.long
def test_update_with_calls_standing(day: FirstDay) -> None:
    """The citizen and the seat hear each other through it; the same process, the same Asterisk, the new release."""
    day.reach(BACKUP)
    before = day.machine.ask(
        "cat /run/systemctl/hotline.state; echo; pgrep -f 'asterisk.*-C /var/lib/hotline' | head -1"
    )
    day.reach(UPDATE)
    assert (
        day.machine.ask("cat /run/systemctl/hotline.state; echo; pgrep -f 'asterisk.*-C /var/lib/hotline' | head -1")
        == before
    )
    pid = before.split()[2]
    new = f"/opt/hotline/hotline-{document.releases()[1]}/"
    assert new in day.machine.ask(f"tr '\\0' ' ' < /proc/{pid}/cmdline")
    assert new in day.machine.ask(f"cat /proc/{pid}/maps")
    assert json.loads(day.hotline("report calls --json"))[0]["ended_by"] == "caller"


@pytest.mark.long
def test_go_back(day: FirstDay) -> None:
    day.reach(BACK)
    pid = day.machine.ask("cat /run/systemctl/hotline.state").split()[2]
    assert f"/opt/hotline/hotline-{document.releases()[0]}/" in day.machine.ask(f"tr '\\0' ' ' < /proc/{pid}/cmdline")


@pytest.mark.long
def test_the_day_the_database_is_lost(day: FirstDay) -> None:
    """Every call is in the ledger again: those before the backup from it, those since from Asterisk's files; nobody was cut off."""
    day.reach(BACK)
    before = [row["call"] for row in json.loads(day.hotline("report calls --json"))]
    day.reach(LOST)
    rows = json.loads(day.hotline("report calls --json"))
    assert {*before} < {row["call"] for row in rows}, "and the call that stood meanwhile"
    assert {row["ended_by"] for row in rows} == {"caller"}

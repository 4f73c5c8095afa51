"""The master key in a file: where it may lie, rotation, and every recording's key wrapped anew, whoever is killed where."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from config.file_places import Places
from config.sections.recording import Recording
from recordings import vault
from recordings.errors import SealBroken
from recordings.master_key import MasterKeyFile, master_of
from recordings.ports import MasterKeys
from recordings.storage import keys_of

from .master_keys_contract import MasterKeysContract

PATHS = [f"2026/11/2{day}/xm1-{day}.{n}.opus.sealed" for day in range(2) for n in range(2)]


class TestAFile(MasterKeysContract):
    @pytest.fixture(autouse=True)
    def _here(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def made(self) -> MasterKeys:
        return MasterKeyFile(self.folder / "master", may_make=lambda: True)


def filled(folder: Path) -> tuple[vault.Keys, dict[str, vault.DataKey]]:
    keys = keys_of(Recording(), Places(folder))
    made = {path: vault.new_key(path) for path in PATHS}
    for path, key in made.items():
        keys.keep(key, path)
    return keys, made


def rewrap_all(keys: vault.Keys) -> int:
    return sum([keys.rewrap(path) for path in keys.paths()])


def test_a_rotation_is_followed_by_who_runs(tmp_path: Path) -> None:
    """The daemon's own keys, opened before, wrap by the new master key and open what either wrapped."""
    keys, made = filled(tmp_path)
    running = keys_of(Recording(), Places(tmp_path))
    assert running.get(PATHS[0]) == made[PATHS[0]]
    name = keys.master.rotate()
    late = vault.new_key("late.opus.sealed")
    running.keep(late, late.label)
    assert json.loads((keys.folder / "late.opus.sealed.key").read_bytes())["master"] == name
    assert (rewrap_all(keys), rewrap_all(keys), keys.retire()) == (len(PATHS), 0, 1)
    for path, key in (made | {late.label: late}).items():
        assert running.get(path) == key


def test_a_key_that_a_program_before_wrote_is_wrapped_anew(tmp_path: Path) -> None:
    """Rows without the name of a master key open, and get one."""
    keys, made = filled(tmp_path)
    file = keys.folder / f"{PATHS[0]}.key"
    row = json.loads(file.read_bytes())
    del row["master"]
    file.write_text(json.dumps(row | {"v": 1}))
    assert keys.get(PATHS[0]) == made[PATHS[0]]
    with pytest.raises(SealBroken, match="former_in_use"):
        keys.retire()
    assert rewrap_all(keys) == 1
    assert keys.get(PATHS[0]) == made[PATHS[0]]


def test_a_former_key_that_is_needed_is_not_forgotten(tmp_path: Path) -> None:
    """One key left under it, or one that does not open: refused, and everything opens as before."""
    keys, made = filled(tmp_path)
    keys.master.rotate()
    keys.rewrap(PATHS[0])
    with pytest.raises(SealBroken, match="former_in_use"):
        keys.retire()
    assert {path: keys.get(path) for path in PATHS} == made
    rewrap_all(keys)
    (keys.folder / f"{PATHS[1]}.key").write_bytes(b"{}")
    with pytest.raises(SealBroken, match="bad_key"):
        keys.retire()
    assert keys.master.former() == 1


def test_two_rotations_at_once_forget_neither(tmp_path: Path) -> None:
    """Four processes rotate and wrap anew at the same time: every key opens, and each of the new master keys is there."""
    keys, made = filled(tmp_path)
    pids = []
    for _process in range(4):
        pid = os.fork()
        if pid == 0:
            try:
                own = keys_of(Recording(), Places(tmp_path))
                own.rotate()
                rewrap_all(own)
                os._exit(0)
            except BaseException:
                os._exit(1)
        pids.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in pids] == [0] * 4
    assert keys.master.former() == 4
    assert {path: keys.get(path) for path in PATHS} == made


def test_a_dropped_key_does_not_come_back(tmp_path: Path) -> None:
    keys, _made = filled(tmp_path)
    keys.master.rotate()
    keys.shred(PATHS[0])
    assert not keys.rewrap(PATHS[0])
    assert PATHS[0] not in list(keys.paths())


KILLED = ("fsync", "replace", "link")


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Do ``work`` in a child that is killed before its ``step``-th write reaches the disk; False: it came to its end."""
    pid = os.fork()
    if pid == 0:
        left = [step]

        def deadly(real: Callable[..., object]) -> Callable[..., object]:
            def call(*args: object, **more: object) -> object:
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*args, **more)

            return call

        for name in KILLED:
            setattr(os, name, deadly(getattr(os, name)))
        try:
            work()
            os._exit(0)
        except BaseException:
            os._exit(1)
    _pid, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, status
    return os.WIFSIGNALED(status)


def test_killed_anywhere_every_recording_opens(tmp_path: Path) -> None:
    """Rotation, wrapping anew and forgetting the former key, killed before each of its writes in turn, and done again."""

    def rotate_and_all(keys: vault.Keys) -> None:
        keys.rotate()
        rewrap_all(keys)
        keys.retire()

    steps = 0
    while True:
        place = tmp_path / str(steps)
        keys, made = filled(place)
        killed = killed_at(steps, lambda keys=keys: rotate_and_all(keys))  # type: ignore[misc]
        after = keys_of(Recording(), Places(place))
        assert {path: after.get(path) for path in PATHS} == made, steps
        rewrap_all(after)
        after.retire()
        assert {path: keys_of(Recording(), Places(place)).get(path) for path in PATHS} == made, steps
        assert after.master.former() == 0
        if not killed:
            break
        steps += 1
    assert steps > 3 * len(PATHS), "the child must have died within each of them"


def test_a_key_elsewhere_must_be_there(tmp_path: Path) -> None:
    """A volume that is not mounted is an error with its cure; nothing is made under its name."""
    file = tmp_path / "volume" / "master"
    keys = keys_of(Recording(master_key=str(file)), Places(tmp_path / "var"))
    with pytest.raises(SealBroken, match=r"no_master.*openssl rand"):
        keys.keep(vault.new_key("x"), "x")
    assert not file.exists()
    file.parent.mkdir()
    file.write_text("ab" * 32 + "\n")
    keys.keep(vault.new_key("x"), "x")
    assert keys.get("x").label == "x"
    assert not (tmp_path / "var" / "secrets").exists()


def test_a_credential_of_systemd(tmp_path: Path) -> None:
    """Read where systemd puts it; rotated by the unit alone, with the former key below the new one."""
    (tmp_path / "hotline-master").write_text("ab" * 32)
    master = master_of("credential:hotline-master", tmp_path / "own", has_keys=lambda: False,
                       environ={"CREDENTIALS_DIRECTORY": str(tmp_path)})  # fmt: skip
    wrapped = master.wrap(b"s" * 32, b"x")
    with pytest.raises(SealBroken, match="read_only"):
        master.rotate()
    (tmp_path / "new").write_text("cd" * 32 + "\n" + "ab" * 32 + "\n")
    (tmp_path / "new").replace(tmp_path / "hotline-master")
    assert master.unwrap(wrapped, b"x") == b"s" * 32
    assert master.wrap(b"s" * 32, b"x").master != wrapped.master
    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize("content", ["", "zz" * 32, "ab" * 31, "ab" * 32 + "\ncd"])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "master").write_text(content)
    with pytest.raises(SealBroken, match="bad_master"):
        MasterKeyFile(tmp_path / "master").current()


@pytest.mark.parametrize("what", ["pipe", "folder", "endless"])
def test_a_master_key_that_is_no_file_is_said_at_once(tmp_path: Path, what: str) -> None:
    """Kind I: no pipe is waited for, no device read until memory is full."""
    path = tmp_path / "master"
    match what:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case _:
            path.symlink_to("/dev/zero")
    with pytest.raises(SealBroken, match="no_master"):
        MasterKeyFile(path).current()


def test_a_master_key_that_an_editor_saved_is_read(tmp_path: Path) -> None:
    """With a byte order mark and line ends of DOS."""
    path = tmp_path / "master"
    path.write_bytes(b"\xef\xbb\xbf" + b"ab" * 32 + b"\r\n")
    assert MasterKeyFile(path).current()

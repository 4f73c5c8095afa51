"""systemd itself as the first process of a machine of its own: namespaces, an overlay over the whole root, control groups of its own.

Two at one time need a group each: in one, the one's systemd takes away the group into which the other's is just starting a service.
It knows the units that it is given and nothing of this machine's. Needs root; all of it ends with its first process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from uuid import uuid4

import psutil

SYSTEMD = Path("/lib/systemd/systemd")
APART = ("unshare", "--mount", "--net", "--pid", "--ipc", "--uts", "--cgroup", "--fork", "--kill-child=KILL")
GROUPS = ("unshare", "--mount", "sh", "-ec")
"""Followed by a script and its words: with this machine's control groups at /mnt, for it alone."""
INTO_A_GROUP = 'mount -t cgroup2 groups /mnt; mkdir "/mnt/$0"; echo $$ > "/mnt/$0/cgroup.procs"; umount /mnt; exec "$@"'
WITHOUT_IT = 'mount -t cgroup2 groups /mnt; find "/mnt/$0" -depth -type d -exec rmdir {} +'
TARGETS = ("sysinit", "basic", "shutdown", "network", "final", "umount", "rescue", "emergency", "multi-user")
"""What services ask for by themselves: empty here."""
SET_UP = """\
set -e
umask 022
mount -t tmpfs -o mode=755 machine "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay machine -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
root=$1/root
mount -t proc proc "$root/proc"
mount -t sysfs sys "$root/sys"
mount -t tmpfs groups "$root/sys/fs/cgroup"
mount -t cgroup2 groups "$root/sys/fs/cgroup"
mount --rbind /dev "$root/dev"
for folder in run tmp var/lib/hotline; do
  mkdir -p "$root/$folder"
  mount -t tmpfs -o mode=755 empty "$root/$folder"
done
mkdir "$root/run/units"
cp "$2"/* "$root/run/units/"
chmod 755 "$root/run/units"/*
ip link set lo up
shift 2
while [ $# -gt 0 ]; do
  mkdir -p "$root/$2"
  mount --rbind "$1" "$root/$2"
  shift 2
done
chroot "$root" useradd --system --no-create-home hotline
cd "$root"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=test SYSTEMD_UNIT_PATH=/run/units \\
  chroot "$root" /lib/systemd/systemd --system --unit=multi-user.target --log-target=console
"""


def possible() -> str:
    """'' or why there can be none here."""
    if os.getuid() != 0:
        return "needs root, for namespaces, an overlay and control groups"
    if not SYSTEMD.exists() or shutil.which("nsenter") is None:
        return "there is no systemd here"
    mounts = (
        "mount -t tmpfs t /mnt && mkdir /mnt/c && mount -t cgroup2 c /mnt/c && mkdir /mnt/c/tried && rmdir /mnt/c/tried"
    )
    tried = subprocess.run([*APART, "sh", "-c", mounts], stderr=subprocess.PIPE, text=True, check=False)
    return "" if tried.returncode == 0 else f"no machine of its own can be booted here: {tried.stderr.strip()}"


class Booted:
    """``with``: systemd runs and takes orders. ``units``: name → text of each file that lies in its one folder of units;
    ``shown``: folder of this machine → where it is there, too."""

    def __init__(self, folder: Path, units: Mapping[str, str], shown: Mapping[Path, str] | None = None) -> None:
        self._folder, self._shown = folder, shown or {}
        self._units = dict.fromkeys((f"{name}.target" for name in TARGETS), "[Unit]\nDefaultDependencies=no\n") | dict(
            units
        )

    def __enter__(self) -> Booted:
        (units := self._folder / "units").mkdir(parents=True)
        (top := self._folder / "top").mkdir()
        for name, text in self._units.items():
            (units / name).write_text(text, "utf-8")
        self.log = self._folder / "log"
        self._group = f"booted-{os.getpid()}-{uuid4().hex[:8]}"
        begin = [*GROUPS, INTO_A_GROUP, self._group, *APART, "bash", "-c", SET_UP, "boot", str(top), str(units)]
        begin += [word for here, there in self._shown.items() for word in (str(here), there)]
        with self.log.open("wb") as out:
            self._apart = subprocess.Popen(begin, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self._first = self._booted()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """With its first process all others die, and the mounts go with their namespace."""
        self._end()

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """On that machine, as root."""
        return subprocess.run(self._inside(words), capture_output=True, text=True, check=False, timeout=150)

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """The same, to be talked with."""
        pipe = subprocess.PIPE
        return subprocess.Popen(self._inside(words), stdin=pipe, stdout=pipe, stderr=pipe, text=True, bufsize=1)

    def _inside(self, words: Sequence[str]) -> list[str]:
        return ["nsenter", "-t", str(self._first), "-m", "-p", "-n", "-i", "-u", "-C", "-r", "-w", *words]

    def show(self, unit: str, name: str) -> str:
        return self.run("systemctl", "show", "--value", "-p", name, unit).stdout.strip()

    def until(self, unit: str, name: str, value: str, seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while (found := self.show(unit, name)) != value:
            assert time.monotonic() < end, (
                f"{unit} {name}: {found}, not {value}\n{self.log.read_text('utf-8', 'replace')[-2000:]}"
            )
            time.sleep(0.1)

    def _end(self) -> None:
        """The group can go when nobody is in it: a moment after its last process was killed."""
        self._apart.kill()
        self._apart.wait()
        end = time.monotonic() + 10
        while (gone := subprocess.run([*GROUPS, WITHOUT_IT, self._group], capture_output=True, text=True, check=False)).returncode:  # fmt: skip
            assert time.monotonic() < end, gone.stderr
            time.sleep(0.1)

    def _booted(self, seconds: float = 20.0) -> int:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._apart.poll() is None:
            for one in psutil.Process(self._apart.pid).children():
                if one.name() == "systemd":
                    self._first = one.pid
                    if self.show("multi-user.target", "ActiveState") == "active":
                        return int(one.pid)
            time.sleep(0.1)
        self._end()
        raise AssertionError(f"systemd did not come up: {self.log.read_text('utf-8', 'replace')[-2000:]}")

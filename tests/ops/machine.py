"""A machine of its own for the steps of the document: namespaces for mounts, network and processes, over this machine's root.

An overlay lies over the whole root, so that nothing written there reaches this machine; ``/opt``, ``/work``, ``/tmp``, ``/root`` and
``/etc/hotline`` are empty, there is no route to anywhere, and all of it ends with its first process. Needs root. What it shares with this
machine is the kernel and what Debian's packages brought. ``systemctl`` is ``systemctl.py``: no systemd runs in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, Queue
from types import TracebackType

import psutil

HERE = Path(__file__).parent
ADDRESSES = ("10.0.0.5", "10.0.0.21", "10.1.2.3", "10.1.2.4")
"""Of the hotline, of its desk phones, of two carriers, as the document calls them; all on the machine itself."""

SET_UP = """\
set -e
mount -t tmpfs -o mode=755 machine "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay machine -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
root=$1/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
# no list of packages: what Debian brought is the newest that it knows
for folder in opt work root home run mnt backup var/log var/lib/apt/lists var/lib/hotline; do
  mkdir -p "$root/$folder"
  mount -t tmpfs -o mode=755 empty "$root/$folder"
done
mount -t tmpfs -o mode=1777 empty "$root/tmp"
rm -rf "$root/etc/hotline" "$root/etc/xdg/pip" "$root/etc/pip.conf"
cp "$2/systemctl.py" "$root/usr/local/bin/systemctl"
chmod 755 "$root/usr/local/bin/systemctl"
cp "$2/people.py" "$root/tmp/people.py"
shift 2
for file; do cp -rL "$file" "$root/tmp/"; done
ip link set lo up
for address in ADDRESSES; do ip addr add "$address/32" dev lo; done
cd "$root"
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \\
  chroot "$root" sh -c 'cd /root; exec bash --norc --noprofile 2>&1'
"""


class StepFailed(AssertionError):
    """The shell's own words stand in it."""


def possible() -> str:
    """'' or why there can be none here."""
    if os.getuid() != 0:
        return "needs root, for namespaces and an overlay"
    missing = [
        name
        for name in ("unshare", "ip", "chroot", "ffmpeg", "runuser")
        if shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin") is None
    ]
    if missing:
        return f"{', '.join(missing)} are missing"
    # refused where / is no mount point (a chroot), and in most containers
    tried = subprocess.run(["unshare", "--mount", "--net", "--pid", "--ipc", "--fork", "true"], stderr=subprocess.PIPE, text=True, check=False)  # fmt: skip
    return "" if tried.returncode == 0 else f"no machine of its own can be made here: {tried.stderr.strip()}"


class Machine:
    """``with``; ``files`` lie in its /tmp. ``run`` gives words to its one shell, which keeps what they set."""

    def __init__(self, folder: Path, files: Sequence[Path]) -> None:
        self._folder, self._files = folder, files
        self._said: Queue[str | None] = Queue()
        self.log: list[str] = []

    def __enter__(self) -> Machine:
        self._folder.mkdir()
        script = SET_UP.replace("ADDRESSES", " ".join(ADDRESSES))
        self._shell = subprocess.Popen(
            ["unshare", "--mount", "--net", "--pid", "--ipc", "--fork", "--kill-child", "bash", "-c", script, "machine",
             str(self._folder), str(HERE), *map(str, self._files)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1,
        )  # fmt: skip
        threading.Thread(target=self._read, daemon=True).start()
        self.run("true", 60)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Its first process is killed, and with it all others; the mounts go with their namespace."""
        self._shell.kill()
        self._shell.wait()

    def _read(self) -> None:
        assert self._shell.stdout is not None
        for line in self._shell.stdout:
            self._said.put(line)
        self._said.put(None)

    def run(self, words: str, seconds: float = 300, *, apart: bool = False) -> str:
        """Each line must end well, and what it sets stays. What was said on both outputs; raises StepFailed.

        :param apart: in a shell of their own, which knows what was set: one that fails costs the first one nothing.
        """
        mark = uuid.uuid4().hex
        assert self._shell.stdin is not None
        # of a step that fails the shell ends: another one takes its place, so that its machine can still be asked
        ended = f"cat >/tmp/step <<'{mark}'\n{words.rstrip()}\n{mark}\n" + (
            f"( set -e; . /tmp/step ) </dev/null; echo {mark} $?\n"
            if apart
            else f"trap 'echo {mark} $?; exec bash --norc --noprofile 2>&1' EXIT; set -e; . /tmp/step </dev/null; set +e; trap - EXIT; echo {mark} 0\n"
        )
        self._shell.stdin.write(ended)
        self._shell.stdin.flush()
        told: list[str] = []
        while True:
            try:
                line = self._said.get(timeout=seconds)
            except Empty:
                raise StepFailed(f"nothing more after {seconds:.0f} s:\n{words}\n{''.join(told)}") from None
            if line is None:
                raise StepFailed(f"the shell ended:\n{words}\n{''.join(told)}")
            if mark in line:  # behind a last line that had no end, too
                rest, _mark, status = line.partition(mark)
                told += [rest] if rest else []
                if status.strip() != "0":
                    raise StepFailed(f"status {status.strip()}:\n{words}\n{''.join(told)}")
                return "".join(told)
            self.log.append(line)
            told.append(line)

    def fetch(self, path: str, folder: Path) -> Path:
        """A copy of what lies there, on this machine."""
        (child,) = psutil.Process(self._shell.pid).children()
        subprocess.run(["cp", "-r", f"/proc/{child.pid}/root{path}", str(folder)], check=True)
        return folder / Path(path).name

    @property
    def alive(self) -> bool:
        return self._shell.poll() is None

    def said(self, words: str) -> str:
        """As ``ask``, where a failure is an answer, too: its output."""
        return self.run(f"{{ {words}\n}} || true", apart=True)

    def ask(self, words: str, seconds: float = 60) -> str:
        """What is looked at beyond the steps."""
        return self.run(words, seconds, apart=True)

#!/usr/bin/python3
"""Stands for systemd where none runs (a chroot): as much of it as docs/operating.md uses, for one unit as it is written.

It reads the unit, runs ExecStart as its user, waits for READY=1 on NOTIFY_SOCKET, starts it again as Restart, RestartSec and
RestartPreventExitStatus say, and tells the main process alone to stop (KillMode=process). Sandboxing words are not in force.
"""

import os
import pwd
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

UNITS, RUN = Path("/etc/systemd/system"), Path("/run/systemctl")


def unit(name: str) -> dict[str, str]:
    rows = re.findall(r"^(\w+)=(.*)$", (UNITS / f"{name}.service").read_text(), re.MULTILINE)
    return dict(rows)


def state(name: str, text: str = "") -> str:
    file = RUN / f"{name}.state"
    if text:
        file.with_suffix(".new").write_text(text)
        file.with_suffix(".new").rename(file)
    return file.read_text() if file.exists() else "dead 0 0"


def supervise(name: str) -> None:
    """In a session of its own, until it is told to stop (SIGTERM) or the unit is not to be started again."""
    told = unit(name)
    stopping: list[int] = []
    user = pwd.getpwnam(told["User"])
    home = Path("/var/lib", told["StateDirectory"])
    home.mkdir(exist_ok=True)
    os.chown(home, user.pw_uid, user.pw_gid)
    home.chmod(int(told["StateDirectoryMode"], 8))
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(1))
    path = str(RUN / f"{name}.notify")
    while True:
        Path(path).unlink(missing_ok=True)
        link = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        link.bind(path)
        os.chmod(path, 0o777)
        link.settimeout(0.2)
        log = open(f"/var/log/{name}.journal", "ab")  # noqa: SIM115 - the program holds it
        main = subprocess.Popen(
            told["ExecStart"].split(),
            user=told["User"],
            group=told["Group"],
            extra_groups=[],
            cwd="/",
            umask=int(told["UMask"], 8),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "LANG": "C.UTF-8",
                "NOTIFY_SOCKET": path,
                "HOME": user.pw_dir,
                "USER": told["User"],
            },
        )
        state(name, f"start {os.getpid()} {main.pid}")
        while main.poll() is None:
            if stopping:
                main.send_signal(signal.SIGTERM)
                try:
                    main.wait(int(told["TimeoutStopSec"]))
                except subprocess.TimeoutExpired:
                    main.kill()
                    main.wait()
                break
            try:
                if b"READY=1" in link.recv(4096).split(b"\n"):
                    state(name, f"running {os.getpid()} {main.pid}")
            except TimeoutError:
                pass
        if stopping or str(main.returncode) in told["RestartPreventExitStatus"].split():
            state(name, f"{'dead' if stopping else 'failed'} 0 0")
            return
        state(name, f"auto-restart {os.getpid()} 0")
        until = time.monotonic() + float(told["RestartSec"])
        while time.monotonic() < until:
            if stopping:
                state(name, "dead 0 0")
                return
            time.sleep(0.05)


def start(name: str) -> int:
    if state(name).split()[0] in ("running", "start"):
        return 0
    state(name, "start 0 0")
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            null = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(null, number)
            supervise(name)
        os._exit(0)
    return 0 if waited(name, ("running",), ("dead", "failed"), int(unit(name)["TimeoutStartSec"])) else 1


def waited(name: str, good: tuple[str, ...], bad: tuple[str, ...], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        now = state(name).split()[0]
        if now in good:
            return True
        if now in bad:
            return False
        time.sleep(0.05)
    return False


def main() -> int:
    RUN.mkdir(exist_ok=True)
    words = [word for word in sys.argv[1:] if word != "--now"]
    verb, name = words[0], words[-1].removesuffix(".service")
    known = (UNITS / f"{name}.service").exists()
    if verb == "daemon-reload" or (verb == "disable" and not known):
        return 0
    if verb in ("enable", "start"):
        return start(name)
    now, keeper, pid = state(name).split()
    if verb == "stop":
        if int(keeper):
            os.kill(int(keeper), signal.SIGTERM)
            return 0 if waited(name, ("dead",), (), 60) else 1
        return 0
    if verb == "kill":
        (number,) = [getattr(signal, f"SIG{word.partition('=')[2]}") for word in words if word.startswith("--signal=")]
        os.kill(int(pid), number)
        return 0
    if verb == "show":
        print(now)
        return 0
    if verb == "is-active":
        print({"running": "active", "start": "activating"}.get(now, "inactive"))
        return 0 if now == "running" else 3
    raise SystemExit(f"systemctl {verb}: the stand-in does not know it")


if __name__ == "__main__":
    sys.exit(main())

"""``hotline init [DIR]``: the first settings of a new centre, with the unit of systemd and examples for nginx and logrotate.

Writes four files or none; one that is there is never written over. The settings are the shipped ones, which run as they are;
``--bind`` puts the address that seats and carriers reach in place of loopback.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template

from config.language import say as _
from config.read import read
from hotline.relaunch import HOME, LAUNCHER

USAGE = 2
SETTINGS, UNIT, NGINX, LOGROTATE = "hotline.toml", "hotline.service", "hotline-nginx.conf", "hotline-logrotate.conf"
DATA = Path(__file__).resolve().parents[1] / "data"
STATE = Path("/var/lib")
"""What systemd makes for a service by itself lies here."""
HOMES = (Path("/home"), Path("/root"), Path("/run/user"))
"""What ``ProtectHome=yes`` hides from a service: what it runs or reads there, it does not find."""
APART = ("After=", "Wants=", "SupplementaryGroups=", "ReadWritePaths=", "StateDirectory")
"""Words of the shipped unit that hold where Asterisk and nginx are services of their own, or are written anew here."""


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = sub.add_parser("init", help=_("first settings, a unit for systemd, examples for nginx and logrotate"))
    parser.add_argument(
        "dir", type=Path, nargs="?", default=Path(), metavar="DIR", help=_("the folder they are written into")
    )
    parser.add_argument(
        "--var", type=Path, default=Path("/var/lib/hotline"), metavar="DIR", help=_("where the daemon will write")
    )
    parser.add_argument("--user", default="hotline", metavar="NAME", help=_("whom the daemon will run as"))
    parser.add_argument("--bind", default="", metavar="ADDRESS", help=_("the address that seats and carriers reach"))
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if problems := list(_problems(args)):
        print("\n".join(problems), file=sys.stderr)
        return USAGE
    folder: Path = args.dir.absolute()
    written = files(folder, args.var.absolute(), args.user, args.bind)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in written.items():
            with open(folder / name, "x", encoding="utf-8") as file:
                file.write(text)
                os.fchmod(file.fileno(), 0o644)
    except OSError as fault:
        print(
            _("{folder} cannot be written: {fault}. Cure: name another folder", folder=folder, fault=fault),
            file=sys.stderr,
        )
        return USAGE
    read(folder / SETTINGS)
    print("\n".join(str(folder / name) for name in written))
    return 0


def _problems(args: argparse.Namespace) -> list[str]:
    found = []
    for name in (SETTINGS, UNIT, NGINX, LOGROTATE):
        if os.path.lexists(args.dir / name):
            path = (args.dir / name).absolute()
            found.append(
                _("DIR: {path} is there and is not written over. Cure: name another folder, or move it away", path=path)
            )
    if args.bind:
        try:
            address = ipaddress.IPv4Address(args.bind)  # names of the edge are letters, digits and dots
            wrong = address.is_unspecified or address.is_multicast
        except ValueError:
            wrong = True
        if wrong:
            found.append(
                _(
                    "--bind: {value} is not one IPv4 address. Cure: an address of this machine, as 10.0.0.5",
                    value=repr(args.bind),
                )
            )
    if not re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", args.user):
        found.append(_("--user: {value} is no name of a user. Cure: as hotline", value=repr(args.user)))
    for option, path in (("DIR", args.dir), ("--var", args.var)):
        # systemd, logrotate and nginx each have their own marks for them
        if not re.fullmatch(r"[\w./+-]+", str(path.absolute())):
            found.append(
                _(
                    "{option}: {value} has letters that a unit cannot hold. Cure: letters, digits, . - _ and /",
                    option=option,
                    value=repr(str(path)),
                )
            )
    return found


def files(folder: Path, var: Path, user: str, bind: str) -> Mapping[str, str]:
    """Name → text."""
    values = {
        "program": program(), "config": folder / SETTINGS, "var": var, "user": user, "group": user, "log": var / "asterisk" / "log",
    }  # fmt: skip
    filled = {
        name: Template((DATA / "release" / source).read_text("utf-8")).substitute(values)
        for name, source in ((NGINX, "nginx.conf"), (LOGROTATE, "logrotate.conf"))
    }
    return {SETTINGS: settings(bind), UNIT: unit(folder / SETTINGS, var, user), **filled}


def program() -> str:
    """By which name it is to be started: an unpacked release's own, so that an update points it elsewhere."""
    return os.environ.get(LAUNCHER) or shutil.which("hotline") or str(Path(sys.argv[0]).absolute())


def settings(bind: str) -> str:
    """The shipped file, comments and all."""
    text = (HOME / "hotline.toml").read_text("utf-8")
    if not bind:
        return text
    text = re.sub(r'^bind = "127\.0\.0\.1"', f'bind = "{bind}"', text, flags=re.MULTILINE)
    return text.replace('names = ["localhost", "127.0.0.1"]', f'names = ["{bind}"]')


def at_home(path: Path) -> bool:
    """Itself, or where a link of it leads."""
    return any(one.is_relative_to(home) for one in (path, path.resolve()) for home in HOMES)


def unit(config: Path, var: Path, user: str) -> str:
    """The shipped unit for one user that runs everything (both modes ``embedded``)."""
    shipped = (DATA / "systemd" / "hotline.service").read_text("utf-8")
    body = shipped[shipped.index("[Unit]") :]
    lines = [line for line in body.splitlines() if not line.startswith(APART)]
    lines = [line for line in lines if not line.startswith("# it writes below StateDirectory")]
    placed = (
        [f"StateDirectory={var.relative_to(STATE)}", "StateDirectoryMode=0700"]
        if var.is_relative_to(STATE)
        else [f"ReadWritePaths={var}"]
    )
    filled = {
        "User=": f"User={user}",
        "Group=": f"Group={user}",
        "ExecStart=": f"ExecStart={program()} run --config {config} --var {var}",
        "UMask=": "\n".join([*placed, "UMask=0077"]),
        "ProtectHome=": f"ProtectHome={'no' if any(map(at_home, (Path(program()), config, var))) else 'yes'}",
        "Description=": "Description=12319 hotline daemon\nAfter=network.target",
    }
    made = [next((to for start, to in filled.items() if line.startswith(start)), line) for line in lines]
    head = "# Made by `hotline init`. Asterisk, nginx and the case store are run by the daemon, and outlive it.\n\n"
    return head + re.sub(r"\n{3,}", "\n\n", "\n".join(made)) + "\n"

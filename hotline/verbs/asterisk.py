"""``hotline asterisk install | fetch DIR | render DIR | cli -- ...``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from config import secrets
from config.file_places import Places
from config.language import say as _
from config.read import read
from config.render import base_conf_files, render
from hotline.programs import asterisk_found, sounds
from hotline.programs.asterisk_files import SECRET_FILES
from hotline.programs.asterisk_install import fetch, install
from hotline.programs.asterisk_packages import InstallError
from hotline.programs.write_if_changed import write_changed

FAILED = 1


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = sub.add_parser("asterisk", help=_("get Asterisk, write its configuration, talk to it"))
    verbs = parser.add_subparsers(metavar="WHAT", required=True)

    one = verbs.add_parser("install", help=_("make sure that there is an Asterisk 22 (no root needed)"))
    one.add_argument("--quiet", action="store_true", help=_("say nothing when it is there already"))
    one.add_argument(
        "--from",
        dest="folder",
        type=Path,
        metavar="DIR",
        help=_("a folder made by fetch: without a network, in place of any other"),
    )
    one.set_defaults(run=_install)

    one = verbs.add_parser("fetch", help=_("its packages into a folder, for machines without a network"))
    one.add_argument("dir", type=Path, metavar="DIR")
    one.set_defaults(run=_fetch)

    one = verbs.add_parser("render", help=_("write the configuration for an Asterisk that runs elsewhere"))
    one.add_argument("dir", type=Path)
    _common(one)
    one.set_defaults(run=_render)

    one = verbs.add_parser("cli", help=_("a command of Asterisk's console, for the embedded one"))
    _common(one)
    one.add_argument("words", nargs="*")
    one.set_defaults(run=_cli)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=Path("hotline.toml"))
    parser.add_argument("--var", type=Path, default=Path("var"))


def _say(line: str) -> None:
    print(f"== {line}", file=sys.stderr, flush=True)


def _fetch(args: argparse.Namespace) -> int:
    try:
        count = fetch(_say, args.dir)
    except (InstallError, OSError) as fault:
        print(f"!! {fault}", file=sys.stderr)
        return FAILED
    print(_("{count} packages in {folder}", count=count, folder=args.dir))
    return 0


def _install(args: argparse.Namespace) -> int:
    try:
        found, version = install(_say, args.folder)
    except InstallError as fault:
        print(f"!! {fault}", file=sys.stderr)
        return FAILED
    if not args.quiet:
        print(
            _("Asterisk {version}: {place}", version=asterisk_found.dotted(version), place=found.root or found.binary)
        )
    return 0


def _render(args: argparse.Namespace) -> int:
    settings, places = read(args.config), Places(args.var.resolve())
    places.make()
    made = secrets.ensure(places.secrets, secrets.names(settings))
    folder: Path = args.dir
    folder.mkdir(parents=True, exist_ok=True)
    files = render(settings, places, made)
    files["asterisk.conf"] = base_conf_files.site(settings)
    for name, text in {**files, "README": base_conf_files.readme(settings)}.items():
        write_changed(folder / name, text.encode(), 0o600 if name in SECRET_FILES else 0o644)
    laid = Places(folder.resolve() / "data")
    sounds.lay_out_at(laid.var, places.prompts)
    sounds.lay_out_comfort(laid.var, settings)
    print(_("{count} files in {folder}; README says what they need", count=len(files), folder=folder))
    return 0


def _cli(args: argparse.Namespace) -> int:
    places = Places(args.var.resolve())
    found = asterisk_found.find()
    if found is None or not (places.asterisk_etc / "asterisk.conf").is_file():
        print("!! " + _("no embedded Asterisk under {var}. Cure: hotline run", var=places.var), file=sys.stderr)
        return FAILED
    how = ["-rx", " ".join(args.words)] if args.words else ["-r"]
    return subprocess.run(
        found[0].command("-C", str(places.asterisk_etc / "asterisk.conf"), *how), check=False
    ).returncode

"""``hotline``: one program, one verb a line. Each verb lives in its own module here.

A verb's module has ``add(sub)``, which registers its parser and its ``run(args) -> int``.
Results go to stdout, errors to stderr; exit codes are in ``docs/operating.md``. Modules are
imported when their verb is called for, so that ``hotline --help`` stays quick.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from itertools import pairwise
from pathlib import Path

from config.files import FileRefused, read_toml
from config.language import LANGUAGES, use
from config.language import say as _
from config.read import SettingsError

from . import version
from .lasting_imports import lasting

VERBS = {
    "run": "hotline.run",
    "demo": "hotline.demo",
    "init": "hotline.verbs.init",
    "check": "hotline.verbs.check",
    "reload": "hotline.verbs.reload",
    "restart": "hotline.verbs.reload",
    "asterisk": "hotline.verbs.asterisk",
    "edge": "hotline.verbs.edge",
    "db": "hotline.verbs.db",
    "user": "hotline.verbs.user",
    "case-account": "hotline.verbs.case_store_account",
    "token": "hotline.verbs.token",
    "seat": "hotline.verbs.seat",
    "ticket": "hotline.verbs.ticket",
    "case": "hotline.verbs.case",
    "mode": "hotline.verbs.switches",
    "hours": "hotline.verbs.switches",
    "nuisance": "hotline.verbs.nuisance",
    "callbacks": "hotline.verbs.callbacks",
    "catalogue": "hotline.verbs.catalogue",
    "knowledge": "hotline.verbs.knowledge",
    "calendar": "hotline.verbs.calendar",
    "report": "hotline.verbs.report",
    "verify": "hotline.verbs.verify",
    "backup": "hotline.verbs.backups.backup",
    "restore": "hotline.verbs.backups.restore",
    "retention": "hotline.verbs.retention",
    "audit": "hotline.verbs.audit",
    "recording": "hotline.verbs.recording",
    "prompts": "hotline.verbs.prompts",
    "journey": "hotline.verbs.journey",
    "tape": "hotline.verbs.tape",
    "number": "hotline.verbs.number",
    "places": "hotline.verbs.places",
    "bench": "hotline.bench.verb",
    "rehearse": "hotline.surge.rehearse",
}
"""Verb → module that adds it."""

USAGE, INTERRUPTED = 2, 130

ARGPARSE_WORDS = (
    "%(prog)s: error: %(message)s\n", "usage: ", "options", "positional arguments", "show this help message and exit",
    "argument %(argument_name)s: %(message)s", "the following arguments are required: %s", "unrecognized arguments: %s",
    "invalid choice: %(value)r (choose from %(choices)s)", "invalid %(type)s value: %(value)r", "not allowed with argument %s",
    "one of the arguments %s is required", "expected one argument", "expected at least one argument",
    "expected at most one argument", "expected %s argument", "expected %s arguments", "ignored explicit argument %r",
    "ambiguous option: %(option)s could match %(matches)s", "unknown parser %(parser_name)r (choices: %(choices)s)",
    "can't open '%(filename)s': %(error)s", "show program's version number and exit",
)  # fmt: skip
"""What argparse may say to somebody who types; the rest of its words are to whoever writes a verb."""


def speak(words: Sequence[str]) -> None:
    """What is said before the settings are read, argparse's own words among it, is in the language of the settings that are named."""
    argparse._ = _  # type: ignore[attr-defined]  # the door that it leaves for translations: its module's gettext
    argparse.ngettext = lambda one, many, count: _(one if count == 1 else many)  # type: ignore[attr-defined]
    named = [value for word, value in pairwise(words) if word == "--config"]
    named += [word.partition("=")[2] for word in words if word.startswith("--config=")]
    with suppress(FileRefused):  # said by the verb that wants it
        centre = read_toml(Path(named[-1] if named else "hotline.toml"))[0].get("centre")
        if isinstance(centre, dict) and centre.get("language") in LANGUAGES:
            use(centre["language"])


def parser(modules: Sequence[str]) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="hotline", description=_("the 12319 hotline daemon"))
    made.add_argument("--version", action="version", version=f"hotline {version()}", help=_("this program's version"))
    sub = made.add_subparsers(metavar="VERB", required=True)
    for module in dict.fromkeys(modules):
        importlib.import_module(module).add(sub)
    return made


def main(argv: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    verb = words[0] if words else ""
    speak(words)
    with lasting() if argv is None else nullcontext():  # a test's own objects are not ours to keep
        made = parser([VERBS[verb]] if verb in VERBS else list(VERBS.values()))
    args = made.parse_args(words)
    try:
        return int(args.run(args))
    except (SettingsError, FileRefused) as fault:
        print(fault, file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    sys.exit(main())

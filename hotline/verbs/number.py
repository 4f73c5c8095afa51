"""``hotline number TEXT…``: how each telephone number is read, so that an operator sees what is compared and shown."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from config.language import say as _
from config.read import read
from cti.numbers import PhoneNumber, of_settings


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = sub.add_parser("number", help=_("how a telephone number is read, in whatever way it is written"))
    parser.add_argument("text", nargs="+", metavar="TEXT")
    parser.add_argument("--json", action="store_true", help=_("one JSON object a line"))
    parser.add_argument("--config", type=Path, default=Path("hotline.toml"), metavar="FILE")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    numbers = of_settings(read(args.config))
    for number in map(numbers.read, args.text):
        print(json.dumps(row(number), ensure_ascii=False) if args.json else _line(number))
    return 0


def row(number: PhoneNumber) -> dict[str, str]:
    return {
        "written": number.written, "national": number.national, "international": number.international,
        "kind": str(number.kind), "masked": number.masked,
    }  # fmt: skip


def _line(number: PhoneNumber) -> str:
    return f"{number.written}\t{number.national or '-'}\t{number.international or '-'}\t{_(str(number.kind))}\t{number.masked or '-'}"

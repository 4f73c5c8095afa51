"""``hotline edge render DIR``: the edge for an nginx that the site runs itself."""

from __future__ import annotations

import argparse
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from config.language import say as _
from config.read import read
from config.render import edge as rendered
from hotline.programs import certificate, edge


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = sub.add_parser("edge", help=_("the configuration of an nginx that runs elsewhere"))
    verbs = parser.add_subparsers(metavar="WHAT", required=True)
    one = verbs.add_parser("render", help=_("write what a site's own nginx includes, with the pages"))
    one.add_argument("dir", type=Path)
    one.add_argument("--config", type=Path, default=Path("hotline.toml"))
    one.set_defaults(run=_render)


def _render(args: argparse.Namespace) -> int:
    settings = read(args.config)
    folder: Path = args.dir.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    given = rendered.files(settings, folder, folder / "pages")
    if settings.edge.certificate is None:
        certificate.keep(given.certificate, given.key, settings.edge.names, datetime.now(UTC))
    if edge.built():
        shutil.rmtree(given.pages, ignore_errors=True)
        shutil.copytree(edge.PAGES, given.pages)
    else:
        print(
            "!! " + _("the pages are not built; browsers will be told so. Cure: make web, then this again"),
            file=sys.stderr,
        )
    given.unbuilt.write_text(edge.unbuilt(), encoding="utf-8")
    (folder / rendered.PART).write_text(rendered.HEAD + rendered.part(settings, given) + "\n", encoding="utf-8")
    (folder / "README").write_text(rendered.readme(settings), encoding="utf-8")
    print(_("{part} in {folder}; README says what it needs", part=rendered.PART, folder=folder))
    return 0

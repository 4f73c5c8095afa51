"""``hotline places import | check | show``: a city's own place names, divisions and grid cells, and what is found in them.

``import`` reads the files, says what is odd, compiles them beside what is in use and puts them in its place; each kind of
file replaces what there was of that kind. The daemon takes it at its next start or ``hotline reload``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bridge.gazetteer import compiled, importing
from bridge.gazetteer.compiled import Content, GazetteerFault, Gazetteers, Made
from bridge.gazetteer.coordinates import CoordinateFault, oddness, point
from bridge.gazetteer.divisions import Divisions
from bridge.gazetteer.entries import Candidate, Spot
from bridge.gazetteer.grid import Grid
from bridge.gazetteer.importing import Brought
from config.file_places import Places
from config.files import read_bytes
from config.language import say as _

OK, FOUND_NOTHING, AWAY = 0, 1, 3


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = sub.add_parser("places", help=_("place names, divisions and grid cells of the city"))
    verbs = parser.add_subparsers(dest="action", required=True)
    bring = verbs.add_parser(
        "import", help=_("read a city's files (CSV, GeoJSON) and use them from the next start or reload on")
    )
    _files(bring)
    check = verbs.add_parser("check", help=_("read them and say what is odd; without a file: what is in use"))
    _files(check, "*")
    show = verbs.add_parser("show", help=_("what is found for a text, or at a point"))
    show.add_argument("text", nargs="*", metavar="TEXT")
    show.add_argument("--at", metavar="LNG,LAT", help=_("a point, in the system of --crs"))
    show.add_argument("--crs", default="", help="WGS84, CGCS2000, GCJ02, BD09")
    show.add_argument("--most", type=int, default=10)
    show.add_argument("--json", action="store_true")
    for one in (bring, check, show):
        one.add_argument("--var", type=Path, default=Path("var"))
    parser.set_defaults(run=_run)


def _files(parser: argparse.ArgumentParser, many: str = "+") -> None:
    parser.add_argument("file", nargs=many, type=Path, metavar="FILE")
    parser.add_argument(
        "--crs", default="", help=_("of coordinates whose file does not say it: WGS84, CGCS2000, GCJ02, BD09")
    )
    parser.add_argument("--attribution", default="", help=_("whose the data are, as it must be said beside them"))


def _run(args: argparse.Namespace) -> int:
    shelf = Gazetteers(Places(args.var).gazetteer)
    try:
        match args.action:
            case "import":
                return _import(args, shelf)
            case "check":
                return _check(args, shelf)
            case _other:
                return _show(args, shelf)
    except (GazetteerFault, OSError) as fault:
        print(fault, file=sys.stderr)
        return AWAY
    except CoordinateFault as fault:
        print(f"{fault.field}: {fault}", file=sys.stderr)
        return 2


def _read(args: argparse.Namespace) -> Sequence[tuple[Brought, str]]:
    """Each file with its SHA-256; raises FileRefused."""
    return [
        (importing.read(file, crs=args.crs, attribution=args.attribution), hashlib.sha256(read_bytes(file)).hexdigest())
        for file in args.file
    ]


def _import(args: argparse.Namespace, shelf: Gazetteers) -> int:
    brought = _read(args)
    _tell(brought)
    began = time.monotonic()
    found = shelf.put(_before(shelf).with_brought(brought))
    for remark in found.remarks:
        print(remark, file=sys.stderr)
    print(_("{names} names, {cells} cells, {divisions} divisions in {seconds} s: in use from the next start or hotline reload on",
            names=found.names, cells=found.cells, divisions=found.divisions, seconds=round(time.monotonic() - began, 1)))  # fmt: skip
    return OK


def _before(shelf: Gazetteers) -> Content:
    """What is in use; what cannot be read any more is left behind, and said."""
    try:
        made = shelf.imported()
        return compiled.load(made.folder) if made is not None else compiled.shipped()
    except GazetteerFault as fault:
        print(fault, file=sys.stderr)
        return compiled.shipped()


def _check(args: argparse.Namespace, shelf: Gazetteers) -> int:
    if not args.file:
        _tell_made(shelf.ready())
        return OK
    brought = _read(args)
    odd = _tell(brought)
    content = _before(shelf).with_brought(brought)
    grid, divisions = Grid(content.cells), Divisions(content.divisions)
    remarks = [
        f"{one.name}: {located.remark}"
        for one in content.names
        if (located := compiled.locate(one, grid, divisions)).remark
    ]
    outside = [
        f"{one.name}: {_(lies)}"
        for one in content.names
        if one.point is not None and (lies := oddness(one.point, grid.bounds))
    ]
    for remark in (*remarks[:20], *outside[:20]):
        print(remark, file=sys.stderr)
    placed = sum(one.point is not None for one in content.names)
    print(_("{names} names ({placed} with coordinates), {cells} cells, {divisions} divisions; {odd} remarks",
            names=len(content.names), placed=placed, cells=len(content.cells), divisions=len(content.divisions),
            odd=odd + len(remarks) + len(outside)))  # fmt: skip
    return OK


def _tell(brought: Sequence[tuple[Brought, str]]) -> int:
    """What was read, and what was odd, on standard error; how many remarks."""
    count = 0
    for one, _sha in brought:
        for remark in one.remarks:
            print(remark, file=sys.stderr)
            count += 1
        rows = len(one.names) + len(one.cells) + len(one.divisions) + len(one.outlines)
        print(f"{one.file}: {_(one.kind)} {rows}{'  ' + one.attribution if one.attribution else ''}", file=sys.stderr)
    return count


def _tell_made(made: Made) -> None:
    print(f"{made.folder}")
    print(_("{names} names ({placed} with coordinates), {cells} cells, {divisions} divisions; {samples} of them samples",
            names=made.names, placed=made.placed, cells=made.cells, divisions=made.divisions, samples=made.samples))  # fmt: skip
    for row in made.sources:
        print(f"  {_(row['kind'])}: {row['file']}  {row['sha256'][:12]}  {row['attribution']}")
    for remark in made.remarks:
        print(f"  {remark}")


def _show(args: argparse.Namespace, shelf: Gazetteers) -> int:
    from bridge.gazetteer.search import Gazetteer

    book = Gazetteer(shelf.ready())
    if args.at:
        lng, _comma, lat = args.at.partition(",")
        try:
            at = point(float(lng), float(lat), args.crs)
        except CoordinateFault:
            raise
        except ValueError:
            raise CoordinateFault("at", _("say longitude,latitude: 118.09,24.48")) from None
        here = book.at(at)
        print(json.dumps(asdict(here), ensure_ascii=False) if args.json else _line_of_spot(here))
        return OK if here.grid_code else FOUND_NOTHING
    found = book.find(" ".join(args.text), args.most)
    for one in found:
        print(json.dumps(asdict(one), ensure_ascii=False) if args.json else _line(one))
    return OK if found else FOUND_NOTHING


def _line(one: Candidate) -> str:
    area = " ".join(part for part in (one.district, one.street, one.community) if part)
    where = f"{one.lng},{one.lat} {one.crs} {one.accuracy}" if one.lng is not None else "-"
    sample = _("sample") if one.sample else ""
    return (
        f"{one.score:5.1f}\t{one.name}\t{area or '-'}\t{one.division or '-'}\t{one.grid_code or '-'}\t{where}\t{sample}"
    )


def _line_of_spot(one: Spot) -> str:
    area = " ".join(one.area)
    return f"{one.grid_code or '-'}\t{area or '-'}\t{one.division or '-'}\t{_(one.odd) if one.odd else ''}"

"""Typed or spoken text → the places that may be meant, best first; a point → its cell. Offline, a few milliseconds, one thread.

An index of four fields of n-grams (signs, folded syllables, letters of the folded pinyin, initials) brings sixty names
that share most with what was typed; how alike they really are decides. Wrong and missing signs, other signs of the
same sound, slips of the keyboard and of the accent find the name like its first letters do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import tantivy
from rapidfuzz import fuzz

from . import sounds
from .compiled import INDEX, Located, Made, cells_of, divisions_of, outlines_of
from .coordinates import Crs, Point, convert, oddness
from .divisions import Division, Divisions, full
from .entries import Candidate, Spot
from .grid import Grid, Outline
from .phrases import asked

MOST_SAID = 80
"""Characters of a query that are looked at."""
LOOKED_AT = 60
"""Names that are compared closely."""
_INITIALS_MOST = 12
"""Letters: longer ones are pinyin."""
_MEMORY = 60_000_000
"""Bytes for the writer of an index; it takes no less than 15 MB."""
_HERE, _ELSEWHERE = 4.0, 12.0
"""Points for a name in the district that was said, and off for one elsewhere."""
_FIELDS = ("signs", "sounds", "letters", "initials")


# -- n-grams -----------------------------------------------------------------------------------


def _pairs(parts: Sequence[str]) -> Iterator[str]:
    before = "^"
    for part in parts:
        yield before + "_" + part
        before = part


def _threes(text: str) -> Iterator[str]:
    marked = "^" + text
    if len(marked) < 3:
        yield marked
    for place in range(len(marked) - 2):
        yield marked[place : place + 3]


# -- writing -----------------------------------------------------------------------------------


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    for name in _FIELDS:
        builder.add_text_field(name, stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_bytes_field("row", stored=True, indexed=False)
    return builder.build()


def _registered(index: Any) -> Any:
    index.register_tokenizer("whitespace", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


def write_index(folder: Path, located: Iterable[Located]) -> None:
    """Into an empty folder. One writing thread, so that the same names give the same index. Raises OSError."""
    try:
        index = _registered(tantivy.Index(_schema(), path=str(folder)))
        writer = index.writer(_MEMORY, 1)
        for number, one in enumerate(located):
            for alias in ("", *one.aliases):
                writer.add_document(_document(number, one.candidate, alias))
        writer.commit()
        writer.wait_merging_threads()
    except ValueError as fault:  # what the library says of a disk that is full, or took nothing
        raise OSError(f"{folder}: {fault}") from fault


def _document(number: int, one: Candidate, alias: str) -> Any:
    name = sounds.key(alias or one.name)
    spoken = sounds.syllables(name)
    folded = [sounds.folded(part) for part in spoken]
    letters, first = sounds.folded("".join(spoken)), sounds.initials(name, spoken)
    row = [
        number, name, letters, first, one.name, one.type, alias, one.district, one.street, one.community, one.division,
        one.grid_code, one.lng, one.lat, one.crs, one.accuracy, one.source, one.sample,
    ]  # fmt: skip
    document = tantivy.Document()
    document.add_text("signs", " ".join(_pairs(name)))
    document.add_text("sounds", " ".join(_pairs(folded)))
    document.add_text("letters", " ".join(_threes(letters)))
    document.add_text("initials", " ".join(_threes(first)))
    document.add_bytes("row", json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode())
    return document


# -- searching ---------------------------------------------------------------------------------


class Gazetteer:
    """One compiled gazetteer, open for reading. Its methods are for one thread at a time."""

    def __init__(self, made: Made) -> None:
        self.made = made
        self.divisions = Divisions(divisions_of(made.folder))
        self.grid = Grid(cells_of(made.folder))
        self._index = _registered(tantivy.Index.open(str(made.folder / INDEX)))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()

    def areas(self) -> Sequence[Division]:
        """Districts, streets and communities there are today."""
        return [row for row in self.divisions.rows if row.valid_to is None and row.level != "city"]

    def outlines(self) -> Sequence[Outline]:
        """To be drawn; read from the disk each time: a page asks once."""
        return outlines_of(self.made.folder)

    def find(self, said: str, most: int = 10) -> Sequence[Candidate]:
        """Best first; empty when nothing is alike."""
        wanted = asked(said[:MOST_SAID], self.divisions)
        if not wanted.text:
            return ()
        within = wanted.within.code if wanted.within is not None else ""
        found = self._alike(wanted.text, within)
        if wanted.crossing is not None:
            found = _merged(found, self._crossing(*wanted.crossing, within))
        return tuple(sorted(found, key=lambda one: -one.score)[:most])

    def at(self, point: Point) -> Spot:
        """Where a point lies; '' what is not known."""
        here = convert(point, Crs.WGS84)
        cell = self.grid.at(here)
        division = self.divisions.of_cell(cell.code) if cell is not None else None
        over = self.divisions.chain(division.code) if division is not None else ()
        return Spot(
            cell.code if cell is not None else "", cell is not None and cell.sample,
            full(division.code) if division is not None else "",
            tuple(row.name for row in over if row.level != "city"), here.lng, here.lat, oddness(point, self.grid.bounds),
        )  # fmt: skip

    def _crossing(self, one: str, other: str, within: str) -> list[Candidate]:
        """Both roads; of the crossing itself nobody knows the place, unless it has a name of its own."""
        ways = [self._alike(road, within)[:3] for road in (one, other)]
        if not all(ways):
            return [row for way in ways for row in way]
        first, second = ways
        return [
            *(replace(row, crossing=second[0].name) for row in first if row.name != second[0].name),
            *(replace(row, crossing=first[0].name) for row in second if row.name != first[0].name),
        ]

    def _alike(self, text: str, within: str) -> list[Candidate]:
        words = _Words(text)
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, name, term, index_option="freq"))
            for name, term in dict.fromkeys(words.terms())
        ]
        if not terms:
            return []
        hits = self._searcher.search(tantivy.Query.boolean_query(terms), LOOKED_AT, count=False).hits
        best: dict[int, Candidate] = {}
        for _score, address in hits:
            row = json.loads(bytes(self._searcher.doc(address)["row"][0]))
            score = words.alike(row[1], row[2], row[3])
            division = row[10]
            if within:
                score += _HERE if division.startswith(within) else -_ELSEWHERE if division else 0.0
            if row[0] not in best or score > best[row[0]].score:
                best[row[0]] = replace(Candidate(*row[4:18]), score=round(max(0.0, min(100.0, score)), 1))
        return sorted(best.values(), key=lambda one: (-one.score, len(one.name)))


class _Words:
    """What was typed, in the ways in which it is compared."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.hanzi, self.latin = sounds.has_hanzi(text), sounds.has_latin(text)
        self.spoken = sounds.syllables(text)
        self.letters = sounds.folded("".join(self.spoken))

    def terms(self) -> Iterator[tuple[str, str]]:
        if self.hanzi:
            for term in _pairs(self.text):
                yield "signs", term
            for term in _pairs([sounds.folded(part) for part in self.spoken]):
                yield "sounds", term
        else:
            for term in _pairs(self.text):  # SM, 388, T4
                yield "signs", term
        if not self.hanzi or self.latin:
            for term in _threes(self.letters):
                yield "letters", term
        if not self.hanzi and len(self.text) <= _INITIALS_MOST:
            for term in _threes(self.text):
                yield "initials", term

    def alike(self, name: str, letters: str, initials: str) -> float:
        """0 to about 100."""
        if self.hanzi:
            score = max(
                fuzz.ratio(self.text, name), 0.97 * fuzz.ratio(self.letters, letters),
                0.9 * fuzz.partial_ratio(self.text, name), 0.88 * fuzz.partial_ratio(self.letters, letters),
            )  # fmt: skip
        else:
            score = max(0.97 * fuzz.ratio(self.letters, letters), 0.9 * fuzz.partial_ratio(self.letters, letters))
            if len(self.text) <= _INITIALS_MOST:
                score = max(score, 0.96 * fuzz.ratio(self.text, initials), fuzz.ratio(self.text, name))
        begins = name.startswith(self.text) or (
            not self.hanzi and (letters.startswith(self.letters) or initials.startswith(self.text))
        )
        # of names that fit alike the shorter, and the one that begins so
        return score + (2.0 if begins else 0.0) - 0.02 * abs(len(name) - len(self.text))


def _merged(one: Iterable[Candidate], other: Iterable[Candidate]) -> list[Candidate]:
    best: dict[tuple[str, str, str], Candidate] = {}
    for row in (*one, *other):
        key = (row.name, row.division, row.grid_code)
        if key not in best or row.score > best[key].score:
            best[key] = row
    return list(best.values())

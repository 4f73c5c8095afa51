"""The one door for files that a person saved with a program of their own: settings, choices, tables, secrets.

Such files come with a byte order mark, as UTF-16 or GBK, with any line ends, with empty rows, or with another
delimiter than the comma. What can be understood without doubt is read, and what was odd is told as a ``remark``;
what cannot is refused by ``FileRefused``, which names file, line and cure. Called by ``read`` (settings),
``bridge.ticket_choices``, ``bridge.catalogue``, ``secrets`` and the verbs that take a file; workbooks: ``workbooks``. Keeps nothing.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
import stat
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .language import say as _

MOST_BYTES = 64 << 20
"""A text file of an operator's is never larger; what is, is something else."""
MOST_CELL = 1 << 20
"""Characters in one cell of a table."""
EXCELS_OWN = re.compile(r'"?sep=.?"?', re.IGNORECASE)
"""The line by which Excel is told the delimiter."""
_AS_TEXT = re.compile(r"""="([^"]*)"|'([0-9][^']*)""")
"""How a number is written so that a spreadsheet keeps its zeros."""
_BREAKS = "\n\v\f\x85\u2028\u2029"
DELIMITERS = (",", ";", "\t", "，", "|")
"""Between the cells of a table; the one that finds most of the wanted columns is taken."""
_PACKED = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"\x1f\x8b", "a packed file (gzip)"),
    (b"%PDF", "a PDF file"),
    (b"SQLite format 3\x00", "a database"),
)
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_FULL_WIDTH = re.compile("[“”‘’＝，：［］｛｝]")


class FileRefused(Exception):
    """A file of the operator's cannot be read as it is: ``str`` is one sentence with file, place and cure."""

    def __init__(self, file: Path | str, where: str, message: str, cure: str = "") -> None:
        self.file, self.where, self.message, self.cure = str(file), where, message, cure
        place = f"{file}: {where}: " if where else f"{file}: "
        super().__init__(place + message + (f" · {cure}" if cure else ""))


@dataclass(frozen=True, slots=True)
class Text:
    """What stands in a text file: line ends are ``\\n``, without a byte order mark."""

    path: Path
    text: str
    remark: str = ""
    """What was odd about the file, in the reader's language; '' when nothing was."""


@dataclass(frozen=True, slots=True)
class TableRow:
    line: int
    """Line of the file on which the row ends; the heading is line 1."""
    cells: dict[str, str]
    """Column → what stands there, without blanks around it."""


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[TableRow, ...]
    remarks: tuple[str, ...]


def stands(path: Path) -> bool:
    """Whether something has this name: also a link that leads nowhere, which is no file that was left out on purpose."""
    return os.path.lexists(path)


def read_bytes(path: Path) -> bytes:
    """The bytes of an ordinary file. Raises FileRefused (also for a folder, a pipe, a file that is too large)."""
    try:
        kind = path.stat()
        if not stat.S_ISREG(kind.st_mode):
            raise FileRefused(path, "", _("is no ordinary file"))
        if kind.st_size > MOST_BYTES:
            raise FileRefused(path, "", _("is larger than {most} MB", most=MOST_BYTES >> 20))
        return path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():
            said = _("is a link to {target}, which is not there", target=os.readlink(path))
            raise FileRefused(path, "", said, _("Cure: bring that file back, or delete the link")) from None
        raise FileRefused(path, "", _("there is no such file")) from None
    except OSError as fault:
        why = fault.strerror or str(fault)
        raise FileRefused(path, "", _("cannot be read: {fault}", fault=why)) from None


def read_text(path: Path) -> Text:
    """The text of the file. Raises FileRefused naming the line of a byte or character that cannot be meant."""
    return decode(read_bytes(path), path)


def decode(data: bytes, path: Path) -> Text:
    """The same of bytes that are there already (standard input); ``path`` is only named."""
    for magic, what in _PACKED:
        if data.startswith(magic):
            raise FileRefused(path, "", _("is {what}, not a text file", what=_(what)), _save_as())
    text, encoding = _decoded(data, path)
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a")  # how DOS ends a text
    if (nul := text.find("\0")) >= 0:
        raise FileRefused(path, _line(text, nul), _("holds a NUL character"), _save_as())
    if (odd := text.find("\ufeff")) >= 0:  # files with a mark each were put one behind the other
        raise FileRefused(path, _line(text, odd), _("holds a byte order mark in its middle"), _save_as())
    remark = ""
    if encoding:
        sample = "".join(sign for sign in text if sign > "\x7f")[:12]
        said = "{path} is saved as {encoding} and was read as such ({sample}…); UTF-8 is safer"
        remark = _(said, path=path, encoding=encoding, sample=sample)
    return Text(path, text, remark)


def _decoded(data: bytes, path: Path) -> tuple[str, str]:
    """Text and the name of its encoding; '' for UTF-8, which is as it should be."""
    for mark, encoding, name in (
        (codecs.BOM_UTF8, "utf-8", ""),
        (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
        (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
        (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    ):
        if data.startswith(mark):
            body = data.removeprefix(mark) if encoding == "utf-8" else data
            try:
                return body.decode(encoding), name
            except UnicodeDecodeError as fault:
                raise _undecodable(path, body, fault) from None
    guess = _unmarked_utf16(data)
    try:
        return (data.decode(guess), "UTF-16") if guess else (data.decode("utf-8"), "")
    except UnicodeDecodeError as fault:
        if guess:
            raise _undecodable(path, data, fault) from None
        chinese = _gbk(data)
        if chinese is None:
            raise _undecodable(path, data, fault) from None
        return chinese, "GBK"


def _unmarked_utf16(data: bytes) -> str:
    """UTF-16 without its mark: every other byte of its ASCII is 0."""
    head = data[:4096]
    half = len(head) // 2
    if half < 2 or head.count(0) < half // 2:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > half // 2 and not even:
        return "utf-16-le"
    return "utf-16-be" if even > half // 2 and not odd else ""


def _gbk(data: bytes) -> str | None:
    """The text when it is Chinese: nearly any two bytes are some sign of GBK, but Chinese is written with those of GB 2312.

    By the codec of GB 18030, which holds GBK and the rare signs of names and places.
    """
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = [sign for sign in text if sign > "\x7f"]
    common = sum(bool(sign.encode("gb2312", "ignore")) for sign in foreign)
    return text if foreign and common >= 0.9 * len(foreign) else None


def _undecodable(path: Path, data: bytes, fault: UnicodeDecodeError) -> FileRefused:
    line = data.count(b"\n", 0, fault.start) + 1
    said = _("byte {byte} is no UTF-8", byte=f"0x{data[fault.start]:02x}")
    return FileRefused(path, _("line {line}", line=line), said, _save_as())


def _save_as() -> str:
    return _("Cure: save it as plain text in UTF-8")


def _line(text: str, at: int) -> str:
    return _("line {line}", line=text.count("\n", 0, at) + 1)


# -- TOML ------------------------------------------------------------------------------------------


def read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """The tables of a TOML file, and the remark on the file. Raises FileRefused naming the line."""
    found = read_text(path)
    return parse_toml(found.text, path), found.remark


def parse_toml(text: str, path: Path | str) -> dict[str, Any]:
    """Raises FileRefused naming the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        place = _TOML_PLACE.search(str(fault))
        number = int(place[1]) if place and place[1] else text.count("\n") + 1
        lines = text.split("\n")
        line = lines[number - 1].strip() if number <= len(lines) else ""
        said = _("not valid TOML: {fault}", fault=_toml_words(_TOML_PLACE.sub("", str(fault))))
        if line:
            said += f": {line[:80]!r}"
        cure = _("Cure: correct this line")
        if _FULL_WIDTH.search(line):
            cure = _('Cure: write the ASCII signs " = , [ ] { } instead of the Chinese ones')
        raise FileRefused(path, _("line {line}", line=number), said, cure) from None


TOML_WORDS = (
    (r"Invalid date or datetime", "there is no such date or time"),
    (r"Invalid statement|Invalid initial character for a key part", "no setting begins like this"),
    (r"Invalid value", "there is no value, or none of TOML's kinds (text in quotes, number, true, false, list)"),
    (r"Invalid hex value|Unescaped '.*' in a string|Escaped character is not .*", "after a backslash there is something that TOML does not know"),
    (r"Unterminated string", "a text has no closing quotation mark"),
    (r"Unclosed array", "a list has no closing bracket"),
    (r"Unclosed inline table", "a table has no closing brace"),
    (r"Expected '=' after a key in a key/value pair", "there is no = after the name"),
    (r"Expected '\]\]?' at the end of .*", "the name of the section has no closing bracket"),
    (r"Expected newline or end of document after a statement", "something stands behind the value"),
    (r"Cannot overwrite a value|Duplicate inline table key .*", "this setting stands twice"),
    (r"Cannot declare .* twice|Cannot redefine namespace .*|Cannot mutate immutable namespace .*", "this section stands twice"),
    (r"Found invalid character .*|Illegal character .*|Expected .*", "a character stands here that does not belong here"),
)  # fmt: skip
"""What tomllib says → ours, for every reason that it has (a test holds this)."""


def _toml_words(said: str) -> str:
    return next((_(ours) for theirs, ours in TOML_WORDS if re.fullmatch(theirs, said)), said)


# -- tables ----------------------------------------------------------------------------------------


def read_table(path: Path, columns: Sequence[str]) -> Table:
    """The rows of a CSV file that has these columns (in any order, others are ignored). Raises FileRefused."""
    found = read_text(path)
    table = parse_table(found.text, path, columns)
    return Table(table.rows, (found.remark, *table.remarks) if found.remark else table.remarks)


def parse_table(text: str, path: Path | str, columns: Sequence[str]) -> Table:
    """Empty rows are left out; a row with too many or too few cells is refused with its line."""
    lines = text.split("\n")
    if EXCELS_OWN.fullmatch(lines[0].strip()):  # how Excel is told the delimiter; lines keep their numbers
        text = "\n" + "\n".join(lines[1:])
    heading, delimiter = _heading(text, path, columns)
    remarks = []
    if delimiter != ",":
        name = _("a tab") if delimiter == "\t" else delimiter
        remarks.append(_("{path}: cells are parted by {delimiter}, not by a comma", path=path, delimiter=name))
    rows: list[TableRow] = []
    csv.field_size_limit(MOST_CELL)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    begun = False
    try:
        for cells in reader:
            cells = [plain_cell(cell) for cell in cells]
            if not any(cells):
                continue
            if not begun:
                begun = True
                continue
            while len(cells) > len(heading) and not cells[-1]:
                cells.pop()
            if len(cells) != len(heading):
                message = _("{count} cells, the heading has {wanted}", count=len(cells), wanted=len(heading))
                cure = _("Cure: put text that holds a comma into quotes")
                raise FileRefused(path, _("line {line}", line=reader.line_num), message, cure)
            rows.append(TableRow(reader.line_num, dict(zip(heading, cells, strict=True))))
    except csv.Error:
        cure = _("Cure: close the quotes; a quote within text is written twice")
        raise FileRefused(path, _("line {line}", line=reader.line_num), _("quotes do not fit"), cure) from None
    return Table(tuple(rows), tuple(remarks))


def read_grid(path: Path) -> tuple[list[tuple[int, list[str]]], tuple[str, ...]]:
    """The cells of a table whose heading need not be its first row: each row with its line, and what was odd. Raises FileRefused."""
    found = read_text(path)
    head = found.text[:100_000]
    delimiter = max(DELIMITERS, key=lambda one: (head.count(one) if one != "|" else 0, -DELIMITERS.index(one)))
    csv.field_size_limit(MOST_CELL)
    reader = csv.reader(io.StringIO(found.text), delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error:
        cure = _("Cure: close the quotes; a quote within text is written twice")
        raise FileRefused(path, _("line {line}", line=reader.line_num), _("quotes do not fit"), cure) from None
    return rows, (found.remark,) if found.remark else ()


def plain_cell(written: str) -> str:
    """As it is meant: without what nobody sees, without a spreadsheet's sign that it is text, digits and letters of a code plain."""
    seen = "".join(" " if sign in _BREAKS else sign for sign in written if unicodedata.category(sign) != "Cf").strip()
    if (text := _AS_TEXT.fullmatch(seen)) is not None:
        seen = text[1] or text[2]
    plain = unicodedata.normalize("NFKC", seen)
    return plain if plain.isascii() and plain.replace("_", "").isalnum() else seen


def _heading(text: str, path: Path | str, columns: Sequence[str]) -> tuple[list[str], str]:
    """Names of the columns, and the delimiter by which most of the wanted ones are found."""
    first = next((line for line in text.split("\n") if line.strip(" \t,;|，")), "")
    best: tuple[int, list[str], str] = (-1, [], ",")
    for delimiter in DELIMITERS:
        try:
            (cells,) = csv.reader((first,), delimiter=delimiter) if first else ([],)
        except (csv.Error, ValueError):
            continue
        names = [plain_cell(cell).casefold() for cell in cells]
        while names and not names[-1]:
            names.pop()
        found = sum(name in names for name in columns)
        if found > best[0]:
            best = (found, names, delimiter)
    missing = [name for name in columns if name not in best[1]]
    if missing:
        message = _("columns missing: {missing}", missing=", ".join(missing))
        cure = _("Cure: the first line is the heading: {wanted}", wanted=", ".join(columns))
        raise FileRefused(path, _("line {line}", line=1), message, cure)
    twice = [name for name in columns if best[1].count(name) > 1]
    if twice:
        raise FileRefused(path, _("line {line}", line=1), _("columns twice: {names}", names=", ".join(twice)))
    return best[1], best[2]

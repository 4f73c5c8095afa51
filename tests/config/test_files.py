"""Files that other programs saved: read when there is no doubt, else refused with file, line and cure (kind I)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.files import FileRefused, decode, parse_table, parse_toml, read_table, read_text, read_toml
from config.read import SettingsError, read
from config.secrets import ensure

SHIPPED = Path(__file__).resolve().parents[2] / "hotline.toml"
COLUMNS = ("code", "name")
TOML = '[urgency]\nnow = { zh = "立即", en = "at once" }\n'
HERE = Path("file")


def saved(text: str, how: str) -> bytes:
    """As some program saves it."""
    match how:
        case "bom":
            return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
        case "utf-16":
            return text.encode("utf-16")
        case "utf-16-be with a mark":
            return b"\xfe\xff" + text.encode("utf-16-be")
        case "old mac":
            return text.replace("\n", "\r").encode()
        case _:
            return text.encode(how)


@pytest.mark.parametrize("how", ["utf-8", "bom", "utf-16", "utf-16-be with a mark", "utf-32", "gbk", "old mac"])
def test_a_text_is_the_same_however_it_was_saved(tmp_path: Path, how: str) -> None:
    """Encoding, mark and line ends are the program's business; what is not UTF-8 is said."""
    path = tmp_path / "choices.toml"
    path.write_bytes(saved(TOML, how))
    found = read_text(path)
    assert found.text == TOML
    assert bool(found.remark) == (how not in ("utf-8", "bom", "old mac"))
    assert read_toml(path)[0] == {"urgency": {"now": {"zh": "立即", "en": "at once"}}}


@pytest.mark.parametrize("how", ["bom", "utf-16", "gbk"])
def test_the_settings_are_the_same_however_they_were_saved(tmp_path: Path, how: str) -> None:
    """The shipped file with a byte order mark, and as other programs save it."""
    path = tmp_path / "hotline.toml"
    path.write_bytes(saved(SHIPPED.read_text("utf-8"), how))
    assert read(path) == read(SHIPPED)


@pytest.mark.parametrize(
    ("data", "where", "said"),
    [
        (b"a = 1\nb = \xff\xfe\n", "2", "0xff"),
        (b"a = 1\n\nb = '\0'\n", "3", "NUL"),
        (b"PK\x03\x04rest", "", "Excel"),
        (b"\x1f\x8b\x08rest", "", "gzip"),
        ("a = 'é'\n".encode("latin-1"), "1", "0xe9"),
        ("a = 1\n\ufeffb = 2\n".encode(), "2", "BOM"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(data: bytes, where: str, said: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(FileRefused) as caught:
        decode(data, HERE)
    assert where in caught.value.where
    assert said in str(caught.value)
    assert caught.value.cure


def test_no_ordinary_file_is_waited_for(tmp_path: Path) -> None:
    """A folder, a pipe, nothing at all, and what may not be read: each is one sentence, and at once."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("", "pipe", "none"):
        with pytest.raises(FileRefused):
            read_text(tmp_path / name)
    with pytest.raises(SettingsError):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "line"),
    [("[a]\nb = “x”\n", "2"), ("a = 1\na = 2\n", "2"), ("[a\n", "1"), ("a = [1,\n", "2"), ("a = 1\nb：2\n", "2")],
)
def test_broken_toml_names_its_line(text: str, line: str) -> None:
    """The line, and for the signs of a Chinese keyboard the cure."""
    with pytest.raises(FileRefused) as caught:
        parse_toml(text, HERE)
    assert line in caught.value.where
    assert ("半角" in caught.value.cure) == ("“" in text or "：" in text)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "，", "|"])
def test_a_table_is_the_same_with_any_delimiter(tmp_path: Path, delimiter: str) -> None:
    """Columns in another order, further ones, empty rows, blanks around cells."""
    path = tmp_path / "codes.csv"
    rows = (("name", "more", "Code"), ("暴露垃圾", "", " 0102 "), ("", "", ""), ("路面塌陷", "x", "0301"), ("", "", ""))
    path.write_text("\n" + "\r\n".join(delimiter.join(row) for row in rows), "utf-8-sig")
    table = read_table(path, COLUMNS)
    assert [(row.cells["code"], row.cells["name"]) for row in table.rows] == [
        ("0102", "暴露垃圾"),
        ("0301", "路面塌陷"),
    ]
    assert bool(table.remarks) == (delimiter != ",")


@pytest.mark.parametrize(
    "text",
    [
        'sep=,\ncode,name\n0102,暴露垃圾\n', '"sep=;"\ncode;name\n0102;暴露垃圾\n',
        'code,name\n="0102",暴露垃圾\n', 'code,name\n"=""0102""",暴露垃圾\n', "code,name\n'0102,暴露垃圾\n",
        "code\u200b,\u00a0name \n\u202d0102\u202c,暴露垃圾\n", "ｃｏｄｅ,ＮＡＭＥ\n０１０２,暴露垃圾\n",
        "code,name\n0102,暴露垃圾\n\x1a",
    ],
)  # fmt: skip
def test_what_spreadsheets_put_around_a_cell_is_not_in_it(text: str) -> None:
    """Excel's line that tells the delimiter, signs that a number is text, marks nobody sees, full-width digits, the end of DOS."""
    (row,) = parse_table(decode(text.encode(), HERE).text, HERE, COLUMNS).rows
    assert row.cells == {"code": "0102", "name": "暴露垃圾"}


def test_a_line_keeps_its_number_behind_excels_own() -> None:
    with pytest.raises(FileRefused) as caught:
        parse_table("sep=,\ncode,name\n0102\n", HERE, COLUMNS)
    assert "3" in caught.value.where


def test_rare_signs_of_names_and_places_are_read() -> None:
    """GB 18030, as Chinese programs save it: four bytes for what GBK has not."""
    text = "code,name\n0102,䶮㐂街道暴露垃圾乱搭乱建市容环境路灯不亮\n"
    assert decode(text.encode("gb18030"), HERE).text == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "1"),
        ("code\n0101\n", "1"),
        ("code,name,name\n", "1"),
        ("code,name\n0101,a,b\n", "2"),
        ("code,name\n0101\n", "2"),
        ('code,name\n0101,"a\n0102,b\n', "3"),
        ('code,name\n0101,"a"b\n', "2"),
    ],
)
def test_a_broken_table_names_its_line(text: str, line: str) -> None:
    """No row is shifted, cut or joined in silence."""
    with pytest.raises(FileRefused) as caught:
        parse_table(text, HERE, COLUMNS)
    assert line in caught.value.where


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Never another exception, never a NUL or a mark in what is read."""
    for read_it in (
        lambda: decode(data, HERE).text,
        lambda: parse_toml(decode(data, HERE).text, HERE),
        lambda: parse_table(decode(data, HERE).text, HERE, COLUMNS),
    ):
        try:
            found = read_it()
        except FileRefused:
            continue
        assert not isinstance(found, str) or not ({"\0", "\ufeff", "\r"} & set(found))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=60))
def test_any_utf_8_is_what_it_says(text: str) -> None:
    """Nothing that is UTF-8 is taken for another encoding."""
    data = text.encode()
    if not data.startswith((b"PK\x03\x04", b"%PDF", b"SQLite format 3")):
        assert decode(data, HERE).text == text


@pytest.mark.parametrize("bad", [b"", b"\n", b"two words", "密".encode(), b"\xff"])
def test_a_secret_that_is_none_is_refused(tmp_path: Path, bad: bytes) -> None:
    """An empty file would be a password that anybody has; the cure makes a new one."""
    secrets = ensure(tmp_path / "secrets", ("api-token",))
    assert len(secrets["api-token"]) == 32
    (tmp_path / "secrets" / "api-token").write_bytes(bad)
    with pytest.raises(FileRefused, match="api-token"):
        secrets["api-token"]

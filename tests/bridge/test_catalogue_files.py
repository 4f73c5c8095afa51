"""The data files: codes and choices, shipped and an operator's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge import catalogue, ticket_choices
from bridge.delivery_retry import RetryRule
from bridge.disposition import CallOutcome, may_replace
from bridge.pinyin_readings import syllables
from config.files import FileRefused


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("0102", "暴露垃圾"),
        ("暴露", "暴露垃圾"),
        ("bllj", "暴露垃圾"),
        ("BaoLu", "暴露垃圾"),
        ("lu mian ta", "路面塌陷"),
        ("tiaoya", "燃气调压站(箱)"),
        ("diaoya", "燃气调压站(箱)"),
    ],
)
def test_search(said: str, first: str) -> None:
    """Code, name, initials and pinyin all find a row."""
    assert catalogue.load().search(said)[0].name == first


@pytest.mark.parametrize(
    "said", ["lvdi", "ludi", "lüdi", "LU:DI", "ld", "lyudi", "lǜ dì", "ｌｕｄｉ", "LV'DI", "lu\u0308di"]
)
def test_u_with_dots_is_typed_in_any_way(said: str) -> None:
    """绿地 is lǜdì: v, u, ü and u: all find it (kind L)."""
    assert any("绿地" in code.name for code in catalogue.load().search(said))


def test_u_with_dots_where_no_other_reading_is() -> None:
    """女 is nǚ alone; 绿 is lù too, which would hide that ü is not typed as u."""
    assert {"nv", "nu", "nyu"} <= syllables("女")[0]
    assert {"lv", "lu", "lyu"} <= syllables("铝")[0]


def test_local_readings(tmp_path: Path) -> None:
    """曾厝垵 is read zēng cuò ān here, whatever the dictionary says."""
    own = tmp_path / "codes.csv"
    own.write_text(
        "scheme,version,kind,major,major_name,code,name,confidence\nXM,1,event,21,街区,2101,曾厝垵占道,\n", "utf-8"
    )
    codes = catalogue.load(own)
    for said in ("zengcuoan", "cengcuo", "zca", "cuoan"):
        assert any(code.code == "2101" for code in codes.search(said)), said


def test_rows() -> None:
    """All shipped rows are there, codes are strings, and a code that is event and part needs its kind."""
    codes = catalogue.load()
    assert len(codes) == 139
    assert codes.get("CJ/T 214", "2007", "0401") is None
    assert codes.get("CJ/T 214", "2007", "0401", "event")
    assert codes.search("不存在的东西") == ()
    assert {code.kind for code in codes.search("", "part", 500)} == {"part"}


def test_own_codes(tmp_path: Path) -> None:
    """An operator's rows are added and replace the shipped ones."""
    own = tmp_path / "codes.csv"
    own.write_text(
        "scheme,version,kind,major,major_name,code,name,confidence\n"
        "CJ/T 214,2007,event,01,市容环境,0101,违法建设,local\nXM,1,event,21,扩展,2101,共享单车乱停放,local\n",
        "utf-8",
    )
    codes = catalogue.load(own)
    assert len(codes) == 140
    assert codes.search("gxdc")[0].code == "2101"
    assert codes.search("0101", "event")[0].name == "违法建设"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a,b\n1,2\n", "1"),
        ("scheme,version,kind,major,major_name,code,name,confidence\nX,1,thing,,,1,y,\n", "2"),
    ],
)
def test_bad_codes(tmp_path: Path, text: str, where: str) -> None:
    """A wrong file is refused with the file and the line."""
    (tmp_path / "codes.csv").write_text(text)
    with pytest.raises(FileRefused, match=where):
        catalogue.load(tmp_path / "codes.csv")


def test_own_choices(tmp_path: Path) -> None:
    """An operator adds a refusal code, renames one entry and retires another."""
    own = tmp_path / "choices.toml"
    own.write_text(
        '[refusal]\nnoise_police = { zh = "社会噪声归公安", en = "noise: police" }\nelsewhere = { retired = true }\n'
        '[urgency]\nnormal = { zh = "普通", en = "normal" }\n',
        "utf-8",
    )
    made = ticket_choices.load(own)
    assert made.find("refusal", "社会噪声归公安")
    assert made.find("refusal", "elsewhere") is None
    found = made.find("urgency", " 普通 ")
    assert found is not None
    assert found.key == "normal"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[refusals]\n", "refusal"),
        ("[refusal]\nx = 1\n", "refusal.x"),
        ("[limit_unit]\nwork_days = { zh = '天', en = 'days' }\n", "work_day"),
        ("[refusal]\nx = { zh = '' }\n", "zh"),
        ("[", "choices"),
    ],
)
def test_bad_choices(tmp_path: Path, text: str, said: str) -> None:
    """A wrong file is refused with the entry, and the likely list."""
    (tmp_path / "choices.toml").write_text(text)
    with pytest.raises(FileRefused, match=said):
        ticket_choices.load(tmp_path / "choices.toml")


def test_retry_rule() -> None:
    """Waits double up to the most, jitter stays within half to all of it, and the count of refusals makes poison."""
    rule = RetryRule(first=1, most=300, poison_after=8)
    assert [rule.wait(n, 0.999999) for n in (1, 2, 3)] == pytest.approx([1, 2, 4], rel=1e-3)
    assert 150 <= rule.wait(10_000, 0.0) <= rule.wait(10_000, 0.99) <= 300
    assert not rule.is_poison(7)
    assert rule.is_poison(8)


def test_outcomes() -> None:
    """A filed ticket is never taken back; whatever else a call ended as can become a ticket."""
    for old in (None, *CallOutcome):
        assert may_replace(old, CallOutcome.TICKET)
    for new in set(CallOutcome) - {CallOutcome.TICKET}:
        assert not may_replace(CallOutcome.TICKET, new)
    assert not may_replace(CallOutcome.DIRECT, CallOutcome.LOST)


def test_codes_a_spreadsheet_saved(tmp_path: Path) -> None:
    """Leading zeros lost, a code twice: read, and said with the line (kind I)."""
    own = tmp_path / "codes.csv"
    own.write_text(
        "scheme,version,kind,major,major_name,code,name,confidence\r\n"
        "XM,2026,event,1,市容,101,乱搭乱建,local\r\nXM,2026,event,1,市容,101,乱搭,local\r\nXM,2026,event,1,市容,0102,垃圾外露,local\r\n",
        "utf-8-sig",
    )
    codes = catalogue.load(own)
    assert [remark for remark in codes.remarks if "101" in remark and "0102" not in remark] == list(codes.remarks)
    assert len(codes.remarks) == 2
    own.write_text(own.read_text("utf-8-sig").replace("0102", "1.02E+3"), "gbk")
    with pytest.raises(FileRefused, match=r"1[.]02E"):
        catalogue.load(own)


def test_codes_saved_as_gbk(tmp_path: Path) -> None:
    """Read as they were meant, and said."""
    own = tmp_path / "codes.csv"
    own.write_text(
        "scheme,version,kind,major,major_name,code,name,confidence\nXM,2026,event,01,市容,0101,长椅破损,\n", "gbk"
    )
    codes = catalogue.load(own)
    assert codes.search("长椅")[0].scheme == "XM"
    assert len(codes.remarks) == 1


def test_choices_with_a_byte_order_mark(tmp_path: Path) -> None:
    """As a text editor saves them."""
    own = tmp_path / "choices.toml"
    own.write_text('[urgency]\r\nnow = { zh = "立即", en = "at once" }\r\n', "utf-8-sig")
    assert ticket_choices.load(own).find("urgency", "立即")

"""One number, however it is written (kinds A and B)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from config.read import parse, read
from console import masking
from cti.numbers import NumberKind, Numbers, grouped, mask, of_settings
from hotline import cli, logs
from hotline.demo import narrator
from hotline.lab.hotline_instance import shipped

HOME = "0592"
NUMBERS = Numbers(HOME, ["12319", "059212319", "12345", "110", "0592-2340000"], ["8001"])


class Shape(BaseModel):
    """Of a call."""

    caller: str


mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
fixed = st.from_regex(r"(?:0592|0595|0771)[2-8][0-9]{6}|(?:010|02[0-9])[2-8][0-9]{7}", fullmatch=True)
foreign = st.sampled_from(["+886912345678", "+85221234567", "+12025550123", "+442079460000"])


@given(st.one_of(mobiles, fixed, foreign, st.sampled_from(["12320", "95588", "4008123123", "120"])))
def test_every_spelling_is_the_same_number(national: str) -> None:
    """Equal, masked alike, dialled alike; the national form is the first of its spellings."""
    first = NUMBERS.read(national)
    forms = NUMBERS.variants(national)
    assert forms[0] == first.national == national
    for form in forms:
        again = NUMBERS.read(form)
        assert again.is_same(first)
        assert (again.national, again.masked, again.kind) == (first.national, first.masked, first.kind)
        assert set(NUMBERS.variants(form)) == set(forms)


@given(mobiles, mobiles)
def test_two_numbers_are_two(one: str, other: str) -> None:
    """No spelling of one is a spelling of the other."""
    same = NUMBERS.read(one).is_same(NUMBERS.read(other))
    assert same == (one == other) == bool(set(NUMBERS.variants(one)) & set(NUMBERS.variants(other)))


@pytest.mark.parametrize(
    ("written", "national", "kind"),
    [
        ("+8613800000001", "13800000001", "mobile"),
        ("013800000001", "13800000001", "mobile"),
        ("138 0000 0001", "13800000001", "mobile"),
        ("１３８-００００-０００１", "13800000001", "mobile"),
        ("\u202d13800000001\u202c", "13800000001", "mobile"),
        ("sip:%2B8613800000001@carrier;user=phone", "13800000001", "mobile"),
        ("<tel:+86-138-0000-0001;phone-context=+86>", "13800000001", "mobile"),
        ('"王先生" <sip:+8613800000001@ims>', "13800000001", "mobile"),
        ("王先生 13800000001", "13800000001", "mobile"),
        ("17951013800000001", "13800000001", "mobile"),
        ("086 138 0000 0001", "13800000001", "mobile"),
        ("0592-2000001", "05922000001", "fixed"),
        ("0592/2000001", "05922000001", "fixed"),
        ("(0592)2000001", "05922000001", "fixed"),
        ("+865922000001", "05922000001", "fixed"),
        ("+8605922000001", "05922000001", "fixed"),
        ("2000001", "05922000001", "fixed"),
        ("0592-2000001-801", "05922000001", "fixed"),
        ("0592-2000001-8", "05922000001", "fixed"),
        ("010-62345678-8", "01062345678", "fixed"),
        ("0592200-0001", "05922000001", "fixed"),
        ("1380000-0001", "13800000001", "mobile"),
        ("2000001转801", "05922000001", "fixed"),
        ("+861062345678", "01062345678", "fixed"),
        ("+4000000001", "4000000001", "service"),
        ("059295588", "059295588", "fixed"),
        ("059212320", "12320", "service"),
        ("00886912345678", "+886912345678", "foreign"),
        ("8001", "8001", "extension"),
        ("059212345", "12345", "nobody"),
        ("+8659212319", "12319", "nobody"),
        ("anonymous", "", "nobody"),
        ("sip:anonymous@anonymous.invalid", "", "nobody"),
        ("Unavailable", "", "nobody"),
        ("0", "", "nobody"),
        ("00000000", "", "nobody"),
        ("+0", "", "nobody"),
        ("-1", "", "nobody"),
        ("1", "", "nobody"),
        ("", "", "nobody"),
        ("alice", "", "nobody"),
        ("+1", "", "nobody"),
        ("00000001", "", "nobody"),
        ("1111111", "", "nobody"),
        ("8888888", "05928888888", "fixed"),
        ("0592-8888888", "05928888888", "fixed"),
        ("10000000000", "", "nobody"),
        ("05920000000", "", "nobody"),
        ("4000000000", "", "nobody"),
        ("05922000000", "05922000000", "fixed"),
        ("13800000000", "13800000000", "mobile"),
        ("123456789", "", "nobody"),
        ("12319,", "12319", "nobody"),
        ("05922340000", "05922340000", "nobody"),
        ("2340000", "05922340000", "nobody"),
        ("01000000001", "01000000001", "fixed"),
        ("864008123123", "4008123123", "service"),
        ("13800000001#", "13800000001", "mobile"),
        ("+05922000001", "05922000001", "fixed"),
        ("tel:2000001;phone-context=+86591", "05912000001", "fixed"),
        ("tel:2000001;phone-context=+86592", "05922000001", "fixed"),
        ("13800000001/13900000002", "", "nobody"),
    ],
)
def test_as_carriers_citizens_and_agents_write_it(written: str, national: str, kind: str) -> None:
    """One way to store it, and what it is."""
    number = NUMBERS.read(written)
    assert (number.national, str(number.kind)) == (national, kind)
    assert number.written == written


@pytest.mark.parametrize("written", ["anonymous", "0", "00000000", "-1", "059212345", "110", ""])
def test_nobody_is_not_even_the_same_as_nobody(written: str) -> None:
    """What one nameless caller is told settles nothing for another, and no search finds all of them."""
    number = NUMBERS.read(written)
    assert not number.somebody
    assert not number.is_same(number)
    assert NUMBERS.variants(written) == ()


@pytest.mark.parametrize(
    ("written", "masked"),
    [("+8613800000001", "138****0001"), ("2000319", "0592****319"), ("010-12345678", "010****5678"), ("12320", "12320"),
     ("010-22345678", "010****5678"), ("+886912345678", "+886****5678"), ("8001", "8001"), ("anonymous", ""),
     ("01000000001", "010****0001"), ("0592-0000319", "0592****319"), ("400-812-3123", "4008123123"), ("1380000001", "138****0001")],
)  # fmt: skip
def test_masked(written: str, masked: str) -> None:
    """The middle goes, whatever way it was written."""
    assert NUMBERS.read(written).masked == masked


@given(st.one_of(mobiles, fixed, foreign))
def test_every_spelling_is_masked_alike_by_whoever_masks(national: str) -> None:
    """REST and stream, reports, the demo, the log: one rule; and what is masked is not masked further."""
    numbers = Numbers(HOME)
    shown = numbers.read(national).masked
    assert shown.count("*") == 4
    assert national not in shown
    for form in numbers.variants(national):
        assert mask(form) == numbers.mask(form) == shown
        assert masking.masked(Shape(caller=form)).caller == shown
        assert narrator._who("王", form) == f"王 {shown}"
    for form in (national, f"+86{national}", f"86{national}") if national[0] == "1" else (national,):
        assert logs.mask(f"from {form} it rings") == f"from {shown} it rings"
    assert mask(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tel:13800000001 sip:+8613800000001@carrier", "tel:138****0001 sip:138****0001@carrier"),
        ("called 0592-2000001 and (0592) 2000002", "called 0592****001 and 0592****002"),
        ("+86 138 0000 0001", "138****0001"),
        (
            "at 2026-11-28T21:03:04.123456 call xm1-1732801234.12",
            "at 2026-11-28T21:03:04.123456 call xm1-1732801234.12",
        ),
        ("1790000000123 ms, 10:20:30", "1790000000123 ms, 10:20:30"),
    ],
)
def test_numbers_in_a_log_line(text: str, shown: str) -> None:
    """Whatever stands around them; not times, Uniqueids, milliseconds."""
    assert logs.mask(text) == shown


@pytest.mark.parametrize(
    ("text", "found", "rest"),
    [
        ("请回电138 0000 0001 8号楼", ["13800000001"], "请回电*** 8号楼"),
        (
            "打0592-2000001或１３８００００0001，湖滨南路88号",
            ["05922000001", "13800000001"],
            "打***或***，湖滨南路88号",
        ),
        ("我的电话：2000001", ["05922000001"], "我的电话：***"),
        ("+86 138-0000-0001/13900000002", ["13800000001", "13900000002"], "***/13900000002"),
        ("2026-11-28 21:03, 300弄200号1001室, 12345", [], "2026-11-28 21:03, 300弄200号1001室, 12345"),
    ],
)
def test_numbers_within_a_text(text: str, found: list[str], rest: str) -> None:
    """As people write them: each is one, and goes in whatever way it stands there."""
    assert [number.national for _begin, _end, number in NUMBERS.found(text)] == found
    assert NUMBERS.without(text, ["+8613800000001", "2000001"], "***") == rest


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("路面塌陷 13806010077", "路面塌陷 138****0077"),
        ("13806010077 说路灯还没修好", "138****0077 说路灯还没修好"),
        ("路灯坏了，请联系 0592-2000001 转 8001", "路灯坏了，请联系 0592****001 转 8001"),
        ("call 13806010077 about the lamp", "call 138****0077 about the lamp"),
        ("我的电话：2000001", "我的电话：0592****001"),
        ("井盖缺失，编号 0101", "井盖缺失，编号 0101"),
    ],
)
def test_the_words_around_one_number_stay(text: str, shown: str) -> None:
    """A citizen's words with a single number in them were shown, kept and delivered as that number alone."""
    assert NUMBERS.mask(text) == shown


def test_the_page_groups_numbers_as_the_server() -> None:
    """``web/src/seat/pop/story.test.ts`` holds the page against the same file."""
    file = Path(__file__).resolve().parents[2] / "web/src/seat/pop/grouped.json"
    for number, groups in json.loads(file.read_text(encoding="utf-8")).items():
        assert grouped(number) == groups


def test_partners_and_trunks_own_numbers_are_nobody() -> None:
    """Of the settings: what lines are dialled by, what partners and trunks show, what the phonebook names as a partner's."""
    table = shipped()
    table["trunk"][0]["calling_number"] = "05922340000"
    table["phonebook"].append({"id": "street", "name": "街道", "number": "2350000", "group": "linkage"})
    numbers = of_settings(parse(table))
    for written in ("12319", "+8659212319", "059212345", "110", "2340000", "+865922340000", "0592-2350000"):
        assert not numbers.read(written).somebody, written
    assert numbers.read("2212319").somebody, "a unit may be called back"


def test_several_numbers_in_one_text() -> None:
    """Blanks and hyphens part nothing within a number."""
    found = NUMBERS.split("138 0000 0001， 0592-2000001；+86 139 0000 0002、13700000003/13700000004 or 电话 2000009")
    assert [number.national for number in found] == [
        "13800000001", "05922000001", "13900000002", "13700000003", "13700000004", "05922000009",
    ]  # fmt: skip


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    """Nothing raises; what is stored is digits."""
    number = NUMBERS.read(text)
    assert number.national.strip("+0123456789*#") == ""
    assert number.somebody <= bool(number.national)
    assert NUMBERS.read(number.national).national == number.national
    NUMBERS.split(text)
    assert NUMBERS.mask(NUMBERS.mask(text)) == NUMBERS.mask(text)
    list(NUMBERS.found(text))


def test_the_verb_says_how_each_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON object a line, in the shipped settings."""
    config = Path(__file__).resolve().parents[2] / "hotline.toml"
    assert cli.main(["number", "--json", "--config", str(config), "+8613800000001", "anonymous", "12319"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == {
        "written": "+8613800000001", "national": "13800000001", "international": "+8613800000001", "kind": "mobile",
        "masked": "138****0001",
    }  # fmt: skip
    assert [row["kind"] for row in rows[1:]] == ["nobody", "nobody"]
    assert of_settings(read(config)).read("8001").kind is NumberKind.EXTENSION
